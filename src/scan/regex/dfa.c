/* SPDX-License-Identifier: Apache-2.0 */
/* A state is the set of places in the program where a match in progress may stand; where matches
 * begin anywhere, always the program's start too. A state's row of the table says which state
 * follows on a byte of each class; rows are filled in when they are first asked for, and few are.
 */
#include "scan/regex/dfa.h"

#include "base/require.h"

#include <stdlib.h>

enum {
    TEXT_MIN = 2048,      /* a shorter text is searched sooner than the classes are made */
    PROGRAM_MAX = 4096,   /* instructions of a program that is tried */
    SETS_MAX = 64,        /* its sets */
    ROUNDS_MAX = 4096,    /* that a run counts */
    FEW_ROUNDS = 64,      /* of a run that is followed to its end */
    MADE_MAX = 8192,      /* places of a state */
    STATES = 4096,        /* at most */
    CELLS = 128 << 10,    /* of the table */
    PLACES = 64 << 10,    /* of all states */
    BUCKETS = 2 * STATES, /* of the hash table, a power of two; 0 is an empty one */
    FIRST = 1,            /* the state at the begin */
    ROUNDS_SHIFT = 16,    /* a place is an instruction, and how many rounds of its run are done */
    PLACE = (1 << ROUNDS_SHIFT) - 1,
};

/* What a cell of the table holds: where the row of the state that follows begins, so that going on
 * is one addition and one load; all else is no less than CELLS. */
#define MATCHED UINT32_C(0x80000000) /* with a row: a match ends here */
#define DEAD UINT32_C(0x7fffffff)    /* no match can follow */
#define NO_STATE UINT32_MAX          /* the cell is not filled */

struct dfa {
    struct program program;
    uint32_t begin;                      /* the instruction */
    bool anywhere;                       /* matches begin at each byte */
    bool has_long_run;                   /* which is better followed by other means */
    uint8_t class_of[256], example[256]; /* a byte's class; one of a class's bytes */
    unsigned classes;
    uint32_t table[CELLS]; /* a row for each state: what follows on each class */
    uint16_t buckets[BUCKETS];
    struct {
        uint32_t first, count; /* in places */
        bool matched;
    } states[STATES];
    uint32_t state_count, place_count;
    uint32_t places[PLACES];
    /* The state in the making. */
    uint32_t made[MADE_MAX], stack[PROGRAM_MAX];
    uint32_t made_count, stamp, stamps[PROGRAM_MAX];
    bool matched, overflows;
};

void
dfa_free(struct dfa *dfa)
{
    free(dfa);
}

static bool
can_do(const struct program *program)
{
    const struct program_head *head = program->head;
    if (head->instructions > PROGRAM_MAX || head->sets > SETS_MAX)
        return false;
    for (uint32_t i = 0; i < head->runs; i++)
        if (program->runs[i].min > ROUNDS_MAX ||
            (program->runs[i].max > ROUNDS_MAX && program->runs[i].max != REPEAT_NO_END))
            return false;
    return true;
}

/* What is looked at beside the bytes that are read; `^` and `$` with ENDS only. */
static bool
asserts(const struct program *program, bool ends)
{
    for (uint32_t i = 0; i < program->head->instructions; i++)
        if (program->instructions[i].operation == OP_ASSERT &&
            (!ends || program->instructions[i].value >= ASSERT_BOUNDARY))
            return true;
    return false;
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
    dfa->matched = dfa->overflows = false;
    dfa->stamp++;
}

