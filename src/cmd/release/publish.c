/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules publish: puts a pack where `khien serve` finds it. latest.json is replaced last, so
 * that whatever it names is there, at every moment and after a crash. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/release/release.h"
#include "cmd/scan/pack_key.h"
#include "cmd/state.h"
#include "scan/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>

struct publication {
    const char *word; /* the pack as it was named */
    char folder[PATH_TEXT];
    int lock; /* the folder, while this program alone changes it */
    uint8_t public_key[SIGN_PUBLIC];
    bool has_before;
    struct release before, now;
};

static const char *
key_path(const struct call *call)
{
    const char *path = call_option(call, "public-key");
    return path ? path : conf_text(call->conf, "rules.public_key");
}

static errcode
find_key(const struct call *call, struct publication *publication, struct err *err)
{
    const char *path = key_path(call);
    if (!path[0])
        return err_set(err, ERR_USAGE,
                       "whose signature must the pack have? --public-key FILE or "
                       "rules.public_key says it");
    return pack_key_read_public(path, publication->public_key, err);
}

static errcode
lock_folder(struct publication *publication, struct err *err)
{
    errcode code = folder_make(publication->folder, err);
    if (code != OK)
        return code;
    publication->lock = open(publication->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (publication->lock < 0)
        return err_set_errno(err, "cannot open %s", publication->folder);
    if (flock(publication->lock, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_BUSY, "another khien rules publish writes into %s",
                       publication->folder);
    return OK;
}

static errcode
read_before(struct publication *publication, struct err *err)
{
    char path[PATH_TEXT];
    struct buf text = {0};
    errcode code = path_join(path, publication->folder, RELEASE_LIST, err);
    if (code != OK || !file_exists(path))
        return code;
    code = file_read(path, RELEASE_JSON_MAX, &text, err);
    if (code == OK)
        code = release_read(buf_view(&text), &publication->before, err);
    buf_clear(&text);
    publication->has_before = code == OK;
    return code == OK ? OK : err_prefix(err, "%s", publication->folder);
}

/* ---- the pack ---- */

static errcode
describe(struct publication *publication, const char *path, struct err *err)
{
    struct release *now = &publication->now;
    struct scan_rules *rules = NULL;
    const struct pack_options options = {.public_key = publication->public_key};
    errcode code = scan_pack_open(path, &options, &rules, err);
    if (code != OK)
        return err_prefix(err, "%s is not published", publication->word);
    struct pack_info info = pack_info(scan_rules_pack(rules));
    now->pack.version = info.version;
    now->pack.bytes = info.bytes;
    now->built = info.built;
    memcpy(now->id, info.id, sizeof now->id);
    memcpy(now->public_key, info.public_key, sizeof now->public_key);
    scan_rules_free(rules);
    if (info.version > RELEASE_VERSION_MAX)
        return err_set(err, ERR_LIMIT, "%s: its version is larger than %" PRIu64, publication->word,
                       RELEASE_VERSION_MAX);
    if (publication->has_before && info.version <= publication->before.pack.version)
        return err_set(err, ERR_DENIED,
                       "%s is not published: its version %" PRIu64 " is not newer than %" PRIu64
                       ", which is",
                       publication->word, info.version, publication->before.pack.version);
    return OK;
}

/* What is checked is the copy that is published. */
static errcode
copy_in(struct publication *publication, const char *temp_path, int fd, struct err *err)
{
    struct file_map copy;
    int from = -1;
    errcode code = file_open_now(publication->word, &from, err);
    if (code != OK)
        return code;
    code = file_map_copy_fd(from, publication->word, publication->folder, RELEASE_BYTES_MAX, &copy,
                            err);
    close(from);
    if (code != OK)
        return code;
    publication->now.pack.sha256 = sha256_of(copy.bytes);
    code = file_write_fd(fd, copy.bytes, temp_path, err);
    file_map_close(&copy);
    return code == OK ? describe(publication, temp_path, err) : code;
}

static errcode
add_pack(struct publication *publication, struct err *err)
{
    char name[RELEASE_NAME], path[PATH_TEXT], temp_path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    errcode code = path_join(path, publication->folder, "incoming", err);
    if (code == OK)
        code = file_create_temp(path, temp_path, &fd, err);
    if (code != OK)
        return code;
    code = copy_in(publication, temp_path, fd, err);
    release_pack_name(publication->now.pack.version, name);
    if (code == OK)
        code = path_join(path, publication->folder, name, err);
    if (code == OK)
        code = file_commit_temp(fd, temp_path, path, err);
    if (code != OK)
        file_remove(temp_path, NULL);
    return code;
}

/* ---- differences ---- */

static errcode
map_pack(const struct publication *publication, const struct release_file *pack,
         struct file_map *ret, struct err *err)
{
    char name[RELEASE_NAME], path[PATH_TEXT];
    errcode code =
        path_join(path, publication->folder, release_pack_name(pack->version, name), err);
    return code == OK ? file_map_open(path, ret, err) : code;
}

/* One that is no smaller than the pack itself is left out. */
static errcode
add_delta(struct publication *publication, uint64_t from, str older, str newer, struct err *err)
{
    struct release *now = &publication->now;
    char name[RELEASE_NAME], path[PATH_TEXT];
    struct buf delta = BUF(newer.n - 1);
    errcode code = release_delta_make(older, newer, &delta, err);
    if (code == ERR_LIMIT) {
        buf_clear(&delta);
        return OK;
    }
    release_delta_name(from, now->pack.version, name);
    if (code == OK)
        code = path_join(path, publication->folder, name, err);
    if (code == OK)
        code = file_replace(path, buf_view(&delta), err);
    if (code == OK)
        now->deltas[now->delta_count++] =
            (struct release_file){from, delta.n, sha256_of(buf_view(&delta))};
    buf_clear(&delta);
    return code;
}

/* A kept pack that was damaged or removed meanwhile is given up, and said so. */
static errcode
keep(struct publication *publication, const struct release_file *pack, str newer, struct err *err)
{
    struct release *now = &publication->now;
    struct file_map older;
    struct err fault;
    errcode code = map_pack(publication, pack, &older, &fault);
    if (code != OK) {
        output_aside("version %" PRIu64 " is no longer kept: %s", pack->version, fault.text);
        return OK;
    }
    struct sha256 sha256 = sha256_of(older.bytes);
    if (memcmp(sha256.bytes, pack->sha256.bytes, SHA256_BYTES) != 0) {
        output_aside("version %" PRIu64 " is no longer kept: its file was changed", pack->version);
    } else {
        now->older[now->older_count++] = *pack;
        code = add_delta(publication, pack->version, older.bytes, newer, err);
    }
    file_map_close(&older);
    return code;
}

static errcode
keep_all(struct publication *publication, struct err *err)
{
    const struct release *before = &publication->before;
    struct file_map newer;
    if (!publication->has_before)
        return OK;
    errcode code = map_pack(publication, &publication->now.pack, &newer, err);
    if (code != OK)
        return code;
    code = keep(publication, &before->pack, newer.bytes, err);
    for (size_t i = 0; i < before->older_count && code == OK; i++)
        if (publication->now.older_count < RELEASE_OLDER_MAX)
            code = keep(publication, &before->older[i], newer.bytes, err);
    file_map_close(&newer);
    return code;
}

/* ---- the list ---- */

static errcode
write_list(const struct publication *publication, struct err *err)
{
    char path[PATH_TEXT];
    struct buf text = BUF(RELEASE_JSON_MAX);
    release_write(&publication->now, &text);
    errcode code = path_join(path, publication->folder, RELEASE_LIST, err);
    if (code == OK)
        code = file_replace(path, buf_view(&text), err);
    buf_clear(&text);
    return code;
}

static bool
is_named(const struct release *release, const char *name)
{
    char own[RELEASE_NAME];
    if (strcmp(name, release_pack_name(release->pack.version, own)) == 0)
        return true;
    for (size_t i = 0; i < release->older_count; i++)
        if (strcmp(name, release_pack_name(release->older[i].version, own)) == 0)
            return true;
    for (size_t i = 0; i < release->delta_count; i++)
        if (strcmp(name,
                   release_delta_name(release->deltas[i].version, release->pack.version, own)) == 0)
            return true;
    return false;
}

/* What is left of a program that was killed goes too: this one has the folder for itself. */
static void
remove_others(const struct publication *publication)
{
    char path[PATH_TEXT];
    const struct dirent *entry;
    DIR *dir = opendir(publication->folder);
    while (dir && (entry = readdir(dir))) {
        str name = str_of(entry->d_name);
        bool ours = str_ends(name, STR(".pack")) || str_ends(name, STR(".delta")) ||
                    str_starts(name, STR("incoming.tmp-"));
        if (ours && !is_named(&publication->now, entry->d_name) &&
            path_join(path, publication->folder, entry->d_name, NULL) == OK)
            file_remove(path, NULL);
    }
    if (dir)
        closedir(dir);
}

static void
tell(const struct publication *publication)
{
    const struct release *now = &publication->now;
    printf("version %" PRIu64 " is published: %" PRIu64 " bytes\n", now->pack.version,
           now->pack.bytes);
    for (size_t i = 0; i < now->delta_count; i++)
        printf("from version %" PRIu64 ": %" PRIu64 " bytes\n", now->deltas[i].version,
               now->deltas[i].bytes);
}

errcode
release_run_publish(const struct call *call, struct err *err)
{
    cleanup(cleanup_free) struct publication *publication = mem_calloc(1, sizeof *publication);
    publication->word = call->words[0];
    publication->lock = -1;
    errcode code = find_key(call, publication, err);
    if (code == OK)
        code = state_path(call, "rules", publication->folder, err);
    if (code == OK)
        code = lock_folder(publication, err);
    if (code == OK)
        code = read_before(publication, err);
    if (code == OK)
        code = add_pack(publication, err);
    if (code == OK)
        code = keep_all(publication, err);
    if (code == OK)
        code = write_list(publication, err);
    if (code == OK) {
        remove_others(publication);
        tell(publication);
    }
    cleanup_close(&publication->lock);
    return code;
}

errcode
release_grant_publish(const struct call *call, struct grants *grants, struct err *err)
{
    return grant_read(grants, key_path(call), err);
}
