/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions as libyara 4.5 reads them: its lexer decides, by the longest word, what is a
 * class range or an interval, and its grammar has no empty first alternative and no repeat of a
 * repeat. An escape that it does not know stands for the character. */
#include "scan/regex/node.h"

enum { TEXT_MAX = 64 << 10 };

struct parser {
    str text;
    size_t at;
    unsigned flags, depth;
    struct regex *regex;
    struct arena *arena;
    struct err *err;
    errcode code;
};

static struct node *parse_alternatives(struct parser *parser);

static struct node *
fail(struct parser *parser, errcode code, const char *what)
{
    if (!parser->code)
        parser->code =
            err_set(parser->err, code, "regular expression, character %zu: %s", parser->at, what);
    return NULL;
}

static int
peek(const struct parser *parser, size_t ahead)
{
    size_t at = parser->at + ahead;
    return at < parser->text.n ? (uint8_t)parser->text.p[at] : -1;
}

/* Takes the escape at the backslash. False after an error. */
static bool
take_escaped(struct parser *parser, uint8_t *ret)
{
    int c = peek(parser, 1);
    if (c == -1 || c == 0)
        return fail(parser, ERR_FORMAT, "illegal escape sequence"), false;
    parser->at += 2;
    static const char letters[] = "ntrfa", bytes[] = "\n\t\r\f\a";
    const char *known = strchr(letters, c);
    *ret = known ? (uint8_t)bytes[known - letters] : (uint8_t)c;
    if (c != 'x')
        return true;
    int high = hex_digit(peek(parser, 0)), low = hex_digit(peek(parser, 1));
    if (high < 0 || low < 0)
        return fail(parser, ERR_FORMAT, "illegal escape sequence, \\x needs two digits"), false;
    parser->at += 2;
    *ret = (uint8_t)(high << 4 | low);
    return true;
}

/* The set that `\w` and its kin name. */
static bool
named_set(int letter, struct byte_set *ret)
{
    struct byte_set set = {0};
    switch (letter | 0x20) {
    case 'w':
        set_add_range(&set, 'a', 'z');
        set_add_range(&set, 'A', 'Z');
        set_add(&set, '_');
        set_add_range(&set, '0', '9');
        break;
    case 'd':
        set_add_range(&set, '0', '9');
        break;
    case 's':
        set_add_range(&set, '\t', '\r');
        set_add(&set, ' ');
        break;
    default:
        return false;
    }
    if (!(letter & 0x20))
        set_invert(&set);
    *ret = set;
    return true;
}

/* How many characters the start of a range takes at the parser's place, 0 when there is none. */
static size_t
range_start_length(const struct parser *parser)
{
    size_t length = 1;
    if (peek(parser, 0) == '\\') {
        length = 2;
        if (peek(parser, 1) == 'x' && hex_digit(peek(parser, 2)) >= 0 &&
            hex_digit(peek(parser, 3)) >= 0)
            length = 4;
    }
    int end = peek(parser, length + 1);
    return peek(parser, length) == '-' && end != -1 && end != ']' ? length : 0;
}

static bool
class_range(struct parser *parser, struct byte_set *set)
{
    uint8_t first = (uint8_t)peek(parser, 0), last;
    if (first != '\\')
        parser->at++;
    else if (!take_escaped(parser, &first))
        return false;
    parser->at++; /* the dash */
    last = (uint8_t)peek(parser, 0);
    if (last != '\\')
        parser->at++;
    else if (!take_escaped(parser, &last))
        return false;
    if (last < first)
        return fail(parser, ERR_FORMAT, "bad character range"), false;
    set_add_range(set, first, last);
    return true;
}

static bool
class_item(struct parser *parser, struct byte_set *set)
{
    if (range_start_length(parser))
        return class_range(parser, set);
    struct byte_set named;
    uint8_t byte;
    if (peek(parser, 0) != '\\') {
        set_add(set, (uint8_t)peek(parser, 0));
        parser->at++;
    } else if (named_set(peek(parser, 1), &named)) {
        set_join(set, &named);
        parser->at += 2;
    } else {
        if (!take_escaped(parser, &byte))
            return false;
        set_add(set, byte);
    }
    return true;
}

static struct node *
parse_class(struct parser *parser)
{
    struct node *node = node_new(parser->arena, NODE_SET);
    parser->at++;
    if (peek(parser, 0) == '^') {
        node->negated = true;
        parser->at++;
    }
    if (peek(parser, 0) == ']') {
        set_add(&node->set, ']');
        parser->at++;
    }
    while (peek(parser, 0) != ']') {
        if (peek(parser, 0) == -1)
            return fail(parser, ERR_FORMAT, "missing terminating ] for character class");
        if (!class_item(parser, &node->set))
            return NULL;
    }
    parser->at++;
    return node;
}

static struct node *
parse_escape(struct parser *parser)
{
    int c = peek(parser, 1);
    if (c >= '0' && c <= '9')
        return fail(parser, ERR_FORMAT, "backreferences are not allowed");
    struct node *node = node_new(parser->arena, NODE_SET);
    if (c != -1 && named_set(c, &node->set)) {
        parser->at += 2;
        return node;
    }
    uint8_t byte;
    if (!take_escaped(parser, &byte))
        return NULL;
    set_add(&node->set, byte);
    return node;
}

static struct node *
parse_group(struct parser *parser)
{
    if (parser->depth == NODE_DEPTH)
        return fail(parser, ERR_LIMIT, "too many nested groups");
    parser->depth++;
    parser->at++;
    struct node *node = parse_alternatives(parser);
    parser->depth--;
    if (!node)
        return NULL;
    if (peek(parser, 0) != ')')
        return fail(parser, ERR_FORMAT, "a group is not closed");
    parser->at++;
    return node;
}

