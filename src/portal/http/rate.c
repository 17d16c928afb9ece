/* SPDX-License-Identifier: Apache-2.0 */
/* An open-addressed table of words: 32 bits of the hash, 32 bits of count. A prefix that finds no
 * slot is let through: the limit protects the service, it accuses nobody. */
#include "portal/http/rate.h"

#include <sodium.h>
#include <stdatomic.h>

#include "base/require.h"
#include "portal/http/connections.h"

enum { SLOTS = 1 << 16, PROBES = 8, WINDOW_SECONDS = 60 };

struct rate {
    unsigned limit;
    uint32_t started;
    unsigned char key[crypto_shorthash_KEYBYTES];
    _Atomic uint64_t slots[SLOTS];
};

struct rate *
rate_new(unsigned per_minute)
{
    struct rate *rate = mem_calloc(1, sizeof *rate);
    rate->limit = per_minute;
    rate->started = connections_now();
    randombytes_buf(rate->key, sizeof rate->key);
    return rate;
}

void
rate_free(struct rate *rate)
{
    free(rate);
}

/* Adds one to the slot when it is TAG's or free; 0 when it is another's, else the new count. */
static uint32_t
slot_count(_Atomic uint64_t *slot, uint32_t tag)
{
    uint64_t old = atomic_load_explicit(slot, memory_order_relaxed);
    do {
        if (old != 0 && (uint32_t)(old >> 32) != tag)
            return 0;
        if ((uint32_t)old == UINT32_MAX)
            return UINT32_MAX;
    } while (!atomic_compare_exchange_weak_explicit(slot, &old,
                                                    ((uint64_t)tag << 32 | (uint32_t)old) + 1,
                                                    memory_order_relaxed, memory_order_relaxed));
    return (uint32_t)old + 1;
}

bool
rate_take(struct rate *rate, ip visitor)
{
    if (rate->limit == 0)
        return true;
    ip network = connection_prefix(visitor);
    uint64_t text[3] = {network.hi, network.lo, network.version}, hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, sizeof text, rate->key);
    for (unsigned i = 0; i < PROBES; i++) {
        uint32_t count = slot_count(&rate->slots[(hash + i) % SLOTS], (uint32_t)(hash >> 32));
        if (count)
            return count <= rate->limit;
    }
    return true;
}

void
rate_tick(struct rate *rate)
{
    uint32_t now = connections_now();
    if (now - rate->started < WINDOW_SECONDS)
        return;
    rate->started = now;
    for (unsigned i = 0; i < SLOTS; i++)
        atomic_store_explicit(&rate->slots[i], 0, memory_order_relaxed);
}
