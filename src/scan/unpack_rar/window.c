/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack_rar/window.h"

#include "base/cleanup.h"
#include "base/require.h"

void
rar_window_make(struct rar_window *window, uint64_t wished, uint64_t least, uint64_t most)
{
    uint64_t size = least;
    while (size < wished && size < most)
        size *= 2;
    window->filters.cap = RAR_FILTERS_MAX * sizeof(struct rar_filter);
    if (size <= window->size)
        return;
    /* Pages that nothing is written to cost nothing. */
    uint8_t *p = mem_calloc(1, (size_t)size);
    uint64_t n = window->at < window->size ? window->at : window->size;
    for (uint64_t i = window->at - n; i < window->at; i++)
        p[i & (size - 1)] = window->p[i & (window->size - 1)];
    free(window->p);
    window->p = p;
    window->size = size;
    window->block.cap = window->other.cap = (size_t)size;
}

void
rar_window_free(struct rar_window *window)
{
    free(take(window->p));
    buf_clear(&window->filters);
    buf_clear(&window->block);
    buf_clear(&window->other);
}

void
rar_window_begin(struct rar_window *window, uint64_t size, bool is_solid)
{
    if (!is_solid)
        window->at = 0;
    window->member = window->flushed = window->at;
    window->flush_at = window->at + RAR_STRIDE;
    window->member_size = size;
    window->filter = 0;
    buf_reset(&window->filters);
    window->is_cut = window->is_over = window->is_done = false;
    window->is_broken = window->is_unknown = false;
    unpack_begin(window->walk);
}

/* Gives N bytes on, no more than the member should have. */
static void
give(struct rar_window *window, const uint8_t *p, size_t n)
{
    uint64_t given = window->flushed - window->member;
    uint64_t left = window->member_size > given ? window->member_size - given : 0;
    window->flushed += n;
    if (n > left) {
        window->is_over = true;
        n = (size_t)left;
    }
    if (!window->is_cut && !unpack_add(window->walk, (str){(const char *)p, n}))
        window->is_cut = true;
}

static void
give_plain(struct rar_window *window, uint64_t until)
{
    while (window->flushed < until) {
        uint64_t from = window->flushed & (window->size - 1), n = until - window->flushed;
        if (n > window->size - from)
            n = window->size - from;
        give(window, window->p + from, (size_t)n);
    }
}

/* All filters of the block in BLOCK, one upon the other. */
static void
undo_filters(struct rar_window *window, const struct rar_filter *filters, size_t count)
{
    uint64_t start = filters->start;
    uint32_t length = filters->length;
    for (; window->filter < count; window->filter++) {
        const struct rar_filter *next = &filters[0];
        if (next->start != start || next->length != length)
            return;
        if (rar_filter_undo(next, (uint32_t)(start - window->member), (uint8_t *)window->block.p,
                            (uint8_t *)window->other.p)) {
            struct buf made = window->other;
            window->other = window->block;
            window->block = made;
        }
        filters++;
    }
}

static void
give_filtered(struct rar_window *window, const struct rar_filter *filters, size_t count)
{
    uint32_t length = filters->length;
    buf_reset(&window->block);
    buf_reset(&window->other);
    char *p = buf_space(&window->block, length), *other = buf_space(&window->other, length);
    require(p && other);
    memset(other, 0, length); /* pictures of odd rows look at what is not made yet */
    uint64_t from = filters->start & (window->size - 1);
    size_t first = length < window->size - from ? length : (size_t)(window->size - from);
    memcpy(p, window->p + from, first);
    memcpy(p + first, window->p, length - first);
    undo_filters(window, filters, count);
    give(window, (const uint8_t *)window->block.p, length);
}

void
rar_window_flush(struct rar_window *window, bool is_end)
{
    size_t count = window->filters.n / sizeof(struct rar_filter);
    const struct rar_filter *filters = (const struct rar_filter *)(const void *)window->filters.p;
    while (window->filter < count) {
        const struct rar_filter *filter = &filters[window->filter];
        uint64_t end = filter->start + filter->length;
        give_plain(window, filter->start < window->at ? filter->start : window->at);
        if (filter->start > window->at || end > window->at)
            break;
        give_filtered(window, filter, count);
    }
    if (window->filter == count) {
        window->filter = 0;
        buf_reset(&window->filters);
    } else if (is_end) {
        window->is_broken = true;
    }
    if (is_end || !window->filters.n)
        give_plain(window, window->at);
    window->flush_at = window->at + RAR_STRIDE;
    window->is_done =
        !unpack_is_on(window->walk) || (!window->is_kept && (window->is_cut || window->is_over));
}

bool
rar_window_add_filter(struct rar_window *window, const struct rar_filter *filter)
{
    size_t count = window->filters.n / sizeof *filter;
    const struct rar_filter *last = (const struct rar_filter *)(const void *)window->filters.p;
    bool fits = filter->length && filter->length + RAR_STRIDE + RAR_SLACK <= window->size &&
                filter->start >= window->flushed;
    if (fits && count) {
        last += count - 1;
        fits = filter->start >= last->start + last->length ||
               (filter->start == last->start && filter->length == last->length);
    }
    if (fits && count >= RAR_STACKED_MAX) {
        last -= RAR_STACKED_MAX - 1;
        fits = last->start != filter->start; /* each is a pass over the block */
    }
    if (fits)
        buf_add(&window->filters, filter, sizeof *filter);
    if (!fits || window->filters.full)
        window->is_broken = true;
    return !window->is_broken;
}

bool
rar_window_copy(struct rar_window *window, uint64_t distance, uint32_t length)
{
    uint64_t mask = window->size - 1, at = window->at;
    if (!distance || distance > at || distance > window->size)
        return false;
    require(length <= RAR_SLACK);
    uint64_t to = at & mask, from = (at - distance) & mask;
    if (to + length <= window->size && from + length <= window->size) {
        uint8_t *p = window->p + to;
        const uint8_t *q = window->p + from;
        for (uint32_t i = 0; i < length; i++)
            p[i] = q[i];
    } else {
        for (uint32_t i = 0; i < length; i++)
            window->p[(to + i) & mask] = window->p[(from + i) & mask];
    }
    window->at += length;
    if (window->at >= window->flush_at)
        rar_window_flush(window, false);
    return true;
}
