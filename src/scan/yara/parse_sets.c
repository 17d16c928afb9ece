/* SPDX-License-Identifier: Apache-2.0 */
/* `for` and `of`: quantifiers, sets of strings and rules, loops. */
#include "scan/yara/parser.h"

enum { LOOP_VALUES_MAX = 4096 };

/* "all" is the undefined value, as in libyara: what is undefined as a quantifier means all. */
struct expr *
parse_quantifier(struct parser *parser)
{
    struct expr *expr = NULL;
    if (parser->token.kind == WORD_ALL)
        expr = expr_new(parser, CODE_UNDEFINED, TYPE_INTEGER);
    else if (parser->token.kind == WORD_ANY || parser->token.kind == WORD_NONE)
        expr = expr_integer(parser, parser->token.kind == WORD_ANY);
    return expr && parser_next(parser) ? expr : NULL;
}

struct set {
    struct buf numbers; /* uint32_t */
    bool rules;
};

static void
set_add(struct set *set, uint32_t number)
{
    buf_add(&set->numbers, &number, sizeof number);
}

static void
use_string(struct local_string *string, bool every)
{
    string->is_used = true;
    string->is_loose = true;
    string->every |= every;
}

/* "$a*" and, with NAME empty, all. */
static bool
add_strings(struct parser *parser, struct set *set, str head, bool every)
{
    bool any = false;
    for (size_t i = 0; i < parser->string_count; i++) {
        if (!str_starts(parser->strings[i].name, head))
            continue;
        use_string(&parser->strings[i], every);
        set_add(set, parser->strings[i].index);
        any = true;
    }
    if (!any)
        parser_fail(parser, ERR_FORMAT, "undefined string \"%.*s%s\"", STR_ARG(head),
                    head.n ? "*" : "them");
    return any;
}

static bool
add_rules(struct parser *parser, struct set *set, str name, bool is_head)
{
    const struct symbols *rules = &parser->compiler->rules;
    uint32_t one = parser_rule(parser, is_head ? parser->rule_name : name);
    size_t before = set->numbers.n;
    if (is_head)
        compiler_add_wildcard(parser->compiler, parser->space, name);
    if (one != NO_INDEX && (!is_head || str_starts(parser->rule_name, name)))
        set_add(set, one);
    for (size_t i = 0; is_head && i < rules->room; i++) {
        const struct symbol *rule = &rules->slots[i];
        if (rule->used && rule->space == parser->space && str_starts(rule->name, name))
            set_add(set, rule->value);
    }
    if (set->numbers.n == before)
        parser_fail(parser, ERR_FORMAT, "undefined rule \"%.*s%s\"", STR_ARG(name),
                    is_head ? "*" : "");
    return !parser_failed(parser);
}

static bool
parse_member(struct parser *parser, struct set *set, bool every)
{
    str name = parser->token.text;
    enum token_kind kind = parser->token.kind;
    if (kind == TOKEN_NAME) {
        if (!parser_next(parser))
            return false;
        set->rules = true;
        return add_rules(parser, set, name, parser_accept_sign(parser, '*'));
    }
    if (kind == TOKEN_STRING_NAMES)
        return add_strings(parser, set, name, every) && parser_next(parser);
    struct local_string *string = kind == TOKEN_STRING_NAME ? parser_string(parser, name) : NULL;
    if (!string)
        return parser_expect(parser, TOKEN_STRING_NAME, "a string's or rule's name");
    use_string(string, every);
    set_add(set, string->index);
    return parser_next(parser);
}

/* `them`, ($a, $b*), (rule, rule*). */
static bool
parse_set(struct parser *parser, struct set *set, bool every)
{
    if (parser->token.kind == WORD_THEM)
        return add_strings(parser, set, (str){"", 0}, every) && parser_next(parser);
    if (!parser_expect_sign(parser, '('))
        return false;
    do {
        bool was_rules = set->rules, first = set->numbers.n == 0;
        if (!parse_member(parser, set, every))
            return false;
        if (!first && was_rules != set->rules)
            return parser_fail(parser, ERR_FORMAT, "a set is of strings or of rules, not both");
    } while (parser_accept_sign(parser, ','));
    return parser_expect_sign(parser, ')');
}

static int
compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Into NODE's words from I on: place and count. */
static void
store_set(struct parser *parser, struct set *set, struct expr *expr, size_t i)
{
    struct compiler *compiler = parser->compiler;
    size_t count = set->numbers.n / sizeof(uint32_t);
    if (set->rules)
        qsort(set->numbers.p, count, sizeof(uint32_t), compare_numbers);
    expr->words[i] = compiler_count(compiler, IMAGE_SETS, sizeof(uint32_t));
    expr->words[i + 1] = (uint32_t)count;
    expr->uses |= set->rules ? USES_RULES : USES_STRINGS;
    compiler_add(compiler, IMAGE_SETS, set->numbers.p, set->numbers.n);
    buf_clear(&set->numbers);
}

