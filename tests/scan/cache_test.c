/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a second scan passes by: the same ones only, by the same rules, for a while, as
 * nobody else says. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/secret.h"
#include "base/tap.h"
#include "others.h"
#include "scan/job/cache.h"

static const char *folder;
static const uint8_t rules[SHA256_BYTES] = {1}, other_rules[SHA256_BYTES] = {2};

static struct file_identity
identity_of(uint64_t i)
{
    return (struct file_identity){.device = 3,
                                  .inode = i,
                                  .size = i * 100,
                                  .modified = INT64_C(1700000000000000000),
                                  .changed = INT64_C(1700000000000000000) + (int64_t)i};
}

static size_t
count_of(const uint8_t *id, size_t n)
{
    struct cache *cache;
    struct err err;
    size_t count = 0;
    if (!tap_no_err(cache_open(folder, id, &cache, &err), &err, "the cache opens"))
        return SIZE_MAX;
    for (uint64_t i = 1; i <= n; i++) {
        struct file_identity identity = identity_of(i);
        count += cache_has(cache, &identity);
    }
    cache_close(cache);
    return count;
}

enum { MANY = 50000 };

static void
test_kept(void)
{
    struct cache *cache;
    struct err err;
    require(cache_open(folder, rules, &cache, &err) == OK);
    for (uint64_t i = 1; i <= MANY; i++) {
        struct file_identity identity = identity_of(i);
        cache_add(cache, &identity, clock_now());
    }
    struct file_identity changed = identity_of(7);
    tap_ok(cache_has(cache, &changed), "a file that was clean");
    changed.changed++;
    tap_ok(!cache_has(cache, &changed), "not with another time of its inode");
    changed = identity_of(7);
    changed.modified--;
    tap_ok(!cache_has(cache, &changed), "of its content");
    changed = identity_of(7);
    changed.size++;
    tap_ok(!cache_has(cache, &changed), "or size");
    changed = identity_of(7);
    changed.device++;
    tap_ok(!cache_has(cache, &changed), "on another disk");
    struct file_identity fresh = identity_of(MANY + 1);
    fresh.changed = (clock_now() - USEC_PER_SECOND) * 1000;
    cache_add(cache, &fresh, clock_now());
    tap_ok(!cache_has(cache, &fresh), "one that changed just now may change again unseen");
    tap_no_err(cache_save(cache, &err), &err, "it is saved");
    cache_close(cache);
    tap_eq_i64(count_of(rules, MANY), MANY, "all are known in the next scan");
    tap_eq_i64(count_of(other_rules, MANY), 0, "and none by other rules");
}

static void
test_expiry(void)
{
    tap_set_variable("KHIEN_NOW", "2027-06-01T00:00:00Z");
    tap_eq_i64(count_of(rules, MANY), 0, "nothing is known for ever");
    tap_set_variable("KHIEN_NOW", NULL);
}

static void
test_changed_file(void)
{
    char path[PATH_TEXT], key[PATH_TEXT];
    struct buf content;
    struct err err;
    int fd = -1;
    require(path_join(path, folder, "clean.cache", NULL) == OK);
    require(path_join(key, folder, "cache.key", NULL) == OK);
    require(file_read(path, 16 << 20, &content, NULL) == OK);
    size_t taken = 0, tried = 0;
    for (size_t at = 0; at < content.n; at += content.n / 40 + 1, tried++) {
        content.p[at] ^= 1;
        require(file_replace(path, buf_view(&content), NULL) == OK);
        content.p[at] ^= 1;
        struct cache *cache;
        require(cache_open(folder, rules, &cache, &err) == OK);
        struct file_identity identity = identity_of(7);
        taken += cache_has(cache, &identity);
        cache_close(cache);
    }
    tap_eq_i64(taken, 0, "a cache that someone changed is none (%zu places)", tried);
    for (size_t n = 0; n < 200; n += 9) {
        require(file_replace(path, (str){content.p, n}, NULL) == OK);
        taken += count_of(rules, 1) != 0;
    }
    tap_eq_i64(taken, 0, "nor is one that was cut");
    require(file_replace(path, buf_view(&content), NULL) == OK);
    tap_eq_i64(count_of(rules, 10), 10, "the right one is");
    tap_no_err(secret_open(key, &fd, &err), &err, "the key is for its owner");
    cleanup_close(&fd);
    others_get(key, OTHERS_READ);
    tap_eq_i64(secret_open(key, &fd, &err), ERR_DENIED, "not with others: %s", err.text);
    tap_eq_i64(count_of(rules, 10), 0, "one that others could read is made anew");
    others_get(folder, OTHERS_CHANGE);
    struct cache *cache;
    tap_eq_i64(cache_open(folder, rules, &cache, &err), ERR_DENIED,
               "a folder that others may change is refused");
    others_get(folder, OTHERS_NOTHING);
    buf_clear(&content);
}

int
main(void)
{
    static char below[PATH_TEXT];
    require(path_join(below, tap_folder("cache"), "own", NULL) == OK);
    folder = below;
    test_kept();
    test_expiry();
    test_changed_file();
    return tap_done();
}
