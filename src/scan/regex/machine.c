/* SPDX-License-Identifier: Apache-2.0 */
/* Runs programs: all the places where a match in progress may stand are kept at once (Thompson,
 * "Regular expression search algorithm", 1968), so the time is the text's length times at most the
 * program's, and nothing is tried twice. As long as there is only one such place no list is made:
 * a false anchor costs a few comparisons. */
#include "scan/regex/pass.h"

#include "base/require.h"

#include <stdlib.h>

struct regex_machine *
regex_machine_new(void)
{
    return mem_calloc(1, sizeof(struct regex_machine));
}

static void
free_arrays(struct regex_machine *machine)
{
    free(machine->stamps);
    free(machine->threads);
    free(machine->next);
    free(machine->stack);
    free(machine->active);
    free(machine->runs);
    free(machine->ring);
}

void
regex_machine_free(struct regex_machine *machine)
{
    if (!machine)
        return;
    free_arrays(machine);
    dfa_free(machine->dfa);
    for (size_t i = 0; i < OFTEN; i++)
        dfa_free(machine->often[i].dfa);
    free(machine->known);
    free(machine);
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void
grow(struct regex_machine *machine, const struct program_head *head)
{
    free_arrays(machine);
    machine->instructions = larger(larger(machine->instructions, head->instructions), 64);
    machine->run_room = larger(larger(machine->run_room, head->runs), 8);
    machine->ring_room = larger(larger(machine->ring_room, head->ring_words), 64);
    machine->thread_count = machine->next_count = machine->active_count = machine->stamp = 0;
    machine->stamps = mem_calloc(machine->instructions, sizeof *machine->stamps);
    machine->threads = mem_calloc(machine->instructions, sizeof *machine->threads);
    machine->next = mem_calloc(machine->instructions, sizeof *machine->next);
    machine->stack = mem_calloc(machine->instructions, sizeof *machine->stack);
    machine->active = mem_calloc(machine->run_room, sizeof *machine->active);
    machine->runs = mem_calloc(machine->run_room, sizeof *machine->runs);
    machine->ring = mem_calloc(machine->ring_room, sizeof *machine->ring);
}

static void
next_stamp(struct regex_machine *machine)
{
    if (++machine->stamp == 0) {
        memset(machine->stamps, 0, machine->instructions * sizeof *machine->stamps);
        machine->stamp = 1;
    }
}

void
regex_machine_watch(struct regex_machine *machine, str data)
{
    machine->watched = data;
    if (!machine->known)
        machine->known = mem_calloc(KNOWN, sizeof *machine->known);
    if (++machine->age == 0) {
        memset(machine->known, 0, KNOWN * sizeof *machine->known);
        for (size_t i = 0; i < OFTEN; i++)
            machine->often[i].age = 0;
        machine->age = 1;
    }
}

static struct pass
pass_new(struct regex_machine *machine, str code, uint32_t place, str data, size_t at)
{
    struct pass pass = {.machine = machine, .program = program_at(code, place)};
    const struct program_head *head = pass.program.head;
    if (head->instructions > machine->instructions || head->runs > machine->run_room ||
        head->ring_words > machine->ring_room)
        grow(machine, head);
    pass.data = (const uint8_t *)data.p;
    pass.size = data.n;
    pass.at = at;
    pass.high = data.n;
    pass.step = head->flags & PROGRAM_WIDE ? 2 : 1;
    return pass;
}

static bool
is_word_at(const struct pass *pass, size_t at)
{
    if (at > pass->size || pass->size - at < pass->step)
        return false;
    uint8_t c = pass->data[at];
    bool word = (c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return word && (pass->step == 1 || pass->data[at + 1] == 0);
}

static bool
holds(const struct pass *pass, uint8_t assertion)
{
    if (assertion == ASSERT_BEGIN)
        return pass->at == 0;
    if (assertion == ASSERT_END)
        return pass->at == pass->size;
    bool before = pass->at >= pass->step && is_word_at(pass, pass->at - pass->step);
    return (before != is_word_at(pass, pass->at)) == (assertion == ASSERT_BOUNDARY);
}

/* Takes the next character; false at the end, and where a wide one has no zero. */
static inline bool
take(struct pass *pass, uint8_t *ret)
{
    size_t at = pass->at;
    if (pass->backward) {
        if (at - pass->low < pass->step)
            return false;
        pass->at = at -= pass->step;
    } else {
        if (pass->high - at < pass->step)
            return false;
        pass->at = at + pass->step;
    }
    pass->now++;
    *ret = pass->data[at];
    return pass->step == 1 || pass->data[at + 1] == 0;
}

static void
enter_run(struct pass *pass, uint32_t index)
{
    struct regex_machine *machine = pass->machine;
    struct run_state *state = &machine->runs[index];
    const struct run *run = &pass->program.runs[index];
    if (!state->active) {
        state->active = true;
        state->ready = false;
        state->since = pass->now;
        machine->active[machine->active_count++] = index;
    }
    state->newest = pass->now;
    if (run->min == 0) {
        state->last = pass->now;
        state->ready = true;
        return;
    }
    size_t slot = pass->now & (ring_words(run->min) * 64 - 1);
    machine->ring[run->ring + slot / 64] |= UINT64_C(1) << slot % 64;
}

/* One round more for run INDEX, at the time that now is. False when no round of it can be left. */
static bool
advance_run(struct pass *pass, uint32_t index, uint8_t byte, bool *ret_leaves)
{
    struct run_state *state = &pass->machine->runs[index];
    const struct run *run = &pass->program.runs[index];
    *ret_leaves = false;
    if (!set_has(&pass->program.sets[run->set], byte))
        return state->active = false;
    size_t now = pass->now;
    if (run->min) {
        uint64_t *ring = pass->machine->ring + run->ring;
        size_t slots = ring_words(run->min) * 64 - 1, entry = now - run->min;
        ring[(now & slots) / 64] &= ~(UINT64_C(1) << (now & slots) % 64);
        if (now >= run->min && entry >= state->since &&
            ring[(entry & slots) / 64] >> (entry & slots) % 64 & 1) {
            state->last = entry;
            state->ready = true;
        }
    }
    *ret_leaves = state->ready && (run->max == REPEAT_NO_END || now - state->last <= run->max);
    return state->active = run->max == REPEAT_NO_END || now - state->newest < run->max;
}

/* Follows all that reads no byte from PLACE on, and makes the rest threads of the next list. */
static void
follow(struct pass *pass, uint32_t place)
{
    struct regex_machine *machine = pass->machine;
    uint32_t *stack = machine->stack, depth = 0;
    for (;;) {
        const struct instruction *instruction = &pass->program.instructions[place];
        bool goes_on = false;
        if (machine->stamps[place] != machine->stamp) {
            machine->stamps[place] = machine->stamp;
            switch (instruction->operation) {
            case OP_SPLIT:
                stack[depth++] = instruction->target;
                goes_on = true;
                break;
            case OP_JUMP:
                place = instruction->target;
                continue;
            case OP_ASSERT:
                goes_on = holds(pass, instruction->value);
                break;
            case OP_RUN:
                enter_run(pass, instruction->target);
                goes_on = pass->program.runs[instruction->target].min == 0;
                break;
            case OP_MATCH:
                pass->matched = true;
                break;
            default:
                machine->next[machine->next_count++] = place;
            }
        }
        if (goes_on)
            place++;
        else if (depth)
            place = stack[--depth];
        else
            return;
    }
}

/* The lists before the first byte. */
static void
start_lists(struct pass *pass)
{
    struct regex_machine *machine = pass->machine;
    for (uint32_t i = 0; i < machine->active_count; i++)
        machine->runs[machine->active[i]].active = false;
    machine->active_count = machine->thread_count = machine->next_count = 0;
    pass->matched = false;
    next_stamp(machine);
}

static void
swap_lists(struct regex_machine *machine)
{
    uint32_t *threads = machine->threads;
    machine->threads = machine->next;
    machine->next = threads;
    machine->thread_count = machine->next_count;
    machine->next_count = 0;
}

/* All threads and runs read BYTE, into the next list. Runs are advanced before anything enters one
 * anew. */
static void
read_byte(struct pass *pass, uint8_t byte)
{
    struct regex_machine *machine = pass->machine;
    uint32_t kept = 0, leaving = 0;
    pass->matched = false;
    next_stamp(machine);
    /* The runs that a match leaves; together with the threads no more than instructions. */
    uint32_t *left = machine->threads + machine->thread_count;
    for (uint32_t i = 0; i < machine->active_count; i++) {
        uint32_t index = machine->active[i];
        bool leaves;
        if (advance_run(pass, index, byte, &leaves))
            machine->active[kept++] = index;
        if (leaves)
            left[leaving++] = pass->program.runs[index].instruction + 1;
    }
    machine->active_count = kept;
    for (uint32_t i = 0; i < leaving; i++)
        follow(pass, left[i]);
    for (uint32_t i = 0; i < machine->thread_count; i++) {
        uint32_t place = machine->threads[i];
        if (reads(pass, &pass->program.instructions[place], byte))
            follow(pass, place + 1);
    }
}

/* Goes on from *PLACE while there is one way only. True when the lists are needed, or a match is
 * reached; false when there is none. Most anchors end here. */
static bool
run_straight(struct pass *pass, uint32_t *place)
{
    const struct instruction *code = pass->program.instructions + *place;
    const uint8_t *data = pass->data + pass->at - (pass->backward ? pass->step : 0);
    size_t room = (pass->backward ? pass->at - pass->low : pass->high - pass->at) / pass->step;
    ptrdiff_t stride = pass->backward ? -(ptrdiff_t)pass->step : (ptrdiff_t)pass->step;
    bool wide = pass->step > 1;
    size_t count = 0, begin = pass->at;
    for (;; code++) {
        if (code->operation == OP_BYTE || code->operation == OP_SET) {
            if (count == room || (wide && data[1] != 0) || !reads(pass, code, *data))
                return false;
            data += stride;
            count++;
            continue;
        }
        pass->at = pass->backward ? begin - count * pass->step : begin + count * pass->step;
        if (code->operation != OP_ASSERT)
            break;
        if (!holds(pass, code->value))
            return false;
    }
    pass->now += count;
    *place = (uint32_t)(code - pass->program.instructions);
    return true;
}

/* ---- going on ---- */

/* The run that is all there is, with at most one thread, that which leaves it by reading a byte;
 * UINT32_MAX when something else is there. */
static uint32_t
lonely_run(const struct pass *pass)
{
    const struct regex_machine *machine = pass->machine;
    if (machine->active_count != 1 || machine->thread_count > 1)
        return UINT32_MAX;
    uint32_t index = machine->active[0];
    uint32_t behind = pass->program.runs[index].instruction + 1;
    uint8_t operation = pass->program.instructions[behind].operation;
    if (operation != OP_BYTE && operation != OP_SET)
        return UINT32_MAX;
    return machine->thread_count && machine->threads[0] != behind ? UINT32_MAX : index;
}

/* Reads bytes as long as lonely run INDEX only goes round and nothing else goes on. The last byte
 * read, which does something else, is in *RET; false at the end of what can be read. */
static bool
go_round(struct pass *pass, uint32_t index, uint8_t *ret)
{
    struct regex_machine *machine = pass->machine;
    uint32_t behind = pass->program.runs[index].instruction + 1;
    const struct instruction *leave = &pass->program.instructions[behind];
    const struct byte_set *set = &pass->program.sets[pass->program.runs[index].set];
    bool leaves;
    while (take(pass, ret)) {
        if ((machine->thread_count && reads(pass, leave, *ret)) || !set_has(set, *ret))
            return true;
        bool alive = advance_run(pass, index, *ret, &leaves);
        machine->threads[0] = behind;
        machine->thread_count = leaves;
        machine->active_count = alive;
        if (!alive)
            return take(pass, ret);
    }
    return false;
}

/* The first lists, behind what there is only one way through. */
static bool
start(struct pass *pass, uint32_t place)
{
    if (!run_straight(pass, &place))
        return false;
    start_lists(pass);
    follow(pass, place);
    swap_lists(pass->machine);
    return true;
}

/* Runs the lists until the next place where a match ends; false when no more can. */
static bool
next_listed(struct pass *pass)
{
    struct regex_machine *machine = pass->machine;
    uint8_t byte;
    while (machine->thread_count || machine->active_count) {
        pass_clear(pass);
        uint32_t lonely = lonely_run(pass);
        if (lonely != UINT32_MAX ? !go_round(pass, lonely, &byte) : !take(pass, &byte))
            return false;
        if (machine->thread_count == 1 && !machine->active_count) {
            uint32_t place = machine->threads[0];
            if (!reads(pass, &pass->program.instructions[place], byte) || !start(pass, place + 1))
                return false;
        } else {
            read_byte(pass, byte);
            swap_lists(machine);
        }
        if (pass->matched)
            return true;
    }
    return false;
}

/* ---- programs that run often ---- */

/* The entry of the pass's program; that of another is given up when it is asked for less. */
static struct often *
often_of(const struct pass *pass)
{
    struct regex_machine *machine = pass->machine;
    uint64_t hash = (uintptr_t)pass->program.head * UINT64_C(0x9e3779b97f4a7c15);
    struct often *often = &machine->often[hash >> 32 & (OFTEN - 1)];
    if (often->program == pass->program.head && often->age == machine->age)
        return often;
    if (often->age == machine->age && often->runs > 0) {
        often->runs--;
        return NULL;
    }
    *often = (struct often){.program = pass->program.head,
                            .age = machine->age,
                            .runs_wanted = RUNS_WANTED,
                            .dfa = often->dfa};
    return often;
}

/* The automaton for what goes on at the split where the pass stands, when it is worth it. */
static void
choose_automaton(struct pass *pass)
{
    struct often *often = is_watched(pass) ? often_of(pass) : NULL;
    if (!often || ++often->runs < often->runs_wanted)
        return;
    if (!often->is_ready) {
        often->is_ready = dfa_make(&often->dfa, &pass->program, pass->split);
        often->runs_wanted = often->is_ready ? often->runs_wanted : UINT32_MAX;
    }
    if (often->is_ready)
        pass->often = often;
}

/* The automaton did not get to the end: the lists do, from where it began. */
static bool
give_up_automaton(struct pass *pass)
{
    struct often *often = pass->often;
    uint32_t found = pass->found;
    pass->often = NULL;
    if (++often->lost > often->runs / LOST_SHARE) {
        often->is_ready = false;
        often->runs = often->lost = 0;
        if (often->runs_wanted < RUNS_WANTED_MAX)
            often->runs_wanted *= 4;
    }
    start_lists(pass);
    follow(pass, pass->split);
    swap_lists(pass->machine);
    if (pass->matched && found-- == 0)
        return true;
    while (next_listed(pass))
        if (found-- == 0)
            return true;
    return false;
}

/* The next match by the automaton. */
static bool
next_walked(struct pass *pass)
{
    struct dfa_walk walk = {pass->data, pass->walked,   pass->low,  pass->high,
                            pass->step, pass->backward, pass->cell, pass->left};
    enum dfa_end end = dfa_next(pass->often->dfa, &walk);
    if (end == DFA_LOST)
        return give_up_automaton(pass);
    pass->walked = walk.at;
    pass->left = walk.left;
    pass->cell = walk.cell;
    pass->found++;
    return end == DFA_MATCH;
}

/* To the first match: the way to the first split, and on from there. */
static bool
first_match(struct pass *pass)
{
    if (!run_straight(pass, &pass->split))
        return false;
    choose_automaton(pass);
    if (!pass->often) {
        start_lists(pass);
        follow(pass, pass->split);
        swap_lists(pass->machine);
        return pass->matched || next_listed(pass);
    }
    pass->walked = pass->at;
    pass->cell = 0;
    pass->left = dfa_reach(pass->often->dfa);
    pass->found = dfa_matches_first(pass->often->dfa);
    return pass->found || next_walked(pass);
}

/* Runs until the next place where a match ends; false when no more can. *STARTED says whether the
 * first was looked for, false at first. */
static bool
next_match(struct pass *pass, bool *started)
{
    bool was_started = *started;
    *started = true;
    if (!was_started)
        return first_match(pass);
    return pass->often ? next_walked(pass) : next_listed(pass);
}

/* Where the match ends that next_match found. */
static size_t
match_place(const struct pass *pass)
{
    return pass->often ? pass->walked : pass->at;
}

size_t
regex_forward(struct regex_machine *machine, str code, uint32_t program, str data, size_t at,
              bool longest, bool (*accepts)(void *context, size_t end), void *context)
{
    struct pass pass = pass_new(machine, code, program, data, at);
    size_t end = SIZE_MAX;
    bool started = false;
    pass.low = at;
    if (pass.high - at > REGEX_REACH)
        pass.high = at + REGEX_REACH;
    while (next_match(&pass, &started)) {
        if (accepts && !accepts(context, match_place(&pass)))
            continue;
        if (longest && !accepts)
            pass_matches(&pass);
        end = match_place(&pass);
        if (!longest)
            break;
    }
    return end;
}

void
regex_backward(struct regex_machine *machine, str code, uint32_t program, str data, size_t at,
               bool (*found)(void *context, size_t start), void *context)
{
    struct pass pass = pass_new(machine, code, program, data, at);
    bool started = false;
    pass.backward = true;
    pass.low = at > REGEX_REACH ? at - REGEX_REACH : 0;
    while (next_match(&pass, &started))
        if (!found(context, match_place(&pass)))
            return;
}

/* The next place at or behind AT where a match can begin. */
static size_t
next_start(const struct pass *pass, size_t at)
{
    uint32_t first = pass->program.head->first;
    if (first == PROGRAM_NO_SET)
        return at;
    const struct byte_set *set = &pass->program.sets[first];
    while (at < pass->size && !set_has(set, pass->data[at]))
        at++;
    return at;
}

/* Matches that begin at AT or whole characters behind it. */
static bool
search_from(struct pass *pass)
{
    struct regex_machine *machine = pass->machine;
    uint32_t first = pass->program.head->first;
    const struct byte_set *set = first == PROGRAM_NO_SET ? NULL : &pass->program.sets[first];
    uint8_t byte;
    start_lists(pass);
    for (;;) {
        if (pass->step == 1 && !machine->next_count && !machine->active_count)
            pass->at = next_start(pass, pass->at);
        if (!set || (pass->at < pass->size && set_has(set, pass->data[pass->at])))
            follow(pass, 0);
        if (pass->matched)
            return true;
        swap_lists(machine);
        if (pass->high - pass->at < pass->step)
            return false;
        if (!take(pass, &byte)) {
            start_lists(pass); /* no wide character stands here */
            continue;
        }
        read_byte(pass, byte);
        if (pass->matched)
            return true;
    }
}

bool
regex_search(struct regex_machine *machine, str code, uint32_t program, str s)
{
    struct pass pass = pass_new(machine, code, program, s, 0);
    bool found;
    if (dfa_search(&machine->dfa, &pass.program, s, &found))
        return found;
    if (search_from(&pass))
        return true;
    if (pass.step == 1 || s.n == 0)
        return false;
    pass = pass_new(machine, code, program, s, 1);
    return search_from(&pass);
}
