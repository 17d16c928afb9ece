/* SPDX-License-Identifier: Apache-2.0 */
/* Deterministic automata that are made as the data asks for them, for long texts and for programs
 * that run often. */
#pragma once

#include "scan/regex/program.h"

/* The automaton of one program, about 1 MiB of which few are touched. */
struct dfa;
void dfa_free(struct dfa *dfa);

/* Whether PROGRAM matches somewhere in S. False when it has what an automaton cannot do (long
 * counted runs, `\b`, wide characters), when it needs too many states, or when S is not worth it:
 * then *RET_FOUND is not set. *DFA is NULL or from an earlier call. */
bool dfa_search(struct dfa **dfa, const struct program *program, str s, bool *ret_found);

/* One run from one place on, all ends of which are wanted. */
struct dfa_walk {
    const uint8_t *data;
    size_t at, low, high; /* the place now; what may be read */
    size_t step;          /* bytes of a character: 2 have a zero behind it */
    bool backward;
    uint32_t cell; /* the state it is in; 0 at the begin */
    uint32_t left; /* characters until it is LOST */
};
/* Makes the automaton of PROGRAM, beginning at its instruction PLACE, in *DFA, which is NULL or one
 * that is not needed any more. False when there is none for it. */
bool dfa_make(struct dfa **dfa, const struct program *program, uint32_t place);
/* True when the program matches without a byte. */
bool dfa_matches_first(const struct dfa *dfa);
/* How long a walk should be: a longer one is done better by other means. */
uint32_t dfa_reach(const struct dfa *dfa);
/* Goes to the next end of a match. LOST: too many states, or nothing is left. */
enum dfa_end { DFA_MATCH, DFA_NO_MATCH, DFA_LOST };
enum dfa_end dfa_next(struct dfa *dfa, struct dfa_walk *walk);
