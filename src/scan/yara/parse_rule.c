/* SPDX-License-Identifier: Apache-2.0 */
/* Rules, imports and includes. A rule with a fault is taken back whole and reading goes on at what
 * looks like the next one. */
#include "scan/yara/parse_rule.h"

#include "base/file.h"

enum { INCLUDES_MAX = 16, TAGS_MAX = 1000, SOURCE_MAX = 1 << 30 };

static void
note(struct parser *parser, const char *reason)
{
    struct compiler *compiler = parser->compiler;
    struct yara_fault fault = {parser->source->name, parser->line, parser->column,
                               parser->rule_name, reason};
    compiler->counts.refused++;
    if (compiler->options.refused)
        compiler->options.refused(compiler->options.context, &fault);
}

static bool
parse_name_of_rule(struct parser *parser, struct rule_record *rule)
{
    str name = parser->token.text;
    bool quoted = parser->compiler->options.any_name && parser->token.kind == TOKEN_TEXT;
    if (quoted ? !parser_next(parser) : !parser_expect(parser, TOKEN_NAME, "the rule's name"))
        return false;
    parser->rule_name = name;
    if (symbols_find(&parser->compiler->rules, parser->space, name) ||
        symbols_find(&parser->compiler->externals, 0, name))
        return parser_fail(parser, ERR_FORMAT, "duplicated identifier \"%.*s\"", STR_ARG(name));
    if (compiler_is_in_wildcard(parser->compiler, parser->space, name))
        return parser_fail(parser, ERR_FORMAT,
                           "a set of rules with \"*\" above would take in \"%.*s\"", STR_ARG(name));
    rule->name = compiler_text(parser->compiler, name);
    return true;
}

static bool
parse_tags(struct parser *parser, struct rule_record *rule)
{
    struct compiler *compiler = parser->compiler;
    rule->first_tag = compiler_count(compiler, IMAGE_TAGS, sizeof(struct text_place));
    if (!parser_accept_sign(parser, ':'))
        return !parser_failed(parser);
    do {
        str name = parser->token.text;
        if (!parser_expect(parser, TOKEN_NAME, "a tag"))
            return false;
        struct text_place tag = compiler_text(compiler, name);
        const struct text_place *tags =
            (const void *)(compiler->sections[IMAGE_TAGS].p + rule->first_tag * sizeof tag);
        for (uint32_t i = 0; i < rule->tag_count; i++)
            if (tags[i].at == tag.at && tags[i].size == tag.size)
                return parser_fail(parser, ERR_FORMAT, "duplicated tag \"%.*s\"", STR_ARG(name));
        if (++rule->tag_count > TAGS_MAX)
            return parser_fail(parser, ERR_LIMIT, "a rule has at most %d tags", TAGS_MAX);
        compiler_add(compiler, IMAGE_TAGS, &tag, sizeof tag);
    } while (parser->token.kind == TOKEN_NAME);
    return true;
}

static bool
parse_meta_value(struct parser *parser, struct meta_record *meta)
{
    bool negative = parser_accept_sign(parser, '-');
    struct token value = parser->token;
    if (value.kind == TOKEN_INTEGER) {
        meta->kind = META_INTEGER;
        meta->integer = negative ? -value.integer : value.integer;
    } else if (value.kind == TOKEN_TEXT && !negative) {
        meta->kind = META_STRING;
        meta->text = compiler_text(parser->compiler, value.text);
    } else if ((value.kind == WORD_TRUE || value.kind == WORD_FALSE) && !negative) {
        meta->kind = META_BOOLEAN;
        meta->integer = value.kind == WORD_TRUE;
    } else {
        return parser_expect(parser, TOKEN_KINDS, "a text, an integer, true or false");
    }
    return parser_next(parser);
}

static bool
parse_metas(struct parser *parser, struct rule_record *rule)
{
    struct compiler *compiler = parser->compiler;
    rule->first_meta = compiler_count(compiler, IMAGE_METAS, sizeof(struct meta_record));
    if (!parser_accept(parser, WORD_META))
        return !parser_failed(parser);
    if (!parser_expect_sign(parser, ':'))
        return false;
    do {
        struct meta_record meta = {0};
        meta.name = compiler_text(compiler, parser->token.text);
        if (!parser_expect(parser, TOKEN_NAME, "a name of meta data") ||
            !parser_expect_sign(parser, '=') || !parse_meta_value(parser, &meta))
            return false;
        compiler_add(compiler, IMAGE_METAS, &meta, sizeof meta);
        rule->meta_count++;
    } while (parser->token.kind == TOKEN_NAME);
    return true;
}

