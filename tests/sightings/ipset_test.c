/* SPDX-License-Identifier: Apache-2.0 */
/* Sets against a sorted array with repeats removed, which is what they stand for. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "sightings/ipset.h"
#include "sightings/ipset_union.h"
#include "sightings/sort.h"

static int
compare32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The same by qsort: the oracle of the radix sort. */
static size_t
oracle_distinct(uint32_t *numbers, size_t count)
{
    size_t kept = 0;
    qsort(numbers, count, sizeof *numbers, compare32);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || numbers[i] != numbers[kept - 1])
            numbers[kept++] = numbers[i];
    return kept;
}

static void
test_sort(void)
{
    static const size_t counts[] = {0, 1, 2, 47, 48, 49, 1000, 70000};
    static const uint32_t masks[] = {UINT32_MAX, 0xff, 0x7ff, 0xffff0000, 0x003ff800, 1};
    struct rng rng = {1};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (size_t j = 0; j < sizeof masks / sizeof *masks; j++) {
            size_t n = counts[i];
            cleanup(cleanup_free) uint32_t *a = mem_alloc(n * sizeof *a);
            cleanup(cleanup_free) uint32_t *b = mem_alloc(n * sizeof *b);
            for (size_t k = 0; k < n; k++)
                a[k] = b[k] = (uint32_t)rng_next(&rng) & masks[j];
            size_t got = sort_distinct32(a, n), want = oracle_distinct(b, n);
            tap_ok(got == want && (n == 0 || memcmp(a, b, got * sizeof *a) == 0),
                   "%zu numbers masked with %08x sort as by qsort", n, masks[j]);
        }
    }
}

static struct ipset *
random_set(struct rng *rng, size_t count, uint32_t mask)
{
    struct ipset *set = ipset_new();
    uint32_t *v4 = mem_alloc(count * sizeof *v4);
    uint64_t *v6 = mem_alloc(count * sizeof *v6);
    for (size_t i = 0; i < count; i++) {
        v4[i] = (uint32_t)rng_next(rng) & mask;
        v6[i] = rng_next(rng) & mask;
    }
    ipset_add_many4(set, v4, count);
    ipset_add_many6(set, v6, count / 3);
    free(v4);
    free(v6);
    return set;
}

/* Membership of the result at every address of the small universe. */
static void
test_algebra(void)
{
    struct rng rng = {7};
    cleanup(cleanup_ipset) struct ipset *a = random_set(&rng, 500, 0x3ff);
    cleanup(cleanup_ipset) struct ipset *b = random_set(&rng, 400, 0x3ff);
    cleanup(cleanup_ipset) struct ipset * or = ipset_copy(a);
    cleanup(cleanup_ipset) struct ipset *and = ipset_copy(a);
    cleanup(cleanup_ipset) struct ipset *andnot = ipset_copy(a);
    ipset_or(or, b);
    ipset_and(and, b);
    ipset_andnot(andnot, b);
    bool right = true;
    uint64_t counts[3] = {0};
    for (uint32_t i = 0; i <= 0x3ff; i++) {
        for (int version = 4; version <= 6; version += 2) {
            ip addr = {.hi = version == 6 ? i : 0,
                       .lo = version == 4 ? i : 99,
                       .version = (uint8_t)version};
            bool in_a = ipset_contains(a, addr), in_b = ipset_contains(b, addr);
            right = right && ipset_contains(or, addr) == (in_a || in_b) &&
                    ipset_contains(and, addr) == (in_a && in_b) &&
                    ipset_contains(andnot, addr) == (in_a && !in_b);
            counts[0] += in_a || in_b;
            counts[1] += in_a && in_b;
            counts[2] += in_a && !in_b;
        }
    }
    tap_ok(right, "or, and, andnot hold member by member");
    tap_eq_i64(ipset_count(or), counts[0], "the count of a union");
    tap_eq_i64(ipset_and_count(a, b), counts[1], "the count of an intersection");
    tap_eq_i64(ipset_andnot_count(a, b), counts[2], "the count of a difference");
    const struct ipset *const both[] = {a, b};
    cleanup(cleanup_ipset) struct ipset *many = ipset_or_many(both, 2);
    tap_ok(ipset_eq(many, or), "the union of many is the union one by one");
    cleanup(cleanup_ipset) struct ipset *none = ipset_or_many(NULL, 0);
    tap_eq_i64(ipset_count(none), 0, "the union of none is empty");
}

static void
test_walk(void)
{
    struct rng rng = {11};
    cleanup(cleanup_ipset) struct ipset *set = random_set(&rng, 30000, UINT32_MAX);
    struct ipset_walk *walk = ipset_walk_new(set);
    uint32_t step[777];
    uint64_t total = 0;
    uint32_t before = 0;
    bool ordered = true;
    for (size_t n; (n = ipset_walk_next4(walk, step, 777)) > 0; total += n) {
        for (size_t i = 0; i < n; i++) {
            ordered = ordered && (total + i == 0 || step[i] > before);
            before = step[i];
        }
    }
    ipset_walk_free(walk);
    tap_ok(ordered, "a walk is in order");
    tap_eq_i64(total, ipset_count4(set), "a walk meets every member once");
}

