/* SPDX-License-Identifier: Apache-2.0 */
/* WinHTTP, which every Windows has, with the proxy and the certificates that people chose there.
 * https://learn.microsoft.com/en-us/windows/win32/winhttp/winhttp-start-page */
#include "cmd/http/http.h"

#include <stdio.h>
#include <wchar.h>
#include <windows.h>
#include <winhttp.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"
#include "base/windows/wide.h"

enum {
    PIECE = 64 << 10,
    HOST_TEXT = 256,
    HEAD_MAX = 64 << 10,
    AUTOMATIC_PROXY = 4, /* WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY, from Windows 8.1 on */
    TLS1_3 = 0x2000,     /* WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3, from Windows 11 on */
    CONNECT_TIMEOUT = 30000,
    TIMEOUT = 60000, /* milliseconds */
};

struct asking {
    const struct http_request *request;
    HINTERNET session, connection, handle;
    int64_t deadline; /* of clock_monotonic; 0: none */
};

static void
close_all(struct asking *asking)
{
    HINTERNET handles[] = {asking->handle, asking->connection, asking->session};
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
        if (handles[i])
            WinHttpCloseHandle(handles[i]);
}

static const struct {
    DWORD fault;
    const char *words;
} faults[] = {
    {ERROR_WINHTTP_TIMEOUT, "no answer in time"},
    {ERROR_WINHTTP_NAME_NOT_RESOLVED, "no server has that name, or there is no network"},
    {ERROR_WINHTTP_CANNOT_CONNECT, "the server cannot be reached"},
    {ERROR_WINHTTP_CONNECTION_ERROR, "the connection was cut"},
    {ERROR_WINHTTP_SECURE_FAILURE, "the server's certificate is not trusted, or TLS 1.2 is off"},
    {ERROR_WINHTTP_INVALID_SERVER_RESPONSE, "what answered is no web server"},
    {ERROR_WINHTTP_INVALID_URL, "the address is none"},
    {ERROR_WINHTTP_UNRECOGNIZED_SCHEME, "the address is not of https"},
};

static errcode
failed(const struct asking *asking, struct err *err)
{
    DWORD fault = GetLastError();
    const char *words = "it failed";
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].fault == fault)
            words = faults[i].words;
    return err_set(err, ERR_IO, "%s: %s (WinHTTP %lu)", asking->request->url, words, fault);
}

/* ---- asking ---- */

static bool
open_session(struct asking *asking)
{
    DWORD proxy = asking->request->direct ? WINHTTP_ACCESS_TYPE_NO_PROXY : AUTOMATIC_PROXY;
    asking->session = WinHttpOpen(L"khien", proxy, NULL, NULL, 0);
    if (!asking->session && !asking->request->direct)
        asking->session = WinHttpOpen(L"khien", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, NULL, NULL, 0);
    if (!asking->session)
        return false;
    /* 7 and 8 begin with TLS 1.0; what knows 1.3 refuses nothing of these. */
    DWORD newest = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | TLS1_3,
          older = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2;
    if (!WinHttpSetOption(asking->session, WINHTTP_OPTION_SECURE_PROTOCOLS, &newest, sizeof newest))
        WinHttpSetOption(asking->session, WINHTTP_OPTION_SECURE_PROTOCOLS, &older, sizeof older);
    return WinHttpSetTimeouts(asking->session, CONNECT_TIMEOUT, CONNECT_TIMEOUT, TIMEOUT, TIMEOUT);
}

static bool
open_request(struct asking *asking, const wchar_t *url)
{
    wchar_t host[HOST_TEXT];
    URL_COMPONENTS parts = {.dwStructSize = sizeof parts,
                            .lpszHostName = host,
                            .dwHostNameLength = HOST_TEXT,
                            .dwUrlPathLength = (DWORD)-1,
                            .dwSchemeLength = (DWORD)-1};
    if (!WinHttpCrackUrl(url, 0, 0, &parts))
        return false;
    bool is_secure = parts.nScheme == INTERNET_SCHEME_HTTPS;
    if (!is_secure && asking->request->secure) {
        SetLastError(ERROR_WINHTTP_UNRECOGNIZED_SCHEME);
        return false;
    }
    asking->connection = WinHttpConnect(asking->session, host, parts.nPort, 0);
    if (!asking->connection)
        return false;
    /* The path's text goes on to the URL's end, with what is asked after it. */
    asking->handle =
        WinHttpOpenRequest(asking->connection, asking->request->body.n ? L"POST" : L"GET",
                           parts.lpszUrlPath, NULL, WINHTTP_NO_REFERER,
                           WINHTTP_DEFAULT_ACCEPT_TYPES, is_secure ? WINHTTP_FLAG_SECURE : 0);
    DWORD without = WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_COOKIES;
    return asking->handle && WinHttpSetOption(asking->handle, WINHTTP_OPTION_DISABLE_FEATURE,
                                              &without, sizeof without);
}