static struct expr *
check_quantifier(struct parser *parser, struct expr *quantifier, bool is_percent)
{
    if (quantifier->type != TYPE_INTEGER)
        return parser_fail(parser, ERR_FORMAT, "how many is no integer");
    if (quantifier->is_constant && quantifier->integer < 0)
        return parser_fail(parser, ERR_FORMAT, "how many is below 0");
    if (is_percent && quantifier->is_constant &&
        (quantifier->integer < 1 || quantifier->integer > 100))
        return parser_fail(parser, ERR_FORMAT, "a percentage is between 1 and 100");
    return quantifier;
}

static struct expr *
parse_of_place(struct parser *parser, struct expr *expr)
{
    struct expr *low = NULL, *high = NULL;
    if (parser_accept(parser, WORD_AT)) {
        expr->op = CODE_OF_AT;
        low = parse_primary(parser);
        if (low && low->type != TYPE_INTEGER)
            return parser_fail(parser, ERR_FORMAT, "what follows \"at\" is not an integer");
        return expr_add(parser, expr, low);
    }
    if (!parser_accept(parser, WORD_IN))
        return expr;
    expr->op = CODE_OF_IN;
    if (!parse_range(parser, &low, &high))
        return NULL;
    return expr_add(parser, expr_add(parser, expr, low), high);
}

/* Whether `in` or `at` follows is seen only behind the set. All strings used so far are marked,
 * which costs a little and spares looking them up. */
static void
mark_every(struct parser *parser)
{
    for (size_t i = 0; i < parser->string_count; i++)
        parser->strings[i].every |= parser->strings[i].is_used;
}

struct expr *
parse_of(struct parser *parser, struct expr *quantifier, bool is_percent)
{
    struct set set = {.numbers = BUF((size_t)1 << 30)};
    struct expr *expr = expr_new(parser, CODE_OF, TYPE_BOOLEAN);
    quantifier = check_quantifier(parser, quantifier, is_percent);
    if (!expr_add(parser, expr, quantifier) || !parser_next(parser) ||
        !parse_set(parser, &set, false)) {
        buf_clear(&set.numbers);
        return NULL;
    }
    expr->words[2] = (is_percent ? OF_PERCENT : 0u) | (set.rules ? OF_RULES : 0u);
    bool rules = set.rules;
    store_set(parser, &set, expr, 0);
    if (rules)
        return expr;
    expr = parse_of_place(parser, expr);
    if (expr && expr->op != CODE_OF)
        mark_every(parser);
    return expr;
}

static bool
add_variable(struct parser *parser, str name, enum expr_type type, const struct expr *container)
{
    if (parser->variable_count == VARIABLES_MAX)
        return parser_fail(parser, ERR_LIMIT, "loops are nested too deep");
    for (size_t i = 0; i < parser->variable_count; i++)
        if (str_eq(parser->variables[i].name, name))
            return parser_fail(parser, ERR_FORMAT, "duplicated loop identifier \"%.*s\"",
                               STR_ARG(name));
    parser->variables[parser->variable_count++] =
        (struct variable){name, type, container ? container->field->shape : NULL,
                          container ? container->field : NULL,
                          container ? container->path : (str){NULL, 0}};
    return true;
}

/* (1, 2, 3) and ("a", "b"), the first one having been read. */
static struct expr *
parse_values(struct parser *parser, struct expr *loop, struct expr *first)
{
    loop->op = CODE_LOOP_VALUES;
    loop->words[2] = 1;
    if (first->type != TYPE_INTEGER && first->type != TYPE_STRING)
        return parser_fail(parser, ERR_FORMAT, "a loop goes over integers or texts");
    loop = expr_add(parser, loop, first);
    while (loop && parser_accept_sign(parser, ',')) {
        struct expr *value = parse_primary(parser);
        if (value && value->type != first->type)
            return parser_fail(parser, ERR_FORMAT, "the values of a loop differ in type");
        if (++loop->words[2] > LOOP_VALUES_MAX)
            return parser_fail(parser, ERR_LIMIT, "a loop has at most %d values", LOOP_VALUES_MAX);
        loop = expr_add(parser, loop, value);
    }
    return parser_expect_sign(parser, ')') ? loop : NULL;
}

static struct expr *
parse_bracketed(struct parser *parser, struct expr *loop, const str *names, size_t count)
{
    if (!parser_next(parser))
        return NULL;
    struct expr *low = parse_primary(parser);
    if (!low)
        return NULL;
    if (count != 1)
        return parser_fail(parser, ERR_FORMAT, "two variables go with a dictionary only");
    if (parser->token.kind != TOKEN_DOTS) {
        loop = parse_values(parser, loop, low);
        return loop && add_variable(parser, names[0], low->type, NULL) ? loop : NULL;
    }
    if (!parser_next(parser))
        return NULL;
    struct expr *high = parse_primary(parser);
    if (!high || !parser_expect_sign(parser, ')'))
        return NULL;
    if (low->type != TYPE_INTEGER || high->type != TYPE_INTEGER)
        return parser_fail(parser, ERR_FORMAT, "a range is between two integers");
    if (low->is_constant && high->is_constant && low->integer > high->integer)
        return parser_fail(parser, ERR_FORMAT, "a range ends before it begins");
    loop->op = CODE_LOOP_RANGE;
    loop = expr_add(parser, expr_add(parser, loop, low), high);
    return loop && add_variable(parser, names[0], TYPE_INTEGER, NULL) ? loop : NULL;
}