static void
test_stored_form(void)
{
    struct rng rng = {13};
    static const uint32_t masks[] = {UINT32_MAX, 0xffff, 0x1ffff, 0xff0000ff};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        cleanup(cleanup_ipset) struct ipset *set = random_set(&rng, 60000, masks[i]);
        ipset_add_range4(set, 0x01000000, 0x0100ffff);
        cleanup(buf_clear) struct buf stored = BUF(1 << 24);
        cleanup(buf_clear) struct buf again = BUF(1 << 24);
        struct err err;
        cleanup(cleanup_ipset) struct ipset *loaded = NULL;
        tap_no_err(ipset_store(set, &stored, &err), &err, "store");
        tap_no_err(ipset_load(buf_view(&stored), &loaded, &err), &err, "load");
        tap_ok(loaded && ipset_eq(set, loaded), "what is loaded is what was stored");

        /* The same members put in by another way: halves of the set, OR-ed. */
        cleanup(cleanup_ipset) struct ipset *other = ipset_copy(loaded);
        cleanup(cleanup_ipset) struct ipset *part = random_set(&rng, 100, masks[i]);
        ipset_andnot(other, part);
        ipset_and(part, set);
        ipset_or(other, part);
        tap_no_err(ipset_store(other, &again, &err), &err, "store the set made another way");
        tap_ok(str_eq(buf_view(&stored), buf_view(&again)), "equal sets have equal bytes");

        bool refused = true;
        for (size_t n = 0; n < stored.n; n += 1 + n / 7) {
            struct ipset *cut = NULL;
            if (ipset_load((str){stored.p, n}, &cut, &err) == OK) {
                refused = false;
                ipset_free(cut);
            }
        }
        tap_ok(refused, "every truncation is refused");
    }
}

/* The union by stored bytes is the union by sets: lists, bitmaps, runs, few and many. */
static void
test_union_of_stored(void)
{
    struct rng rng = {17};
    static const uint32_t masks[] = {UINT32_MAX, 0xffff, 0x1ffff, 0xff0000ff, 0x3ff};
    struct ipset *sets[5];
    struct ipset_union *all = ipset_union_new();
    struct err err;
    bool taken = true, refused = true;
    for (size_t i = 0; i < 5; i++) {
        sets[i] = random_set(&rng, i == 4 ? 3 : 20000, masks[i]);
        if (i == 2)
            ipset_add_range4(sets[i], 0x05000100, 0x0502ffff);
        cleanup(buf_clear) struct buf stored = BUF(1 << 24);
        taken = taken && ipset_store(sets[i], &stored, &err) == OK &&
                ipset_union_add(all, buf_view(&stored), &err) == OK;
        struct ipset_union *cut = ipset_union_new();
        for (size_t n = 0; n < stored.n; n += 1 + n / 5)
            refused = refused && ipset_union_add(cut, (str){stored.p, n}, &err) != OK;
        ipset_union_free(cut);
    }
    tap_ok(taken, "stored sets are added");
    tap_ok(refused, "truncated ones are refused");
    cleanup(cleanup_ipset) struct ipset *got = ipset_union_finish(all);
    cleanup(cleanup_ipset) struct ipset *want = ipset_or_many((const struct ipset *const *)sets, 5);
    tap_ok(ipset_eq(got, want), "their union is that of the sets");
    tap_eq_i64(ipset_count(got), ipset_count(want), "and has as many members");
    for (size_t i = 0; i < 5; i++)
        ipset_free(sets[i]);
    struct ipset *none = ipset_union_finish(ipset_union_new());
    tap_eq_i64(ipset_count(none), 0, "the union of none is empty");
    ipset_free(none);
}

/* Ranges that end with a block of 65,536 addresses, stored, loaded, and changed again. */
static void
test_block_ends(void)
{
    bool good = true;
    for (uint32_t length = 1; length < 70000; length += 1 + length / 3) {
        cleanup(cleanup_ipset) struct ipset *set = ipset_new(), *back = NULL, *again = NULL;
        struct buf stored = BUF(1 << 20), twice = BUF(1 << 20);
        uint32_t last = 0xc000ffff;
        ipset_add_range4(set, last - length + 1, last);
        good = good && ipset_store(set, &stored, NULL) == OK &&
               ipset_load(buf_view(&stored), &back, NULL) == OK && ipset_eq(set, back);
        good = good && ipset_store(back, &twice, NULL) == OK &&
               str_eq(buf_view(&stored), buf_view(&twice));
        again = ipset_copy(back);
        ipset_or(again, set);
        good = good && ipset_count(again) == length && ipset_andnot_count(again, back) == 0;
        ipset_add(again, ip_from_v4(7));
        ipset_and(again, back);
        good = good && ipset_eq(again, set) && ipset_range_count4(again, last, last) == 1;
        ipset_andnot(again, set);
        good = good && ipset_count(again) == 0;
        buf_clear(&stored);
        buf_clear(&twice);
    }
    tap_ok(good, "ranges up to the end of a block");
}

int
main(void)
{
    test_union_of_stored();
    test_sort();
    test_algebra();
    test_walk();
    test_stored_form();
    test_block_ends();
    return tap_done();
}
