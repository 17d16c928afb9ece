/* SPDX-License-Identifier: Apache-2.0 */
/* The literals with which a match goes on at a place of a sequence. */
#pragma once

#include "scan/regex/sequence.h"

struct literal_set {
    struct regex_literal items[REGEX_PART_LITERALS];
    bool cut[REGEX_PART_LITERALS]; /* nothing can be added to it */
    size_t count;
};
typedef double literal_rate(const uint8_t *bytes, size_t count);

/* At least LEAST bytes of SET one after the other; 0: no such run. */
struct literal_run {
    struct byte_set set;
    size_t least;
};

/* How well literals serve as anchors; the lower the better. */
struct literal_score {
    size_t lacking; /* bytes that the shortest lacks to a length of 4 */
    double rate;
};
bool score_is_better(struct literal_score a, struct literal_score b);

/* The literals of SEQUENCE from item FROM on that have the best score, and it. False when a match
 * may go on there with what is no literal. */
bool literals_at(const struct sequence *sequence, size_t from, unsigned flags, literal_rate *rate,
                 struct literal_set *ret, struct literal_score *ret_score);

/* The run with which SEQUENCE goes on from item FROM, when it serves better than what has SCORE,
 * which becomes that of the run. */
bool run_at(const struct sequence *sequence, size_t from, unsigned flags, literal_rate *rate,
            struct literal_run *ret, struct literal_score *score);
