/* SPDX-License-Identifier: Apache-2.0 */
/* A state is the set of places in the program where a match in progress may stand, and always the
 * program's start too. A state's row of the table says which state follows on a byte of each class;
 * rows are filled in when they are first asked for, and few are. */
#include "scan/regex/dfa.h"

#include "base/require.h"

#include <stdlib.h>

enum {
    TEXT_MIN = 2048,    /* a shorter text is searched sooner than the classes are made */
    STATES = 512,       /* at most */
    PROGRAM_MAX = 512,  /* instructions of a program that is tried */
    SETS_MAX = 64,      /* its sets */
    BUCKETS = 2048,     /* of the hash table, a power of two */
    NO_STATE = 0,       /* a row's entry that is not made; the states begin with 1 */
    FOUND = UINT16_MAX, /* instead of a state: a match ends here */
};

struct dfa {
    struct program program;
    uint8_t class_of[256], example[256]; /* a byte's class; one of a class's bytes */
    unsigned classes;
    uint16_t table[STATES][256];
    uint16_t buckets[BUCKETS];
    struct {
        uint32_t first, count; /* in places */
    } states[STATES];
    uint32_t state_count, place_count;
    uint16_t places[STATES * 64];
    /* The state in the making. */
    uint16_t made[PROGRAM_MAX], stack[PROGRAM_MAX];
    uint32_t made_count, stamp, stamps[PROGRAM_MAX];
    bool matched;
};

void
dfa_free(struct dfa *dfa)
{
    free(dfa);
}

static bool
can_do(const struct program *program, str s)
{
    const struct program_head *head = program->head;
    if (s.n < TEXT_MIN || head->instructions > PROGRAM_MAX || head->sets > SETS_MAX ||
        head->flags & PROGRAM_WIDE)
        return false;
    for (uint32_t i = 0; i < head->runs; i++)
        if (program->runs[i].min > 1 || program->runs[i].max != REPEAT_NO_END)
            return false;
    for (uint32_t i = 0; i < head->instructions; i++)
        if (program->instructions[i].operation == OP_ASSERT &&
            program->instructions[i].value >= ASSERT_BOUNDARY)
            return false;
    return true;
}

/* Splits each class into the bytes that INSTRUCTION or SET reads and the others. */
static void
refine(struct dfa *dfa, const struct instruction *instruction, const struct byte_set *set)
{
    int16_t ids[256][2];
    unsigned classes = 0;
    memset(ids, 0xff, sizeof ids);
    for (unsigned byte = 0; byte < 256; byte++) {
        bool reads =
            set ? set_has(set, (uint8_t)byte) : (byte & instruction->mask) == instruction->value;
        int16_t *id = &ids[dfa->class_of[byte]][reads];
        if (*id < 0) {
            dfa->example[classes] = (uint8_t)byte;
            *id = (int16_t)classes++;
        }
        dfa->class_of[byte] = (uint8_t)*id;
    }
    dfa->classes = classes;
}

static void
make_classes(struct dfa *dfa)
{
    const struct program *program = &dfa->program;
    struct byte_set known[256] = {0}; /* bytes that were told from the others, by mask */
    dfa->classes = 1;
    memset(dfa->class_of, 0, sizeof dfa->class_of);
    for (uint32_t i = 0; i < program->head->sets; i++)
        refine(dfa, NULL, &program->sets[i]);
    for (uint32_t i = 0; i < program->head->instructions; i++) {
        const struct instruction *instruction = &program->instructions[i];
        if (instruction->operation != OP_BYTE ||
            set_has(&known[instruction->mask], instruction->value))
            continue;
        set_add(&known[instruction->mask], instruction->value);
        refine(dfa, instruction, NULL);
    }
}

static void
begin_state(struct dfa *dfa)
{
    dfa->made_count = 0;
    dfa->matched = false;
    dfa->stamp++;
}

static void
keep(struct dfa *dfa, uint32_t place)
{
    dfa->made[dfa->made_count++] = (uint16_t)place;
}

/* Adds what can be reached from PLACE without a byte. `$` is kept, for the end of the text. */
static void
follow(struct dfa *dfa, uint32_t place, bool at_begin, bool at_end)
{
    const struct program *program = &dfa->program;
    uint32_t depth = 0;
    for (;;) {
        const struct instruction *instruction = &program->instructions[place];
        bool goes_on = false;
        if (dfa->stamps[place] != dfa->stamp) {
            dfa->stamps[place] = dfa->stamp;
            switch (instruction->operation) {
            case OP_SPLIT:
                dfa->stack[depth++] = (uint16_t)instruction->target;
                goes_on = true;
                break;
            case OP_JUMP:
                place = instruction->target;
                continue;
            case OP_ASSERT:
                goes_on = instruction->value == ASSERT_BEGIN ? at_begin : at_end;
                if (instruction->value == ASSERT_END && !at_end)
                    keep(dfa, place);
                break;
            case OP_RUN:
                keep(dfa, place);
                goes_on = program->runs[instruction->target].min == 0;
                break;
            case OP_MATCH:
                dfa->matched = true;
                break;
            default:
                keep(dfa, place);
            }
        }
        if (goes_on)
            place++;
        else if (depth)
            place = dfa->stack[--depth];
        else
            return;
    }
}

