/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/http/download.h"

#include "base/file.h"
#include "cmd/http/http.h"

#include <inttypes.h>
#include <unistd.h>

enum { HEADERS_MAX = 24, LINE_TEXT = VALIDATOR_MAX + 64 };

struct transfer {
    const struct download *what;
    int fd;
    long status;
    bool begun;
    uint64_t part_at; /* where the answer begins when it is a part; else 0 */
    struct downloaded *result;
    struct err *err; /* the caller's, set when writing failed */
    bool failed;
};
/* What is sent along. */
struct lines {
    const char *all[HEADERS_MAX];
    size_t count;
    char made[4][LINE_TEXT];
    size_t made_count;
};

/* ---- what comes ---- */

/* Whether the answer is the rest that was asked for, or all there is. */
static bool
begin(struct transfer *transfer)
{
    const struct download *what = transfer->what;
    bool is_part = transfer->status == 206;
    transfer->begun = true;
    transfer->result->resumed = what->resume_at && is_part;
    if (is_part && (!what->resume_at || transfer->part_at != what->resume_at)) {
        err_set(transfer->err, ERR_IO, "%s: the server answered with another part", what->url);
        return false;
    }
    transfer->result->bytes = transfer->result->resumed ? what->resume_at : 0;
    if (what->resume_at && !transfer->result->resumed &&
        (file_cut(transfer->fd, 0, "the download", transfer->err) != OK ||
         lseek(transfer->fd, 0, SEEK_SET) != 0)) {
        err_set_errno(transfer->err, "cannot begin the download again");
        return false;
    }
    if (what->begun)
        what->begun(what->context, transfer->result->etag);
    return true;
}

static bool
keep(struct transfer *transfer, str bytes)
{
    struct downloaded *result = transfer->result;
    uint64_t cap = transfer->what->max_bytes;
    if (!transfer->begun && !begin(transfer))
        return false;
    if (result->bytes + bytes.n > cap) {
        err_set(transfer->err, ERR_LIMIT, "%s: more than the %" PRIu64 " bytes allowed",
                transfer->what->url, cap);
        return false;
    }
    if (file_write_fd(transfer->fd, bytes, "the download", transfer->err) != OK)
        return false;
    result->bytes += bytes.n;
    return true;
}

/* The words of a refusal, or of a redirect that is not followed, are not what was asked for. */
static bool
take_bytes(void *context, str bytes)
{
    struct transfer *transfer = context;
    if (transfer->status >= 300)
        return false;
    transfer->failed = !keep(transfer, bytes);
    return !transfer->failed;
}

/* A redirect's headers are not the answer's. */
static void
take_begin(void *context, long status)
{
    struct transfer *transfer = context;
    transfer->status = status;
    transfer->result->etag[0] = 0;
    transfer->result->last_modified[0] = 0;
    transfer->part_at = 0;
}

static bool
take_value(str line, str name, str *ret)
{
    if (line.n <= name.n || !str_eq_nocase((str){line.p, name.n}, name))
        return false;
    *ret = str_trim(str_from(line, name.n));
    return true;
}

static void
take_field(void *context, str line)
{
    struct transfer *transfer = context;
    str value, first;
    if (take_value(line, STR("ETag:"), &value))
        str_copy(value, transfer->result->etag, VALIDATOR_MAX);
    else if (take_value(line, STR("Last-Modified:"), &value))
        str_copy(value, transfer->result->last_modified, VALIDATOR_MAX);
    else if (take_value(line, STR("Content-Range:"), &value) && str_starts(value, STR("bytes "))) {
        value = str_from(value, 6); /* "bytes 100-199/200" */
        if (str_cut(&value, '-', &first))
            str_to_u64(first, INT64_MAX, &transfer->part_at);
    }
}

static bool
go_on(void *context, uint64_t done, uint64_t total)
{
    const struct transfer *transfer = context;
    if (transfer->what->progress)
        transfer->what->progress(transfer->what->context, done, total);
    return !transfer->what->stopped || !transfer->what->stopped();
}

/* ---- what is sent ---- */

/* Validators come from a server: one with a line break would be another header. */
static void
add_line(struct lines *lines, const char *name, const char *value)
{
    char *line = lines->made[lines->made_count];
    if (!value[0] || !http_is_line(str_of(value)))
        return;
    snprintf(line, LINE_TEXT, "%s: %s", name, value);
    lines->made_count++;
    lines->all[lines->count++] = line;
}

static errcode
lines_of(const struct download *what, struct lines *lines, struct err *err)
{
    char from[48];
    *lines = (struct lines){0};
    if (what->header_count + 4 > HEADERS_MAX)
        return err_set(err, ERR_LIMIT, "%s: more than %d headers to send", what->url,
                       HEADERS_MAX - 4);
    for (size_t i = 0; i < what->header_count; i++)
        lines->all[lines->count++] = what->headers[i];
    if (what->resume_at) {
        snprintf(from, sizeof from, "bytes=%" PRIu64 "-", what->resume_at);
        add_line(lines, "Range", from);
        add_line(lines, "If-Range", what->resume_tag);
    }
    add_line(lines, "If-None-Match", what->etag);
    add_line(lines, "If-Modified-Since", what->last_modified);
    return OK;
}

/* ---- both ---- */

static errcode
code_of(long status)
{
    switch (status) {
    case 401:
    case 403:
        return ERR_DENIED;
    case 404:
    case 410:
    case 416:
        return ERR_NOT_FOUND;
    default:
        return ERR_IO;
    }
}

errcode
download(const struct download *what, int fd, struct downloaded *ret, struct err *err)
{
    struct lines lines;
    struct downloaded result = {0};
    struct transfer transfer = {.what = what, .fd = fd, .result = &result, .err = err};
    errcode code = lines_of(what, &lines, err);
    if (code != OK)
        return code;
    const struct http_request request = {
        .url = what->url,
        .lines = lines.all,
        .line_count = lines.count,
        .follow = !what->header_count && !what->stay,
        .secure = what->secure,
        .direct = what->direct,
        .timeout_seconds = what->timeout_seconds,
    };
    const struct http_reader reader = {.context = &transfer,
                                       .begin = take_begin,
                                       .field = take_field,
                                       .bytes = take_bytes,
                                       .goes_on = go_on};
    struct err trouble;
    code = http_ask(&request, &reader, &trouble);
    if (transfer.failed)
        return err->code;
    result.unchanged = transfer.status == 304;
    ret->no_rest = transfer.status == 416;
    if (transfer.status >= 300 && !result.unchanged)
        return err_set(err, code_of(transfer.status), "%s: the server answered %ld", what->url,
                       transfer.status);
    if (code != OK)
        return err_set(err, code, "%s", trouble.text);
    *ret = result;
    return OK;
}