static enum expr_type
item_type(const struct field *field)
{
    switch (field->item) {
    case FIELD_INTEGER:
        return TYPE_INTEGER;
    case FIELD_FLOAT:
        return TYPE_FLOAT;
    case FIELD_STRING:
        return TYPE_STRING;
    default:
        return TYPE_STRUCT;
    }
}

/* What stands behind `in`; the loop's variables are known from then on. */
static struct expr *
parse_iterated(struct parser *parser, struct expr *loop, const str *names, size_t count)
{
    if (parser_is_sign(parser, '('))
        return parse_bracketed(parser, loop, names, count);
    struct expr *container = parser->token.kind == TOKEN_NAME ? parse_name(parser) : NULL;
    if (!container)
        return parser_fail(parser, ERR_FORMAT,
                           "a range, values, an array or a dictionary is wanted");
    bool is_array = container->type == TYPE_ARRAY;
    if (!is_array && container->type != TYPE_DICTIONARY)
        return parser_fail(parser, ERR_FORMAT, "a loop goes over an array or a dictionary");
    if (count != (is_array ? 1 : 2))
        return parser_fail(parser, ERR_FORMAT,
                           "an array takes one variable, a dictionary two (key and value)");
    loop->op = is_array ? CODE_LOOP_ARRAY : CODE_LOOP_DICTIONARY;
    if (!is_array && !add_variable(parser, names[0], TYPE_STRING, NULL))
        return NULL;
    if (!add_variable(parser, names[count - 1], item_type(container->field), container))
        return NULL;
    return expr_add(parser, loop, container);
}

/* `for Q NAME, … in X` up to the colon. */
static struct expr *
parse_over_values(struct parser *parser, struct expr *loop)
{
    str names[2];
    size_t count = 0;
    do {
        if (count == 2)
            return parser_fail(parser, ERR_FORMAT, "a loop has one variable or two");
        names[count++] = parser->token.text;
        if (!parser_expect(parser, TOKEN_NAME, "the loop's variable"))
            return NULL;
    } while (parser_accept_sign(parser, ','));
    loop->words[0] = (uint32_t)parser->variable_count;
    if (!parser_expect(parser, WORD_IN, "\"in\""))
        return NULL;
    return parse_iterated(parser, loop, names, count);
}

/* `for Q of SET` up to the colon. */
static struct expr *
parse_over_strings(struct parser *parser, struct expr *loop)
{
    struct set set = {.numbers = BUF((size_t)1 << 30)};
    loop->op = CODE_LOOP_STRINGS;
    if (parser->string_loops > 0)
        return parser_fail(parser, ERR_FORMAT, "a loop over strings stands within another");
    if (!parse_set(parser, &set, true)) {
        buf_clear(&set.numbers);
        return NULL;
    }
    if (set.rules)
        parser_fail(parser, ERR_FORMAT, "a loop goes over strings, not over rules");
    store_set(parser, &set, loop, 1);
    parser->string_loops++;
    return parser_failed(parser) ? NULL : loop;
}

static struct expr *
parse_body(struct parser *parser, struct expr *loop)
{
    if (!parser_expect_sign(parser, ':') || !parser_expect_sign(parser, '('))
        return NULL;
    struct expr *body = parse_condition(parser);
    if (!body || !parser_expect_sign(parser, ')'))
        return NULL;
    return expr_add(parser, loop, body);
}

struct expr *
parse_loop(struct parser *parser)
{
    if (!parser_next(parser))
        return NULL;
    if (++parser->loops > CODE_LOOPS_MAX)
        return parser_fail(parser, ERR_LIMIT, "loops are nested more than %d deep", CODE_LOOPS_MAX);
    struct expr *quantifier = parse_quantifier(parser);
    if (!quantifier && !parser_failed(parser))
        quantifier = parse_primary(parser);
    if (!quantifier || !check_quantifier(parser, quantifier, false))
        return NULL;
    size_t variables = parser->variable_count;
    unsigned string_loops = parser->string_loops;
    struct expr *loop = expr_new(parser, CODE_LOOP_RANGE, TYPE_BOOLEAN);
    loop = expr_add(parser, loop, quantifier);
    if (loop && parser_accept(parser, WORD_OF))
        loop = parse_over_strings(parser, loop);
    else if (loop)
        loop = parse_over_values(parser, loop);
    loop = loop ? parse_body(parser, loop) : NULL;
    parser->variable_count = variables;
    parser->string_loops = string_loops;
    parser->loops--;
    return loop;
}
