/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers: loop variables, externals, modules with their fields, rules. */
#include "scan/yara/parser.h"

enum { ARGUMENTS_MAX = 128 };

static const enum expr_type types_of_fields[] = {
    [FIELD_INTEGER] = TYPE_INTEGER,   [FIELD_FLOAT] = TYPE_FLOAT,
    [FIELD_STRING] = TYPE_STRING,     [FIELD_STRUCT] = TYPE_STRUCT,
    [FIELD_ARRAY] = TYPE_ARRAY,       [FIELD_DICTIONARY] = TYPE_DICTIONARY,
    [FIELD_FUNCTION] = TYPE_FUNCTION,
};

static struct expr *
of_variable(struct parser *parser, str name)
{
    for (size_t i = parser->variable_count; i-- > 0;) {
        const struct variable *variable = &parser->variables[i];
        if (!str_eq(variable->name, name))
            continue;
        struct expr *expr = expr_new(parser, CODE_VARIABLE, variable->type);
        expr->words[0] = (uint32_t)i;
        expr->shape = variable->shape;
        expr->field = variable->field;
        expr->path = variable->path;
        expr->uses = USES_VARIABLES;
        return expr;
    }
    return NULL;
}

static struct expr *
of_external(struct parser *parser, str name)
{
    struct compiler *compiler = parser->compiler;
    const struct symbol *found = symbols_find(&compiler->externals, 0, name);
    if (!found)
        return NULL;
    const struct external_record *record =
        (const void *)(compiler->sections[IMAGE_EXTERNALS].p +
                       found->value * sizeof(struct external_record));
    struct expr *expr = expr_new(parser, CODE_EXTERNAL,
                                 record->kind == EXTERNAL_FLOAT    ? TYPE_FLOAT
                                 : record->kind == EXTERNAL_STRING ? TYPE_STRING
                                                                   : TYPE_INTEGER);
    expr->words[0] = found->value;
    return expr;
}

static struct expr *
of_module(struct parser *parser, str name)
{
    if (!symbols_find(&parser->compiler->modules, parser->space, name))
        return NULL;
    struct expr *expr = expr_new(parser, CODE_MODULE, TYPE_STRUCT);
    const struct module *module = module_find(name);
    expr->shape = &module->shape;
    expr->uses = USES_MODULES;
    parser->speaks |= str_eq(name, STR("console"));
    char *path = arena_alloc(&parser->compiler->arena, name.n + 1);
    memcpy(path, name.p, name.n);
    expr->path = (str){path, name.n + 1};
    expr->words[0] = compiler_ref(parser->compiler, expr->path, (str){NULL, 0});
    return expr;
}

/* A rule may ask for itself: it does not hold yet. */
static struct expr *
of_rule(struct parser *parser, str name)
{
    uint32_t index = parser_rule(parser, name);
    if (index == NO_INDEX)
        return NULL;
    struct expr *expr = expr_new(parser, CODE_RULE, TYPE_BOOLEAN);
    expr->words[0] = index;
    expr->uses = USES_RULES;
    return expr;
}

static struct expr *
constant_node(struct parser *parser, const struct constant *constant)
{
    if (constant->kind == FIELD_INTEGER)
        return expr_integer(parser, constant->integer);
    struct expr *expr = expr_new(parser, CODE_FLOAT, TYPE_FLOAT);
    expr->real = constant->real;
    if (constant->kind == FIELD_STRING) {
        struct text_place text = compiler_text(parser->compiler, str_of(constant->text));
        expr->op = CODE_TEXT;
        expr->type = TYPE_STRING;
        expr->words[0] = text.at;
        expr->words[1] = text.size;
    }
    return expr;
}

/* The value of FIELD in the struct that OBJECT gives. */
static struct expr *
field_node(struct parser *parser, struct expr *object, const struct field *field)
{
    struct expr *expr = expr_new(parser, CODE_FIELD, types_of_fields[field->kind]);
    str name = str_of(field->name);
    char *path = arena_alloc(&parser->compiler->arena, object->path.n + name.n + 1);
    memcpy(path, object->path.p, object->path.n);
    memcpy(path + object->path.n, name.p, name.n);
    expr->path = (str){path, object->path.n + name.n + 1};
    expr->shape = field->shape;
    expr->field = field;
    if (field->kind == FIELD_FUNCTION) {
        expr->op = CODE_CALL;
        return expr_add(parser, expr, object);
    }
    expr->words[0] = compiler_ref(parser->compiler, expr->path, (str){NULL, 0});
    return expr_add(parser, expr, object);
}

static const struct constant *
find_constant(const struct expr *object, str name)
{
    if (object->op != CODE_MODULE)
        return NULL;
    const struct module *module = module_find(str_of(object->path.p));
    for (const struct constant *c = module->constants; c && c->name; c++)
        if (str_eq(str_of(c->name), name))
            return c;
    return NULL;
}

