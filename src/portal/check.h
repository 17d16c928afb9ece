/* SPDX-License-Identifier: Apache-2.0 */
/* What the data say about one address, decided once for pages and JSON (inner to the part). */
#pragma once

#include "portal/portal.h"

/* In order of precedence: the first that applies is the state. */
#define CHECK_STATES(X)                                                                            \
    X(RECENT, "recent")                                                                            \
    X(OLD, "old")                                                                                  \
    X(LOCAL, "local")                                                                              \
    X(NO_DATA, "no-data")                                                                          \
    X(FOREIGN, "foreign")                                                                          \
    X(SHARED, "shared")                                                                            \
    X(DYNAMIC, "dynamic")                                                                          \
    X(IPV6, "ipv6-low-coverage")                                                                   \
    X(NOT_FOUND, "not-found")

enum check_state {
#define X(suffix, name) CHECK_##suffix,
    CHECK_STATES(X)
#undef X
        CHECK_STATE_COUNT
};

struct check {
    enum check_state state;
    unsigned notes; /* bits 1 << enum check_state: what else applies */
    uint32_t window_days;
    day as_of; /* newest day of the data; DAY_NONE without data */
    bool demonstration, has_network;
    struct network network;
    size_t own_count, other_count;                              /* of sightings: own ones first */
    struct snapshot_sighting sightings[SNAPSHOT_SIGHTINGS_MAX]; /* what lies beyond is not set */
};

enum { CHECK_WINDOW_DAYS = 30, CHECK_STALE_DAYS = 7 };

const char *check_state_name(enum check_state state);
bool check_state_find(str name, enum check_state *ret);
/* HOME is the two-letter country whose connections the data are about. */
void check_address(const struct snapshot *snapshot, ip addr, usec now, const char *home,
                   struct check *ret);
/* A made-up result that shows STATE, for the demonstration. */
void check_example(const struct snapshot *snapshot, enum check_state state, struct check *ret);
void check_write_json(const struct check *check, enum language language, struct buf *out);
/* True for classes by which the machine behind the address itself is in foreign hands. */
bool check_class_is_own(enum event_class class);
