/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled expression looks like in memory and in a file: a head, instructions, runs, sets;
 * all numbers little-endian, all places relative, each program a multiple of 8 bytes.
 *
 * A run is one instruction for X{min,max} of a single set, however large the numbers are: all its
 * rounds grow in step, so the machine keeps only the times at which the run was entered. */
#pragma once

#include "scan/regex/node.h"

enum {
    PROGRAM_MAGIC = 0x31786772, /* "rgx1" */
    PROGRAM_INSTRUCTIONS = 16384,
    PROGRAM_RUNS = 4096,
    PROGRAM_RING_WORDS = 1 << 16, /* 64-bit words of the entry times of all runs */
    PROGRAM_NO_SET = UINT32_MAX,
};
enum { PROGRAM_WIDE = 1 };

enum operation {
    OP_BYTE,   /* (byte & mask) == value */
    OP_SET,    /* the byte is of set TARGET */
    OP_RUN,    /* run TARGET */
    OP_SPLIT,  /* goes on at the next instruction and at TARGET */
    OP_JUMP,   /* goes on at TARGET */
    OP_ASSERT, /* goes on when assertion VALUE holds */
    OP_MATCH,
    OPERATIONS,
};
struct instruction {
    uint8_t operation, value, mask, unused;
    uint32_t target;
};
struct run {
    uint32_t set, min, max; /* max REPEAT_NO_END: no bound */
    uint32_t instruction;   /* the one that it belongs to */
    uint32_t ring, unused;  /* its first word among the entry times */
};
struct program_head {
    uint32_t magic, flags;
    uint32_t instructions, runs, sets, ring_words;
    uint32_t first; /* for searching: the set of the bytes that a match begins with */
    uint32_t unused;
};
struct program {
    const struct program_head *head;
    const struct instruction *instructions;
    const struct run *runs;
    const struct byte_set *sets;
};

static inline size_t
program_size(const struct program_head *head)
{
    return sizeof *head + (size_t)head->instructions * sizeof(struct instruction) +
           (size_t)head->runs * sizeof(struct run) + (size_t)head->sets * sizeof(struct byte_set);
}

static inline struct program
program_at(str code, uint32_t place)
{
    struct program program;
    program.head = (const void *)(code.p + place);
    program.instructions = (const void *)(program.head + 1);
    program.runs = (const void *)(program.instructions + program.head->instructions);
    program.sets = (const void *)(program.runs + program.head->runs);
    return program;
}

/* Words that remember the entry times of the last MIN bytes: a power of two. */
static inline uint32_t
ring_words(uint32_t min)
{
    uint32_t words = 1;
    while (words * 64 < min + 1)
        words *= 2;
    return words;
}

/* Appends the program of ITEMS, to be run backwards with BACKWARD, and says where it is. */
errcode program_emit(struct node *const *items, size_t count, unsigned flags, bool backward,
                     struct buf *code, uint32_t *ret, struct err *err);
