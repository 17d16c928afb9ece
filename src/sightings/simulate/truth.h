/* SPDX-License-Identifier: Apache-2.0 */
/* The truth beside the simulated files: truth.json, hosts.tsv, README.txt. */
#pragma once

#include "base/buf.h"
#include "base/json_out.h"
#include "sightings/simulate/population.h"

enum {
    TRUTH_HOSTS_MAX = 2000000
}; /* more infections than this: hosts.tsv ends there and says so */

struct truth {
    struct buf json, hosts;
    struct json_out out;
    uint64_t listed;
    day first;
};

void truth_begin(struct truth *truth, const struct population *population, day first);
/* After the day's step; SEEN: hosts that showed themselves, ROWS: rows of all files. */
void truth_day(struct truth *truth, const struct population *population, uint32_t nth,
               uint64_t seen, uint64_t rows);
/* One infection, for population.ended. */
void truth_host(void *truth, const struct host *host, uint32_t last, bool alive);
errcode truth_write(struct truth *truth, const struct population *population, struct err *err);
void truth_clear(struct truth *truth);
