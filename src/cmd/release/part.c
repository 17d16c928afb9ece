/* SPDX-License-Identifier: Apache-2.0 */
/* The note beside a part is the key of what it must become, and the entity tag of the answer that
 * it is of: by the one a part of something else is known, by the other a changed file is. */
#include "cmd/release/part.h"

#include <inttypes.h>
#include <unistd.h>

enum { NOTE_MAX = 2 * VALIDATOR_MAX + 8 };

errcode
part_open(const char *path, struct part *ret, struct err *err)
{
    ret->fd = -1;
    ret->fetched = 0;
    int n = snprintf(ret->path, sizeof ret->path, "%s", path);
    int m = snprintf(ret->note_path, sizeof ret->note_path, "%s.from", path);
    if (n < 0 || n >= PATH_TEXT || m < 0 || m >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return file_open_alone(path, &ret->fd, err);
}

void
part_close(struct part *part)
{
    if (part->fd >= 0)
        close(part->fd);
    part->fd = -1;
}

void
part_remove(const struct part *part)
{
    file_remove(part->path, NULL);
    file_remove(part->note_path, NULL);
}

errcode
part_empty(const struct part *part, struct err *err)
{
    errcode code = file_cut(part->fd, 0, part->path, err);
    if (code == OK && lseek(part->fd, 0, SEEK_SET) != 0)
        code = err_set_errno(err, "cannot empty %s", part->path);
    return code;
}

/* ---- notes ---- */

/* How much of what KEY names is there, and the tag of the answer that it is of; else 0. */
static uint64_t
read_note(const struct part *part, const char *key, uint64_t bytes, char tag[VALIDATOR_MAX])
{
    struct buf text = {0};
    uint64_t size = 0;
    bool fits = file_read(part->note_path, NOTE_MAX, &text, NULL) == OK;
    str line, rest = buf_view(&text);
    fits = fits && str_line(&rest, &line) && str_eq(line, str_of(key)) && str_line(&rest, &line) &&
           line.n && str_copy(line, tag, VALIDATOR_MAX) &&
           file_size(part->fd, part->path, &size, NULL) == OK && (!bytes || size <= bytes);
    buf_clear(&text);
    return fits ? size : 0;
}

struct fetching {
    const struct part *part;
    const char *key;
};

/* Without a tag, or with a weak one, nothing can tell that the rest belongs to what is there. A
 * note that cannot be written costs a later call time, and no more. */
static void
write_note(void *context, const char *etag)
{
    const struct fetching *fetching = context;
    char text[NOTE_MAX];
    int n = snprintf(text, sizeof text, "%s\n%s\n", fetching->key, etag);
    if (etag[0] != '"' || n < 0 || n >= NOTE_MAX ||
        file_replace(fetching->part->note_path, (str){text, (size_t)n}, NULL) != OK)
        file_remove(fetching->part->note_path, NULL);
}

/* ---- fetching ---- */

static errcode
fetch_rest(struct part *part, const char *key, uint64_t bytes, struct download *what,
           struct downloaded *ret, struct err *err)
{
    char tag[VALIDATOR_MAX] = "";
    struct fetching fetching = {part, key};
    uint64_t there = read_note(part, key, bytes, tag);
    *ret = (struct downloaded){.bytes = there};
    if (there && there == bytes)
        return OK;
    errcode code = there ? OK : part_empty(part, err);
    if (code == OK && there && lseek(part->fd, 0, SEEK_END) < 0)
        code = err_set_errno(err, "cannot go on with %s", part->path);
    if (code != OK)
        return code;
    what->resume_at = there;
    what->resume_tag = tag;
    what->context = &fetching;
    what->begun = write_note;
    code = download(what, part->fd, ret, err);
    if (code == OK)
        part->fetched = ret->bytes - (ret->resumed ? there : 0);
    return code;
}

/* What came by a connection that was cut stays for the next call. */
static errcode
tell_cut(const struct part *part, uint64_t bytes, struct err *err)
{
    struct err why = *err;
    uint64_t size = 0;
    char of[32] = "";
    if (file_size(part->fd, part->path, &size, NULL) != OK || size == 0 ||
        !file_exists(part->note_path)) {
        part_remove(part);
        return err->code;
    }
    if (bytes)
        snprintf(of, sizeof of, " of %" PRIu64, bytes);
    return err_set(err, why.code, "%.300s; %" PRIu64 "%s bytes are kept, run it again to go on",
                   why.text, size, of);
}

errcode
part_fetch(struct part *part, const char *key, uint64_t bytes, struct download *what,
           struct downloaded *ret, struct err *err)
{
    errcode code = fetch_rest(part, key, bytes, what, ret, err);
    if (code != OK && ret->no_rest) { /* there is no such rest any more */
        file_remove(part->note_path, NULL);
        code = fetch_rest(part, key, bytes, what, ret, err);
    }
    if (code == ERR_IO || code == ERR_NO_SPACE || code == ERR_UNSUPPORTED)
        return tell_cut(part, bytes, err);
    if (code != OK)
        part_remove(part);
    return code;
}
