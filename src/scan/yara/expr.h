/* SPDX-License-Identifier: Apache-2.0 */
/* A condition as it was read: each expr is an operation of rules/code.h with its operands, and the
 * expressions whose values it takes from the stack. */
#pragma once

#include "scan/modules/module.h"
#include "scan/rules/code.h"

enum expr_type {
    TYPE_BOOLEAN,
    TYPE_INTEGER,
    TYPE_FLOAT,
    TYPE_STRING,
    TYPE_REGEX,
    TYPE_STRUCT,     /* shape */
    TYPE_ARRAY,      /* field: its item */
    TYPE_DICTIONARY, /* field: its item */
    TYPE_FUNCTION,   /* field: its overloads */
};

/* What a condition needs besides the file's bytes. */
enum {
    USES_STRINGS = 1,
    USES_MODULES = 2,
    USES_RULES = 4,
    USES_VARIABLES = 8, /* of a loop around it */
};

enum { EXPR_DEPTH_MAX = 400 };

struct expr {
    enum code_operation op;
    uint32_t words[CODE_OPERANDS_MAX];
    struct expr *first, *last, *next; /* operands, and the next operand of its parent */
    enum expr_type type;
    const struct shape *shape;
    const struct field *field;
    str path; /* of a module's field: names, each with a NUL */
    bool is_constant;
    int64_t integer; /* of a constant integer */
    double real;
    unsigned uses, depth;
    unsigned stack; /* values on the stack while it is computed, at most */
    unsigned operands;
};
