/* SPDX-License-Identifier: Apache-2.0 */
/* The network registry: who runs which addresses from when to when. It is read from several source
 * files (networks_read) and compiled, as of one day, into a map of disjoint ranges. Where prefixes
 * overlap the longer one wins field by field: what it leaves empty it inherits; of the same length
 * our own CSV wins, then the ASN table, the country table, the RIR file, then the later row. What
 * no row says of an AS, data/isps.tsv may. 100.64.0.0/10 is always CGNAT (RFC 6598). */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/ip.h"

#define NETWORK_KINDS(X)                                                                           \
    X(UNKNOWN, "unknown")                                                                          \
    X(FIXED, "fixed")                                                                              \
    X(MOBILE, "mobile")                                                                            \
    X(CGNAT, "cgnat")                                                                              \
    X(MIXED, "mixed")                                                                              \
    X(HOSTING, "hosting")                                                                          \
    X(GOVERNMENT, "government")

enum network_kind {
#define X(suffix, name) NETWORK_##suffix,
    NETWORK_KINDS(X)
#undef X
        NETWORK_KIND_COUNT
};
const char *network_kind_name(enum network_kind kind);
enum network_kind network_kind_find(str name); /* NETWORK_UNKNOWN when there is none */

/* What is known about one network; text is a view into the map or the mapped snapshot. */
struct network {
    uint32_t asn;         /* 0 unknown */
    uint32_t subscribers; /* of the whole provider or prefix: not to be summed; 0 unknown */
    str name;             /* of the AS or the provider, as its source writes it */
    str isp;              /* short key of data/isps.tsv ("viettel"), or empty */
    str unit;             /* the public body that holds it, or empty */
    char country[3];      /* ISO 3166, "" unknown */
    char province[3];     /* two digits, "" unknown */
    enum network_kind kind;
    bool dynamic; /* addresses change hands (fixed or mobile subscriber pools) */
};

struct networks;
struct networks *networks_new(void); /* has the built-in data/isps.tsv */
void networks_free(struct networks *networks);

struct networks_report {
    uint64_t rows, ranges, refused;
    const char *format; /* what it was taken for */
};
/* Adds a source: ip-location-db ASN or country CSV (IPv4, IPv6), RIR delegated(-extended) file, or
 * our own CSV with the header
 * prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
 * (the prefix may be a range FIRST-LAST, both days are inclusive), or a table as data/isps.tsv.
 * Refused rows are given to REFUSED (may be NULL); a file with too many is refused whole. */
errcode networks_read(struct networks *networks, const char *name, str text,
                      void (*refused)(void *context, uint64_t line, const char *reason),
                      void *context, struct networks_report *ret, struct err *err);
/* The registry folder (var/networks): each source is one file there, replaced by its next import.
 * Save stores the source file TEXT under its base name; load reads all of them, of which one like
 * data/isps.tsv replaces the built-in table. A missing folder is an empty registry. */
errcode networks_save(const char *folder, const char *name, str text, struct err *err);
errcode networks_load(struct networks *networks, const char *folder, struct err *err);

/* The registry compiled as of a day; it does not need the registry afterwards. Lookups are safe
 * from any thread. */
struct network_map;
errcode network_map_new(const struct networks *networks, day as_of, struct network_map **ret,
                        struct err *err);
void network_map_free(struct network_map *map);
/* The network's index, 0 = none. IPv4 by a DXR table (Zec, Rizzo, Mikuc, "DXR", CCR 2012). */
uint32_t network_map_find(const struct network_map *map, ip addr);
uint32_t network_map_find4(const struct network_map *map, uint32_t addr);
/* How many there are (index 1 … count), and one of them. */
uint32_t network_map_count(const struct network_map *map);
struct network network_map_get(const struct network_map *map, uint32_t index);
/* The disjoint IPv4 ranges in order, for walks over whole sets: starts[i] … starts[i + 1] - 1 (the
 * last one to 2^32 - 1) belongs to network index[i] (0 = none). */
struct network_ranges {
    const uint32_t *starts, *index;
    size_t count;
};
struct network_ranges network_map_ranges(const struct network_map *map);
/* Days within FROM … TO whose map may differ from the day before (a first day of validity, or the
 * day after a last one), sorted, so that a longer report can be computed stretch by stretch.
 * Writes at most MAX; returns how many there are. */
size_t networks_changes(const struct networks *networks, day from, day to, day *out, size_t max);
/* Equal registries have equal checksums; a registry read from other files, or in another order, may
 * have another one. */
struct checksum networks_checksum(const struct networks *networks);
/* The names of the provider ISP on the day, from the first row of the table of providers that has
 * it; else of any day. False where the table does not know it. */
bool networks_isp_names(const struct networks *networks, str isp, day as_of, str *ret_vi,
                        str *ret_en);
