/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal as a screen that is redrawn: standard output, with keys from standard input where
 * that is a terminal, too. Whoever enters must leave, whatever happened. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Keys come at once and unseen, the screen is a blank one of its own. From here on SIGINT, SIGTERM
 * and SIGHUP end the next wait instead of the program. */
errcode terminal_enter(struct err *err);
/* Everything as it was before. */
void terminal_leave(void);

enum terminal_event { TERMINAL_TICK, TERMINAL_RESIZED, TERMINAL_QUIT };
/* Until MILLISECONDS are over, the size changed, or who watches wants to go (q, Ctrl-C, Ctrl-D, a
 * signal). */
enum terminal_event terminal_wait(int milliseconds);
void terminal_size(unsigned *ret_columns, unsigned *ret_rows);
/* Draws TEXT (of view_fit) over what is there. */
void terminal_draw(str text);
