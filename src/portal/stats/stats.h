/* SPDX-License-Identifier: Apache-2.0 */
/* Measures for the web: what `khien stats` computes, computed by one thread of its own, so that the
 * serving threads never wait for the database. Equal questions are computed once (inner to the
 * part). */
#pragma once

#include "portal/http/server.h"
#include "sightings/sightings.h"

struct stats_options {
    const char *folder;                     /* state folder; must outlive the stats */
    struct measure_window baseline, result; /* of the campaign, for compare; DAY_NONE: none */
    int32_t target;                         /* percent: -50 */
    bool demonstration;
};

struct stats;
struct stats *stats_new(const struct stats_options *options);
/* Starts the thread. */
errcode stats_start(struct stats *stats, struct err *err);
/* Ends all waiting (what is asked from now on is answered with "not now") and the thread; before
 * the HTTP server is stopped. */
void stats_stop(struct stats *stats);
void stats_free(struct stats *stats);
/* Another number whenever the stored sets have changed; 0 while there are none. */
uint64_t stats_epoch(const struct stats *stats);

enum { STATS_QUERY_MAX = 2048, STATS_BODY_MAX = 8 << 20, STATS_WAITING_MAX = 32 };

enum stats_form { STATS_JSON, STATS_CSV };

/* One question. Equal texts are equal questions. */
struct stats_query {
    const struct measure *measure;
    enum stats_form form;
    struct measure_request request; /* its texts lie in TEXT */
    char text[STATS_QUERY_MAX];
    size_t used;
    char key[STATS_QUERY_MAX + 64]; /* "daily json from=2026-11-01 family=mirai" */
};

/* From the query of a request's target. ERR_USAGE says which parameter is wrong and why. */
errcode stats_query_parse(const struct measure *measure, str query, struct stats_query *ret,
                          struct err *err);

/* A counted question with its answer, as far as it is there. */
struct stats_work;
/* NULL when too many are waiting. */
struct stats_work *stats_ask(struct stats *stats, const struct stats_query *query);
void stats_work_unref(void *work);
/* For http_job.start. */
void stats_work_wait(void *work, struct http_pause *pause);
/* When it is done: the status, and the text or the error's message. False before. */
bool stats_work_done(struct stats_work *work, unsigned *ret_status, str *ret_text);
