/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for one byte in a regular expression: bytes, escapes, classes. */
#include "scan/clamav/pcre.h"

errcode
pcre_refuse(struct translator *t, errcode code, const char *what)
{
    return err_set(t->err, code, "the regular expression, at position %zu: %s", t->at + 1, what);
}

char
pcre_peek(const struct translator *t, size_t ahead)
{
    return t->at + ahead < t->text.n ? t->text.p[t->at + ahead] : 0;
}

bool
pcre_is_word(char c)
{
    char small = ascii_lower(c);
    return ascii_is_digit(c) || c == '_' || (small >= 'a' && small <= 'z');
}

void
pcre_settle(struct translator *t)
{
    struct frame *frame = &t->frames[t->depth];
    frame->branch_empty = frame->branch_empty && (t->last_empty || !t->has_last);
    t->has_last = t->can_repeat = false;
}

void
pcre_atom_begins(struct translator *t)
{
    pcre_settle(t);
    t->at_start = false;
    t->has_last = t->can_repeat = true;
    t->last_empty = false;
}

void
pcre_write_byte(struct translator *t, uint8_t c)
{
    if (pcre_is_word((char)c))
        buf_char(t->out, (char)c);
    else
        buf_printf(t->out, "\\x%02x", c);
    pcre_atom_begins(t);
}

static void
set_add(uint8_t set[32], unsigned c)
{
    set[c / 8] |= (uint8_t)(1 << c % 8);
}

static void
set_chars(uint8_t set[32], const char *chars)
{
    for (; *chars; chars++)
        set_add(set, (uint8_t)*chars);
}

bool
pcre_set_of_escape(char letter, uint8_t set[32])
{
    uint8_t own[32] = {0};
    char small = ascii_lower(letter);
    for (unsigned c = 0; c < 128; c++)
        if ((small == 'd' && ascii_is_digit((char)c)) || (small == 'w' && pcre_is_word((char)c)))
            set_add(own, c);
    if (small == 's') {
        set_chars(own, " \t\n\v\f\r");
    } else if (small == 'h') {
        set_chars(own, " \t\xa0");
    } else if (small == 'v') {
        set_chars(own, "\n\v\f\r\x85");
    } else if (letter == 'N') {
        set_add(own, '\n');
    } else if (small != 'd' && small != 'w') {
        return false;
    }
    for (unsigned i = 0; i < 32; i++)
        set[i] |= letter == small ? own[i] : (uint8_t)~own[i];
    return true;
}

/* \xHH, \x{HH}, \x alone is 0; the position behind the x. */
static errcode
read_hex(struct translator *t, uint8_t *ret)
{
    unsigned value = 0, most = 2;
    bool braces = pcre_peek(t, 0) == '{';
    if (braces) {
        t->at++;
        most = 8;
    }
    for (unsigned i = 0; i < most && hex_digit(pcre_peek(t, 0)) >= 0; i++, t->at++)
        value = value << 4 | (unsigned)hex_digit(pcre_peek(t, 0));
    if (braces && pcre_peek(t, 0) != '}')
        return pcre_refuse(t, ERR_FORMAT, "} is missing");
    t->at += braces;
    if (value > 255)
        return pcre_refuse(t, ERR_UNSUPPORTED, "a character above 255");
    *ret = (uint8_t)value;
    return OK;
}

static bool
is_octal(char c)
{
    return c >= '0' && c <= '7';
}

static errcode
read_octal(struct translator *t, uint8_t *ret)
{
    unsigned value = 0;
    for (unsigned i = 0; i < 3 && is_octal(pcre_peek(t, 0)); i++, t->at++)
        value = value << 3 | (unsigned)hex_digit(pcre_peek(t, 0));
    if (value > 255)
        return pcre_refuse(t, ERR_UNSUPPORTED, "a character above 255");
    *ret = (uint8_t)value;
    return OK;
}

/* Three octal digits are no backreference. */
static bool
is_octal_byte(const struct translator *t)
{
    return is_octal(pcre_peek(t, 0)) && is_octal(pcre_peek(t, 1)) && is_octal(pcre_peek(t, 2));
}

errcode
pcre_escaped_byte(struct translator *t, bool in_class, uint8_t *ret, bool *ret_is_byte)
{
    static const char names[] = "ntrfae", bytes[] = "\n\t\r\f\a\033";
    char c = pcre_peek(t, 0);
    const char *name = c ? strchr(names, c) : NULL;
    *ret_is_byte = true;
    if (name) {
        *ret = (uint8_t)bytes[name - names];
        t->at++;
    } else if (c == 'b' && in_class) {
        *ret = '\b';
        t->at++;
    } else if (c == 'x') {
        t->at++;
        return read_hex(t, ret);
    } else if (c == '0' || is_octal_byte(t) || (in_class && is_octal(c))) {
        return read_octal(t, ret);
    } else if (c && !pcre_is_word(c)) {
        *ret = (uint8_t)c;
        t->at++;
    } else {
        *ret_is_byte = false;
    }
    return OK;
}