static struct string_record *
record_of(struct compiler *compiler, uint32_t index)
{
    return (void *)(compiler->sections[IMAGE_STRINGS].p + index * sizeof(struct string_record));
}

/* What the condition asked of each string, into its record. */
static bool
settle_strings(struct parser *parser)
{
    for (size_t i = 0; i < parser->string_count; i++) {
        const struct local_string *string = &parser->strings[i];
        struct string_record *record = record_of(parser->compiler, string->index);
        if (!string->is_used && !str_starts(string->name, STR("$_"))) {
            parser_fail(parser, ERR_FORMAT, "unreferenced string \"%.*s\"", STR_ARG(string->name));
            return false;
        }
        record->flags |= string->every ? 0u : STRING_SINGLE;
        if (string->is_fixed && !string->is_loose) {
            record->flags |= STRING_FIXED;
            record->fixed_offset = string->place;
        }
        for (uint32_t k = 1; k <= record->pieces; k++)
            record[k].flags |= record->flags & STRING_SINGLE;
    }
    return true;
}

static void
add_guard(struct parser *parser, struct rule_record *rule, const struct expr *condition)
{
    rule->guard = NO_INDEX;
    if (condition->op != CODE_AND || parser->speaks)
        return;
    struct expr *guard = expr_new(parser, CODE_AND, TYPE_BOOLEAN);
    for (struct expr *part = condition->first; part; part = part->next) {
        if (part->uses != 0 || (part->op >= CODE_LOOP_RANGE && part->op <= CODE_LOOP_DICTIONARY))
            continue;
        struct expr *copy = arena_alloc(&parser->compiler->arena, sizeof *copy);
        *copy = *part;
        copy->next = NULL;
        expr_add(parser, guard, copy);
    }
    if (guard->first)
        rule->guard = compiler_emit_guard(parser->compiler, guard);
}

static bool
parse_body(struct parser *parser, struct rule_record *rule)
{
    struct compiler *compiler = parser->compiler;
    if (!parse_tags(parser, rule) || !parser_expect_sign(parser, '{') || !parse_metas(parser, rule))
        return false;
    rule->first_string = compiler_count(compiler, IMAGE_STRINGS, sizeof(struct string_record));
    if (parser_accept(parser, WORD_STRINGS) && !parse_strings(parser))
        return false;
    rule->string_count =
        compiler_count(compiler, IMAGE_STRINGS, sizeof(struct string_record)) - rule->first_string;
    if (!parser_expect(parser, WORD_CONDITION, "\"condition\"") || !parser_expect_sign(parser, ':'))
        return false;
    struct expr *condition = parse_condition(parser);
    if (!condition || !parser_is_sign(parser, '}'))
        return parser_expect_sign(parser, '}');
    if (!settle_strings(parser))
        return false;
    add_guard(parser, rule, condition);
    if (parser_failed(parser))
        return false;
    rule->flags |= condition->uses & USES_MODULES ? RULE_MODULES : 0u;
    rule->flags |= parser->speaks ? RULE_SPEAKS : 0u;
    rule->code = compiler_emit(compiler, condition);
    return true;
}

/* How long each section was when a rule began. */
struct mark {
    size_t sections[IMAGE_SECTIONS];
    struct wildcard *wildcards;
};

static void
take_back(struct compiler *compiler, const struct mark *mark)
{
    /* Texts, patterns, references and guards are shared: what others may point at stays. Code is
     * emitted when nothing can fail any more. */
    static const enum image_section own[] = {IMAGE_TAGS, IMAGE_METAS, IMAGE_STRINGS, IMAGE_LINKS,
                                             IMAGE_SETS};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        compiler->sections[own[i]].n = mark->sections[own[i]];
    compiler->wildcards = mark->wildcards;
}

static bool
parse_rule(struct parser *parser)
{
    struct compiler *compiler = parser->compiler;
    struct rule_record rule = {.space = parser->space};
    struct mark mark = {.wildcards = compiler->wildcards};
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        mark.sections[i] = compiler->sections[i].n;
    parser->string_count = 0;
    compiler->begun++;
    for (;;) {
        if (parser_accept(parser, WORD_PRIVATE))
            rule.flags |= RULE_PRIVATE;
        else if (parser_accept(parser, WORD_GLOBAL))
            rule.flags |= RULE_GLOBAL;
        else
            break;
    }
    if (!parser_expect(parser, WORD_RULE, "\"rule\"") || !parse_name_of_rule(parser, &rule) ||
        !parse_body(parser, &rule)) {
        take_back(compiler, &mark);
        return false;
    }
    uint32_t index = compiler_count(compiler, IMAGE_RULES, sizeof rule);
    compiler_add(compiler, IMAGE_RULES, &rule, sizeof rule);
    symbols_add(&compiler->rules, parser->space, arena_str(&compiler->arena, parser->rule_name),
                index);
    compiler->counts.rules++;
    compiler->counts.strings += parser->string_count;
    parser->rule_name = (str){NULL, 0}; /* a fault from here on is not this rule's */
    return parser_next(parser);
}

