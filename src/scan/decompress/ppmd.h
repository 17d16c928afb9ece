/* SPDX-License-Identifier: Apache-2.0 */
/* PPMd variant H (Dmitry Shkarin, 2001, public domain), as RAR 3 and 7z use it: a byte is foretold
 * by those before it, in the longest context that has been seen, else in a shorter one. */
#pragma once

#include "base/str.h"

enum {
    PPMD_ORDER_LEAST = 2,
    PPMD_ORDER_MOST = 64,
    PPMD_SIZE_LEAST = 2048,
    PPMD_SIZE_MOST = 256 << 20, /* the most that RAR uses, and a cap for others */
};
enum { PPMD_ENDED = -1, PPMD_BROKEN = -2 };
enum ppmd_coder { PPMD_7Z, PPMD_RAR };

struct ppmd;
struct ppmd *ppmd_new(void);
void ppmd_free(struct ppmd *ppmd);
/* A new model that keeps contexts of at most ORDER bytes in SIZE bytes of memory, which it takes as
 * it fills; it begins anew when they are full. Both in their bounds. Without so much memory none is
 * started. */
void ppmd_start(struct ppmd *ppmd, uint32_t order, uint32_t size);
/* True when a model was started and nothing broke since. */
bool ppmd_is_started(const struct ppmd *ppmd);
/* The coder begins at DATA, which must outlive it; false when it does not begin so. */
bool ppmd_begin(struct ppmd *ppmd, enum ppmd_coder coder, str data);
/* The next byte; PPMD_ENDED at a mark of the end, PPMD_BROKEN at a fault or when DATA ended.
 * Behind either the model is of no use. */
int ppmd_next(struct ppmd *ppmd);
/* Bytes of DATA that were read. */
size_t ppmd_place(const struct ppmd *ppmd);
