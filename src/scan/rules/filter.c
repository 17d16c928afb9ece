/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that find anchors. */
#include "base/require.h"
#include "scan/rules/hash.h"
#include "scan/rules/rules.h"

/* The table of bytes stays in the second-level cache; slots must not be full. */
enum { BITS_MIN = 8, BYTES_BITS_MAX = 21, SLOT_BITS_MAX = 31, PAIRS = 1 << 16 };

static unsigned
bits_for(size_t count, unsigned most)
{
    unsigned bits = BITS_MIN;
    while (bits < most && (size_t)1 << bits < count)
        bits++;
    return bits;
}

static void
add_slot(struct filter *filter, uint32_t key, uint32_t first, uint32_t count)
{
    unsigned bits = 32 - filter->slot_shift;
    uint32_t mask = (uint32_t)(((uint64_t)1 << bits) - 1);
    uint32_t i = anchor_hash(key) >> filter->slot_shift;
    while (filter->slots[i].count)
        i = (i + 1) & mask;
    filter->slots[i] = (struct anchor_slot){key, first, count};
    uint32_t hash = anchor_hash(key);
    filter->bytes[hash >> filter->shift] |=
        (uint8_t)(1u << anchor_first_bit(hash) | 1u << anchor_second_bit(hash));
}

/* The groups from COUNT on of the anchors FROM to TO, which share a key; how many there are then.
 */
static uint32_t
add_groups(struct rules *rules, uint32_t from, uint32_t to, uint32_t count)
{
    const struct anchor_record *anchors = rules->anchors;
    for (uint32_t i = from; i < to; i++)
        if (i == from || anchors[i].beside_at != anchors[i - 1].beside_at)
            rules->filter.groups[count++] = (struct anchor_group){anchors[i].beside_at, i, 1};
        else
            rules->filter.groups[count - 1].count++;
    return count;
}

static void
make_anchors(struct rules *rules)
{
    struct filter *filter = &rules->filter;
    const struct anchor_record *anchors = rules->anchors;
    size_t keys = 0;
    for (uint32_t i = 0; i < rules->anchor_count; i++)
        keys += i == 0 || anchors[i].key != anchors[i - 1].key;
    unsigned bits = bits_for(keys * 3, BYTES_BITS_MAX);
    unsigned slot_bits = bits_for(keys * 2, SLOT_BITS_MAX);
    filter->shift = 32 - bits;
    filter->slot_shift = 32 - slot_bits;
    filter->bytes = mem_calloc((size_t)1 << bits, 1);
    filter->slots = mem_calloc((size_t)1 << slot_bits, sizeof *filter->slots);
    filter->groups = mem_calloc((size_t)rules->anchor_count + 1, sizeof *filter->groups);
    uint32_t groups = 0;
    for (uint32_t i = 0, end; i < rules->anchor_count; i = end) {
        for (end = i + 1; end < rules->anchor_count && anchors[end].key == anchors[i].key;)
            end++;
        uint32_t first = groups;
        groups = add_groups(rules, i, end, groups);
        add_slot(filter, anchors[i].key, first, groups - first);
    }
}

/* The first bytes of a record, as a set of 256 (as files have them). */
static bool
may_begin(const struct rules *rules, const struct short_record *record, unsigned byte)
{
    if (record->count > 0)
        return (record->bytes & 0xff) == (byte | 0x20);
    if (record->offset > 0)
        return false; /* a run */
    const uint8_t *set = (const uint8_t *)rules->text + record->bytes;
    return set[byte / 8] >> byte % 8 & 1;
}

/* Lists by key, in two passes: how long each is, then what is in it. */
static void
make_byte_lists(struct rules *rules)
{
    struct filter *filter = &rules->filter;
    filter->byte_first = mem_calloc(257, sizeof(uint32_t));
    uint32_t total = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        if (pass)
            filter->byte_list = mem_calloc((size_t)total + 1, sizeof(uint32_t));
        total = 0;
        for (unsigned byte = 0; byte < 256; byte++) {
            filter->byte_first[byte] = total;
            for (uint32_t i = 0; i < rules->short_count; i++) {
                if (rules->shorts[i].count > 1 || !may_begin(rules, &rules->shorts[i], byte))
                    continue;
                if (pass)
                    filter->byte_list[total] = i;
                total++;
            }
        }
        filter->byte_first[256] = total;
    }
}

static void
make_pair_lists(struct rules *rules)
{
    struct filter *filter = &rules->filter;
    uint32_t *first = mem_calloc(PAIRS + 1, sizeof *first), total = 0;
    for (uint32_t i = 0; i < rules->short_count; i++)
        if (rules->shorts[i].count > 1)
            first[rules->shorts[i].bytes & 0xffff]++;
    for (uint32_t pair = 0; pair <= PAIRS; pair++) {
        uint32_t count = pair < PAIRS ? first[pair] : 0;
        first[pair] = total;
        total += count;
    }
    filter->pair_first = first;
    filter->pair_list = mem_calloc((size_t)total + 1, sizeof(uint32_t));
    uint32_t *filled = mem_calloc(PAIRS, sizeof *filled);
    for (uint32_t i = 0; i < rules->short_count; i++) {
        uint32_t pair = rules->shorts[i].bytes & 0xffff;
        if (rules->shorts[i].count > 1)
            filter->pair_list[first[pair] + filled[pair]++] = i;
    }
    free(filled);
}

/* Pairs are taken as letters are: with bit 5 set in both bytes. */
static void
make_pair_bits(struct filter *filter)
{
    filter->pairs = mem_calloc(PAIRS, 1);
    for (uint32_t pair = 0; pair < PAIRS; pair++) {
        unsigned low = pair & 0xff, bare = low & ~0x20u;
        filter->pairs[pair] = filter->pair_first[pair + 1] > filter->pair_first[pair] ||
                              filter->byte_first[low + 1] > filter->byte_first[low] ||
                              filter->byte_first[bare + 1] > filter->byte_first[bare];
    }
}

static uint32_t
stride_of(uint32_t least)
{
    uint32_t stride = RUN_LEAST;
    while (stride * 2 <= least)
        stride *= 2;
    return stride;
}

static void
make_runs(struct rules *rules)
{
    struct filter *filter = &rules->filter;
    filter->runs = mem_calloc((size_t)rules->short_count + 1, sizeof *filter->runs);
    for (uint32_t i = 0; i < rules->short_count; i++) {
        const struct short_record *record = &rules->shorts[i];
        if (record->count == 0 && record->offset > 0)
            filter->runs[filter->run_count++] =
                (struct run_anchor){(const uint8_t *)rules->text + record->bytes, record->pattern,
                                    record->offset, stride_of(record->offset)};
    }
}

void
rules_make_filter(struct rules *rules)
{
    make_runs(rules);
    make_anchors(rules);
    make_byte_lists(rules);
    make_pair_lists(rules);
    make_pair_bits(&rules->filter);
}

void
rules_free_filter(struct filter *filter)
{
    free(filter->bytes);
    free(filter->slots);
    free(filter->groups);
    free(filter->pairs);
    free(filter->pair_first);
    free(filter->pair_list);
    free(filter->byte_first);
    free(filter->byte_list);
    free(filter->runs);
}
