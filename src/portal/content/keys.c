/* SPDX-License-Identifier: Apache-2.0 */
/* The keys, and the checks of their types. */
#include "portal/content/keys.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdio.h>

struct content_type {
    bool (*takes)(str value);
    const char *words;
};

enum { URL_MAX = 500 }; /* fits the answer that sends a visitor there */

static bool
is_one_of(str value, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(value, str_of(*words)))
            return true;
    return false;
}

static bool
takes_text(str value)
{
    return value.n > 0;
}

static bool
takes_day(str value)
{
    day unused;
    return day_parse(value, &unused);
}

static bool
takes_yes_no(str value)
{
    return is_one_of(value, (const char *const[]){"yes", "no", NULL});
}

static bool
takes_number(str value)
{
    uint64_t unused;
    return str_to_u64(value, UINT64_C(1) << 50, &unused);
}

static bool
is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '.';
}

static bool
takes_domain(str value)
{
    bool dot = false;
    for (size_t i = 0; i < value.n; i++) {
        if (!is_host_char(value.p[i]))
            return false;
        if (value.p[i] == '.' && (i == 0 || i + 1 == value.n || value.p[i - 1] == '.'))
            return false;
        dot |= value.p[i] == '.';
    }
    return dot && value.n <= 253;
}

/* The host and path of a link that leaves the site; no port, no user. */
static bool
takes_https(str value)
{
    str rest, host;
    if (!str_starts(value, STR("https://")) || value.n > URL_MAX)
        return false;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] <= ' ' || (unsigned char)value.p[i] >= 0x7f ||
            strchr("\"<>\\^`{|}", value.p[i]))
            return false;
    rest = str_from(value, 8);
    str_cut(&rest, '/', &host);
    return takes_domain(host);
}

static bool
takes_phone(str value)
{
    size_t digits = 0;
    for (size_t i = 0; i < value.n; i++) {
        digits += ascii_is_digit(value.p[i]);
        if (!ascii_is_digit(value.p[i]) && !(value.p[i] == '+' && i == 0) &&
            !(i > 0 && strchr(" .-", value.p[i])))
            return false;
    }
    return digits >= 3 && digits <= 15;
}

static bool
takes_email(str value)
{
    str rest = value, local;
    if (!str_cut(&rest, '@', &local) || !local.n || !takes_domain(rest))
        return false;
    for (size_t i = 0; i < local.n; i++)
        if (!is_host_char(ascii_lower(local.p[i])) && !strchr("_+", local.p[i]))
            return false;
    return true;
}

static bool
takes_sha256(str value)
{
    struct sha256 unused;
    return sha256_parse(value, &unused);
}

/* It is counted by this name, and served by it. */
static bool
takes_file(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_host_char(value.p[i]) || (i == 0 && strchr("-.", value.p[i])))
            return false;
    return value.n > 0 && value.n < 48;
}

static bool
takes_level(str value)
{
    return is_one_of(value, (const char *const[]){"low", "medium", "high", "critical", NULL});
}

static bool
takes_clear(str value)
{
    return str_eq(value, STR("CLEAR"));
}

static bool
takes_os(str value)
{
    return is_one_of(value,
                     (const char *const[]){"windows", "macos", "linux", "android", "ios", NULL});
}

static bool
takes_platform(str value)
{
    return is_one_of(value, (const char *const[]){"windows", "android", "iot", "linux", "macos",
                                                  "multi", "web", NULL});
}

/* day or "-", day or "-" */
static bool
takes_span(const str parts[2])
{
    return (str_eq(parts[0], STR("-")) || takes_day(parts[0])) &&
           (str_eq(parts[1], STR("-")) || takes_day(parts[1]));
}

static bool
takes_phase(str value)
{
    str parts[CONTENT_PARTS];
    return content_parts(value, parts) == 4 && takes_span(parts + 1) && parts[3].n &&
           is_one_of(parts[0], (const char *const[]){"before", "during", "after", NULL});
}

static bool
takes_count(str value)
{
    str parts[CONTENT_PARTS];
    day unused;
    return content_parts(value, parts) == 4 &&
           (takes_day(parts[0]) || content_month(parts[0], &unused)) && takes_number(parts[1]) &&
           parts[2].n && parts[3].n;
}

static bool
takes_law(str value)
{
    str parts[CONTENT_PARTS];
    return content_parts(value, parts) == 4 && parts[0].n && parts[1].n && takes_span(parts + 2);
}

bool
content_month(str text, day *ret_first)
{
    char first[DAY_TEXT];
    return text.n == 7 && snprintf(first, sizeof first, "%.*s-01", STR_ARG(text)) == 10 &&
           day_parse(str_of(first), ret_first);
}

static const struct content_type type_text = {takes_text, "text"};
static const struct content_type type_day = {takes_day, "a day such as 2026-11-21"};
static const struct content_type type_yes_no = {takes_yes_no, "yes or no"};
static const struct content_type type_number = {takes_number, "a number without separators"};
static const struct content_type type_domain = {takes_domain, "a domain in small letters"};
static const struct content_type type_https = {takes_https, "a link that begins with https://"};
static const struct content_type type_phone = {takes_phone,
                                               "a phone number: digits, blanks, '.', '-', a '+'"};
static const struct content_type type_email = {takes_email, "an e-mail address"};
static const struct content_type type_sha256 = {takes_sha256,
                                                "a SHA-256: 64 hexadecimal digits in small "
                                                "letters"};
static const struct content_type type_level = {takes_level, "low, medium, high or critical"};
static const struct content_type type_clear = {
    takes_clear, "CLEAR: nothing else may be published, so keep this file out of the folder"};
