/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of addresses. IPv4 lives in one Roaring bitmap; IPv6 /64 halves in a sorted array, which is
 * small enough here for merges (IPv6 infections are one in a hundred). */
#include "sightings/ipset.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "sightings/ipset_internal.h"
#include "sightings/sort.h"

#include <roaring/roaring.h>

struct ipset {
    roaring_bitmap_t *v4;
    uint64_t *v6; /* sorted, distinct */
    size_t v6_count, v6_room;
};

struct ipset *
ipset_new(void)
{
    struct ipset *set = mem_calloc(1, sizeof *set);
    set->v4 = roaring_bitmap_create();
    require(set->v4 != NULL);
    return set;
}

void
ipset_free(struct ipset *set)
{
    if (!set)
        return;
    roaring_bitmap_free(set->v4);
    free(set->v6);
    free(set);
}

struct ipset *
ipset_copy(const struct ipset *set)
{
    struct ipset *copy = mem_calloc(1, sizeof *copy);
    copy->v4 = roaring_bitmap_copy(set->v4);
    require(copy->v4 != NULL);
    copy->v6 = mem_alloc(set->v6_count * sizeof *copy->v6);
    if (set->v6_count)
        memcpy(copy->v6, set->v6, set->v6_count * sizeof *copy->v6);
    copy->v6_count = copy->v6_room = set->v6_count;
    return copy;
}

/* The position of HALF, or where it belongs. */
static size_t
place6(const struct ipset *set, uint64_t half)
{
    size_t low = 0, high = set->v6_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->v6[middle] < half)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
contains6(const struct ipset *set, uint64_t half)
{
    size_t at = place6(set, half);
    return at < set->v6_count && set->v6[at] == half;
}

void
ipset_add(struct ipset *set, ip addr)
{
    if (addr.version == 4)
        roaring_bitmap_add(set->v4, (uint32_t)addr.lo);
    else if (addr.version == 6 && !contains6(set, addr.hi))
        ipset_add_many6(set, &addr.hi, 1);
}

void
ipset_add_range4(struct ipset *set, uint32_t first, uint32_t last)
{
    roaring_bitmap_add_range_closed(set->v4, first, last);
}

void
ipset_add_many4(struct ipset *set, uint32_t *addrs, size_t count)
{
    count = sort_distinct32(addrs, count);
    roaring_bitmap_add_many(set->v4, count, addrs);
}

/* Which members of two sorted lists the result keeps. */
enum keep { KEEP_FIRST = 1, KEEP_BOTH = 2, KEEP_SECOND = 4 };

static size_t
merge6(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count, unsigned keep,
       uint64_t *out)
{
    size_t i = 0, j = 0, n = 0;
    while (i < a_count || j < b_count) {
        unsigned side = j == b_count   ? KEEP_FIRST
                        : i == a_count ? KEEP_SECOND
                        : a[i] == b[j] ? KEEP_BOTH
                        : a[i] < b[j]  ? KEEP_FIRST
                                       : KEEP_SECOND;
        uint64_t value = side == KEEP_SECOND ? b[j] : a[i];
        if (keep & side) {
            if (out)
                out[n] = value;
            n++;
        }
        i += side != KEEP_SECOND;
        j += side != KEEP_FIRST;
    }
    return n;
}

/* SET's IPv6 members become the merge with B. */
static void
apply6(struct ipset *set, const uint64_t *b, size_t b_count, unsigned keep)
{
    if (b_count == 0 && (keep & KEEP_FIRST))
        return;
    size_t room = set->v6_count + b_count;
    uint64_t *merged = mem_alloc(room * sizeof *merged);
    set->v6_count = merge6(set->v6, set->v6_count, b, b_count, keep, merged);
    free(set->v6);
    set->v6 = merged;
    set->v6_room = room;
}

void
ipset_add_many6(struct ipset *set, uint64_t *halves, size_t count)
{
    count = sort_distinct64(halves, count);
    apply6(set, halves, count, KEEP_FIRST | KEEP_BOTH | KEEP_SECOND);
}

bool
ipset_contains(const struct ipset *set, ip addr)
{
    if (addr.version == 4)
        return roaring_bitmap_contains(set->v4, (uint32_t)addr.lo);
    return addr.version == 6 && contains6(set, addr.hi);
}

