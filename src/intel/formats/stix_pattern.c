/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern's tokens, and two small grammars without recursion: tests inside square brackets,
 * observations outside. Round brackets are only counted. */
#include "intel/formats/stix_pattern.h"

#include "base/limits.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,    /* AND, ipv4-addr, dst_ref */
    TOKEN_STRING,  /* '…' */
    TOKEN_LITERAL, /* t'…', h'…', b'…' */
    TOKEN_NUMBER,
    TOKEN_MARK, /* one of [ ] ( ) : . , = != < <= > >= * */
    TOKEN_BAD,
};
struct token {
    enum token_kind kind;
    str text; /* of strings and literals without the quotes */
    bool escaped;
    size_t at;
};

struct reader {
    str text;
    size_t at;
    struct token token; /* the one that comes next */
    struct arena *arena;
    struct stix_pattern *out;
    unsigned observation;
    size_t brackets; /* round ones that are open */
};

static bool
is_word(char c)
{
    char small = ascii_lower(c);
    return (small >= 'a' && small <= 'z') || ascii_is_digit(c) || c == '_' || c == '-';
}

/* The string that begins at S's quote; its length with both quotes, 0 when it does not end. */
static size_t
string_length(str s, bool *ret_escaped)
{
    *ret_escaped = false;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\'')
            return i + 1;
        if (s.p[i] == '\\') {
            *ret_escaped = true;
            i++;
        }
    }
    return 0;
}

static size_t
number_length(str s)
{
    size_t n = s.p[0] == '-' || s.p[0] == '+';
    size_t digits = 0;
    for (; n < s.n && (ascii_is_digit(s.p[n]) || s.p[n] == '.'); n++)
        digits += s.p[n] != '.';
    return digits ? n : 0;
}

static void
take_string(struct token *token, str rest, size_t prefix, size_t *ret_used)
{
    str quoted = str_from(rest, prefix);
    size_t n = string_length(quoted, &token->escaped);
    token->kind = n == 0 ? TOKEN_BAD : prefix ? TOKEN_LITERAL : TOKEN_STRING;
    token->text = n ? (str){quoted.p + 1, n - 2} : quoted;
    *ret_used = prefix + n;
}

/* A quoted value at REST, with t, h or b before it or not. */
static bool
quote_at(str rest, size_t *ret_prefix)
{
    bool typed = rest.p[0] == 't' || rest.p[0] == 'h' || rest.p[0] == 'b';
    *ret_prefix = typed;
    return rest.n > typed && rest.p[typed] == '\'';
}

