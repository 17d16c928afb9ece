/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the hexadecimal text of body signatures into tokens. */
#include "scan/clamav/body.h"

#include "base/limits.h"

struct reader {
    str hex;
    size_t at;
    struct arena *arena;
    struct body *body;
    size_t depth;
    struct err *err;
};

static errcode
fault(struct reader *r, const char *what)
{
    return err_set(r->err, ERR_FORMAT, "the content is wrong at position %zu: %s", r->at + 1, what);
}

static char
peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->hex.n ? r->hex.p[r->at + ahead] : 0;
}

static struct token *
add(struct reader *r, enum token_kind kind)
{
    struct token *token = &r->body->tokens[r->body->count++];
    token->kind = kind;
    return token;
}

static errcode
read_byte(struct reader *r)
{
    char a = peek(r, 0), b = peek(r, 1);
    int high = hex_digit(a), low = hex_digit(b);
    if ((high < 0 && a != '?') || (low < 0 && b != '?'))
        return fault(r, "two hexadecimal digits or ? are expected");
    struct token *token = add(r, TOKEN_BYTE);
    token->mask = (uint8_t)((high < 0 ? 0 : 0xf0) | (low < 0 ? 0 : 0x0f));
    token->value = (uint8_t)((high < 0 ? 0 : high << 4) | (low < 0 ? 0 : low));
    r->body->is_plain = r->body->is_plain && token->mask == 0xff;
    r->at += 2;
    return OK;
}

/* "n", "n-m", "-m", "n-", "-". */
static bool
read_bounds(str text, uint32_t *ret_min, uint32_t *ret_max)
{
    uint64_t min = 0, max = GAP_ENDLESS;
    str low = {0}, high = text;
    str_cut(&high, '-', &low);
    bool is_range = high.p != NULL;
    if (low.n && !str_to_u64(low, INT32_MAX, &min))
        return false;
    if (!is_range && !low.n)
        return false;
    if (!is_range)
        max = min;
    else if (high.n && !str_to_u64(high, INT32_MAX, &max))
        return false;
    *ret_min = (uint32_t)min;
    *ret_max = (uint32_t)max;
    return min <= max;
}

static errcode
add_gap(struct reader *r, uint32_t min, uint32_t max)
{
    if (r->depth && min != max)
        return fault(r, "only a gap of one length may stand in alternatives");
    r->body->is_plain = false;
    struct token *last = r->body->count ? &r->body->tokens[r->body->count - 1] : NULL;
    if (!last || last->kind != TOKEN_GAP) {
        last = add(r, TOKEN_GAP);
        last->min = min;
        last->max = max;
        return OK;
    }
    bool endless = last->max == GAP_ENDLESS || max == GAP_ENDLESS;
    if ((uint64_t)last->min + min > INT32_MAX ||
        (!endless && (uint64_t)last->max + max > INT32_MAX))
        return fault(r, "the gap is too wide");
    last->min += min;
    last->max = endless ? GAP_ENDLESS : last->max + max;
    return OK;
}

/* {n-m}, and [n-m], which differs for ClamAV's search only. */
static errcode
read_gap(struct reader *r)
{
    str rest = str_from(r->hex, r->at + 1), inside = {0};
    char end = peek(r, 0) == '{' ? '}' : ']';
    str_cut(&rest, end, &inside);
    uint32_t min, max;
    if (!rest.p)
        return fault(r, "the gap has no end");
    if (!read_bounds(inside, &min, &max))
        return fault(r, "the gap's bounds are wrong");
    errcode code = add_gap(r, min, max);
    r->at += inside.n + 2;
    return code;
}

/* (B), (L) and (W), the position at the parenthesis. */
static enum class class_at(const struct reader *r) {
    if (peek(r, 2) != ')') return CLASS_NONE;
    bool is_left = r->at == 0, is_right = r->at + 3 == r->hex.n; switch (peek(r, 1)){
        case 'B' : if (is_left) return CLASS_WORD_LEFT;
        return is_right ? CLASS_WORD_RIGHT : CLASS_WORD_MIDDLE;
        case 'L' : return CLASS_LINE;
        case 'W' : return CLASS_OTHER;
        default : return CLASS_NONE;
    }
}

static void
add_class(struct reader *r, enum class class)
{
    if (r->at == 0)
        r->body->left = class;
    else if (r->at + 3 == r->hex.n)
        r->body->right = class;
    else
        add(r, TOKEN_CLASS)->class = class;
    r->body->is_plain = false;
    r->at += 3;
}

