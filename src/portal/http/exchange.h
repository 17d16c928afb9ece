/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, between libmicrohttpd and a handler (inner to http/). */
#pragma once

#include <microhttpd.h>

#include "portal/http/server.h"

struct exchange {
    struct connection *connection;
    struct MHD_Connection *mhd; /* while it is paused */
    const char *uri; /* where libmicrohttpd holds it, for the check of the head's layout */
    size_t uri_length;
    bool judged;
    bool old; /* HTTP/1.0 */
    struct http_request request;
    struct buf forwarded, body;
    char text[]; /* the target as it came, terminated, then room for its decoded path */
};

struct exchange *exchange_new(const char *uri, struct connection *connection);
void exchange_free(struct exchange *exchange);
/* Reads the head into exchange->request; sets its fault when it is refused. */
void exchange_judge(struct exchange *exchange, struct MHD_Connection *mhd, const char *method,
                    const char *version, const struct http_options *options);
/* A piece of the body, of which the head said that it is not too long. */
void exchange_take_body(struct exchange *exchange, str piece);
/* Has the handler make the answer and hands it over. */
enum MHD_Result exchange_answer(struct exchange *exchange, struct MHD_Connection *mhd,
                                const struct http_options *options, bool closing);
