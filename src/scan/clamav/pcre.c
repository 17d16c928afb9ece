/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of PCRE in YARA's syntax, token by token. Whether there is a match does not depend on
 * how greedy quantifiers are, so all become greedy. What needs backtracking is refused. */
#include "scan/clamav/pcre.h"

/* Only what closes groups, or begins another branch of the whole, follows. */
static bool
is_at_end(const struct translator *t)
{
    size_t at = t->at;
    while (at < t->text.n && t->text.p[at] == ')')
        at++;
    return at == t->text.n || (t->text.p[at] == '|' && at - t->at == t->depth);
}

/* ^ at the very beginning, where it binds all when there are no other branches. */
static void
write_start(struct translator *t)
{
    pcre_settle(t);
    if (t->at_start && t->depth == 0 && !t->anchor && t->out->n == 1)
        t->anchor = t->out->n;
    else
        t->has_start = true;
    buf_char(t->out, '^');
}

static errcode
write_line_start(struct translator *t)
{
    if (!t->lines) {
        write_start(t);
        return OK;
    }
    if (!t->at_start)
        return pcre_refuse(t, ERR_UNSUPPORTED, "^ of lines is taken at the beginning only");
    pcre_settle(t);
    buf_z(t->out, "(^|\\x0a)");
    t->has_start = true;
    return OK;
}

/* Before the last newline, or with m before any: where nothing follows the newline may be read. */
static errcode
write_line_end(struct translator *t, bool any_line, bool end_only)
{
    pcre_settle(t);
    t->has_end = true;
    if (end_only) {
        buf_char(t->out, '$');
    } else if (is_at_end(t)) {
        buf_z(t->out, any_line ? "($|\\x0a)" : "\\x0a?$");
    } else {
        return pcre_refuse(t, ERR_UNSUPPORTED, "$ is taken at the end only");
    }
    return OK;
}

/* \Q…\E: the position behind the Q. */
static void
write_quoted(struct translator *t)
{
    str rest = str_from(t->text, t->at);
    size_t end = str_find(rest, STR("\\E"));
    size_t n = end == SIZE_MAX ? rest.n : end;
    for (size_t i = 0; i < n; i++)
        pcre_write_byte(t, (uint8_t)rest.p[i]);
    t->at += n + (end == SIZE_MAX ? 0 : 2);
}

static errcode
read_escape(struct translator *t)
{
    uint8_t byte = 0, set[32] = {0};
    bool is_byte;
    t->at++;
    if (t->is_posix && t->at < t->text.n) {
        pcre_write_byte(t, (uint8_t)t->text.p[t->at++]);
        return OK;
    }
    errcode code = pcre_escaped_byte(t, false, &byte, &is_byte);
    if (code != OK)
        return code;
    if (is_byte) {
        pcre_write_byte(t, byte);
        return OK;
    }
    char c = pcre_peek(t, 0);
    if (c >= '1' && c <= '9')
        return pcre_refuse(t, ERR_UNSUPPORTED, "a backreference");
    if (c == 0)
        return pcre_refuse(t, ERR_FORMAT, "a backslash at the end");
    if (pcre_set_of_escape(c, set)) {
        t->at++;
        pcre_write_set(t, set);
        return OK;
    }
    t->at++;
    switch (c) {
    case 'b':
    case 'B':
        pcre_settle(t);
        t->has_start = t->has_start || t->at_start; /* it looks at the search's first place */
        buf_printf(t->out, "\\%c", c);
        t->at_start = false;
        return OK;
    case 'A':
        write_start(t);
        return OK;
    case 'z':
        return write_line_end(t, false, true);
    case 'Z':
        return write_line_end(t, false, false);
    case 'Q':
        write_quoted(t);
        return OK;
    case 'E':
        return OK;
    default:
        t->at--;
        return pcre_refuse(t, ERR_UNSUPPORTED, "this escape");
    }
}

/* "{2}", "{2,}", "{2,5}": its length, or 0 when the brace stands for itself. */
static size_t
repeat_length(const struct translator *t)
{
    size_t i = 1, digits = 0;
    for (; ascii_is_digit(pcre_peek(t, i)); i++)
        digits++;
    if (!digits)
        return 0;
    if (pcre_peek(t, i) == ',')
        for (i++; ascii_is_digit(pcre_peek(t, i));)
            i++;
    return pcre_peek(t, i) == '}' ? i + 1 : 0;
}

/* Quantifiers; what says how greedy they are falls away. A possessive one at the very end gives
 * nothing back to anybody, elsewhere it may forbid matches. */
