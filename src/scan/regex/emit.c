/* SPDX-License-Identifier: Apache-2.0 */
/* From trees to programs. Repeats of one set become runs, other repeats are written out, and a
 * program that grows past its cap is given up early. */
#include "scan/regex/program.h"

#include "base/require.h"

#include <stdlib.h>

enum { SHORT_RUN = 4 /* this many bytes of one set are cheaper as instructions */ };

struct emitter {
    struct instruction *code;
    struct run *runs;
    struct byte_set *sets;
    struct program_head head;
    size_t code_room, run_room, set_room;
    unsigned flags;
    bool backward, full;
};

static void emit(struct emitter *emitter, const struct node *node);

static size_t
grown(size_t room)
{
    return room ? room * 2 : 16;
}

static uint32_t
add_instruction(struct emitter *emitter, struct instruction instruction)
{
    if (emitter->head.instructions == PROGRAM_INSTRUCTIONS) {
        emitter->full = true;
        return 0;
    }
    if (emitter->head.instructions == emitter->code_room) {
        emitter->code_room = grown(emitter->code_room);
        emitter->code = mem_resize(emitter->code, emitter->code_room, sizeof *emitter->code);
    }
    emitter->code[emitter->head.instructions] = instruction;
    return emitter->head.instructions++;
}

static uint32_t
add_set(struct emitter *emitter, const struct byte_set *set)
{
    for (uint32_t i = 0; i < emitter->head.sets; i++)
        if (memcmp(&emitter->sets[i], set, sizeof *set) == 0)
            return i;
    if (emitter->head.sets == emitter->set_room) {
        emitter->set_room = grown(emitter->set_room);
        emitter->sets = mem_resize(emitter->sets, emitter->set_room, sizeof *emitter->sets);
    }
    emitter->sets[emitter->head.sets] = *set;
    return emitter->head.sets++;
}

static void
emit_set(struct emitter *emitter, const struct node *node)
{
    struct byte_set set = node_bytes(node, emitter->flags);
    struct instruction instruction = {.operation = OP_BYTE};
    if (!set_count(&set) || !set_as_masked(&set, &instruction.value, &instruction.mask)) {
        instruction.operation = OP_SET;
        instruction.mask = 0;
        instruction.value = 0;
        instruction.target = add_set(emitter, &set);
    }
    add_instruction(emitter, instruction);
}

static void
emit_run(struct emitter *emitter, const struct node *kid, uint32_t min, uint32_t max)
{
    struct byte_set set = node_bytes(kid, emitter->flags);
    uint32_t words = ring_words(min);
    if (emitter->head.runs == PROGRAM_RUNS || min > REPEAT_MAX ||
        emitter->head.ring_words + words > PROGRAM_RING_WORDS) {
        emitter->full = true;
        return;
    }
    if (emitter->head.runs == emitter->run_room) {
        emitter->run_room = grown(emitter->run_room);
        emitter->runs = mem_resize(emitter->runs, emitter->run_room, sizeof *emitter->runs);
    }
    uint32_t place = add_instruction(emitter, (struct instruction){.operation = OP_RUN,
                                                                   .target = emitter->head.runs});
    emitter->runs[emitter->head.runs++] = (struct run){
        add_set(emitter, &set), min, max, place, emitter->head.ring_words, 0,
    };
    emitter->head.ring_words += words;
}

/* Optional KID: returns the split whose target has to be set to what follows. */
static uint32_t
add_split(struct emitter *emitter)
{
    return add_instruction(emitter, (struct instruction){.operation = OP_SPLIT});
}

static void
set_target(struct emitter *emitter, uint32_t place)
{
    if (!emitter->full)
        emitter->code[place].target = emitter->head.instructions;
}

static void
emit_rounds(struct emitter *emitter, const struct node *kid, uint32_t min, uint32_t max)
{
    for (uint32_t i = 0; i < min && !emitter->full; i++) {
        uint32_t before = emitter->head.instructions;
        emit(emitter, kid);
        if (emitter->head.instructions == before)
            return; /* reads nothing, however often */
    }
    if (max == REPEAT_NO_END) {
        uint32_t split = add_split(emitter);
        emit(emitter, kid);
        add_instruction(emitter, (struct instruction){.operation = OP_JUMP, .target = split});
        set_target(emitter, split);
        return;
    }
    uint32_t first = emitter->head.instructions, previous = 0;
    for (uint32_t i = min; i < max && !emitter->full; i++) {
        uint32_t split = add_split(emitter);
        if (!emitter->full)
            emitter->code[split].target = previous; /* a list, until the end is known */
        previous = split;
        emit(emitter, kid);
    }
    for (uint32_t split = previous; max > min && !emitter->full; split = previous) {
        previous = emitter->code[split].target;
        set_target(emitter, split);
        if (split == first)
            break;
    }
}