static void
keep(struct dfa *dfa, uint32_t place)
{
    if (dfa->made_count < MADE_MAX)
        dfa->made[dfa->made_count++] = place;
    else
        dfa->overflows = true;
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
                dfa->stack[depth++] = instruction->target;
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

/* What the cell of the state in the making holds; NO_STATE when there is no room for it. */
static uint32_t
finish_state(struct dfa *dfa)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + dfa->matched;
    for (uint32_t i = 0; i < dfa->made_count; i++)
        hash = (hash ^ dfa->made[i]) * UINT64_C(0x100000001b3);
    size_t size = dfa->made_count * sizeof *dfa->made, bucket = (hash ^ hash >> 32) % BUCKETS;
    uint32_t flag = dfa->matched ? MATCHED : 0;
    if (dfa->made_count == 0 && !dfa->matched)
        return DEAD;
    for (; dfa->buckets[bucket]; bucket = (bucket + 1) % BUCKETS) {
        uint16_t state = dfa->buckets[bucket];
        if (dfa->states[state].count == dfa->made_count &&
            dfa->states[state].matched == dfa->matched &&
            memcmp(dfa->places + dfa->states[state].first, dfa->made, size) == 0)
            return state * dfa->classes | flag;
    }
    if (dfa->overflows || dfa->state_count == STATES ||
        (dfa->state_count + 1) * dfa->classes > CELLS ||
        dfa->place_count + dfa->made_count > PLACES)
        return NO_STATE;
    uint32_t state = dfa->state_count++;
    dfa->states[state].first = dfa->place_count;
    dfa->states[state].count = dfa->made_count;
    dfa->states[state].matched = dfa->matched;
    memcpy(dfa->places + dfa->place_count, dfa->made, size);
    dfa->place_count += dfa->made_count;
    memset(dfa->table + state * dfa->classes, 0xff, dfa->classes * sizeof *dfa->table);
    dfa->buckets[bucket] = (uint16_t)state;
    return state * dfa->classes | flag;
}

/* ROUNDS of the run at PLACE are done. Of a run without end those above its least are all one. */
static void
keep_run(struct dfa *dfa, uint32_t place, uint32_t rounds)
{
    const struct run *run = &dfa->program.runs[dfa->program.instructions[place].target];
    if (rounds >= run->max)
        return;
    if (run->max == REPEAT_NO_END && rounds >= run->min) {
        uint32_t kept = place | run->min << ROUNDS_SHIFT;
        for (uint32_t i = 0; i < dfa->made_count; i++)
            if (dfa->made[i] == kept)
                return;
        rounds = run->min;
    }
    if (rounds == 0)
        dfa->stamps[place] = dfa->stamp;
    keep(dfa, place | rounds << ROUNDS_SHIFT);
}

/* What WHERE, a place of the state before, becomes with BYTE. */
static void
advance(struct dfa *dfa, uint32_t where, uint8_t byte)
{
    const struct program *program = &dfa->program;
    uint32_t place = where & PLACE, rounds = (where >> ROUNDS_SHIFT) + 1;
    const struct instruction *instruction = &program->instructions[place];
    if (instruction->operation == OP_BYTE) {
        if ((byte & instruction->mask) == instruction->value)
            follow(dfa, place + 1, false, false);
    } else if (instruction->operation == OP_SET) {
        if (set_has(&program->sets[instruction->target], byte))
            follow(dfa, place + 1, false, false);
    } else if (instruction->operation == OP_RUN) {
        const struct run *run = &program->runs[instruction->target];
        if (!set_has(&program->sets[run->set], byte))
            return;
        keep_run(dfa, place, rounds);
        if (rounds >= run->min)
            follow(dfa, place + 1, false, false);
    }
}

/* Fills the cell of CLASS in the row that begins at ROW. */
static uint32_t
next_state(struct dfa *dfa, uint32_t row, uint8_t class)
{
    uint32_t state = row / dfa->classes;
    begin_state(dfa);
    for (uint32_t i = 0; i < dfa->states[state].count; i++)
        advance(dfa, dfa->places[dfa->states[state].first + i], dfa->example[class]);
    if (dfa->anywhere)
        follow(dfa, dfa->begin, false, false);
    return dfa->table[row + class] = finish_state(dfa);
}

/* What follows on BYTE behind CELL, which is a state. */
static inline uint32_t
step(struct dfa *dfa, uint32_t cell, uint8_t byte)
{
    uint8_t class = dfa->class_of[byte];
    uint32_t row = cell & ~MATCHED, next = dfa->table[row + class];
    return __builtin_expect(next == NO_STATE, 0) ? next_state(dfa, row, class) : next;
}

