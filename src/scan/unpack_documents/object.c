/* SPDX-License-Identifier: Apache-2.0 */
/* Objects in documents: what OLE 1 wraps them in ([MS-OLEDS]: RTF's objects, Ole10Native streams
 * with a file in them) and PowerPoint's compressed ones ([MS-PPT] ExOleObjStg). */
#include "scan/unpack/reader.h"

enum { EMBEDDED = 2, TEXT_MAX = 4096, POWERPOINT_OBJECT = 0x1011, RECORD = 8 };

/* Takes a text that ends with a NUL. */
static bool
take_text(str *rest, str *ret)
{
    const char *end = rest->n ? memchr(rest->p, 0, rest->n < TEXT_MAX ? rest->n : TEXT_MAX) : NULL;
    if (!end)
        return false;
    *ret = (str){rest->p, (size_t)(end - rest->p)};
    *rest = str_from(*rest, ret->n + 1);
    return true;
}

/* A packaged file: its name and its content. */
static bool
read_package(str data, str *ret_name, str *ret_content)
{
    str label, path, temporary;
    str rest = str_from(data, 2);
    if (data.n < 16 || !take_text(&rest, &label) || !take_text(&rest, &path))
        return false;
    uint32_t path_size = unpack_u32(rest, 4);
    if (rest.n < 8 + (size_t)path_size + 4)
        return false;
    temporary = unpack_slice(rest, 8, path_size);
    (void)temporary;
    rest = str_from(rest, 8 + (size_t)path_size);
    uint32_t size = unpack_u32(rest, 0);
    *ret_name = label;
    *ret_content = unpack_slice(rest, 4, size);
    return ret_content->n > 0;
}

/* ── the stream of a packaged file ── */

static bool
matches_ole10(str data, const char *name)
{
    return unpack_name_ends(name, "Ole10Native") && data.n > 16;
}

static void
read_ole10(struct unpack *walk, str data)
{
    str name = {0}, content = unpack_slice(data, 4, unpack_u32(data, 0));
    str package = content;
    if (read_package(package, &name, &content))
        unpack_give(walk, name, content, false);
    else if (content.n)
        unpack_give(walk, STR(""), content, false);
}

const struct unpack_kind unpack_ole10 = {"ole10native", matches_ole10, read_ole10};

/* ── OLE 1 ── */

/* The class and the object's own bytes; names are a size and as many bytes with a NUL. */
static bool
read_ole1_header(str data, str *ret_class, str *ret_native)
{
    if (unpack_u32(data, 4) != EMBEDDED || data.n < 28)
        return false;
    size_t at = 8;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t n = unpack_u32(data, at);
        if (n > TEXT_MAX || at + 4 + n > data.n)
            return false;
        if (i == 0)
            *ret_class = unpack_slice(data, at + 4, n ? n - 1 : 0);
        at += 4 + (size_t)n;
    }
    *ret_native = unpack_slice(data, at + 4, unpack_u32(data, at));
    return ret_class->n > 0 && ret_native->n > 0;
}

static bool
matches_ole1(str data, const char *name)
{
    str class, native;
    return unpack_name_ends(name, ".objdata") ||
           (unpack_u32(data, 0) >> 8 == 5 && read_ole1_header(data, &class, &native));
}

static void
read_ole1(struct unpack *walk, str data)
{
    str class, native, name = {0}, content;
    if (read_ole1_header(data, &class, &native)) {
        if (str_eq_nocase(class, STR("Package")) && read_package(native, &name, &content))
            native = content;
        unpack_give(walk, name, native, false);
        return;
    }
    /* The header is spoilt, which Word forgives: what it would find by itself. */
    size_t at = str_find(data, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
    if (at != SIZE_MAX && at > 0)
        unpack_give(walk, STR(""), str_from(data, at), false);
}

const struct unpack_kind unpack_ole1 = {"ole1", matches_ole1, read_ole1};

/* ── PowerPoint ── */

static bool
matches_ppt(str data, const char *name)
{
    return unpack_name_ends(name, "PowerPoint Document") && data.n > RECORD;
}

static bool
read_object(struct unpack *walk, str content, bool is_compressed)
{
    if (!is_compressed)
        return unpack_give(walk, STR(""), content, false);
    unpack_begin(walk);
    enum unpack_flow flow = unpack_inflate(walk, str_from(content, 4), 15, NULL);
    if (!unpack_give_made(walk, STR(""), false))
        return false;
    if (flow == UNPACK_BROKEN)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "ppt: a compressed object");
    return true;
}

static void
read_ppt(struct unpack *walk, str data)
{
    for (size_t at = 0; at + RECORD <= data.n;) {
        uint32_t kind = unpack_u16(data, at), type = unpack_u16(data, at + 2);
        uint32_t size = unpack_u32(data, at + 4);
        at += RECORD;
        if ((kind & 15) == 15) /* a record of records */
            continue;
        str content = unpack_slice(data, at, size);
        if (type == POWERPOINT_OBJECT && content.n && !read_object(walk, content, kind >> 4 == 1))
            return;
        at += size;
    }
}

const struct unpack_kind unpack_ppt = {"ppt", matches_ppt, read_ppt};
