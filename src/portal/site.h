/* SPDX-License-Identifier: Apache-2.0 */
/* What requests are answered from, and the answering (inner to the part). */
#pragma once

#include "portal/http/rate.h"
#include "portal/http/server.h"
#include "portal/portal.h"
#include "portal/snapshots.h"

/* Shared by all threads; only what guards itself changes while serving. */
struct site {
    const char *campaign[2]; /* NULL = a general name */
    str hotlines;
    const char *hotline_scope, *home_country;
    struct families *families;
    struct snapshots *snapshots;
    struct rate *rate;
    struct metrics *metrics;
};

/* Handlers for http_options.handle; CONTEXT is the site. */
void site_handle(void *context, const struct http_request *request, struct http_reply *reply);

/* One request while it is answered. */
struct visit {
    const struct site *site;
    const struct http_request *request;
    struct http_reply *reply;
    enum language language;
    struct snapshot *snapshot; /* may be NULL */
    uint64_t epoch;            /* of the snapshot */
};

/* Which answer a key of http_reply_known is for. */
enum site_key { KEY_CHECK = 1, KEY_HOME };

/* Pages write into visit->reply. */
void page_serve_home(const struct visit *visit);
void page_serve_check(const struct visit *visit);
void page_serve_error(const struct visit *visit, unsigned status);
/* Data: the check as JSON, and an error as JSON. */
void api_serve_check(const struct visit *visit);
void api_serve_error(const struct visit *visit, unsigned status);
struct frame {
    str title, content;
    str other_path; /* the same page in the other language */
    bool hidden;    /* from search engines */
};
/* Wraps the content into what all pages share. */
void page_frame(const struct visit *visit, const struct frame *frame);
/* The words of a status, as an English key: a title and a sentence. */
const char *status_title(unsigned status);
const char *status_text(unsigned status);
/* A day as the language writes it; the empty view for DAY_NONE. */
str day_words(enum language language, day d, char out[DAY_TEXT]);
