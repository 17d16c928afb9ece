/* SPDX-License-Identifier: Apache-2.0 */
/* A file is only ever appended to, by one process, a whole number of lines at a time. Whatever
 * stands behind the last newline is of a write that was cut off, and of no accepted report. */
#include "sightings/self_reports/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/require.h"

enum { NODE_TRIES = 64, NODE_TEXT = 80, NAME_TEXT = 96, FILES_MAX = 100000 };
static const char head[] = "khien-self-reports 1\n";

/* ---- reading ---- */

struct known_file {
    char name[NAME_TEXT];
    uint64_t read; /* bytes, whole lines */
    bool is_refused;
};
struct self_report_reader {
    char folder[PATH_TEXT], left_out[NODE_TEXT]; /* a node; empty: none */
    struct known_file *files;
    size_t count, room;
};

struct self_report_reader *
self_report_reader_new(const char *folder)
{
    struct self_report_reader *reader = mem_calloc(1, sizeof *reader);
    require(str_copy(str_of(folder), reader->folder, sizeof reader->folder));
    return reader;
}

void
self_report_reader_free(struct self_report_reader *reader)
{
    if (!reader)
        return;
    free(reader->files);
    free(reader);
}

/* "2026-11-26.node", of a node that is read */
static bool
is_read(const struct self_report_reader *reader, const char *name)
{
    day at;
    str text = str_of(name), first;
    return text.n < NAME_TEXT && str_cut(&text, '.', &first) && day_parse(first, &at) && text.n &&
           str_find(text, STR(".")) == SIZE_MAX && !str_eq(text, str_of(reader->left_out));
}

static struct known_file *
file_of(struct self_report_reader *reader, const char *name)
{
    for (size_t i = reader->count; i > 0; i--)
        if (strcmp(reader->files[i - 1].name, name) == 0)
            return &reader->files[i - 1];
    if (reader->count == FILES_MAX)
        return NULL;
    if (reader->count == reader->room) {
        reader->room = reader->room ? 2 * reader->room : 64;
        reader->files = mem_resize(reader->files, reader->room, sizeof *reader->files);
    }
    struct known_file *file = &reader->files[reader->count++];
    *file = (struct known_file){0};
    str_copy(str_of(name), file->name, NAME_TEXT);
    return file;
}

/* How many lines of TEXT, which ends with a newline, are damaged. */
static size_t
take_lines(str text, struct self_report_tally *tally, struct err *err)
{
    size_t faults = 0;
    struct self_report report;
    for (str line; str_line(&text, &line);)
        if (self_report_read_line(line, &report, err) == OK)
            self_report_tally_add(tally, &report);
        else
            faults++;
    return faults;
}

static errcode
read_rest(int fd, struct known_file *file, struct buf *text, struct err *err)
{
    uint64_t size;
    size_t got = 0;
    errcode code = file_size(fd, file->name, &size, err);
    if (code == OK && size > LIMIT_SELF_REPORT_FILE)
        code = err_set(err, ERR_LIMIT, "it is too large");
    if (code != OK || size <= file->read)
        return code;
    char *space = buf_space(text, (size_t)(size - file->read));
    require(space);
    code = file_read_at(fd, file->read, space, text->n, file->name, &got, err);
    text->n = got;
    return code;
}

static size_t
take_file(struct self_report_reader *reader, struct known_file *file,
          struct self_report_tally *tally, struct err *err)
{
    char path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    struct buf text = BUF(LIMIT_SELF_REPORT_FILE);
    size_t faults = 0;
    errcode code = path_join(path, reader->folder, file->name, err);
    if (code == OK)
        code = file_open_now(path, &fd, err);
    if (code == OK)
        code = read_rest(fd, file, &text, err);
    while (text.n && text.p[text.n - 1] != '\n')
        text.n--;
    str lines = buf_view(&text);
    if (code == OK && lines.n && file->read == 0) {
        if (!str_starts(lines, str_of(head)))
            code = err_set(err, ERR_CORRUPT, "it does not begin as a file of self-reports");
        lines = str_from(lines, sizeof head - 1);
    }
    if (code == OK) {
        faults = take_lines(lines, tally, err);
        file->read += text.n;
    }
    faults += code != OK && !file->is_refused;
    file->is_refused = code != OK;
    if (faults)
        err_prefix(err, "%s", path);
    buf_clear(&text);
    return faults;
}

void
self_report_reader_catch_up(struct self_report_reader *reader, struct self_report_tally *tally,
                            size_t *ret_faults, struct err *err)
{
    size_t faults = 0;
    const struct dirent *entry;
    DIR *folder = opendir(reader->folder);
    struct err ignored;
    while (folder && (entry = readdir(folder))) {
        struct known_file *file =
            is_read(reader, entry->d_name) ? file_of(reader, entry->d_name) : NULL;
        if (file)
            faults += take_file(reader, file, tally, err ? err : &ignored);
    }
    if (folder)
        closedir(folder);
    if (ret_faults)
        *ret_faults += faults;
}

/* ---- writing ---- */

struct self_report_writer {
    char folder[PATH_TEXT], node[NODE_TEXT], path[PATH_TEXT];
    int lock, fd; /* -1: none */
    day day;      /* of the open file */
    uint64_t size;
    bool is_torn; /* behind SIZE may be something */
};

