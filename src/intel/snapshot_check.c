/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants of docs/format-snapshot.md that a lookup does not need to be safe, but to be
 * right. They are checked when a snapshot is verified. */
#include "intel/snapshot_layout.h"

static bool
sighting_ok(const struct snapshot *s, const struct snapshot_entry *entry)
{
    return entry->family < s->family_count && entry->first <= entry->last && entry->days > 0;
}

static bool
entry_ok(const struct snapshot *s, const struct snapshot_entry *entry)
{
    if (entry->family != ENTRY_MORE)
        return sighting_ok(s, entry);
    uint32_t place = entry->first | (uint32_t)entry->last << 16, count = entry->days;
    if (count < 2 || count > SNAPSHOT_SIGHTINGS_MAX || place > s->more_count ||
        count > s->more_count - place)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!sighting_ok(s, &s->more[place + i]) ||
            (i > 0 && s->more[place + i - 1].last < s->more[place + i].last))
            return false;
    return true;
}

static errcode
check_entries(const struct snapshot *s, const struct snapshot_entry *entries, uint32_t count,
              const char *chunk, struct err *err)
{
    for (uint32_t i = 0; i < count; i++)
        if (!entry_ok(s, &entries[i]))
            return err_set(err, ERR_CORRUPT, "chunk %s, entry %u is impossible", chunk, i);
    return OK;
}

/* The low halves of one /16 ascend, and its block, if it has one, says where each /24 begins. */
static bool
half4_ok(const struct snapshot *s, const struct snapshot_dir4 *dir)
{
    uint32_t count = dir[1].base - dir[0].base;
    const uint16_t *low = s->low4 + dir->base;
    uint32_t parts = BLOCK4_NONE | snapshot_part4(low[0]);
    for (uint32_t i = 1; i < count; i++) {
        if (low[i - 1] >= low[i])
            return false;
        parts |= snapshot_part4(low[i]);
    }
    if (dir->block & BLOCK4_NONE)
        return dir->block == parts;
    if (dir->block >= s->block_count)
        return false;
    const uint16_t *block = s->blocks4 + (size_t)dir->block * BLOCK4_COUNT;
    const struct snapshot_bits4 *bits4 = s->bits4 + (size_t)dir->block * BLOCK4_COUNT;
    for (uint32_t run = 0, at = 0; run < BLOCK4_COUNT; run++) {
        struct snapshot_bits4 bits = {0};
        if (block[run] != at)
            return false;
        for (; at < count && low[at] >> 8 == run; at++)
            bits.words[low[at] >> 6 & 3] |= UINT64_C(1) << (low[at] & 63);
        if (memcmp(&bits, bits4 + run, sizeof bits) != 0)
            return false;
    }
    return true;
}

static errcode
check_listed4(const struct snapshot *s, struct err *err)
{
    if (!s->dir4)
        return OK;
    if (s->dir4[0].base != 0 || s->dir4[DIR4_COUNT - 1].base != s->count4)
        return err_set(err, ERR_CORRUPT, "chunk L4DR does not cover all addresses");
    for (uint32_t i = 0; i + 1 < DIR4_COUNT; i++) {
        const struct snapshot_dir4 *dir = &s->dir4[i];
        bool empty = dir[0].base == dir[1].base;
        if (dir[1].base < dir[0].base || dir[1].base > s->count4 || (!empty && !half4_ok(s, dir)))
            return err_set(err, ERR_CORRUPT, "chunk L4DR, entry %u or its block is impossible", i);
    }
    return OK;
}

static errcode
check_listed6(const struct snapshot *s, struct err *err)
{
    if (s->count6 == 0)
        return OK;
    uint32_t blocks = 1u << s->bits6, at = 0;
    for (uint32_t i = 1; i < s->count6; i++)
        if (s->keys6[i - 1] >= s->keys6[i])
            return err_set(err, ERR_CORRUPT, "chunk L6KY is not in order at %u", i);
    for (uint32_t block = 0; block <= blocks; block++) {
        while (at < s->count6 && s->keys6[at] >> (64 - s->bits6) < block)
            at++;
        if (s->dir6[block] != at)
            return err_set(err, ERR_CORRUPT, "chunk L6DR, entry %u is wrong", block);
    }
    return OK;
}

errcode
snapshot_check(const struct snapshot *snapshot, struct err *err)
{
    errcode code = check_listed4(snapshot, err);
    if (code == OK)
        code = check_listed6(snapshot, err);
    if (code == OK)
        code = check_entries(snapshot, snapshot->entries4, snapshot->count4, "L4EN", err);
    if (code == OK)
        code = check_entries(snapshot, snapshot->entries6, snapshot->count6, "L6EN", err);
    for (uint32_t i = 0; code == OK && i < snapshot->family_count; i++)
        if (!str_is_utf8(snapshot->families[i].name))
            code = err_set(err, ERR_CORRUPT, "the name of family %u is not UTF-8", i);
    return code;
}