static void
emit_repeat(struct emitter *emitter, const struct node *node)
{
    const struct node *kid = node->kids[0];
    uint32_t max = node->max > REPEAT_MAX ? REPEAT_NO_END : node->max;
    bool optional = node->min == 0 && max == 1;
    bool is_short = node->min == max && max <= SHORT_RUN;
    if (kid->kind == NODE_SET && !optional && !is_short)
        emit_run(emitter, kid, node->min, max);
    else
        emit_rounds(emitter, kid, node->min, max);
}

static void
emit_items(struct emitter *emitter, struct node *const *items, size_t count)
{
    for (size_t i = 0; i < count && !emitter->full; i++)
        emit(emitter, items[emitter->backward ? count - 1 - i : i]);
}

/* Each branch but the last ends with a jump behind all of them; until that place is known the
 * jumps are a list. */
static void
emit_branches(struct emitter *emitter, const struct node *node)
{
    uint32_t jumps = UINT32_MAX;
    for (size_t i = 0; i + 1 < node->count && !emitter->full; i++) {
        uint32_t split = add_split(emitter);
        emit(emitter, node->kids[i]);
        jumps =
            add_instruction(emitter, (struct instruction){.operation = OP_JUMP, .target = jumps});
        set_target(emitter, split);
    }
    emit(emitter, node->kids[node->count - 1]);
    while (!emitter->full && jumps != UINT32_MAX) {
        uint32_t next = emitter->code[jumps].target;
        set_target(emitter, jumps);
        jumps = next;
    }
}

static void
emit(struct emitter *emitter, const struct node *node)
{
    if (emitter->full)
        return;
    switch (node->kind) {
    case NODE_SET:
        emit_set(emitter, node);
        break;
    case NODE_CAT:
        emit_items(emitter, node->kids, node->count);
        break;
    case NODE_ALT:
        emit_branches(emitter, node);
        break;
    case NODE_REPEAT:
        emit_repeat(emitter, node);
        break;
    case NODE_ASSERT:
        add_instruction(emitter, (struct instruction){.operation = OP_ASSERT,
                                                      .value = (uint8_t)node->assertion});
        break;
    default:
        break;
    }
}

/* The bytes that a match begins with, for a search that skips others; none when it may begin with
 * no byte at all. */
static void
note_first(struct emitter *emitter, struct node *const *items, size_t count)
{
    struct byte_set first = {0};
    emitter->head.first = PROGRAM_NO_SET;
    if (emitter->backward)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!node_first(items[i], emitter->flags, &first)) {
            emitter->head.first = add_set(emitter, &first);
            return;
        }
    }
}

static errcode
append(const struct emitter *emitter, struct buf *code, uint32_t *ret, struct err *err)
{
    static const char padding[8];
    const struct program_head *head = &emitter->head;
    if (emitter->full)
        return err_set(err, ERR_LIMIT,
                       "the expression is too large, its repeats ask for more than "
                       "%d instructions",
                       PROGRAM_INSTRUCTIONS);
    size_t place = (code->n + 7) / 8 * 8;
    if (place > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "the expressions together are too large");
    buf_add(code, padding, place - code->n);
    buf_add(code, head, sizeof *head);
    buf_add(code, emitter->code, head->instructions * sizeof *emitter->code);
    if (head->runs)
        buf_add(code, emitter->runs, head->runs * sizeof *emitter->runs);
    if (head->sets)
        buf_add(code, emitter->sets, head->sets * sizeof *emitter->sets);
    errcode result = buf_check(code, "the expressions", err);
    if (!result)
        *ret = (uint32_t)place;
    return result;
}

errcode
program_emit(struct node *const *items, size_t count, unsigned flags, bool backward,
             struct buf *code, uint32_t *ret, struct err *err)
{
    struct emitter emitter = {.flags = flags, .backward = backward};
    emitter.head.magic = PROGRAM_MAGIC;
    emitter.head.flags = flags & REGEX_WIDE ? PROGRAM_WIDE : 0;
    emit_items(&emitter, items, count);
    add_instruction(&emitter, (struct instruction){.operation = OP_MATCH});
    note_first(&emitter, items, count);
    errcode result = append(&emitter, code, ret, err);
    free(emitter.code);
    free(emitter.runs);
    free(emitter.sets);
    return result;
}
