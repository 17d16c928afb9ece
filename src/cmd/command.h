/* SPDX-License-Identifier: Apache-2.0 */
/* Commands as data: one object each in commands/, listed once in command.c. The parser, --help, the
 * manual pages and the sandbox are all made from these tables, so they cannot disagree. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/sandbox.h"
#include "cmd/conf/conf.h"

struct call;

struct option {
    const char *name;     /* without "--" */
    const char *value;    /* what stands for the value in help; NULL: a flag */
    const char *fallback; /* the default, as the value is written; NULL: none */
    const char *help;     /* begins with a small letter, no full stop */
    char letter;          /* 0: none */
};

/* Landlock rules beside those that the needs bring. */
struct grants {
    const char *reads[SANDBOX_PATHS_MAX], *writes[SANDBOX_PATHS_MAX];
    size_t read_count, write_count;
    unsigned needs;  /* of this call, beside its action's */
    bool unconfined; /* it reads nothing that others wrote, and runs other programs: no sandbox */
};
/* PATH must live until the sandbox is entered; NULL, "" and "-" are left out. */
errcode grant_read(struct grants *grants, const char *path, struct err *err);
errcode grant_write(struct grants *grants, const char *path, struct err *err);
/* The fonts of this machine and what tells of them, to read. */
errcode grant_fonts(struct grants *grants, struct err *err);
/* The folder of temporary files, for what unpacks feeds. */
errcode grant_temp(const struct call *call, struct grants *grants, struct err *err);

struct action {
    const char *name;    /* "" in a command with only one */
    const char *words;   /* as usage shows them: "FILE…" */
    const char *summary; /* one line */
    size_t words_min, words_max;
    unsigned needs;    /* enum need; with NEED_READ every word is a path to read */
    bool without_conf; /* runs with the defaults, whatever the configuration file holds */
    const struct option *options;
    /* What NEED_OUTPUT may write and else may be read; may be NULL. */
    errcode (*grant)(const struct call *call, struct grants *grants, struct err *err);
    /* ERR_USAGE ends the program with status 2, any other error with 1. */
    errcode (*run)(const struct call *call, struct err *err);
};

struct example {
    const char *line, *what;
};

struct command {
    const char *name;
    const char *group; /* a title of command_groups */
    const char *summary;
    const char *details;            /* mdoc_text for the manual page */
    const struct action *actions;   /* ends with run NULL */
    const struct option *options;   /* of every action; may be NULL */
    const struct example *examples; /* ends with line NULL */
    const char *see_also;           /* "khien-feed khien.conf.5" */
};

/* Each program has its own: commands.c, khien_scan/commands.c. */
extern const char program_name[], program_summary[];
extern const bool program_has_manual;          /* man pages are installed with it */
extern const char *const command_groups[];     /* in the order of help; ends with NULL */
extern const struct command *const commands[]; /* ends with NULL */
extern const struct option global_options[];
const struct command *command_find(str name);
const struct action *action_find(const struct command *command, str name);

/* A call as it was written: a command's action, its words, its options. */
enum { CALL_OPTIONS_MAX = 64 };
struct call {
    const struct command *command;
    const struct action *action;
    const char *const *words;
    size_t word_count;
    const struct conf *conf;
    const char *conf_path; /* the file it was, or would be, read from; NULL: none */
    struct {
        const struct option *option;
        const char *value;
    } given[CALL_OPTIONS_MAX];
    size_t given_count;
};

/* Options may stand before, between and behind words; "--" ends them. ARGUMENTS (without the
 * program's name) are reordered. With --help or --version wanted, words are not counted. */
errcode call_parse(struct call *call, const char **arguments, size_t count, struct err *err);
/* The option's value as given or its default; NULL without either. The name must be one of the
 * action's, the command's or the program's options. */
const char *call_option(const struct call *call, const char *name);
bool call_given(const struct call *call, const char *name); /* a flag, or a value was given */
/* NUMBER and DAY options; a wrong one is ERR_USAGE. Without value or default *RET stays. */
errcode call_number(const struct call *call, const char *name, uint64_t min, uint64_t max,
                    uint64_t *ret, struct err *err);
errcode call_day(const struct call *call, const char *name, day *ret, struct err *err);

/* help.c */
void help_program(struct buf *out);
void help_call(const struct command *command, const struct action *action, struct buf *out);
/* manual.c: khien(1), and one page a command. */
void manual_program(struct buf *out);
void manual_command(const struct command *command, struct buf *out);

/* completion.c */
void completion_bash(struct buf *out);

/* confine.c: enters the sandbox of the call's action. */
errcode confine(const struct call *call, struct err *err);