/* True when the state of CELL matches where the text ends. */
static bool
matches_at_end(struct dfa *dfa, uint32_t cell)
{
    uint32_t state = cell / dfa->classes;
    begin_state(dfa);
    for (uint32_t i = 0; i < dfa->states[state].count; i++) {
        uint32_t place = dfa->places[dfa->states[state].first + i] & PLACE;
        if (dfa->program.instructions[place].operation == OP_ASSERT)
            follow(dfa, place, false, true);
    }
    return dfa->matched;
}

static struct dfa *
prepare(struct dfa **memory, const struct program *program, uint32_t begin)
{
    if (!*memory)
        *memory = mem_alloc(sizeof **memory);
    struct dfa *dfa = *memory;
    dfa->program = *program;
    dfa->begin = begin;
    dfa->state_count = FIRST;
    dfa->place_count = 0;
    dfa->stamp = 0;
    memset(dfa->stamps, 0, sizeof dfa->stamps);
    memset(dfa->buckets, 0, sizeof dfa->buckets);
    make_classes(dfa);
    return dfa;
}

/* In a text every byte begins a match, so runs that count are under way many times at once. */
static bool
has_counted_run(const struct program *program)
{
    for (uint32_t i = 0; i < program->head->runs; i++)
        if (program->runs[i].min > 1 || program->runs[i].max != REPEAT_NO_END)
            return true;
    return false;
}

bool
dfa_search(struct dfa **memory, const struct program *program, str s, bool *ret_found)
{
    if (s.n < TEXT_MIN || program->head->flags & PROGRAM_WIDE || !can_do(program) ||
        asserts(program, true) || has_counted_run(program))
        return false;
    struct dfa *dfa = prepare(memory, program, 0);
    dfa->anywhere = true;
    begin_state(dfa);
    follow(dfa, 0, true, false);
    uint32_t cell = finish_state(dfa);
    for (size_t i = 0; i < s.n && cell < CELLS; i++)
        cell = step(dfa, cell, (uint8_t)s.p[i]);
    if (cell == NO_STATE)
        return false;
    *ret_found = cell & MATCHED || (cell != DEAD && matches_at_end(dfa, cell));
    return true;
}

bool
dfa_make(struct dfa **memory, const struct program *program, uint32_t place)
{
    if (!can_do(program) || asserts(program, false))
        return false;
    struct dfa *dfa = prepare(memory, program, place);
    dfa->anywhere = dfa->has_long_run = false;
    for (uint32_t i = 0; i < program->head->runs; i++)
        dfa->has_long_run |= program->runs[i].max > FEW_ROUNDS;
    begin_state(dfa);
    follow(dfa, place, false, false);
    finish_state(dfa);
    return dfa->state_count > 1;
}

bool
dfa_matches_first(const struct dfa *dfa)
{
    return dfa->states[FIRST].matched;
}

uint32_t
dfa_reach(const struct dfa *dfa)
{
    return dfa->has_long_run ? FEW_ROUNDS : UINT32_MAX;
}

enum dfa_end
dfa_next(struct dfa *dfa, struct dfa_walk *walk)
{
    const uint8_t *data = walk->data + walk->at - (walk->backward ? walk->step : 0);
    size_t room = (walk->backward ? walk->at - walk->low : walk->high - walk->at) / walk->step;
    size_t limit = room < walk->left ? room : walk->left, count = 0;
    ptrdiff_t stride = walk->backward ? -(ptrdiff_t)walk->step : (ptrdiff_t)walk->step;
    bool wide = walk->step > 1;
    uint32_t cell = walk->cell ? walk->cell : dfa->classes;
    for (; count < limit; data += stride) {
        if (wide && data[1] != 0)
            return DFA_NO_MATCH;
        cell = step(dfa, cell, *data);
        if (cell == DEAD)
            return DFA_NO_MATCH;
        if (cell == NO_STATE)
            return DFA_LOST;
        count++;
        if (cell & MATCHED) {
            walk->cell = cell;
            walk->left -= (uint32_t)count;
            walk->at =
                walk->backward ? walk->at - count * walk->step : walk->at + count * walk->step;
            return DFA_MATCH;
        }
    }
    return limit == room ? DFA_NO_MATCH : DFA_LOST;
}
