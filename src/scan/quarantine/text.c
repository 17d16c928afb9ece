/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/text.h"

static bool
cut_line(str *rest, str *ret)
{
    if (rest->n == 0)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) + 1 : rest->n;
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n);
    return true;
}

bool
text_line(str text, uint64_t line, str *ret)
{
    str found;
    while (line > 0 && cut_line(&text, &found))
        if (--line == 0) {
            *ret = found;
            return true;
        }
    return false;
}

str
text_bare(str line)
{
    if (str_ends(line, STR("\n")))
        line.n--;
    if (str_ends(line, STR("\r")))
        line.n--;
    return line;
}

bool
text_has_line(str text, str bare)
{
    str line;
    while (cut_line(&text, &line))
        if (str_eq(text_bare(line), bare))
            return true;
    return false;
}

static struct sha256
digest_line(str line)
{
    return sha256_of(text_bare(line));
}

struct line_place
text_place(str text, uint64_t line)
{
    struct line_place place = {.number = line};
    str beside;
    if (line > 1 && text_line(text, line - 1, &beside)) {
        place.has_before = true;
        place.before = digest_line(beside);
    }
    if (text_line(text, line + 1, &beside)) {
        place.has_after = true;
        place.after = digest_line(beside);
    }
    return place;
}

/* Whether BEFORE and AFTER, absent when empty, are the neighbours. */
static bool
is_between(const struct line_place *place, str before, str after)
{
    if (place->has_before != (before.n > 0) || place->has_after != (after.n > 0))
        return false;
    struct sha256 digests[2] = {digest_line(before), digest_line(after)};
    return (before.n == 0 || memcmp(&digests[0], &place->before, sizeof place->before) == 0) &&
           (after.n == 0 || memcmp(&digests[1], &place->after, sizeof place->after) == 0);
}

bool
text_find_place(str text, const struct line_place *place, size_t *ret)
{
    size_t at = 0, count = 0, found = 0;
    str rest = text, before = {0}, after = {0};
    for (uint64_t line = 1;; line++) {
        bool more = cut_line(&rest, &after);
        if (!more)
            after = (str){0};
        if (is_between(place, before, after)) {
            if (line == place->number) {
                *ret = at;
                return true;
            }
            found = at;
            count++;
        }
        if (!more)
            break;
        at += after.n;
        before = after;
    }
    if (count != 1)
        return false;
    *ret = found;
    return true;
}

void
text_insert(str text, size_t at, str line, struct buf *out)
{
    buf_str(out, (str){text.p, at});
    if (at > 0 && text.p[at - 1] != '\n')
        buf_char(out, '\n');
    buf_str(out, line);
    if (at < text.n && !str_ends(line, STR("\n")))
        buf_char(out, '\n');
    buf_str(out, str_from(text, at));
}
