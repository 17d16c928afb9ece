/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that were written to, each once, until they are due: who writes a file writes it again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PENDING_QUIET INT64_C(500000000)    /* nanoseconds without another write */
#define PENDING_LONGEST INT64_C(5000000000) /* after the first one */
enum { PENDING_MAX = 65536 };

struct pending {
    struct pending_path *items; /* in the order of their first write */
    size_t count, room;
    uint32_t *table; /* of hashes: 1 + the item's number; 0: free */
    size_t table_size;
};
void pending_clear(struct pending *pending); /* it may be used again */
/* False when there is no place for another one. NOW is clock_monotonic's. */
bool pending_add(struct pending *pending, const char *path, int64_t now);
/* Those that are due, MAX at most; the strings are the caller's. */
size_t pending_take(struct pending *pending, int64_t now, char **out, size_t max);
