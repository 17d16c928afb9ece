/* SPDX-License-Identifier: Apache-2.0 */
/* As for snapshots: the lock is held for a pointer and a count, and the set that was replaced is
 * kept for one more tick, so that no request pays for freeing it. */
#include "portal/content/contents.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/require.h"
#include "portal/content/folder.h"

struct contents {
    char *folder;
    pthread_rwlock_t lock;
    struct content *current;
    uint64_t epoch;
    struct content *retired; /* the ticking thread's alone */
    struct checksum looked;  /* the folder's fingerprint when it was last read */
    struct err told;         /* the last trouble that was logged */
};

static void
tell(struct contents *contents, const struct err *err)
{
    if (strcmp(err->text, contents->told.text) == 0)
        return;
    contents->told = *err;
    log_warning("content refused: %s; what is in use stays (see khien content check)", err->text);
}

/* A file that is written again within the clock's grain keeps its time, so a folder that changed
 * just now is read again. */
static bool
folder_changed(struct contents *contents)
{
    struct content_files list;
    struct err err;
    errcode code = content_files_list(contents->folder, NULL, &list, &err);
    if (code != OK) {
        tell(contents, &err);
        return false;
    }
    free(list.files);
    bool same = checksum_eq(list.fingerprint, contents->looked);
    usec age = clock_now() - list.newest;
    bool settled = age > 2 * USEC_PER_SECOND || age < 0;
    contents->looked = settled ? list.fingerprint : (struct checksum){0};
    return !same;
}

static void
take_over(struct contents *contents, struct content *found)
{
    pthread_rwlock_wrlock(&contents->lock);
    contents->retired = contents->current;
    contents->current = found;
    contents->epoch++;
    pthread_rwlock_unlock(&contents->lock);
    log_info("content in use: %s", contents->folder);
}

void
contents_tick(struct contents *contents)
{
    struct content *found;
    struct err err;
    content_unref(take(contents->retired));
    if (!contents->folder[0] || !folder_changed(contents))
        return;
    if (content_new(contents->folder, NULL, &found, &err) != OK) {
        tell(contents, &err);
        return;
    }
    contents->told = (struct err){0};
    if (checksum_eq(content_checksum(found), content_checksum(contents->current)))
        content_unref(found);
    else
        take_over(contents, found);
}

struct contents *
contents_new(const char *folder)
{
    struct contents *contents = mem_calloc(1, sizeof *contents);
    struct err err;
    contents->folder = mem_strndup(folder ? folder : "", folder ? strlen(folder) : 0);
    pthread_rwlock_init(&contents->lock, NULL);
    require(content_new(NULL, NULL, &contents->current, &err) == OK); /* a test reads it, too */
    contents_tick(contents);
    return contents;
}

void
contents_free(struct contents *contents)
{
    if (!contents)
        return;
    content_unref(contents->retired);
    content_unref(contents->current);
    pthread_rwlock_destroy(&contents->lock);
    free(contents->folder);
    free(contents);
}

struct content *
contents_ref(struct contents *contents, uint64_t *ret_epoch)
{
    pthread_rwlock_rdlock(&contents->lock);
    struct content *current = content_ref(contents->current);
    *ret_epoch = contents->epoch;
    pthread_rwlock_unlock(&contents->lock);
    return current;
}
