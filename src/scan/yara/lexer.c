/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/yara/lexer.h"

#include "base/require.h"
#include "scan/regex/regex.h"
#include "scan/rules/code.h"

enum { NAME_MAX_BYTES = 128, TEXT_MAX_BYTES = 1 << 20 };

struct word {
    str text;
    enum token_kind kind;
    int64_t integer;
};
static const struct word words[] = {
    {STR("all"), WORD_ALL, 0},
    {STR("and"), WORD_AND, 0},
    {STR("any"), WORD_ANY, 0},
    {STR("ascii"), WORD_ASCII, 0},
    {STR("at"), WORD_AT, 0},
    {STR("base64"), WORD_BASE64, 0},
    {STR("base64wide"), WORD_BASE64WIDE, 0},
    {STR("condition"), WORD_CONDITION, 0},
    {STR("contains"), WORD_CONTAINS, 0},
    {STR("defined"), WORD_DEFINED, 0},
    {STR("endswith"), WORD_ENDSWITH, 0},
    {STR("entrypoint"), WORD_ENTRYPOINT, 0},
    {STR("false"), WORD_FALSE, 0},
    {STR("filesize"), WORD_FILESIZE, 0},
    {STR("for"), WORD_FOR, 0},
    {STR("fullword"), WORD_FULLWORD, 0},
    {STR("global"), WORD_GLOBAL, 0},
    {STR("icontains"), WORD_ICONTAINS, 0},
    {STR("iendswith"), WORD_IENDSWITH, 0},
    {STR("iequals"), WORD_IEQUALS, 0},
    {STR("import"), WORD_IMPORT, 0},
    {STR("in"), WORD_IN, 0},
    {STR("include"), WORD_INCLUDE, 0},
    {STR("int16"), WORD_READ, 2 | READ_SIGNED},
    {STR("int16be"), WORD_READ, 2 | READ_SIGNED | READ_BIG},
    {STR("int32"), WORD_READ, 4 | READ_SIGNED},
    {STR("int32be"), WORD_READ, 4 | READ_SIGNED | READ_BIG},
    {STR("int8"), WORD_READ, 1 | READ_SIGNED},
    {STR("int8be"), WORD_READ, 1 | READ_SIGNED | READ_BIG},
    {STR("istartswith"), WORD_ISTARTSWITH, 0},
    {STR("matches"), WORD_MATCHES, 0},
    {STR("meta"), WORD_META, 0},
    {STR("nocase"), WORD_NOCASE, 0},
    {STR("none"), WORD_NONE, 0},
    {STR("not"), WORD_NOT, 0},
    {STR("of"), WORD_OF, 0},
    {STR("or"), WORD_OR, 0},
    {STR("private"), WORD_PRIVATE, 0},
    {STR("rule"), WORD_RULE, 0},
    {STR("startswith"), WORD_STARTSWITH, 0},
    {STR("strings"), WORD_STRINGS, 0},
    {STR("them"), WORD_THEM, 0},
    {STR("true"), WORD_TRUE, 0},
    {STR("uint16"), WORD_READ, 2},
    {STR("uint16be"), WORD_READ, 2 | READ_BIG},
    {STR("uint32"), WORD_READ, 4},
    {STR("uint32be"), WORD_READ, 4 | READ_BIG},
    {STR("uint8"), WORD_READ, 1},
    {STR("uint8be"), WORD_READ, 1 | READ_BIG},
    {STR("wide"), WORD_WIDE, 0},
    {STR("xor"), WORD_XOR, 0},
};

static int
peek(const struct lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->source.n ? (unsigned char)lexer->source.p[at] : -1;
}

static bool
is_name_byte(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void
skip(struct lexer *lexer)
{
    if (peek(lexer, 0) == '\n') {
        lexer->line++;
        lexer->line_begin = lexer->at + 1;
    }
    lexer->at++;
}

/* Blanks and comments; false at a comment without end. */
static bool
skip_blanks(struct lexer *lexer)
{
    for (;;) {
        int c = peek(lexer, 0);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            skip(lexer);
        } else if (c == '/' && peek(lexer, 1) == '/') {
            while (peek(lexer, 0) != '\n' && peek(lexer, 0) != -1)
                skip(lexer);
        } else if (c == '/' && peek(lexer, 1) == '*') {
            lexer->at += 2;
            while (!(peek(lexer, 0) == '*' && peek(lexer, 1) == '/')) {
                if (peek(lexer, 0) == -1)
                    return false;
                skip(lexer);
            }
            lexer->at += 2;
        } else {
            return true;
        }
    }
}

static size_t
name_length(const struct lexer *lexer, size_t from)
{
    size_t n = 0;
    while (is_name_byte(peek(lexer, from + n)))
        n++;
    return n;
}

