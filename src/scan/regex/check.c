/* SPDX-License-Identifier: Apache-2.0 */
/* Programs from a file are checked once, so that the machine need not look twice: no instruction
 * leads out of its program, and no run out of its memory. */
#include "scan/regex/program.h"

static bool
head_is_sound(const struct program_head *head, size_t room)
{
    return head->magic == PROGRAM_MAGIC && !(head->flags & ~(uint32_t)PROGRAM_WIDE) &&
           head->instructions > 0 && head->instructions <= PROGRAM_INSTRUCTIONS &&
           head->runs <= PROGRAM_RUNS && head->ring_words <= PROGRAM_RING_WORDS &&
           head->sets <= PROGRAM_INSTRUCTIONS + 1 && program_size(head) <= room &&
           (head->first == PROGRAM_NO_SET || head->first < head->sets);
}

static bool
instruction_is_sound(const struct program *program, uint32_t place)
{
    const struct instruction *instruction = &program->instructions[place];
    uint32_t count = program->head->instructions;
    bool goes_on = place + 1 < count;
    switch (instruction->operation) {
    case OP_BYTE:
        return goes_on;
    case OP_SET:
        return goes_on && instruction->target < program->head->sets;
    case OP_RUN:
        return goes_on && instruction->target < program->head->runs &&
               program->runs[instruction->target].instruction == place;
    case OP_SPLIT:
        return goes_on && instruction->target < count;
    case OP_JUMP:
        return instruction->target < count;
    case OP_ASSERT:
        return goes_on && instruction->value < ASSERT_KINDS;
    default:
        return instruction->operation == OP_MATCH;
    }
}

static bool
run_is_sound(const struct program *program, const struct run *run)
{
    const struct program_head *head = program->head;
    return run->set < head->sets && run->min <= REPEAT_MAX && run->min <= run->max &&
           run->max <= REPEAT_NO_END && run->max > 0 && run->ring <= head->ring_words &&
           ring_words(run->min) <= head->ring_words - run->ring &&
           run->instruction < head->instructions - 1 &&
           program->instructions[run->instruction].operation == OP_RUN;
}

/* The size of the sound program at PLACE; 0 when there is none. */
static size_t
checked_size(str code, size_t place)
{
    if (place % 8 || place > code.n || code.n - place < sizeof(struct program_head) ||
        place > UINT32_MAX || (uintptr_t)code.p % 8)
        return 0;
    if (!head_is_sound((const void *)(code.p + place), code.n - place))
        return 0;
    struct program program = program_at(code, (uint32_t)place);
    for (uint32_t i = 0; i < program.head->instructions; i++)
        if (!instruction_is_sound(&program, i))
            return 0;
    for (uint32_t i = 0; i < program.head->runs; i++)
        if (!run_is_sound(&program, &program.runs[i]))
            return 0;
    return program_size(program.head);
}

errcode
regex_check(str code, struct err *err)
{
    for (size_t place = 0; place < code.n;) {
        size_t size = checked_size(code, place);
        if (!size)
            return err_set(err, ERR_CORRUPT, "the expression at byte %zu is broken", place);
        place += size;
    }
    return OK;
}

bool
regex_check_place(str code, uint32_t place)
{
    return checked_size(code, place) > 0;
}