static errcode
read_quantifier(struct translator *t, size_t length)
{
    if (!t->can_repeat)
        return pcre_refuse(t, ERR_UNSUPPORTED, "a quantifier that follows nothing to repeat");
    buf_add(t->out, t->text.p + t->at, length);
    char least = pcre_peek(t, 0) == '{' ? pcre_peek(t, 1) : pcre_peek(t, 0);
    t->last_empty = t->last_empty || least == '*' || least == '?' || least == '0';
    t->at += length;
    t->can_repeat = false;
    if (pcre_peek(t, 0) == '?') {
        t->at++;
    } else if (pcre_peek(t, 0) == '+') {
        t->at++;
        if (!is_at_end(t))
            return pcre_refuse(t, ERR_UNSUPPORTED, "a possessive quantifier with more behind it");
    }
    return OK;
}

/* "(?i)" and the like. */
static errcode
read_option_letters(struct translator *t)
{
    if (t->at != 0)
        return pcre_refuse(t, ERR_UNSUPPORTED, "options are taken at the beginning only");
    for (t->at = 2; pcre_peek(t, 0) != ')'; t->at++) {
        switch (pcre_peek(t, 0)) {
        case 'i':
            t->nocase = true;
            break;
        case 's':
            t->dotall = true;
            break;
        case 'm':
            t->lines = true;
            break;
        case 'x':
            t->extended = true;
            break;
        case 'U':
            break;
        default:
            return pcre_refuse(t, ERR_UNSUPPORTED, "this kind of group");
        }
    }
    t->at++;
    return OK;
}

static void
open_group(struct translator *t)
{
    pcre_settle(t);
    buf_char(t->out, '(');
    t->frames[++t->depth] = (struct frame){.started = t->at_start, .branch_empty = true};
}

static void
end_branch(struct translator *t)
{
    struct frame *frame = &t->frames[t->depth];
    pcre_settle(t);
    frame->any_empty = frame->any_empty || frame->branch_empty;
    frame->branch_empty = true;
}

/* Behind "(?": names and ":" fall away. */
static errcode
read_group_kind(struct translator *t)
{
    char c = pcre_peek(t, 2), next = pcre_peek(t, 3);
    if (c == '#') {
        size_t end = str_find(str_from(t->text, t->at), STR(")"));
        if (end == SIZE_MAX)
            return pcre_refuse(t, ERR_FORMAT, "a comment has no end");
        t->at += end + 1;
        return OK;
    }
    if (c == '=' || c == '!' || (c == '<' && (next == '=' || next == '!')))
        return pcre_refuse(t, ERR_UNSUPPORTED, "lookaround");
    if (c == '>')
        return pcre_refuse(t, ERR_UNSUPPORTED, "an atomic group");
    size_t skip = 3;
    bool is_named = c == '<' || c == '\'' || (c == 'P' && next == '<');
    if (is_named) {
        char end = c == '\'' ? '\'' : '>';
        skip += c == 'P' ? 1 : 0;
        while (pcre_is_word(pcre_peek(t, skip)))
            skip++;
        if (pcre_peek(t, skip++) != end)
            return pcre_refuse(t, ERR_FORMAT, "a group's name is wrong");
    } else if (c != ':') {
        return read_option_letters(t);
    }
    if (t->depth == LIMIT_CLAMAV_DEPTH)
        return pcre_refuse(t, ERR_LIMIT, "too many groups in groups");
    open_group(t);
    t->at += skip;
    return OK;
}

static errcode
read_group(struct translator *t, char c)
{
    if (c == '(' && pcre_peek(t, 1) == '?')
        return read_group_kind(t);
    if (c == '(' && pcre_peek(t, 1) == '*')
        return pcre_refuse(t, ERR_UNSUPPORTED, "a verb");
    if (c == '(' && t->depth == LIMIT_CLAMAV_DEPTH)
        return pcre_refuse(t, ERR_LIMIT, "too many groups in groups");
    if (c == ')' && t->depth == 0)
        return pcre_refuse(t, ERR_FORMAT, "no ( stands before it");
    t->at++;
    if (c == '(') {
        open_group(t);
        return OK;
    }
    end_branch(t);
    buf_char(t->out, c);
    if (c == ')') {
        bool empty = t->frames[t->depth--].any_empty;
        t->at_start = false;
        t->has_last = t->can_repeat = true;
        t->last_empty = empty;
        return OK;
    }
    t->at_start = t->frames[t->depth].started;
    if (t->depth == 0) { /* a ^ before is of one branch only */
        t->has_start = t->has_start || t->anchor;
        t->anchor = 0;
    }
    return OK;
}