/* Nested structs of constants, such as tests.constants.two, are found by their dotted names. */
static struct expr *
parse_field(struct parser *parser, struct expr *object)
{
    str name = parser->token.text;
    if (object->type != TYPE_STRUCT)
        return parser_fail(parser, ERR_FORMAT, "\".\" follows what is no structure");
    if (!parser_expect(parser, TOKEN_NAME, "a field's name"))
        return NULL;
    size_t index = shape_find(object->shape, name);
    if (index != SIZE_MAX)
        return field_node(parser, object, &object->shape->fields[index]);
    const struct constant *constant = find_constant(object, name);
    if (constant)
        return constant_node(parser, constant);
    return parser_fail(parser, ERR_FORMAT, "there is no field \"%.*s\" here", STR_ARG(name));
}

/* The type of an array's or dictionary's items. Items keep the container's path: fields of their
 * shape are found behind it. */
static struct expr *
parse_item(struct parser *parser, struct expr *container)
{
    enum expr_type key = container->type == TYPE_ARRAY ? TYPE_INTEGER : TYPE_STRING;
    if (container->type != TYPE_ARRAY && container->type != TYPE_DICTIONARY)
        return parser_fail(parser, ERR_FORMAT, "\"[\" follows what is no array or dictionary");
    struct expr *index = parse_primary(parser);
    if (!index || !parser_expect_sign(parser, ']'))
        return NULL;
    if (index->type != key)
        return parser_fail(parser, ERR_FORMAT, "an array takes a number, a dictionary a text");
    struct expr *expr = expr_new(parser, CODE_ITEM, types_of_fields[container->field->item]);
    expr->shape = container->field->shape;
    expr->field = container->field;
    expr->path = container->path;
    return expr_add(parser, expr_add(parser, expr, container), index);
}

static char
letter_of(enum expr_type type)
{
    static const char letters[] = {[TYPE_BOOLEAN] = 'b',
                                   [TYPE_INTEGER] = 'i',
                                   [TYPE_FLOAT] = 'f',
                                   [TYPE_STRING] = 's',
                                   [TYPE_REGEX] = 'r'};
    return type <= TYPE_REGEX ? letters[type] : '?';
}

static const struct overload *
find_overload(const struct field *field, str letters)
{
    for (const struct overload *o = field->overloads; o->call; o++)
        if (str_eq(str_of(o->arguments), letters))
            return o;
    return NULL;
}

static struct expr *
parse_call(struct parser *parser, struct expr *call)
{
    char letters[ARGUMENTS_MAX];
    size_t count = 0;
    if (call->op != CODE_CALL || call->type != TYPE_FUNCTION)
        return parser_fail(parser, ERR_FORMAT, "\"(\" follows what is no function");
    while (!parser_is_sign(parser, ')')) {
        struct expr *argument = parse_expression(parser);
        if (!expr_add(parser, call, argument))
            return NULL;
        if (count == ARGUMENTS_MAX)
            return parser_fail(parser, ERR_LIMIT, "a call has at most %d arguments", ARGUMENTS_MAX);
        letters[count++] = letter_of(argument->type);
        if (!parser_accept_sign(parser, ','))
            break;
    }
    if (!parser_expect_sign(parser, ')'))
        return NULL;
    const struct overload *overload = find_overload(call->field, (str){letters, count});
    if (!overload)
        return parser_fail(parser, ERR_FORMAT, "\"%s\" has no form with these arguments",
                           call->field->name);
    call->words[0] = compiler_ref(parser->compiler, call->path, str_of(overload->arguments));
    call->words[1] = (uint32_t)count;
    call->type = overload->result == 'f'   ? TYPE_FLOAT
                 : overload->result == 's' ? TYPE_STRING
                 : overload->result == 'b' ? TYPE_BOOLEAN
                                           : TYPE_INTEGER;
    return call;
}

static struct expr *
parse_trailers(struct parser *parser, struct expr *expr)
{
    while (expr && !parser_failed(parser)) {
        if (parser_accept_sign(parser, '.'))
            expr = parse_field(parser, expr);
        else if (parser_accept_sign(parser, '['))
            expr = parse_item(parser, expr);
        else if (parser_accept_sign(parser, '('))
            expr = parse_call(parser, expr);
        else
            break;
    }
    if (expr && expr->type == TYPE_FUNCTION)
        return parser_fail(parser, ERR_FORMAT, "the call of \"%s\" has no arguments in brackets",
                           expr->field->name);
    return parser_failed(parser) ? NULL : expr;
}

struct expr *
parse_name(struct parser *parser)
{
    str name = parser->token.text;
    struct expr *expr = of_variable(parser, name);
    if (!expr)
        expr = of_external(parser, name);
    if (!expr)
        expr = of_module(parser, name);
    if (!expr)
        expr = of_rule(parser, name);
    if (!expr)
        return parser_fail(parser, ERR_FORMAT, "undefined identifier \"%.*s\"", STR_ARG(name));
    return parser_next(parser) ? parse_trailers(parser, expr) : NULL;
}
