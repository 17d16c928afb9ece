/* SPDX-License-Identifier: Apache-2.0 */
/* The strings of a rule with their modifiers. */
#include "scan/yara/parser.h"

#include "base/require.h"
#include "scan/regex/regex.h"

enum { STRINGS_MAX = 10000 };

static bool
refuse_twice(struct parser *parser, bool *flag)
{
    if (*flag)
        parser_fail(parser, ERR_FORMAT, "duplicated modifier");
    *flag = true;
    return parser_next(parser);
}

static bool
parse_byte(struct parser *parser, uint8_t *ret)
{
    int64_t value = parser->token.integer;
    if (!parser_expect(parser, TOKEN_INTEGER, "a key from 0 to 255"))
        return false;
    if (value > 255)
        return parser_fail(parser, ERR_FORMAT, "a key of xor is at most 255");
    *ret = (uint8_t)value;
    return true;
}

/* xor, xor(K), xor(K-L). */
static bool
parse_xor(struct parser *parser, struct string_modifiers *modifiers)
{
    modifiers->xor_min = 0;
    modifiers->xor_max = 255;
    if (!refuse_twice(parser, &modifiers->xor))
        return false;
    if (!parser_accept_sign(parser, '('))
        return !parser_failed(parser);
    if (!parse_byte(parser, &modifiers->xor_min))
        return false;
    modifiers->xor_max = modifiers->xor_min;
    if (parser_accept_sign(parser, '-') && !parse_byte(parser, &modifiers->xor_max))
        return false;
    if (modifiers->xor_min > modifiers->xor_max)
        return parser_fail(parser, ERR_FORMAT, "the keys of xor end before they begin");
    return parser_expect_sign(parser, ')');
}

/* base64, base64("alphabet"). */
static bool
parse_base64(struct parser *parser, bool *flag, str *alphabet)
{
    if (!refuse_twice(parser, flag))
        return false;
    if (!parser_accept_sign(parser, '('))
        return !parser_failed(parser);
    *alphabet = parser->token.text;
    if (!parser_expect(parser, TOKEN_TEXT, "an alphabet"))
        return false;
    if (alphabet->n != 64)
        return parser_fail(parser, ERR_FORMAT, "an alphabet of base64 has 64 bytes, this one %zu",
                           alphabet->n);
    return parser_expect_sign(parser, ')');
}

/* False without a fault when the token is no modifier. */
static bool
parse_modifier(struct parser *parser, struct string_modifiers *modifiers)
{
    switch (parser->token.kind) {
    case WORD_ASCII:
        return refuse_twice(parser, &modifiers->ascii);
    case WORD_WIDE:
        return refuse_twice(parser, &modifiers->wide);
    case WORD_NOCASE:
        return refuse_twice(parser, &modifiers->nocase);
    case WORD_FULLWORD:
        return refuse_twice(parser, &modifiers->fullword);
    case WORD_PRIVATE:
        return refuse_twice(parser, &modifiers->is_private);
    case WORD_XOR:
        return parse_xor(parser, modifiers);
    case WORD_BASE64:
        return parse_base64(parser, &modifiers->base64, &modifiers->alphabet);
    case WORD_BASE64WIDE:
        return parse_base64(parser, &modifiers->base64wide, &modifiers->alphabet_wide);
    default:
        return false;
    }
}

enum form { FORM_TEXT, FORM_REGEX, FORM_HEX };

/* What of each form of string goes with what, as bits. */
enum {
    TEXT_LIKE = 1, /* ascii, wide, nocase, fullword */
    NOCASE = 2,
    FULLWORD = 4,
    XOR = 8,
    BASE64 = 16,
};
static const struct clash {
    unsigned one, other;
    const char *reason;
} clashes[] = {
    {XOR, NOCASE, "xor does not go with nocase"},
    {XOR, BASE64, "xor does not go with base64"},
    {BASE64, NOCASE, "base64 does not go with nocase"},
    {BASE64, FULLWORD, "base64 does not go with fullword"},
};

static unsigned
modifier_bits(const struct string_modifiers *m)
{
    bool text_like = m->ascii || m->wide || m->nocase || m->fullword;
    return (text_like ? TEXT_LIKE : 0u) | (m->nocase ? NOCASE : 0u) |
           (m->fullword ? FULLWORD : 0u) | (m->xor ? XOR : 0u) |
           (m->base64 || m->base64wide ? BASE64 : 0u);
}

