/* SPDX-License-Identifier: Apache-2.0 */
/* One download: bounded in size, time and redirects, asked for only when it changed. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct download {
    const char *url;                  /* https, http or file */
    const char *etag, *last_modified; /* of the copy at hand; "" = none */
    const char *const *headers;       /* lines to send, count in header_count */
    size_t header_count;
    bool stay;   /* refuse redirects, headers or not */
    bool secure; /* https alone */
    bool direct; /* never by the environment's proxy */
    uint64_t max_bytes;
    /* FD holds so many bytes already, of the answer that had the entity tag RESUME_TAG: the rest is
     * asked for, and when the server has another answer by now, all of that replaces them. */
    uint64_t resume_at;
    const char *resume_tag;
    void (*begun)(void *context, const char *etag); /* before the first byte; may be NULL */
    long timeout_seconds;
    void *context;
    void (*progress)(void *context, uint64_t done, uint64_t total); /* may be NULL */
    bool (*stopped)(void); /* asked about once a second: true breaks it off; may be NULL */
};

enum { VALIDATOR_MAX = 512 };
struct downloaded {
    bool unchanged; /* the server says that the copy at hand is still right */
    bool resumed;
    bool no_rest;   /* with ERR_NOT_FOUND: there is no rest to go on with (416) */
    uint64_t bytes; /* in all, those at hand among them */
    char etag[VALIDATOR_MAX], last_modified[VALIDATOR_MAX];
};

/* Writes what comes to FD. Headers of the caller's are secrets: with any, redirects are refused,
 * which would carry them elsewhere. ERR_NOT_FOUND for 404 and 410, ERR_DENIED for 401 and 403. */
errcode download(const struct download *what, int fd, struct downloaded *ret, struct err *err);
