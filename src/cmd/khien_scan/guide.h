/* SPDX-License-Identifier: Apache-2.0 */
/* The scan as a conversation, for people who opened the program by a double click. */
#pragma once

#include "cmd/command.h"

extern const struct command command_guide;
/* Waits for Enter when there was a conversation. */
void guide_wait(void);

/* What it says, in Vietnamese and in English: guide_words.c. */
enum guide_phrase {
    GUIDE_HELLO,
    GUIDE_NO_RULES, /* the places where they may be: beside the program, the installed ones */
    GUIDE_NO_RULES_SHORT,
    GUIDE_RULES, /* the pack */
    GUIDE_MENU,
    GUIDE_BYE,
    GUIDE_FOLDER,
    GUIDE_NO_FOLDER, /* what was typed */
    GUIDE_BEGINS,
    GUIDE_REMOVE, /* how many */
    GUIDE_REMOVE_WORD,
    GUIDE_KEPT,
    GUIDE_TAKEN,   /* number, path */
    GUIDE_REFUSED, /* path, why */
    GUIDE_UNDO,
    GUIDE_UNDO_ADMIN,
    GUIDE_SAVE,
    GUIDE_SAVED, /* path */
    GUIDE_WAIT,
    GUIDE_PHRASES,
};
struct guide_words {
    const char *in[2]; /* by enum report_language */
};
extern const struct guide_words guide_words[GUIDE_PHRASES];
