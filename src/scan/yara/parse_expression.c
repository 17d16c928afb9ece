/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions, by precedence. Brackets within brackets have a cap, so that the recursion has. */
#include "scan/yara/parser.h"

#include "base/require.h"
#include "scan/regex/regex.h"

enum { BRACKETS_MAX = 150 };

enum operand_rule { NUMBERS, INTEGERS, COMPARABLE, TEXTS, TEXT_AND_REGEX };
struct infix {
    enum token_kind kind;
    char sign;
    unsigned precedence;
    enum code_operation op;
    enum operand_rule rule;
};
static const struct infix operators[] = {
    {TOKEN_EQUAL, 0, 1, CODE_EQUAL, COMPARABLE},
    {TOKEN_UNEQUAL, 0, 1, CODE_UNEQUAL, COMPARABLE},
    {WORD_CONTAINS, 0, 1, CODE_CONTAINS, TEXTS},
    {WORD_ICONTAINS, 0, 1, CODE_ICONTAINS, TEXTS},
    {WORD_STARTSWITH, 0, 1, CODE_STARTSWITH, TEXTS},
    {WORD_ISTARTSWITH, 0, 1, CODE_ISTARTSWITH, TEXTS},
    {WORD_ENDSWITH, 0, 1, CODE_ENDSWITH, TEXTS},
    {WORD_IENDSWITH, 0, 1, CODE_IENDSWITH, TEXTS},
    {WORD_IEQUALS, 0, 1, CODE_IEQUALS, TEXTS},
    {WORD_MATCHES, 0, 1, CODE_MATCHES, TEXT_AND_REGEX},
    {TOKEN_SIGN, '<', 2, CODE_LESS, COMPARABLE},
    {TOKEN_AT_MOST, 0, 2, CODE_AT_MOST, COMPARABLE},
    {TOKEN_SIGN, '>', 2, CODE_GREATER, COMPARABLE},
    {TOKEN_AT_LEAST, 0, 2, CODE_AT_LEAST, COMPARABLE},
    {TOKEN_SIGN, '|', 3, CODE_BIT_OR, INTEGERS},
    {TOKEN_SIGN, '^', 4, CODE_BIT_XOR, INTEGERS},
    {TOKEN_SIGN, '&', 5, CODE_BIT_AND, INTEGERS},
    {TOKEN_SHIFT_LEFT, 0, 6, CODE_SHIFT_LEFT, INTEGERS},
    {TOKEN_SHIFT_RIGHT, 0, 6, CODE_SHIFT_RIGHT, INTEGERS},
    {TOKEN_SIGN, '+', 7, CODE_ADD, NUMBERS},
    {TOKEN_SIGN, '-', 7, CODE_SUBTRACT, NUMBERS},
    {TOKEN_SIGN, '*', 8, CODE_MULTIPLY, NUMBERS},
    {TOKEN_SIGN, '\\', 8, CODE_DIVIDE, NUMBERS},
    {TOKEN_SIGN, '%', 8, CODE_MODULO, INTEGERS},
};

/* `50% of` is no remainder. */
static const struct infix *
infix_at(const struct parser *parser)
{
    const struct token *token = &parser->token;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        const struct infix *found = &operators[i];
        if (found->kind != token->kind ||
            (found->kind == TOKEN_SIGN && found->sign != token->integer))
            continue;
        return found->sign == '%' && parser_peeks(parser, WORD_OF) ? NULL : found;
    }
    return NULL;
}

static bool
is_number(const struct expr *expr)
{
    return expr->type == TYPE_INTEGER || expr->type == TYPE_FLOAT;
}

static bool
fits(enum operand_rule rule, const struct expr *a, const struct expr *b)
{
    switch (rule) {
    case NUMBERS:
        return is_number(a) && is_number(b);
    case INTEGERS:
        return a->type == TYPE_INTEGER && b->type == TYPE_INTEGER;
    case COMPARABLE:
        return (is_number(a) && is_number(b)) || (a->type == TYPE_STRING && b->type == TYPE_STRING);
    case TEXTS:
        return a->type == TYPE_STRING && b->type == TYPE_STRING;
    case TEXT_AND_REGEX:
        return a->type == TYPE_STRING && b->type == TYPE_REGEX;
    }
    return false;
}

