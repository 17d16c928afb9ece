/* SPDX-License-Identifier: Apache-2.0 */
/* The file: a head, the entries in the order of their hash, the files in which something was found,
 * the MAC of all that. It is read whole
 * and searched where it lies, through an index of hashes' first bits, by all threads without a
 * lock. What this scan adds is in hash tables with open addressing, split so that threads seldom
 * wait for each other, and merged with the rest when it is saved. */
#include "scan/job/cache.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/secret.h"

enum {
    SHARDS = 16,
    ENTRIES_MAX = 1 << 20,
    FOUND_MAX = 4 << 20, /* bytes */
    KEEP_DAYS = 30,
    SPREAD_DAYS = 7, /* so that not all expire on one day */
    KEY_BYTES = 32,
    MAC_BYTES = 32,
    SHARD_ROOM = 64,
    INDEX_BITS = 16,
};
#define MAGIC "KHCACH\4\n"

struct head {
    char magic[8], version[16]; /* of the program, which may look into more, or judge otherwise */
    uint8_t rules[SHA256_BYTES];
    uint64_t count, found; /* entries; bytes of found_files.h */
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
    struct buf file;         /* as it was read; empty when there is none */
    const struct entry *old; /* in it, OLD_COUNT */
    size_t old_count;
    uint32_t *index; /* those whose hash begins with I are INDEX[I] … INDEX[I + 1] - 1 */
    struct shard shards[SHARDS]; /* what is new */
    struct found_files found;    /* in the file */
    struct buf new_found;        /* as found_files.h has it */
    pthread_mutex_t found_lock;
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

static struct entry
find_new(struct cache *cache, uint64_t hash, uint64_t device, uint64_t inode)
{
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry entry = *find(shard, hash, device, inode);
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

static const struct entry *
find_old(const struct cache *cache, uint64_t hash, uint64_t device, uint64_t inode)
{
    if (cache->old_count == 0)
        return NULL;
    size_t place = hash >> (64 - INDEX_BITS);
    for (uint32_t i = cache->index[place]; i < cache->index[place + 1]; i++)
        if (cache->old[i].inode == inode && cache->old[i].device == device)
            return &cache->old[i];
    return NULL;
}

static bool
is_fresh(day scanned, uint64_t inode, day today)
{
    int age = today - scanned;
    return age >= 0 && age < KEEP_DAYS - (int)(inode % SPREAD_DAYS);
}

static bool
is_of(const struct entry *entry, const struct file_identity *identity, day today)
{
    return entry->day && entry->size == identity->size && entry->modified == identity->modified &&
           entry->changed == identity->changed && is_fresh(entry->day, entry->inode, today);
}

bool
cache_has(struct cache *cache, const struct file_identity *identity)
{
    uint64_t hash = hash_of(identity->device, identity->inode);
    const struct entry *old = find_old(cache, hash, identity->device, identity->inode);
    day today = clock_today();
    if (old && is_of(old, identity, today))
        return true;
    struct entry entry = find_new(cache, hash, identity->device, identity->inode);
    return is_of(&entry, identity, today);
}

static bool
is_settled(const struct file_identity *identity, usec started)
{
    enum { SETTLED = 2 };
    int64_t newest =
        identity->changed > identity->modified ? identity->changed : identity->modified;
    return newest / 1000 < started - SETTLED * USEC_PER_SECOND;
}

void
cache_add(struct cache *cache, const struct file_identity *identity, usec started)
{
    struct entry entry = {identity->device,
                          identity->inode,
                          identity->size,
                          identity->modified,
                          identity->changed,
                          clock_today(),
                          0};
    if (is_settled(identity, started))
        put(cache, &entry);
}

void
cache_add_found(struct cache *cache, const struct file_identity *identity, str items, usec started)
{
    struct found_file file = {*identity, clock_today(), items};
    if (!is_settled(identity, started))
        return;
    pthread_mutex_lock(&cache->found_lock);
    if (cache->new_found.n + items.n < FOUND_MAX / 2)
        found_file_write(&file, &cache->new_found);
    pthread_mutex_unlock(&cache->found_lock);
}

const struct found_file *
cache_find_found(const struct cache *cache, const struct file_identity *identity)
{
    const struct found_file *file =
        found_files_find(&cache->found, identity->device, identity->inode);
    if (!file)
        return NULL;
    const struct file_identity *was = &file->identity;
    bool is_same_file = was->size == identity->size && was->modified == identity->modified &&
                        was->changed == identity->changed;
    return is_same_file && is_fresh(file->day, identity->inode, clock_today()) ? file : NULL;
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

static void
make_index(struct cache *cache)
{
    enum { PLACES = 1 << INDEX_BITS };
    cache->index = mem_calloc(PLACES + 1, sizeof *cache->index);
    for (size_t i = 0; i < cache->old_count; i++)
        cache->index[(hash_of(cache->old[i].device, cache->old[i].inode) >> (64 - INDEX_BITS)) +
                     1]++;
    for (size_t i = 1; i <= PLACES; i++)
        cache->index[i] += cache->index[i - 1];
}

static bool
is_right(const struct cache *cache, str content)
{
    struct head head;
    uint8_t mac[MAC_BYTES];
    if (content.n < sizeof head + MAC_BYTES)
        return false;
    memcpy(&head, content.p, sizeof head);
    size_t body = content.n - MAC_BYTES;
    if (memcmp(head.magic, MAGIC, sizeof head.magic) != 0 ||
        strncmp(head.version, KHIEN_VERSION, sizeof head.version) != 0 ||
        memcmp(head.rules, cache->rules, sizeof head.rules) != 0 || head.count > ENTRIES_MAX ||
        head.found > FOUND_MAX ||
        body != sizeof head + head.count * sizeof(struct entry) + head.found)
        return false;
    mac_of(cache, (str){content.p, body}, mac);
    return is_same(mac, (const uint8_t *)content.p + body, MAC_BYTES);
}

/* Anything that is not exactly right is no cache. */
static void
read_entries(struct cache *cache)
{
    enum { FILE_MAX_BYTES = ENTRIES_MAX * sizeof(struct entry) + FOUND_MAX + 4096 };
    struct head head = {0};
    bool right = file_read(cache->path, FILE_MAX_BYTES, &cache->file, NULL) == OK &&
                 is_right(cache, buf_view(&cache->file));
    if (right) {
        memcpy(&head, cache->file.p, sizeof head);
        right = found_files_parse((str){cache->file.p + cache->file.n - MAC_BYTES - head.found,
                                        head.found},
                                  &cache->found);
    }
    if (!right) {
        buf_clear(&cache->file);
        return;
    }
    cache->old = (const void *)(cache->file.p + sizeof head);
    cache->old_count = head.count;
    make_index(cache);
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
    struct cache *cache = mem_calloc(1, sizeof *cache);
    memcpy(cache->rules, rules, SHA256_BYTES);
    cache->new_found = BUF(FOUND_MAX);
    pthread_mutex_init(&cache->found_lock, NULL);
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
    read_entries(cache);
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
    found_files_clear(&cache->found);
    pthread_mutex_destroy(&cache->found_lock);
    buf_clear(&cache->new_found);
    buf_clear(&cache->file);
    free(cache->index);
    secret_wipe(cache->key, sizeof cache->key);
    free(cache);
}

static int
compare_hashes(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    uint64_t x = hash_of(one->device, one->inode), y = hash_of(other->device, other->inode);
    return x < y ? -1 : x > y;
}

static struct entry *
gather_new(const struct cache *cache, size_t *ret_count)
{
    size_t count = 0, total = 0;
    for (size_t i = 0; i < SHARDS; i++)
        total += cache->shards[i].count;
    struct entry *all = mem_calloc(total + 1, sizeof *all);
    for (size_t i = 0; i < SHARDS; i++)
        for (size_t k = 0; k < cache->shards[i].room; k++)
            if (cache->shards[i].entries[k].day)
                all[count++] = cache->shards[i].entries[k];
    qsort(all, count, sizeof *all, compare_hashes);
    *ret_count = count;
    return all;
}

/* Both lists in one, in their order. An old entry of a file that has a new one goes. */
static uint64_t
merge(struct cache *cache, const struct entry *added, size_t count, struct buf *out)
{
    size_t at = 0, written = 0;
    day today = clock_today();
    for (size_t i = 0; i < cache->old_count && written + count - at < ENTRIES_MAX; i++) {
        const struct entry *old = &cache->old[i];
        uint64_t hash = hash_of(old->device, old->inode);
        if (!is_fresh(old->day, old->inode, today) ||
            find_new(cache, hash, old->device, old->inode).day)
            continue;
        for (; at < count && compare_hashes(&added[at], old) < 0; at++, written++)
            buf_add(out, &added[at], sizeof *added);
        buf_add(out, old, sizeof *old);
        written++;
    }
    buf_add(out, added + at, (count - at) * sizeof *added);
    return written + count - at;
}

/* The new ones, each once, and the old ones of other files that did not expire. */
static uint64_t
merge_found(struct cache *cache, struct buf *out)
{
    struct found_files added;
    size_t begin = out->n;
    require(found_files_parse(buf_view(&cache->new_found), &added));
    for (size_t i = 0; i < added.count; i++) {
        const struct file_identity *identity = &added.files[i].identity;
        if (found_files_find(&added, identity->device, identity->inode) == &added.files[i])
            found_file_write(&added.files[i], out);
    }
    for (size_t i = 0; i < cache->found.count; i++) {
        const struct found_file *old = &cache->found.files[i];
        uint64_t device = old->identity.device, inode = old->identity.inode;
        if (is_fresh(old->day, inode, clock_today()) && !found_files_find(&added, device, inode) &&
            !find_new(cache, hash_of(device, inode), device, inode).day &&
            out->n - begin + old->items.n < FOUND_MAX / 2)
            found_file_write(old, out);
    }
    found_files_clear(&added);
    return out->n - begin;
}

errcode
cache_save(struct cache *cache, struct err *err)
{
    struct head head = {.magic = MAGIC, .version = KHIEN_VERSION};
    struct buf out = BUF(SIZE_MAX);
    uint8_t mac[MAC_BYTES];
    size_t count;
    struct entry *added = gather_new(cache, &count);
    if (count == 0 && cache->new_found.n == 0 && cache->old_count > 0) {
        free(added);
        return OK; /* the file says it all */
    }
    memcpy(head.rules, cache->rules, sizeof head.rules);
    buf_add(&out, &head, sizeof head);
    head.count = merge(cache, added, count, &out);
    head.found = merge_found(cache, &out);
    free(added);
    memcpy(out.p, &head, sizeof head);
    mac_of(cache, buf_view(&out), mac);
    buf_add(&out, mac, sizeof mac);
    errcode code = file_replace(cache->path, buf_view(&out), err);
    buf_clear(&out);
    return code;
}
