/* SPDX-License-Identifier: Apache-2.0 */
/* Pages, HTA and SVG: the texts of inline scripts, and what data: addresses hold (RFC 2397). */
#include "scan/unpack_documents/text_code.h"

enum { SNIFFED = 1024 };

static bool
matches(str data, const char *name)
{
    static const char *const heads[] = {
        "<html", "<!doctype html", "<script", "<hta:", "<head", "<body", "<svg", "<iframe"};
    static const char *const endings[] = {".html", ".htm", ".hta", ".svg", ".xhtml", ".mht"};
    str first = unpack_slice(data, 0, SNIFFED);
    if (first.n && memchr(first.p, 0, first.n))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (unpack_name_ends(name, endings[i]))
            return true;
    if (str_starts(first, STR("\xef\xbb\xbf")))
        first = str_from(first, 3);
    first = str_trim(first);
    if (!str_starts(first, STR("<")))
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_contains_nocase(first, str_of(heads[i])))
            return true;
    return str_find(first, STR("data:")) != SIZE_MAX;
}

static bool
is_at(str data, size_t at, str word)
{
    return str_eq_nocase(unpack_slice(data, at, word.n), word);
}

/* Where "</script" stands from AT on. */
static size_t
find_script_end(str data, size_t at)
{
    for (const char *p; at < data.n && (p = memchr(data.p + at, '<', data.n - at)) != NULL; at++) {
        at = (size_t)(p - data.p);
        if (is_at(data, at, STR("</script")))
            return at;
    }
    return data.n;
}

/* At "<script": gives what is in it; returns where it ends. */
static size_t
read_script(struct unpack *walk, str data, size_t at)
{
    const char *close = memchr(data.p + at, '>', data.n - at);
    if (!close)
        return data.n;
    size_t begin = (size_t)(close - data.p) + 1, end = find_script_end(data, begin);
    str text = {data.p + begin, end - begin};
    if (str_trim(text).n)
        unpack_give(walk, STR(""), text, true);
    return end;
}

/* At "data:": the address up to its quote, blank or bracket. */
static size_t
read_address(struct unpack *walk, str data, size_t at)
{
    size_t head = at + 5, end;
    while (head < data.n && head < at + 200 && !strchr(",\"'<> ", data.p[head]))
        head++;
    str type = {data.p + at + 5, head - at - 5};
    if (head >= data.n || data.p[head] != ',' || !str_ends(type, STR(";base64")))
        return at + 5;
    for (end = head + 1; end < data.n && !strchr("\"'<>)", data.p[end]);)
        end++;
    unpack_begin(walk);
    text_decode(walk, (str){data.p + head + 1, end - head - 1}, CODE_BASE64);
    if (unpack_made_view(walk).n)
        unpack_give_made(walk, STR(""),
                         str_contains_nocase(type, STR("script")) ||
                             str_contains_nocase(type, STR("ecmascript")));
    return end;
}

/* The next '<' or ':' from AT on. */
static size_t
next_sign(str data, size_t at)
{
    while (at < data.n && data.p[at] != '<' && data.p[at] != ':')
        at++;
    return at;
}

static void
read_html(struct unpack *walk, str data)
{
    for (size_t at = next_sign(data, 0); at < data.n; at = next_sign(data, at)) {
        if (!(at & 15) && !unpack_is_on(walk))
            return;
        if (is_at(data, at, STR("<script")))
            at = read_script(walk, data, at);
        else if (data.p[at] == ':' && at >= 4 && is_at(data, at - 4, STR("data:")))
            at = read_address(walk, data, at - 4);
        else
            at++;
        if (at < data.n && data.p[at] == '<' && is_at(data, at, STR("</script")))
            at++;
    }
}

const struct unpack_kind unpack_html = {"html", matches, read_html};
