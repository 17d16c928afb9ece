/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that are regular expressions: [offset:]trigger/pattern/flags. */
#include "scan/clamav/part.h"

#include "base/limits.h"

static errcode
write_trigger(struct parts *parts, str text, struct part *part, str *ret, struct err *err)
{
    struct arena *arena = parts->load->arena;
    struct logic logic;
    if (text.n == 0)
        return err_set(err, ERR_FORMAT, "the regular expression has no trigger");
    errcode code = logic_parse(text, parts->count, arena, &logic, err);
    if (code != OK)
        return code;
    struct logic_part *says = arena_alloc(arena, (parts->count + 1) * sizeof *says);
    for (size_t i = 0; i < parts->count; i++) {
        says[i] = parts->parts[i].says;
        if (logic.parts >> i & 1)
            part->needs |= parts->parts[i].needs;
    }
    return logic_write(&logic, says, arena, ret, err);
}

/* The offset says where the search begins: there alone, with `r` from there on, with a shift in
 * that many bytes, with `e` wholly inside them. */
static errcode
write_place(const struct part *part, const struct pcre *pcre, size_t number, struct arena *arena,
            str *ret, struct err *err)
{
    struct offset offset = part->offset;
    char name[24];
    snprintf(name, sizeof name, "%zu", number);
    struct buf out = BUF(LIMIT_CLAMAV_CONDITION);
    bool is_place = offset.kind == OFFSET_START || offset.kind == OFFSET_END ||
                    offset.kind == OFFSET_ENTRY || offset.kind == OFFSET_SECTION ||
                    offset.kind == OFFSET_LAST_SECTION;
    if (pcre->is_anchored && offset.kind == OFFSET_ANY)
        offset.kind = OFFSET_START;
    if (pcre->is_inside && offset.has_shift && is_place) {
        buf_printf(&out, "for any i in (1..#%s) : (@%s[i] %s ", name, name,
                   pcre->is_anchored ? "==" : ">=");
        offset_write_place(&offset, 0, &out);
        buf_printf(&out, " and @%s[i] + !%s[i] <= ", name, name);
        offset_write_place(&offset, (int64_t)offset.shift, &out);
        buf_char(&out, ')');
    } else if (pcre->is_rolling && !offset.has_shift && is_place && !pcre->is_anchored) {
        buf_printf(&out, "$%s in (", name);
        offset_write_place(&offset, 0, &out);
        buf_z(&out, "..filesize)");
    } else {
        if (pcre->is_anchored)
            offset.shift = 0;
        offset_write_found(&offset, name, 0, &out);
    }
    errcode code = buf_check(&out, "a condition", err);
    if (code == OK)
        *ret = arena_str(arena, buf_view(&out));
    buf_clear(&out);
    return code;
}

/* With `g` all matches count: YARA's are one for each place where one begins, PCRE's do not
 * overlap. They are the same unless the pattern can overlap itself. */
static errcode
write_matches(struct part *part, const struct pcre *pcre, size_t number, struct arena *arena,
              struct err *err)
{
    if (!pcre->is_global)
        return load_text(arena, &part->says.matches, err, "clamav.when(%.*s, 1)",
                         STR_ARG(part->says.found));
    struct buf count = BUF(LIMIT_CLAMAV_CONDITION);
    char name[24];
    snprintf(name, sizeof name, "%zu", number);
    errcode code = OK;
    if (pcre->is_inside || pcre->is_rolling || pcre->is_anchored)
        code = err_set(err, ERR_UNSUPPORTED, "flags r, e and A with g");
    if (code == OK)
        code = offset_write_count(&part->offset, name, 0, &count, err);
    if (code == OK)
        code = load_text(arena, &part->says.matches, err, "clamav.when(%.*s, %.*s)",
                         STR_ARG(part->says.found), STR_ARG(buf_view(&count)));
    buf_clear(&count);
    if (code != OK && code != ERR_LIMIT) {
        part->says.refused = code;
        part->says.reason = "its matches cannot be counted with these flags and offset";
        return OK;
    }
    return code;
}

static errcode
cut_pieces(str text, str *ret_trigger, str *ret_pattern, str *ret_flags, struct err *err)
{
    size_t first = str_find(text, STR("/")), last = text.n;
    while (last && text.p[last - 1] != '/')
        last--;
    if (first == SIZE_MAX || last == first + 1)
        return err_set(err, ERR_FORMAT, "the regular expression has no closing /");
    *ret_trigger = (str){text.p, first};
    *ret_pattern = (str){text.p + first + 1, last - first - 2};
    *ret_flags = str_from(text, last);
    if (ret_pattern->n == 0)
        return err_set(err, ERR_FORMAT, "the regular expression is empty");
    return OK;
}

errcode
part_regex(struct parts *parts, str text, struct part *ret, struct err *err)
{
    struct arena *arena = parts->load->arena;
    struct part part = {.needs = (uint64_t)1 << parts->count};
    struct pcre pcre;
    str trigger, pattern, flags, condition, place;
    errcode code = cut_pieces(text, &trigger, &pattern, &flags, err);
    size_t colon = code == OK ? str_find(trigger, STR(":")) : SIZE_MAX;
    if (colon != SIZE_MAX) {
        code = offset_parse((str){trigger.p, colon}, parts->target, &part.offset, err);
        trigger = str_from(trigger, colon + 1);
    }
    if (code == OK && part.offset.kind == OFFSET_MACRO)
        code = err_set(err, ERR_FORMAT, "a macro group is no offset of a part");
    if (code == OK)
        code = write_trigger(parts, trigger, &part, &condition, err);
    if (code == OK)
        code = pcre_translate(pattern, flags, arena, &pcre, err);
    if (code == OK && pcre.has_start && part.offset.kind != OFFSET_ANY)
        code =
            err_set(err, ERR_UNSUPPORTED, "the beginning of a search that has an offset (^, \\b)");
    if (code == OK && pcre.has_end && pcre.is_inside && part.offset.has_shift)
        code = err_set(err, ERR_UNSUPPORTED, "the end of a search that is cut off ($ with flag e)");
    if (code == OK)
        code = load_text(arena, &part.definition, err, "$%u = %.*s\n", (unsigned)parts->count,
                         STR_ARG(pcre.regex));
    if (code == OK)
        code = write_place(&part, &pcre, parts->count, arena, &place, err);
    if (code == OK)
        code = load_text(arena, &part.says.found, err, "((%.*s) and (%.*s))", STR_ARG(condition),
                         STR_ARG(place));
    if (code == OK)
        code = write_matches(&part, &pcre, parts->count, arena, err);
    if (code == OK)
        *ret = part;
    return code;
}
