/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and faults of the parser. */
#include "scan/yara/parser.h"

#include <stdarg.h>
#include <stdio.h>

bool
parser_failed(const struct parser *parser)
{
    return parser->err.code != OK;
}

static void
note_place(struct parser *parser)
{
    parser->line = parser->token.line;
    parser->column = parser->token.column;
}

void *
parser_fail(struct parser *parser, errcode code, const char *format, ...)
{
    if (parser_failed(parser))
        return NULL;
    char text[sizeof parser->err.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    err_set(&parser->err, code, "%s", text);
    note_place(parser);
    return NULL;
}

void
parser_warn(struct parser *parser, unsigned line, unsigned column, const char *format, ...)
{
    struct compiler *compiler = parser->compiler;
    char text[sizeof parser->err.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct yara_fault fault = {parser->source->name, line, column, parser->rule_name, text};
    compiler->counts.warnings++;
    if (compiler->options.warning)
        compiler->options.warning(compiler->options.context, &fault);
}

bool
parser_next(struct parser *parser)
{
    if (parser_failed(parser))
        return false;
    if (lexer_next(&parser->lexer, &parser->token, &parser->err) == OK)
        return true;
    note_place(parser);
    return false;
}

bool
parser_is_sign(const struct parser *parser, char sign)
{
    return parser->token.kind == TOKEN_SIGN && parser->token.integer == sign;
}

static bool
unexpected(struct parser *parser, const char *what)
{
    if (parser->token.kind == TOKEN_END)
        parser_fail(parser, ERR_FORMAT, "the text ends where %s should follow", what);
    else
        parser_fail(parser, ERR_FORMAT, "\"%.*s\" stands where %s should follow",
                    (int)(parser->token.raw.n < 60 ? parser->token.raw.n : 60), parser->token.raw.p,
                    what);
    return false;
}

bool
parser_accept(struct parser *parser, enum token_kind kind)
{
    return !parser_failed(parser) && parser->token.kind == kind && parser_next(parser);
}

bool
parser_accept_sign(struct parser *parser, char sign)
{
    return !parser_failed(parser) && parser_is_sign(parser, sign) && parser_next(parser);
}

bool
parser_expect(struct parser *parser, enum token_kind kind, const char *what)
{
    if (parser_failed(parser))
        return false;
    return parser->token.kind == kind ? parser_next(parser) : unexpected(parser, what);
}

bool
parser_expect_sign(struct parser *parser, char sign)
{
    char what[] = "\"?\"";
    what[1] = sign;
    if (parser_failed(parser))
        return false;
    return parser_is_sign(parser, sign) ? parser_next(parser) : unexpected(parser, what);
}

bool
parser_peeks(const struct parser *parser, enum token_kind kind)
{
    struct lexer ahead = parser->lexer;
    struct token token;
    return lexer_next(&ahead, &token, NULL) == OK && token.kind == kind;
}

struct local_string *
parser_string(struct parser *parser, str name)
{
    const struct compiler *compiler = parser->compiler;
    const struct symbol *found = symbols_find(&compiler->strings, compiler->begun, name);
    if (found)
        return &parser->strings[found->value];
    return parser_fail(parser, ERR_FORMAT, "undefined string \"%.*s\"", STR_ARG(name));
}

uint32_t
parser_rule(const struct parser *parser, str name)
{
    const struct compiler *compiler = parser->compiler;
    const struct symbol *found = symbols_find(&compiler->rules, parser->space, name);
    if (str_eq(name, parser->rule_name))
        return compiler_count(compiler, IMAGE_RULES, sizeof(struct rule_record));
    return found ? found->value : NO_INDEX;
}