static bool
check_modifiers(struct parser *parser, enum form form, const struct string_modifiers *m)
{
    unsigned bits = modifier_bits(m);
    if (form == FORM_HEX && bits)
        return parser_fail(parser, ERR_FORMAT, "a hex string takes no modifier but private");
    if (form == FORM_REGEX && bits & (XOR | BASE64))
        return parser_fail(parser, ERR_FORMAT, "a regular expression takes neither xor nor base64");
    for (size_t i = 0; i < sizeof clashes / sizeof clashes[0]; i++)
        if (bits & clashes[i].one && bits & clashes[i].other)
            return parser_fail(parser, ERR_FORMAT, "%s", clashes[i].reason);
    if (m->base64 && m->base64wide && !str_eq(m->alphabet, m->alphabet_wide))
        return parser_fail(parser, ERR_FORMAT, "base64 and base64wide differ in their alphabets");
    return true;
}

static bool
parse_modifiers(struct parser *parser, enum form form, struct string_modifiers *modifiers)
{
    while (parse_modifier(parser, modifiers))
        ;
    return !parser_failed(parser) && check_modifiers(parser, form, modifiers);
}

static struct local_string *
declare_string(struct parser *parser, str name)
{
    struct compiler *compiler = parser->compiler;
    size_t most = compiler->options.strings_max ? compiler->options.strings_max : STRINGS_MAX;
    bool is_named = name.n > 1; /* several may be "$" */
    if (is_named && symbols_find(&compiler->strings, compiler->begun, name))
        return parser_fail(parser, ERR_FORMAT, "duplicated string identifier \"%.*s\"",
                           STR_ARG(name));
    if (parser->string_count == most)
        return parser_fail(parser, ERR_LIMIT, "the rule has more than %zu strings", most);
    if (is_named)
        symbols_add(&compiler->strings, compiler->begun, name, (uint32_t)parser->string_count);
    if (parser->string_count == parser->string_room) {
        parser->string_room = parser->string_room ? parser->string_room * 2 : 64;
        parser->strings = mem_resize(parser->strings, parser->string_room, sizeof *parser->strings);
    }
    struct local_string *string = &parser->strings[parser->string_count++];
    *string = (struct local_string){.name = name};
    return string;
}

static void
add_record(struct parser *parser, struct local_string *string,
           const struct string_modifiers *modifiers, unsigned flags)
{
    struct compiler *compiler = parser->compiler;
    struct string_record record = {
        .name = compiler_text(compiler, string->name),
        .rule = compiler_count(compiler, IMAGE_RULES, sizeof(struct rule_record)),
        .flags = flags | (modifiers->is_private ? STRING_PRIVATE : 0u) |
                 (modifiers->fullword ? STRING_FULLWORD : 0u) | (modifiers->xor ? STRING_XOR : 0u),
    };
    string->index = compiler_count(compiler, IMAGE_STRINGS, sizeof record);
    compiler_add(compiler, IMAGE_STRINGS, &record, sizeof record);
}

static bool
add_text(struct parser *parser, struct local_string *string, str text,
         const struct string_modifiers *modifiers)
{
    if (text.n == 0)
        return parser_fail(parser, ERR_FORMAT, "the string is empty");
    add_record(parser, string, modifiers, 0);
    return patterns_add_text(parser->compiler, string->index, text, modifiers, &parser->err) == OK;
}

static bool
add_regex(struct parser *parser, struct local_string *string, struct regex *regex, str source,
          unsigned flags, bool is_hex, const struct string_modifiers *modifiers)
{
    if (regex_is_mixed(regex))
        return parser_fail(parser, ERR_FORMAT,
                           "greedy and ungreedy quantifiers stand in one regular expression");
    if (!is_hex && regex_is_unbounded(regex))
        parser_warn(parser, parser->token.line, parser->token.column,
                    "string \"%.*s\": \".\" is repeated without end; say how often at most, as in "
                    "\".{0,100}\"",
                    STR_ARG(string->name));
    add_record(parser, string, modifiers,
               (regex_is_greedy(regex) ? STRING_GREEDY : 0u) | (is_hex ? STRING_HEX : 0u));
    return patterns_add_regex(parser->compiler, string->index, regex, source, flags, modifiers,
                              &parser->err) == OK;
}