bool
ipset_eq(const struct ipset *a, const struct ipset *b)
{
    return roaring_bitmap_equals(a->v4, b->v4) && a->v6_count == b->v6_count &&
           (a->v6_count == 0 || memcmp(a->v6, b->v6, a->v6_count * sizeof *a->v6) == 0);
}

void
ipset_or(struct ipset *set, const struct ipset *other)
{
    roaring_bitmap_or_inplace(set->v4, other->v4);
    apply6(set, other->v6, other->v6_count, KEEP_FIRST | KEEP_BOTH | KEEP_SECOND);
}

void
ipset_and(struct ipset *set, const struct ipset *other)
{
    roaring_bitmap_and_inplace(set->v4, other->v4);
    apply6(set, other->v6, other->v6_count, KEEP_BOTH);
}

void
ipset_andnot(struct ipset *set, const struct ipset *other)
{
    roaring_bitmap_andnot_inplace(set->v4, other->v4);
    apply6(set, other->v6, other->v6_count, KEEP_FIRST);
}

struct ipset *
ipset_or_many(const struct ipset *const *sets, size_t count)
{
    struct ipset *all = ipset_new();
    if (count == 0)
        return all;
    const roaring_bitmap_t **bitmaps = mem_alloc(count * sizeof *bitmaps);
    for (size_t i = 0; i < count; i++) {
        bitmaps[i] = sets[i]->v4;
        apply6(all, sets[i]->v6, sets[i]->v6_count, KEEP_FIRST | KEEP_BOTH | KEEP_SECOND);
    }
    roaring_bitmap_free(all->v4);
    all->v4 = roaring_bitmap_or_many(count, bitmaps);
    free(bitmaps);
    require(all->v4 != NULL);
    return all;
}

uint64_t
ipset_count4(const struct ipset *set)
{
    return roaring_bitmap_get_cardinality(set->v4);
}

uint64_t
ipset_count6(const struct ipset *set)
{
    return set->v6_count;
}

uint64_t
ipset_count(const struct ipset *set)
{
    return ipset_count4(set) + ipset_count6(set);
}

uint64_t
ipset_and_count(const struct ipset *a, const struct ipset *b)
{
    return roaring_bitmap_and_cardinality(a->v4, b->v4) +
           merge6(a->v6, a->v6_count, b->v6, b->v6_count, KEEP_BOTH, NULL);
}

uint64_t
ipset_andnot_count(const struct ipset *a, const struct ipset *b)
{
    return roaring_bitmap_andnot_cardinality(a->v4, b->v4) +
           merge6(a->v6, a->v6_count, b->v6, b->v6_count, KEEP_FIRST, NULL);
}

uint64_t
ipset_range_count4(const struct ipset *set, uint32_t first, uint32_t last)
{
    return roaring_bitmap_range_cardinality(set->v4, first, (uint64_t)last + 1);
}

struct ipset_walk {
    roaring_uint32_iterator_t *at;
};

struct ipset_walk *
ipset_walk_new(const struct ipset *set)
{
    struct ipset_walk *walk = mem_alloc(sizeof *walk);
    walk->at = roaring_create_iterator(set->v4);
    require(walk->at != NULL);
    return walk;
}

void
ipset_walk_free(struct ipset_walk *walk)
{
    if (!walk)
        return;
    roaring_free_uint32_iterator(walk->at);
    free(walk);
}

size_t
ipset_walk_next4(struct ipset_walk *walk, uint32_t *out, size_t max)
{
    return roaring_read_uint32_iterator(walk->at, out, (uint32_t)max);
}

const uint64_t *
ipset_list6(const struct ipset *set, size_t *ret_count)
{
    *ret_count = set->v6_count;
    return set->v6;
}

/* The stored form: version byte, u32 length and the portable Roaring format (RoaringFormatSpec),
 * then the number of /64 halves and their differences as LEB128. Made canonical, so that equal
 * sets have equal bytes whatever way they came about. */
enum { STORED_VERSION = 1, STORED_HEAD = 5 };

static void
put_varint(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    buf_char(out, (char)value);
}

static bool
get_varint(str *rest, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && rest->n > 0; shift += 7) {
        unsigned char c = (unsigned char)rest->p[0];
        *rest = str_from(*rest, 1);
        if (shift == 63 && c > 1)
            return false;
        value |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            *ret = value;
            return true;
        }
    }
    return false;
}

/* A copy without runs. roaring_bitmap_remove_run_compression() of libroaring 0.2 cannot be used: it
 * writes without end when a short run ends with a container, as 192.0.255.0/24 does. */
