/* SPDX-License-Identifier: Apache-2.0 */
/* Copies: NUMBER.part while one is written, NUMBER.copy when it is durable and was read back. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/secret.h"
#include "scan/pack/veil.h"
#include "scan/quarantine/inner.h"

#include <inttypes.h>
#include <stdio.h>

char *
copy_name(uint64_t number, const char *ending, char out[COPY_NAME])
{
    snprintf(out, COPY_NAME, "%" PRIu64 ".%s", number, ending);
    return out;
}

void
temp_name(uint64_t number, char out[COPY_NAME])
{
    uint32_t random = 0;
    /* What is not random costs a failure when the name is taken, no more. */
    secret_random(&random, sizeof random, NULL);
    snprintf(out, COPY_NAME, ".khien-%" PRIx64 "-%08" PRIx32, number, random);
}

bool
temp_is_of(str name, uint64_t number)
{
    char begin[COPY_NAME];
    snprintf(begin, sizeof begin, ".khien-%" PRIx64 "-", number);
    return name.n == strlen(begin) + 8 && str_starts(name, str_of(begin));
}

/* ---- writing ---- */

errcode
copy_begin(const struct quarantine *quarantine, uint64_t number, const struct about *about,
           struct copy_writer *ret, struct err *err)
{
    char name[COPY_NAME];
    struct buf head = BUF(COPY_HEAD);
    *ret =
        (struct copy_writer){.quarantine = quarantine, .number = number, .about = *about, .fd = -1};
    errcode code = secret_random(&ret->seed, sizeof ret->seed, err);
    if (code == OK)
        code = room_create(&quarantine->room, copy_name(number, "part", name), &ret->fd, err);
    if (code != OK)
        return code;
    ret->block = mem_alloc(COPY_BLOCK);
    /* The head is as long as it will be; what it says is written at the end. */
    copy_head_write(about, ret->seed, &head);
    ret->at = head.n;
    code = buf_check(&head, "what is known of the file", err);
    buf_clear(&head);
    return code;
}

errcode
copy_add(struct copy_writer *writer, str piece, struct err *err)
{
    errcode code = OK;
    while (piece.n > 0 && code == OK) {
        size_t n = piece.n < COPY_BLOCK ? piece.n : COPY_BLOCK;
        veil(copy_seed(writer->seed), writer->done, piece.p, writer->block, n);
        code = file_write_at(writer->fd, writer->at + writer->done, (str){writer->block, n},
                             "the copy", err);
        writer->done += n;
        piece = str_from(piece, n);
    }
    return code;
}

static errcode
write_head(struct copy_writer *writer, struct err *err)
{
    struct buf head = BUF(COPY_HEAD);
    copy_head_write(&writer->about, writer->seed, &head);
    errcode code = file_write_at(writer->fd, 0, buf_view(&head), "the copy", err);
    if (code == OK)
        code = file_sync(writer->fd, "the copy", err);
    buf_clear(&head);
    return code;
}

static errcode open_head(int fd, const char *name, struct copy_head *ret, struct err *err);

/* The whole way that a restore will go. */
static errcode
check_content(struct copy_reader *reader, struct err *err)
{
    cleanup(cleanup_free) char *block = mem_alloc(COPY_BLOCK);
    struct digest *digest = digest_new(DIGEST_SHA256);
    struct sha256 got;
    size_t n = 1;
    errcode code = OK;
    while (code == OK && n > 0) {
        code = copy_next(reader, block, &n, err);
        if (code == OK)
            digest_add(digest, (str){block, n});
    }
    digest_finish(digest, got.bytes);
    if (code == OK && memcmp(&got, &reader->head.about.sha256, sizeof got) != 0)
        code = err_set(err, ERR_CORRUPT, "the copy %s has another content than the file had",
                       reader->name);
    return code;
}

errcode
copy_finish(struct copy_writer *writer, struct err *err)
{
    char part[COPY_NAME], name[COPY_NAME];
    const struct quarantine *quarantine = writer->quarantine;
    struct copy_reader reader = {.fd = writer->fd};
    copy_name(writer->number, "copy", name);
    errcode code = write_head(writer, err);
    if (code != OK)
        return code;
    file_forget(writer->fd);
    memcpy(reader.name, name, sizeof name);
    code = open_head(writer->fd, name, &reader.head, err);
    if (code == OK)
        code = check_content(&reader, err);
    buf_clear(&reader.head.bytes);
    if (code == OK)
        code =
            room_rename_over(&quarantine->room, copy_name(writer->number, "part", part), name, err);
    if (code != OK)
        return code;
    close(take_fd(writer->fd));
    code = room_sync(&quarantine->room, err);
    if (code != OK)
        room_remove(&quarantine->room, name, NULL);
    return code;
}

