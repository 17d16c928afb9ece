/* SPDX-License-Identifier: Apache-2.0 */
/* Reads signature files line by line; the ending of a file's name says what its lines are. */
#include "scan/clamav/load.h"

#include "base/limits.h"
#include <stdarg.h>
#include <stdio.h>

typedef errcode line_reader(struct load *load, str line, struct err *err);

/* Kinds without a reader are skipped: phishing lists (wdb pdb gdb), file types (ftm), bytecode
 * (cbc), Authenticode lists (crb cat), icons (idb), settings (cfg info), passwords (pwdb),
 * containers of all (cvd cld cud), signatures of unwanted programs (…u) and formats that are gone.
 */
static const struct kind {
    const char *extension;
    line_reader *read;
} kinds[] = {
    {"hdb", load_hash},    {"hsb", load_hash},   {"mdb", load_hash},    {"msb", load_hash},
    {"fp", load_hash},     {"sfp", load_hash},   {"imp", load_imports}, {"ndb", load_extended},
    {"ldb", load_logical}, {"ign", load_ignore}, {"ign2", load_ignore}, {"cdb", load_container},
    {"cvd", NULL},         {"cld", NULL},        {"cud", NULL},         {"crb", NULL},
    {"cat", NULL},         {"cfg", NULL},        {"info", NULL},        {"wdb", NULL},
    {"pdb", NULL},         {"gdb", NULL},        {"idb", NULL},         {"ftm", NULL},
    {"cbc", NULL},         {"pwdb", NULL},       {"ioc", NULL},         {"hdu", NULL},
    {"hsu", NULL},         {"mdu", NULL},        {"msu", NULL},         {"ndu", NULL},
    {"ldu", NULL},         {"sdb", NULL},        {"zmd", NULL},         {"rmd", NULL},
};

static const struct kind *
kind_find(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq_nocase(str_of(dot + 1), str_of(kinds[i].extension)))
            return &kinds[i];
    return NULL;
}

enum clamav_kind
clamav_kind_of(const char *path)
{
    const struct kind *kind = kind_find(path);
    if (!kind)
        return CLAMAV_OTHER;
    return kind->read ? CLAMAV_READ : CLAMAV_SKIPPED;
}

size_t
load_fields(str line, char separator, str *ret, size_t max)
{
    size_t count = 0;
    str field;
    for (str rest = line; str_cut(&rest, separator, &field); count++)
        if (count < max)
            ret[count] = field;
    for (size_t i = count; i < max; i++)
        ret[i] = (str){0};
    return count;
}

errcode
load_level(struct load *load, str min, str max, bool *ret_fits, struct err *err)
{
    uint64_t low = 0, high = UINT32_MAX;
    if ((min.n && !str_to_u64(min, UINT32_MAX, &low)) ||
        (max.n && !str_to_u64(max, UINT32_MAX, &high)))
        return err_set(err, ERR_FORMAT, "functionality levels \"%.*s\" to \"%.*s\" are no numbers",
                       STR_ARG(min), STR_ARG(max));
    *ret_fits = low <= CLAMAV_LEVEL && CLAMAV_LEVEL <= high;
    if (!*ret_fits)
        load->counts->other_level++;
    return OK;
}

errcode
load_check_name(str name, struct err *err)
{
    if (name.n == 0 || name.n > LIMIT_CLAMAV_NAME)
        return err_set(err, ERR_FORMAT, "the name has %zu bytes, 1 to %d are right", name.n,
                       LIMIT_CLAMAV_NAME);
    if (str_has_control(name) || !str_is_utf8(name))
        return err_set(err, ERR_FORMAT, "the name is no readable text");
    return OK;
}

errcode
load_give_rule(struct load *load, str name, str body, struct err *err)
{
    errcode code = OK;
    if (load->sink->rule)
        code = load->sink->rule(load->sink->context, name, body, &load->origin, err);
    if (code == OK)
        load->counts->rules++;
    return code;
}

errcode
load_text(struct arena *arena, str *ret, struct err *err, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    errcode code = OK;
    if (n < 0 || n > LIMIT_CLAMAV_CONDITION) {
        code = err_set(err, ERR_LIMIT, "the signature becomes a condition of more than %d bytes",
                       LIMIT_CLAMAV_CONDITION);
    } else {
        char *text = arena_alloc(arena, (size_t)n + 1);
        vsnprintf(text, (size_t)n + 1, format, again);
        *ret = (str){text, (size_t)n};
    }
    va_end(again);
    return code;
}

static bool
refuses(errcode code)
{
    return code == ERR_FORMAT || code == ERR_LIMIT || code == ERR_UNSUPPORTED;
}

static errcode
load_line(struct load *load, line_reader *read, str line, struct err *err)
{
    struct err own = {0};
    errcode code = line.n > LIMIT_LINE
                       ? err_set(&own, ERR_LIMIT, "the line has more than %d bytes", LIMIT_LINE)
                       : read(load, line, &own);
    if (refuses(code)) {
        load->counts->refused++;
        if (load->sink->refused)
            load->sink->refused(load->sink->context, &load->origin, code, own.text);
        return OK;
    }
    if (code != OK && err)
        *err = own;
    return code;
}

errcode
clamav_load(const char *path, str content, const struct clamav_macros *macros,
            const struct clamav_sink *sink, struct clamav_counts *counts, struct err *err)
{
    const struct kind *kind = kind_find(path);
    if (!kind || !kind->read)
        return err_set(err, ERR_UNSUPPORTED, "%s is no file of signatures that are read", path);
    struct arena arena = ARENA;
    struct load load = {.sink = sink,
                        .macros = macros,
                        .counts = counts,
                        .origin = {.file = path},
                        .arena = &arena,
                        .extension = kind->extension};
    errcode code = OK;
    str line;
    for (str rest = content; code == OK && str_line(&rest, &line);) {
        load.origin.line++;
        load.origin.entry = line;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        code = load_line(&load, kind->read, line, err);
        arena_reset(&arena);
    }
    arena_clear(&arena);
    return code;
}