/* Files that no other process writes; the lock is held as long as the process lives. */
static errcode
take_node(struct self_report_writer *writer, const char *node, struct err *err)
{
    char path[PATH_TEXT];
    for (unsigned i = 1; i <= NODE_TRIES; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%u", i);
        int n = snprintf(writer->node, NODE_TEXT, "%s%s", node, number);
        int m = snprintf(path, sizeof path, "%s/%s.lock", writer->folder, writer->node);
        if (n >= NODE_TEXT || m >= PATH_TEXT)
            return err_set(err, ERR_LIMIT, "the node's name %s is too long", node);
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (fd < 0)
            return err_set_errno(err, "cannot write %s", path);
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            writer->lock = fd;
            return OK;
        }
        close(fd);
    }
    return err_set(err, ERR_BUSY, "other processes have all names of node %s", node);
}

errcode
self_report_writer_open(const char *folder, const char *node, struct self_report_writer **ret,
                        struct err *err)
{
    struct self_report_writer *writer = mem_calloc(1, sizeof *writer);
    writer->lock = writer->fd = -1;
    writer->day = DAY_NONE;
    require(str_copy(str_of(folder), writer->folder, sizeof writer->folder));
    errcode code = folder_make(folder, err);
    if (code == OK)
        code = take_node(writer, node, err);
    if (code == OK)
        *ret = writer;
    else
        self_report_writer_close(writer);
    return code;
}

void
self_report_reader_leave_out(struct self_report_reader *reader,
                             const struct self_report_writer *writer)
{
    str_copy(str_of(writer->node), reader->left_out, NODE_TEXT);
}

static void
close_day(struct self_report_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    writer->fd = -1;
    writer->day = DAY_NONE;
}

void
self_report_writer_close(struct self_report_writer *writer)
{
    if (!writer)
        return;
    close_day(writer);
    if (writer->lock >= 0)
        close(writer->lock);
    free(writer);
}

/* The end of the last whole line; 0 when there is none. */
static errcode
find_end(int fd, const char *path, uint64_t *ret, struct err *err)
{
    enum { BLOCK = 1 << 16 };
    char *block = mem_alloc(BLOCK);
    uint64_t size;
    errcode code = file_size(fd, path, &size, err);
    while (code == OK && size > 0) {
        uint64_t from = size > BLOCK ? size - BLOCK : 0;
        size_t got = 0;
        code = file_read_at(fd, from, block, (size_t)(size - from), path, &got, err);
        const char *last = code == OK ? memrchr(block, '\n', got) : NULL;
        size = last ? from + (uint64_t)(last - block) + 1 : from;
        if (last)
            break;
    }
    free(block);
    if (code == OK)
        *ret = size;
    return code;
}

static errcode
mend(struct self_report_writer *writer, struct err *err)
{
    if (!writer->is_torn)
        return OK;
    if (ftruncate(writer->fd, (off_t)writer->size) != 0)
        return err_set_errno(err, "cannot mend %s", writer->path);
    writer->is_torn = false;
    return OK;
}

static errcode
write_durably(struct self_report_writer *writer, str text, struct err *err)
{
    errcode code = mend(writer, err);
    if (code != OK)
        return code;
    if (writer->size + text.n > LIMIT_SELF_REPORT_FILE)
        return err_set(err, ERR_LIMIT, "%s is full", writer->path);
    writer->is_torn = true;
    code = file_write_fd(writer->fd, text, writer->path, err);
    if (code == OK && fdatasync(writer->fd) != 0)
        code = err_set_errno(err, "cannot write %s", writer->path);
    if (code == OK) {
        writer->is_torn = false;
        writer->size += text.n;
    } else {
        mend(writer, NULL);
    }
    return code;
}

static errcode
open_day(struct self_report_writer *writer, day on, struct err *err)
{
    char text[DAY_TEXT];
    close_day(writer);
    int n = snprintf(writer->path, PATH_TEXT, "%s/%s.%s", writer->folder, day_format(on, text),
                     writer->node);
    if (n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", writer->folder);
    writer->fd = open(writer->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (writer->fd < 0)
        return err_set_errno(err, "cannot write %s", writer->path);
    errcode code = find_end(writer->fd, writer->path, &writer->size, err);
    writer->is_torn = true;
    if (code == OK && writer->size == 0)
        code = write_durably(writer, str_of(head), err);
    if (code == OK)
        code = mend(writer, err);
    if (code == OK)
        code = folder_sync(writer->folder, err);
    if (code == OK)
        writer->day = on;
    else
        close_day(writer);
    return code;
}

errcode
self_report_writer_append(struct self_report_writer *writer,
                          const struct self_report *const *reports, size_t count, struct err *err)
{
    struct buf text = BUF(LIMIT_SELF_REPORT_FILE);
    errcode code = OK;
    require(count > 0);
    if (writer->day != reports[0]->day)
        code = open_day(writer, reports[0]->day, err);
    for (size_t i = 0; i < count; i++) {
        require(reports[i]->day == reports[0]->day);
        self_report_write_line(reports[i], &text);
    }
    if (code == OK)
        code = buf_check(&text, "the reports", err);
    if (code == OK)
        code = write_durably(writer, buf_view(&text), err);
    buf_clear(&text);
    return code;
}