static roaring_bitmap_t *
without_runs(const roaring_bitmap_t *bitmap)
{
    enum { STEP = 4096 };
    roaring_statistics_t statistics;
    roaring_bitmap_statistics(bitmap, &statistics);
    if (statistics.n_run_containers == 0) {
        roaring_bitmap_t *copy = roaring_bitmap_copy(bitmap);
        require(copy != NULL);
        return copy;
    }
    roaring_bitmap_t *plain = roaring_bitmap_create();
    roaring_uint32_iterator_t *at = roaring_create_iterator(bitmap);
    require(plain && at);
    uint32_t step[STEP], n;
    while ((n = roaring_read_uint32_iterator(at, step, STEP)) > 0)
        roaring_bitmap_add_many(plain, n, step);
    roaring_free_uint32_iterator(at);
    return plain;
}

static void
store4(const roaring_bitmap_t *bitmap, struct buf *out)
{
    roaring_bitmap_t *plain = without_runs(bitmap);
    roaring_bitmap_run_optimize(plain);
    uint32_t size = (uint32_t)roaring_bitmap_portable_size_in_bytes(plain);
    buf_add(out, &size, sizeof size);
    char *at = buf_space(out, size);
    if (at)
        roaring_bitmap_portable_serialize(plain, at);
    roaring_bitmap_free(plain);
}

errcode
ipset_store(const struct ipset *set, struct buf *out, struct err *err)
{
    buf_char(out, STORED_VERSION);
    store4(set->v4, out);
    put_varint(out, set->v6_count);
    uint64_t before = 0;
    for (size_t i = 0; i < set->v6_count; i++) {
        put_varint(out, set->v6[i] - before);
        before = set->v6[i];
    }
    return buf_check(out, "a stored set", err);
}

errcode
ipset_split(str stored, str *ret_v4, str *ret_v6, struct err *err)
{
    uint32_t size;
    if (stored.n < STORED_HEAD || stored.p[0] != STORED_VERSION)
        return err_set(err, ERR_CORRUPT, "it has no head of version %d", STORED_VERSION);
    memcpy(&size, stored.p + 1, sizeof size);
    if (size > stored.n - STORED_HEAD ||
        roaring_bitmap_portable_deserialize_size(stored.p + STORED_HEAD, size) != size)
        return err_set(err, ERR_CORRUPT, "the IPv4 part has a wrong length");
    *ret_v4 = (str){stored.p + STORED_HEAD, size};
    *ret_v6 = str_from(stored, STORED_HEAD + (size_t)size);
    return OK;
}

errcode
ipset_read6(str v6, uint64_t **ret, size_t *ret_count, struct err *err)
{
    uint64_t count, step, half = 0;
    if (!get_varint(&v6, &count) || count > v6.n)
        return err_set(err, ERR_CORRUPT, "the IPv6 part has a wrong length");
    cleanup(cleanup_free) uint64_t *halves = mem_alloc(count * sizeof *halves);
    for (size_t i = 0; i < count; i++) {
        if (!get_varint(&v6, &step) || (i > 0 && step == 0) ||
            __builtin_add_overflow(half, step, &half))
            return err_set(err, ERR_CORRUPT, "the IPv6 part is not in order");
        halves[i] = half;
    }
    if (v6.n != 0)
        return err_set(err, ERR_CORRUPT, "%zu bytes follow the end", v6.n);
    *ret = take(halves);
    *ret_count = count;
    return OK;
}

struct ipset *
ipset_from_portable(str v4)
{
    roaring_bitmap_t *bitmap = roaring_bitmap_portable_deserialize_safe(v4.p, v4.n);
    if (!bitmap)
        return NULL;
    struct ipset *set = mem_calloc(1, sizeof *set);
    set->v4 = bitmap;
    return set;
}

errcode
ipset_load(str stored, struct ipset **ret, struct err *err)
{
    str v4, v6;
    errcode code = ipset_split(stored, &v4, &v6, err);
    if (code != OK)
        return code;
    cleanup(cleanup_ipset) struct ipset *set = ipset_from_portable(v4);
    if (!set)
        return err_set(err, ERR_CORRUPT, "the IPv4 part is broken");
    code = ipset_read6(v6, &set->v6, &set->v6_count, err);
    if (code != OK)
        return code;
    set->v6_room = set->v6_count;
    *ret = take(set);
    return OK;
}
