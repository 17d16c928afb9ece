/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of YARA's own tests whose rule is one regular expression or hex string and asks only
 * whether it is there, or how long its first match is; and those that libyara refuses. */
#include "regex_matches.h"

#include "base/tap.h"
#include "scan/regex/regex.h"

#include <archive.h>
#include <stdlib.h>

static const char vectors[] = "../shared/data/yara-vectors/rules.txt.gz";
enum { INVALID_REGEX = 9, INVALID_HEX = 10 }; /* libyara's error codes */

static struct regex_machine *machine;
static unsigned long matched, refused;

/* The only string of a rule. */
struct one_string {
    str text;
    bool hex, wide, ascii;
    unsigned flags;
    str condition;
};

static size_t
count_of(str s, str needle)
{
    size_t count = 0;
    for (size_t at = str_find(s, needle); at != SIZE_MAX; at = str_find(s, needle)) {
        s = str_from(s, at + needle.n);
        count++;
    }
    return count;
}

/* Cuts the text of the string and its flags off *REST, which begins at `/` or `{`. */
static bool
take_text(str *rest, struct one_string *ret)
{
    ret->hex = rest->p[0] == '{';
    size_t end = 1;
    if (ret->hex)
        end = str_find(*rest, STR("}"));
    else
        while (end < rest->n && rest->p[end] != '/')
            end += rest->p[end] == '\\' ? 2 : 1;
    if (end >= rest->n)
        return false;
    ret->text = (str){rest->p + 1, end - 1};
    for (end++; !ret->hex && end < rest->n && ascii_lower(rest->p[end]) != ' '; end++)
        ret->flags |= rest->p[end] == 'i' ? REGEX_NOCASE : rest->p[end] == 's' ? REGEX_DOTALL : 0;
    *rest = str_from(*rest, end);
    return true;
}

static bool
take_modifiers(str words, struct one_string *ret)
{
    str word;
    while (str_cut(&words, ' ', &word)) {
        word = str_trim(word);
        if (str_eq(word, STR("wide")))
            ret->wide = true;
        else if (str_eq(word, STR("ascii")))
            ret->ascii = true;
        else if (str_eq(word, STR("nocase")))
            ret->flags |= REGEX_NOCASE;
        else if (word.n && !str_eq(word, STR("private")))
            return false;
    }
    return true;
}

static bool
one_string_of(str rule, struct one_string *ret)
{
    *ret = (struct one_string){0};
    size_t begin = str_find(rule, STR("$a =")), condition = str_find(rule, STR("condition:"));
    if (begin == SIZE_MAX || condition == SIZE_MAX || condition < begin ||
        count_of((str){rule.p, condition}, STR("$")) != 1 + count_of(rule, STR("$/")))
        return false;
    str rest = str_trim((str){rule.p + begin + 4, condition - begin - 4});
    if (!rest.n || (rest.p[0] != '/' && rest.p[0] != '{') || !take_text(&rest, ret))
        return false;
    ret->condition = str_from(rule, condition + 10);
    size_t end = str_find(ret->condition, STR("}"));
    ret->condition = str_trim((str){ret->condition.p, end == SIZE_MAX ? 0 : end});
    return take_modifiers(rest, ret);
}

static errcode
parse(const struct one_string *string, struct arena *arena, struct regex **ret, struct err *err)
{
    return string->hex ? regex_parse_hex(string->text, arena, ret, err)
                       : regex_parse(string->text, string->flags, arena, ret, err);
}

/* Ends of matches in FOUND become ends of the chain up to the piece whose matches are in NEXT. */
static void
join_chain(struct matches *found, const struct matches *next, const struct regex_piece *piece,
           size_t size)
{
    for (size_t at = 0; at <= size; at++) {
        size_t end = SIZE_MAX;
        if (found->end[at] == SIZE_MAX)
            continue;
        for (size_t to = found->end[at] + piece->gap_min; to <= size && end == SIZE_MAX; to++)
            if (to - found->end[at] <= piece->gap_max)
                end = next->end[to];
        found->end[at] = end;
    }
}

