/* SPDX-License-Identifier: Apache-2.0 */
/* Logical signatures (.ldb): name;description of the file;expression;part;part… */
#include "scan/clamav/part.h"

#include "base/limits.h"

/* "1-5" as "FIELD >= 1 and FIELD <= 5 and ". */
static errcode
write_bounds(str value, const char *field, struct buf *out, struct err *err)
{
    uint64_t min, max;
    str low = {0}, high = value;
    str_cut(&high, '-', &low);
    if (!high.p || !str_to_u64(low, INT64_MAX, &min) || !str_to_u64(high, INT64_MAX, &max) ||
        min > max)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no range", STR_ARG(value));
    buf_printf(out, "%s >= %llu and %s <= %llu and ", field, (unsigned long long)min, field,
               (unsigned long long)max);
    return OK;
}

/* What a file lies in is known when archives are opened; else it lies in nothing. */
static errcode
write_container(str value, struct buf *out, struct err *err)
{
    if (!str_starts(value, STR("CL_TYPE_")) || value.n > 64)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no type of file", STR_ARG(value));
    for (size_t i = 0; i < value.n; i++)
        if (!ascii_is_digit(value.p[i]) && value.p[i] != '_' &&
            (value.p[i] < 'A' || value.p[i] > 'Z'))
            return err_set(err, ERR_FORMAT, "\"%.*s\" is no type of file", STR_ARG(value));
    if (str_eq(value, STR("CL_TYPE_ANY")))
        buf_z(out, "not defined clamav.container and ");
    else
        buf_printf(out, "clamav.container == \"%.*s\" and ", STR_ARG(value));
    return OK;
}

struct description {
    bool has_target, has_level, fits;
    unsigned target;
};

static errcode
read_engine(struct load *load, str value, struct description *ret, struct err *err)
{
    str min = {0}, max = value;
    str_cut(&max, '-', &min);
    if (!max.p)
        return err_set(err, ERR_FORMAT, "Engine:%.*s is no range", STR_ARG(value));
    ret->has_level = true;
    return load_level(load, min, max, &ret->fits, err);
}

static errcode
read_attribute(struct load *load, str text, struct description *ret, struct buf *out,
               struct err *err)
{
    str key = {0}, value = text;
    str_cut(&value, ':', &key);
    if (!value.p)
        return err_set(err, ERR_FORMAT, "\"%.*s\" describes no file", STR_ARG(text));
    if (str_eq(key, STR("Engine")))
        return read_engine(load, value, ret, err);
    if (str_eq(key, STR("Target"))) {
        ret->has_target = true;
        return load_target(value, &ret->target, err);
    }
    if (str_eq(key, STR("FileSize")))
        return write_bounds(value, "filesize", out, err);
    if (str_eq(key, STR("EntryPoint")))
        return write_bounds(value, "clamav.entry_point", out, err);
    if (str_eq(key, STR("NumberOfSections")))
        return write_bounds(value, "clamav.number_of_sections", out, err);
    if (str_eq(key, STR("Container")))
        return write_container(value, out, err);
    return err_set(err, ERR_UNSUPPORTED, "the file's description asks for %.*s", STR_ARG(key));
}

/* Conditions go to OUT, each followed by "and". */
static errcode
read_description(struct load *load, str text, struct description *ret, struct buf *out,
                 struct err *err)
{
    struct description description = {.fits = true};
    str attribute;
    errcode code = OK;
    for (str rest = text; code == OK && description.fits && str_cut(&rest, ',', &attribute);)
        code = read_attribute(load, attribute, &description, out, err);
    if (code == OK && description.fits && !description.has_target)
        code = err_set(err, ERR_FORMAT, "the file's description has no Target");
    if (code == OK)
        *ret = description;
    return code;
}

static bool
is_comparison(str text)
{
    size_t i = 0;
    while (i < text.n && ascii_is_digit(text.p[i]))
        i++;
    return i && i < text.n && text.p[i] == '(' && memchr(text.p, '#', text.n);
}

