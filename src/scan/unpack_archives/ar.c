/* SPDX-License-Identifier: Apache-2.0 */
/* ar, which libraries and Debian's packages are; long names as GNU (in a member of their own) and
 * as BSD (before the content). Members are views into it. Thin archives, which only name files, are
 * told. */
#include "scan/unpack/reader.h"

enum { LONG_NAME = 4096, MAGIC = 8, HEAD = 60, NAME = 16, SIZE_AT = 48, SIZE = 10 };

struct ar {
    struct unpack *walk;
    str long_names;
};

static bool
is_thin(str data)
{
    return str_starts(data, STR("!<thin>\n"));
}

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("!<arch>\n")) || is_thin(data);
}

/* Until "/\n" in the member of names. */
static str
long_name(const struct ar *ar, str number)
{
    uint64_t at;
    if (!str_to_u64(number, ar->long_names.n, &at))
        return number;
    str name = unpack_slice(ar->long_names, (size_t)at, LONG_NAME);
    size_t end = str_find(name, STR("\n"));
    name.n = end == SIZE_MAX ? name.n : end;
    return str_ends(name, STR("/")) ? (str){name.p, name.n - 1} : name;
}

/* Takes the name that stands before the content, if that is where it is. */
static str
name_of(const struct ar *ar, str field, str *content)
{
    str name = str_trim(field);
    uint64_t n;
    if (str_starts(name, STR("#1/")) && str_to_u64(str_from(name, 3), content->n, &n)) {
        name = unpack_slice(*content, 0, (size_t)n);
        *content = str_from(*content, (size_t)n);
        while (name.n && !name.p[name.n - 1])
            name.n--;
        return name;
    }
    if (name.n > 1 && name.p[0] == '/' && ascii_is_digit(name.p[1]))
        return long_name(ar, str_from(name, 1));
    return name.n > 2 && str_ends(name, STR("/")) ? (str){name.p, name.n - 1} : name;
}

/* False when the walk is over, or nothing can follow. */
static bool
read_member(struct ar *ar, str *data)
{
    uint64_t size;
    if (data->n < HEAD || !str_eq(unpack_slice(*data, HEAD - 2, 2), STR("`\n")) ||
        !str_to_u64(str_trim(unpack_slice(*data, SIZE_AT, SIZE)), UINT64_MAX, &size)) {
        unpack_skip(ar->walk, STR(""), UNPACK_DAMAGED, "ar: a header is none");
        return false;
    }
    str field = {data->p, NAME}, rest = str_from(*data, HEAD);
    bool is_whole = size <= rest.n;
    str content = unpack_slice(rest, 0, is_whole ? (size_t)size : rest.n);
    *data = str_from(rest, content.n + content.n % 2);
    str name = name_of(ar, field, &content);
    if (str_eq(name, STR("//")))
        ar->long_names = content;
    else if (!unpack_give(ar->walk, name, content, false))
        return false;
    if (!is_whole)
        unpack_skip(ar->walk, name, UNPACK_DAMAGED, "ar: it ends inside of a member");
    return is_whole;
}

static void
read_ar(struct unpack *walk, str data)
{
    if (is_thin(data)) {
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "ar: thin: its members are files beside it");
        return;
    }
    struct ar ar = {.walk = walk};
    data = str_from(data, MAGIC);
    while (data.n && read_member(&ar, &data))
        ;
}

const struct unpack_kind unpack_ar = {"ar", matches, read_ar};