void
copy_end(struct copy_writer *writer)
{
    char part[COPY_NAME];
    if (writer->fd >= 0) {
        close(take_fd(writer->fd));
        room_remove(&writer->quarantine->room, copy_name(writer->number, "part", part), NULL);
    }
    free(take(writer->block));
}

errcode
copy_bytes(const struct quarantine *quarantine, uint64_t number, const struct about *about,
           str content, struct err *err)
{
    struct copy_writer writer;
    errcode code = copy_begin(quarantine, number, about, &writer, err);
    if (code == OK)
        code = copy_add(&writer, content, err);
    if (code == OK)
        code = copy_finish(&writer, err);
    copy_end(&writer);
    return code;
}

/* ---- reading ---- */

static errcode
open_head(int fd, const char *name, struct copy_head *ret, struct err *err)
{
    uint64_t size = 0;
    size_t n = 0;
    cleanup(cleanup_free) char *bytes = mem_alloc(COPY_HEAD);
    errcode code = file_size(fd, name, &size, err);
    if (code == OK)
        code = file_read_at(fd, 0, bytes, COPY_HEAD, name, &n, err);
    if (code == OK && copy_head_parse((str){bytes, n}, ret, err) != OK)
        return err_prefix(err, "%s", name);
    if (code == OK && size - ret->at != ret->about.size) {
        buf_clear(&ret->bytes);
        code = err_set(err, ERR_CORRUPT,
                       "%s: the copy has %" PRIu64 " bytes of content too few "
                       "or too many",
                       name, size - ret->at);
    }
    return code;
}

errcode
copy_open(const struct quarantine *quarantine, uint64_t number, struct copy_reader *ret,
          struct err *err)
{
    struct copy_reader reader = {0};
    copy_name(number, "copy", reader.name);
    errcode code = room_open_file(&quarantine->room, reader.name, &reader.fd, err);
    if (code != OK)
        return code;
    code = open_head(reader.fd, reader.name, &reader.head, err);
    if (code == OK)
        *ret = reader;
    else
        close(reader.fd);
    return code;
}

errcode
copy_next(struct copy_reader *reader, char *out, size_t *ret_n, struct err *err)
{
    size_t n;
    errcode code = file_read_at(reader->fd, reader->head.at + reader->done, out, COPY_BLOCK,
                                reader->name, &n, err);
    if (code != OK)
        return code;
    veil(reader->head.seed, reader->done, out, out, n);
    reader->done += n;
    *ret_n = n;
    return OK;
}

errcode
copy_whole(struct copy_reader *reader, struct buf *out, struct err *err)
{
    cleanup(cleanup_free) char *block = mem_alloc(COPY_BLOCK);
    size_t n = 1;
    errcode code = OK;
    while (code == OK && n > 0) {
        code = copy_next(reader, block, &n, err);
        if (code == OK)
            buf_add(out, block, n);
    }
    if (code == OK)
        code = buf_check(out, reader->name, err);
    struct sha256 got = sha256_of(buf_view(out));
    if (code == OK && memcmp(&got, &reader->head.about.sha256, sizeof got) != 0)
        code = err_set(err, ERR_CORRUPT, "the copy %s is damaged: its SHA-256 is another",
                       reader->name);
    return code;
}

void
copy_close(struct copy_reader *reader)
{
    cleanup_close(&reader->fd);
    reader->fd = -1;
    buf_clear(&reader->head.bytes);
}

errcode
copy_remove(struct quarantine *quarantine, uint64_t number, struct err *err)
{
    char name[COPY_NAME];
    struct err trouble;
    errcode code =
        room_remove(&quarantine->room, copy_name(number, "copy", name), err ? err : &trouble);
    if (code != OK && code != ERR_NOT_FOUND)
        return code;
    struct entry *entry = list_find(&quarantine->list, number);
    if (entry)
        entry->has_copy = false;
    return room_sync(&quarantine->room, err);
}
