/* SPDX-License-Identifier: Apache-2.0 */
/* A slot a thing, only ever added, so that counting needs no lock. Against inflating, a network
 * counts once in some minutes for each thing: a table in memory holds keyed hashes of both, with a
 * key drawn at each start, and is emptied when the minutes are over. */
#include "portal/counters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/require.h"
#include "portal/counter_file.h"
#include "portal/http/connections.h"

enum {
    SLOTS = COUNTER_COUNT + COUNTER_NAMES_MAX,
    SEEN = 1 << 18,
    PROBES = 8,
    FILE_SECONDS = 10,
    EPOCH_SECONDS = 60,
    NODES_MAX = 64, /* files that are added up */
    NODE_TRIES = 16,
    DAMAGED_MAX = 100,
    NODE_TEXT = 64,
};

/* The first COUNTER_COUNT are those without a name, by enum counter. */
struct slot {
    enum counter what;
    char name[COUNTER_NAME];
    _Atomic day own_since, others_since;
    _Atomic uint64_t own, others; /* of this node; of all others that share the folder */
    uint64_t sum;                 /* of the others while they are read */
};

struct counters {
    struct slot slots[SLOTS];
    _Atomic size_t used;
    pthread_mutex_t adding;
    unsigned char key[crypto_shorthash_KEYBYTES];
    _Atomic uint32_t seen[SEEN]; /* hashes of (network, slot); 0 = free */
    uint32_t seen_since, filed, epoch_set;
    _Atomic uint64_t epoch;
    uint64_t written, shown; /* sums that tell whether anything is new */
    char folder[PATH_TEXT], path[PATH_TEXT], node[NODE_TEXT];
    int lock;                      /* held while the node's file is ours; -1: memory only */
    bool write_fails, others_fail; /* said once */
};

static void
slot_init(struct slot *slot, enum counter what, str name)
{
    slot->what = what;
    str_copy(name, slot->name, sizeof slot->name);
    slot->own_since = slot->others_since = DAY_NONE;
}

static struct slot *
slot_find(struct counters *counters, enum counter what, str name)
{
    size_t used = atomic_load_explicit(&counters->used, memory_order_acquire);
    for (size_t i = COUNTER_COUNT; i < used; i++)
        if (counters->slots[i].what == what && str_eq(name, str_of(counters->slots[i].name)))
            return &counters->slots[i];
    return NULL;
}

/* Where there is no room for another name, the count goes to the thing without its name. */
static struct slot *
slot_of(struct counters *counters, enum counter what, str name)
{
    if (!counter_name_is_fine(name))
        return &counters->slots[what];
    struct slot *slot = slot_find(counters, what, name);
    if (slot)
        return slot;
    pthread_mutex_lock(&counters->adding);
    slot = slot_find(counters, what, name);
    size_t used = counters->used;
    if (!slot && used < SLOTS) {
        slot = &counters->slots[used];
        slot_init(slot, what, name);
        atomic_store_explicit(&counters->used, used + 1, memory_order_release);
    }
    pthread_mutex_unlock(&counters->adding);
    return slot ? slot : &counters->slots[what];
}

/* The first time that this network does this in the last minutes? When the table is full, nothing
 * counts: a figure may be too small, never too large. */
static bool
is_first(struct counters *counters, const struct slot *slot, ip visitor)
{
    ip network = connection_prefix(visitor);
    uint64_t text[4] = {network.hi, network.lo, network.version,
                        (uint64_t)(slot - counters->slots)};
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, sizeof text,
                     counters->key);
    uint32_t tag = (uint32_t)(hash >> 32) | 1;
    for (unsigned i = 0; i < PROBES; i++) {
        uint32_t held = 0;
        if (atomic_compare_exchange_strong_explicit(&counters->seen[(hash + i) % SEEN], &held, tag,
                                                    memory_order_relaxed, memory_order_relaxed))
            return true;
        if (held == tag)
            return false;
    }
    return false;
}

void
counters_add(struct counters *counters, enum counter what, str name, ip visitor)
{
    struct slot *slot = slot_of(counters, what, name);
    if (!is_first(counters, slot, visitor))
        return;
    day none = DAY_NONE;
    if (atomic_load_explicit(&slot->own_since, memory_order_relaxed) == DAY_NONE)
        atomic_compare_exchange_strong(&slot->own_since, &none, clock_today());
    atomic_fetch_add_explicit(&slot->own, 1, memory_order_relaxed);
}

static void
take_own(void *context, const struct counter_row *row)
{
    struct slot *slot = slot_of(context, row->what, row->name);
    slot->own += row->total;
    if (slot->own_since == DAY_NONE || row->since < slot->own_since)
        slot->own_since = row->since;
}

static void
take_others(void *context, const struct counter_row *row)
{
    struct slot *slot = slot_of(context, row->what, row->name);
    slot->sum += row->total;
    if (slot->others_since == DAY_NONE || row->since < slot->others_since)
        slot->others_since = row->since;
}