static errcode
read_part(struct parts *parts, str text, struct part *ret, struct err *err)
{
    if (str_starts(text, STR("fuzzy_img#")))
        return err_set(err, ERR_UNSUPPORTED, "it compares images by their look (fuzzy_img)");
    if (str_starts(text, STR("${")))
        return part_macro(parts, text, ret, err);
    if (memchr(text.p, '/', text.n))
        return part_regex(parts, text, ret, err);
    if (is_comparison(text))
        return part_compare(parts, text, ret, err);
    return part_body(parts, text, ret, err);
}

static errcode
read_parts(struct parts *parts, const str *texts, size_t count, struct err *err)
{
    parts->parts = arena_alloc(parts->load->arena, count * sizeof *parts->parts);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].n == 0)
            return err_set(err, ERR_FORMAT, "sub-signature %zu is empty", i);
        struct part part = {0};
        errcode code = read_part(parts, texts[i], &part, err);
        if (code != OK)
            return err ? err_prefix(err, "sub-signature %zu", i) : code;
        parts->parts[i] = part;
        parts->count++;
    }
    return OK;
}

static errcode
write_rule(struct load *load, const struct parts *parts, const struct logic *logic,
           const struct buf *conditions, struct buf *body, struct err *err)
{
    uint64_t needs = 0;
    struct logic_part *says = arena_alloc(load->arena, parts->count * sizeof *says);
    for (size_t i = 0; i < parts->count; i++) {
        says[i] = parts->parts[i].says;
        if (logic->parts >> i & 1)
            needs |= parts->parts[i].needs;
    }
    str expression;
    errcode code = logic_write(logic, says, load->arena, &expression, err);
    if (code != OK)
        return code;
    if (needs)
        buf_z(body, "strings:\n");
    for (size_t i = 0; i < parts->count; i++)
        if (needs >> i & 1)
            buf_str(body, parts->parts[i].definition);
    buf_z(body, "condition:\n");
    if (parts->target)
        buf_printf(body, "clamav.target == %u and ", parts->target);
    buf_str(body, buf_view(conditions));
    buf_printf(body, "(%.*s)\n", STR_ARG(expression));
    return buf_check(body, "a rule of a signature", err);
}

static errcode
load_parts(struct load *load, str fields[], size_t count, const struct description *description,
           const struct buf *conditions, struct err *err)
{
    struct parts parts = {.load = load, .target = description->target};
    struct logic logic;
    struct buf body = BUF(LIMIT_CLAMAV_RULE);
    errcode code = read_parts(&parts, fields + 3, count, err);
    if (code == OK)
        code = logic_parse(fields[2], parts.count, load->arena, &logic, err);
    if (code == OK)
        code = write_rule(load, &parts, &logic, conditions, &body, err);
    if (code == OK)
        code = load_give_rule(load, fields[0], buf_view(&body), err);
    buf_clear(&body);
    return code;
}

errcode
load_logical(struct load *load, str line, struct err *err)
{
    enum { PARTS_FROM = 3 };
    str fields[PARTS_FROM + LIMIT_CLAMAV_PARTS];
    size_t count = load_fields(str_trim(line), ';', fields, PARTS_FROM + LIMIT_CLAMAV_PARTS);
    if (count <= PARTS_FROM)
        return err_set(err, ERR_FORMAT, "%zu fields where 4 or more are right", count);
    if (count > PARTS_FROM + LIMIT_CLAMAV_PARTS)
        return err_set(err, ERR_LIMIT, "more than %d sub-signatures", LIMIT_CLAMAV_PARTS);
    struct description description = {0};
    struct buf conditions = BUF(LIMIT_CLAMAV_CONDITION);
    errcode code = load_check_name(fields[0], err);
    if (code == OK)
        code = read_description(load, fields[1], &description, &conditions, err);
    if (code == OK && description.fits)
        code = load_parts(load, fields, count - PARTS_FROM, &description, &conditions, err);
    buf_clear(&conditions);
    return code;
}
