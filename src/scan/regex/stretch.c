/* SPDX-License-Identifier: Apache-2.0 */
/* Going round without looking at every byte: where a run is all there is, most bytes change nothing
 * for it, and what is known of a stretch of the data spares the next runs reading it. */
#include "scan/regex/pass.h"

/* The character behind PLACE in the pass's direction; false when there is none, or a wide one has
 * no zero. */
static inline bool
character_at(const struct pass *pass, size_t place, uint8_t *ret)
{
    size_t step = pass->step;
    if (pass->backward ? place < step : pass->size - place < step)
        return false;
    if (pass->backward)
        place -= step;
    *ret = pass->data[place];
    return step == 1 || pass->data[place + 1] == 0;
}

static inline size_t
place_behind(const struct pass *pass, size_t place, size_t count)
{
    return pass->backward ? place - count * pass->step : place + count * pass->step;
}

/* Whether what stands behind a run may match from PLACE on; at most its first characters are
 * compared. */
static bool
may_leave(const struct pass *pass, uint32_t behind, size_t place)
{
    enum { AHEAD = 8 };
    const struct instruction *code = pass->program.instructions + behind;
    uint8_t byte;
    for (size_t i = 0; i < AHEAD; i++, place = place_behind(pass, place, 1)) {
        if (code[i].operation != OP_BYTE && code[i].operation != OP_SET)
            return true;
        if (!character_at(pass, place, &byte) || !reads(pass, &code[i], byte))
            return false;
    }
    return true;
}

/* What is known from PLACE on, an entry of its own that may know nothing yet. */
static struct known *
known_at(const struct pass *pass, uint32_t run, bool leaves, size_t place)
{
    struct regex_machine *machine = pass->machine;
    /* A pack may name one program for both directions. */
    uint32_t kind = leaves | (uint32_t)pass->backward << 1;
    uint64_t key = ((uintptr_t)pass->program.head >> 3) + run * 4 + kind;
    uint64_t hash = (key * UINT64_C(0x9e3779b97f4a7c15) + place) * UINT64_C(0xff51afd7ed558ccd);
    struct known *known = &machine->known[hash >> 32 & (KNOWN - 1)];
    if (known->from != place || known->age != machine->age || known->run != run ||
        known->kind != kind || known->program != pass->program.head)
        *known = (struct known){pass->program.head, run, kind, machine->age, place, place};
    return known;
}

/* From PLACE on to the end of a stretch, or to the first character that run INDEX does not only go
 * round with. */
static size_t
clear_until(const struct pass *pass, uint32_t index, bool leaves, size_t place)
{
    const struct run *run = &pass->program.runs[index];
    const struct byte_set *set = &pass->program.sets[run->set];
    uint8_t byte;
    do {
        if (!character_at(pass, place, &byte) || !set_has(set, byte) ||
            (leaves && may_leave(pass, run->instruction + 1, place)))
            break;
        place = place_behind(pass, place, 1);
    } while (place / pass->step % STRETCH != 0);
    return place;
}

/* What is known from place to place becomes known at once. */
static void
shorten(const struct pass *pass, uint32_t index, bool leaves, size_t end)
{
    for (size_t place = pass->at, next; place != end; place = next) {
        struct known *known = known_at(pass, index, leaves, place);
        next = known->until;
        if (next == place)
            return; /* another entry took its room */
        known->until = end;
    }
}

/* How many characters from the place on, at most MOST, run INDEX only goes round with: they are of
 * its set, and with LEAVES none of them begins what stands behind it. Of each stretch of the data
 * this is found out once, however many runs pass it. */
static size_t
count_clear(const struct pass *pass, uint32_t index, bool leaves, size_t most)
{
    size_t room = (pass->backward ? pass->at - pass->low : pass->high - pass->at) / pass->step;
    size_t limit = most < room ? most : room, count = 0, place = pass->at, steps = 0;
    while (count < limit) {
        struct known *known = known_at(pass, index, leaves, place);
        if (known->until == place)
            known->until = clear_until(pass, index, leaves, place);
        if (known->until == place)
            break;
        place = known->until;
        count = (place > pass->at ? place - pass->at : pass->at - place) / pass->step;
        steps++;
    }
    if (steps > 2)
        shorten(pass, index, leaves, place);
    return count < limit ? count : limit;
}

/* COUNT characters are read by run INDEX, which has one round's entry or none that is still to
 * come.
 */
static void
go_on(struct pass *pass, uint32_t index, size_t count)
{
    struct regex_machine *machine = pass->machine;
    const struct run *run = &pass->program.runs[index];
    struct run_state *state = &machine->runs[index];
    pass->at = place_behind(pass, pass->at, count);
    pass->now += count;
    if (run->min == 0 || count == 0)
        return;
    size_t words = ring_words(run->min), slot = state->newest & (words * 64 - 1);
    memset(machine->ring + run->ring, 0, words * sizeof *machine->ring);
    if (!state->ready)
        machine->ring[run->ring + slot / 64] |= UINT64_C(1) << slot % 64;
}

/* Rounds that may be left; 0 when several entries are under way. */
static size_t
rounds_left(const struct pass *pass, uint32_t index)
{
    const struct run *run = &pass->program.runs[index];
    const struct run_state *state = &pass->machine->runs[index];
    size_t gone = pass->now - state->newest, bound = state->ready ? run->max : run->min;
    if (state->ready ? state->last != state->newest : state->since != state->newest)
        return 0;
    if (state->ready && run->max == REPEAT_NO_END)
        return SIZE_MAX;
    return bound > gone ? bound - gone : 0;
}

/* One run and no other, over the watched data. */
static bool
is_lonely(const struct pass *pass)
{
    return !pass->often && pass->machine->active_count == 1 && is_watched(pass);
}

void
pass_clear(struct pass *pass)
{
    const struct regex_machine *machine = pass->machine;
    if (!is_lonely(pass))
        return;
    uint32_t index = machine->active[0], behind = pass->program.runs[index].instruction + 1;
    bool ready = machine->runs[index].ready;
    uint8_t operation = pass->program.instructions[behind].operation;
    bool has_exit = machine->thread_count == 1 && machine->threads[0] == behind &&
                    (operation == OP_BYTE || operation == OP_SET);
    if (ready ? !has_exit : machine->thread_count != 0)
        return;
    size_t most = rounds_left(pass, index);
    if (most > 1)
        go_on(pass, index, count_clear(pass, index, ready, most - 1));
}

/* Whether each round of run INDEX, which is all there is, ends a match: nothing stands behind it,
 * or one character more of its own set. */
static bool
matches_each_round(const struct pass *pass, uint32_t index)
{
    const struct regex_machine *machine = pass->machine;
    const struct run *run = &pass->program.runs[index];
    const struct instruction *behind = &pass->program.instructions[run->instruction + 1];
    if (machine->thread_count == 0)
        return behind->operation == OP_MATCH;
    return machine->thread_count == 1 && machine->threads[0] == run->instruction + 1 &&
           behind->operation == OP_SET && behind[1].operation == OP_MATCH &&
           memcmp(&pass->program.sets[behind->target], &pass->program.sets[run->set],
                  sizeof(struct byte_set)) == 0;
}

void
pass_matches(struct pass *pass)
{
    const struct regex_machine *machine = pass->machine;
    if (!is_lonely(pass) || !machine->runs[machine->active[0]].ready ||
        !matches_each_round(pass, machine->active[0]))
        return;
    size_t most = rounds_left(pass, machine->active[0]);
    if (most > 1)
        go_on(pass, machine->active[0], count_clear(pass, machine->active[0], false, most - 1));
}
