/* SPDX-License-Identifier: Apache-2.0 */
/* The state of reading one source. Functions give NULL or false after a fault, which is then in
 * the parser: the first one stays. */
#pragma once

#include "scan/yara/compiler.h"
#include "scan/yara/expr.h"
#include "scan/yara/lexer.h"

enum { VARIABLES_MAX = CODE_LOOPS_MAX * 2 };

/* What the condition does with a string decides how its matches are kept. */
struct local_string {
    str name;
    uint32_t index;          /* in IMAGE_STRINGS */
    bool is_used, every;     /* every match counts, not only whether there is one */
    bool is_fixed, is_loose; /* asked for at one place; asked for elsewhere */
    int64_t place;
};
struct variable {
    str name;
    enum expr_type type;
    const struct shape *shape;
    const struct field *field;
    str path; /* of what it goes over */
};
struct parser {
    struct compiler *compiler;
    const struct source *source;
    struct lexer lexer;
    struct token token;
    struct err err;
    unsigned line, column; /* of the fault */
    uint32_t space;
    /* The rule at hand. */
    str rule_name;
    struct local_string *strings;
    size_t string_count, string_room;
    struct variable variables[VARIABLES_MAX];
    size_t variable_count;
    unsigned loops, string_loops, depth;
    bool speaks; /* the condition uses the module console */
};

bool parser_failed(const struct parser *parser);
/* Notes a fault at the current token; returns NULL. */
void *parser_fail(struct parser *parser, errcode code, const char *format, ...) PRINTF_LIKE(3, 4);
/* Tells the author what is no fault. */
void parser_warn(struct parser *parser, unsigned line, unsigned column, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* To the next token. */
bool parser_next(struct parser *parser);
bool parser_is_sign(const struct parser *parser, char sign);
/* Takes the token when it is that one; else it is a fault that names WHAT is missing. */
bool parser_expect(struct parser *parser, enum token_kind kind, const char *what);
bool parser_expect_sign(struct parser *parser, char sign);
/* The same without a fault. */
bool parser_accept(struct parser *parser, enum token_kind kind);
bool parser_accept_sign(struct parser *parser, char sign);
/* True when the token behind the current one is KIND. */
bool parser_peeks(const struct parser *parser, enum token_kind kind);

/* A whole condition. */
struct expr *parse_condition(struct parser *parser);
/* What `for` and `of` begin with, and what follows; parse_sets.c. */
struct expr *parse_loop(struct parser *parser);
struct expr *parse_of(struct parser *parser, struct expr *quantifier, bool is_percent);
/* `all`, `any` or `none` when the token is one of them, else NULL without a fault. */
struct expr *parse_quantifier(struct parser *parser);
/* An expression, and one whose value is no truth but a number, text, …; parse_expression.c. */
struct expr *parse_expression(struct parser *parser);
struct expr *parse_primary(struct parser *parser);
/* An identifier with what hangs on it; parse_name.c. */
struct expr *parse_name(struct parser *parser);
/* `( low .. high )`. */
bool parse_range(struct parser *parser, struct expr **ret_low, struct expr **ret_high);

struct expr *expr_new(struct parser *parser, enum code_operation op, enum expr_type type);
struct expr *expr_integer(struct parser *parser, int64_t integer);
/* Makes CHILD the last operand of NODE; the expressions' depth has a cap. Returns NODE or NULL. */
struct expr *expr_add(struct parser *parser, struct expr *expr, struct expr *child);
/* The value of OP on constants is computed here; faults in it are YARA's. */
struct expr *expr_operation(struct parser *parser, enum code_operation op, struct expr *left,
                            struct expr *right);

/* The string of that name, or NULL with a fault. */
struct local_string *parser_string(struct parser *parser, str name);
/* The number of a rule read so far, that at hand included, or NO_INDEX. */
uint32_t parser_rule(const struct parser *parser, str name);
/* `strings:` up to `condition:`; parse_strings.c. */
bool parse_strings(struct parser *parser);
