/* SPDX-License-Identifier: Apache-2.0 */
/* The file: a head, the entries, the MAC of both. In memory a hash table with open addressing,
 * which is split so that threads seldom wait for each other. */
#include "scan/job/cache.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/secret.h"

enum {
    SHARDS = 16,
    ENTRIES_MAX = 1 << 20,
    KEEP_DAYS = 30,
    SPREAD_DAYS = 7, /* so that not all expire on one day */
    KEY_BYTES = 32,
    MAC_BYTES = 32,
    SHARD_ROOM = 1024,
};
#define MAGIC "KHCACH\1\n"

struct head {
    char magic[8];
    uint8_t rules[SHA256_BYTES];
    uint64_t count;
};
struct entry {
    uint64_t device, inode, size;
    int64_t modified, changed;
    int32_t day; /* when it was scanned; 0: no entry */
    uint32_t unused;
};
struct shard {
    pthread_mutex_t lock;
    struct entry *entries;
    size_t room, count;
};
struct cache {
    char path[PATH_TEXT];
    uint8_t rules[SHA256_BYTES], key[KEY_BYTES];
    struct shard shards[SHARDS];
};

/* ---- the table ---- */

static uint64_t
hash_of(uint64_t device, uint64_t inode)
{
    uint64_t hash = (device * UINT64_C(0x9e3779b97f4a7c15) ^ inode) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

static struct shard *
shard_of(struct cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60];
}

static struct entry *
find(const struct shard *shard, uint64_t hash, uint64_t device, uint64_t inode)
{
    for (size_t i = hash & (shard->room - 1);; i = (i + 1) & (shard->room - 1)) {
        struct entry *entry = &shard->entries[i];
        if (!entry->day || (entry->device == device && entry->inode == inode))
            return entry;
    }
}

static void
grow(struct shard *shard)
{
    struct shard old = *shard;
    shard->room *= 2;
    shard->entries = mem_calloc(shard->room, sizeof *shard->entries);
    for (size_t i = 0; i < old.room; i++) {
        const struct entry *entry = &old.entries[i];
        if (entry->day)
            *find(shard, hash_of(entry->device, entry->inode), entry->device, entry->inode) =
                *entry;
    }
    free(old.entries);
}

static void
put(struct cache *cache, const struct entry *entry)
{
    uint64_t hash = hash_of(entry->device, entry->inode);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry *place = find(shard, hash, entry->device, entry->inode);
    if (place->day || shard->count < ENTRIES_MAX / SHARDS) {
        shard->count += !place->day;
        *place = *entry;
        if (shard->count * 2 > shard->room)
            grow(shard);
    }
    pthread_mutex_unlock(&shard->lock);
}

static bool
is_fresh(const struct entry *entry, day today)
{
    int age = today - entry->day;
    return age >= 0 && age < KEEP_DAYS - (int)(entry->inode % SPREAD_DAYS);
}

bool
cache_has(struct cache *cache, const struct file_identity *identity)
{
    uint64_t hash = hash_of(identity->device, identity->inode);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry entry = *find(shard, hash, identity->device, identity->inode);
    pthread_mutex_unlock(&shard->lock);
    return entry.day && entry.size == identity->size && entry.modified == identity->modified &&
           entry.changed == identity->changed && is_fresh(&entry, clock_today());
}

void
cache_add(struct cache *cache, const struct file_identity *identity, usec started)
{
    enum { SETTLED = 2 };
    struct entry entry = {identity->device,
                          identity->inode,
                          identity->size,
                          identity->modified,
                          identity->changed,
                          clock_today(),
                          0};
    int64_t newest =
        identity->changed > identity->modified ? identity->changed : identity->modified;
    if (newest / 1000 < started - SETTLED * USEC_PER_SECOND)
        put(cache, &entry);
}

/* ---- the file ---- */

static void
mac_of(const struct cache *cache, str content, uint8_t ret[MAC_BYTES])
{
    hmac_sha256((str){(const char *)cache->key, sizeof cache->key}, content, ret);
}

