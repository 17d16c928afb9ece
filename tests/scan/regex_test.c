/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions and hex strings: what is taken and refused, and what matches where. The
 * expectations are libyara's, see regex_yara_test.c; those at the data's bounds are 4.5's. */
#include "regex_matches.h"

#include "base/tap.h"
#include "scan/regex/regex.h"

static struct regex_machine *machine;

static void
test_refused(void)
{
    static const struct {
        const char *text;
        errcode code;
    } cases[] = {
        {"a", OK},
        {"a{3}b{,2}c{2,}d{1,2}", OK},
        {"a{,}", OK},
        {"a{0,0}", OK},
        {"ab{2 ,3}c", OK},
        {"ab{.*}", OK},
        {"a{", OK},
        {"a}]", OK},
        {"(a|)", OK},
        {"a||b", OK},
        {"a|", OK},
        {"a[]]b", OK},
        {"a[^]b]c", OK},
        {"[a-c-e]", OK},
        {"[\\.-]*", OK},
        {"\\R\\q\\;", OK},
        {"[\\1]", OK},
        {"a{32767}", OK},
        {"", ERR_FORMAT},
        {"(|a)", ERR_FORMAT},
        {"()", ERR_FORMAT},
        {"|a", ERR_FORMAT},
        {"(abc", ERR_FORMAT},
        {"abc)", ERR_FORMAT},
        {")(", ERR_FORMAT},
        {"a**", ERR_FORMAT},
        {"a{2}{3}", ERR_FORMAT},
        {"*a", ERR_FORMAT},
        {"{2}a", ERR_FORMAT},
        {"^*a", ERR_FORMAT},
        {"\\b+a", ERR_FORMAT},
        {"a{3,2}", ERR_FORMAT},
        {"a{40000,}", ERR_FORMAT},
        {"a{32768}", ERR_FORMAT},
        {"a{4294967297}", ERR_FORMAT},
        {"b{1,4294967297}", ERR_FORMAT},
        {"[a", ERR_FORMAT},
        {"[]", ERR_FORMAT},
        {"[^]", ERR_FORMAT},
        {"[a\\]", ERR_FORMAT},
        {"[z-a]", ERR_FORMAT},
        {"\\x0", ERR_FORMAT},
        {"\\xzz", ERR_FORMAT},
        {"[\\x4]", ERR_FORMAT},
        {"a\\", ERR_FORMAT},
        {"\\1", ERR_FORMAT},
        {"\\08", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA;
        struct regex *regex = NULL;
        struct err err = {0};
        errcode code = regex_parse(str_of(cases[i].text), 0, &arena, &regex, &err);
        tap_eq_i64(code, cases[i].code, "/%s/ %s", cases[i].text, code ? err.text : "");
        arena_clear(&arena);
    }
}

static void
test_hex_refused(void)
{
    static const struct {
        const char *text;
        errcode code;
    } cases[] = {
        {"01", OK},
        {" 01 ?? a? ?B ~0C ~1? ~?2 ", OK},
        {"01 [4] 02 [ 0 - 0 ] 03 [1-] 04 [-] 05", OK},
        {"01 [1] [2-3] 03", OK},
        {"01 // x\n 02 /* y *\n* */ 03", OK},
        {"( 01 | ( 02 | ?? 03 ) 04 )", OK},
        {"01 ( 02 [1-200] 03 | 04 )", OK},
        {"(01)", OK},
        {"", ERR_FORMAT},
        {"1", ERR_FORMAT},
        {"1 1", ERR_FORMAT},
        {"012", ERR_FORMAT},
        {"~??", ERR_FORMAT},
        {"01 ~0 11", ERR_FORMAT},
        {"0g", ERR_FORMAT},
        {"01 [0] 02", ERR_FORMAT},
        {"[1] 01", ERR_FORMAT},
        {"01 [1]", ERR_FORMAT},
        {"01 [5-3] 02", ERR_FORMAT},
        {"01 [-5] 02", ERR_FORMAT},
        {"01 [] 02", ERR_FORMAT},
        {"01 [a] 02", ERR_FORMAT},
        {"01 [1-2 02", ERR_FORMAT},
        {"61 [0-2147483648] 62", ERR_FORMAT},
        {"61 [0-4294967297] 62", ERR_FORMAT},
        {"01 ( 02 [1-201] 03 | 04 )", ERR_FORMAT},
        {"01 ( 02 [201] 03 | 04 )", ERR_FORMAT},
        {"01 ( 02 [-] 03 | 04 )", ERR_FORMAT},
        {"01 ( [1] 03 | 04 )", ERR_FORMAT},
        {"01 ( 02 [1] | 04 )", ERR_FORMAT},
        {"01 ()", ERR_FORMAT},
        {"01 (|02)", ERR_FORMAT},
        {"01 (02", ERR_FORMAT},
        {"01 02)", ERR_FORMAT},
        {"01 | 02", ERR_FORMAT},
        {"01 /* 02", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA;
        struct regex *regex = NULL;
        struct err err = {0};
        errcode code = regex_parse_hex(str_of(cases[i].text), &arena, &regex, &err);
        tap_eq_i64(code, cases[i].code, "{%s} %s", cases[i].text, code ? err.text : "");
        arena_clear(&arena);
    }
}

/* "START+LENGTH …" of all matches. TEXT in braces is a hex string. */
static str
matches_text(str text, unsigned flags, str data, struct buf *ret)
{
    static struct matches matches;
    struct arena arena = ARENA;
    struct regex *regex;
    struct err err;
    bool hex = str_starts(text, STR("{"));
    errcode code = hex ? regex_parse_hex((str){text.p + 1, text.n - 2}, &arena, &regex, &err)
                       : regex_parse(text, flags, &arena, &regex, &err);
    if (!code)
        code = matches_of(machine, regex, flags, data, &matches, &err);
    buf_reset(ret);
    if (code)
        buf_z(ret, err.text);
    for (size_t at = 0; !code && at <= data.n; at++)
        if (matches.end[at] != SIZE_MAX)
            buf_printf(ret, "%s%zu+%zu", ret->n ? " " : "", at, matches.end[at] - at);
    arena_clear(&arena);
    return buf_view(ret);
}

static void
test_matches(void)
{
    static const struct {
        const char *text;
        unsigned flags;
        str data;
        const char *want;
    } cases[] = {
        {"ab+c", 0, STR("abbc ac abc"), "0+4 8+3"},
        {"ab*?c", 0, STR("abbc ac"), "0+4 5+2"},
        {"a.c", 0, STR("a\nc abc"), "4+3"},
        {"a.c", REGEX_DOTALL, STR("a\nc abc"), "0+3 4+3"},
        {"a.*c", 0, STR("abcc"), "0+4"},
        {"a.*?c", 0, STR("abcc"), "0+3"},
        {"[0-9]{2,3}x", 0, STR("12345x"), "2+4 3+3"},
        {"(foo|ba[rz])+!", 0, STR("foobarbaz!"), "0+10 3+7 6+4"},
        {"Ab[^f]", REGEX_NOCASE, STR("abF aBe"), "4+3"},
        {"[^F]b", REGEX_NOCASE, STR("fb gb"), "3+2"},
        {"a{,2}b", 0, STR("aaab"), "1+3 2+2 3+1"},
        {"x|yz", 0, STR("yzx"), "0+2 2+1"},
        {"(a|b)(c|d)", 0, STR("acbd"), "0+2 2+2"},
        {"[\\w-z]", 0, STR("-wz"), "1+1 2+1"},
        {"[a-\\w]", 0, STR("-wz"), "1+1"},
        {"\\.(docx|doc)", 0, STR("a.docx"), "1+4"},
        {"\\n\\r\\t\\f\\a\\x41", 0, STR("\n\r\t\f\aA"), "0+6"},
        {"a\\sb\\Sc\\dd\\De\\wf\\Wg", 0, STR("a\vb.c1dxe_f-g"), "0+13"},
        {"^ab", 0, STR("abab"), "0+2"},
        {"ab$", 0, STR("abab"), "2+2"},
        {"(^a|b$|xy)", 0, STR("abaxyab"), "0+1 3+2 6+1"},
        {"\\babc\\b", 0, STR("abc xabc abc"), "0+3 9+3"},
        {"abc-\\b", 0, STR("abc-"), ""},
        {"-\\Babc|\\B-", 0, STR("-"), "0+1"},
        {"\\Bbc", 0, STR("abc bc"), "1+2"},
        {"(abc){2}d", 0, STR("abcabcabcd"), "3+7"},
        {"(a?){3}a{3}", 0, STR("aaaa"), "0+4 1+3"},
        {"(a*)*b", 0, STR("aab"), "0+3 1+2 2+1"},
        {"(a|ab)(c|bcd)(d*)x", 0, STR("abcdx"), "0+5"},
        {"a.{1,2}b", REGEX_WIDE, STR("a\0x\0b\0a\0x\0y\0b\0"), "0+6 6+8"},
        {"a.b", REGEX_WIDE, STR("a\0xxb\0"), ""},
        {"\\babc\\b", REGEX_WIDE, STR("a\0b\0c\0"), "0+6"},
        {"\\babc\\b", REGEX_WIDE, STR("x\0a\0b\0c\0"), ""},
        {"\\babc\\b", REGEX_WIDE, STR("xya\0b\0c\0y"), "2+6"},
        {"aB[0-9]+", REGEX_WIDE | REGEX_NOCASE, STR("Ab1 A\0b\0001\0002\0"), "4+8"},
        {"{ 01 ?? ~03 0? ?4 }", 0, STR("\1\2\4\5\24 \1\2\3\5\24"), "0+5"},
        {"{ 01 [1-3] 02 }", 0, STR("\1x\2\2 \1\2\1\2"), "0+3 5+4"},
        {"{ 01 ( 02 03 | 04 [1-2] 05 ) 06 }", 0, STR("\1\2\3\6\1\4x\5\6"), "0+4 4+5"},
        {"{ ?? 01 }", 0, STR("\2\1"), "0+2"},
        {"{ 0a ~0a }", 0, STR("\n\n."), "1+2"},
    };
    struct buf text = BUF(1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str got = matches_text(str_of(cases[i].text), cases[i].flags, cases[i].data, &text);
        tap_eq_str(got, str_of(cases[i].want), "%s in case %zu", cases[i].text, i);
    }
    buf_clear(&text);
}

/* Long gaps and runs: their bounds are exact, and the reach is REGEX_REACH. */
static void
test_runs(void)
{
    static char data[MATCHES_DATA];
    struct buf text = BUF(1 << 16);
    static const struct {
        const char *text;
        size_t gap;
        bool matches;
    } cases[] = {
        {"abcd.{300,}efgh", 299, false},    {"abcd.{300,}efgh", 300, true},
        {"abcd.{0,1000}efgh", 1000, true},  {"abcd.{0,1000}efgh", 1001, false},
        {"abcd[^\\n]{63}efgh", 63, true},   {"abcd[^\\n]{64}efgh", 63, false},
        {"abcd[^\\n]{64}efgh", 64, true},   {"abcd.*efgh", REGEX_REACH - 8, true},
        {"abcd.*efgh", REGEX_REACH, false}, {"abcd(..)+efgh", 500, true},
        {"abcd(..)+efgh", 501, false},      {"abcd(.{2,3}){2,3}efgh", 3, false},
        {"abcd(.{2,3}){2,3}efgh", 9, true}, {"abcd(.{2,3}){2,3}efgh", 10, false},
        {"abcd(.{3}){1,2}efgh", 4, false},  {"abcd(.{3}){1,2}efgh", 6, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = cases[i].gap + 8;
        memset(data, 'x', sizeof data);
        memcpy(data, "abcd", 4);
        memcpy(data + 4 + cases[i].gap, "efgh", 4);
        str got = matches_text(str_of(cases[i].text), 0, (str){data, size}, &text);
        tap_eq_i64(str_starts(got, STR("0+")), cases[i].matches, "%s over %zu", cases[i].text,
                   cases[i].gap);
    }
    /* A run that is entered again and again counts from each entry. */
    str got = matches_text(STR("ab{3,4}[ab]{5,6}c"), 0, STR("abbbabbbbbbbbc"), &text);
    tap_eq_str(got, STR("4+10"), "rounds of two runs");
    got = matches_text(STR("(x[ab]{2,3})+c"), 0, STR("xabxaaxbbbbxabxabbc"), &text);
    tap_eq_str(got, STR("11+8 14+5"), "a run in a loop");
    buf_clear(&text);
}

static void
test_split(void)
{
    static const struct {
        const char *text;
        size_t count;
        uint32_t gap_min, gap_max; /* before the second piece */
    } cases[] = {
        {"{ 01 [200] 02 }", 1, 0, 0},
        {"{ 01 [201] 02 }", 2, 201, 201},
        {"{ 01 [0-201] 02 [3-] 04 }", 3, 0, 201},
        {"{ 01 [7-] 02 }", 2, 7, UINT32_MAX},
        {"{ 01 [-] [9-] [-] 02 }", 2, 9, UINT32_MAX},
        {"{ 01 [150] [100-150] 02 }", 2, 250, 300},
        {"{ ( 01 [200] 02 | 03 ) 04 }", 1, 0, 0},
        {"ab.{1,300}?cd", 2, 1, 300},
        {"ab.{1,}?cd", 2, 1, 32767},
        {"ab.{1,200}?cd", 1, 0, 0},
        {"ab.{1,300}cd", 1, 0, 0},
        {"ab.*?cd", 1, 0, 0},
        {"ab[^x]{1,300}?cd", 1, 0, 0},
        {".{1,300}?cd", 1, 0, 0},
        {"ab.{1,300}?", 1, 0, 0},
        {"(ab.{1,300}?c)d", 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA;
        struct regex *regex;
        struct regex_piece *pieces;
        size_t count;
        str text = str_of(cases[i].text);
        errcode code = str_starts(text, STR("{"))
                           ? regex_parse_hex((str){text.p + 1, text.n - 2}, &arena, &regex, NULL)
                           : regex_parse(text, 0, &arena, &regex, NULL);
        tap_eq_i64(code, OK, "%s is taken", text.p);
        if (!code) {
            regex_split(regex, &arena, &pieces, &count);
            tap_eq_i64(count, cases[i].count, "%s: pieces", text.p);
            tap_eq_i64(count > 1 ? pieces[1].gap_min : 0, cases[i].gap_min, "least gap");
            tap_eq_i64(count > 1 ? pieces[1].gap_max : 0, cases[i].gap_max, "largest gap");
        }
        arena_clear(&arena);
    }
}

static void
test_masked(void)
{
    static const struct {
        const char *text;
        unsigned flags;
        str value, mask; /* empty: not masked */
    } cases[] = {
        {"{ 01 2? ?3 ?? }", 0, STR("\x01\x20\x03\x00"), STR("\xff\xf0\x0f\x00")},
        {"{ 01 [2] ( 02 ) }", 0, STR("\x01\x00\x00\x02"), STR("\xff\x00\x00\xff")},
        {"{ 01 ~02 }", 0, STR(""), STR("")},
        {"{ 01 [1-2] 02 }", 0, STR(""), STR("")},
        {"ab{2}1", REGEX_NOCASE, STR("ABB1"), STR("\xdf\xdf\xdf\xff")},
        {"ab", REGEX_WIDE, STR("a\0b\0"), STR("\xff\xff\xff\xff")},
        {"a.", REGEX_DOTALL, STR("a\0"), STR("\xff\x00")},
        {"a.", 0, STR(""), STR("")},
        {"[ac]b", 0, STR("ab"), STR("\xfd\xff")},
        {"a\\b", 0, STR(""), STR("")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA;
        struct regex *regex;
        struct regex_masked masked = {0};
        str text = str_of(cases[i].text);
        if (str_starts(text, STR("{")))
            regex_parse_hex((str){text.p + 1, text.n - 2}, &arena, &regex, NULL);
        else
            regex_parse(text, cases[i].flags, &arena, &regex, NULL);
        bool is = regex_as_masked(regex, cases[i].flags, &arena, &masked);
        tap_eq_i64(is, cases[i].value.n > 0, "%s is masked", text.p);
        tap_eq_str(((str){(char *)masked.value, masked.count}), cases[i].value, "its value");
        tap_eq_str(((str){(char *)masked.mask, masked.count}), cases[i].mask, "its mask");
        arena_clear(&arena);
    }
}

/* "LITERAL …|LITERAL …" of the parts; a part without literals is "-". */
static void
literals_text(const struct regex_part *parts, size_t count, struct buf *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(ret, '|');
        if (!parts[i].literal_count)
            buf_char(ret, '-');
        for (size_t j = 0; j < parts[i].literal_count; j++) {
            if (j)
                buf_char(ret, ' ');
            buf_add(ret, parts[i].literals[j].bytes, parts[i].literals[j].count);
        }
    }
}

static void
test_literals(void)
{
    static const struct {
        const char *text;
        unsigned flags;
        const char *want;
    } cases[] = {
        {"abcdef", 0, "abcdef"},
        {"[a-z]+foobar[0-9]", 0, "foobar"},
        {"[ab]cdef", 0, "cdef"},
        {"[ab]cde", 0, "acde bcde"},
        {"(abc){2,}", 0, "abcabc"},
        {"(long|longer)word", 0, "word"},
        {"x{3,}yz!", 0, "xyz!"},
        {"(foo|bar)[0-9]+x", 0,
         "bar0 bar1 bar2 bar3 bar4 bar5 bar6 bar7 bar8 bar9 "
         "foo0 foo1 foo2 foo3 foo4 foo5 foo6 foo7 foo8 foo9"},
        {"(GET|POST) [a-z]+", 0, "GET  POST "},
        {"([a-z]+\\.exe|[0-9]+\\.dll)", 0, ".exe|.dll"},
        {"FooBar", REGEX_NOCASE, "foobar"},
        {"abcdefghijklmnopqrst", 0, "abcdefghijklmnop"},
        {"\\bword\\b", 0, "word"},
        {"a[0-9]b", 0, "a0b a1b a2b a3b a4b a5b a6b a7b a8b a9b"},
        {"[^a]+", 0, "-"},
        {"a?b?", 0, "-"},
    };
    struct buf text = BUF(1 << 16), code = BUF(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA;
        struct regex *regex;
        struct regex_part *parts;
        size_t count;
        struct err err;
        regex_parse(str_of(cases[i].text), cases[i].flags, &arena, &regex, &err);
        buf_reset(&code);
        buf_reset(&text);
        errcode result =
            regex_compile(regex, cases[i].flags, test_rate, &arena, &code, &parts, &count, &err);
        if (tap_no_err(result, &err, "/%s/ is compiled", cases[i].text))
            literals_text(parts, count, &text);
        tap_eq_str(buf_view(&text), str_of(cases[i].want), "its literals");
        arena_clear(&arena);
    }
    buf_clear(&text);
    buf_clear(&code);
}

static bool
search(const char *text, unsigned flags, str s)
{
    struct arena arena = ARENA;
    struct buf code = BUF(1 << 20);
    struct regex *regex;
    uint32_t program = 0;
    struct err err;
    errcode result = regex_parse(str_of(text), flags, &arena, &regex, &err);
    if (!result)
        result = regex_compile_search(regex, flags, &code, &program, &err);
    tap_no_err(result, &err, "/%s/ is compiled", text);
    bool found = !result && regex_search(machine, buf_view(&code), program, s);
    arena_clear(&arena);
    buf_clear(&code);
    return found;
}

static void
test_search(void)
{
    static const struct {
        const char *text;
        unsigned flags;
        str s;
        bool found;
    } cases[] = {
        {"foo", 0, STR("a foo"), true},
        {"foo", 0, STR("a f o"), false},
        {"^foo", 0, STR("a foo"), false},
        {"foo$", 0, STR("a foo"), true},
        {"foo$", 0, STR("foo a"), false},
        {"o\\b", 0, STR("foo a"), true},
        {"", 0, STR(""), false},
        {"a*", 0, STR(""), true},
        {"^$", 0, STR(""), true},
        {"^$", 0, STR("a"), false},
        {"$", 0, STR("a"), true},
        {"FOO", REGEX_NOCASE, STR("a fOo"), true},
        {"a.*b.*c", 0, STR("xxaxxbxxc"), true},
        {"a.*b.*c", 0, STR("xxaxxcxxb"), false},
        {"ab", REGEX_WIDE, STR("xa\0b\0"), true},
        {"ab", REGEX_WIDE, STR("a\0xb\0"), false},
        {"(aa)+b", 0, STR("xaaab"), true},
        {"x(aa)+b", 0, STR("xaaab"), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].text[0])
            tap_eq_i64(search(cases[i].text, cases[i].flags, cases[i].s), cases[i].found,
                       "/%s/ in \"%.*s\"", cases[i].text, STR_ARG(cases[i].s));
}

/* Long texts are searched by another machine. */
static void
test_long_search(void)
{
    static const struct {
        const char *text;
        unsigned flags;
        bool found;
    } cases[] = {
        {"[a-z]+\\.exe", 0, true},
        {"[a-z]+\\.exe$", 0, true},
        {"\\.exe$|q", 0, true},
        {"(\\.dll|\\.exe|x+)$", 0, true},
        {"\\.ex$", 0, false},
        {"b$", 0, false},
        {"^begin", 0, true},
        {"^egin", 0, false},
        {"(^|q)begin( |$)", 0, true},
        {"BEGIN.*EXE", REGEX_NOCASE, false},
        {"BEGIN.*EXE", REGEX_NOCASE | REGEX_DOTALL, true},
        {"b([^z]|z )*y\\.exe", 0, true},
        {"b(z|[a-x])*y\\.exe", 0, false},
        {"z{100}y", 0, false},
        {"x{100}y", 0, true},
        {"\\by\\.", 0, false},
        {"y\\b\\.", 0, true},
        {"(a|b|e|g|i|n|x| |\\n)*y", 0, true},
    };
    static char text[5000];
    memset(text, 'x', sizeof text);
    memcpy(text, "begin ", 6);
    text[2500] = '\n';
    memcpy(text + sizeof text - 5, "y.exe", 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_i64(search(cases[i].text, cases[i].flags, (str){text, sizeof text}), cases[i].found,
                   "/%s/ in a long text", cases[i].text);
}

/* Expressions that drive others out of time or memory are refused, or run like the rest. */
static void
test_catastrophes(void)
{
    static char as[100000];
    memset(as, 'a', sizeof as);
    str text = {as, sizeof as};
    tap_ok(search("(a?){50}a{50}", 0, text), "optional bytes");
    tap_ok(!search("(a*)*b", 0, text), "a star of a star");
    tap_ok(!search("(a|aa)+b", 0, text), "ambiguous rounds");
    tap_ok(!search("(a+a+)+b", 0, text), "runs in a loop");
    tap_ok(!search("([a-c]{1,200}[ab]{1,300}){1,20}c", 0, text), "runs after runs");

    static const char *const large[] = {"((a{1,100}b){1,100}){1,100}",
                                        "((((ab){1,200}){1,200}){1,200}){1,200}",
                                        "((((a|b|){200}){200}){200}){200}", "(a{32767}b){300}"};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        struct arena arena = ARENA;
        struct buf code = BUF(16 << 20);
        struct regex *regex;
        struct regex_part *parts;
        size_t count;
        tap_eq_i64(regex_parse(str_of(large[i]), 0, &arena, &regex, NULL), OK, "%s", large[i]);
        tap_eq_i64(regex_compile(regex, 0, test_rate, &arena, &code, &parts, &count, NULL),
                   ERR_LIMIT, "is too large");
        arena_clear(&arena);
        buf_clear(&code);
    }
    char deep[1200] = {0};
    memset(deep, '(', 500);
    deep[500] = 'a';
    memset(deep + 501, ')', 500);
    struct arena arena = ARENA;
    struct regex *regex;
    tap_eq_i64(regex_parse(str_of(deep), 0, &arena, &regex, NULL), ERR_LIMIT, "deep groups");
    tap_eq_i64(regex_parse_hex(str_of(deep), &arena, &regex, NULL), ERR_LIMIT, "deep hex groups");
    arena_clear(&arena);
}

/* Each byte of a program is changed in turn: refused, or still safe to run. */
static void
test_check(void)
{
    struct arena arena = ARENA;
    struct buf code = BUF(1 << 20);
    struct regex *regex;
    struct regex_part *parts;
    size_t count, refused = 0;
    regex_parse(STR("(ab|c[d-f]+g){2,5}\\bxyz.{3,70}(q|$)"), 0, &arena, &regex, NULL);
    tap_eq_i64(regex_compile(regex, 0, test_rate, &arena, &code, &parts, &count, NULL), OK,
               "taken");
    tap_eq_i64(regex_check(buf_view(&code), NULL), OK, "what was compiled is sound");
    tap_ok(regex_check_place(buf_view(&code), parts[0].forward), "a program begins there");
    tap_ok(!regex_check_place(buf_view(&code), parts[0].forward + 8), "none behind its head");
    tap_ok(!regex_check_place(buf_view(&code), UINT32_MAX), "none behind the end");
    for (size_t i = 0; i < code.n; i++) {
        code.p[i] ^= 0x15;
        if (regex_check(buf_view(&code), NULL))
            refused++;
        else
            regex_forward(machine, buf_view(&code), 0, STR("abcdgxyz12345678q"), 0, true, NULL,
                          NULL);
        code.p[i] ^= 0x15;
    }
    tap_ok(refused > 50, "%zu of %zu broken programs are refused", refused, code.n);
    tap_eq_i64(regex_check((str){code.p, code.n - 8}, NULL), ERR_CORRUPT, "a cut one is refused");
    buf_clear(&code);
    arena_clear(&arena);
}

int
main(void)
{
    machine = regex_machine_new();
    test_refused();
    test_hex_refused();
    test_matches();
    test_runs();
    test_split();
    test_masked();
    test_literals();
    test_search();
    test_long_search();
    test_catastrophes();
    test_check();
    regex_machine_free(machine);
    return tap_done();
}
