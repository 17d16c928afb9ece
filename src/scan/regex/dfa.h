/* SPDX-License-Identifier: Apache-2.0 */
/* Searching long texts with a deterministic automaton that is made as the text asks for it. */
#pragma once

#include "scan/regex/program.h"

/* Working memory; the automaton is made anew for each text. */
struct dfa;
void dfa_free(struct dfa *dfa);

/* Whether PROGRAM matches somewhere in S. False when it has what an automaton cannot do (counted
 * runs, `\b`, wide characters), when it needs too many states, or when S is not worth it: then
 * *RET_FOUND is not set. *DFA is NULL or from an earlier call. */
bool dfa_search(struct dfa **dfa, const struct program *program, str s, bool *ret_found);
