/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a file: a durable copy, a look that nothing changed, a durable record, and only then its
 * name goes. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

static errcode
changed(const struct place *place, struct err *err)
{
    return err_set(err, ERR_BUSY,
                   "%s was changed or replaced since it was scanned; it stays, scan "
                   "it again",
                   place->path);
}

/* The file that was scanned, with no other name, not written to. */
static bool
is_same(const struct file_info *info, const struct file_identity *identity)
{
    struct file_identity now = file_identity_of_info(info);
    return info->kind == FILE_REGULAR && info->links == 1 && identity_eq(&now, identity) &&
           now.changed == identity->changed;
}

/* That the name still leads to the open file, and that is still the one. */
static errcode
look_again(const struct place *place, int fd, const struct file_identity *identity, struct err *err)
{
    struct file_info open_one, named;
    if (file_info_of(fd, place->path, &open_one, NULL) != OK || !place_look(place, &named))
        return changed(place, err);
    return is_same(&open_one, identity) && is_same(&named, identity) ? OK : changed(place, err);
}

static errcode
copy_content(const struct place *place, int fd, struct copy_writer *writer, struct err *err)
{
    cleanup(cleanup_free) char *block = mem_alloc(COPY_BLOCK);
    struct digest *digest = digest_new(DIGEST_SHA256);
    struct sha256 got;
    size_t n = COPY_BLOCK;
    errcode code = OK;
    for (uint64_t at = 0; code == OK && n == COPY_BLOCK; at += n) {
        code = file_read_at(fd, at, block, COPY_BLOCK, place->path, &n, err);
        if (code == OK) {
            digest_add(digest, (str){block, n});
            code = copy_add(writer, (str){block, n}, err);
        }
    }
    digest_finish(digest, got.bytes);
    if (code == OK && (memcmp(&got, &writer->about.sha256, sizeof got) != 0 ||
                       writer->done != writer->about.size))
        code = changed(place, err);
    return code;
}

static errcode
make_copy(struct quarantine *quarantine, uint64_t number, const struct place *place, int fd,
          const struct about *about, struct err *err)
{
    struct copy_writer writer;
    errcode code = copy_begin(quarantine, number, about, &writer, err);
    if (code == OK)
        code = copy_content(place, fd, &writer, err);
    if (code == OK)
        code = copy_finish(&writer, err);
    copy_end(&writer);
    return code;
}

/* From here on the copy is there. */
static errcode
remove_original(struct quarantine *quarantine, uint64_t number, const struct place *place, int *fd,
                const struct about *about, struct err *err)
{
    errcode code = look_again(place, *fd, &about->identity, err);
    bool is_begun = false;
    if (code == OK) {
        code = store_append_about(quarantine, number, about, err);
        is_begun = code == OK;
    }
    if (code == OK)
        code = look_again(place, *fd, &about->identity, err);
    if (code == OK)
        code = place_remove(place, fd, err);
    if (code == OK)
        store_taken(quarantine, number, room_sync(&place->room, NULL) == OK);
    else
        store_undo(quarantine, number, is_begun);
    return code;
}

/* The copies show nothing to a scanner, but the journal has the names of what was found. */
static errcode
check_outside(const struct quarantine *quarantine, const struct place *place, struct err *err)
{
    if (!room_is_same(&quarantine->room, &place->room))
        return OK;
    return err_set(err, ERR_USAGE, "%s is a file of the quarantine itself", place->path);
}

static errcode
take_file(struct quarantine *quarantine, const struct place *place, int *fd, struct about *about,
          struct err *err)
{
    uint64_t number = quarantine->next++;
    errcode code = look_again(place, *fd, &about->identity, err);
    if (code == OK)
        code = make_copy(quarantine, number, place, *fd, about, err);
    if (code == OK)
        code = remove_original(quarantine, number, place, fd, about, err);
    return code == OK || code == ERR_BUSY ? code
                                          : err_prefix(err, "%s stays where it is", place->path);
}

errcode
quarantine_take(struct quarantine *quarantine, const char *path,
                const struct file_identity *identity, const char *why, unsigned flags,
                uint64_t *ret_number, struct err *err)
{
    struct place place;
    struct file_info info;
    struct buf attributes = BUF(ABOUT_ATTRIBUTES);
    cleanup(cleanup_close) int fd = -1;
    errcode code = place_open(path, &place, err);
    if (code == OK)
        code = check_outside(quarantine, &place, err);
    if (code == OK)
        code = place_permits(&place, flags, err);
    if (code == OK)
        code = place_open_file(&place, &fd, &info, err);
    struct about about = {.kind = QUARANTINE_FILE,
                          .identity = *identity,
                          .taken = clock_now(),
                          .size = identity->size,
                          .sha256 = identity->sha256,
                          .path = str_of(place.path),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    if (code == OK)
        code = metadata_read(fd, place.path, &about, &attributes, err);
    if (code == OK)
        code = take_file(quarantine, &place, &fd, &about, err);
    if (code == OK)
        *ret_number = quarantine->next - 1;
    buf_clear(&attributes);
    place_close(&place);
    return code;
}
