/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/http/http.h"

#include <curl/curl.h>

struct transfer {
    const struct http_reader *reader;
    bool broken_off;
};

static size_t
take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t n = size * count;
    if (transfer->reader->bytes(transfer->reader->context, (str){bytes, n}))
        return n;
    transfer->broken_off = true;
    return 0;
}

static size_t
take_line(char *bytes, size_t size, size_t count, void *context)
{
    const struct transfer *transfer = context;
    str line = {bytes, size * count};
    http_give_line(transfer->reader, line);
    return line.n;
}

static int
show_progress(void *context, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up)
{
    struct transfer *transfer = context;
    const struct http_reader *reader = transfer->reader;
    (void)up_total;
    (void)up;
    if (reader->goes_on && !reader->goes_on(reader->context, (uint64_t)done, (uint64_t)total))
        transfer->broken_off = true;
    return transfer->broken_off;
}

static void
set_request(CURL *curl, const struct http_request *request)
{
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, request->secure ? "https" : "http,https,file");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, request->secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request->follow ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, request->timeout_seconds);
    if (request->direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "khien/" KHIEN_VERSION);
    if (request->body.n) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.p);
    }
}

static void
set_reader(CURL *curl, struct transfer *transfer)
{
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
}

static struct curl_slist *
lines_of(const struct http_request *request)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < request->line_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, request->lines[i]);
        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

errcode
http_ask(const struct http_request *request, const struct http_reader *reader, struct err *err)
{
    char words[CURL_ERROR_SIZE] = "";
    struct transfer transfer = {.reader = reader};
    struct curl_slist *lines = lines_of(request);
    CURL *curl = lines || !request->line_count ? curl_easy_init() : NULL;
    CURLcode status = CURLE_OUT_OF_MEMORY;
    if (curl) {
        set_request(curl, request);
        set_reader(curl, &transfer);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
        status = curl_easy_perform(curl);
        curl_easy_cleanup(curl);
    }
    curl_slist_free_all(lines);
    if (status == CURLE_OK)
        return OK;
    return err_set(err, ERR_IO, "%s: %s", request->url,
                   transfer.broken_off ? "it was broken off"
                   : words[0]          ? words
                                       : curl_easy_strerror(status));
}

errcode
http_prepare(const struct http_address *site, struct err *err)
{
    (void)site;
    (void)err;
    return OK;
}
