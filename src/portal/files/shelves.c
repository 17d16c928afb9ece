/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder holds is known by a stamp of names, sizes and times, so that looking costs little.
 * Rules come with latest.json, which is renamed into place when all that it names is there; other
 * files may be on their way, so a folder of them must look the same twice. */
#include "portal/files/shelves.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/require.h"
#include "scan/scan.h"

struct keeper {
    char *folder;
    struct shelf *shelf;
    uint64_t stamp, seen; /* of what is on the shelf; of the last look */
    struct err told;      /* the last trouble that was logged */
};
struct shelves {
    pthread_rwlock_t lock;
    uint64_t epoch;
    struct keeper keepers[SHELVES];
};

/* ---- stamps ---- */

static uint64_t
stamp_of(const char *name, const struct stat *status)
{
    char text[SHELF_NAME + 128];
    int n = snprintf(text, sizeof text, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %ld %ld", name,
                     (uint64_t)status->st_dev, (uint64_t)status->st_ino, (uint64_t)status->st_size,
                     (long)status->st_mtim.tv_sec, (long)status->st_mtim.tv_nsec);
    return checksum_of((str){text, (size_t)n}).low | 1;
}

/* 0: there is nothing. */
static uint64_t
stamp_rules(const char *folder)
{
    char path[PATH_TEXT];
    struct stat status;
    if (path_join(path, folder, RELEASE_LIST, NULL) != OK || lstat(path, &status) != 0)
        return 0;
    return stamp_of(RELEASE_LIST, &status);
}

/* The sum does not depend on the order. */
static uint64_t
stamp_downloads(const char *folder)
{
    uint64_t stamp = 0;
    struct stat status;
    const struct dirent *entry;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    while ((entry = readdir(dir)))
        if (shelf_is_name(str_of(entry->d_name)) &&
            fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode))
            stamp += stamp_of(entry->d_name, &status);
    closedir(dir);
    return stamp;
}

/* ---- filling ---- */

static errcode
add_published(struct shelf *shelf, const char *folder, const char *name,
              const struct release_file *published, struct err *err)
{
    errcode code = shelf_add(shelf, folder, name, &published->sha256, NULL, err);
    if (code != OK)
        return code;
    struct shelf_file *file = &shelf->files[shelf->count - 1];
    if (file->size != published->bytes)
        return err_set(err, ERR_CORRUPT, "%s/%s has not the size that " RELEASE_LIST " tells",
                       folder, name);
    file->type = "application/octet-stream";
    file->cache = "public, max-age=86400, immutable";
    return OK;
}

/* Under its version and, for people and programs that want just the newest, as RELEASE_NEWEST. */
static errcode
add_newest(struct shelf *shelf, const char *folder, const struct release_file *pack,
           struct err *err)
{
    char name[RELEASE_NAME];
    release_pack_name(pack->version, name);
    errcode code = add_published(shelf, folder, name, pack, err);
    if (code == OK)
        code = add_published(shelf, folder, name, pack, err);
    if (code != OK)
        return code;
    struct shelf_file *file = &shelf->files[shelf->count - 1];
    str_copy(STR(RELEASE_NEWEST), file->name, sizeof file->name);
    file->cache = "no-cache";
    return OK;
}

static errcode
fill_rules(struct shelf *shelf, const char *folder, const struct shelf *before, struct err *err)
{
    char path[PATH_TEXT], name[RELEASE_NAME];
    struct buf text = BUF(RELEASE_JSON_MAX);
    struct release release;
    errcode code = path_join(path, folder, RELEASE_LIST, err);
    if (code == OK)
        code = file_read(path, RELEASE_JSON_MAX, &text, err);
    if (code == OK)
        code = release_read(buf_view(&text), &release, err);
    buf_clear(&text);
    if (code == OK)
        code = shelf_add(shelf, folder, RELEASE_LIST, NULL, before, err);
    if (code != OK)
        return code;
    shelf->files[0].type = "application/json";
    shelf->files[0].cache = "no-cache";
    code = add_newest(shelf, folder, &release.pack, err);
    for (size_t i = 0; i < release.older_count && code == OK; i++)
        code = add_published(shelf, folder, release_pack_name(release.older[i].version, name),
                             &release.older[i], err);
    for (size_t i = 0; i < release.delta_count && code == OK; i++)
        code =
            add_published(shelf, folder,
                          release_delta_name(release.deltas[i].version, release.pack.version, name),
                          &release.deltas[i], err);
    return code;
}