static bool
parse_value(struct parser *parser, struct local_string *string)
{
    struct string_modifiers modifiers = {0};
    struct arena *arena = &parser->compiler->arena;
    struct regex *regex = NULL;
    struct token value = parser->token;
    if (value.kind == TOKEN_TEXT)
        return parser_next(parser) && parse_modifiers(parser, FORM_TEXT, &modifiers) &&
               add_text(parser, string, value.text, &modifiers);
    if (value.kind == TOKEN_REGEX) {
        unsigned flags = (unsigned)value.integer;
        if (!parser_next(parser) || !parse_modifiers(parser, FORM_REGEX, &modifiers))
            return false;
        /* The suffix i and the modifier nocase are one. */
        flags |= modifiers.nocase ? (unsigned)REGEX_NOCASE : 0;
        return regex_parse(value.text, flags, arena, &regex, &parser->err) == OK &&
               add_regex(parser, string, regex, value.text, flags, false, &modifiers);
    }
    if (!parser_is_sign(parser, '{'))
        return parser_expect(parser, TOKEN_KINDS, "a text, a hex string or a regular expression");
    str hex;
    if (lexer_hex(&parser->lexer, &hex, &parser->err) != OK || !parser_next(parser) ||
        !parse_modifiers(parser, FORM_HEX, &modifiers))
        return false;
    return regex_parse_hex(hex, arena, &regex, &parser->err) == OK &&
           add_regex(parser, string, regex, hex, REGEX_DOTALL, true, &modifiers);
}

enum { SHORTS_MANY = 64 };

/* Whether one of the anchors that were added to these is found nearly everywhere: one byte or a set
 * of bytes, many pairs of bytes, a run of zeros, blanks or 0xff. */
static bool
is_slow(const struct compiler *compiler, uint32_t short_count, uint32_t anchor_count)
{
    const struct short_record *shorts = (const void *)compiler->sections[IMAGE_SHORTS].p;
    const struct anchor_record *anchors = (const void *)compiler->sections[IMAGE_ANCHORS].p;
    uint32_t short_end = compiler_count(compiler, IMAGE_SHORTS, sizeof *shorts);
    uint32_t anchor_end = compiler_count(compiler, IMAGE_ANCHORS, sizeof *anchors);
    bool slow = short_end - short_count > SHORTS_MANY;
    for (uint32_t i = short_count; i < short_end && !slow; i++)
        slow = shorts[i].count == 1 || (shorts[i].count == 0 && shorts[i].offset == 0);
    for (uint32_t i = anchor_count; i < anchor_end && !slow; i++)
        slow = anchors[i].key == 0x20202020 || anchors[i].key == UINT32_MAX;
    return slow;
}

static bool
parse_one(struct parser *parser)
{
    struct local_string *string = declare_string(parser, parser->token.text);
    unsigned line = parser->token.line, column = parser->token.column;
    if (!string || !parser_next(parser) || !parser_expect_sign(parser, '='))
        return false;
    uint32_t shorts = compiler_count(parser->compiler, IMAGE_SHORTS, sizeof(struct short_record));
    uint32_t anchors =
        compiler_count(parser->compiler, IMAGE_ANCHORS, sizeof(struct anchor_record));
    if (parse_value(parser, string)) {
        if (is_slow(parser->compiler, shorts, anchors))
            parser_warn(parser, line, column, "string \"%.*s\" may slow down scanning",
                        STR_ARG(string->name));
        return true;
    }
    if (parser->line == 0) { /* the fault has no place yet */
        parser->line = line;
        parser->column = column;
    }
    if (string->name.n > 1)
        err_prefix(&parser->err, "string \"%.*s\"", STR_ARG(string->name));
    return false;
}

bool
parse_strings(struct parser *parser)
{
    if (!parser_expect_sign(parser, ':'))
        return false;
    do {
        if (parser->token.kind != TOKEN_STRING_NAME)
            return parser_expect(parser, TOKEN_STRING_NAME, "a string's identifier");
        if (!parse_one(parser))
            return false;
    } while (parser->token.kind != WORD_CONDITION);
    return true;
}
