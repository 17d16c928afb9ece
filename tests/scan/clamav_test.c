/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of ClamAV's signature files, and the rules, entries and refusals that they become. */
#include "base/tap.h"
#include "scan/clamav/clamav.h"

#include "base/buf.h"
#include "base/limits.h"

#include <stdio.h>
#include <zlib.h>

/* What a sink was told, as text. */
static struct buf told = BUF(1 << 20);

static errcode
on_rule(void *context, str name, str body, const struct clamav_origin *origin, struct err *err)
{
    (void)context;
    (void)origin;
    (void)err;
    buf_printf(&told, "rule %.*s\n%.*s", STR_ARG(name), STR_ARG(body));
    return OK;
}

static errcode
on_hash(void *context, const struct clamav_hash *hash, const struct clamav_origin *origin,
        struct err *err)
{
    static const char *const of[] = {"file", "section", "imports"};
    static const char *const kinds[] = {"md5", "sha1", "sha256"};
    char hex[2 * SHA256_BYTES + 1];
    (void)context;
    (void)origin;
    (void)err;
    buf_printf(&told, "%s %s %s ", of[hash->of], kinds[hash->kind],
               hex_format(hash->bytes, digest_size(hash->kind), hex));
    if (hash->has_size)
        buf_u64(&told, hash->size);
    else
        buf_z(&told, "any");
    buf_printf(&told, " %s%.*s", hash->is_good ? "good " : "", STR_ARG(hash->name));
    return OK;
}

static void
add_range(const struct clamav_range *range)
{
    if (range->any)
        buf_z(&told, " *");
    else
        buf_printf(&told, " %llu-%llu", (unsigned long long)range->min,
                   (unsigned long long)range->max);
}

static errcode
on_container(void *context, const struct clamav_container *c, const struct clamav_origin *origin,
             struct err *err)
{
    (void)context;
    (void)origin;
    (void)err;
    buf_printf(&told, "%.*s in %.*s named %.*s", STR_ARG(c->name), STR_ARG(c->type),
               STR_ARG(c->name_regex));
    add_range(&c->container_size);
    add_range(&c->packed_size);
    add_range(&c->real_size);
    add_range(&c->position);
    buf_printf(&told, " encrypted %d", c->encrypted);
    if (c->has_crc)
        buf_printf(&told, " crc %08x", c->crc);
    return OK;
}

static errcode
on_ignored(void *context, const struct clamav_ignore *ignore, const struct clamav_origin *origin,
           struct err *err)
{
    char hex[33];
    (void)context;
    (void)origin;
    (void)err;
    buf_printf(&told, "ignore %.*s%s%s", STR_ARG(ignore->name), ignore->has_md5 ? " " : "",
               ignore->has_md5 ? hex_format(ignore->md5, 16, hex) : "");
    return OK;
}

static void
on_refused(void *context, const struct clamav_origin *origin, errcode code, const char *reason)
{
    (void)context;
    (void)origin;
    buf_printf(&told, "%s: %s", err_code_name(code), reason);
}

static const struct clamav_sink sink = {
    .rule = on_rule,
    .hash = on_hash,
    .container = on_container,
    .ignored = on_ignored,
    .refused = on_refused,
};

static struct clamav_counts
load(const char *path, str content, const struct clamav_macros *macros)
{
    struct clamav_counts counts = {0};
    struct err err;
    buf_reset(&told);
    tap_no_err(clamav_load(path, content, macros, &sink, &counts, &err), &err, "loading %s", path);
    return counts;
}

static void
check_line(const char *path, const char *line, const char *want)
{
    load(path, str_of(line), NULL);
    tap_eq_str(buf_view(&told), str_of(want), "%s: %s", path, line);
}

#define MD5 "44d88612fea8a8f36de82e1278abb02f"
#define SHA1 "3395856ce81f2b7382dee72602f798b642f14140"
#define SHA256 "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"