static errcode
fill_downloads(struct shelf *shelf, const char *folder, const struct shelf *before, struct err *err)
{
    errcode code = OK;
    const struct dirent *entry;
    struct stat status;
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set_errno(err, "cannot read %s", folder);
    while (code == OK && (entry = readdir(dir))) {
        if (!shelf_is_name(str_of(entry->d_name)) ||
            fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        if (shelf->count == SHELF_FILES_MAX)
            code = err_set(err, ERR_LIMIT, "%s: more than %d files", folder, SHELF_FILES_MAX);
        else
            code = shelf_add(shelf, folder, entry->d_name, NULL, before, err);
        if (code == OK) {
            shelf->files[shelf->count - 1].type = "application/octet-stream";
            shelf->files[shelf->count - 1].cache = "no-cache"; /* the name stays, the file not */
        }
    }
    closedir(dir);
    return code;
}

static const struct {
    const char *name;
    uint64_t (*stamp)(const char *folder);
    errcode (*fill)(struct shelf *shelf, const char *folder, const struct shelf *before,
                    struct err *err);
    bool at_once;
} kinds[SHELVES] = {
    [SHELF_RULES] = {"rules", stamp_rules, fill_rules, true},
    [SHELF_DOWNLOADS] = {"downloads", stamp_downloads, fill_downloads, false},
};

/* ---- keeping ---- */

static void
put(struct shelves *shelves, struct keeper *keeper, struct shelf *shelf)
{
    struct shelf *before = keeper->shelf;
    pthread_rwlock_wrlock(&shelves->lock);
    keeper->shelf = shelf;
    shelves->epoch++;
    pthread_rwlock_unlock(&shelves->lock);
    shelf_unref(before);
}

static void
look(struct shelves *shelves, enum shelf_kind kind)
{
    struct keeper *keeper = &shelves->keepers[kind];
    uint64_t stamp = kinds[kind].stamp(keeper->folder);
    bool settled = kinds[kind].at_once || stamp == keeper->seen;
    struct err err = {0};
    keeper->seen = stamp;
    if (stamp == keeper->stamp || !settled)
        return;
    struct shelf *shelf = stamp ? shelf_new() : NULL;
    errcode code = stamp ? kinds[kind].fill(shelf, keeper->folder, keeper->shelf, &err) : OK;
    if (code != OK) {
        shelf_unref(shelf);
        if (strcmp(err.text, keeper->told.text) != 0)
            log_warning("%s: %s", kinds[kind].name, err.text);
        keeper->told = err;
        return;
    }
    keeper->told = (struct err){0};
    keeper->stamp = stamp;
    log_info("%s: %zu files are offered", kinds[kind].name, shelf ? shelf->count : 0);
    put(shelves, keeper, shelf);
}

void
shelves_tick(struct shelves *shelves)
{
    for (enum shelf_kind kind = 0; kind < SHELVES; kind++)
        if (shelves->keepers[kind].folder)
            look(shelves, kind);
}

struct shelves *
shelves_new(const char *rules_folder, const char *downloads_folder)
{
    const char *const folders[SHELVES] = {rules_folder, downloads_folder};
    struct shelves *shelves = mem_calloc(1, sizeof *shelves);
    pthread_rwlock_init(&shelves->lock, NULL);
    for (size_t i = 0; i < SHELVES; i++)
        if (folders[i] && folders[i][0])
            shelves->keepers[i].folder = mem_strndup(folders[i], strlen(folders[i]));
    for (int i = 0; i < 2; i++) /* twice, so that it is full at the first request */
        shelves_tick(shelves);
    return shelves;
}

void
shelves_free(struct shelves *shelves)
{
    if (!shelves)
        return;
    for (size_t i = 0; i < SHELVES; i++) {
        shelf_unref(shelves->keepers[i].shelf);
        free(shelves->keepers[i].folder);
    }
    pthread_rwlock_destroy(&shelves->lock);
    free(shelves);
}

struct shelf *
shelves_ref(struct shelves *shelves, enum shelf_kind kind)
{
    if (!shelves)
        return NULL;
    pthread_rwlock_rdlock(&shelves->lock);
    struct shelf *shelf = shelves->keepers[kind].shelf;
    if (shelf)
        shelf_ref(shelf);
    pthread_rwlock_unlock(&shelves->lock);
    return shelf;
}

uint64_t
shelves_epoch(struct shelves *shelves)
{
    if (!shelves)
        return 0;
    pthread_rwlock_rdlock(&shelves->lock);
    uint64_t epoch = shelves->epoch;
    pthread_rwlock_unlock(&shelves->lock);
    return epoch;
}