static bool
enter(struct parser *parser)
{
    if (parser_failed(parser))
        return false;
    if (++parser->depth <= BRACKETS_MAX)
        return true;
    parser_fail(parser, ERR_LIMIT, "brackets and signs are nested more than %d deep", BRACKETS_MAX);
    return false;
}

static struct expr *
leave(struct parser *parser, struct expr *expr)
{
    parser->depth--;
    return parser_failed(parser) ? NULL : expr;
}

bool
parse_range(struct parser *parser, struct expr **ret_low, struct expr **ret_high)
{
    if (!parser_expect_sign(parser, '('))
        return false;
    struct expr *low = parse_primary(parser);
    if (!low || !parser_expect(parser, TOKEN_DOTS, "\"..\""))
        return false;
    struct expr *high = parse_primary(parser);
    if (!high || !parser_expect_sign(parser, ')'))
        return false;
    if (low->type != TYPE_INTEGER || high->type != TYPE_INTEGER)
        return parser_fail(parser, ERR_FORMAT, "a range is between two integers");
    if (low->is_constant && low->integer < 0)
        return parser_fail(parser, ERR_FORMAT, "a range begins below 0");
    if (low->is_constant && high->is_constant && low->integer > high->integer)
        return parser_fail(parser, ERR_FORMAT, "a range ends before it begins");
    *ret_low = low;
    *ret_high = high;
    return true;
}

/* The string that #a, @a, … speak of; "$" is that of the loop. */
static uint32_t
string_index(struct parser *parser, str name, bool every)
{
    if (name.n == 1) {
        if (parser->string_loops == 0)
            parser_fail(parser, ERR_FORMAT, "\"$\" stands outside of a loop over strings");
        return CODE_CURRENT;
    }
    struct local_string *string = parser_string(parser, name);
    if (!string)
        return CODE_CURRENT;
    string->is_used = true;
    string->every |= every;
    string->is_loose |= every;
    return string->index;
}

/* Where only one place is asked for, no other match is worth looking at. */
static void
note_place_asked(struct parser *parser, str name, const struct expr *at)
{
    struct local_string *string = name.n > 1 ? parser_string(parser, name) : NULL;
    if (!string || !at)
        return;
    string->every = true;
    if (!at->is_constant || (string->is_fixed && string->place != at->integer))
        string->is_loose = true;
    string->is_fixed = true;
    string->place = at->integer;
}

static struct expr *
integer_operand(struct parser *parser, struct expr *expr, const char *what)
{
    if (expr && expr->type != TYPE_INTEGER)
        return parser_fail(parser, ERR_FORMAT, "%s is not an integer", what);
    return expr;
}

/* $a, $a at X, $a in (X..Y). */
static struct expr *
parse_string_found(struct parser *parser)
{
    str name = parser->token.text;
    uint32_t index = string_index(parser, name, false);
    if (!parser_next(parser))
        return NULL;
    struct expr *expr = expr_new(parser, CODE_FOUND, TYPE_BOOLEAN);
    expr->uses = USES_STRINGS | (index == CODE_CURRENT ? USES_VARIABLES : 0);
    expr->words[0] = index;
    if (parser_accept(parser, WORD_AT)) {
        expr->op = CODE_FOUND_AT;
        struct expr *at = integer_operand(parser, parse_primary(parser), "what follows \"at\"");
        note_place_asked(parser, name, at);
        return expr_add(parser, expr, at);
    }
    if (parser_accept(parser, WORD_IN)) {
        expr->op = CODE_FOUND_IN;
        struct expr *low = NULL, *high = NULL;
        if (name.n > 1)
            string_index(parser, name, true);
        if (!parse_range(parser, &low, &high))
            return NULL;
        return expr_add(parser, expr_add(parser, expr, low), high);
    }
    if (index != CODE_CURRENT)
        parser_string(parser, name)->is_loose = true;
    return expr;
}

