/* SPDX-License-Identifier: Apache-2.0 */
/* Where self-reports come in, are made durable and counted (inner to the part). A thread of its own
 * writes them, all that are waiting at once, so that no visitor waits for the disk. */
#pragma once

#include "portal/http/server.h"
#include "sightings/sightings.h"

enum { INTAKE_WAITING_MAX = 1024, INTAKE_TOKENS_MAX = 64, INTAKE_TOKEN_MIN = 16 };

struct intake_options {
    const char *folder, *node;
    str node_key;        /* shared by nodes, so that each takes the others' challenges; or empty */
    str tokens;          /* a line each; may be empty */
    unsigned bits;       /* of work */
    unsigned per_minute; /* reports from one /24 or /48; 0 = no limit */
};

struct intake;
/* ERR_FORMAT for what is no token. A folder that cannot be written is logged, not fatal: then
 * nothing is accepted. */
errcode intake_new(const struct intake_options *options, struct intake **ret, struct err *err);
void intake_free(struct intake *intake);
errcode intake_start(struct intake *intake, struct err *err);
/* Ends every pause. */
void intake_stop(struct intake *intake);
/* About once a second, from one thread: forgets rates, reads what other nodes took. */
void intake_tick(struct intake *intake);
/* Another number, at most every ten seconds, after the figures have changed. */
uint64_t intake_epoch(const struct intake *intake);

/* Whether AUTHORIZATION shows a token of the operator's. */
bool intake_knows_token(const struct intake *intake, str authorization);
/* A challenge for a body with that hash, as JSON or, AS_TEXT, as "BITS CHALLENGE". */
void intake_write_challenge(const struct intake *intake, const struct sha256 *body, bool as_text,
                            struct buf *out);
/* NULL when PROOF is one for the body with that hash; else why not, in words. */
const char *intake_refuses(const struct intake *intake, const struct sha256 *body, str proof);
/* Counts one report of the visitor's network; false when that is over the limit. */
bool intake_admits(struct intake *intake, ip visitor);

/* A report on its way to the disk. NULL when too many are waiting. */
struct intake_work;
struct intake_work *intake_take(struct intake *intake, const struct self_report *report);
/* For http_job. */
void intake_work_wait(void *work, struct http_pause *pause);
void intake_work_free(void *work);
/* When the pause is over: 201 it is counted, 200 its number was counted before, 503 it is not. */
unsigned intake_work_status(const struct intake_work *work);

/* What has been counted so far, of all nodes: self_report_tally_sum, self_report_table. */
void intake_sum(struct intake *intake, day from, day to, str family, struct self_report_day *ret);
struct table *intake_table(struct intake *intake, day from, day to, str family);
