/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/text_key.h"

#include "base/hash.h"

enum { DOMAIN_MAX = 253, URL_MAX = 4096 };

str
text_key_armed(str s, struct arena *arena)
{
    s = str_trim(s);
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_marked = i + 2 < s.n && s.p[i] == '[' && s.p[i + 2] == ']' &&
                         (s.p[i + 1] == '.' || s.p[i + 1] == ':');
        out[n++] = s.p[is_marked ? i + 1 : i];
        i += is_marked ? 2 : 0;
    }
    return (str){out, n};
}

static bool
is_domain(str s)
{
    bool has_dot = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fits = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_' || c == '.';
        if (!fits || (c == '.' && (i == 0 || s.p[i - 1] == '.')))
            return false;
        has_dot |= c == '.';
    }
    return has_dot && s.n <= DOMAIN_MAX;
}

bool
text_key_domain(str s, struct arena *arena, str *ret)
{
    s = arena_lower(arena, text_key_armed(s, arena));
    if (str_starts(s, STR("*.")))
        s = str_from(s, 2);
    if (str_ends(s, STR(".")))
        s.n--;
    if (!is_domain(s))
        return false;
    *ret = s;
    return true;
}

static bool
is_scheme(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '+')
            return false;
    return s.n > 0;
}

bool
text_key_url(str s, struct arena *arena, str *ret)
{
    s = text_key_armed(s, arena);
    size_t colon = str_find(s, STR("://"));
    if (colon == SIZE_MAX || s.n > URL_MAX || str_has_control(s))
        return false;
    str scheme = arena_lower(arena, (str){s.p, colon}), rest = str_from(s, colon + 3);
    if (str_starts(scheme, STR("hxxp")))
        memcpy((char *)scheme.p, "http", 4);
    size_t slash = str_find(rest, STR("/"));
    str host = arena_lower(arena, (str){rest.p, slash == SIZE_MAX ? rest.n : slash});
    str path = slash == SIZE_MAX ? STR("/") : str_from(rest, slash);
    if (!is_scheme(scheme) || host.n == 0)
        return false;
    char *out = arena_alloc(arena, scheme.n + 3 + host.n + path.n + 1), *end = out;
    const str parts[] = {scheme, STR("://"), host, path};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        memcpy(end, parts[i].p, parts[i].n);
        end += parts[i].n;
    }
    *ret = (str){out, (size_t)(end - out)};
    return true;
}

uint64_t
text_key_hash(str key)
{
    return checksum_of(key).low;
}
