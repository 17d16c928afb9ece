/* SPDX-License-Identifier: Apache-2.0 */
/* An array and a hash table of its numbers, which is made anew when items were taken out. */
#include "scan/watch/pending.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/require.h"
#include "base/str.h"

struct pending_path {
    char *path;
    int64_t first, last;
};

void
pending_clear(struct pending *pending)
{
    for (size_t i = 0; i < pending->count; i++)
        free(pending->items[i].path);
    free(pending->items);
    free(pending->table);
    *pending = (struct pending){0};
}

static uint32_t *
find_place(const struct pending *pending, const char *path)
{
    size_t mask = pending->table_size - 1;
    for (size_t at = str_hash(str_of(path)) & mask;; at = (at + 1) & mask) {
        uint32_t number = pending->table[at];
        if (number == 0 || strcmp(pending->items[number - 1].path, path) == 0)
            return &pending->table[at];
    }
}

/* At most half full. */
static void
make_table(struct pending *pending)
{
    size_t size = 256;
    while (size < 2 * (pending->count + 1))
        size *= 2;
    free(pending->table);
    pending->table = mem_calloc(size, sizeof *pending->table);
    pending->table_size = size;
    for (size_t i = 0; i < pending->count; i++)
        *find_place(pending, pending->items[i].path) = (uint32_t)i + 1;
}

bool
pending_add(struct pending *pending, const char *path, int64_t now)
{
    if (2 * (pending->count + 1) > pending->table_size)
        make_table(pending);
    uint32_t *place = find_place(pending, path);
    if (*place) {
        pending->items[*place - 1].last = now;
        return true;
    }
    if (pending->count == PENDING_MAX)
        return false;
    if (pending->count == pending->room) {
        pending->room = pending->room ? pending->room * 2 : 64;
        pending->items = mem_resize(pending->items, pending->room, sizeof *pending->items);
    }
    pending->items[pending->count++] =
        (struct pending_path){mem_strndup(path, strlen(path)), now, now};
    *place = (uint32_t)pending->count;
    return true;
}

size_t
pending_take(struct pending *pending, int64_t now, char **out, size_t max)
{
    size_t taken = 0, kept = 0;
    for (size_t i = 0; i < pending->count; i++) {
        const struct pending_path *item = &pending->items[i];
        bool is_due = now - item->last >= PENDING_QUIET || now - item->first >= PENDING_LONGEST;
        if (is_due && taken < max)
            out[taken++] = item->path;
        else
            pending->items[kept++] = *item;
    }
    pending->count = kept;
    if (taken > 0)
        make_table(pending);
    return taken;
}