void
pcre_write_set(struct translator *t, const uint8_t set[32])
{
    buf_char(t->out, '[');
    for (unsigned c = 0; c < 256; c++) {
        unsigned end = c;
        if (!(set[c / 8] >> c % 8 & 1))
            continue;
        while (end < 255 && set[(end + 1) / 8] >> (end + 1) % 8 & 1)
            end++;
        buf_printf(t->out, end > c ? "\\x%02x-\\x%02x" : "\\x%02x", c, end);
        c = end;
    }
    buf_char(t->out, ']');
    pcre_atom_begins(t);
}

/* "[:alpha:]" inside a class. */
static errcode
read_named(struct translator *t, uint8_t set[32])
{
    static const struct {
        const char *name, *ranges; /* pairs of first and last */
    } named[] = {
        {"alpha", "azAZ"},     {"digit", "09"},      {"alnum", "azAZ09"},
        {"upper", "AZ"},       {"lower", "az"},      {"space", "\t\r  "},
        {"blank", "\t\t  "},   {"xdigit", "09afAF"}, {"word", "azAZ09__"},
        {"print", " ~"},       {"graph", "!~"},      {"cntrl", "\001\037\177\177"},
        {"punct", "!/:@[`{~"},
    };
    size_t end = str_find(str_from(t->text, t->at), STR(":]"));
    for (size_t i = 0; end != SIZE_MAX && i < sizeof named / sizeof *named; i++) {
        if (!str_eq((str){t->text.p + t->at + 2, end - 2}, str_of(named[i].name)))
            continue;
        for (const char *r = named[i].ranges; *r; r += 2)
            for (unsigned c = (uint8_t)r[0]; c <= (uint8_t)r[1]; c++)
                set_add(set, c);
        t->at += end + 2;
        return OK;
    }
    return pcre_refuse(t, ERR_UNSUPPORTED, "this named class");
}

/* One member of a class: *RET_BYTE, or a set that was added (then -1). */
static errcode
read_member(struct translator *t, uint8_t set[32], int *ret_byte)
{
    char c = pcre_peek(t, 0);
    *ret_byte = -1;
    if (c == '[' && pcre_peek(t, 1) == ':')
        return read_named(t, set);
    t->at++;
    if (c != '\\' || t->is_posix) {
        *ret_byte = (uint8_t)c;
        return OK;
    }
    uint8_t byte = 0;
    bool is_byte;
    errcode code = pcre_escaped_byte(t, true, &byte, &is_byte);
    if (code == OK && is_byte) {
        *ret_byte = byte;
    } else if (code == OK) {
        if (pcre_peek(t, 0) == 'N' || !pcre_set_of_escape(pcre_peek(t, 0), set))
            return pcre_refuse(t, ERR_UNSUPPORTED, "this escape in a class");
        t->at++;
    }
    return code;
}

static void
fold_case(uint8_t set[32])
{
    for (unsigned c = 'a'; c <= 'z'; c++) {
        unsigned big = c - 'a' + 'A';
        if ((set[c / 8] >> c % 8 & 1) || (set[big / 8] >> big % 8 & 1)) {
            set_add(set, c);
            set_add(set, big);
        }
    }
}

errcode
pcre_read_class(struct translator *t)
{
    uint8_t set[32] = {0};
    t->at++;
    bool is_negated = pcre_peek(t, 0) == '^';
    t->at += is_negated;
    for (bool first = true; first || pcre_peek(t, 0) != ']'; first = false) {
        int from, to;
        if (t->at >= t->text.n)
            return pcre_refuse(t, ERR_FORMAT, "the class has no ]");
        errcode code = read_member(t, set, &from);
        if (code != OK)
            return code;
        if (from < 0)
            continue;
        to = from;
        if (pcre_peek(t, 0) == '-' && pcre_peek(t, 1) != ']' && pcre_peek(t, 1)) {
            t->at++;
            code = read_member(t, set, &to);
            if (code != OK)
                return code;
            if (to < from)
                return pcre_refuse(t, ERR_FORMAT, "the range in a class runs backwards");
        }
        for (int c = from; c <= to; c++)
            set_add(set, (unsigned)c);
    }
    t->at++;
    if (t->nocase)
        fold_case(set);
    for (size_t i = 0; is_negated && i < 32; i++)
        set[i] = (uint8_t)~set[i];
    pcre_write_set(t, set);
    return OK;
}
