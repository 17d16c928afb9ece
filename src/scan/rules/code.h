/* SPDX-License-Identifier: Apache-2.0 */
/* The code of conditions: words of 32 bits, operation then operands, on a stack of values. Jumps go
 * forwards, but for LOOP_NEXT, which goes back to behind the LOOP operation it belongs to. */
#pragma once

#include <stdint.h>

/* name, operands, taken from the stack, put on it */
#define CODE_OPERATIONS(X)                                                                         \
    X(END, 0, 1, 0)     /* the condition's value */                                                \
    X(INTEGER, 2, 0, 1) /* low, high word */                                                       \
    X(FLOAT, 2, 0, 1)                                                                              \
    X(TEXT, 2, 0, 1)  /* place, size */                                                            \
    X(REGEX, 1, 0, 1) /* program */                                                                \
    X(UNDEFINED, 0, 0, 1)                                                                          \
    X(FILESIZE, 0, 0, 1)                                                                           \
    X(ENTRYPOINT, 0, 0, 1)                                                                         \
    X(READ, 1, 1, 1) /* bytes | READ_SIGNED | READ_BIG */                                          \
    X(EXTERNAL, 1, 0, 1)                                                                           \
    X(RULE, 1, 0, 1)                                                                               \
    X(MODULE, 1, 0, 1) /* ref */                                                                   \
    X(FIELD, 1, 1, 1)  /* ref */                                                                   \
    X(ITEM, 0, 2, 1)   /* container, number or key */                                              \
    X(CALL, 2, 0, 1)   /* ref, arguments: takes them and the struct before them */                 \
    X(VARIABLE, 1, 0, 1)                                                                           \
    X(FOUND, 1, 0, 1) /* string, or CODE_CURRENT: that of the innermost loop over strings */       \
    X(FOUND_AT, 1, 1, 1)                                                                           \
    X(FOUND_IN, 1, 2, 1)                                                                           \
    X(COUNT, 1, 0, 1)                                                                              \
    X(COUNT_IN, 1, 2, 1)                                                                           \
    X(OFFSET, 1, 1, 1)                                                                             \
    X(LENGTH, 1, 1, 1)                                                                             \
    X(ADD, 0, 2, 1)                                                                                \
    X(SUBTRACT, 0, 2, 1)                                                                           \
    X(MULTIPLY, 0, 2, 1)                                                                           \
    X(DIVIDE, 0, 2, 1)                                                                             \
    X(MODULO, 0, 2, 1)                                                                             \
    X(NEGATE, 0, 1, 1)                                                                             \
    X(BIT_AND, 0, 2, 1)                                                                            \
    X(BIT_OR, 0, 2, 1)                                                                             \
    X(BIT_XOR, 0, 2, 1)                                                                            \
    X(BIT_NOT, 0, 1, 1)                                                                            \
    X(SHIFT_LEFT, 0, 2, 1)                                                                         \
    X(SHIFT_RIGHT, 0, 2, 1)                                                                        \
    X(EQUAL, 0, 2, 1)                                                                              \
    X(UNEQUAL, 0, 2, 1)                                                                            \
    X(LESS, 0, 2, 1)                                                                               \
    X(AT_MOST, 0, 2, 1)                                                                            \
    X(GREATER, 0, 2, 1)                                                                            \
    X(AT_LEAST, 0, 2, 1)                                                                           \
    X(CONTAINS, 0, 2, 1)                                                                           \
    X(ICONTAINS, 0, 2, 1)                                                                          \
    X(STARTSWITH, 0, 2, 1)                                                                         \
    X(ISTARTSWITH, 0, 2, 1)                                                                        \
    X(ENDSWITH, 0, 2, 1)                                                                           \
    X(IENDSWITH, 0, 2, 1)                                                                          \
    X(IEQUALS, 0, 2, 1)                                                                            \
    X(MATCHES, 0, 2, 1)                                                                            \
    X(AND, 0, 2, 1)                                                                                \
    X(OR, 0, 2, 1)                                                                                 \
    X(NOT, 0, 1, 1)                                                                                \
    X(DEFINED, 0, 1, 1)                                                                            \
    X(TRUTH, 0, 1, 1)      /* a string is true when it is not empty, a number when not 0 */        \
    X(JUMP_FALSE, 1, 0, 0) /* place; when the top is surely not true, which stays */               \
    X(JUMP_TRUE, 1, 0, 0)                                                                          \
    X(OF, 3, 1, 1)    /* set, count, OF_RULES | OF_PERCENT; quantifier */                          \
    X(OF_IN, 3, 3, 1) /* quantifier, low, high */                                                  \
    X(OF_AT, 3, 2, 1)                                                                              \
    X(LOOP_RANGE, 2, 3, 0)      /* variable, place behind the loop; quantifier, low, high */       \
    X(LOOP_VALUES, 3, 1, 0)     /* variable, place, count: takes the values; quantifier */         \
    X(LOOP_STRINGS, 3, 1, 0)    /* place, set, count */                                            \
    X(LOOP_ARRAY, 2, 2, 0)      /* variable, place; quantifier, array */                           \
    X(LOOP_DICTIONARY, 2, 2, 0) /* first of two variables, place */                                \
    X(LOOP_NEXT, 1, 1, 1)       /* place behind LOOP: goes there while undecided, else a value */

enum code_operation {
#define CODE_NAME(name, operands, takes, puts) CODE_##name,
    CODE_OPERATIONS(CODE_NAME)
#undef CODE_NAME
        CODE_COUNT_OF_OPERATIONS
};

enum {
    CODE_OPERANDS_MAX = 3,
    CODE_STACK_MAX = 8192, /* values of a condition, checked when rules are opened */
    CODE_LOOPS_MAX = 16,   /* nested loops (libyara 4.5: 4) */
    READ_SIZE = 7,
    READ_SIGNED = 8,
    READ_BIG = 16,
    OF_RULES = 1,
    OF_PERCENT = 2,
};
#define CODE_CURRENT UINT32_MAX

struct code_shape {
    uint8_t operands, takes, puts;
};
/* OP is an operation; check_code.c. */
struct code_shape code_shape(enum code_operation op);
static inline unsigned
code_operands(enum code_operation op)
{
    return code_shape(op).operands;
}
