/* SPDX-License-Identifier: Apache-2.0 */
/* What packers did to blocks before they packed them, and how it is undone: targets of calls were
 * made absolute, samples and pixels became differences. */
#pragma once

#include "base/buf.h"

enum rar_filter_kind {
    RAR_DELTA, /* bytes of channels, one channel behind the other */
    RAR_CALLS, /* x86: E8; RAR_JUMPS: and E9 */
    RAR_JUMPS,
    RAR_ARM,
    RAR_ITANIUM,
    RAR_PICTURE,
    RAR_SOUND,
};
struct rar_filter {
    enum rar_filter_kind kind;
    uint64_t start; /* of the block in the stream */
    uint32_t length;
    uint32_t channels; /* of RAR_DELTA and RAR_SOUND, at least 1 */
    uint32_t row, red; /* of RAR_PICTURE: bytes of a row, the place of the first colour */
    bool wraps;        /* places of calls are counted modulo 16 MiB, as RAR 5 does */
};
/* Undoes FILTER in the block in P, by OTHER where it is not in place: both hold FILTER->length
 * bytes. PLACE is the block's in its member. True when the result is in OTHER. */
bool rar_filter_undo(const struct rar_filter *filter, uint32_t place, uint8_t *p, uint8_t *other);
