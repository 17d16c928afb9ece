/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic, comparisons and operations on texts, with libyara's rules: integers wrap, what has no
 * value (a division by zero, a shift by a negative number, an operand of a wrong kind) is
 * undefined. */
#include <math.h>

#include "scan/rules/scanner.h"

bool
value_is_true(struct value value)
{
    switch (value.kind) {
    case VALUE_INTEGER:
        return value.i != 0;
    case VALUE_FLOAT:
        return value.f != 0;
    case VALUE_STRING:
        return value.s.n > 0;
    default:
        return false;
    }
}

static struct value
on_integers(enum code_operation op, int64_t a, int64_t b)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    bool divides = b != 0 && !(a == INT64_MIN && b == -1);
    switch (op) {
    case CODE_ADD:
        return value_integer((int64_t)(x + y));
    case CODE_SUBTRACT:
        return value_integer((int64_t)(x - y));
    case CODE_MULTIPLY:
        return value_integer((int64_t)(x * y));
    case CODE_DIVIDE:
        return divides ? value_integer(a / b) : value_undefined();
    case CODE_MODULO:
        return divides ? value_integer(a % b) : value_undefined();
    case CODE_BIT_AND:
        return value_integer(a & b);
    case CODE_BIT_OR:
        return value_integer(a | b);
    case CODE_BIT_XOR:
        return value_integer(a ^ b);
    case CODE_SHIFT_LEFT:
        return b < 0 ? value_undefined() : value_integer(b < 64 ? (int64_t)(x << b) : 0);
    case CODE_SHIFT_RIGHT:
        return b < 0 ? value_undefined() : value_integer(b < 64 ? a >> b : 0);
    default:
        return value_undefined();
    }
}

static struct value
on_floats(enum code_operation op, double a, double b)
{
    switch (op) {
    case CODE_ADD:
        return value_float(a + b);
    case CODE_SUBTRACT:
        return value_float(a - b);
    case CODE_MULTIPLY:
        return value_float(a * b);
    case CODE_DIVIDE:
        return value_float(a / b);
    default:
        return value_undefined();
    }
}

static struct value
as_answer(enum code_operation op, int order)
{
    switch (op) {
    case CODE_EQUAL:
        return value_integer(order == 0);
    case CODE_UNEQUAL:
        return value_integer(order != 0);
    case CODE_LESS:
        return value_integer(order < 0);
    case CODE_AT_MOST:
        return value_integer(order <= 0);
    case CODE_GREATER:
        return value_integer(order > 0);
    default:
        return value_integer(order >= 0);
    }
}

/* Floats are equal when they differ by less than the precision of a double at 1, which order does
 * not ask for. */
static struct value
compare_floats(enum code_operation op, double a, double b)
{
    static const double precision = 2.220446049250313e-16;
    switch (op) {
    case CODE_EQUAL:
        return value_integer(fabs(a - b) < precision);
    case CODE_UNEQUAL:
        return value_integer(fabs(a - b) >= precision);
    case CODE_LESS:
        return value_integer(a < b);
    case CODE_AT_MOST:
        return value_integer(a <= b);
    case CODE_GREATER:
        return value_integer(a > b);
    default:
        return value_integer(a >= b);
    }
}

static str
tail(str s, size_t n)
{
    return (str){s.p + (s.n - n), n};
}

static struct value
on_texts(enum code_operation op, str a, str b)
{
    bool fits = b.n <= a.n;
    switch (op) {
    case CODE_CONTAINS:
        return value_integer(str_find(a, b) != SIZE_MAX);
    case CODE_ICONTAINS:
        return value_integer(str_contains_nocase(a, b));
    case CODE_STARTSWITH:
        return value_integer(str_starts(a, b));
    case CODE_ISTARTSWITH:
        return value_integer(fits && str_eq_nocase((str){a.p, b.n}, b));
    case CODE_ENDSWITH:
        return value_integer(str_ends(a, b));
    case CODE_IENDSWITH:
        return value_integer(fits && str_eq_nocase(tail(a, b.n), b));
    case CODE_IEQUALS:
        return value_integer(str_eq_nocase(a, b));
    default:
        return op >= CODE_EQUAL && op <= CODE_AT_LEAST ? as_answer(op, str_compare(a, b))
                                                       : value_undefined();
    }
}

static double
real_of(struct value value)
{
    return value.kind == VALUE_FLOAT ? value.f : (double)value.i;
}

static bool
is_number(struct value value)
{
    return value.kind == VALUE_INTEGER || value.kind == VALUE_FLOAT;
}

struct value
evaluate_operation(struct scanner *scanner, enum code_operation op, struct value a, struct value b)
{
    if (a.kind == VALUE_STRING && b.kind == VALUE_REGEX && op == CODE_MATCHES)
        return value_integer(regex_search(scanner->machine, scanner->rules->regex, b.regex, a.s));
    if (a.kind == VALUE_STRING && b.kind == VALUE_STRING)
        return on_texts(op, a.s, b.s);
    if (!is_number(a) || !is_number(b))
        return value_undefined();
    bool compares = op >= CODE_EQUAL && op <= CODE_AT_LEAST;
    if (a.kind == VALUE_INTEGER && b.kind == VALUE_INTEGER)
        return compares ? as_answer(op, a.i < b.i ? -1 : a.i > b.i) : on_integers(op, a.i, b.i);
    if (compares)
        return compare_floats(op, real_of(a), real_of(b));
    return on_floats(op, real_of(a), real_of(b));
}