static bool
is_same(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint8_t difference = 0;
    for (size_t i = 0; i < n; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

/* Anything that is not exactly right is no cache. */
static void
read_entries(struct cache *cache, str content)
{
    struct head head;
    struct entry entry;
    uint8_t mac[MAC_BYTES];
    day today = clock_today();
    if (content.n < sizeof head + MAC_BYTES)
        return;
    memcpy(&head, content.p, sizeof head);
    size_t body = content.n - MAC_BYTES;
    if (memcmp(head.magic, MAGIC, sizeof head.magic) != 0 ||
        memcmp(head.rules, cache->rules, sizeof head.rules) != 0 || head.count > ENTRIES_MAX ||
        body != sizeof head + head.count * sizeof entry)
        return;
    mac_of(cache, (str){content.p, body}, mac);
    if (!is_same(mac, (const uint8_t *)content.p + body, MAC_BYTES))
        return;
    for (uint64_t i = 0; i < head.count; i++) {
        memcpy(&entry, content.p + sizeof head + i * sizeof entry, sizeof entry);
        if (entry.day && is_fresh(&entry, today))
            put(cache, &entry);
    }
}

static bool
read_old_key(struct cache *cache, const char *path)
{
    struct buf text = {0};
    cleanup(cleanup_close) int fd = -1;
    bool right = secret_open(path, &fd, NULL) == OK &&
                 file_read_fd(fd, path, KEY_BYTES, &text, NULL) == OK && text.n == KEY_BYTES;
    if (right)
        memcpy(cache->key, text.p, KEY_BYTES);
    buf_clear(&text);
    return right;
}

/* The key is made once; with a new one the old cache is none. */
static errcode
read_key(struct cache *cache, const char *folder, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = path_join(path, folder, "cache.key", err);
    if (code != OK || read_old_key(cache, path))
        return code;
    code = secret_random(cache->key, KEY_BYTES, err);
    if (code == OK && file_exists(path))
        code = file_remove(path, err);
    cleanup(cleanup_close) int fd = -1;
    if (code == OK)
        code = secret_create(path, &fd, err);
    if (code != OK)
        return code;
    return file_write_fd(fd, (str){(const char *)cache->key, KEY_BYTES}, path, err);
}

errcode
cache_open(const char *folder, const uint8_t rules[SHA256_BYTES], struct cache **ret,
           struct err *err)
{
    struct buf content = {0};
    struct cache *cache = mem_calloc(1, sizeof *cache);
    memcpy(cache->rules, rules, SHA256_BYTES);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_init(&shard->lock, NULL);
        shard->room = SHARD_ROOM;
        shard->entries = mem_calloc(shard->room, sizeof *shard->entries);
    }
    errcode code = secret_folder(folder, false, err);
    if (code == OK)
        code = read_key(cache, folder, err);
    if (code == OK)
        code = path_join(cache->path, folder, "clean.cache", err);
    if (code != OK) {
        cache_close(cache);
        return code;
    }
    enum { FILE_MAX_BYTES = ENTRIES_MAX * sizeof(struct entry) + 4096 };
    if (file_read(cache->path, FILE_MAX_BYTES, &content, NULL) == OK)
        read_entries(cache, buf_view(&content));
    buf_clear(&content);
    *ret = cache;
    return OK;
}

void
cache_close(struct cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_destroy(&cache->shards[i].lock);
        free(cache->shards[i].entries);
    }
    secret_wipe(cache->key, sizeof cache->key);
    free(cache);
}

errcode
cache_save(struct cache *cache, struct err *err)
{
    struct head head = {.magic = MAGIC};
    struct buf out = BUF(SIZE_MAX);
    uint8_t mac[MAC_BYTES];
    memcpy(head.rules, cache->rules, sizeof head.rules);
    buf_add(&out, &head, sizeof head);
    for (size_t i = 0; i < SHARDS; i++)
        for (size_t k = 0; k < cache->shards[i].room; k++)
            if (cache->shards[i].entries[k].day) {
                buf_add(&out, &cache->shards[i].entries[k], sizeof(struct entry));
                head.count++;
            }
    memcpy(out.p, &head, sizeof head);
    mac_of(cache, buf_view(&out), mac);
    buf_add(&out, mac, sizeof mac);
    errcode code = file_replace(cache->path, buf_view(&out), err);
    buf_clear(&out);
    return code;
}
