/* SPDX-License-Identifier: Apache-2.0 */
/* Hex strings as libyara 4.5 reads them. A jump is an ungreedy repeat of any byte and may stand
 * neither first nor last in the string or in an alternative. */
#include "scan/regex/node.h"

enum {
    TEXT_MAX = 1 << 20,
    TOKENS_MAX = 10000,   /* bytes in a string, as libyara has it */
    JUMP_MAX = INT32_MAX, /* libyara counts with int */
    INNER_JUMP_MAX = 200, /* inside of parentheses */
};

struct hex_parser {
    str text;
    size_t at, tokens;
    unsigned depth;
    struct arena *arena;
    struct err *err;
    errcode code;
};

static struct node *parse_tokens(struct hex_parser *parser);

static struct node *
fail(struct hex_parser *parser, errcode code, const char *what)
{
    if (!parser->code)
        parser->code =
            err_set(parser->err, code, "hex string, character %zu: %s", parser->at, what);
    return NULL;
}

static int
peek(const struct hex_parser *parser, size_t ahead)
{
    size_t at = parser->at + ahead;
    return at < parser->text.n ? (uint8_t)parser->text.p[at] : -1;
}

/* Leaves the parser at a comment that is not closed, where a token would be wrong too. */
static bool
skip_comment(struct hex_parser *parser)
{
    bool line = peek(parser, 1) == '/';
    size_t i = parser->at + 2;
    while (i < parser->text.n) {
        if (line && parser->text.p[i] == '\n')
            break;
        if (!line && parser->text.p[i] == '*' && i + 1 < parser->text.n &&
            parser->text.p[i + 1] == '/') {
            parser->at = i + 2;
            return true;
        }
        i++;
    }
    if (line)
        parser->at = i;
    return line;
}

static int
next_token(struct hex_parser *parser)
{
    for (;;) {
        int c = peek(parser, 0);
        bool comment = c == '/' && (peek(parser, 1) == '/' || peek(parser, 1) == '*');
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            parser->at++;
        else if (!comment || !skip_comment(parser))
            return c;
    }
}

static struct node *
parse_byte(struct hex_parser *parser)
{
    struct node *node = node_new(parser->arena, NODE_SET);
    if (peek(parser, 0) == '~') {
        node->negated = true;
        parser->at++;
    }
    int c[2] = {peek(parser, 0), peek(parser, 1)};
    int high = hex_digit(c[0]), low = hex_digit(c[1]);
    if (high < 0 && c[0] != '?')
        return fail(parser, ERR_FORMAT, "syntax error, a byte is expected");
    if (low < 0 && c[1] != '?')
        return fail(parser, ERR_FORMAT, "uneven number of digits in hex string");
    if (node->negated && high < 0 && low < 0)
        return fail(parser, ERR_FORMAT, "~?? is not allowed");
    if (++parser->tokens > TOKENS_MAX)
        return fail(parser, ERR_LIMIT, "string too long");
    unsigned high_first = high < 0 ? 0 : (unsigned)high, high_last = high < 0 ? 15 : high_first;
    unsigned low_first = low < 0 ? 0 : (unsigned)low, low_last = low < 0 ? 15 : low_first;
    for (unsigned i = high_first; i <= high_last; i++)
        set_add_range(&node->set, (uint8_t)(i << 4 | low_first), (uint8_t)(i << 4 | low_last));
    parser->at += 2;
    return node;
}

/* A decimal number within a jump; false when there is none. Too large is an error. */
static bool
take_number(struct hex_parser *parser, uint64_t *ret)
{
    uint64_t number = 0;
    size_t digits = 0;
    next_token(parser);
    for (; peek(parser, 0) >= '0' && peek(parser, 0) <= '9'; digits++) {
        number = number * 10 + (uint64_t)(peek(parser, 0) - '0');
        if (number > JUMP_MAX) {
            fail(parser, ERR_FORMAT, "invalid jump length, it is too large");
            return false;
        }
        parser->at++;
    }
    if (digits)
        *ret = number;
    return digits > 0;
}

static struct node *
jump_node(struct hex_parser *parser, uint64_t min, uint64_t max, bool no_end)
{
    struct node *any = node_new(parser->arena, NODE_SET);
    set_add_range(&any->set, 0, 0xff);
    struct node *node = node_new(parser->arena, NODE_REPEAT);
    node->kids = arena_alloc(parser->arena, sizeof *node->kids);
    node->kids[0] = any;
    node->count = 1;
    node->jump = true;
    node->min = (uint32_t)min;
    node->max = no_end ? UINT32_MAX : (uint32_t)max;
    return node;
}

