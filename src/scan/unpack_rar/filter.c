/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack_rar/filter.h"

#include "base/require.h"

#define CALLS_SPAN UINT32_C(0x1000000)

static uint32_t
get_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
put_u32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static void
undo_delta(const struct rar_filter *filter, const uint8_t *in, uint8_t *out)
{
    for (uint32_t channel = 0; channel < filter->channels; channel++) {
        uint8_t last = 0;
        for (uint32_t i = channel; i < filter->length; i += filter->channels)
            out[i] = last = (uint8_t)(last - *in++);
    }
}

static void
undo_calls(const struct rar_filter *filter, uint32_t place, uint8_t *p)
{
    for (uint32_t i = 0; i + 4 < filter->length;) {
        uint8_t byte = p[i++];
        if (byte != 0xe8 && !(byte == 0xe9 && filter->kind == RAR_JUMPS))
            continue;
        uint32_t here = place + i, target = get_u32(p + i);
        if (filter->wraps)
            here %= CALLS_SPAN;
        if (target & 0x80000000) {
            if (!((target + here) & 0x80000000))
                put_u32(p + i, target + CALLS_SPAN);
        } else if (target < CALLS_SPAN) {
            put_u32(p + i, target - here);
        }
        i += 4;
    }
}

static void
undo_arm(const struct rar_filter *filter, uint32_t place, uint8_t *p)
{
    for (uint32_t i = 0; i + 3 < filter->length; i += 4)
        if (p[i + 3] == 0xeb) {
            uint32_t target = (get_u32(p + i) & 0xffffff) - (place + i) / 4;
            put_u32(p + i, (target & 0xffffff) | 0xeb000000);
        }
}

bool
rar_filter_undo(const struct rar_filter *filter, uint32_t place, uint8_t *p, uint8_t *other)
{
    switch (filter->kind) {
    case RAR_DELTA:
        undo_delta(filter, p, other);
        return true;
    case RAR_CALLS:
    case RAR_JUMPS:
        undo_calls(filter, place, p);
        return false;
    case RAR_ARM:
        undo_arm(filter, place, p);
        return false;
    default:
        break;
    }
    require(false);
    return false;
}