/* The length of `{n}`, `{n,}`, `{,m}`, `{n,m}` or `{,}` at the parser's place; 0 when a brace is
 * just a brace. Numbers above the maximum are given as one above it. */
static size_t
interval_at(const struct parser *parser, uint32_t *ret_min, uint32_t *ret_max)
{
    uint32_t number[2] = {0, 0};
    size_t digits[2] = {0, 0}, part = 0, i = 1;
    if (peek(parser, 0) != '{')
        return 0;
    for (;; i++) {
        int c = peek(parser, i);
        if (c >= '0' && c <= '9') {
            number[part] = number[part] * 10 + (uint32_t)(c - '0');
            if (number[part] > REPEAT_MAX)
                number[part] = REPEAT_MAX + 1;
            digits[part]++;
        } else if (c == ',' && part == 0) {
            part = 1;
        } else if (c == '}') {
            break;
        } else {
            return 0;
        }
    }
    if (part == 0 && digits[0] == 0)
        return 0;
    *ret_min = number[0];
    *ret_max = part == 0 ? number[0] : digits[1] ? number[1] : REPEAT_NO_END;
    return i + 1;
}

static struct node *
parse_repeat(struct parser *parser, struct node *node, bool is_dot)
{
    uint32_t min = 0, max = REPEAT_NO_END;
    size_t interval = interval_at(parser, &min, &max);
    int c = peek(parser, 0);
    if (!interval && c != '*' && c != '+' && c != '?')
        return node;
    if (c == '+')
        min = 1;
    if (c == '?')
        max = 1;
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max != REPEAT_NO_END))
        return fail(parser, ERR_FORMAT, "repeat interval too large");
    if (min > max)
        return fail(parser, ERR_FORMAT, "bad repeat interval");
    parser->at += interval ? interval : 1;
    bool ungreedy = peek(parser, 0) == '?';
    parser->at += ungreedy;
    parser->regex->ungreedy |= ungreedy;
    parser->regex->greedy |= !ungreedy;
    struct node *repeat = node_repeat(parser->arena, node, min, max);
    if (is_dot && ungreedy && interval && repeat->kind == NODE_REPEAT)
        repeat->jump = true;
    return repeat;
}

static struct node *
parse_assertion(struct parser *parser)
{
    int c = peek(parser, 0);
    enum assert_kind kind;
    if (c == '^')
        kind = ASSERT_BEGIN;
    else if (c == '$')
        kind = ASSERT_END;
    else if (c == '\\' && peek(parser, 1) == 'b')
        kind = ASSERT_BOUNDARY;
    else if (c == '\\' && peek(parser, 1) == 'B')
        kind = ASSERT_NO_BOUNDARY;
    else
        return NULL;
    parser->at += c == '\\' ? 2 : 1;
    struct node *node = node_new(parser->arena, NODE_ASSERT);
    node->assertion = kind;
    return node;
}

static struct node *
parse_item(struct parser *parser)
{
    struct node *node = parse_assertion(parser);
    if (node)
        return node;
    uint32_t min, max;
    int c = peek(parser, 0);
    if (c == '*' || c == '+' || c == '?' || interval_at(parser, &min, &max))
        return fail(parser, ERR_FORMAT, "syntax error, there is nothing to repeat");
    if (c == '(') {
        node = parse_group(parser);
    } else if (c == '[') {
        node = parse_class(parser);
    } else if (c == '\\') {
        node = parse_escape(parser);
    } else if (c == '.') {
        node = node_new(parser->arena, NODE_SET);
        node->dot = true;
        parser->at++;
    } else {
        node = node_byte(parser->arena, (uint8_t)c);
        parser->at++;
    }
    return node ? parse_repeat(parser, node, c == '.') : NULL;
}

static struct node *
parse_sequence(struct parser *parser)
{
    struct node_list list = {0};
    while (peek(parser, 0) != -1 && peek(parser, 0) != '|' && peek(parser, 0) != ')') {
        struct node *node = parse_item(parser);
        if (!node)
            return NULL;
        if (node->kind != NODE_EMPTY)
            node_list_add(&list, node, parser->arena);
    }
    return node_join(parser->arena, NODE_CAT, &list);
}

static bool
at_empty_alternative(const struct parser *parser)
{
    int c = peek(parser, 0);
    return c == -1 || c == '|' || c == ')';
}

static struct node *
parse_alternatives(struct parser *parser)
{
    struct node_list list = {0};
    if (at_empty_alternative(parser))
        return fail(parser, ERR_FORMAT, "syntax error, an expression is missing");
    for (;;) {
        struct node *node = parse_sequence(parser);
        if (!node)
            return NULL;
        node_list_add(&list, node, parser->arena);
        if (peek(parser, 0) != '|')
            return node_join(parser->arena, NODE_ALT, &list);
        parser->at++;
    }
}

errcode
regex_parse(str text, unsigned flags, struct arena *arena, struct regex **ret, struct err *err)
{
    if (text.n > TEXT_MAX)
        return err_set(err, ERR_LIMIT, "regular expression of %zu bytes (at most %d)", text.n,
                       TEXT_MAX);
    struct regex *regex = arena_alloc(arena, sizeof *regex);
    struct parser parser = {
        .text = text, .flags = flags, .regex = regex, .arena = arena, .err = err};
    regex->flags = flags & (REGEX_NOCASE | REGEX_DOTALL);
    regex->root = parse_alternatives(&parser);
    if (regex->root && parser.at < text.n)
        fail(&parser, ERR_FORMAT, "syntax error, a group is closed that was not opened");
    if (parser.code)
        return parser.code;
    *ret = regex;
    return OK;
}
