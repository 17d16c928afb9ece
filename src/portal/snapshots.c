/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is held for a pointer and a count only. The snapshot that was replaced is kept for one
 * more tick, so that its last reader is this thread and no request pays for the unmapping. */
#include "portal/snapshots.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/require.h"

struct snapshots {
    char *folder;
    struct metrics *metrics;
    pthread_rwlock_t lock;
    struct snapshot *current;
    uint64_t epoch;
    struct snapshot *retired; /* the ticking thread's alone */
    struct timespec looked;   /* the folder's mtime when it was last looked at */
    struct err told;          /* the last trouble that was logged */
};

struct snapshots *
snapshots_new(const char *folder, struct metrics *metrics)
{
    struct snapshots *snapshots = mem_calloc(1, sizeof *snapshots);
    snapshots->folder = mem_strndup(folder, strlen(folder));
    snapshots->metrics = metrics;
    pthread_rwlock_init(&snapshots->lock, NULL);
    return snapshots;
}

void
snapshots_free(struct snapshots *snapshots)
{
    if (!snapshots)
        return;
    if (snapshots->retired)
        snapshot_unref(snapshots->retired);
    if (snapshots->current)
        snapshot_unref(snapshots->current);
    pthread_rwlock_destroy(&snapshots->lock);
    free(snapshots->folder);
    free(snapshots);
}

struct snapshot *
snapshots_ref(struct snapshots *snapshots, uint64_t *ret_epoch)
{
    pthread_rwlock_rdlock(&snapshots->lock);
    struct snapshot *current = snapshots->current ? snapshot_ref(snapshots->current) : NULL;
    if (ret_epoch)
        *ret_epoch = snapshots->epoch;
    pthread_rwlock_unlock(&snapshots->lock);
    return current;
}

/* A file that appears within the clock's grain of the last look would go unseen, so a folder that
 * changed just now is looked at again. */
static bool
folder_changed(struct snapshots *snapshots)
{
    struct stat now;
    struct timespec clock;
    if (stat(snapshots->folder, &now) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &clock);
    bool same = now.st_mtim.tv_sec == snapshots->looked.tv_sec &&
                now.st_mtim.tv_nsec == snapshots->looked.tv_nsec;
    bool settled = clock.tv_sec - now.st_mtim.tv_sec > 2 || clock.tv_sec < now.st_mtim.tv_sec;
    snapshots->looked = settled ? now.st_mtim : (struct timespec){0};
    return !same;
}

static void
tell(struct snapshots *snapshots, const struct err *err)
{
    if (err->code == OK || strcmp(err->text, snapshots->told.text) == 0)
        return;
    snapshots->told = *err;
    metrics_add(&snapshots->metrics->refused_snapshots, 1);
    log_warning("snapshot refused: %s", err->text);
}

static bool
is_same(const struct snapshot *a, const struct snapshot *b)
{
    const struct snapshot_meta *one = snapshot_meta(a), *other = snapshot_meta(b);
    return one->built == other->built && one->generation == other->generation &&
           one->as_of == other->as_of && snapshot_counts(a).bytes == snapshot_counts(b).bytes;
}

/* With a damaged file in the folder an older one may be the newest that opens; what is in use is
 * better than that. */
static bool
is_wanted(const struct snapshots *snapshots, const struct snapshot *found, bool damaged)
{
    const struct snapshot *current = snapshots->current;
    if (!current)
        return true;
    if (is_same(found, current))
        return false;
    return !damaged || snapshot_meta(found)->built > snapshot_meta(current)->built;
}

/* The first one does not count: nobody was served before it. */
static void
note_time(struct snapshots *snapshots, int64_t begin)
{
    uint64_t took = (uint64_t)(clock_monotonic() - begin);
    if (snapshots->current && took > snapshots->metrics->swap_nanoseconds)
        snapshots->metrics->swap_nanoseconds = took;
}

void
snapshots_tick(struct snapshots *snapshots)
{
    struct snapshot *found = NULL;
    struct err warning = {0}, err = {0};
    if (snapshots->retired)
        snapshots->retired = snapshot_unref(snapshots->retired);
    if (!folder_changed(snapshots))
        return;
    int64_t begin = clock_monotonic();
    errcode code = snapshot_open_newest(snapshots->folder, SNAPSHOT_WHOLE, &found, &warning, &err);
    tell(snapshots, &warning);
    if (code != OK) {
        if (code != ERR_NOT_FOUND)
            tell(snapshots, &err);
        return;
    }
    if (!is_wanted(snapshots, found, warning.code != OK)) {
        note_time(snapshots, begin);
        snapshot_unref(found);
        return;
    }
    bool first = !snapshots->current;
    pthread_rwlock_wrlock(&snapshots->lock);
    snapshots->retired = snapshots->current;
    snapshots->current = found;
    snapshots->epoch++;
    pthread_rwlock_unlock(&snapshots->lock);
    if (!first)
        note_time(snapshots, begin);
    metrics_add(&snapshots->metrics->swaps, 1);
    log_info("snapshot in use: %llu addresses, %llu IPv6 networks",
             (unsigned long long)snapshot_counts(found).addresses4,
             (unsigned long long)snapshot_counts(found).prefixes6);
}
