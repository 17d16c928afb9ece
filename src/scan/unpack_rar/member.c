/* SPDX-License-Identifier: Apache-2.0 */
/* A member, whatever the archive's version: stored or by one of the methods, and what of it is not
 * as its header says. */
#include "scan/unpack/inflate.h"
#include "scan/unpack_rar/rar.h"

enum {
    WINDOW_LEAST = 256 << 10,
    WINDOW_FILTERS = 8 << 20, /* holds the longest block of a filter of RAR 5 */
    WINDOW_MOST = 64 << 20,
};

static void
announce(struct rar_archive *archive, const struct rar_member *member, enum unpack_skip why,
         const char *detail)
{
    unpack_skip(archive->walk, member->name, why, detail);
}

/* What a member is told to be that was given; NULL when it is whole. */
static const char *
fault_of(const struct rar_member *member, str content, bool is_broken, bool is_over)
{
    if (member->came_before)
        return "rar: it begins in another file";
    if (member->goes_on)
        return "rar: it goes on in another file";
    if (member->is_short)
        return "rar: the file ends before the member";
    /* What WinRAR would write is whole, whatever stands behind it. */
    bool is_sum = member->has_crc && inflate_crc32(content) == member->crc;
    if (is_sum && member->size_known && content.n == member->size)
        return NULL;
    if (is_broken)
        return "rar: a fault in the packed data";
    if (is_over)
        return "rar: more data than the member's size";
    if (member->size_known && content.n < member->size)
        return "rar: the data end before the member";
    return member->has_crc && !is_sum ? "rar: the checksum is wrong" : NULL;
}

static bool
give_stored(struct rar_archive *archive, const struct rar_member *member)
{
    str content = member->packed;
    bool is_over = member->size_known && content.n > member->size;
    if (is_over)
        content.n = (size_t)member->size;
    if (!unpack_give(archive->walk, member->name, content, false))
        return false;
    const char *fault = content.n > unpack_member_max(archive->walk)
                            ? NULL
                            : fault_of(member, content, false, is_over);
    if (fault)
        announce(archive, member, UNPACK_DAMAGED, fault);
    return unpack_is_on(archive->walk);
}

/* What nothing goes on from needs no more than its own size. */
static uint64_t
window_size(const struct rar_member *member, bool is_kept)
{
    uint64_t size = member->dictionary > WINDOW_FILTERS ? member->dictionary : WINDOW_FILTERS;
    bool is_small = !is_kept && member->size_known && member->size < size;
    return is_small ? member->size + RAR_STRIDE + RAR_SLACK : size;
}

static enum decompressed
read_packed(struct rar_archive *archive, const struct rar_member *member)
{
    struct rar_window *window = &archive->window;
    window->walk = archive->walk;
    window->is_kept = archive->is_solid || member->is_solid;
    rar_window_make(window, window_size(member, window->is_kept), WINDOW_LEAST, WINDOW_MOST);
    rar_window_begin(window, member->size_known ? member->size : UINT64_MAX, member->is_solid);
    enum decompressed how =
        member->method == RAR_LZ50
            ? lz50_read(&archive->lz50, window, member->packed, member->is_solid)
            : lz29_read(&archive->lz29, window, member->packed, member->is_solid);
    rar_window_flush(window, true);
    return how;
}

static bool
give_packed(struct rar_archive *archive, const struct rar_member *member)
{
    if (member->is_solid && archive->is_lost) {
        announce(archive, member, UNPACK_DAMAGED,
                 "rar: it goes on from a member that was not read");
        return unpack_is_on(archive->walk);
    }
    enum decompressed how = read_packed(archive, member);
    const struct rar_window *window = &archive->window;
    bool is_broken = how != DECOMPRESSED || window->is_broken;
    str content = unpack_made_view(archive->walk);
    const char *fault =
        window->is_cut ? NULL : fault_of(member, content, is_broken, window->is_over);
    archive->is_lost = window->is_done;
    if ((content.n || !member->size) && !unpack_give_made(archive->walk, member->name, false))
        return false;
    if (fault && window->is_unknown)
        announce(archive, member, UNPACK_UNKNOWN, "rar: a filter that is not known");
    else if (fault)
        announce(archive, member, UNPACK_DAMAGED, fault);
    return unpack_is_on(archive->walk);
}

static const char *
reason(const struct rar_member *member, enum unpack_skip *ret_why)
{
    *ret_why = UNPACK_ENCRYPTED;
    if (member->is_encrypted)
        return "rar";
    *ret_why = UNPACK_DAMAGED;
    if (member->came_before && member->method != RAR_STORED)
        return "rar: it begins in another file";
    *ret_why = UNPACK_UNKNOWN;
    return member->method == RAR_UNKNOWN ? "rar: a method that is not read" : NULL;
}

bool
rar_give(struct rar_archive *archive, const struct rar_member *member)
{
    enum unpack_skip why;
    const char *detail = reason(member, &why);
    if (detail) {
        if (member->method != RAR_STORED)
            archive->is_lost = true;
        announce(archive, member, why, detail);
        return unpack_is_on(archive->walk);
    }
    return member->method == RAR_STORED ? give_stored(archive, member)
                                        : give_packed(archive, member);
}
