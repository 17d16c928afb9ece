/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes %XX once and looks at the result: a path that still has a dot segment, a backslash or a
 * control byte then is refused, not repaired. */
#include "portal/http/target.h"

/* Bytes that may stand unescaped in a target: visible ASCII but what RFC 3986 excludes. */
static bool
is_target_char(char c)
{
    return c > 0x20 && c < 0x7f && !memchr("\"<>\\^`{|}#", c, 10);
}

/* One byte of TEXT at *AT, unescaped; -1 when the escape is bad. */
static int
take_byte(str text, size_t *at)
{
    char c = text.p[(*at)++];
    if (c != '%')
        return (unsigned char)c;
    if (text.n - *at < 2)
        return -1;
    int high = hex_digit(text.p[*at]), low = hex_digit(text.p[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool
decode_path(str raw, char *out, str *ret)
{
    size_t n = 0;
    for (size_t at = 0; at < raw.n;) {
        bool escaped = raw.p[at] == '%';
        int byte = take_byte(raw, &at);
        if (byte < 0x20 || byte == 0x7f || byte == '\\' || (escaped && byte == '/'))
            return false;
        out[n++] = (char)byte;
    }
    *ret = (str){out, n};
    return str_is_utf8(*ret);
}

static bool
has_dot_segment(str path)
{
    str part;
    while (str_cut(&path, '/', &part))
        if (str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return true;
    return false;
}

static bool
query_is_valid(str query)
{
    for (size_t at = 0; at < query.n;)
        if (take_byte(query, &at) < 0)
            return false;
    return true;
}

/* Takes "http://host" from the front of an absolute form. */
static bool
take_authority(str *text, str *ret_host)
{
    size_t skip = str_starts(*text, STR("http://")) ? 7 : 0;
    if (str_starts(*text, STR("https://")))
        skip = 8;
    if (!skip)
        return false;
    str rest = str_from(*text, skip);
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    *ret_host = (str){rest.p, end};
    *text = (str){rest.p + end, rest.n - end};
    return end > 0;
}

unsigned
target_parse(str text, char *out, struct target *ret)
{
    struct target target = {0};
    if (text.n > TARGET_MAX)
        return 414;
    for (size_t i = 0; i < text.n; i++)
        if (!is_target_char(text.p[i]))
            return 400;
    if (!str_starts(text, STR("/")) && !take_authority(&text, &target.host))
        return 400;
    size_t mark = str_find(text, STR("?"));
    str path = mark == SIZE_MAX ? text : (str){text.p, mark};
    target.query = mark == SIZE_MAX ? (str){NULL, 0} : str_from(text, mark + 1);
    if (path.n == 0)
        path = STR("/");
    if (!decode_path(path, out, &target.path) || has_dot_segment(target.path) ||
        !query_is_valid(target.query))
        return 400;
    *ret = target;
    return 0;
}

bool
query_find(str query, str name, char *out, size_t size, str *ret)
{
    str pair;
    while (str_cut(&query, '&', &pair)) {
        str key, value = pair;
        if (!str_cut(&value, '=', &key) || !str_eq(key, name))
            continue;
        size_t n = 0;
        for (size_t at = 0; at < value.n;) {
            bool blank = value.p[at] == '+';
            int byte = n < size ? take_byte(value, &at) : -1;
            if (byte < 0)
                return false;
            out[n++] = blank ? ' ' : (char)byte;
        }
        *ret = (str){out, n};
        return true;
    }
    return false;
}
