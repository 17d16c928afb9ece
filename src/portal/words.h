/* SPDX-License-Identifier: Apache-2.0 */
/* The words for each state of a check, as English keys of the catalog (inner to the part). */
#pragma once

#include "portal/check.h"

/* One sentence: what to do next. */
const char *words_advice(enum check_state state);
/* The result in a few words. */
const char *words_headline(enum check_state state);
/* What it does and does not mean; may name {families}, {day} and {window}. */
const char *words_meaning(enum check_state state);
/* The same as a remark beside another state; NULL when it needs none. */
const char *words_note(enum check_state state);
/* A list of steps for STATE, ended by NULL. */
const char *const *words_steps(enum check_state state);
/* A class that is listed apart, in plain words. */
const char *words_class(enum event_class class);
/* What kind of link in the chain: "bad", "warn", "plain" (a style's name, never the only sign). */
const char *words_tone(enum check_state state);