static errcode
take_name(struct lexer *lexer, struct token *token, struct err *err)
{
    size_t n = name_length(lexer, 0);
    token->text = (str){lexer->source.p + lexer->at, n};
    token->kind = TOKEN_NAME;
    lexer->at += n;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].text.p[0] == token->text.p[0] && str_eq(words[i].text, token->text)) {
            token->kind = words[i].kind;
            token->integer = words[i].integer;
        }
    if (n > NAME_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "an identifier has at most %d bytes", NAME_MAX_BYTES);
    return OK;
}

/* $a, $a*, #a, @a, !a. */
static errcode
take_string_name(struct lexer *lexer, enum token_kind kind, struct token *token, struct err *err)
{
    size_t n = name_length(lexer, 1);
    if (n > NAME_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "a string's identifier has at most %d bytes",
                       NAME_MAX_BYTES);
    char *name = arena_alloc(lexer->arena, n + 2);
    name[0] = '$';
    memcpy(name + 1, lexer->source.p + lexer->at + 1, n);
    token->text = (str){name, n + 1};
    token->kind = kind;
    lexer->at += n + 1;
    if (kind == TOKEN_STRING_NAME && peek(lexer, 0) == '*') {
        token->kind = TOKEN_STRING_NAMES;
        lexer->at++;
    }
    return OK;
}

static errcode
scale(struct lexer *lexer, struct token *token, struct err *err)
{
    int64_t factor = 1;
    if ((peek(lexer, 0) == 'K' || peek(lexer, 0) == 'M') && peek(lexer, 1) == 'B') {
        factor = peek(lexer, 0) == 'K' ? 1024 : 1024 * 1024;
        lexer->at += 2;
    }
    if (__builtin_mul_overflow(token->integer, factor, &token->integer))
        return err_set(err, ERR_FORMAT, "the number is above %lld", (long long)INT64_MAX);
    return OK;
}

static errcode
take_float(struct lexer *lexer, size_t n, struct token *token, struct err *err)
{
    size_t fraction = 0;
    while (ascii_is_digit((char)peek(lexer, n + 1 + fraction)))
        fraction++;
    str text = {lexer->source.p + lexer->at, n + 1 + fraction};
    char copy[512];
    if (!str_copy(text, copy, sizeof copy))
        return err_set(err, ERR_LIMIT, "a number has at most %zu digits", sizeof copy - 1);
    token->kind = TOKEN_FLOAT;
    token->real = strtod(copy, NULL); /* the program runs in the C locale's numbers */
    lexer->at += text.n;
    return OK;
}

static errcode
take_number(struct lexer *lexer, struct token *token, struct err *err)
{
    int base = 10;
    if (peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'o'))
        base = peek(lexer, 1) == 'x' ? 16 : 8;
    size_t n = base == 10 ? 0 : 2, begin = n;
    token->kind = TOKEN_INTEGER;
    bool fits = true;
    for (int digit; (digit = hex_digit(peek(lexer, n))) >= 0 && digit < base; n++)
        if (__builtin_mul_overflow(token->integer, (int64_t)base, &token->integer) ||
            __builtin_add_overflow(token->integer, (int64_t)digit, &token->integer))
            fits = false;
    if (n == begin)
        return err_set(err, ERR_FORMAT, "digits are missing after 0%c", base == 16 ? 'x' : 'o');
    if (base == 10 && peek(lexer, n) == '.' && ascii_is_digit((char)peek(lexer, n + 1)))
        return take_float(lexer, n, token, err);
    lexer->at += n;
    if (!fits)
        return err_set(err, ERR_FORMAT, "the number is above %lld", (long long)INT64_MAX);
    if (base == 10)
        return scale(lexer, token, err);
    return OK;
}

/* One escape, the backslash being at the place; false when there is no such one. */
static bool
take_escape(struct lexer *lexer, char *out)
{
    static const char from[] = "\"\\tnr", to[] = "\"\\\t\n\r";
    int c = peek(lexer, 1);
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (found) {
        *out = to[found - from];
        lexer->at += 2;
        return true;
    }
    int high = hex_digit(peek(lexer, 2)), low = hex_digit(peek(lexer, 3));
    if (c != 'x' || high < 0 || low < 0)
        return false;
    *out = (char)(high << 4 | low);
    lexer->at += 4;
    return true;
}

static size_t
text_length(const struct lexer *lexer)
{
    size_t n = 1;
    for (int c; (c = peek(lexer, n)) != -1 && c != '"' && c != '\n'; n++)
        if (c == '\\')
            n++;
    return n;
}