static void
skip_comment(struct translator *t)
{
    while (t->at < t->text.n && t->text.p[t->at] != '\n')
        t->at++;
}

static errcode
read_token(struct translator *t)
{
    char c = pcre_peek(t, 0);
    size_t length;
    switch (c) {
    case '\\':
        return read_escape(t);
    case '[':
        return pcre_read_class(t);
    case '(':
    case ')':
    case '|':
        return read_group(t, c);
    case '.':
        buf_char(t->out, '.');
        t->at++;
        pcre_atom_begins(t);
        return OK;
    case '^':
        t->at++;
        return write_line_start(t);
    case '$':
        t->at++;
        return write_line_end(t, t->lines, t->dollar_end && !t->lines);
    case '*':
    case '+':
    case '?':
        return read_quantifier(t, 1);
    case '{':
        length = repeat_length(t);
        if (length)
            return read_quantifier(t, length);
        break;
    default:
        break;
    }
    t->at++;
    if (t->extended && c == '#')
        skip_comment(t);
    else if (!t->extended || !memchr(" \t\n\v\f\r", c, 6))
        pcre_write_byte(t, (uint8_t)c);
    return OK;
}

static errcode
read_flags(struct translator *t, str flags, struct pcre *pcre)
{
    for (size_t i = 0; i < flags.n; i++) {
        char c = flags.p[i];
        pcre->is_global = pcre->is_global || c == 'g';
        pcre->is_rolling = pcre->is_rolling || c == 'r';
        pcre->is_inside = pcre->is_inside || c == 'e';
        pcre->is_anchored = pcre->is_anchored || c == 'A';
        t->nocase = t->nocase || c == 'i';
        t->dotall = t->dotall || c == 's';
        t->lines = t->lines || c == 'm';
        t->extended = t->extended || c == 'x';
        t->dollar_end = t->dollar_end || c == 'E';
        if (!strchr("greismxAEU", c))
            return err_set(t->err, ERR_FORMAT, "\"%c\" is no flag of a regular expression", c);
    }
    return OK;
}

/* What the whole says of itself once it was read. */
static errcode
finish(struct translator *t, struct pcre *pcre)
{
    if (t->depth)
        return pcre_refuse(t, ERR_FORMAT, "a ) is missing");
    end_branch(t);
    if (t->frames[0].any_empty && !t->is_posix)
        return pcre_refuse(t, ERR_UNSUPPORTED, "it matches nothing at all as well");
    pcre->has_start = t->has_start;
    pcre->has_end = t->has_end;
    pcre->is_anchored = pcre->is_anchored || t->anchor;
    if (t->anchor && !t->is_posix && !t->out->full) {
        memmove(t->out->p + t->anchor, t->out->p + t->anchor + 1, t->out->n - t->anchor - 1);
        t->out->n--;
    }
    buf_printf(t->out, "/%s%s", t->nocase ? "i" : "", t->dotall ? "s" : "");
    return buf_check(t->out, "a regular expression", t->err);
}

static errcode
translate(struct translator *t, str flags, struct arena *arena, struct pcre *ret)
{
    struct buf out = BUF(LIMIT_CLAMAV_CONDITION);
    struct pcre pcre = {0};
    t->out = &out;
    t->at_start = true;
    t->frames[0] = (struct frame){.started = true, .branch_empty = true};
    buf_char(&out, '/');
    errcode code = read_flags(t, flags, &pcre);
    while (code == OK && t->at < t->text.n)
        code = read_token(t);
    if (code == OK)
        code = finish(t, &pcre);
    if (code == OK)
        pcre.regex = arena_str(arena, buf_view(&out));
    buf_clear(&out);
    if (code == OK)
        *ret = pcre;
    return code;
}

errcode
pcre_translate(str pattern, str flags, struct arena *arena, struct pcre *ret, struct err *err)
{
    struct translator t = {.text = pattern, .err = err};
    return translate(&t, flags, arena, ret);
}

errcode
posix_translate(str pattern, struct arena *arena, str *ret, struct err *err)
{
    struct translator t = {
        .text = pattern, .err = err, .is_posix = true, .dotall = true, .dollar_end = true};
    struct pcre pcre;
    errcode code = translate(&t, (str){0}, arena, &pcre);
    if (code == OK)
        *ret = pcre.regex;
    return code;
}
