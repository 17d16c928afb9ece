/* SPDX-License-Identifier: Apache-2.0 */
/* khien scan --schedule: a timer of systemd, or a task of Windows, that makes the very scan that
 * the call describes. */
#pragma once

#include "cmd/command.h"

/* Whether this call makes, removes or tells of the schedule rather than scans. */
bool schedule_wanted(const struct call *call);
/* Does so, and tells on standard output what it did and how that is undone. It runs a program of
 * the system, so it is for outside of the sandbox. */
errcode schedule_run(const struct call *call, struct err *err);

/* ---- between schedule.c and the systems ---- */

/* src/cmd/linux/, src/cmd/windows/: what schedule_run does, when the call has been checked. On
 * Linux the units are the system's for root and with --root, else the user's. */
errcode schedule_answer(const struct call *call, struct err *err);

/* The command line behind the program's name: `scan`, where the results go, and what else CALL
 * says. */
struct schedule_command {
    const struct call *call;
    const char *state, *report;
    bool with_log;   /* also to the system's log */
    bool is_foreign; /* paths in options are of another system, and stay as they are */
    void (*add_word)(struct buf *out, const char *word); /* with a blank before it */
};
errcode schedule_write_command(const struct schedule_command *command, struct buf *out,
                               struct err *err);

/* Into the answer of a struct with IS_VI and OUT. */
#define SAY(schedule, vi, en, ...)                                                                 \
    ((schedule)->is_vi ? buf_printf(&(schedule)->out, vi, __VA_ARGS__)                             \
                       : buf_printf(&(schedule)->out, en, __VA_ARGS__))
