/* SPDX-License-Identifier: Apache-2.0 */
/* A machine and one run of it (inner to the part). */
#pragma once

#include "scan/regex/dfa.h"
#include "scan/regex/program.h"

/* A run's rounds: times are counted in characters since the start. */
struct run_state {
    size_t newest; /* the last entry */
    size_t last;   /* the last entry that has its least rounds by now */
    size_t since;  /* older entries in the ring are from before it died */
    bool active, ready;
};
/* Between two places of the watched data a run reads nothing but its own characters. */
struct known {
    const struct program_head *program;
    uint32_t run, kind, age;
    size_t from, until; /* until is the lower one when the program is run backwards */
};
enum { KNOWN = 1024, STRETCH = 16 };

/* A program that runs often over the watched data gets an automaton. Where that is of no use, it is
 * waited longer until the next. */
struct often {
    const struct program_head *program;
    uint32_t age, runs, runs_wanted, lost;
    struct dfa *dfa; /* may be of another program as long as it is not ready */
    bool is_ready;
};
enum { OFTEN = 16, RUNS_WANTED = 32, RUNS_WANTED_MAX = 1 << 20, LOST_SHARE = 16 };

/* The places that wait for a byte (threads) and the runs that do, at the time NOW. */
struct regex_machine {
    uint32_t *stamps; /* an instruction's is STAMP when it was seen at this time */
    uint32_t *threads, *next, *stack, *active;
    struct run_state *runs;
    uint64_t *ring;
    uint32_t thread_count, next_count, active_count;
    uint32_t stamp, instructions, run_room, ring_room;
    struct dfa *dfa; /* for long texts */
    struct often often[OFTEN];
    str watched;
    uint32_t age; /* what is known of other data is of another age */
    struct known *known;
};

/* One run over one text. */
struct pass {
    struct regex_machine *machine;
    struct program program;
    const uint8_t *data;
    size_t size;          /* of the whole data, for assertions */
    size_t at, low, high; /* the place now; what may be read */
    size_t step;          /* bytes of a character */
    size_t now;
    bool backward;
    bool matched;         /* at this place */
    struct often *often;  /* whose automaton goes on from instruction SPLIT, or NULL */
    size_t walked;        /* the automaton's place */
    uint32_t split, left; /* characters that it may still read */
    uint32_t found;       /* matches of it */
    uint32_t cell;        /* its state */
};

static inline bool
reads(const struct pass *pass, const struct instruction *instruction, uint8_t byte)
{
    if (instruction->operation == OP_BYTE)
        return (byte & instruction->mask) == instruction->value;
    return set_has(&pass->program.sets[instruction->target], byte);
}

static inline bool
is_watched(const struct pass *pass)
{
    const struct regex_machine *machine = pass->machine;
    return machine->watched.p == (const char *)pass->data && machine->watched.n == pass->size;
}

/* stretch.c: passes what changes nothing for a run that is all there is, but for the last round of
 * those that its bounds count. */
void pass_clear(struct pass *pass);
/* At a match: goes to the farthest of those that follow at once. */
void pass_matches(struct pass *pass);