static errcode
read_file(struct counters *counters, const char *path, counter_take *take, struct err *err)
{
    struct buf text = {0};
    errcode code = file_read(path, COUNTER_FILE_MAX, &text, err);
    if (code == OK)
        code = counter_file_read(buf_view(&text), take, counters, err);
    buf_clear(&text);
    return code == ERR_LIMIT ? ERR_CORRUPT : code;
}

/* Under a name that is not read as a node's. */
static bool
put_aside(struct counters *counters, char aside[PATH_TEXT])
{
    for (int i = 1; i <= DAMAGED_MAX; i++) {
        int n = snprintf(aside, PATH_TEXT, "%s.damaged-%d", counters->path, i);
        if (n < PATH_TEXT && !file_exists(aside))
            return rename(counters->path, aside) == 0;
    }
    return false;
}

/* False when the file is there and must not be written over. */
static bool
read_own(struct counters *counters)
{
    struct err err;
    char aside[PATH_TEXT];
    errcode code = read_file(counters, counters->path, take_own, &err);
    if (code == OK || code == ERR_NOT_FOUND)
        return true;
    if (code == ERR_CORRUPT && put_aside(counters, aside)) {
        log_warning("the counters in %s are damaged: %s. It is kept as %s; counting begins anew",
                    counters->path, err.text, aside);
        return true;
    }
    log_warning("cannot read the counters in %s: %s. They are kept in memory only", counters->path,
                err.text);
    return false;
}

/* A file that nobody else has; the lock is held as long as the process lives. */
static bool
take_node(struct counters *counters, const char *node)
{
    char path[PATH_TEXT];
    for (unsigned i = 1; i <= NODE_TRIES; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%u", i);
        int n = snprintf(path, sizeof path, "%s/%s%s.lock", counters->folder, node, number);
        if (n < 0 || n >= PATH_TEXT)
            return false;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (fd < 0)
            return false;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            counters->lock = fd;
            snprintf(counters->node, sizeof counters->node, "%s%s", node, number);
            return path_join(counters->path, counters->folder, counters->node, NULL) == OK;
        }
        close(fd);
    }
    errno = EWOULDBLOCK;
    return false;
}

/* What a killed process left of a write. */
static void
remove_temporary(struct counters *counters)
{
    char head[NODE_TEXT + 8];
    struct dirent *entry;
    DIR *folder = opendir(counters->folder);
    if (!folder)
        return;
    snprintf(head, sizeof head, "%s.tmp-", counters->node);
    while ((entry = readdir(folder)))
        if (str_starts(str_of(entry->d_name), str_of(head)))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

static void
open_files(struct counters *counters, const char *folder, const char *node)
{
    if (!folder || !str_copy(str_of(folder), counters->folder, sizeof counters->folder))
        return;
    if (!take_node(counters, node)) {
        log_warning("cannot use a counter file in %s (%s): the counters are kept in memory only",
                    folder, strerror(errno));
        cleanup_close(&counters->lock);
        counters->lock = -1;
        return;
    }
    remove_temporary(counters);
    if (!read_own(counters)) {
        cleanup_close(&counters->lock);
        counters->lock = -1;
    }
}

static uint64_t
own_sum(const struct counters *counters)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < counters->used; i++)
        sum += counters->slots[i].own;
    return sum;
}

/* The others that share the folder. A figure never falls, whatever cannot be read just now. */
static void
read_others(struct counters *counters)
{
    unsigned files = 0;
    bool failed = false;
    char path[PATH_TEXT];
    struct err err;
    struct dirent *entry;
    DIR *folder = counters->folder[0] ? opendir(counters->folder) : NULL;
    if (!folder)
        return;
    for (size_t i = 0; i < counters->used; i++)
        counters->slots[i].sum = 0;
    while (files < NODES_MAX && (entry = readdir(folder))) {
        bool own = counters->lock >= 0 && strcmp(entry->d_name, counters->node) == 0;
        if (own || strchr(entry->d_name, '.') ||
            path_join(path, counters->folder, entry->d_name, NULL) != OK)
            continue;
        files++;
        if (read_file(counters, path, take_others, &err) == OK)
            continue;
        failed = true;
        if (!counters->others_fail)
            log_warning("the counters in %s are left out: %s", path, err.text);
    }
    closedir(folder);
    counters->others_fail = failed;
    for (size_t i = 0; i < counters->used; i++)
        if (counters->slots[i].sum > counters->slots[i].others)
            counters->slots[i].others = counters->slots[i].sum;
}

void
counters_write(struct counters *counters)
{
    struct err err;
    struct buf text = BUF(COUNTER_FILE_MAX);
    uint64_t sum = own_sum(counters);
    if (counters->lock < 0 || sum == counters->written)
        return;
    counter_file_begin(&text);
    for (size_t i = 0; i < counters->used; i++) {
        const struct slot *slot = &counters->slots[i];
        if (slot->own && slot->own_since != DAY_NONE)
            counter_file_row(&text, &(struct counter_row){slot->what, str_of(slot->name),
                                                          slot->own_since, slot->own});
    }
    counter_file_end(&text);
    errcode code = buf_check(&text, "the counters", &err);
    if (code == OK)
        code = file_replace(counters->path, buf_view(&text), &err);
    if (code == OK)
        counters->written = sum;
    else if (!counters->write_fails)
        log_warning("cannot write the counters: %s", err.text);
    counters->write_fails = code != OK;
    buf_clear(&text);
}

