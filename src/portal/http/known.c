/* SPDX-License-Identifier: Apache-2.0 */
/* A direct-mapped table per thread, freed when the thread ends. libmicrohttpd counts references:
 * an answer that is still being sent outlives its place here. */
#include "portal/http/known.h"

#include <pthread.h>

#include "base/require.h"

enum { ENTRIES = 1024, BYTES_MAX = 16 << 20 };

struct entry {
    uint64_t key, epoch;
    struct known known;
};

static _Thread_local struct entry *table;
static _Thread_local size_t bytes; /* of all entries */
static pthread_key_t at_thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
entry_clear(struct entry *entry)
{
    if (entry->known.whole)
        MHD_destroy_response(entry->known.whole);
    if (entry->known.unchanged)
        MHD_destroy_response(entry->known.unchanged);
    *entry = (struct entry){0};
}

static void
table_clear(struct entry *entries)
{
    for (unsigned i = 0; i < ENTRIES; i++)
        entry_clear(&entries[i]);
}

static void
table_free(void *context)
{
    table_clear(context);
    free(context);
}

static void
make_key(void)
{
    require(pthread_key_create(&at_thread_end, table_free) == 0);
}

static struct entry *
entry_of(uint64_t key)
{
    if (!table) {
        pthread_once(&once, make_key);
        table = mem_calloc(ENTRIES, sizeof *table);
        require(pthread_setspecific(at_thread_end, table) == 0);
    }
    return &table[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
}

const struct known *
known_find(uint64_t key, uint64_t epoch)
{
    const struct entry *entry = entry_of(key);
    return entry->key == key && entry->epoch == epoch ? &entry->known : NULL;
}

/* Whoever asks for many different answers makes the table forget, not grow. */
void
known_keep(uint64_t key, uint64_t epoch, const struct known *known)
{
    struct entry *entry = entry_of(key);
    bytes -= entry->known.bytes;
    entry_clear(entry);
    if (bytes + known->bytes > BYTES_MAX) {
        table_clear(table);
        bytes = 0;
    }
    bytes += known->bytes;
    *entry = (struct entry){key, epoch, *known};
}