/* #a, #a in (X..Y), @a, @a[I], !a, !a[I]. */
static struct expr *
parse_string_number(struct parser *parser)
{
    enum token_kind kind = parser->token.kind;
    enum code_operation op = kind == TOKEN_COUNT    ? CODE_COUNT
                             : kind == TOKEN_OFFSET ? CODE_OFFSET
                                                    : CODE_LENGTH;
    struct expr *expr = expr_new(parser, op, TYPE_INTEGER);
    expr->words[0] = string_index(parser, parser->token.text, true);
    expr->uses = USES_STRINGS | (expr->words[0] == CODE_CURRENT ? USES_VARIABLES : 0);
    if (!parser_next(parser))
        return NULL;
    if (op == CODE_COUNT) {
        struct expr *low = NULL, *high = NULL;
        if (!parser_accept(parser, WORD_IN))
            return expr;
        expr->op = CODE_COUNT_IN;
        if (!parse_range(parser, &low, &high))
            return NULL;
        return expr_add(parser, expr_add(parser, expr, low), high);
    }
    if (!parser_accept_sign(parser, '['))
        return expr_add(parser, expr, expr_integer(parser, 1));
    struct expr *index = integer_operand(parser, parse_primary(parser), "the number in brackets");
    return parser_expect_sign(parser, ']') ? expr_add(parser, expr, index) : NULL;
}

static struct expr *
parse_regex(struct parser *parser)
{
    struct regex *regex;
    struct expr *expr = expr_new(parser, CODE_REGEX, TYPE_REGEX);
    unsigned flags = (unsigned)parser->token.integer;
    errcode code =
        regex_parse(parser->token.text, flags, &parser->compiler->arena, &regex, &parser->err);
    if (code == OK)
        code = regex_compile_search(regex, flags, &parser->compiler->sections[IMAGE_REGEX],
                                    &expr->words[0], &parser->err);
    if (code != OK) {
        parser->line = parser->token.line;
        parser->column = parser->token.column;
        return NULL;
    }
    return parser_next(parser) ? expr : NULL;
}

static struct expr *
parse_constant(struct parser *parser)
{
    struct expr *expr = NULL;
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_INTEGER) {
        expr = expr_integer(parser, token->integer);
    } else if (token->kind == TOKEN_FLOAT) {
        expr = expr_new(parser, CODE_FLOAT, TYPE_FLOAT);
        expr->real = token->real;
    } else {
        expr = expr_new(parser, CODE_TEXT, TYPE_STRING);
        struct text_place text = compiler_text(parser->compiler, token->text);
        expr->words[0] = text.at;
        expr->words[1] = text.size;
    }
    return parser_next(parser) ? expr : NULL;
}

static struct expr *
parse_read(struct parser *parser)
{
    struct expr *expr = expr_new(parser, CODE_READ, TYPE_INTEGER);
    expr->words[0] = (uint32_t)parser->token.integer;
    if (!parser_next(parser) || !parser_expect_sign(parser, '('))
        return NULL;
    struct expr *at = integer_operand(parser, parse_primary(parser), "the place to read at");
    return parser_expect_sign(parser, ')') ? expr_add(parser, expr, at) : NULL;
}

static struct expr *
parse_word(struct parser *parser, enum code_operation op)
{
    struct expr *expr = expr_new(parser, op, TYPE_INTEGER);
    return parser_next(parser) ? expr : NULL;
}

static struct expr *parse_unary(struct parser *parser);

static struct expr *
parse_sign(struct parser *parser)
{
    enum code_operation op = parser_is_sign(parser, '-') ? CODE_NEGATE : CODE_BIT_NOT;
    if (!enter(parser) || !parser_next(parser))
        return NULL;
    struct expr *expr = parse_unary(parser);
    if (expr && !(op == CODE_NEGATE ? is_number(expr) : expr->type == TYPE_INTEGER))
        expr = parser_fail(parser, ERR_FORMAT, "\"%c\" stands before what is no number",
                           op == CODE_NEGATE ? '-' : '~');
    return leave(parser, expr_operation(parser, op, expr, NULL));
}

static struct expr *
parse_brackets(struct parser *parser)
{
    if (!enter(parser) || !parser_next(parser))
        return NULL;
    struct expr *expr = parse_expression(parser);
    parser_expect_sign(parser, ')');
    return leave(parser, expr);
}

static struct expr *
parse_truth(struct parser *parser, bool truth)
{
    struct expr *expr = expr_integer(parser, truth);
    expr->type = TYPE_BOOLEAN;
    expr->is_constant = false;
    return parser_next(parser) ? expr : NULL;
}

