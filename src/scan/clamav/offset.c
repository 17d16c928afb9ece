/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets of body signatures, read and written as conditions. */
#include "scan/clamav/offset.h"

enum { TARGET_PE = 1, TARGET_ELF = 6, TARGET_MACHO = 9 };

/* "+5", "-5" */
static bool
read_add(str text, int64_t *ret)
{
    uint64_t value;
    if (text.n < 2 || (text.p[0] != '+' && text.p[0] != '-') ||
        !str_to_u64(str_from(text, 1), UINT32_MAX, &value))
        return false;
    *ret = text.p[0] == '-' ? -(int64_t)value : (int64_t)value;
    return true;
}

/* "S3+10", "SE3", "SL+10" */
static bool
read_section(str text, struct offset *ret)
{
    if (str_starts(text, STR("SL"))) {
        ret->kind = OFFSET_LAST_SECTION;
        return read_add(str_from(text, 2), &ret->add) && ret->add >= 0;
    }
    if (str_starts(text, STR("SE"))) {
        ret->kind = OFFSET_IN_SECTION;
        return str_to_u64(str_from(text, 2), UINT16_MAX, &ret->index);
    }
    str rest = str_from(text, 1), number = {0};
    str_cut(&rest, '+', &number);
    ret->kind = OFFSET_SECTION;
    uint64_t add;
    if (!rest.p || !str_to_u64(number, UINT16_MAX, &ret->index) ||
        !str_to_u64(rest, UINT32_MAX, &add))
        return false;
    ret->add = (int64_t)add;
    return true;
}

static bool
read_place(str text, struct offset *ret)
{
    uint64_t value;
    if (str_eq(text, STR("VI"))) {
        ret->kind = OFFSET_VERSION;
        return true;
    }
    if (str_starts(text, STR("EOF"))) {
        ret->kind = OFFSET_END;
        return read_add(str_from(text, 3), &ret->add) && ret->add <= 0;
    }
    if (str_starts(text, STR("EP"))) {
        ret->kind = OFFSET_ENTRY;
        return read_add(str_from(text, 2), &ret->add);
    }
    if (str_starts(text, STR("S")))
        return read_section(text, ret);
    if (str_starts(text, STR("$"))) {
        ret->kind = OFFSET_MACRO;
        return str_to_u64(str_from(text, 1), UINT32_MAX, &ret->index);
    }
    ret->kind = OFFSET_START;
    if (!str_to_u64(text, INT64_MAX / 2, &value))
        return false;
    ret->add = (int64_t)value;
    return true;
}

errcode
offset_parse(str text, unsigned target, struct offset *ret, struct err *err)
{
    struct offset offset = {.kind = OFFSET_ANY};
    if (str_eq(text, STR("*"))) {
        *ret = offset;
        return OK;
    }
    str shift = text, place = {0};
    str_cut(&shift, ',', &place);
    offset.has_shift = shift.p != NULL;
    if (!read_place(place, &offset) ||
        (offset.has_shift && !str_to_u64(shift, UINT32_MAX, &offset.shift)))
        return err_set(err, ERR_FORMAT, "the offset \"%.*s\" is wrong", STR_ARG(text));
    bool of_executable = offset.kind >= OFFSET_ENTRY && offset.kind <= OFFSET_VERSION;
    if (of_executable && target != TARGET_PE &&
        ((target != TARGET_ELF && target != TARGET_MACHO) || offset.kind == OFFSET_VERSION))
        return err_set(err, ERR_FORMAT, "the offset \"%.*s\" does not go with target %u",
                       STR_ARG(text), target);
    *ret = offset;
    return OK;
}

bool
offset_is_start(const struct offset *offset)
{
    return offset->kind == OFFSET_START && offset->add == 0 && offset->shift == 0;
}

void
offset_write_place(const struct offset *offset, int64_t add, struct buf *out)
{
    add += offset->add;
    switch (offset->kind) {
    case OFFSET_END:
        buf_z(out, "filesize");
        break;
    case OFFSET_ENTRY:
        buf_z(out, "clamav.entry_point");
        break;
    case OFFSET_SECTION:
    case OFFSET_IN_SECTION:
        buf_printf(out, "clamav.sections[%llu].offset", (unsigned long long)offset->index);
        break;
    case OFFSET_LAST_SECTION:
        buf_z(out, "clamav.last_section");
        break;
    default:
        buf_i64(out, add < 0 ? 0 : add);
        return;
    }
    if (add)
        buf_printf(out, " %c %lld", add < 0 ? '-' : '+', (long long)(add < 0 ? -add : add));
}

static void
write_range(const struct offset *offset, unsigned back, struct buf *out)
{
    buf_z(out, "(");
    offset_write_place(offset, -(int64_t)back, out);
    buf_z(out, "..");
    if (offset->kind == OFFSET_IN_SECTION) /* clamscan takes the byte behind the section too */
        buf_printf(out, "clamav.sections[%llu].offset + clamav.sections[%llu].size%s",
                   (unsigned long long)offset->index, (unsigned long long)offset->index,
                   back ? " - 1" : "");
    else
        offset_write_place(offset, (int64_t)offset->shift - back, out);
    buf_z(out, ")");
}

void
offset_write_found(const struct offset *offset, const char *name, unsigned back, struct buf *out)
{
    if (offset->kind == OFFSET_ANY) {
        buf_printf(out, "$%s", name);
    } else if (offset->kind == OFFSET_VERSION) {
        buf_printf(out, "for any v in clamav.version_info : ($%s at v%s)", name,
                   back ? " - 1" : "");
    } else if (offset->shift || offset->kind == OFFSET_IN_SECTION) {
        buf_printf(out, "$%s in ", name);
        write_range(offset, back, out);
    } else {
        buf_printf(out, "$%s at ", name);
        offset_write_place(offset, -(int64_t)back, out);
    }
}

errcode
offset_write_count(const struct offset *offset, const char *name, unsigned back, struct buf *out,
                   struct err *err)
{
    if (offset->kind == OFFSET_VERSION)
        return err_set(err, ERR_UNSUPPORTED, "matches at VI cannot be counted");
    buf_printf(out, "#%s", name);
    if (offset->kind != OFFSET_ANY) {
        buf_z(out, " in ");
        write_range(offset, back, out);
    }
    return OK;
}
