/* SPDX-License-Identifier: Apache-2.0 */
/* Logical expressions are read with a stack of open parentheses into a list of nodes. Operators
 * that stand together without parentheses bind as in ClamAV: & and | alike, from the right outside
 * of all parentheses and from the left inside (found with clamscan; they are rarely mixed). */
#include "scan/clamav/logic.h"

#include "base/limits.h"
#include "base/require.h"

struct frame {
    size_t operands, operators; /* how many stood on the stacks when it opened */
};
struct parser {
    str text;
    size_t at;
    size_t parts;
    struct logic logic;
    size_t *operands; /* nodes */
    size_t operand_count;
    char *operators;
    size_t operator_count;
    struct frame frames[LIMIT_CLAMAV_DEPTH + 1];
    size_t depth; /* frames in use; the outermost is 1 */
    struct err *err;
};

static errcode
fault(struct parser *p, const char *what)
{
    return err_set(p->err, ERR_FORMAT, "the logical expression is wrong at position %zu: %s",
                   p->at + 1, what);
}

static char
peek(const struct parser *p)
{
    return p->at < p->text.n ? p->text.p[p->at] : 0;
}

static errcode
read_number(struct parser *p, uint64_t *ret)
{
    size_t from = p->at;
    while (ascii_is_digit(peek(p)))
        p->at++;
    if (!str_to_u64((str){p->text.p + from, p->at - from}, UINT32_MAX, ret))
        return fault(p, "a number is expected");
    return OK;
}

static size_t
add_node(struct parser *p, struct logic_node node)
{
    p->logic.nodes[p->logic.count] = node;
    return p->logic.count++;
}

/* ">2,1" behind an operand. */
static errcode
read_compare(struct parser *p, struct logic_node *node)
{
    char c = peek(p);
    if (c != '=' && c != '<' && c != '>')
        return OK;
    if (node->compare)
        return fault(p, "a second comparison");
    node->compare = c;
    p->at++;
    errcode code = read_number(p, &node->matches);
    if (code != OK || peek(p) != ',')
        return code;
    p->at++;
    code = read_number(p, &node->different);
    if (node->kind == LOGIC_PART)
        node->different = 0; /* a single one cannot differ; ClamAV does not look at it */
    return code;
}

static errcode
read_part(struct parser *p)
{
    uint64_t part;
    errcode code = read_number(p, &part);
    if (code != OK)
        return code;
    if (part >= p->parts)
        return fault(p, "there is no sub-signature of this number");
    p->logic.parts |= (uint64_t)1 << part;
    p->operands[p->operand_count++] =
        add_node(p, (struct logic_node){.kind = LOGIC_PART, .part = (uint32_t)part});
    return OK;
}

static size_t
join(struct parser *p, char operator, size_t left, size_t right)
{
    enum logic_kind kind = operator== '&' ? LOGIC_AND : LOGIC_OR;
    return add_node(p, (struct logic_node){.kind = kind, .left = left, .right = right});
}

/* Makes one node of the innermost frame's operands and operators. */
static errcode
reduce(struct parser *p)
{
    struct frame frame = p->frames[p->depth - 1];
    size_t *operands = p->operands + frame.operands;
    const char *operators = p->operators + frame.operators;
    size_t count = p->operand_count - frame.operands;
    if (count != p->operator_count - frame.operators + 1)
        return fault(p, "a number is expected");
    size_t node;
    if (p->depth == 1) {
        node = operands[count - 1];
        for (size_t i = count - 1; i > 0; i--)
            node = join(p, operators[i - 1], operands[i - 1], node);
    } else {
        node = operands[0];
        for (size_t i = 1; i < count; i++)
            node = join(p, operators[i - 1], node, operands[i]);
    }
    p->operand_count = frame.operands;
    p->operator_count = frame.operators;
    p->operands[p->operand_count++] = node;
    return OK;
}

static errcode
open_frame(struct parser *p)
{
    if (p->depth == LIMIT_CLAMAV_DEPTH)
        return err_set(p->err, ERR_LIMIT, "more than %d parentheses in parentheses",
                       LIMIT_CLAMAV_DEPTH);
    p->frames[p->depth++] = (struct frame){p->operand_count, p->operator_count};
    p->at++;
    return OK;
}

static errcode
close_frame(struct parser *p)
{
    if (p->depth == 1)
        return fault(p, "no ( stands before it");
    errcode code = reduce(p);
    p->depth--;
    p->at++;
    return code;
}

/* Reads the comparison of the operand that has just ended. Parentheses around one operand make no
 * node, so in (0>1)>2 the second comparison is one too many, as it is for ClamAV. */
static errcode
after_operand(struct parser *p)
{
    return read_compare(p, &p->logic.nodes[p->operands[p->operand_count - 1]]);
}

static errcode
read_token(struct parser *p, bool *wants_operand)
{
    char c = peek(p);
    errcode code;
    if (*wants_operand) {
        if (c == '(')
            return open_frame(p);
        code = read_part(p);
        *wants_operand = false;
        return code == OK ? after_operand(p) : code;
    }
    if (c == ')') {
        code = close_frame(p);
        return code == OK ? after_operand(p) : code;
    }
    if (c != '&' && c != '|')
        return fault(p, "& or | is expected");
    p->operators[p->operator_count++] = c;
    p->at++;
    *wants_operand = true;
    return OK;
}

errcode
logic_parse(str text, size_t parts, struct arena *arena, struct logic *ret, struct err *err)
{
    require(parts <= LIMIT_CLAMAV_PARTS);
    if (text.n > LIMIT_CLAMAV_EXPRESSION)
        return err_set(err, ERR_LIMIT, "the logical expression has more than %d characters",
                       LIMIT_CLAMAV_EXPRESSION);
    struct parser p = {.text = text, .parts = parts, .err = err, .depth = 1};
    /* Each operand and each operator takes a character and makes one node at most. */
    p.logic.nodes = arena_alloc(arena, (text.n + 1) * sizeof *p.logic.nodes);
    p.operands = arena_alloc(arena, (text.n + 1) * sizeof *p.operands);
    p.operators = arena_alloc(arena, text.n + 1);
    errcode code = OK;
    bool wants_operand = true;
    while (code == OK && p.at < text.n)
        code = read_token(&p, &wants_operand);
    if (code == OK && p.depth > 1)
        code = fault(&p, "a ) is missing");
    if (code == OK)
        code = reduce(&p);
    if (code == OK)
        *ret = p.logic;
    return code;
}