struct counters *
counters_new(const char *folder, const char *node)
{
    struct counters *counters = mem_calloc(1, sizeof *counters);
    require(pthread_mutex_init(&counters->adding, NULL) == 0);
    for (unsigned i = 0; i < COUNTER_COUNT; i++)
        slot_init(&counters->slots[i], (enum counter)i, (str){NULL, 0});
    counters->used = COUNTER_COUNT;
    counters->lock = -1;
    counters->seen_since = counters->filed = counters->epoch_set = connections_now();
    randombytes_buf(counters->key, sizeof counters->key);
    open_files(counters, folder, node);
    counters->written = own_sum(counters);
    read_others(counters);
    return counters;
}

void
counters_free(struct counters *counters)
{
    if (!counters)
        return;
    counters_write(counters);
    cleanup_close(&counters->lock);
    pthread_mutex_destroy(&counters->adding);
    free(counters);
}

static struct counter_figure
figure_of(const struct slot *slot)
{
    day own = slot->own_since, others = slot->others_since;
    bool first = others == DAY_NONE || (own != DAY_NONE && own < others);
    return (struct counter_figure){slot->own + slot->others, first ? own : others};
}

struct counter_figure
counters_figure_of(struct counters *counters, enum counter what, str name)
{
    const struct slot *slot = slot_find(counters, what, name);
    return slot ? figure_of(slot) : (struct counter_figure){.since = DAY_NONE};
}

struct counter_figure
counters_figure(const struct counters *counters, enum counter what)
{
    struct counter_figure all = {.since = DAY_NONE};
    for (size_t i = 0; i < counters->used; i++) {
        if (counters->slots[i].what != what)
            continue;
        struct counter_figure one = figure_of(&counters->slots[i]);
        all.total += one.total;
        if (one.since != DAY_NONE && (all.since == DAY_NONE || one.since < all.since))
            all.since = one.since;
    }
    return all;
}

static void
renew_epoch(struct counters *counters)
{
    uint64_t shown = 0;
    for (unsigned i = 0; i < COUNTER_COUNT; i++) {
        uint64_t total = counters_figure(counters, (enum counter)i).total;
        shown += total >= COUNTER_SHOWN ? total : 0;
    }
    if (shown != counters->shown)
        atomic_fetch_add(&counters->epoch, 1);
    counters->shown = shown;
}

void
counters_tick(struct counters *counters)
{
    uint32_t now = connections_now();
    if (now - counters->seen_since >= COUNTER_MINUTES * 60) {
        counters->seen_since = now;
        for (unsigned i = 0; i < SEEN; i++)
            atomic_store_explicit(&counters->seen[i], 0, memory_order_relaxed);
    }
    if (now - counters->filed >= FILE_SECONDS) {
        counters->filed = now;
        counters_write(counters);
        read_others(counters);
    }
    if (now - counters->epoch_set >= EPOCH_SECONDS) {
        counters->epoch_set = now;
        renew_epoch(counters);
    }
}

uint64_t
counters_epoch(const struct counters *counters)
{
    return counters->epoch;
}

static void
write_figure(struct json_out *out, struct counter_figure figure)
{
    json_out_key(out, "total");
    if (figure.total >= COUNTER_SHOWN)
        json_out_u64(out, figure.total);
    else
        json_out_null(out);
    json_out_pair_day(out, "since", figure.since);
}

void
counters_write_json(const struct counters *counters, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_u64(&json, "minimum", COUNTER_SHOWN);
    json_out_key(&json, "counters");
    json_out_array_begin(&json);
    for (unsigned what = 0; what < COUNTER_COUNT; what++) {
        json_out_object_begin(&json);
        json_out_pair_z(&json, "what", counter_name((enum counter)what));
        write_figure(&json, counters_figure(counters, (enum counter)what));
        json_out_key(&json, "names");
        json_out_array_begin(&json);
        for (size_t i = COUNTER_COUNT; i < counters->used; i++) {
            if (counters->slots[i].what != what)
                continue;
            json_out_object_begin(&json);
            json_out_pair_z(&json, "name", counters->slots[i].name);
            write_figure(&json, figure_of(&counters->slots[i]));
            json_out_object_end(&json);
        }
        json_out_array_end(&json);
        json_out_object_end(&json);
    }
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

void
counters_write_metrics(const struct counters *counters, struct buf *out)
{
    buf_z(out, "# HELP khien_counter_total What visitors did, once a network in five minutes.\n"
               "# TYPE khien_counter_total counter\n");
    for (size_t i = 0; i < counters->used; i++) {
        const struct slot *slot = &counters->slots[i];
        uint64_t total = slot->own + slot->others;
        if (i < COUNTER_COUNT || total)
            buf_printf(out, "khien_counter_total{what=\"%s\",name=\"%s\"} %" PRIu64 "\n",
                       counter_name(slot->what), slot->name, total);
    }
}
