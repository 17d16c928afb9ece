/* SPDX-License-Identifier: Apache-2.0 */
/* Container metadata signatures (.cdb): name:type:container size:name's regex:packed size:real
 * size:encrypted:position:CRC:unused[:min[:max]], and their comparison with an archive's member. */
#include "scan/clamav/part.h"

#include "base/limits.h"

/* "*", "5", "5-10" */
static errcode
read_range(str text, struct clamav_range *ret, struct err *err)
{
    struct clamav_range range = {.any = str_eq(text, STR("*")), .max = UINT64_MAX};
    str low = {0}, high = text;
    str_cut(&high, '-', &low);
    bool right = range.any || str_to_u64(low, UINT64_MAX, &range.min);
    if (right && !range.any && !high.p)
        range.max = range.min;
    else if (right && !range.any)
        right = str_to_u64(high, UINT64_MAX, &range.max);
    if (!right || range.min > range.max)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no number, range or *", STR_ARG(text));
    *ret = range;
    return OK;
}

static errcode
read_crc(str text, struct clamav_container *ret, struct err *err)
{
    uint64_t crc;
    if (text.n == 0 || str_eq(text, STR("*")))
        return OK;
    if (!str_to_hex(text, &crc) || crc > UINT32_MAX)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no CRC", STR_ARG(text));
    ret->has_crc = true;
    ret->crc = (uint32_t)crc;
    return OK;
}

static errcode
read_type(str text, struct clamav_container *ret, struct err *err)
{
    if (str_eq(text, STR("*")) || str_eq(text, STR("CL_TYPE_ANY")))
        return OK;
    if (!str_starts(text, STR("CL_TYPE_")))
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no type of container", STR_ARG(text));
    ret->type = text;
    return OK;
}

static errcode
read_name(str text, struct arena *arena, struct clamav_container *ret, struct err *err)
{
    if (str_eq(text, STR("*")))
        return OK;
    if (text.n == 0)
        return err_set(err, ERR_FORMAT, "the name's regular expression is empty");
    return posix_translate(text, arena, &ret->name_regex, err);
}

static errcode
read_encrypted(str text, struct clamav_container *ret, struct err *err)
{
    if (text.n != 1 || !memchr("01*", text.p[0], 3))
        return err_set(err, ERR_FORMAT, "\"%.*s\" is not 0, 1 or *", STR_ARG(text));
    ret->encrypted = text.p[0] == '*' ? -1 : text.p[0] - '0';
    return OK;
}

static errcode
cut_fields(str line, str ret[12], struct err *err)
{
    size_t count = load_fields(line, ':', ret, 12);
    if (count < 10 || count > 12)
        return err_set(err, ERR_FORMAT, "%zu fields where 10 to 12 are right", count);
    return OK;
}

errcode
load_container(struct load *load, str line, struct err *err)
{
    str f[12];
    struct clamav_container c = {0};
    bool fits = false;
    errcode code = cut_fields(str_trim(line), f, err);
    if (code == OK)
        code = load_check_name(f[0], err);
    c.name = f[0];
    if (code == OK)
        code = load_level(load, f[10], f[11], &fits, err);
    if (code != OK || !fits)
        return code;
    code = read_type(f[1], &c, err);
    if (code == OK)
        code = read_range(f[2], &c.container_size, err);
    if (code == OK)
        code = read_name(f[3], load->arena, &c, err);
    if (code == OK)
        code = read_range(f[4], &c.packed_size, err);
    if (code == OK)
        code = read_range(f[5], &c.real_size, err);
    if (code == OK)
        code = read_encrypted(f[6], &c, err);
    if (code == OK)
        code = read_range(f[7], &c.position, err);
    if (code == OK)
        code = read_crc(f[8], &c, err);
    if (code == OK && load->sink->container)
        code = load->sink->container(load->sink->context, &c, &load->origin, err);
    if (code == OK)
        load->counts->containers++;
    return code;
}

static bool
range_has(const struct clamav_range *range, uint64_t value)
{
    return range->any || (value >= range->min && value <= range->max);
}

static bool
has_crc(str type)
{
    return str_eq(type, STR("CL_TYPE_ZIP")) || str_eq(type, STR("CL_TYPE_RAR"));
}

bool
clamav_container_matches(const struct clamav_container *signature,
                         const struct clamav_member *member,
                         bool (*matches)(void *context, str regex, str name), void *context)
{
    if (signature->type.n && !str_eq(signature->type, member->type))
        return false;
    if (signature->encrypted >= 0 && signature->encrypted != member->is_encrypted)
        return false;
    if (signature->has_crc && has_crc(member->type) && signature->crc != member->crc)
        return false;
    return range_has(&signature->container_size, member->container_size) &&
           range_has(&signature->packed_size, member->packed_size) &&
           range_has(&signature->real_size, member->real_size) &&
           range_has(&signature->position, member->position) &&
           (signature->name_regex.n == 0 || matches(context, signature->name_regex, member->name));
}
