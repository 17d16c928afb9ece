/* SPDX-License-Identifier: Apache-2.0 */
/* The union of stored sets, by their bytes (RoaringFormatSpec: cookie, keys and cardinalities,
 * offsets, then arrays, bitmaps or runs). Every length is checked against the bytes at hand. */
#include "sightings/ipset_union.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "sightings/ipset_internal.h"

enum {
    BLOCKS = 1 << 16,
    WORDS = 1024,      /* of a bitmap of 65,536 */
    LIST_MOST = 1024,  /* members of a block that is still a list, with repeats */
    ARRAY_MOST = 4096, /* Roaring's own border between array and bitmap */
    NO_OFFSETS_BELOW = 4,
};
#define COOKIE_NO_RUNS 12346u
#define COOKIE_RUNS 12347u

/* Either a list (bits NULL) or a bitmap. */
struct block {
    uint16_t *list;
    uint64_t *bits;
    uint32_t listed;
};

struct ipset_union {
    struct block *blocks;
    struct ipset *v6;
};

struct ipset_union *
ipset_union_new(void)
{
    struct ipset_union *all = mem_alloc(sizeof *all);
    all->blocks = mem_calloc(BLOCKS, sizeof *all->blocks);
    all->v6 = ipset_new();
    return all;
}

void
ipset_union_free(struct ipset_union *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < BLOCKS; i++) {
        free(all->blocks[i].list);
        free(all->blocks[i].bits);
    }
    free(all->blocks);
    ipset_free(all->v6);
    free(all);
}

static inline void
set_bit(uint64_t *bits, uint16_t low)
{
    bits[low >> 6] |= UINT64_C(1) << (low & 63);
}

static uint64_t *
bitmap_of(struct block *block)
{
    if (block->bits)
        return block->bits;
    block->bits = mem_calloc(WORDS, sizeof *block->bits);
    for (uint32_t i = 0; i < block->listed; i++)
        set_bit(block->bits, block->list[i]);
    free(take(block->list));
    block->listed = 0;
    return block->bits;
}

/* Numbers in the stored form are little-endian, as the machine's are (base/chunk.c asserts it). */
static inline uint16_t
u16_at(const char *p)
{
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static void
add_array(struct block *block, const char *p, size_t count)
{
    if (!block->bits && block->listed + count <= LIST_MOST) {
        if (!block->list)
            block->list = mem_alloc(LIST_MOST * sizeof *block->list);
        memcpy(block->list + block->listed, p, count * sizeof *block->list);
        block->listed += (uint32_t)count;
        return;
    }
    uint64_t *bits = bitmap_of(block);
    for (size_t i = 0; i < count; i++)
        set_bit(bits, u16_at(p + 2 * i));
}

static void
add_bitmap(struct block *block, const char *p)
{
    uint64_t *bits = bitmap_of(block);
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t word;
        memcpy(&word, p + 8 * i, sizeof word);
        bits[i] |= word;
    }
}

static void
add_runs(struct block *block, const char *p, size_t count)
{
    uint64_t *bits = bitmap_of(block);
    for (size_t i = 0; i < count; i++) {
        uint32_t low = u16_at(p + 4 * i), more = u16_at(p + 4 * i + 2);
        for (uint32_t k = low; k <= low + more && k < BLOCKS; k++)
            set_bit(bits, (uint16_t)k);
    }
}

/* Adds the container that REST begins with; false when its bytes are not all there. */
static bool
add_container(struct block *block, bool is_run, size_t members, str *rest)
{
    if (is_run) {
        if (rest->n < 2)
            return false;
        size_t runs = u16_at(rest->p);
        if (rest->n - 2 < runs * 4)
            return false;
        add_runs(block, rest->p + 2, runs);
        *rest = str_from(*rest, 2 + runs * 4);
        return true;
    }
    size_t size = members > ARRAY_MOST ? WORDS * sizeof(uint64_t) : members * 2;
    if (rest->n < size)
        return false;
    if (members > ARRAY_MOST)
        add_bitmap(block, rest->p);
    else
        add_array(block, rest->p, members);
    *rest = str_from(*rest, size);
    return true;
}

/* Where the parts of the portable form are. */
struct layout {
    size_t count;
    const char *runs; /* one bit a container, or NULL */
    const char *keys; /* {u16 key, u16 members - 1} each */
    str containers;
};

