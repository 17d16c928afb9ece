/* SPDX-License-Identifier: Apache-2.0 */
/* A direct-mapped table per thread, freed when the thread ends. libmicrohttpd counts references:
 * an answer that is still being sent outlives its place here. */
#include "portal/http/known.h"

#include <pthread.h>

#include "base/require.h"

enum { ENTRIES = 1024 };

struct entry {
    uint64_t key, epoch;
    struct MHD_Response *response;
};

static _Thread_local struct entry *table;
static pthread_key_t at_thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
table_free(void *context)
{
    struct entry *entries = context;
    for (unsigned i = 0; i < ENTRIES; i++)
        if (entries[i].response)
            MHD_destroy_response(entries[i].response);
    free(entries);
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

struct MHD_Response *
known_find(uint64_t key, uint64_t epoch)
{
    const struct entry *entry = entry_of(key);
    return entry->key == key && entry->epoch == epoch ? entry->response : NULL;
}

void
known_keep(uint64_t key, uint64_t epoch, struct MHD_Response *response)
{
    struct entry *entry = entry_of(key);
    if (entry->response)
        MHD_destroy_response(entry->response);
    *entry = (struct entry){key, epoch, response};
}