/* Words, numbers and marks: what kind, and how many bytes. */
static enum token_kind
plain_token(str rest, size_t *ret_used)
{
    char c = rest.p[0];
    *ret_used = 0;
    if (ascii_is_digit(c) || c == '-' || c == '+') {
        *ret_used = number_length(rest);
        return *ret_used ? TOKEN_NUMBER : TOKEN_BAD;
    }
    while (*ret_used < rest.n && is_word(rest.p[*ret_used]))
        ++*ret_used;
    if (*ret_used)
        return TOKEN_WORD;
    if (c == 0 || !strchr("[]():.,=!<>*", c))
        return TOKEN_BAD;
    *ret_used = rest.n > 1 && rest.p[1] == '=' && strchr("!<>", c) ? 2 : 1;
    return TOKEN_MARK;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
next_token(struct reader *reader)
{
    while (reader->at < reader->text.n && is_blank(reader->text.p[reader->at]))
        reader->at++;
    str rest = str_from(reader->text, reader->at);
    struct token token = {.at = reader->at, .text = rest};
    size_t used = 0, prefix;
    if (rest.n == 0) {
        token.kind = TOKEN_END;
    } else if (quote_at(rest, &prefix)) {
        take_string(&token, rest, prefix, &used);
    } else {
        token.kind = plain_token(rest, &used);
        token.text.n = used;
    }
    reader->at += used;
    reader->token = token;
}

static bool
is_mark(const struct reader *reader, const char *mark)
{
    return reader->token.kind == TOKEN_MARK && str_eq(reader->token.text, str_of(mark));
}

static bool
is_keyword(const struct reader *reader, const char *word)
{
    return reader->token.kind == TOKEN_WORD && str_eq(reader->token.text, str_of(word));
}

static bool
accept_mark(struct reader *reader, const char *mark)
{
    bool found = is_mark(reader, mark);
    if (found)
        next_token(reader);
    return found;
}

static bool
accept_word(struct reader *reader, const char *word)
{
    bool found = is_keyword(reader, word);
    if (found)
        next_token(reader);
    return found;
}

static errcode
broken(const struct reader *reader, const char *wanted, struct err *err)
{
    return err_set(err, ERR_FORMAT, "the pattern breaks at byte %zu, where %s should be",
                   reader->token.at + 1, wanted);
}

/* object-type ':' component { '.' component | '[' index ']' } */
static errcode
read_path(struct reader *reader, str *ret_object, str *ret_path, struct err *err)
{
    if (reader->token.kind != TOKEN_WORD)
        return broken(reader, "an object type", err);
    *ret_object = reader->token.text;
    next_token(reader);
    if (!is_mark(reader, ":"))
        return broken(reader, "':'", err);
    next_token(reader);
    size_t from = reader->token.at, end = from;
    for (bool more = true; more;) {
        if (reader->token.kind != TOKEN_WORD && reader->token.kind != TOKEN_STRING)
            return broken(reader, "a property", err);
        end = reader->at;
        next_token(reader);
        while (accept_mark(reader, "[")) {
            if (reader->token.kind != TOKEN_NUMBER && !is_mark(reader, "*"))
                return broken(reader, "an index", err);
            next_token(reader);
            if (!is_mark(reader, "]"))
                return broken(reader, "']'", err);
            end = reader->at;
            next_token(reader);
        }
        more = accept_mark(reader, ".");
    }
    *ret_path = (str){reader->text.p + from, end - from};
    return OK;
}

static str
unescape(struct reader *reader, const struct token *token)
{
    if (!token->escaped)
        return token->text;
    char *p = arena_alloc(reader->arena, token->text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < token->text.n; i++) {
        if (token->text.p[i] == '\\' && i + 1 < token->text.n)
            i++;
        p[n++] = token->text.p[i];
    }
    return (str){p, n};
}

/* One literal; kept when COMPARISON is for equality (KEEP). */
static errcode
read_value(struct reader *reader, struct stix_comparison comparison, bool keep, struct err *err)
{
    enum token_kind kind = reader->token.kind;
    if (kind != TOKEN_STRING && kind != TOKEN_LITERAL && kind != TOKEN_NUMBER &&
        !is_keyword(reader, "true") && !is_keyword(reader, "false"))
        return broken(reader, "a value", err);
    if (keep && reader->out->count == STIX_COMPARISONS_MAX)
        return err_set(err, ERR_LIMIT, "the pattern has more than %d comparisons",
                       STIX_COMPARISONS_MAX);
    if (keep) {
        comparison.value = unescape(reader, &reader->token);
        comparison.observation = reader->observation;
        reader->out->list[reader->out->count++] = comparison;
    }
    next_token(reader);
    return OK;
}

static errcode
read_set(struct reader *reader, struct stix_comparison comparison, bool keep, struct err *err)
{
    if (!accept_mark(reader, "("))
        return broken(reader, "'('", err);
    do {
        errcode code = read_value(reader, comparison, keep, err);
        if (code != OK)
            return code;
    } while (accept_mark(reader, ","));
    return accept_mark(reader, ")") ? OK : broken(reader, "')'", err);
}

/* path [NOT] operator value */
static errcode
read_comparison(struct reader *reader, struct err *err)
{
    struct stix_comparison comparison = {0};
    bool exists = accept_word(reader, "EXISTS");
    errcode code = read_path(reader, &comparison.object, &comparison.path, err);
    if (code != OK || exists)
        return code;
    bool negated = accept_word(reader, "NOT");
    if (accept_word(reader, "IN"))
        return read_set(reader, comparison, !negated, err);
    bool equal = is_mark(reader, "=") || is_keyword(reader, "ISSUBSET");
    static const char *const words[] = {"ISSUBSET", "ISSUPERSET", "LIKE", "MATCHES"};
    static const char *const marks[] = {"=", "!=", "<", "<=", ">", ">="};
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        known |= is_keyword(reader, words[i]);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        known |= is_mark(reader, marks[i]);
    if (!known)
        return broken(reader, "a comparison operator", err);
    next_token(reader);
    return read_value(reader, comparison, equal && !negated, err);
}

static errcode
open_brackets(struct reader *reader, struct err *err)
{
    while (accept_mark(reader, "("))
        if (++reader->brackets > STIX_NESTING_MAX)
            return err_set(err, ERR_LIMIT, "the pattern has more than %d nested brackets",
                           STIX_NESTING_MAX);
    return OK;
}

/* What stands in [...]: comparisons joined by AND and OR. */
static errcode
read_observation(struct reader *reader, struct err *err)
{
    size_t outside = reader->brackets;
    do {
        accept_word(reader, "NOT");
        errcode code = open_brackets(reader, err);
        if (code == OK)
            code = read_comparison(reader, err);
        if (code != OK)
            return code;
        while (reader->brackets > outside && accept_mark(reader, ")"))
            reader->brackets--;
    } while (accept_word(reader, "AND") || accept_word(reader, "OR"));
    if (reader->brackets != outside)
        return broken(reader, "')'", err);
    if (!accept_mark(reader, "]"))
        return broken(reader, "AND, OR or ']'", err);
    reader->observation++;
    return OK;
}

/* WITHIN n SECONDS, REPEATS n TIMES, START t'…' STOP t'…' */
static errcode
read_qualifiers(struct reader *reader, struct err *err)
{
    static const struct {
        const char *first, *second;
        enum token_kind kind, last; /* LAST: what follows SECOND, TOKEN_END = nothing */
    } qualifiers[] = {{"WITHIN", "SECONDS", TOKEN_NUMBER, TOKEN_END},
                      {"REPEATS", "TIMES", TOKEN_NUMBER, TOKEN_END},
                      {"START", "STOP", TOKEN_LITERAL, TOKEN_LITERAL}};
    for (size_t i = 0; i < 3; i++) {
        if (!accept_word(reader, qualifiers[i].first))
            continue;
        if (reader->token.kind != qualifiers[i].kind)
            return broken(reader, "a number or time", err);
        next_token(reader);
        if (!accept_word(reader, qualifiers[i].second))
            return broken(reader, qualifiers[i].second, err);
        if (qualifiers[i].last != TOKEN_END) {
            if (reader->token.kind != qualifiers[i].last)
                return broken(reader, "a time", err);
            next_token(reader);
        }
        i = (size_t)-1; /* there may be several */
    }
    return OK;
}

static errcode
read_all(struct reader *reader, struct err *err)
{
    errcode code;
    do {
        if ((code = open_brackets(reader, err)) != OK)
            return code;
        if (!accept_mark(reader, "["))
            return broken(reader, "'['", err);
        if ((code = read_observation(reader, err)) != OK ||
            (code = read_qualifiers(reader, err)) != OK)
            return code;
        while (reader->brackets > 0 && accept_mark(reader, ")")) {
            reader->brackets--;
            if ((code = read_qualifiers(reader, err)) != OK)
                return code;
        }
    } while (accept_word(reader, "AND") || accept_word(reader, "OR") ||
             accept_word(reader, "FOLLOWEDBY"));
    if (reader->brackets > 0)
        return broken(reader, "')'", err);
    return reader->token.kind == TOKEN_END ? OK : broken(reader, "the end", err);
}

errcode
stix_pattern_read(str text, struct arena *arena, struct stix_pattern *ret, struct err *err)
{
    struct reader reader = {.text = text, .arena = arena, .out = ret};
    ret->count = 0;
    if (text.n > LIMIT_LINE)
        return err_set(err, ERR_LIMIT, "the pattern is longer than the %d bytes allowed",
                       LIMIT_LINE);
    next_token(&reader);
    return read_all(&reader, err);
}