static const struct content_type type_os = {takes_os, "windows, macos, linux, android or ios"};
static const struct content_type type_platform = {
    takes_platform, "windows, android, iot, linux, macos, multi or web"};
static const struct content_type type_name = {content_is_name,
                                              "a name of small letters, digits, '-' and '.'"};
static const struct content_type type_file = {takes_file, "a file's name of at most 47 small "
                                                          "letters, digits, '-' and '.', the first "
                                                          "a letter or digit"};
static const struct content_type type_phase = {
    takes_phase, "before, during or after | first day or - | last day or - | what happens"};
static const struct content_type type_count = {takes_count,
                                               "a day or month | a number | what was counted | "
                                               "the change as it was announced or -"};
static const struct content_type type_law = {
    takes_law, "a number | a title | in force from or - | until or -"};

#define NEEDED KEY_NEEDED
#define MANY KEY_REPEATED
#define SAME KEY_NEUTRAL

static const struct content_key every_kind[] = {
    {"title", &type_text, NEEDED},
    {"summary", &type_text, 0},
    {"date", &type_day, SAME},
    {"updated", &type_day, SAME},
    {"hidden", &type_yes_no, SAME},
    {"historical", &type_yes_no, SAME},
    {"order", &type_number, SAME},
    {"source", &type_text, MANY},
    {0},
};
static const struct content_key pages[] = {
    {"law", &type_law, MANY},
    {0},
};
static const struct content_key tools[] = {
    {"maker", &type_text, NEEDED},
    {"maker_domain", &type_domain, SAME},
    {"url", &type_https, SAME},
    {"phone", &type_phone, MANY | SAME},
    {"email", &type_email, MANY | SAME},
    {"os", &type_os, MANY | SAME},
    {"version", &type_text, SAME},
    {"size", &type_number, SAME},
    {"sha256", &type_sha256, SAME},
    {"file", &type_file, MANY | SAME},
    {"free_until", &type_day, SAME},
    {"licence", &type_text, 0},
    {0},
};
static const struct content_key guides[] = {
    {"family", &type_name, MANY | SAME},
    {"malware_kind", &type_name, MANY | SAME},
    {"platform", &type_platform, MANY | SAME},
    {0},
};
static const struct content_key alerts[] = {
    {"level", &type_level, NEEDED | SAME}, {"tlp", &type_clear, NEEDED | SAME},
    {"affected", &type_text, MANY},        {"domain", &type_domain, MANY | SAME},
    {"cve", &type_text, MANY | SAME},      {0},
};
static const struct content_key press[] = {
    {"issuer", &type_text, 0},
    {0},
};
static const struct content_key campaigns[] = {
    {"current_only", &type_yes_no, SAME},
    {"owner", &type_text, NEEDED},
    {"basis", &type_text, MANY},
    {"partner", &type_text, MANY},
    {"supporter", &type_text, MANY},
    {"scope", &type_text, 0},
    {"audience", &type_text, MANY},
    {"target", &type_text, MANY},
    {"activity", &type_text, MANY},
    {"phase", &type_phase, MANY},
    {"count", &type_count, MANY},
    {"site", &type_https, SAME},
    {0},
};

static const struct {
    const char *name;
    const struct content_key *keys;
} kinds[CONTENT_KINDS] = {
    [CONTENT_PAGES] = {"pages", pages},    [CONTENT_TOOLS] = {"tools", tools},
    [CONTENT_GUIDES] = {"guides", guides}, [CONTENT_ALERTS] = {"alerts", alerts},
    [CONTENT_PRESS] = {"press", press},    [CONTENT_CAMPAIGNS] = {"campaigns", campaigns},
};

const char *
content_kind_name(enum content_kind kind)
{
    return kinds[kind].name;
}

bool
content_kind_find(str name, enum content_kind *ret)
{
    for (unsigned i = 0; i < CONTENT_KINDS; i++)
        if (str_eq(name, str_of(kinds[i].name))) {
            *ret = (enum content_kind)i;
            return true;
        }
    return false;
}

const struct content_key *
content_key_at(enum content_kind kind, size_t index)
{
    size_t shared = sizeof every_kind / sizeof *every_kind - 1;
    const struct content_key *key =
        index < shared ? &every_kind[index] : &kinds[kind].keys[index - shared];
    return key->name ? key : NULL;
}

const struct content_key *
content_key_find(enum content_kind kind, str name)
{
    const struct content_key *key;
    for (size_t i = 0; (key = content_key_at(kind, i)); i++)
        if (str_eq(name, str_of(key->name)))
            return key;
    return NULL;
}

const char *
content_key_near(enum content_kind kind, str name)
{
    const struct content_key *key;
    const char *best = NULL;
    size_t least = 3; /* farther ones are another word */
    for (size_t i = 0; (key = content_key_at(kind, i)); i++) {
        size_t distance = str_distance(name, str_of(key->name));
        if (distance < least) {
            least = distance;
            best = key->name;
        }
    }
    return best;
}

bool
content_key_takes(const struct content_key *key, str value)
{
    return key->type->takes(value);
}

const char *
content_key_words(const struct content_key *key)
{
    return key->type->words;
}

bool
content_is_name(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_host_char(text.p[i]))
            return false;
    return text.n > 0 && text.n <= 96 && text.p[0] != '.';
}

size_t
content_parts(str value, str out[CONTENT_PARTS])
{
    str part;
    size_t n = 0;
    while (str_cut(&value, '|', &part)) {
        if (n < CONTENT_PARTS)
            out[n] = str_trim(part);
        n++;
    }
    return n;
}