static struct expr *
parse_unary(struct parser *parser)
{
    switch (parser->token.kind) {
    case TOKEN_STRING_NAME:
        return parse_string_found(parser);
    case TOKEN_COUNT:
    case TOKEN_OFFSET:
    case TOKEN_LENGTH:
        return parse_string_number(parser);
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
    case TOKEN_TEXT:
        return parse_constant(parser);
    case TOKEN_REGEX:
        return parse_regex(parser);
    case TOKEN_NAME:
        return parse_name(parser);
    case WORD_READ:
        return parse_read(parser);
    case WORD_FILESIZE:
        return parse_word(parser, CODE_FILESIZE);
    case WORD_ENTRYPOINT:
        return parse_word(parser, CODE_ENTRYPOINT);
    case WORD_TRUE:
    case WORD_FALSE:
        return parse_truth(parser, parser->token.kind == WORD_TRUE);
    default:
        break;
    }
    if (parser_is_sign(parser, '(') && !parser_failed(parser))
        return parse_brackets(parser);
    if (parser_is_sign(parser, '-') || parser_is_sign(parser, '~'))
        return parse_sign(parser);
    parser_expect(parser, TOKEN_KINDS, "an expression");
    return NULL;
}

/* Operators that bind at least as tight as LEAST, from the left. */
static struct expr *
parse_operators(struct parser *parser, unsigned least)
{
    if (!enter(parser))
        return NULL;
    struct expr *left = parse_unary(parser);
    const struct infix *infix;
    while (left && (infix = infix_at(parser)) && infix->precedence >= least) {
        if (!parser_next(parser))
            return leave(parser, NULL);
        struct expr *right = parse_operators(parser, infix->precedence + 1);
        if (!right)
            return leave(parser, NULL);
        if (!fits(infix->rule, left, right)) {
            parser_fail(parser, ERR_FORMAT, "the operator does not go with values of these types");
            return leave(parser, NULL);
        }
        left = expr_operation(parser, infix->op, left, right);
    }
    return leave(parser, left);
}

struct expr *
parse_primary(struct parser *parser)
{
    struct expr *expr = parse_operators(parser, 3);
    if (expr && expr->type == TYPE_BOOLEAN)
        return parser_fail(parser, ERR_FORMAT, "a value is wanted, not a truth");
    return expr;
}

static struct expr *
parse_quantified(struct parser *parser)
{
    struct expr *expr = parse_quantifier(parser);
    if (!expr && !parser_failed(parser))
        expr = parse_operators(parser, 1);
    if (!expr)
        return NULL;
    bool is_percent = parser_is_sign(parser, '%') && parser_peeks(parser, WORD_OF);
    if (is_percent && !parser_next(parser))
        return NULL;
    return parser->token.kind == WORD_OF ? parse_of(parser, expr, is_percent) : expr;
}

static struct expr *
as_truth(struct parser *parser, struct expr *expr)
{
    if (expr && expr->type > TYPE_STRING)
        return parser_fail(parser, ERR_FORMAT, "this is nothing that can be true or false");
    return expr;
}

/* `not` and `defined`, any number of them. */
static struct expr *
parse_negations(struct parser *parser)
{
    if (parser->token.kind == WORD_FOR)
        return parse_loop(parser);
    if (parser->token.kind != WORD_NOT && parser->token.kind != WORD_DEFINED)
        return parse_quantified(parser);
    enum code_operation op = parser->token.kind == WORD_NOT ? CODE_NOT : CODE_DEFINED;
    if (!enter(parser) || !parser_next(parser))
        return NULL;
    struct expr *operand = parse_negations(parser);
    if (op == CODE_NOT)
        operand = as_truth(parser, operand);
    return leave(parser, expr_operation(parser, op, operand, NULL));
}

/* A chain of one connective is one expr, however long it is. */
static struct expr *
parse_chain(struct parser *parser, enum token_kind kind, enum code_operation op,
            struct expr *(*parse)(struct parser *))
{
    struct expr *expr = parse(parser);
    if (!expr || parser->token.kind != kind)
        return expr;
    struct expr *chain = expr_new(parser, op, TYPE_BOOLEAN);
    chain = expr_add(parser, chain, as_truth(parser, expr));
    while (chain && parser_accept(parser, kind))
        chain = expr_add(parser, chain, as_truth(parser, parse(parser)));
    return parser_failed(parser) ? NULL : chain;
}

static struct expr *
parse_and(struct parser *parser)
{
    return parse_chain(parser, WORD_AND, CODE_AND, parse_negations);
}

struct expr *
parse_expression(struct parser *parser)
{
    if (!enter(parser))
        return NULL;
    return leave(parser, parse_chain(parser, WORD_OR, CODE_OR, parse_and));
}

struct expr *
parse_condition(struct parser *parser)
{
    return as_truth(parser, parse_expression(parser));
}