static bool
parse_import(struct parser *parser)
{
    struct compiler *compiler = parser->compiler;
    if (!parser_next(parser))
        return false;
    str name = parser->token.text;
    if (parser->token.kind == TOKEN_TEXT && !module_find(name))
        return parser_fail(parser, ERR_FORMAT, "unknown module \"%.*s\"", STR_ARG(name));
    if (!parser_expect(parser, TOKEN_TEXT, "a module's name in quotes"))
        return false;
    if (!symbols_find(&compiler->modules, parser->space, name))
        symbols_add(&compiler->modules, parser->space, arena_str(&compiler->arena, name), 0);
    return true;
}

static bool
is_open(const struct source *source, str path)
{
    for (; source; source = source->includer)
        if (str_eq(str_of(source->name), path))
            return true;
    return false;
}

static bool
read_include(struct parser *parser, str name)
{
    struct compiler *compiler = parser->compiler;
    const struct yara_options *options = &compiler->options;
    if (!options->include)
        return parser_fail(parser, ERR_FORMAT, "includes are not allowed here");
    if (compiler->sources_open == INCLUDES_MAX)
        return parser_fail(parser, ERR_LIMIT, "includes are nested more than %d deep",
                           INCLUDES_MAX);
    struct buf path = BUF(PATH_TEXT), text = BUF(SOURCE_MAX);
    if (options->include(options->context, parser->source->name, name, &path, &text,
                         &parser->err) != OK) {
        parser->line = parser->token.line;
        parser->column = parser->token.column;
    } else if (is_open(parser->source, buf_view(&path))) {
        parser_fail(parser, ERR_FORMAT, "the file includes itself");
    } else {
        struct source source = {arena_z(&compiler->arena, buf_view(&path)), parser->source};
        parse_source(compiler, &source, parser->space, buf_view(&text));
    }
    buf_clear(&path);
    buf_clear(&text);
    return !parser_failed(parser);
}

static bool
parse_include(struct parser *parser)
{
    if (!parser_next(parser))
        return false;
    str name = parser->token.text;
    if (parser->token.kind != TOKEN_TEXT)
        return parser_expect(parser, TOKEN_TEXT, "a file's name in quotes");
    return read_include(parser, name) && parser_next(parser);
}

static bool
begins_element(const struct token *token)
{
    switch (token->kind) {
    case WORD_RULE:
    case WORD_PRIVATE:
    case WORD_GLOBAL:
    case WORD_IMPORT:
    case WORD_INCLUDE:
        return token->column == 1;
    default:
        return token->kind == TOKEN_END;
    }
}

/* To the next word that begins a rule or directive at the begin of a line. */
static void
recover(struct parser *parser)
{
    parser->err.code = OK;
    do {
        struct err ignored;
        while (lexer_next(&parser->lexer, &parser->token, &ignored) != OK)
            if (!lexer_skip(&parser->lexer)) {
                parser->token.kind = TOKEN_END;
                return;
            }
    } while (!begins_element(&parser->token));
}

static bool
parse_element(struct parser *parser)
{
    switch (parser->token.kind) {
    case WORD_IMPORT:
        return parse_import(parser);
    case WORD_INCLUDE:
        return parse_include(parser);
    default:
        return parse_rule(parser);
    }
}

void
parse_source(struct compiler *compiler, const struct source *source, uint32_t space, str text)
{
    struct parser parser = {.compiler = compiler, .source = source, .space = space};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    parser.lexer = (struct lexer){.source = text, .line = 1, .arena = &compiler->arena};
    compiler->sources_open++;
    if (!parser_next(&parser)) {
        note(&parser, parser.err.text);
        recover(&parser);
    }
    while (parser.token.kind != TOKEN_END) {
        parser.rule_name = (str){NULL, 0};
        parser.line = parser.column = 0;
        parser.speaks = false;
        parser.depth = parser.loops = parser.string_loops = 0;
        parser.variable_count = 0;
        if (parse_element(&parser))
            continue;
        note(&parser, parser.err.text);
        recover(&parser);
    }
    compiler->sources_open--;
    free(parser.strings);
}
