/* SPDX-License-Identifier: Apache-2.0 */
/* Every open connection, so that none can hold a place by going slowly: absolute deadlines for a
 * request head and for an answer, however often a byte moves, and a cap per prefix. */
#pragma once

#include <stdatomic.h>

#include "base/ip.h"

struct connection_limits {
    unsigned per_prefix;    /* connections from one /24 or /48; 0 = no cap */
    unsigned head_seconds;  /* from a request's first byte to the end of its head */
    unsigned reply_seconds; /* from there to the last byte of body and answer */
};

enum connection_phase {
    PHASE_WAITING,
    PHASE_BUSY,
    PHASE_SENDING,   /* a file, whose deadline moves with what has arrived of it */
    PHASE_STREAMING, /* without an end; the channel itself drops who does not read */
};

/* Bytes a second, from the answer's begin, below which who reads a file is given up. */
enum { SENDING_LEAST_SPEED = 64 << 10 };

/* Owned by the thread that serves the connection; the sweep reads it under the lock. */
struct connection {
    struct connection *next, *previous;
    ip peer;
    int fd;
    bool exempt; /* not counted against a prefix */
    bool seen;   /* by the sweep, since the last request */
    _Atomic uint8_t phase;
    _Atomic uint32_t since;  /* monotonic seconds of the phase's begin */
    _Atomic uint64_t sent;   /* acknowledged bytes when PHASE_SENDING began */
    _Atomic uint32_t served; /* requests */
    uint8_t turn;
    uint32_t seen_served, head_since;
    uint64_t bytes;
};

struct connections;
struct connections *connections_new(const struct connection_limits *limits);
void connections_free(struct connections *connections);
/* May one more connection from PEER come in? */
bool connections_admit(struct connections *connections, ip peer, bool exempt);
struct connection *connections_add(struct connections *connections, int fd, ip peer, bool exempt);
/* Before its descriptor is closed. Frees CONNECTION. */
void connections_remove(struct connections *connections, struct connection *connection);
/* Monotonic seconds, coarse and cheap. */
uint32_t connections_now(void);
void connection_enter(struct connection *connection, enum connection_phase phase);
/* Shuts down those past a deadline, each counted in LATE before its client can see it. To be called
 * about once a second; a late head is found out within five calls. */
void connections_sweep(struct connections *connections, _Atomic uint64_t *late);
size_t connections_count(struct connections *connections);
/* How many are within a request: reading its head, or answering. */
size_t connections_busy(struct connections *connections);
/* The network that a cap or rate counts by: /24 of IPv4, /48 of IPv6. */
ip connection_prefix(ip peer);
