/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over any data: within its caps, the same each time, no member reaches beyond what it is
 * given of, and what is told can be shown. */
#pragma once

#include "base/require.h"
#include "scan/unpack/unpack.h"

enum { WALK_MEMBER = 1 << 20, WALK_BYTES = 16 << 20, WALK_ENTRIES = 2000, WALK_DEPTH = 5 };

struct walked {
    uint64_t members, bytes, skips, sum;
};

static inline bool
walk_member(void *context, const struct unpack_member *member)
{
    struct walked *walked = context;
    require(member->data.n <= WALK_MEMBER && member->depth >= 1 && member->depth <= WALK_DEPTH);
    require(str_is_shown(str_of(member->path)) && member->kind && member->kind[0]);
    walked->members++;
    walked->bytes += member->data.n;
    for (size_t i = 0; i < member->data.n; i++)
        walked->sum = walked->sum * 31 + (uint8_t)member->data.p[i];
    return true;
}

static inline void
walk_skipped(void *context, const char *path, enum unpack_skip why, const char *detail)
{
    struct walked *walked = context;
    require(str_is_shown(str_of(path)) && unpack_skip_name(why)[0] && detail && detail[0]);
    require(str_is_shown(str_of(detail)));
    walked->skips++;
}

static inline int
walk_with(const uint8_t *data, size_t size, const char *name, bool without_library)
{
    static struct unpack *walk;
    if (!walk)
        walk = unpack_new(&(struct unpack_options){.depth_max = WALK_DEPTH,
                                                   .entries_max = WALK_ENTRIES,
                                                   .member_max = WALK_MEMBER,
                                                   .bytes_max = WALK_BYTES,
                                                   .without_library = without_library});
    struct walked first = {0}, second = {0};
    struct unpack_sink sink = {&first, walk_member, walk_skipped};
    bool inside = unpack_each(walk, (str){(const char *)data, size}, name, &sink);
    require(inside == (first.members + first.skips > 0));
    require(first.members <= WALK_ENTRIES && first.bytes <= WALK_BYTES);
    sink.context = &second;
    unpack_each(walk, (str){(const char *)data, size}, name, &sink);
    require(first.members == second.members && first.sum == second.sum);
    require(first.skips == second.skips);
    return 0;
}

static inline int
walk_each(const uint8_t *data, size_t size, const char *name)
{
    return walk_with(data, size, name, false);
}

/* By our own readers alone. */
static inline int
walk_own(const uint8_t *data, size_t size, const char *name)
{
    return walk_with(data, size, name, true);
}
