/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as code. The depth of expressions is capped, and so is the recursion over them. */
#include "scan/yara/compiler.h"
#include "scan/yara/expr.h"

static const uint8_t operand_counts[] = {
#define OPERANDS(name, operands, takes, puts) operands,
    CODE_OPERATIONS(OPERANDS)
#undef OPERANDS
};

static uint32_t
place(const struct compiler *compiler)
{
    return compiler_count(compiler, IMAGE_CODE, sizeof(uint32_t));
}

static void
put(struct compiler *compiler, uint32_t word)
{
    compiler_add(compiler, IMAGE_CODE, &word, sizeof word);
}

static void
patch(struct compiler *compiler, uint32_t at, uint32_t word)
{
    memcpy(compiler->sections[IMAGE_CODE].p + at * sizeof word, &word, sizeof word);
}

static void
put_operation(struct compiler *compiler, const struct expr *expr)
{
    uint64_t wide = (uint64_t)expr->integer;
    if (expr->op == CODE_FLOAT)
        memcpy(&wide, &expr->real, sizeof wide);
    put(compiler, expr->op);
    if (expr->op == CODE_INTEGER || expr->op == CODE_FLOAT) {
        put(compiler, (uint32_t)wide);
        put(compiler, (uint32_t)(wide >> 32));
        return;
    }
    for (size_t i = 0; i < operand_counts[expr->op]; i++)
        put(compiler, expr->words[i]);
}

static void emit(struct compiler *compiler, const struct expr *expr);

/* A; jump if decided; B; and; jump if decided; C; and. The places of the jumps form a list through
 * their operands until the end is known. */
static void
emit_chain(struct compiler *compiler, const struct expr *expr)
{
    enum code_operation jump = expr->op == CODE_AND ? CODE_JUMP_FALSE : CODE_JUMP_TRUE;
    uint32_t open = NO_INDEX;
    for (const struct expr *part = expr->first; part; part = part->next) {
        emit(compiler, part);
        if (part != expr->first)
            put(compiler, expr->op);
        if (!part->next)
            break;
        put(compiler, jump);
        put(compiler, open);
        open = place(compiler) - 1;
    }
    uint32_t end = place(compiler);
    while (open != NO_INDEX) {
        uint32_t next;
        memcpy(&next, compiler->sections[IMAGE_CODE].p + open * sizeof next, sizeof next);
        patch(compiler, open, end);
        open = next;
    }
}

static void
emit_loop(struct compiler *compiler, const struct expr *expr)
{
    const struct expr *part = expr->first;
    for (; part->next; part = part->next)
        emit(compiler, part);
    uint32_t begin = place(compiler);
    put_operation(compiler, expr);
    uint32_t body = place(compiler);
    emit(compiler, part);
    put(compiler, CODE_LOOP_NEXT);
    put(compiler, body);
    patch(compiler, begin + (expr->op == CODE_LOOP_STRINGS ? 1 : 2), place(compiler));
}

static void
emit(struct compiler *compiler, const struct expr *expr)
{
    if (expr->op >= CODE_LOOP_RANGE && expr->op <= CODE_LOOP_DICTIONARY) {
        emit_loop(compiler, expr);
    } else if (expr->op == CODE_AND || expr->op == CODE_OR) {
        emit_chain(compiler, expr);
    } else {
        for (const struct expr *part = expr->first; part; part = part->next)
            emit(compiler, part);
        put_operation(compiler, expr);
    }
}

uint32_t
compiler_emit(struct compiler *compiler, const struct expr *expr)
{
    uint32_t begin = place(compiler);
    emit(compiler, expr);
    put(compiler, CODE_END);
    return begin;
}

/* Jumps are relative to the whole code, so equal guards are told by their code without its jumps'
 * targets: the rest determines them. */
uint32_t
compiler_emit_guard(struct compiler *compiler, const struct expr *expr)
{
    struct buf *code = &compiler->sections[IMAGE_CODE];
    size_t before = code->n;
    uint32_t begin = compiler_emit(compiler, expr), length = place(compiler) - begin;
    uint32_t *key = arena_alloc(&compiler->arena, length * sizeof *key);
    if (buf_check(code, "the conditions' code", NULL) != OK)
        return NO_INDEX;
    memcpy(key, code->p + before, length * sizeof *key);
    for (uint32_t i = 0; i < length; i += 1u + operand_counts[key[i]])
        if (key[i] == CODE_JUMP_FALSE || key[i] == CODE_JUMP_TRUE)
            key[i + 1] -= begin;
    str text = {(const char *)key, length * sizeof *key};
    const struct symbol *found = symbols_find(&compiler->guards, 0, text);
    if (!found) {
        symbols_add(&compiler->guards, 0, text, begin);
        return begin;
    }
    code->n = before;
    return found->value;
}
