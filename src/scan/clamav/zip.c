/* SPDX-License-Identifier: Apache-2.0 */
/* What a ZIP file's central directory says of its members (APPNOTE.TXT, 4.3.12 and 4.3.16). */
#include "scan/clamav/clamav.h"

#include "base/limits.h"

enum {
    END_SIZE = 22,
    END_SIGNATURE = 0x06054b50,
    ENTRY_SIZE = 46,
    ENTRY_SIGNATURE = 0x02014b50,
    COMMENT_MAX = 65535,
    FLAG_ENCRYPTED = 1,
};

static uint32_t
u16_at(str data, size_t at)
{
    const uint8_t *p = (const uint8_t *)data.p + at;
    return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t
u32_at(str data, size_t at)
{
    return u16_at(data, at) | u16_at(data, at + 2) << 16;
}

/* The end record is searched for from the end, over a comment of any length. */
static bool
find_end(str data, size_t *ret)
{
    if (data.n < END_SIZE)
        return false;
    size_t last = data.n - END_SIZE, first = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (size_t at = last + 1; at-- > first;)
        if (u32_at(data, at) == END_SIGNATURE && u16_at(data, at + 20) <= last - at) {
            *ret = at;
            return true;
        }
    return false;
}

bool
clamav_zip_each(str data, bool (*found)(void *context, const struct clamav_member *member),
                void *context)
{
    size_t end;
    if (!find_end(data, &end))
        return false;
    uint32_t count = u16_at(data, end + 10), size = u32_at(data, end + 12);
    bool is_split = u16_at(data, end + 4) != 0 || u16_at(data, end + 8) != count;
    if (is_split || size > end || count > LIMIT_CLAMAV_MEMBERS)
        return false;
    /* The directory ends where the end record begins, even when something stands before the ZIP. */
    size_t at = end - size;
    for (uint32_t i = 0; i < count; i++) {
        if (end - at < ENTRY_SIZE || u32_at(data, at) != ENTRY_SIGNATURE)
            return false;
        size_t name = u16_at(data, at + 28), more = u16_at(data, at + 30) + u16_at(data, at + 32);
        if (end - at - ENTRY_SIZE < name + more)
            return false;
        struct clamav_member member = {.type = STR("CL_TYPE_ZIP"),
                                       .container_size = data.n,
                                       .packed_size = u32_at(data, at + 20),
                                       .real_size = u32_at(data, at + 24),
                                       .position = i + 1,
                                       .is_encrypted = u16_at(data, at + 8) & FLAG_ENCRYPTED,
                                       .crc = u32_at(data, at + 16),
                                       .name = {data.p + at + ENTRY_SIZE, name}};
        if (!found(context, &member))
            return true;
        at += ENTRY_SIZE + name + more;
    }
    return true;
}
