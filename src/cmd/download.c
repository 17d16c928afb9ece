/* SPDX-License-Identifier: Apache-2.0 */
/* One download by libcurl. */
#include "cmd/download.h"

#include "base/file.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <unistd.h>

struct transfer {
    const struct download *what;
    CURL *curl;
    int fd;
    bool begun;
    uint64_t part_at; /* where the answer begins when it is a part; else 0 */
    struct downloaded *result;
    struct err *err; /* the caller's, set when writing failed */
    bool failed;
};

/* Whether the answer is the rest that was asked for, or all there is. */
static bool
begin(struct transfer *transfer)
{
    const struct download *what = transfer->what;
    long answer = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer);
    transfer->begun = true;
    if (answer >= 300) { /* a redirect that is not followed; its words are not what was asked for */
        err_set(transfer->err, ERR_IO, "%s: the server answered %ld", what->url, answer);
        return false;
    }
    transfer->result->resumed = what->resume_at && answer == 206;
    if (answer == 206 && (!what->resume_at || transfer->part_at != what->resume_at)) {
        err_set(transfer->err, ERR_IO, "%s: the server answered with another part", what->url);
        return false;
    }
    transfer->result->bytes = transfer->result->resumed ? what->resume_at : 0;
    if (what->resume_at && !transfer->result->resumed &&
        (ftruncate(transfer->fd, 0) != 0 || lseek(transfer->fd, 0, SEEK_SET) != 0)) {
        err_set_errno(transfer->err, "cannot begin the download again");
        return false;
    }
    if (what->begun)
        what->begun(what->context, transfer->result->etag);
    return true;
}

static size_t
take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t n = size * count;
    if (!transfer->begun && !begin(transfer)) {
        transfer->failed = true;
        return 0;
    }
    if (transfer->result->bytes + n > transfer->what->max_bytes) {
        err_set(transfer->err, ERR_LIMIT, "%s: more than the %llu bytes allowed",
                transfer->what->url, (unsigned long long)transfer->what->max_bytes);
        transfer->failed = true;
        return 0;
    }
    if (file_write_fd(transfer->fd, (str){bytes, n}, "the download", transfer->err) != OK) {
        transfer->failed = true;
        return 0;
    }
    transfer->result->bytes += n;
    return n;
}

static void
take_validator(str line, str name, char out[VALIDATOR_MAX])
{
    if (line.n > name.n && str_eq_nocase((str){line.p, name.n}, name))
        str_copy(str_trim(str_from(line, name.n)), out, VALIDATOR_MAX);
}

/* "Content-Range: bytes 100-199/200" */
static void
take_part(struct transfer *transfer, str line)
{
    static const str name = {"Content-Range:", 14};
    str rest = line, first;
    if (line.n <= name.n || !str_eq_nocase((str){line.p, name.n}, name))
        return;
    rest = str_trim(str_from(line, name.n));
    if (str_starts(rest, STR("bytes "))) {
        rest = str_from(rest, 6);
        if (str_cut(&rest, '-', &first))
            str_to_u64(first, INT64_MAX, &transfer->part_at);
    }
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    str line = {bytes, size * count};
    if (str_starts(line, STR("HTTP/"))) { /* a redirect's headers are not the answer's */
        transfer->result->etag[0] = 0;
        transfer->result->last_modified[0] = 0;
        transfer->part_at = 0;
    }
    take_part(transfer, line);
    take_validator(line, STR("ETag:"), transfer->result->etag);
    take_validator(line, STR("Last-Modified:"), transfer->result->last_modified);
    return line.n;
}

static int
show_progress(void *context, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up)
{
    const struct transfer *transfer = context;
    (void)up_total;
    (void)up;
    if (transfer->what->progress)
        transfer->what->progress(transfer->what->context, (uint64_t)done, (uint64_t)total);
    return transfer->what->stopped && transfer->what->stopped();
}

/* Validators come from a server: one with a line break would be another header. */
static struct curl_slist *
add_validator(struct curl_slist *list, const char *name, const char *value)
{
    char line[VALIDATOR_MAX + 64];
    if (!value[0] || str_has_control(str_of(value)))
        return list;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    return longer ? longer : list;
}

static struct curl_slist *
headers_of(const struct download *what)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < what->header_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, what->headers[i]);
        list = longer ? longer : list;
    }
    if (what->resume_at)
        list = add_validator(list, "If-Range", what->resume_tag);
    list = add_validator(list, "If-None-Match", what->etag);
    return add_validator(list, "If-Modified-Since", what->last_modified);
}

static void
set_options(CURL *curl, struct transfer *transfer, struct curl_slist *headers)
{
    const struct download *what = transfer->what;
    curl_easy_setopt(curl, CURLOPT_URL, what->url);
    char from[32];
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, what->secure ? "https" : "http,https,file");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, what->secure ? "https" : "http,https");
    if (what->resume_at) {
        snprintf(from, sizeof from, "%" PRIu64 "-", what->resume_at);
        curl_easy_setopt(curl, CURLOPT_RANGE, from); /* which curl copies */
    }
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, what->header_count || what->stay ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, what->timeout_seconds);
    if (what->direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "khien/" KHIEN_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
}

static errcode
code_of(long answer)
{
    switch (answer) {
    case 401:
    case 403:
        return ERR_DENIED;
    case 404:
    case 410:
        return ERR_NOT_FOUND;
    case 416:
        return ERR_UNSUPPORTED;
    default:
        return ERR_IO;
    }
}

static errcode
finish(CURL *curl, CURLcode status, const struct transfer *transfer, const char *words,
       struct err *err)
{
    const char *url = transfer->what->url;
    long answer = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    if (transfer->failed)
        return err->code;
    if (status != CURLE_OK)
        return err_set(err, code_of(answer), "%s: %s", url,
                       words[0] ? words : curl_easy_strerror(status));
    if (answer == 304) {
        transfer->result->unchanged = true;
        return OK;
    }
    /* A redirect that was not followed is no feed. */
    if (answer >= 300)
        return err_set(err, ERR_IO, "%s: the server answered %ld", url, answer);
    return OK;
}

errcode
download(const struct download *what, int fd, struct downloaded *ret, struct err *err)
{
    char words[CURL_ERROR_SIZE] = "";
    struct downloaded result = {0};
    struct transfer transfer = {.what = what, .fd = fd, .result = &result, .err = err};
    CURL *curl = curl_easy_init();
    if (!curl)
        return err_set(err, ERR_IO, "cannot begin a download");
    struct curl_slist *headers = headers_of(what);
    transfer.curl = curl;
    set_options(curl, &transfer, headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    CURLcode status = curl_easy_perform(curl);
    errcode code = finish(curl, status, &transfer, words, err);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code == OK)
        *ret = result;
    return code;
}