static errcode
take_text(struct lexer *lexer, struct token *token, struct err *err)
{
    size_t room = text_length(lexer);
    if (room > TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "a text has at most %d bytes", TEXT_MAX_BYTES);
    char *out = arena_alloc(lexer->arena, room + 1);
    size_t n = 0;
    lexer->at++;
    for (;;) {
        int c = peek(lexer, 0);
        if (c == -1 || c == '\n')
            return err_set(err, ERR_FORMAT, "the text has no closing quote");
        if (c == '"')
            break;
        if (c != '\\') {
            out[n++] = (char)c;
            lexer->at++;
        } else if (!take_escape(lexer, &out[n])) {
            return err_set(err, ERR_FORMAT,
                           "an escape in a text is \\\" \\\\ \\t \\n \\r or \\xHH");
        } else {
            n++;
        }
    }
    lexer->at++;
    token->kind = TOKEN_TEXT;
    token->text = (str){out, n};
    return OK;
}

static errcode
take_regex(struct lexer *lexer, struct token *token, struct err *err)
{
    size_t n = 1;
    for (int c; (c = peek(lexer, n)) != '/'; n++) {
        if (c == '\\')
            c = peek(lexer, ++n);
        if (c == -1 || c == '\n')
            return err_set(err, ERR_FORMAT, "the regular expression has no closing slash");
    }
    if (n == 1)
        return err_set(err, ERR_FORMAT, "the regular expression is empty");
    token->kind = TOKEN_REGEX;
    token->text = (str){lexer->source.p + lexer->at + 1, n - 1};
    lexer->at += n + 1;
    if (token->text.n > TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "a regular expression has at most %d bytes", TEXT_MAX_BYTES);
    for (; peek(lexer, 0) == 'i' || peek(lexer, 0) == 's'; lexer->at++)
        token->integer |= peek(lexer, 0) == 'i' ? REGEX_NOCASE : REGEX_DOTALL;
    return OK;
}

static errcode
take_sign(struct lexer *lexer, struct token *token, struct err *err)
{
    static const struct {
        char text[3];
        enum token_kind kind;
    } pairs[] = {
        {"<<", TOKEN_SHIFT_LEFT}, {">>", TOKEN_SHIFT_RIGHT}, {"==", TOKEN_EQUAL},
        {"!=", TOKEN_UNEQUAL},    {"<=", TOKEN_AT_MOST},     {">=", TOKEN_AT_LEAST},
        {"..", TOKEN_DOTS},
    };
    int c = peek(lexer, 0);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (c == pairs[i].text[0] && peek(lexer, 1) == pairs[i].text[1]) {
            token->kind = pairs[i].kind;
            lexer->at += 2;
            return OK;
        }
    token->kind = TOKEN_SIGN;
    token->integer = c;
    lexer->at++;
    if (c < ' ' || c > '~')
        return err_set(err, ERR_FORMAT, "byte 0x%02x cannot stand outside a text", (unsigned)c);
    return OK;
}

static errcode
take_token(struct lexer *lexer, struct token *token, struct err *err)
{
    int c = peek(lexer, 0), next = peek(lexer, 1);
    if (c == -1)
        return OK;
    if (ascii_is_digit((char)c))
        return take_number(lexer, token, err);
    if (is_name_byte(c))
        return take_name(lexer, token, err);
    if (c == '"')
        return take_text(lexer, token, err);
    if (c == '/')
        return take_regex(lexer, token, err);
    if (c == '$')
        return take_string_name(lexer, TOKEN_STRING_NAME, token, err);
    if (c == '#')
        return take_string_name(lexer, TOKEN_COUNT, token, err);
    if (c == '@')
        return take_string_name(lexer, TOKEN_OFFSET, token, err);
    if (c == '!' && next != '=')
        return take_string_name(lexer, TOKEN_LENGTH, token, err);
    return take_sign(lexer, token, err);
}

errcode
lexer_next(struct lexer *lexer, struct token *ret, struct err *err)
{
    bool closed = skip_blanks(lexer);
    *ret = (struct token){.line = lexer->line,
                          .column = (unsigned)(lexer->at - lexer->line_begin + 1)};
    if (!closed)
        return err_set(err, ERR_FORMAT, "the comment has no end");
    size_t begin = lexer->at;
    errcode code = take_token(lexer, ret, err);
    ret->raw = (str){lexer->source.p + begin, lexer->at - begin};
    return code;
}

bool
lexer_skip(struct lexer *lexer)
{
    if (lexer->at >= lexer->source.n)
        return false;
    skip(lexer);
    return true;
}

errcode
lexer_hex(struct lexer *lexer, str *ret, struct err *err)
{
    size_t begin = lexer->at;
    for (;;) {
        if (!skip_blanks(lexer) || peek(lexer, 0) == -1)
            return err_set(err, ERR_FORMAT, "the hex string has no closing brace");
        if (peek(lexer, 0) == '}')
            break;
        skip(lexer);
    }
    *ret = (str){lexer->source.p + begin, lexer->at - begin};
    lexer->at++;
    return OK;
}
