/* SPDX-License-Identifier: Apache-2.0 */
/* What the methods of RAR make: a ring of the last bytes, as they were before filters, from which
 * copies come and which solid archives keep from member to member. What is whole goes on into the
 * buffer of the walk; a block waits for its end when a filter is to be undone in it. */
#pragma once

#include "scan/unpack/reader.h"
#include "scan/unpack_rar/filter.h"

enum { RAR_STRIDE = 64 << 10, RAR_SLACK = 16 << 10, RAR_FILTERS_MAX = 8192, RAR_STACKED_MAX = 8 };

/* Invariant: flushed <= at, and at - flushed never exceeds size: rar_window_add_filter refuses
 * blocks for which it would. */
struct rar_window {
    struct unpack *walk;
    uint8_t *p;
    uint64_t size; /* a power of two */
    uint64_t at, flushed, flush_at;
    uint64_t member;      /* where the member begins */
    uint64_t member_size; /* bytes that it should have; UINT64_MAX when that is not known */
    struct buf filters;   /* of struct rar_filter: those to come, each behind the one before */
    size_t filter;        /* the first of them that is not undone */
    struct buf block, other;
    bool is_kept;    /* other members may go on from this one: it is read to its end */
    bool is_cut;     /* a cap was met: what comes is only there to be copied from */
    bool is_over;    /* more came than the member should have */
    bool is_broken;  /* a filter did not fit */
    bool is_unknown; /* a filter is not known: its block is given as it was packed */
    bool is_done;    /* nobody needs what would come */
};

/* Of LEAST bytes or, as far as MOST allows, those WISHED; LEAST is a power of two. What is there
 * stays. */
void rar_window_make(struct rar_window *window, uint64_t wished, uint64_t least, uint64_t most);
void rar_window_free(struct rar_window *window);
/* A member begins; IS_SOLID: it goes on from the one before. */
void rar_window_begin(struct rar_window *window, uint64_t size, bool is_solid);
/* Gives on all that is whole; IS_END: and what waits for more, which does not come. */
void rar_window_flush(struct rar_window *window, bool is_end);
/* Behind all filters before; false when it does not fit, which is told at the end. */
bool rar_window_add_filter(struct rar_window *window, const struct rar_filter *filter);

static inline void
rar_window_put(struct rar_window *window, uint8_t byte)
{
    window->p[window->at++ & (window->size - 1)] = byte;
    if (window->at >= window->flush_at)
        rar_window_flush(window, false);
}
/* False when nothing is there to copy. LENGTH is below RAR_SLACK. */
bool rar_window_copy(struct rar_window *window, uint64_t distance, uint32_t length);
