/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan asks of the system; src/cmd/linux/ and src/cmd/windows/ each answer all of it. */
#pragma once

#include "cmd/scan/scan_setup.h"

#include <stdatomic.h>

/* "linux" or "windows", as self-reports tell it. */
extern const char scan_system_name[];
/* The folder of what this program keeps for this user. */
errcode scan_own_folder(char out[PATH_TEXT], struct err *err);
/* Where a page for the user is put: the desktop, else the home folder. */
errcode scan_page_folder(char out[PATH_TEXT], struct err *err);

bool scan_is_admin(void);
unsigned scan_processors(void);
/* Behind all other work: a machine that is scanned is one that is used. */
void scan_be_polite(void);
/* Every program that runs but this one; TARGET is without PROCESS. */
void scan_each_process(void (*each)(struct scan_target *target));

/* The places of a quick scan, where files come to a computer and where everyone may write, or of a
 * full one. */
struct scan_places {
    char paths[64][PATH_TEXT];
    size_t count;
};
void scan_quick_places(struct scan_places *places);
void scan_full_places(struct scan_places *places);
void scan_place_add(struct scan_places *places, const char *path); /* when it is there */
/* The whole path of WORD, without links; the caller frees. */
errcode scan_whole_path(const char *word, char **ret, struct err *err);
/* The next Ctrl-C, or a signal to end, sets STOPPED; the one after it ends the program. */
void scan_catch_stop(atomic_bool *stopped);
/* Connects with the system's log, which the sandbox would not let. */
void scan_log_open(void);
/* Lines for the system's log, where it has one for such. */
bool scan_has_log(void);
void scan_log_line(bool is_finding, const char *text);