static struct node *
parse_jump(struct hex_parser *parser)
{
    uint64_t min = 0, max = 0;
    parser->at++;
    bool has_min = take_number(parser, &min), has_max = false, dash = next_token(parser) == '-';
    if (dash) {
        parser->at++;
        has_max = has_min && take_number(parser, &max);
    } else {
        max = min;
    }
    if (parser->code)
        return NULL;
    if ((!dash && !has_min) || next_token(parser) != ']')
        return fail(parser, ERR_FORMAT, "syntax error in a jump");
    if (!dash && min == 0)
        return fail(parser, ERR_FORMAT, "invalid jump length");
    bool no_end = dash && !has_max;
    if (parser->depth && no_end)
        return fail(parser, ERR_FORMAT, "unbounded jumps not allowed inside alternation (|)");
    if (parser->depth && (min > INNER_JUMP_MAX || max > INNER_JUMP_MAX))
        return fail(parser, ERR_FORMAT, "jumps over 200 not allowed inside alternation (|)");
    if (!no_end && min > max)
        return fail(parser, ERR_FORMAT, "invalid jump range");
    parser->at++;
    return jump_node(parser, min, max, no_end);
}

static struct node *
parse_group(struct hex_parser *parser)
{
    struct node_list list = {0};
    if (parser->depth == NODE_DEPTH)
        return fail(parser, ERR_LIMIT, "too many nested parentheses");
    parser->depth++;
    do {
        parser->at++;
        struct node *node = parse_tokens(parser);
        if (!node)
            return NULL;
        node_list_add(&list, node, parser->arena);
    } while (next_token(parser) == '|');
    parser->depth--;
    if (next_token(parser) != ')')
        return fail(parser, ERR_FORMAT, "syntax error, parentheses are not closed");
    parser->at++;
    return node_join(parser->arena, NODE_ALT, &list);
}

/* A jump that follows a jump makes one of both: the bounds add up, to MOST at most. */
static bool
join_jumps(struct node *before, const struct node *node, uint64_t most)
{
    if (before->kind != NODE_REPEAT || node->kind != NODE_REPEAT)
        return false;
    uint64_t min = (uint64_t)before->min + node->min, max = (uint64_t)before->max + node->max;
    if (before->max == UINT32_MAX || node->max == UINT32_MAX)
        max = UINT32_MAX;
    if (min > most || (max > most && max != UINT32_MAX))
        return false;
    before->min = (uint32_t)min;
    before->max = (uint32_t)max;
    return true;
}

static struct node *
parse_tokens(struct hex_parser *parser)
{
    struct node_list list = {0};
    struct node *node = NULL;
    uint64_t most = parser->depth ? REPEAT_MAX : JUMP_MAX;
    for (int c = next_token(parser); c != -1 && c != '|' && c != ')'; c = next_token(parser)) {
        if (c == '[' && !list.count)
            return fail(parser, ERR_FORMAT, "syntax error, a jump stands first");
        node = c == '[' ? parse_jump(parser) : c == '(' ? parse_group(parser) : parse_byte(parser);
        if (!node)
            return NULL;
        if (!list.count || !join_jumps(list.items[list.count - 1], node, most))
            node_list_add(&list, node, parser->arena);
    }
    if (!node)
        return fail(parser, ERR_FORMAT, "syntax error, bytes are missing");
    if (node->kind == NODE_REPEAT)
        return fail(parser, ERR_FORMAT, "syntax error, a jump stands last");
    return node_join(parser->arena, NODE_CAT, &list);
}

errcode
regex_parse_hex(str text, struct arena *arena, struct regex **ret, struct err *err)
{
    if (text.n > TEXT_MAX)
        return err_set(err, ERR_LIMIT, "hex string of %zu bytes (at most %d)", text.n, TEXT_MAX);
    struct regex *regex = arena_alloc(arena, sizeof *regex);
    struct hex_parser parser = {.text = text, .arena = arena, .err = err};
    regex->flags = REGEX_DOTALL;
    regex->ungreedy = true;
    regex->root = parse_tokens(&parser);
    if (regex->root && parser.at < text.n)
        fail(&parser, ERR_FORMAT, "syntax error, parentheses are closed that were not opened");
    if (parser.code)
        return parser.code;
    *ret = regex;
    return OK;
}
