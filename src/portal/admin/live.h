/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' live view: once a second what the site did in it, as a small JSON object, sent to
 * everybody who looks (server-sent events), and a page that draws it (inner to the part). */
#pragma once

#include "portal/http/channel.h"
#include "portal/http/server.h"
#include "portal/snapshots.h"

struct live;
/* What is watched must live as long. */
struct live *live_new(const struct metrics *metrics, struct newest *snapshots);
/* After the server that serves it. */
void live_free(struct live *live);
/* The site's server, which is made later. */
void live_watch(struct live *live, struct http_server *server);
/* About once a second, from one thread. */
void live_tick(struct live *live);
/* Ends all views and those that still come; settled when the last one has its end. */
void live_close(struct live *live);
bool live_settled(struct live *live);
/* How many look. */
size_t live_count(struct live *live);
/* True when the path is one of its own; the reply is filled in then. */
bool live_handle(struct live *live, const struct http_request *request, struct http_reply *reply);

/* What METRICS count in all, and the differences between two times. */
struct live_counts {
    uint64_t requests, checks, errors, limited;
    uint64_t handled[METRICS_BUCKETS + 1];
};
struct live_counts live_counts(const struct metrics *metrics);
/* The share-quantile (0 … 1) of the times of handling that came between, in microseconds, by lines
 * drawn through the buckets; negative when there were none. */
double live_quantile(const struct live_counts *before, const struct live_counts *after,
                     double share);
