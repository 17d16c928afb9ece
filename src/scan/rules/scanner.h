/* SPDX-License-Identifier: Apache-2.0 */
/* A scan in progress: what was found so far in one file or process. Part-internal; scan.h is what
 * others use. One a thread, reused from file to file. */
#pragma once

#include "scan/regex/regex.h"
#include "scan/rules/rules.h"

enum { MATCHES_MAX = 1000000 };

struct match {
    uint64_t offset; /* in the file, or the address in a process */
    uint32_t length;
    uint8_t key;      /* of xor */
    const char *data; /* of a process: a copy of its begin; else NULL */
};
struct matches {
    struct match *items; /* by offset, each offset once */
    uint32_t count, room;
    uint32_t gone; /* items before these, which may be used again */
};
/* Bits of a string's state. */
enum { STATE_DONE = 1, STATE_ALIVE = 2, STATE_TOUCHED = 4 };
enum verdict { VERDICT_FALSE, VERDICT_TRUE };
enum pass {
    PASS_NOTHING,    /* no file: only what needs neither strings nor bytes is known */
    PASS_NO_MODULES, /* the cheap one, which decides most rules */
    PASS_EXACT,
};

struct loop {
    uint32_t place;    /* of its body */
    uint32_t variable; /* first one */
    enum code_operation op;
    unsigned base;   /* values below its own */
    int64_t at, end; /* next, and behind the last */
    int64_t count;   /* all, known when it began */
    int64_t trues, unknowns, done;
    struct value quantifier;
    const struct list *list;
    const uint32_t *set;
    uint32_t string;
};

struct scanner {
    const struct rules *rules;
    struct arena arena; /* of one scan */
    struct regex_machine *machine;
    struct external_record *externals; /* this scanner's values of them */
    str *external_texts;               /* … of those that are strings */
    /* Options. */
    bool every;       /* keep every match of every string, not only what conditions ask for */
    int64_t deadline; /* clock_monotonic; 0: none */
    void (*console)(void *context, str text);
    /* The data up to OFFSET were looked at; they may still be asked for again. */
    void (*released)(void *context, size_t offset);
    void *context;
    /* What is scanned. */
    str data;      /* the block at hand; of a file, all of it */
    uint64_t base; /* its address in a process */
    uint64_t file_size;
    bool is_process;
    bool cut_begin, cut_end; /* the process's memory goes on before, or behind, the block */
    size_t (*fetch)(void *context, uint64_t address, void *out, size_t size); /* of a process */
    /* Found. */
    uint8_t *states;         /* of each string */
    uint8_t *settled;        /* of each pattern: whether all its strings are done */
    size_t *run_ends;        /* of each run anchor: up to there the bytes are of its set */
    struct matches *matches; /* of each string */
    uint32_t *touched;       /* strings with matches, or pieces of them */
    uint32_t touched_count;
    uint8_t *verdicts;    /* of each rule */
    uint8_t *guards;      /* of each guard: 0 not asked, 1 holds, 2 does not */
    uint64_t *candidates; /* bit set of rules that are to be judged */
    uint32_t *holding;    /* rules that hold, in their order */
    uint32_t holding_count;
    struct module_run **runs; /* of each module */
    bool timed_out, too_many;
    unsigned ticks;
    uint64_t entry_point;
    enum { ENTRY_UNASKED, ENTRY_NONE, ENTRY_KNOWN } entry_state;
    /* Evaluation. */
    enum pass pass;
    unsigned rounds_left; /* of loops, in PASS_NOTHING: then what they say is unknown */
    struct value stack[CODE_STACK_MAX + 2];
    struct value variables[CODE_LOOPS_MAX * 2];
    struct loop loops[CODE_LOOPS_MAX];
};

struct scanner *scanner_new(const struct rules *rules);
void scanner_free(struct scanner *scanner);

/* Whether the rule could hold in some file without any of its strings. */
bool scanner_may_hold(struct scanner *scanner, uint32_t rule);

/* Forgets the last scan. */
void scanner_begin(struct scanner *scanner);
/* Looks for strings in one block; of a file, all of it. */
void scanner_block(struct scanner *scanner, str data, uint64_t base);
/* Judges the rules. */
void scanner_judge(struct scanner *scanner);

/* The parts of it. */
void scanner_verify(struct scanner *scanner, uint32_t pattern, size_t at);
/* Looks for runs that begin from FROM on, a multiple of RUN_MOST, and before TO, which is another
 * one or at most RUN_LEAST bytes from the data's end. To be asked in the order of the data. */
void scanner_try_runs(struct scanner *scanner, size_t from, size_t to);
void scanner_add_match(struct scanner *scanner, uint32_t string, size_t start, size_t length,
                       uint8_t key, bool wide);
/* Whether no word goes on at END of the block. */
bool scanner_word_ends(str block, size_t end, bool wide);
void scanner_add_piece(struct scanner *scanner, uint32_t string, size_t start, size_t length);
bool scanner_guard_holds(struct scanner *scanner, uint32_t rule);
/* Counts work; true when the time is up. */
bool scanner_tick(struct scanner *scanner);
/* The value of the code at PLACE in the scanner's pass. */
struct value evaluate(struct scanner *scanner, uint32_t place);
/* Undefined, or 0 and empty, is false. Unknown is not to be asked. */
bool value_is_true(struct value value);
/* OP on two values, neither of them unknown. */
struct value evaluate_operation(struct scanner *scanner, enum code_operation op, struct value a,
                                struct value b);
struct module_run *scanner_module(struct scanner *scanner, uint32_t module);
/* The run of a module that rules need not use. */
struct module_run *scanner_run_of(struct scanner *scanner, const struct module *module);