static bool
read_layout(str v4, struct layout *ret)
{
    uint32_t cookie, count;
    if (v4.n < 8)
        return false;
    memcpy(&cookie, v4.p, sizeof cookie);
    memcpy(&count, v4.p + 4, sizeof count);
    bool has_runs = (cookie & 0xffff) == COOKIE_RUNS;
    if (!has_runs && cookie != COOKIE_NO_RUNS)
        return false;
    struct layout layout = {.count = has_runs ? (cookie >> 16) + 1 : count};
    if (layout.count > BLOCKS)
        return false;
    size_t at = has_runs ? 4 : 8;
    if (has_runs) {
        layout.runs = v4.p + at;
        at += (layout.count + 7) / 8;
    }
    size_t keys = at;
    at += layout.count * 4;
    if (!has_runs || layout.count >= NO_OFFSETS_BELOW)
        at += layout.count * 4;
    if (at > v4.n)
        return false;
    layout.keys = v4.p + keys;
    layout.containers = (str){v4.p + at, v4.n - at};
    *ret = layout;
    return true;
}

static bool
add4(struct ipset_union *all, str v4)
{
    struct layout layout;
    if (!read_layout(v4, &layout))
        return false;
    str rest = layout.containers;
    for (size_t i = 0; i < layout.count; i++) {
        struct block *block = &all->blocks[u16_at(layout.keys + 4 * i)];
        size_t members = (size_t)u16_at(layout.keys + 4 * i + 2) + 1;
        bool is_run = layout.runs && (layout.runs[i / 8] >> (i % 8) & 1);
        if (!add_container(block, is_run, members, &rest))
            return false;
    }
    return rest.n == 0;
}

errcode
ipset_union_add(struct ipset_union *all, str stored, struct err *err)
{
    str v4, v6;
    errcode code = ipset_split(stored, &v4, &v6, err);
    if (code != OK)
        return code;
    if (!add4(all, v4))
        return err_set(err, ERR_CORRUPT, "the IPv4 part is broken");
    uint64_t *halves;
    size_t count;
    code = ipset_read6(v6, &halves, &count, err);
    if (code != OK)
        return code;
    ipset_add_many6(all->v6, halves, count);
    free(halves);
    return OK;
}

static size_t
count_bits(const uint64_t *bits)
{
    size_t count = 0;
    for (size_t i = 0; i < WORDS; i++)
        count += (size_t)__builtin_popcountll(bits[i]);
    return count;
}

/* Writes the members of a bitmap as an array; returns the end. */
static char *
put_array(char *at, const uint64_t *bits)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        for (uint64_t word = bits[i]; word; word &= word - 1) {
            uint16_t low = (uint16_t)(i * 64 + (uint32_t)__builtin_ctzll(word));
            memcpy(at, &low, sizeof low);
            at += sizeof low;
        }
    }
    return at;
}

/* Makes every block a bitmap and counts: how many blocks, and the bytes of their containers. */
static size_t
measure(struct ipset_union *all, uint32_t *members, size_t *ret_bytes)
{
    size_t count = 0;
    *ret_bytes = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        struct block *block = &all->blocks[i];
        members[i] = 0;
        if (!block->bits && block->listed == 0)
            continue;
        members[i] = (uint32_t)count_bits(bitmap_of(block));
        *ret_bytes += members[i] > ARRAY_MOST ? WORDS * sizeof(uint64_t) : members[i] * 2;
        count++;
    }
    return count;
}

/* The blocks in the portable form without runs. */
static str
put_portable(struct ipset_union *all)
{
    uint32_t *members = mem_alloc(BLOCKS * sizeof *members);
    size_t bytes, count = measure(all, members, &bytes);
    uint32_t head[2] = {COOKIE_NO_RUNS, (uint32_t)count};
    size_t first = sizeof head + count * 8;
    char *portable = mem_alloc(first + bytes);
    char *keys = portable + sizeof head, *offsets = keys + count * 4, *at = portable + first;
    memcpy(portable, head, sizeof head);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        if (members[i] == 0)
            continue;
        uint16_t key[2] = {(uint16_t)i, (uint16_t)(members[i] - 1)};
        uint32_t offset = (uint32_t)(at - portable);
        memcpy(keys, key, sizeof key);
        memcpy(offsets, &offset, sizeof offset);
        keys += sizeof key;
        offsets += sizeof offset;
        uint64_t *bits = all->blocks[i].bits;
        if (members[i] > ARRAY_MOST) {
            memcpy(at, bits, WORDS * sizeof *bits);
            at += WORDS * sizeof *bits;
        } else {
            at = put_array(at, bits);
        }
    }
    free(members);
    return (str){portable, first + bytes};
}

struct ipset *
ipset_union_finish(struct ipset_union *all)
{
    str portable = put_portable(all);
    struct ipset *set = ipset_from_portable(portable);
    require(set != NULL);
    free((void *)(uintptr_t)portable.p);
    ipset_or(set, all->v6);
    ipset_union_free(all);
    return set;
}
