/* SPDX-License-Identifier: Apache-2.0 */
/* Making expressions, and computing with constants when rules are read. */
#include "scan/yara/parser.h"

struct expr *
expr_new(struct parser *parser, enum code_operation op, enum expr_type type)
{
    struct expr *expr = arena_alloc(&parser->compiler->arena, sizeof *expr);
    expr->op = op;
    expr->type = type;
    expr->depth = 1;
    expr->stack = 1;
    return expr;
}

struct expr *
expr_integer(struct parser *parser, int64_t integer)
{
    struct expr *expr = expr_new(parser, CODE_INTEGER, TYPE_INTEGER);
    expr->integer = integer;
    expr->is_constant = true;
    return expr;
}

static struct expr *
expr_float(struct parser *parser, double real)
{
    struct expr *expr = expr_new(parser, CODE_FLOAT, TYPE_FLOAT);
    expr->real = real;
    return expr;
}

struct expr *
expr_add(struct parser *parser, struct expr *expr, struct expr *child)
{
    if (!expr || !child)
        return NULL;
    if (expr->last)
        expr->last->next = child;
    else
        expr->first = child;
    expr->last = child;
    expr->uses |= child->uses;
    /* The operands of a chain become one after the other. */
    bool is_chain = expr->op == CODE_AND || expr->op == CODE_OR;
    unsigned below = is_chain && expr->operands ? 1 : expr->operands;
    if (expr->stack < below + child->stack)
        expr->stack = below + child->stack;
    expr->operands++;
    if (expr->stack > CODE_STACK_MAX)
        return parser_fail(parser, ERR_LIMIT, "the condition holds more than %d values at a time",
                           CODE_STACK_MAX);
    if (expr->depth <= child->depth)
        expr->depth = child->depth + 1;
    if (expr->depth > EXPR_DEPTH_MAX)
        return parser_fail(parser, ERR_LIMIT, "the condition is nested more than %d deep",
                           EXPR_DEPTH_MAX);
    return expr;
}

static struct expr *
too_large(struct parser *parser)
{
    return parser_fail(parser, ERR_FORMAT, "integer overflow in a constant expression");
}

/* Shifts as libyara has them: by 64 and more gives 0. */
static struct expr *
shift(struct parser *parser, enum code_operation op, int64_t a, int64_t b)
{
    if (b >= 64)
        return expr_integer(parser, 0);
    return expr_integer(parser, op == CODE_SHIFT_LEFT ? (int64_t)((uint64_t)a << b) : a >> b);
}

static struct expr *
divide(struct parser *parser, enum code_operation op, int64_t a, int64_t b)
{
    if (a == INT64_MIN && b == -1)
        return too_large(parser);
    return expr_integer(parser, op == CODE_DIVIDE ? a / b : a % b);
}

/* libyara refuses a product whose size is above the largest integer, also where it is the smallest
 * one. */
static struct expr *
multiply(struct parser *parser, int64_t a, int64_t b)
{
    int64_t c = 0;
    if (__builtin_mul_overflow(a, b, &c) || c == INT64_MIN)
        return too_large(parser);
    return expr_integer(parser, c);
}

/* NULL without a fault when OP is none that is computed here. */
static struct expr *
fold(struct parser *parser, enum code_operation op, int64_t a, int64_t b)
{
    int64_t c = 0;
    switch (op) {
    case CODE_ADD:
        return __builtin_add_overflow(a, b, &c) ? too_large(parser) : expr_integer(parser, c);
    case CODE_SUBTRACT:
        return __builtin_sub_overflow(a, b, &c) ? too_large(parser) : expr_integer(parser, c);
    case CODE_MULTIPLY:
        return multiply(parser, a, b);
    case CODE_DIVIDE:
    case CODE_MODULO:
        return divide(parser, op, a, b);
    case CODE_BIT_AND:
        return expr_integer(parser, a & b);
    case CODE_BIT_OR:
        return expr_integer(parser, a | b);
    case CODE_BIT_XOR:
        return expr_integer(parser, a ^ b);
    case CODE_SHIFT_LEFT:
    case CODE_SHIFT_RIGHT:
        return shift(parser, op, a, b);
    default:
        return NULL;
    }
}

static struct expr *
fold_unary(struct parser *parser, enum code_operation op, const struct expr *expr)
{
    if (op == CODE_NEGATE && expr->op == CODE_FLOAT)
        return expr_float(parser, -expr->real);
    if (!expr->is_constant)
        return NULL;
    if (op == CODE_NEGATE)
        return expr_integer(parser, (int64_t)(0 - (uint64_t)expr->integer));
    return op == CODE_BIT_NOT ? expr_integer(parser, ~expr->integer) : NULL;
}

static enum expr_type
type_of(enum code_operation op, const struct expr *left, const struct expr *right)
{
    if (op >= CODE_EQUAL)
        return TYPE_BOOLEAN;
    bool real = left->type == TYPE_FLOAT || (right && right->type == TYPE_FLOAT);
    return real ? TYPE_FLOAT : TYPE_INTEGER;
}

/* What cannot be computed, whatever stands to the left. */
static void
refuse_right(struct parser *parser, enum code_operation op, int64_t right)
{
    if ((op == CODE_DIVIDE || op == CODE_MODULO) && right == 0)
        parser_fail(parser, ERR_FORMAT, "division by zero");
    if ((op == CODE_SHIFT_LEFT || op == CODE_SHIFT_RIGHT) && right < 0)
        parser_fail(parser, ERR_FORMAT, "a shift by a negative number");
}

/* libyara takes "less" of undefined floats, and nothing else of them, for false. */
static struct expr *
never_undefined(struct parser *parser, struct expr *expr)
{
    struct expr *either = expr_new(parser, CODE_OR, TYPE_BOOLEAN);
    return expr_add(parser, expr_add(parser, either, expr), expr_integer(parser, 0));
}

struct expr *
expr_operation(struct parser *parser, enum code_operation op, struct expr *left, struct expr *right)
{
    if (!left)
        return NULL;
    struct expr *folded = NULL;
    if (!right)
        folded = fold_unary(parser, op, left);
    else if (right->is_constant && left->type == TYPE_INTEGER)
        refuse_right(parser, op, right->integer);
    if (parser_failed(parser))
        return NULL;
    if (right && left->is_constant && right->is_constant)
        folded = fold(parser, op, left->integer, right->integer);
    if (folded || parser_failed(parser))
        return folded;
    struct expr *expr = expr_new(parser, op, type_of(op, left, right));
    expr = expr_add(parser, expr, left);
    if (!right)
        return expr;
    expr = expr_add(parser, expr, right);
    bool real = left->type == TYPE_FLOAT || right->type == TYPE_FLOAT;
    return op == CODE_LESS && real ? never_undefined(parser, expr) : expr;
}
