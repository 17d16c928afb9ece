/* SPDX-License-Identifier: Apache-2.0 */
/* A command line of a POSIX shell, taken apart without running anything: words, the stages that
 * pipes join, and what stands in whose substitution. Lines of hostile scripts are its input: what
 * is no shell at all still comes apart somehow. */
#pragma once

#include "base/str.h"

enum {
    COMMAND_BYTES = 64 << 10, /* of a line; the rest is not looked at */
    COMMAND_WORDS = 4096,
    COMMAND_STAGES = 256,
    COMMAND_DEPTH = 32, /* substitutions in substitutions */
};

struct command_word {
    str text; /* without its quotes */
    uint16_t stage;
    bool is_target; /* of a redirection */
};
/* A program with its words. */
struct command_stage {
    int outer;            /* the stage in whose words it stands; -1 */
    bool is_output;       /* its output becomes words or a file there: $(…), <(…) */
    bool is_value;        /* the quoted value of a variable, which may be no command at all */
    bool runs_output;     /* its program is what a substitution says */
    uint16_t chain;       /* the same for stages that pipes join … */
    uint16_t place;       /* … in their order */
    size_t program, next; /* places of the program's word and of the one behind it, or SIZE_MAX */
};
struct command_line {
    struct command_word *words;
    struct command_stage *stages;
    size_t count, stage_count;
    char *text;  /* what the words are views of */
    bool is_cut; /* a cap was met */
};

void command_parse(str text, struct command_line *ret);
void command_clear(struct command_line *line);
/* The program as it is written; empty when the stage has none. */
str command_program(const struct command_line *line, size_t stage);
/* The next word behind I of the same stage that is no target of a redirection; SIZE_MAX: none. */
size_t command_next(const struct command_line *line, size_t i);
/* Whether the output of stage FROM reaches TO: by a pipe, or as words when TO asks for them. */
bool command_feeds(const struct command_line *line, size_t from, size_t to);
/* The last part of a path. */
str command_base(str program);
/* sh, bash and the like. */
bool command_is_shell(str program);
