/* SPDX-License-Identifier: Apache-2.0 */
/* A set of addresses: IPv4 as a Roaring bitmap (Lemire et al., "Roaring bitmaps", 2018), IPv6 as a
 * sorted list of /64 prefixes. OR is commutative and idempotent: repeats, late files and parallel
 * workers are harmless by construction. */
#pragma once

#include "base/buf.h"
#include "base/ip.h"

struct ipset;

struct ipset *ipset_new(void);
void ipset_free(struct ipset *set);
struct ipset *ipset_copy(const struct ipset *set);
static inline void
cleanup_ipset(struct ipset **set)
{
    ipset_free(*set);
}

/* IPv6 addresses count as their /64. */
void ipset_add(struct ipset *set, ip addr);
/* Any order, repeats allowed; the arrays are sorted in place. */
void ipset_add_many4(struct ipset *set, uint32_t *addrs, size_t count);
void ipset_add_many6(struct ipset *set, uint64_t *halves, size_t count);
/* All IPv4 addresses from FIRST to LAST. */
void ipset_add_range4(struct ipset *set, uint32_t first, uint32_t last);
bool ipset_contains(const struct ipset *set, ip addr);
bool ipset_eq(const struct ipset *a, const struct ipset *b);

/* SET becomes SET ∪ OTHER, SET ∩ OTHER, SET ∖ OTHER. */
void ipset_or(struct ipset *set, const struct ipset *other);
void ipset_and(struct ipset *set, const struct ipset *other);
void ipset_andnot(struct ipset *set, const struct ipset *other);
/* The union of COUNT sets, quicker than one by one. */
struct ipset *ipset_or_many(const struct ipset *const *sets, size_t count);

/* Members: IPv4 addresses plus IPv6 /64 prefixes. */
uint64_t ipset_count(const struct ipset *set);
uint64_t ipset_count4(const struct ipset *set);
uint64_t ipset_count6(const struct ipset *set);
uint64_t ipset_and_count(const struct ipset *a, const struct ipset *b);
uint64_t ipset_andnot_count(const struct ipset *a, const struct ipset *b);
/* IPv4 members in FIRST … LAST. */
uint64_t ipset_range_count4(const struct ipset *set, uint32_t first, uint32_t last);

/* Walks the members in order, many at a time: fills OUT, returns how many (0 at the end). The set
 * must not change meanwhile. */
struct ipset_walk;
struct ipset_walk *ipset_walk_new(const struct ipset *set);
void ipset_walk_free(struct ipset_walk *walk);
size_t ipset_walk_next4(struct ipset_walk *walk, uint32_t *out, size_t max);
/* The /64 prefixes (high halves), sorted; the view lives until the set changes. */
const uint64_t *ipset_list6(const struct ipset *set, size_t *ret_count);

/* The stored form (docs/format-set.md), and back. Bytes that are no such form are ERR_CORRUPT, but
 * the members themselves are trusted, because libroaring does not check them: the caller has
 * compared the checksum. */
errcode ipset_store(const struct ipset *set, struct buf *out, struct err *err);
errcode ipset_load(str stored, struct ipset **ret, struct err *err);