/* !(aa|bb): static alternatives of one length. */
static errcode
read_negated(struct reader *r)
{
    if (peek(r, 1) != '(')
        return fault(r, "( is expected after !");
    str rest = str_from(r->hex, r->at + 2), inside = {0}, member;
    str_cut(&rest, ')', &inside);
    if (!rest.p)
        return fault(r, "the alternatives have no end");
    struct token *token = add(r, TOKEN_NOT);
    token->members = arena_alloc(r->arena, inside.n / 2 + 1);
    for (str list = inside; str_cut(&list, '|', &member); token->count++) {
        if (token->count == 0)
            token->length = member.n / 2;
        if (token->count == LIMIT_CLAMAV_NEGATED_MEMBERS)
            return err_set(r->err, ERR_LIMIT, "more than %d negated alternatives",
                           LIMIT_CLAMAV_NEGATED_MEMBERS);
        if (member.n == 0 || member.n % 2 || member.n / 2 != token->length)
            return fault(r, "negated alternatives must be bytes of one length");
        for (size_t i = 0; i < token->length; i++) {
            int high = hex_digit(member.p[2 * i]), low = hex_digit(member.p[2 * i + 1]);
            if (high < 0 || low < 0)
                return fault(r, "negated alternatives must be bytes without wildcards");
            token->members[token->count * token->length + i] = (uint8_t)(high << 4 | low);
        }
    }
    if (token->length > LIMIT_CLAMAV_NEGATED)
        return err_set(r->err, ERR_LIMIT, "negated alternatives have %zu bytes, %d are taken",
                       token->length, LIMIT_CLAMAV_NEGATED);
    r->body->is_plain = false;
    r->at += inside.n + 3;
    return OK;
}

static errcode
read_group(struct reader *r, char c)
{
    if (c != '(' && r->depth == 0)
        return fault(r, "no ( stands before it");
    if (c == '(' && r->depth == LIMIT_CLAMAV_DEPTH)
        return err_set(r->err, ERR_LIMIT, "more than %d parentheses in parentheses",
                       LIMIT_CLAMAV_DEPTH);
    char next = peek(r, 1);
    if (c != ')' && (next == ')' || next == '|'))
        return fault(r, "an alternative is empty");
    add(r, c == '(' ? TOKEN_OPEN : c == '|' ? TOKEN_OR : TOKEN_CLOSE);
    r->depth += c == '(' ? 1 : 0;
    r->depth -= c == ')' ? 1 : 0;
    r->body->is_plain = false;
    r->at++;
    return OK;
}

static errcode
read_token(struct reader *r)
{
    char c = peek(r, 0);
    enum class class = c == '(' ? class_at(r) : CLASS_NONE;
    if (class != CLASS_NONE) {
        add_class(r, class);
        return OK;
    }
    switch (c) {
    case '(':
    case '|':
    case ')':
        return read_group(r, c);
    case '!':
        return read_negated(r);
    case '{':
    case '[':
        return read_gap(r);
    case '*':
        r->at++;
        return add_gap(r, 0, GAP_ENDLESS);
    default:
        return read_byte(r);
    }
}

/* A gap of one length at an end stands for that many bytes; another has nothing to lean on. */
static errcode
check_ends(struct reader *r)
{
    enum { END_GAP_MAX = 128 };
    const struct token *tokens = r->body->tokens;
    size_t count = r->body->count, ends[] = {0, count - 1};
    for (size_t i = 0; i < 2 && count; i++) {
        const struct token *token = &tokens[ends[i]];
        if (token->kind == TOKEN_GAP && (token->min != token->max || token->max > END_GAP_MAX))
            return err_set(r->err, ERR_FORMAT, "the content %s with a gap", i ? "ends" : "begins");
    }
    for (size_t i = 0; i < count; i++)
        if (tokens[i].kind == TOKEN_BYTE && tokens[i].mask == 0xff)
            return OK;
    return err_set(r->err, ERR_FORMAT, "the content has no byte without wildcards");
}

errcode
body_parse(str hex, struct arena *arena, struct body *ret, struct err *err)
{
    struct body body = {.is_plain = true};
    /* A token takes one character at least. */
    body.tokens = arena_alloc(arena, (hex.n + 1) * sizeof *body.tokens);
    struct reader r = {.hex = hex, .arena = arena, .body = &body, .err = err};
    errcode code = OK;
    while (code == OK && r.at < hex.n)
        code = read_token(&r);
    if (code == OK && r.depth)
        code = fault(&r, "a ) is missing");
    if (code == OK)
        code = check_ends(&r);
    if (code == OK)
        *ret = body;
    return code;
}