static void
test_hashes(void)
{
    static const struct {
        const char *path, *line, *want;
    } cases[] = {
        {"a.hdb", MD5 ":68:Eicar", "file md5 " MD5 " 68 Eicar"},
        {"a.hdb", "44D88612FEA8A8F36DE82E1278ABB02F:68:Eicar\r", "file md5 " MD5 " 68 Eicar"},
        {"a.HDB", SHA256 ":68:Eicar", "file sha256 " SHA256 " 68 Eicar"},
        {"a.hsb", SHA1 ":68:Eicar", "file sha1 " SHA1 " 68 Eicar"},
        {"a.hsb", SHA256 ":*:Eicar:73", "file sha256 " SHA256 " any Eicar"},
        {"a.hsb", SHA256 ":*:Eicar", "format: a hash of any size needs level 73 or more"},
        {"a.hsb", SHA256 ":*:Eicar:72", "format: a hash of any size needs level 73 or more"},
        {"a.hdb", MD5 ":68:Eicar:1:216", "file md5 " MD5 " 68 Eicar"},
        {"a.hdb", MD5 ":68:Eicar:217", ""},
        {"a.hdb", MD5 ":68:Eicar:1:215", ""},
        {"a.hdb", MD5 ":68:Eicar:x", "format: functionality levels \"x\" to \"\" are no numbers"},
        {"a.hdb", MD5 ":0:Eicar", "format: the size \"0\" is no positive number"},
        {"a.hdb", MD5 ":0x44:Eicar", "format: the size \"0x44\" is no positive number"},
        {"a.hdb", MD5 ":68", "format: 2 fields where 3 to 5 are right"},
        {"a.hdb", MD5 ":68:a:1:2:3", "format: 6 fields where 3 to 5 are right"},
        {"a.hdb", "4d88612:68:Eicar", "format: \"4d88612\" is no MD5, SHA-1 or SHA-256"},
        {"a.hdb", MD5 ":68:", "format: the name has 0 bytes, 1 to 255 are right"},
        {"a.hdb", "# " MD5 ":68:Eicar", ""},
        {"a.mdb", "512:" MD5 ":Section", "section md5 " MD5 " 512 Section"},
        {"a.msb", "*:" SHA256 ":Section:73", "section sha256 " SHA256 " any Section"},
        {"a.imp", MD5 ":7:Imports", "imports md5 " MD5 " 7 Imports"},
        {"a.imp", SHA1 ":7:Imports", "format: the hash of an import table is an MD5"},
        {"a.fp", MD5 ":68:Eicar", "file md5 " MD5 " 68 good Eicar"},
        {"a.sfp", SHA1 ":68:Eicar", "file sha1 " SHA1 " 68 good Eicar"},
        {"a.ign2", "Eicar", "ignore Eicar"},
        {"a.ign2", "Eicar:" MD5, "ignore Eicar " MD5},
        {"a.ign2", "Eicar:1", "format: \"1\" is no MD5"},
        {"a.ign", "daily.ndb:12:Eicar", "ignore Eicar"},
        {"a.ign", "a:b", "format: 2 fields do not name a signature"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_line(cases[i].path, cases[i].line, cases[i].want);
}

static void
test_containers(void)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"Z:CL_TYPE_ZIP:*:\\.exe$:100-200:68:0:1:6851cf3c:*",
         "Z in CL_TYPE_ZIP named /\\x2eexe$/s * 100-200 68-68 1-1 encrypted 0 crc 6851cf3c"},
        {"Z:*:10-20:*:*:*:*:*:*:*:51:255", "Z in  named  10-20 * * * encrypted -1"},
        {"Z:CL_TYPE_ANY:*:(?i)^\\d[\\d].*|b:*:*:1:*:*:*",
         "Z in  named /^d[\\x44\\x5c\\x64].*|b/is * * * * encrypted 1"},
        {"Z:*:*:*:*:*:*:*:*:*:300", ""},
        {"Z:ZIP:*:*:*:*:*:*:*:*", "format: \"ZIP\" is no type of container"},
        {"Z:*:9-2:*:*:*:*:*:*:*", "format: \"9-2\" is no number, range or *"},
        {"Z:*:9-:*:*:*:*:*:*:*", "format: \"9-\" is no number, range or *"},
        {"Z:*:*:*:*:*:2:*:*:*", "format: \"2\" is not 0, 1 or *"},
        {"Z:*:*:*:*:*:*:*:xyz:*", "format: \"xyz\" is no CRC"},
        {"Z:*:*::*:*:*:*:*:*", "format: the name's regular expression is empty"},
        {"Z:*:*:*:*:*:*:*:*", "format: 9 fields where 10 to 12 are right"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_line("a.cdb", cases[i].line, cases[i].want);
}

/* The definition of the only string, and the condition. */
static void
test_extended(void)
{
    static const struct {
        const char *line, *string, *condition;
    } cases[] = {
        {"N:0:*:41424344", "{ 41 42 43 44 }", "$0"},
        {"N:1:*:4142", "{ 41 42 }", "clamav.target == 1 and $0"},
        {"N:*:*:4142", "{ 41 42 }", "$0"},
        {"N:0:0:41??4?", "{ 41 ?? 4? }", "($0 at 0)"},
        {"N:0:10,5:?142", "{ ?1 42 }", "($0 in (10..15))"},
        {"N:0:EOF-8:41*42", "{ 41 [-] 42 }", "($0 at filesize - 8)"},
        {"N:0:EOF-8,2:41{3}42", "{ 41 [3] 42 }", "($0 in (filesize - 8..filesize - 6))"},
        {"N:1:EP+0:41{-3}42", "{ 41 [0-3] 42 }",
         "clamav.target == 1 and ($0 at clamav.entry_point)"},
        {"N:1:EP-4,8:41{3-}42", "{ 41 [3-] 42 }",
         "clamav.target == 1 and ($0 in (clamav.entry_point - 4..clamav.entry_point + 4))"},
        {"N:6:S2+5:41[2-9]42", "{ 41 [2-9] 42 }",
         "clamav.target == 6 and ($0 at clamav.sections[2].offset + 5)"},
        {"N:1:SE1:41{1}*{-2}42", "{ 41 [1-] 42 }",
         "clamav.target == 1 and ($0 in (clamav.sections[1].offset..clamav.sections[1].offset + "
         "clamav.sections[1].size))"},
        {"N:1:SL+3:{2}4142{1}", "{ ?? ?? 41 42 ?? }",
         "clamav.target == 1 and ($0 at clamav.last_section + 3)"},
        {"N:1:VI:4142", "{ 41 42 }",
         "clamav.target == 1 and (for any v in clamav.version_info : ($0 at v))"},
        {"N:0:*:41(42|4344|4?)45", "{ 41 ( 42 | 43 44 | 4? ) 45 }", "$0"},
        {"N:0:*:41((42|43){2}|44)45", "{ 41 ( ( 42 | 43 ) ?? ?? | 44 ) 45 }", "$0"},
        {"N:0:*:41!(42)43", "{ 41 ~42 43 }", "$0"},
        {"N:0:*:41!(42|44)43", "/A[\\x00-\\x41\\x43\\x45-\\xff]C/s", "$0"},
        {"N:0:*:41!(4243|4245)*46", NULL, "$0"},
        {"N:0:*:41!(4243)46", "/A([\\x00-\\x41\\x43-\\xff].|B[\\x00-\\x42\\x44-\\xff])F/s", "$0"},
        {"N:0:*:(B)4142", "/(^|[\\x20\\x2d-\\x2f\\x3c\\x40\\x5f])AB/s", "$0"},
        {"N:0:*:4142(L)", "/AB($|\\r?[\\x0a])/s", "$0"},
        {"N:0:*:41(W)42", "/A[\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\xff]B/s", "$0"},
        {"N:0:7:(L)4142", "/(^|[\\x0a])AB/s", "($0 at 6)"},
        {"N:0:0:(L)4142", "{ 41 42 }", "($0 at 0)"},
        {"N:7:*:6142", "\"aB\" nocase", "clamav.target == 7 and $0"},
        {"N:3:*:61??", "{ (41|61) ?? }", "clamav.target == 3 and $0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[512];
        load("a.ndb", str_of(cases[i].line), NULL);
        if (!cases[i].string) {
            tap_ok(str_find(buf_view(&told), STR("{ 41 (")) != SIZE_MAX, "%s", cases[i].line);
            continue;
        }
        snprintf(want, sizeof want, "rule N\nstrings:\n$0 = %s\ncondition:\n%s\n", cases[i].string,
                 cases[i].condition);
        tap_eq_str(buf_view(&told), str_of(want), "%s", cases[i].line);
    }
}

static void
test_extended_refused(void)
{
    static const struct {
        const char *line, *reason;
    } cases[] = {
        {"N:0:*", "3 fields where 4 to 6 are right"},
        {"N:8:*:4142", "\"8\" is no kind of file"},
        {"N:15:*:4142", "\"15\" is no kind of file"},
        {"N:0:EP+0:4142", "the offset \"EP+0\" does not go with target 0"},
        {"N:6:VI:4142", "the offset \"VI\" does not go with target 6"},
        {"N:0:EOF:4142", "the offset \"EOF\" is wrong"},
        {"N:0:EOF+1:4142", "the offset \"EOF+1\" is wrong"},
        {"N:0:5-2:4142", "the offset \"5-2\" is wrong"},
        {"N:0:*,5:4142", "the offset \"*,5\" is wrong"},
        {"N:1:SL-1:4142", "the offset \"SL-1\" is wrong"},
        {"N:0:*:", "the content has no byte without wildcards"},
        {"N:0:*:????", "the content has no byte without wildcards"},
        {"N:0:*:414",
         "the content is wrong at position 3: two hexadecimal digits or ? are expected"},
        {"N:0:*:41 42",
         "the content is wrong at position 3: two hexadecimal digits or ? are expected"},
        {"N:0:*:41{3", "the content is wrong at position 3: the gap has no end"},
        {"N:0:*:41{5-2}42", "the content is wrong at position 3: the gap's bounds are wrong"},
        {"N:0:*:41{}42", "the content is wrong at position 3: the gap's bounds are wrong"},
        {"N:0:*:*4142", "the content begins with a gap"},
        {"N:0:*:4142{1-2}", "the content ends with a gap"},
        {"N:0:*:41(42|43", "the content is wrong at position 9: a ) is missing"},
        {"N:0:*:4142)43", "the content is wrong at position 5: no ( stands before it"},
        {"N:0:*:41(42|)43", "the content is wrong at position 6: an alternative is empty"},
        {"N:0:*:41(42*|43)44",
         "the content is wrong at position 7: only a gap of one length may stand in alternatives"},
        {"N:0:*:41!(42|4344)45", "the content is wrong at position 3: negated alternatives must be "
                                 "bytes of one length"},
        {"N:0:*:41!(4?)45", "the content is wrong at position 3: negated alternatives must be "
                            "bytes without wildcards"},
        {"N:0:*:41!42", "the content is wrong at position 3: ( is expected after !"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[256];
        snprintf(want, sizeof want, "format: %s", cases[i].reason);
        check_line("a.ndb", cases[i].line, want);
    }
    check_line("a.ndb", "N:0:*:4142:217", "");
}

/* Expressions over four parts, in conditions that name their strings. */
static void
test_logic(void)
{
    static const struct {
        const char *expression, *condition;
    } cases[] = {
        {"0&1&2&3", "$0 and $1 and $2 and $3"},
        {"(0|1)&(2|3)", "($0 or $1) and ($2 or $3)"},
        {"0&1|2&3", "$0 and ($1 or $2 and $3)"},
        {"(0|1&2)&3", "($0 or $1) and $2 and $3"},
        {"0=0&1>1&2<3&3=2", "#0 == 0 and #1 > 1 and #2 < 3 and #3 == 2"},
        {"0>1,2&1&2&3", "#0 > 1 and $1 and $2 and $3"},
        {"(0|1|2|3)>2", "#0 + #1 + #2 + #3 > 2"},
        {"(0|1|2|3)>2,2", "#0 + #1 + #2 + #3 > 2 and clamav.when($0, 1) + clamav.when($1, 1) + "
                          "clamav.when($2, 1) + clamav.when($3, 1) >= 2"},
        {"(0&1&2&3)>4", "$0 and $1 and $2 and $3 and #0 + #1 + #2 + #3 > 4"},
        {"(0&1&2&3)=0", "(not ($0 and $1 and $2 and $3) or #0 + #1 + #2 + #3 == 0)"},
        {"((0&1)|2|3)>1", "clamav.when($0 and $1, #0 + #1) + #2 + #3 > 1"},
        {"((0|1)>1|2|3)=2", "clamav.when(#0 + #1 > 1, #0 + #1) + #2 + #3 == 2"},
        {"(0=0|1|2|3)<2", "clamav.when(#0 == 0, #0) + #1 + #2 + #3 < 2"},
        {"(0&1&2&3)>4,5", "$0 and $1 and $2 and $3 and #0 + #1 + #2 + #3 > 4 and false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[512], want[512];
        snprintf(line, sizeof line, "N;Target:0;%s;4141;4242;4343;4444", cases[i].expression);
        snprintf(want, sizeof want,
                 "rule N\nstrings:\n$0 = { 41 41 }\n$1 = { 42 42 }\n$2 = { 43 43 }\n"
                 "$3 = { 44 44 }\ncondition:\n(%s)\n",
                 cases[i].condition);
        load("a.ldb", str_of(line), NULL);
        tap_eq_str(buf_view(&told), str_of(want), "%s", cases[i].expression);
    }
}

static void
test_logical(void)
{
    static const struct {
        const char *rest, *want; /* of "N;" and behind "rule N\n" */
    } cases[] = {
        {"Engine:51-255,Target:1,FileSize:10-20,EntryPoint:1-2,NumberOfSections:3-4;0;4142",
         "strings:\n$0 = { 41 42 }\ncondition:\nclamav.target == 1 and filesize >= 10 and "
         "filesize <= 20 and clamav.entry_point >= 1 and clamav.entry_point <= 2 and "
         "clamav.number_of_sections >= 3 and clamav.number_of_sections <= 4 and ($0)\n"},
        {"Target:0,Container:CL_TYPE_ZIP;0;4142",
         "strings:\n$0 = { 41 42 }\ncondition:\nclamav.container == \"CL_TYPE_ZIP\" and ($0)\n"},
        {"Target:0,Container:CL_TYPE_ANY;0;4142",
         "strings:\n$0 = { 41 42 }\ncondition:\nnot defined clamav.container and ($0)\n"},
        {"Target:0;0;EOF-2:4142", "strings:\n$0 = { 41 42 }\ncondition:\n(($0 at filesize - 2))\n"},
        {"Target:0;0>1;5,2:4142", "strings:\n$0 = { 41 42 }\ncondition:\n(#0 in (5..7) > 1)\n"},
        {"Target:0;0;4142::i", "strings:\n$0 = \"AB\" nocase\ncondition:\n($0)\n"},
        {"Target:0;0;225c00::wfai",
         "strings:\n$0 = \"\\\"\\\\\\x00\" wide ascii nocase fullword\ncondition:\n($0)\n"},
        {"Target:0;0;4142::a", "strings:\n$0 = { 41 42 }\ncondition:\n($0)\n"},
        {"Target:0;0;41??42::w", "strings:\n$0 = { 41 00 ?? 00 42 00 }\ncondition:\n($0)\n"},
        {"Target:0;0>1;41{2}42::wai",
         "strings:\n$0 = { (41|61) [2] (42|62) }\n$0w = { (41|61) 00 [2] (42|62) 00 }\n"
         "condition:\n(#0 + #0w > 1)\n"},
        {"Target:0;0;9:41{2}42::wa", "strings:\n$0 = { 41 [2] 42 }\n$0w = { 41 00 [2] 42 00 }\n"
                                     "condition:\n(($0 at 9 or $0w at 9))\n"},
        {"Target:0;0;41??42::f",
         "strings:\n$0 = /(^|[\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\xff])A.B"
         "($|[\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\xff])/s\ncondition:\n($0)\n"},
        {"Target:0;0&1;4142;0(>>4#ib2#>0x100,<600)",
         "strings:\n$0 = { 41 42 }\ncondition:\n($0 and ($0 and "
         "clamav.number(\"ib\", @0[#0] + 4, 2) > 256 and "
         "clamav.number(\"ib\", @0[#0] + 4, 2) < 600))\n"},
        {"Target:0;1;7:4142;0(<<4#dbe3#=5)",
         "strings:\n$0 = { 41 42 }\ncondition:\n((($0 at 7) and "
         "clamav.number(\"dbe\", (7) - 4, 3) == 5))\n"},
        {"Target:0;1;4142;0/a.b/si",
         "strings:\n$0 = { 41 42 }\n$1 = /a.b/is\ncondition:\n((($0) and ($1)))\n"},
        {"Target:0;1;4142;9:0=0/a/",
         "strings:\n$0 = { 41 42 }\n$1 = /a/\ncondition:\n(((#0 == 0) and ($1 at 9)))\n"},
        {"Target:0;1;4142;9:0/a/r",
         "strings:\n$0 = { 41 42 }\n$1 = /a/\ncondition:\n((($0) and ($1 in (9..filesize))))\n"},
        {"Target:0;1;4142;9,5:0/ab/e",
         "strings:\n$0 = { 41 42 }\n$1 = /ab/\ncondition:\n((($0) and (for any i in (1..#1) : "
         "(@1[i] >= 9 and @1[i] + !1[i] <= 14))))\n"},
        {"Target:0;1>2;4142;0/ab/g", "strings:\n$0 = { 41 42 }\n$1 = /ab/\ncondition:\n"
                                     "(clamav.when((($0) and ($1)), #1) > 2)\n"},
        {"Target:0;1;4142;0/^ab/",
         "strings:\n$0 = { 41 42 }\n$1 = /ab/\ncondition:\n((($0) and ($1 at 0)))\n"},
        /* a part that nothing asks for makes no string */
        {"Target:0;1;4142;4344", "strings:\n$1 = { 43 44 }\ncondition:\n($1)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[512], want[1024];
        snprintf(line, sizeof line, "N;%s", cases[i].rest);
        snprintf(want, sizeof want, "rule N\n%s", cases[i].want);
        load("a.ldb", str_of(line), NULL);
        tap_eq_str(buf_view(&told), str_of(want), "%s", cases[i].rest);
    }
}

static void
test_logical_refused(void)
{
    static const struct {
        const char *rest, *want; /* of "N;" */
    } cases[] = {
        {"Target:0;0", "format: 3 fields where 4 or more are right"},
        {"Engine:51-255;0;4142", "format: the file's description has no Target"},
        {"Target:0,Foo:1;0;4142", "unsupported: the file's description asks for Foo"},
        {"Target:1,IconGroup1:x;0;4142", "unsupported: the file's description asks for IconGroup1"},
        {"Target:0,Intermediates:CL_TYPE_ZIP;0;4142",
         "unsupported: the file's description asks for Intermediates"},
        {"Target:0,FileSize:5;0;4142", "format: \"5\" is no range"},
        {"Target:0,Container:\"x\";0;4142", "format: \"\"x\"\" is no type of file"},
        {"Target:0;0;41421", "format: sub-signature 0: the content is wrong at position 5: two "
                             "hexadecimal digits or ? are expected"},
        {"Target:0;0&1;4142;", "format: sub-signature 1 is empty"},
        {"Target:0;1;4142", "format: the logical expression is wrong at position 2: there is no "
                            "sub-signature of this number"},
        {"Target:0;0&;4142",
         "format: the logical expression is wrong at position 3: a number is expected"},
        {"Target:0;(0;4142",
         "format: the logical expression is wrong at position 3: a ) is missing"},
        {"Target:0;0);4142",
         "format: the logical expression is wrong at position 2: no ( stands before it"},
        {"Target:0;();4142",
         "format: the logical expression is wrong at position 2: a number is expected"},
        {"Target:0;0 &1;4142;4142",
         "format: the logical expression is wrong at position 2: & or | is expected"},
        {"Target:0;(0>1)>2;4142",
         "format: the logical expression is wrong at position 6: a second comparison"},
        {"Target:0;0;4142::x", "format: sub-signature 0: \"x\" is no modifier"},
        {"Target:0;0;41!(42)43::i",
         "format: sub-signature 0: negated alternatives take no modifiers"},
        {"Target:0;0;41??42::wf",
         "unsupported: sub-signature 0: wide text with wildcards cannot be "
         "a full word or stand at a word's or line's end"},
        {"Target:0;0;fuzzy_img#af2ad01ed42993c7#0",
         "unsupported: sub-signature 0: it compares images by their look (fuzzy_img)"},
        {"Target:0;0&1;4142;0(>>4#dl2#=1)",
         "format: sub-signature 1: decimal numbers are big-endian"},
        {"Target:0;0&1;4142;0(>>4#il3#=1)",
         "format: sub-signature 1: binary numbers have 1, 2, 4 or 8 bytes"},
        {"Target:0;0&1;4142;0(4#il2#=1)", "format: sub-signature 1: the offset \"4\" is wrong"},
        {"Target:0;0&1;4142;0(>>4#il2#!1)",
         "format: sub-signature 1: the comparisons \"!1\" are wrong"},
        {"Target:0;0&1;4142;1(>>4#il2#=1)",
         "format: sub-signature 1: sub-signature 1 does not stand before it"},
        {"Target:0;0&1;4142;/a/", "format: sub-signature 1: the regular expression has no trigger"},
        {"Target:0;0&1;4142;0/a",
         "format: sub-signature 1: the regular expression has no closing /"},
        {"Target:0;0&1;4142;0//", "format: sub-signature 1: the regular expression is empty"},
        {"Target:0;0&1;4142;1/a/", "format: sub-signature 1: the logical expression is wrong at "
                                   "position 2: there is no sub-signature of this number"},
        {"Target:0;0&1;4142;0/a/Z",
         "format: sub-signature 1: \"Z\" is no flag of a regular expression"},
        {"Target:0;0&1;4142;${", "format: sub-signature 1: the macro is not ${min-max}group$"},
        {"Target:0;0&1;4142;${1-2}3$",
         "format: sub-signature 1: macro group 3 is empty or stands first"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[512];
        snprintf(line, sizeof line, "N;%s", cases[i].rest);
        check_line("a.ldb", line, cases[i].want);
    }
}

/* Patterns between the slashes and what YARA gets, or the reason. */
static void
test_regexes(void)
{
    static const struct {
        const char *text, *want; /* "pattern/flags" */
    } cases[] = {
        {"abc_1/", "/abc_1/"},
        {"a b\\x3B\\//", "/a\\x20b\\x3b\\x2f/"},
        {"\\x00{3}?Command[0-9]{1,2}+/", "/\\x00{3}Command[\\x30-\\x39]{1,2}/"},
        {"a.*?b+?c?\?/s", "/a.*b+c?/s"},
        {"(?:a|b)(?<n>c)(?P<m>d)(?#x)e/", "/(a|b)(c)(d)e/"},
        {"(?is)a/", "/a/is"},
        {"a b[ ] # c/x", "/ab[\\x20]/"},
        {"\\d\\D/", "/[\\x30-\\x39][\\x00-\\x2f\\x3a-\\xff]/"},
        {"[\\w-]/", "/[\\x2d\\x30-\\x39\\x41-\\x5a\\x5f\\x61-\\x7a]/"},
        {"[^]a\\]]/", "/[\\x00-\\x5c\\x5e-\\x60\\x62-\\xff]/"},
        {"[^a]/i", "/[\\x00-\\x40\\x42-\\x60\\x62-\\xff]/i"},
        {"[[:xdigit:]]/", "/[\\x30-\\x39\\x41-\\x46\\x61-\\x66]/"},
        {"\\x{41}\\101\\0\\e\\t/", "/AA\\x00\\x1b\\x09/"},
        {"a{,3}b{2/", "/a\\x7b\\x2c3\\x7db\\x7b2/"},
        {"\\Qa.b\\E\\.c/", "/a\\x2eb\\x2ec/"},
        {"^a$/", "/a\\x0a?$/"},
        {"^a$/E", "/a$/"},
        {"^a|^b/", "/^a|^b/"},
        {"(^a|b)(c?)/", "/(^a|b)(c?)/"},
        {"(^a|^b)$/m", "/((^|\\x0a)a|(^|\\x0a)b)($|\\x0a)/"},
        {"a\\b\\Bb\\z/", "/a\\b\\Bb$/"},
        {"a(?=b)/", "position 2: lookaround"},
        {"a(?<!b)/", "position 2: lookaround"},
        {"a(?>b)/", "position 2: an atomic group"},
        {"(a)\\1/", "position 5: a backreference"},
        {"(?P=n)/", "position 3: this kind of group"},
        {"a++b/", "position 4: a possessive quantifier with more behind it"},
        {"a$b/", "position 3: $ is taken at the end only"},
        {"a^b/m", "position 3: ^ of lines is taken at the beginning only"},
        {"\\x{100}/", "position 8: a character above 255"},
        {"a(/", "position 3: a ) is missing"},
        {"a)/", "position 2: no ( stands before it"},
        {"[a/", "position 3: the class has no ]"},
        {"[b-a]/", "position 5: the range in a class runs backwards"},
        {"\\pL/", "position 2: this escape"},
        {"a(?i)b/", "position 2: options are taken at the beginning only"},
        {"*a/", "position 1: a quantifier that follows nothing to repeat"},
        {"a\\R/", "position 3: this escape"},
        {"(*UTF8)a/", "position 1: a verb"},
        {"a*/", "position 3: it matches nothing at all as well"},
        {"ab|(c{0,2}|d)e?/", "position 16: it matches nothing at all as well"},
        {"\\b^$/", "position 5: it matches nothing at all as well"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256], want[256];
        snprintf(line, sizeof line, "N;Target:0;1;4142;0/%s", cases[i].text);
        load("a.ldb", str_of(line), NULL);
        snprintf(want, sizeof want, cases[i].want[0] == '/' ? "$1 = %s\n" : "%s", cases[i].want);
        bool found = str_find(buf_view(&told), str_of(want)) != SIZE_MAX;
        tap_ok(found, "%s", cases[i].text);
        if (!found)
            tap_note("want %s, got %.*s", want, STR_ARG(buf_view(&told)));
    }
}

/* The example of the format's documentation. */
static void
test_macros(void)
{
    struct clamav_macros *macros = clamav_macros_new();
    str members = STR("D1:0:$12:626262\nD2:0:$12:636363\nD3:0:$30:626264\n");
    clamav_macros_read(macros, members);
    struct clamav_counts counts = load("a.ndb", members, macros);
    tap_eq_i64(counts.macros, 3, "macros are counted");
    tap_eq_i64(counts.rules, 0, "and are no rules");
    load("a.ldb", STR("TestMacro;Engine:51-255,Target:0;0&1;616161;${6-7}12$"), macros);
    tap_eq_str(buf_view(&told),
               STR("rule TestMacro\nstrings:\n$0 = { 61 61 61 }\n$1m0 = { 62 62 62 }\n"
                   "$1m1 = { 63 63 63 }\ncondition:\n($0 and ($0 and for any i in (1..#0) : "
                   "($1m0 in (@0[i] + 6..@0[i] + 7) or $1m1 in (@0[i] + 6..@0[i] + 7))))\n"),
               "a macro is a choice of its group's strings");
    load("a.ldb", STR("T;Target:0;0;${6-7}12$;4142"), macros);
    tap_eq_str(buf_view(&told),
               STR("format: sub-signature 0: macro group 12 is empty or stands first"),
               "a macro leans on the part before it");
    clamav_macros_free(macros);
}

/* Lines made to cost much end with a limit. */
static void
test_limits(void)
{
    struct buf line = BUF(2 << 20);
    buf_z(&line, "N:0:*:41!(");
    for (int i = 0; i < 257; i++)
        buf_printf(&line, "%s%04x", i ? "|" : "", (unsigned)i);
    buf_z(&line, ")42");
    load("a.ndb", buf_view(&line), NULL);
    tap_eq_str(buf_view(&told), STR("limit: more than 256 negated alternatives"), "negations");
    buf_reset(&line);
    buf_z(&line, "N:0:*:41");
    for (int i = 0; i < 33; i++)
        buf_char(&line, '(');
    load("a.ndb", buf_view(&line), NULL);
    tap_eq_str(buf_view(&told), STR("limit: more than 32 parentheses in parentheses"), "nesting");
    /* Each level holds the one below twice: its truth and its number. */
    buf_reset(&line);
    buf_z(&line, "N;Target:0;");
    for (int i = 0; i < 20; i++)
        buf_char(&line, '(');
    buf_z(&line, "0");
    for (int i = 0; i < 20; i++)
        buf_z(&line, "|0)>1");
    buf_z(&line, ";4142");
    load("a.ldb", buf_view(&line), NULL);
    tap_eq_str(buf_view(&told),
               STR("limit: the signature becomes a condition of more than 32768 bytes"),
               "conditions");
    buf_reset(&line);
    buf_z(&line, "N;Target:0;0");
    for (int i = 0; i < 65; i++)
        buf_z(&line, ";4142");
    load("a.ldb", buf_view(&line), NULL);
    tap_eq_str(buf_view(&told), STR("limit: more than 64 sub-signatures"), "sub-signatures");
    buf_reset(&line);
    buf_z(&line, "N:0:*:");
    while (line.n <= LIMIT_LINE)
        buf_z(&line, "4142");
    load("a.ndb", buf_view(&line), NULL);
    tap_eq_str(buf_view(&told), STR("limit: the line has more than 1048576 bytes"), "lines");
    struct clamav_macros *macros = clamav_macros_new();
    buf_reset(&line);
    for (int i = 0; i < 5000; i++)
        buf_z(&line, "N:0:$3:4142\n");
    clamav_macros_read(macros, buf_view(&line));
    load("a.ldb", STR("N;Target:0;1;4142;${1-2}3$"), macros);
    tap_ok(str_starts(buf_view(&told), STR("limit: sub-signature 1: a macro's condition")),
           "macros");
    clamav_macros_free(macros);
    buf_clear(&line);
}

static void
test_kinds_and_counts(void)
{
    tap_eq_i64(clamav_kind_of("x/daily.ldb"), CLAMAV_READ, "ldb is read");
    tap_eq_i64(clamav_kind_of("main.cvd"), CLAMAV_SKIPPED, "cvd is skipped");
    tap_eq_i64(clamav_kind_of("a.crb"), CLAMAV_SKIPPED, "crb is skipped");
    tap_eq_i64(clamav_kind_of("a.yar"), CLAMAV_OTHER, "yar is another's");
    tap_eq_i64(clamav_kind_of("ndb"), CLAMAV_OTHER, "a name is no ending");
    struct clamav_counts counts = {0};
    struct err err;
    tap_eq_i64(clamav_load("a.crb", STR("x"), NULL, &sink, &counts, &err), ERR_UNSUPPORTED,
               "what is skipped is not loaded");
    counts = load("a.ndb", STR("# c\n\nA:0:*:4142\r\nB:0:*:41\nC:0:*:4\nD:0:*:4142:300\n"), NULL);
    tap_eq_i64(counts.rules, 2, "rules");
    tap_eq_i64(counts.refused, 1, "refused");
    tap_eq_i64(counts.other_level, 1, "of other levels");
    const struct clamav_sink deaf = {0};
    counts = (struct clamav_counts){0};
    tap_no_err(clamav_load("a.ndb", STR("A:0:*:4142\nC:0:*:4"), NULL, &deaf, &counts, &err), &err,
               "a sink that takes nothing");
    tap_ok(counts.rules == 1 && counts.refused == 1, "is told nothing");
}

static errcode
stop(void *context, str name, str body, const struct clamav_origin *origin, struct err *err)
{
    (void)name;
    (void)body;
    (void)origin;
    return err_set(err, *(errcode *)context, "no");
}

static void
test_sink_errors(void)
{
    errcode code = ERR_IO;
    struct clamav_sink stopping = {.context = &code, .rule = stop, .refused = on_refused};
    struct clamav_counts counts = {0};
    struct err err;
    str lines = STR("A:0:*:4142\nB:0:*:4142\n");
    tap_eq_i64(clamav_load("a.ndb", lines, NULL, &stopping, &counts, &err), ERR_IO,
               "the sink's error ends the load");
    tap_eq_z(err.text, "no", "with its message");
    code = ERR_FORMAT;
    buf_reset(&told);
    tap_no_err(clamav_load("a.ndb", lines, NULL, &stopping, &counts, &err), &err,
               "a rule that the sink cannot take");
    tap_eq_i64(counts.refused, 2, "is refused");
}

/* The signatures inside an archive of rules (tar, gzip) that is in use: all of them are taken. */
static void
test_real_signatures(void)
{
    enum { BLOCK = 512, SIZE_AT = 124, SIZE_DIGITS = 11, TEXT_MAX = 1 << 20 };
    static char text[TEXT_MAX];
    char header[BLOCK];
    size_t files = 0, rules = 0;
    gzFile archive = gzopen("../shared/data/yara-rules/ditekshen.tar.gz", "rb");
    if (!archive) {
        tap_skip("the shared archive of rules is absent");
        return;
    }
    while (gzread(archive, header, BLOCK) == BLOCK && header[0]) {
        size_t size = strtoul(header + SIZE_AT, NULL, 8);
        z_off_t rest = (z_off_t)((size + BLOCK - 1) / BLOCK * BLOCK);
        header[SIZE_AT + SIZE_DIGITS] = header[99] = 0;
        if (clamav_kind_of(header) != CLAMAV_READ || size > sizeof text) {
            gzseek(archive, rest, SEEK_CUR);
            continue;
        }
        gzread(archive, text, (unsigned)size);
        gzseek(archive, rest - (z_off_t)size, SEEK_CUR);
        struct clamav_counts counts = load(header, (str){text, size}, NULL);
        tap_eq_i64(counts.refused + counts.other_level, 0, "%s: nothing is refused", header);
        files++;
        rules += counts.rules;
    }
    gzclose(archive);
    tap_eq_i64(files, 2, "two files of signatures");
    tap_eq_i64(rules, 175, "all become rules");
}

int
main(void)
{
    test_hashes();
    test_containers();
    test_extended();
    test_extended_refused();
    test_logic();
    test_logical();
    test_logical_refused();
    test_regexes();
    test_macros();
    test_kinds_and_counts();
    test_sink_errors();
    test_limits();
    test_real_signatures();
    buf_clear(&told);
    return tap_done();
}