/* The number of the state in the making; NO_STATE when there is no room for it. */
static uint16_t
finish_state(struct dfa *dfa)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < dfa->made_count; i++)
        hash = (hash ^ dfa->made[i]) * UINT64_C(0x100000001b3);
    size_t size = dfa->made_count * sizeof *dfa->made, bucket = (hash ^ hash >> 32) % BUCKETS;
    if (dfa->matched)
        return FOUND;
    for (; dfa->buckets[bucket]; bucket = (bucket + 1) % BUCKETS) {
        uint16_t state = dfa->buckets[bucket];
        if (dfa->states[state].count == dfa->made_count &&
            memcmp(dfa->places + dfa->states[state].first, dfa->made, size) == 0)
            return state;
    }
    if (dfa->state_count == STATES ||
        dfa->place_count + dfa->made_count > sizeof dfa->places / sizeof *dfa->places)
        return NO_STATE;
    uint16_t state = (uint16_t)dfa->state_count++;
    dfa->states[state].first = dfa->place_count;
    dfa->states[state].count = dfa->made_count;
    memcpy(dfa->places + dfa->place_count, dfa->made, size);
    dfa->place_count += dfa->made_count;
    memset(dfa->table[state], 0, dfa->classes * sizeof **dfa->table);
    dfa->buckets[bucket] = state;
    return state;
}

/* The state behind STATE and a byte of CLASS. */
static uint16_t
next_state(struct dfa *dfa, uint16_t state, uint8_t class)
{
    const struct program *program = &dfa->program;
    uint8_t byte = dfa->example[class];
    begin_state(dfa);
    for (uint32_t i = 0; i < dfa->states[state].count; i++) {
        uint32_t place = dfa->places[dfa->states[state].first + i];
        const struct instruction *instruction = &program->instructions[place];
        bool reads = false;
        if (instruction->operation == OP_BYTE)
            reads = (byte & instruction->mask) == instruction->value;
        else if (instruction->operation == OP_SET)
            reads = set_has(&program->sets[instruction->target], byte);
        else if (instruction->operation == OP_RUN)
            reads = set_has(&program->sets[program->runs[instruction->target].set], byte);
        if (reads && instruction->operation == OP_RUN)
            follow(dfa, place, false, false);
        if (reads)
            follow(dfa, place + 1, false, false);
    }
    follow(dfa, 0, false, false);
    uint16_t next = finish_state(dfa);
    dfa->table[state][class] = next;
    return next;
}

/* True when STATE matches where the text ends. */
static bool
matches_at_end(struct dfa *dfa, uint16_t state)
{
    begin_state(dfa);
    for (uint32_t i = 0; i < dfa->states[state].count; i++) {
        uint32_t place = dfa->places[dfa->states[state].first + i];
        if (dfa->program.instructions[place].operation == OP_ASSERT)
            follow(dfa, place, false, true);
    }
    return dfa->matched;
}

static void
prepare(struct dfa *dfa, const struct program *program)
{
    dfa->program = *program;
    dfa->state_count = 1;
    dfa->place_count = 0;
    dfa->stamp = 0;
    memset(dfa->stamps, 0, sizeof dfa->stamps);
    memset(dfa->buckets, 0, sizeof dfa->buckets);
    make_classes(dfa);
}

bool
dfa_search(struct dfa **dfa_memory, const struct program *program, str s, bool *ret_found)
{
    if (!can_do(program, s))
        return false;
    if (!*dfa_memory)
        *dfa_memory = mem_alloc(sizeof **dfa_memory);
    struct dfa *dfa = *dfa_memory;
    prepare(dfa, program);
    begin_state(dfa);
    follow(dfa, 0, true, false);
    uint16_t state = finish_state(dfa);
    for (size_t i = 0; i < s.n && state != FOUND && state != NO_STATE; i++) {
        uint8_t class = dfa->class_of[(uint8_t)s.p[i]];
        uint16_t next = dfa->table[state][class];
        state = next == NO_STATE ? next_state(dfa, state, class) : next;
    }
    if (state == NO_STATE)
        return false;
    *ret_found = state == FOUND || matches_at_end(dfa, state);
    return true;
}
