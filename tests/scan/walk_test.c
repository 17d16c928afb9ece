/* SPDX-License-Identifier: Apache-2.0 */
/* Files below a folder, as nftw(3) finds them, by one thread and by several; links; a crew that
 * several threads add to. */
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "scan/job/crew.h"
#include "scan/job/walk.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 4000 };

/* What was met: paths with their sizes, in any order. */
struct met {
    pthread_mutex_t lock;
    size_t count, unread, limit;
    uint64_t hash, bytes;
};
static struct met theirs;

static uint64_t
hash_of(const char *path)
{
    uint64_t hash = 14695981039346656037u;
    for (; *path; path++)
        hash = (hash ^ (uint8_t)*path) * 1099511628211u;
    return hash;
}

static bool
found(void *context, const char *path, const struct file_info *info)
{
    struct met *met = context;
    pthread_mutex_lock(&met->lock);
    met->count++;
    met->hash += hash_of(path);
    met->bytes += info->size;
    bool goes_on = !met->limit || met->count < met->limit;
    pthread_mutex_unlock(&met->lock);
    return goes_on;
}

static void
unread(void *context, const struct err *err)
{
    struct met *met = context;
    (void)err;
    pthread_mutex_lock(&met->lock);
    met->unread++;
    pthread_mutex_unlock(&met->lock);
}

static int
found_by_libc(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)place;
    if (type == FTW_F && S_ISREG(info->st_mode))
        found(&theirs, path, &(struct file_info){.size = (uint64_t)info->st_size});
    return 0;
}

static struct met
walk_with(const char *top, struct walk_options options, size_t limit)
{
    struct met met = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit = limit};
    struct err err;
    options.found = found;
    options.unread = unread;
    options.context = &met;
    tap_no_err(walk(top, &options, &err), &err, "the folder is read");
    return met;
}

static void
make_file(const char *folder, const char *name, size_t size)
{
    char path[PATH_TEXT];
    static char content[4096];
    require(path_join(path, folder, name, NULL) == OK);
    require(file_replace(path, (str){content, size % sizeof content}, NULL) == OK);
}

static void
make_tree(const char *top)
{
    enum { FOLDERS = 60, FILES = 5 };
    char folder[PATH_TEXT], path[PATH_TEXT];
    for (size_t i = 0; i < FOLDERS; i++) {
        snprintf(path, sizeof path, "%zu/%zu/%zu", i % 3, i % 7, i);
        require(path_join(folder, top, path, NULL) == OK && folder_make(folder, NULL) == OK);
        for (size_t k = 0; k < FILES; k++) {
            snprintf(path, sizeof path, "..%zu\n\xff", k);
            make_file(folder, path, i * 70 + k);
        }
    }
    require(path_join(path, top, "0/fifo", NULL) == OK && mkfifo(path, 0600) == 0);
    require(path_join(path, top, "0/loop", NULL) == OK && symlink("..", path) == 0);
    require(path_join(path, top, "1/again", NULL) == OK && symlink("../2", path) == 0);
    require(path_join(path, top, "1/file", NULL) == OK && symlink("../2/one", path) == 0);
    require(path_join(path, top, "1/nowhere", NULL) == OK && symlink("none", path) == 0);
    require(path_join(folder, top, "2", NULL) == OK);
    make_file(folder, "one", 1);
}

static void
test_walk(const char *top)
{
    require(nftw(top, found_by_libc, 16, FTW_PHYS) == 0);
    for (unsigned threads = 0; threads <= 8; threads += 4) {
        struct walk_options options = {.recursive = true, .threads = threads};
        struct met ours = walk_with(top, options, 0);
        tap_eq_i64(ours.count, theirs.count, "as many files as nftw finds, %u threads", threads);
        tap_ok(ours.hash == theirs.hash && ours.bytes == theirs.bytes, "the same");
        tap_eq_i64(ours.unread, 0, "nothing is left out");
        options.size_max = 1;
        tap_eq_i64(walk_with(top, options, 0).count, 3, "only small ones");
        options.size_max = 0;
        tap_ok(walk_with(top, options, 3).count < 3 + 8, "it ends early");
    }
    struct walk_options flat = {0};
    tap_eq_i64(walk_with(top, flat, 0).count, 0, "nothing below");
    struct walk_options following = {.recursive = true, .follow_links = true};
    tap_eq_i64(walk_with(top, following, 0).count, theirs.count + 1,
               "links are followed, and to folders that are met anyway only once");
}

static bool
enters_others_only(void *context, const char *path, bool is_other)
{
    (void)context;
    (void)path;
    return is_other;
}

static void
test_refused(const char *top)
{
    struct walk_options options = {.recursive = true, .enters = enters_others_only};
    struct err err;
    char path[PATH_TEXT];
    tap_eq_i64(walk_with(top, options, 0).count, 0, "each folder below is asked for");
    options.enters = NULL;
    require(path_join(path, top, "absent", NULL) == OK);
    tap_eq_i64(walk(path, &options, &err), ERR_NOT_FOUND, "a folder that is not there");
    require(path_join(path, top, "0/fifo", NULL) == OK);
    tap_eq_i64(walk(path, &options, &err), ERR_IO, "nor is a FIFO one");
    if (geteuid() == 0) {
        tap_skip("root reads all folders");
        return;
    }
    require(path_join(path, top, "2", NULL) == OK && chmod(path, 0) == 0);
    tap_eq_i64(walk_with(top, options, 0).unread, 1, "a folder that may not be read is told");
    tap_eq_i64(walk(path, &options, &err), ERR_DENIED, "and an error when it is the first");
    require(chmod(path, 0700) == 0);
}

/* ---- the crew ---- */

static atomic_uint worked;

static void
work(void *context, unsigned worker, const char *path)
{
    (void)context;
    (void)worker;
    (void)path;
    worked++;
}

static void *
add_many(void *crew)
{
    for (size_t i = 0; i < MANY; i++)
        crew_add(crew, "a path");
    return NULL;
}

static void
test_crew(void)
{
    enum { ADDERS = 4 };
    pthread_t threads[ADDERS];
    struct crew *crew = crew_new(1, work, NULL);
    for (size_t i = 0; i < ADDERS; i++)
        require(pthread_create(&threads[i], NULL, add_many, crew) == 0);
    for (size_t i = 0; i < ADDERS; i++)
        pthread_join(threads[i], NULL);
    crew_finish(crew);
    tap_eq_i64(worked, ADDERS * MANY, "all that several threads add is worked on");
}

int
main(void)
{
    const char *top = tap_folder("walk");
    theirs = (struct met){.lock = PTHREAD_MUTEX_INITIALIZER};
    make_tree(top);
    test_walk(top);
    test_refused(top);
    test_crew();
    return tap_done();
}
