/* SPDX-License-Identifier: Apache-2.0 */
/* A list under one lock that is taken when a connection comes and goes and once a second, never
 * for a request. Whether a waiting client has begun a head is asked of the kernel: it counts the
 * bytes received (TCP_INFO), so a dripping client is told from a silent one. */
#include "portal/http/connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/socket.h>
#include <time.h>

#include "base/require.h"

enum { BUCKETS = 1 << 14, TURNS = 4 };

/* Counts by a keyed hash of the prefix: colliding prefixes share a count, which is why there are
 * many more buckets than a cap's worth of crowded networks. */
struct connections {
    struct connection_limits limits;
    pthread_mutex_t lock;
    struct connection *first;
    size_t count;
    unsigned sweeps, added;
    unsigned char key[crypto_shorthash_KEYBYTES];
    uint32_t crowd[BUCKETS];
};

struct connections *
connections_new(const struct connection_limits *limits)
{
    struct connections *connections = mem_calloc(1, sizeof *connections);
    connections->limits = *limits;
    pthread_mutex_init(&connections->lock, NULL);
    randombytes_buf(connections->key, sizeof connections->key);
    return connections;
}

void
connections_free(struct connections *connections)
{
    if (!connections)
        return;
    while (connections->first)
        connections_remove(connections, connections->first);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

ip
connection_prefix(ip peer)
{
    return ip_mask(peer, peer.version == 4 ? 24 : 48);
}

static uint32_t *
crowd_of(struct connections *connections, ip peer)
{
    ip network = connection_prefix(peer);
    uint64_t text[3] = {network.hi, network.lo, network.version}, hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, sizeof text,
                     connections->key);
    return &connections->crowd[hash % BUCKETS];
}

bool
connections_admit(struct connections *connections, ip peer, bool exempt)
{
    unsigned cap = connections->limits.per_prefix;
    if (exempt || cap == 0)
        return true;
    pthread_mutex_lock(&connections->lock);
    bool fine = *crowd_of(connections, peer) < cap;
    pthread_mutex_unlock(&connections->lock);
    return fine;
}

struct connection *
connections_add(struct connections *connections, int fd, ip peer, bool exempt)
{
    struct connection *connection = mem_calloc(1, sizeof *connection);
    connection->fd = fd;
    connection->peer = peer;
    connection->exempt = exempt;
    connection_enter(connection, PHASE_WAITING);
    pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    if (connections->first)
        connections->first->previous = connection;
    connections->first = connection;
    connections->count++;
    connection->turn = (uint8_t)(connections->added++ % TURNS);
    if (!exempt)
        ++*crowd_of(connections, peer);
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void
connections_remove(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    if (connection->next)
        connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    connections->count--;
    if (!connection->exempt)
        --*crowd_of(connections, connection->peer);
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

uint32_t
connections_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint32_t)now.tv_sec;
}

static struct tcp_info
info_of(int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return (struct tcp_info){0};
    return info;
}

void
connection_enter(struct connection *connection, enum connection_phase phase)
{
    if (phase == PHASE_SENDING)
        atomic_store_explicit(&connection->sent, info_of(connection->fd).tcpi_bytes_acked,
                              memory_order_relaxed);
    atomic_store_explicit(&connection->since, connections_now(), memory_order_relaxed);
    atomic_store_explicit(&connection->phase, (uint8_t)phase, memory_order_relaxed);
}

/* Asking the kernel costs about a microsecond, so a connection that has shown nothing yet is asked
 * at every fourth sweep only, each at its turn. */
static bool
may_wait(const struct connections *connections, const struct connection *connection)
{
    return connection->phase == PHASE_WAITING && !connection->head_since &&
           connection->turn != connections->sweeps % TURNS;
}

/* A waiting connection's head began when the kernel's count first moved after the last request. */
static bool
head_is_late(struct connection *connection, uint32_t now, uint32_t allowed)
{
    uint32_t served = connection->served;
    uint64_t bytes = info_of(connection->fd).tcpi_bytes_received;
    if (!connection->seen || connection->seen_served != served) {
        bool first = !connection->seen && served == 0;
        connection->seen = true;
        connection->seen_served = served;
        connection->bytes = first ? 0 : bytes;
        connection->head_since = 0;
    }
    if (bytes == connection->bytes)
        return false;
    if (!connection->head_since)
        connection->head_since = now;
    return now - connection->head_since > allowed;
}

/* What has arrived buys time, at the least speed: who reads nothing has no more than for any other
 * answer, and a drip is soon overtaken by the clock. */
static bool
file_is_late(const struct connection *connection, uint32_t elapsed, uint32_t allowed)
{
    if (elapsed <= allowed)
        return false;
    uint64_t arrived = info_of(connection->fd).tcpi_bytes_acked - connection->sent;
    return elapsed - allowed > arrived / SENDING_LEAST_SPEED;
}

static bool
is_late(const struct connections *connections, struct connection *c, uint32_t now)
{
    const struct connection_limits *limits = &connections->limits;
    switch ((enum connection_phase)c->phase) {
    case PHASE_BUSY:
        return now - c->since > limits->reply_seconds;
    case PHASE_SENDING:
        return file_is_late(c, now - c->since, limits->reply_seconds);
    case PHASE_STREAMING:
        return false;
    case PHASE_WAITING:
        break;
    }
    return !may_wait(connections, c) && head_is_late(c, now, limits->head_seconds);
}

void
connections_sweep(struct connections *connections, _Atomic uint64_t *late)
{
    uint32_t now = connections_now();
    pthread_mutex_lock(&connections->lock);
    connections->sweeps++;
    for (struct connection *c = connections->first; c; c = c->next) {
        if (!is_late(connections, c, now))
            continue;
        atomic_fetch_add_explicit(late, 1, memory_order_relaxed);
        shutdown(c->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&connections->lock);
}

size_t
connections_count(struct connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    size_t count = connections->count;
    pthread_mutex_unlock(&connections->lock);
    return count;
}

size_t
connections_busy(struct connections *connections)
{
    size_t busy = 0;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *c = connections->first; c; c = c->next)
        busy += c->phase == PHASE_BUSY || c->phase == PHASE_SENDING || c->head_since != 0;
    pthread_mutex_unlock(&connections->lock);
    return busy;
}
