/* SPDX-License-Identifier: Apache-2.0 */
/* One request over http or https and its answer. khien asks by libcurl (libcurl.c), the small
 * program by what is there anyway: the curl program on Linux (curl_program.c), WinHTTP on Windows
 * (winhttp.c). Only libcurl.c follows redirects and opens file: URLs. */
#pragma once

#include "cmd/http/address.h"

struct http_request {
    const char *url;          /* as http_is_line has it, as the lines */
    const char *const *lines; /* "Name: value" to send */
    size_t line_count;
    str body;             /* empty: GET, else POST */
    bool follow;          /* at most 5 redirects; else one is the answer */
    bool secure;          /* https alone */
    bool direct;          /* never by the environment's proxy */
    long timeout_seconds; /* for all of it; 0: none */
};
/* Called as it comes. False, or what is broken off, ends it: http_ask gives ERR_IO. */
struct http_reader {
    void *context;
    /* An answer begins; what came of one before it, a redirect, is void. */
    void (*begin)(void *context, long status);
    void (*field)(void *context, str line); /* "Name: value", trimmed */
    bool (*bytes)(void *context, str bytes);
    /* About once a second and at every step; TOTAL 0: not known. May be NULL. */
    bool (*goes_on)(void *context, uint64_t done, uint64_t total);
};

/* Whatever the status, it is OK when an answer came whole. */
errcode http_ask(const struct http_request *request, const struct http_reader *reader,
                 struct err *err);
/* For those who implement it: gives LINE of an answer's head, its first or another. */
void http_give_line(const struct http_reader *reader, str line);
/* No control characters: no line break above all, with which one line would be two. */
bool http_is_line(str text);
/* A program that enters a sandbox calls it before, when http_ask will be called in there; what is
 * asked then must be of SITE. */
errcode http_prepare(const struct http_address *site, struct err *err);