static bool
add_lines(const struct asking *asking)
{
    for (size_t i = 0; i < asking->request->line_count; i++) {
        const char *line = asking->request->lines[i];
        if (str_ends(str_of(line), STR(":"))) /* to libcurl: leave that header out */
            continue;
        cleanup(cleanup_free) wchar_t *wide = wide_text(line);
        if (!wide ||
            !WinHttpAddRequestHeaders(asking->handle, wide, (DWORD)-1, WINHTTP_ADDREQ_FLAG_ADD))
            return false;
    }
    return true;
}

static bool
send_request(struct asking *asking)
{
    cleanup(cleanup_free) wchar_t *url = wide_text(asking->request->url);
    str body = asking->request->body;
    return url && open_session(asking) && open_request(asking, url) && add_lines(asking) &&
           WinHttpSendRequest(asking->handle, WINHTTP_NO_ADDITIONAL_HEADERS, 0,
                              body.n ? (void *)(uintptr_t)body.p : WINHTTP_NO_REQUEST_DATA,
                              (DWORD)body.n, (DWORD)body.n, 0) &&
           WinHttpReceiveResponse(asking->handle, NULL);
}

/* ---- what comes ---- */

static bool
give_head(const struct asking *asking, const struct http_reader *reader)
{
    DWORD n = 0;
    WinHttpQueryHeaders(asking->handle, WINHTTP_QUERY_RAW_HEADERS_CRLF,
                        WINHTTP_HEADER_NAME_BY_INDEX, NULL, &n, WINHTTP_NO_HEADER_INDEX);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || n > HEAD_MAX)
        return false;
    cleanup(cleanup_free) wchar_t *wide = mem_calloc(1, n + sizeof *wide);
    cleanup(cleanup_free) char *text = mem_calloc(1, 2 * (size_t)n + 1);
    if (!WinHttpQueryHeaders(asking->handle, WINHTTP_QUERY_RAW_HEADERS_CRLF,
                             WINHTTP_HEADER_NAME_BY_INDEX, wide, &n, WINHTTP_NO_HEADER_INDEX))
        return false;
    wide_to_utf8(wide, text, 2 * (size_t)n + 1);
    str line, rest = str_of(text);
    while (str_line(&rest, &line))
        http_give_line(reader, line);
    return true;
}

static errcode
broken_off(const struct asking *asking, const char *why, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", asking->request->url, why);
}

/* Bytes of the body, 0 where it is not said, or said of what a 304 leaves out. */
static uint64_t
length_of(const struct asking *asking)
{
    wchar_t text[24] = L"";
    DWORD n = sizeof text, status = 0, size = sizeof status;
    WinHttpQueryHeaders(asking->handle, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                        WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX);
    if (status == HTTP_STATUS_NOT_MODIFIED ||
        !WinHttpQueryHeaders(asking->handle, WINHTTP_QUERY_CONTENT_LENGTH,
                             WINHTTP_HEADER_NAME_BY_INDEX, text, &n, WINHTTP_NO_HEADER_INDEX))
        return 0;
    return wcstoull(text, NULL, 10);
}

static errcode
give_bytes(const struct asking *asking, const struct http_reader *reader, struct err *err)
{
    cleanup(cleanup_free) char *piece = mem_alloc(PIECE);
    uint64_t done = 0, total = length_of(asking);
    DWORD n = 0;
    do {
        if (!WinHttpReadData(asking->handle, piece, PIECE, &n))
            return failed(asking, err);
        if (n && !reader->bytes(reader->context, (str){piece, n}))
            return broken_off(asking, "it was broken off", err);
        done += n;
        if (reader->goes_on && !reader->goes_on(reader->context, done, total))
            return broken_off(asking, "it was broken off", err);
        if (asking->deadline && clock_monotonic() > asking->deadline)
            return broken_off(asking, "it takes too long", err);
    } while (n);
    return done < total ? broken_off(asking, "the connection was cut", err) : OK;
}

errcode
http_ask(const struct http_request *request, const struct http_reader *reader, struct err *err)
{
    struct asking asking = {.request = request};
    errcode code = OK;
    if (request->timeout_seconds)
        asking.deadline = clock_monotonic() + (int64_t)request->timeout_seconds * 1000000000;
    if (!send_request(&asking) || !give_head(&asking, reader))
        code = failed(&asking, err);
    if (code == OK)
        code = give_bytes(&asking, reader, err);
    close_all(&asking);
    return code;
}

errcode
http_prepare(const struct http_address *site, struct err *err)
{
    (void)site;
    (void)err;
    return OK;
}