/* The length of the first match, or SIZE_MAX. */
static size_t
first_match(const struct one_string *string, unsigned flags, str data, struct err *err)
{
    static struct matches found, next;
    struct arena arena = ARENA;
    struct regex *regex;
    struct regex_piece *pieces;
    size_t count, length = SIZE_MAX;
    errcode code = parse(string, &arena, &regex, err);
    if (!code) {
        regex_split(regex, &arena, &pieces, &count);
        code = matches_of(machine, pieces[0].regex, flags, data, &found, err);
        for (size_t i = 1; !code && i < count; i++) {
            code = matches_of(machine, pieces[i].regex, flags, data, &next, err);
            join_chain(&found, &next, &pieces[i], data.n);
        }
    }
    tap_no_err(code, err, "%.*s is compiled", STR_ARG(string->text));
    for (size_t at = 0; !code && at <= data.n && length == SIZE_MAX; at++)
        if (found.end[at] != SIZE_MAX)
            length = found.end[at] - at;
    arena_clear(&arena);
    return length;
}

static void
check_match(const struct one_string *string, str data, bool wanted)
{
    struct err err = {0};
    uint64_t length = 0;
    str number = str_starts(string->condition, STR("!a == ")) ? str_from(string->condition, 6)
                                                              : (str){NULL, 0};
    bool by_length = number.n && str_to_u64(number, MATCHES_DATA, &length);
    if (data.n > MATCHES_DATA || (!by_length && !str_eq(string->condition, STR("$a"))))
        return;
    size_t got = SIZE_MAX;
    if (string->ascii || !string->wide)
        got = first_match(string, string->flags, data, &err);
    if (got == SIZE_MAX && string->wide)
        got = first_match(string, string->flags | REGEX_WIDE, data, &err);
    matched++;
    tap_eq_i64(got != SIZE_MAX, wanted, "%.*s", STR_ARG(string->text));
    if (by_length && wanted)
        tap_eq_i64(got, length, "its length");
}

static void
check_refusal(const struct one_string *string, uint64_t code)
{
    struct arena arena = ARENA;
    struct regex *regex;
    struct err err = {0};
    if (code == 0 || code == (string->hex ? INVALID_HEX : INVALID_REGEX)) {
        refused++;
        tap_eq_i64(parse(string, &arena, &regex, &err) != OK, code != 0, "%.*s: %s",
                   STR_ARG(string->text), err.text);
    }
    arena_clear(&arena);
}

static int
nibble(char c)
{
    return ascii_is_digit(c) ? c - '0' : ascii_lower(c) - 'a' + 10;
}

static str
decode(str hex, struct arena *arena)
{
    char *bytes = arena_alloc(arena, hex.n / 2 + 1);
    for (size_t i = 0; i + 1 < hex.n; i += 2)
        bytes[i / 2] = (char)(nibble(hex.p[i]) << 4 | nibble(hex.p[i + 1]));
    return (str){bytes, hex.n / 2};
}

static void
check_line(str line)
{
    struct arena arena = ARENA;
    struct one_string string;
    str kind, rule, data = {NULL, 0};
    uint64_t number = 0;
    str_cut(&line, ' ', &kind);
    str_cut(&line, ' ', &rule);
    bool is_match = str_eq(kind, STR("M"));
    if (is_match)
        str_cut(&line, ' ', &data);
    str_to_u64(line, UINT32_MAX, &number);
    rule = decode(rule, &arena);
    if (one_string_of(rule, &string)) {
        if (is_match)
            check_match(&string, decode(data, &arena), number > 0);
        else
            check_refusal(&string, number);
    }
    arena_clear(&arena);
}

static bool
read_vectors(struct buf *ret)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    bool is_there = archive_read_open_filename(archive, vectors, 1 << 16) == ARCHIVE_OK &&
                    archive_read_next_header(archive, &entry) == ARCHIVE_OK;
    char block[4096];
    for (la_ssize_t n = 1; is_there && n > 0;) {
        n = archive_read_data(archive, block, sizeof block);
        if (n > 0)
            buf_add(ret, block, (size_t)n);
    }
    archive_read_free(archive);
    return is_there;
}

int
main(void)
{
    struct buf text = BUF(64 << 20);
    if (!read_vectors(&text)) {
        tap_skip("no vectors in ../shared/data/yara-vectors");
        return tap_done();
    }
    machine = regex_machine_new();
    str rest = buf_view(&text), line;
    while (str_line(&rest, &line))
        check_line(line);
    tap_ok(matched > 50, "%lu rules on data were tried", matched);
    tap_ok(refused > 90, "%lu rules to be taken or refused were tried", refused);
    regex_machine_free(machine);
    buf_clear(&text);
    return tap_done();
}
