/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is held for a pointer and a count only. What was replaced is kept for one more tick, so
 * that its last reader is this thread and no request pays for the unmapping. */
#include "portal/newest.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/require.h"

struct newest {
    const struct newest_kind *kind;
    char *folder;
    struct metrics *metrics;
    pthread_rwlock_t lock;
    void *current;
    uint64_t epoch;
    void *retired;          /* the ticking thread's alone */
    struct timespec looked; /* the folder's mtime when it was last looked at */
    struct err told;        /* the last trouble that was logged */
};

struct newest *
newest_new(const struct newest_kind *kind, const char *folder, struct metrics *metrics)
{
    struct newest *newest = mem_calloc(1, sizeof *newest);
    newest->kind = kind;
    newest->folder = mem_strndup(folder, strlen(folder));
    newest->metrics = metrics;
    pthread_rwlock_init(&newest->lock, NULL);
    return newest;
}

void
newest_free(struct newest *newest)
{
    if (!newest)
        return;
    if (newest->retired)
        newest->kind->unref(newest->retired);
    if (newest->current)
        newest->kind->unref(newest->current);
    pthread_rwlock_destroy(&newest->lock);
    free(newest->folder);
    free(newest);
}

void *
newest_ref(struct newest *newest, uint64_t *ret_epoch)
{
    pthread_rwlock_rdlock(&newest->lock);
    void *current = newest->current ? newest->kind->ref(newest->current) : NULL;
    if (ret_epoch)
        *ret_epoch = newest->epoch;
    pthread_rwlock_unlock(&newest->lock);
    return current;
}

/* A file that appears within the clock's grain of the last look would go unseen, so a folder that
 * changed just now is looked at again. */
static bool
folder_changed(struct newest *newest)
{
    struct stat now;
    struct timespec clock;
    if (stat(newest->folder, &now) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &clock);
    bool same = now.st_mtim.tv_sec == newest->looked.tv_sec &&
                now.st_mtim.tv_nsec == newest->looked.tv_nsec;
    bool settled = clock.tv_sec - now.st_mtim.tv_sec > 2 || clock.tv_sec < now.st_mtim.tv_sec;
    newest->looked = settled ? now.st_mtim : (struct timespec){0};
    return !same;
}

static void
tell(struct newest *newest, const struct err *err)
{
    if (err->code == OK || strcmp(err->text, newest->told.text) == 0)
        return;
    newest->told = *err;
    metrics_add(&newest->metrics->refused_snapshots, 1);
    log_warning("%s refused: %s", newest->kind->name, err->text);
}

/* With a damaged file in the folder an older one may be the newest that opens; what is in use is
 * better than that. */
static bool
is_wanted(const struct newest *newest, const void *found, bool damaged)
{
    const struct newest_kind *kind = newest->kind;
    if (!newest->current)
        return true;
    if (kind->is_same(found, newest->current))
        return false;
    return !damaged || kind->built(found) > kind->built(newest->current);
}

/* The first one does not count: nobody was served before it. */
static void
note_time(struct newest *newest, int64_t begin)
{
    uint64_t took = (uint64_t)(clock_monotonic() - begin);
    if (newest->current && took > newest->metrics->swap_nanoseconds)
        newest->metrics->swap_nanoseconds = took;
}

void
newest_tick(struct newest *newest)
{
    void *found = NULL;
    struct err warning = {0}, err = {0};
    if (newest->retired)
        newest->kind->unref(take(newest->retired));
    if (!folder_changed(newest))
        return;
    int64_t begin = clock_monotonic();
    errcode code = newest->kind->open(newest->folder, &found, &warning, &err);
    tell(newest, &warning);
    if (code != OK) {
        if (code != ERR_NOT_FOUND)
            tell(newest, &err);
        return;
    }
    if (!is_wanted(newest, found, warning.code != OK)) {
        note_time(newest, begin);
        newest->kind->unref(found);
        return;
    }
    bool first = !newest->current;
    pthread_rwlock_wrlock(&newest->lock);
    newest->retired = newest->current;
    newest->current = found;
    newest->epoch++;
    pthread_rwlock_unlock(&newest->lock);
    if (!first)
        note_time(newest, begin);
    metrics_add(&newest->metrics->swaps, 1);
    newest->kind->tell(found);
}
