/* SPDX-License-Identifier: Apache-2.0 */
/* Extended signatures (.ndb): name:target:offset:content[:min[:max]], and the macro groups that
 * some of them belong to. */
#include "scan/clamav/part.h"

#include "base/limits.h"
#include "base/require.h"

#include <stdlib.h>

struct clamav_macros {
    struct arena arena;
    struct macro *first[MACRO_GROUPS], *last[MACRO_GROUPS];
    size_t count;
};

struct clamav_macros *
clamav_macros_new(void)
{
    return mem_calloc(1, sizeof(struct clamav_macros));
}

void
clamav_macros_free(struct clamav_macros *macros)
{
    if (macros)
        arena_clear(&macros->arena);
    free(macros);
}

const struct macro *
macros_of(const struct clamav_macros *macros, uint64_t group)
{
    return macros && group < MACRO_GROUPS ? macros->first[group] : NULL;
}

void
clamav_macros_read(struct clamav_macros *macros, str content)
{
    str line, fields[4];
    while (str_line(&content, &line)) {
        uint64_t group;
        if (load_fields(line, ':', fields, 4) < 4 || !str_starts(fields[2], STR("$")) ||
            !str_to_u64(str_from(fields[2], 1), MACRO_GROUPS - 1, &group) ||
            macros->count == LIMIT_CLAMAV_MACROS)
            continue;
        struct macro *macro = arena_alloc(&macros->arena, sizeof *macro);
        macro->hex = arena_str(&macros->arena, fields[3]);
        if (macros->last[group])
            macros->last[group]->next = macro;
        else
            macros->first[group] = macro;
        macros->last[group] = macro;
        macros->count++;
    }
}

static errcode
give(struct load *load, str name, unsigned target, const struct part *part, struct err *err)
{
    struct buf body = BUF(LIMIT_CLAMAV_RULE);
    buf_printf(&body, "strings:\n%.*scondition:\n", STR_ARG(part->definition));
    if (target)
        buf_printf(&body, "clamav.target == %u and ", target);
    buf_str(&body, part->says.found);
    buf_z(&body, "\n");
    errcode code = buf_check(&body, "a rule of a signature", err);
    if (code == OK)
        code = load_give_rule(load, name, buf_view(&body), err);
    buf_clear(&body);
    return code;
}

errcode
load_target(str text, unsigned *ret, struct err *err)
{
    enum { TARGET_UNUSED = 8, TARGET_INTERNAL = 13, TARGET_LAST = 14 };
    uint64_t target;
    if (!str_to_u64(text, TARGET_LAST, &target) || target == TARGET_UNUSED ||
        target == TARGET_INTERNAL)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no kind of file", STR_ARG(text));
    *ret = (unsigned)target;
    return OK;
}

errcode
load_extended(struct load *load, str line, struct err *err)
{
    str fields[6];
    size_t count = load_fields(str_trim(line), ':', fields, 6);
    if (count < 4 || count > 6)
        return err_set(err, ERR_FORMAT, "%zu fields where 4 to 6 are right", count);
    errcode code = load_check_name(fields[0], err);
    bool fits = false;
    if (code == OK)
        code = load_level(load, fields[4], fields[5], &fits, err);
    if (code != OK || !fits)
        return code;
    if (str_starts(fields[2], STR("$"))) {
        load->counts->macros++;
        return OK;
    }
    unsigned target = 0;
    if (!str_eq(fields[1], STR("*")))
        code = load_target(fields[1], &target, err);
    struct parts parts = {.load = load, .target = target};
    struct part part;
    str text = {0};
    if (code == OK)
        code =
            load_text(load->arena, &text, err, "%.*s:%.*s", STR_ARG(fields[2]), STR_ARG(fields[3]));
    if (code == OK)
        code = part_body(&parts, text, &part, err);
    return code == OK ? give(load, fields[0], target, &part, err) : code;
}
