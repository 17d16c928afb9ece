/* SPDX-License-Identifier: Apache-2.0 */
/* Writes body signatures as YARA strings: a text when there are modifiers and no wildcards, a
 * regular expression when something must stand beside the body, else a hex string. */
#include "scan/clamav/body.h"

struct writer {
    struct buf *out;
    bool nocase, wide;
};

static void
set_range(uint8_t set[32], unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        set[c / 8] |= (uint8_t)(1 << c % 8);
}

static bool
set_has(const uint8_t set[32], unsigned c)
{
    return set[c / 8] >> c % 8 & 1;
}

/* Found by trying all bytes against clamscan. */
void
class_bytes(enum class class, uint8_t set[32])
{
    static const char *const words[] = {[CLASS_WORD_MIDDLE] = "\n\r \"'-./<=>@_",
                                        [CLASS_WORD_LEFT] = " -./<@_",
                                        [CLASS_WORD_RIGHT] = "\n\r \"'-/=>_",
                                        [CLASS_LINE] = "\n"};
    memset(set, 0, 32);
    if (class == CLASS_OTHER) {
        set_range(set, 0, '0' - 1);
        set_range(set, '9' + 1, 'A' - 1);
        set_range(set, 'Z' + 1, 'a' - 1);
        set_range(set, 'z' + 1, 255);
    } else if (class != CLASS_NONE) {
        for (const char *c = words[class]; *c; c++)
            set_range(set, (uint8_t)*c, (uint8_t)*c);
    }
}

static bool
is_letter(const struct token *token)
{
    char c = ascii_lower((char)token->value);
    return token->mask == 0xff && c >= 'a' && c <= 'z';
}

/* Bytes of SET as alternatives of nibbles, the shortest that hex strings know. */
static void
hex_set(struct buf *out, const uint8_t set[32])
{
    const char *before = "(";
    for (unsigned high = 0; high < 16; high++) {
        bool whole = set[2 * high] == 0xff && set[2 * high + 1] == 0xff;
        if (whole)
            buf_printf(out, "%s%X?", before, high);
        for (unsigned low = 0; low < 16 && !whole; low++) {
            if (!set_has(set, high << 4 | low))
                continue;
            buf_printf(out, "%s%X%X", before, high, low);
            before = "|";
        }
        if (whole)
            before = "|";
    }
    buf_z(out, ") ");
}

static void
hex_bytes(struct buf *out, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%02X ", p[i]);
}

/* The members that begin as member M does in its first N bytes: what may not follow. */
static void
next_bytes(const struct token *token, size_t m, size_t n, uint8_t set[32])
{
    const uint8_t *prefix = token->members + m * token->length;
    memset(set, 0xff, 32);
    for (size_t i = 0; i < token->count; i++) {
        const uint8_t *member = token->members + i * token->length;
        if (memcmp(member, prefix, n) == 0)
            set[member[n] / 8] &= (uint8_t) ~(1 << member[n] % 8);
    }
}

static bool
is_first_with_prefix(const struct token *token, size_t m, size_t n)
{
    const uint8_t *prefix = token->members + m * token->length;
    for (size_t i = 0; i < m; i++)
        if (memcmp(token->members + i * token->length, prefix, n) == 0)
            return false;
    return true;
}

static bool
set_is_empty(const uint8_t set[32])
{
    static const uint8_t none[32];
    return memcmp(set, none, 32) == 0;
}

/* Bytes that are no member part from every member somewhere: for each beginning that members have,
 * that beginning, then a byte with which no member goes on, then anything. */
static void
write_negated(struct buf *out, const struct token *token,
              void (*bytes)(struct buf *out, const uint8_t *p, size_t n),
              void (*set_of)(struct buf *out, const uint8_t set[32]), const char *any)
{
    const char *before = "";
    if (token->length > 1)
        buf_z(out, "(");
    for (size_t n = 0; n < token->length; n++)
        for (size_t m = 0; m < token->count; m++) {
            uint8_t set[32];
            if (!is_first_with_prefix(token, m, n))
                continue;
            next_bytes(token, m, n, set);
            if (set_is_empty(set))
                continue;
            buf_z(out, before);
            bytes(out, token->members + m * token->length, n);
            set_of(out, set);
            for (size_t i = n + 1; i < token->length; i++)
                buf_z(out, any);
            before = "|";
        }
    if (token->length > 1)
        buf_z(out, ")");
}

static void
hex_byte(struct writer *w, const struct token *token)
{
    if (w->nocase && is_letter(token)) {
        buf_printf(w->out, "(%02X|%02X) ", ascii_upper((char)token->value),
                   ascii_lower((char)token->value));
    } else {
        char text[4] = {"0123456789ABCDEF"[token->value >> 4],
                        "0123456789ABCDEF"[token->value & 15], ' ', 0};
        if (!(token->mask & 0xf0))
            text[0] = '?';
        if (!(token->mask & 0x0f))
            text[1] = '?';
        buf_z(w->out, text);
    }
    if (w->wide)
        buf_z(w->out, "00 ");
}

static void
hex_gap(struct buf *out, const struct token *token, bool as_bytes)
{
    if (as_bytes) {
        for (uint32_t i = 0; i < token->min; i++)
            buf_z(out, "?? ");
    } else if (token->max == GAP_ENDLESS && token->min == 0) {
        buf_z(out, "[-] ");
    } else if (token->max == GAP_ENDLESS) {
        buf_printf(out, "[%u-] ", token->min);
    } else if (token->max == token->min) {
        if (token->min)
            buf_printf(out, "[%u] ", token->min);
    } else {
        buf_printf(out, "[%u-%u] ", token->min, token->max);
    }
}

static void
hex_token(struct writer *w, const struct token *token, bool gap_as_bytes)
{
    uint8_t set[32];
    switch (token->kind) {
    case TOKEN_BYTE:
        hex_byte(w, token);
        break;
    case TOKEN_GAP:
        hex_gap(w->out, token, gap_as_bytes);
        break;
    case TOKEN_CLASS:
        class_bytes(token->class, set);
        hex_set(w->out, set);
        if (w->wide)
            buf_z(w->out, "00 ");
        break;
    case TOKEN_NOT:
        if (token->count == 1 && token->length == 1)
            buf_printf(w->out, "~%02X", token->members[0]);
        else
            write_negated(w->out, token, hex_bytes, hex_set, "?? ");
        buf_char(w->out, ' ');
        break;
    default:
        buf_z(w->out, token->kind == TOKEN_OPEN ? "( " : token->kind == TOKEN_OR ? "| " : ") ");
        break;
    }
}

static void
write_hex(struct writer *w, const struct body *body)
{
    size_t depth = 0;
    buf_z(w->out, "{ ");
    for (size_t i = 0; i < body->count; i++) {
        const struct token *token = &body->tokens[i];
        depth += token->kind == TOKEN_OPEN ? 1 : 0;
        depth -= token->kind == TOKEN_CLOSE ? 1 : 0;
        bool is_end = i == 0 || i + 1 == body->count;
        hex_token(w, token, is_end || depth);
    }
    buf_z(w->out, "}");
}

static void
write_text(const struct body *body, const struct body_flags *flags, struct buf *out)
{
    buf_z(out, "\"");
    for (size_t i = 0; i < body->count; i++) {
        uint8_t c = body->tokens[i].value;
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            buf_printf(out, "\\x%02x", c);
        else
            buf_char(out, (char)c);
    }
    buf_z(out, "\"");
    buf_z(out, flags->wide ? " wide" : "");
    buf_z(out, flags->wide && flags->ascii ? " ascii" : "");
    buf_z(out, flags->nocase ? " nocase" : "");
    buf_z(out, flags->fullword ? " fullword" : "");
}

static void
regex_bytes(struct buf *out, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = ascii_lower((char)p[i]);
        if (ascii_is_digit(c) || (c >= 'a' && c <= 'z'))
            buf_char(out, (char)p[i]);
        else
            buf_printf(out, "\\x%02x", p[i]);
    }
}

static void
regex_set(struct buf *out, const uint8_t set[32])
{
    buf_z(out, "[");
    for (unsigned c = 0; c < 256; c++) {
        unsigned end = c;
        if (!set_has(set, c))
            continue;
        while (end < 255 && set_has(set, end + 1))
            end++;
        buf_printf(out, end > c ? "\\x%02x-\\x%02x" : "\\x%02x", c, end);
        c = end;
    }
    buf_z(out, "]");
}

static void
regex_byte(struct writer *w, const struct token *token)
{
    uint8_t set[32] = {0};
    if (token->mask == 0xff) {
        regex_bytes(w->out, &token->value, 1);
    } else if (token->mask == 0) {
        buf_z(w->out, ".");
    } else {
        for (unsigned c = 0; c < 256; c++)
            if ((c & token->mask) == token->value)
                set_range(set, c, c);
        regex_set(w->out, set);
    }
}

static void
regex_gap(struct buf *out, const struct token *token)
{
    if (token->max == GAP_ENDLESS && token->min == 0)
        buf_z(out, ".*");
    else if (token->max == GAP_ENDLESS)
        buf_printf(out, ".{%u,}", token->min);
    else if (token->max == token->min)
        buf_printf(out, ".{%u}", token->min);
    else
        buf_printf(out, ".{%u,%u}", token->min, token->max);
}

static void
regex_token(struct writer *w, const struct token *token)
{
    uint8_t set[32];
    switch (token->kind) {
    case TOKEN_BYTE:
        regex_byte(w, token);
        break;
    case TOKEN_GAP:
        if (token->max)
            regex_gap(w->out, token);
        break;
    case TOKEN_CLASS:
        class_bytes(token->class, set);
        regex_set(w->out, set);
        break;
    case TOKEN_NOT:
        write_negated(w->out, token, regex_bytes, regex_set, ".");
        break;
    default:
        buf_z(w->out, token->kind == TOKEN_OPEN ? "(" : token->kind == TOKEN_OR ? "|" : ")");
        break;
    }
}

/* One byte of the class, or the file's end on that side. */
static void
regex_side(struct buf *out, enum class class, bool is_left)
{
    uint8_t set[32];
    if (class == CLASS_NONE)
        return;
    class_bytes(class, set);
    buf_z(out, is_left ? "(^|" : "($|");
    buf_z(out, class == CLASS_LINE && !is_left ? "\\r?" : "");
    regex_set(out, set);
    buf_z(out, ")");
}

static void
write_regex(struct writer *w, const struct body *body, enum class left, enum class right)
{
    buf_z(w->out, "/");
    regex_side(w->out, left, true);
    for (size_t i = 0; i < body->count; i++)
        regex_token(w, &body->tokens[i]);
    regex_side(w->out, right, false);
    buf_z(w->out, w->nocase ? "/is" : "/s");
}

/* Sets of bytes are one step of a regular expression, but dozens of alternatives of a hex string;
 * gaps are what hex strings are better at. */
static bool
is_better_as_regex(const struct body *body, const struct body_flags *flags)
{
    enum { GAP_FEW = 1000 };
    bool has_set = false;
    for (size_t i = 0; i < body->count; i++) {
        const struct token *token = &body->tokens[i];
        if (token->kind == TOKEN_GAP && token->max > GAP_FEW)
            return false;
        has_set = has_set || token->kind == TOKEN_CLASS ||
                  (token->kind == TOKEN_NOT && token->count + token->length > 2);
    }
    return has_set && !flags->wide;
}

static errcode
check_flags(const struct body *body, const struct body_flags *flags, bool has_sides,
            struct err *err)
{
    bool changes = flags->nocase || flags->wide;
    if (flags->wide && has_sides)
        return err_set(err, ERR_UNSUPPORTED,
                       "wide text with wildcards cannot be a full word or "
                       "stand at a word's or line's end");
    for (size_t i = 0; changes && i < body->count; i++)
        if (body->tokens[i].kind == TOKEN_NOT)
            return err_set(err, ERR_FORMAT, "negated alternatives take no modifiers");
    return OK;
}

errcode
body_write(const struct body *body, const struct body_flags *flags, bool at_start, const char *name,
           struct buf *out, struct body_strings *ret, struct err *err)
{
    struct body_strings strings = {0};
    struct writer w = {.out = out, .nocase = flags->nocase};
    bool is_text = body->is_plain && (flags->nocase || flags->wide || flags->fullword);
    enum class left = body->left, right = body->right;
    if (flags->fullword && !is_text) {
        left = left ? left : CLASS_OTHER;
        right = right ? right : CLASS_OTHER;
    }
    errcode code = check_flags(body, flags, left || right, err);
    if (code != OK)
        return code;
    if (at_start)
        left = CLASS_NONE;
    buf_printf(out, "$%s = ", name);
    if (is_text) {
        write_text(body, flags, out);
    } else if (left || right || is_better_as_regex(body, flags)) {
        strings.is_shifted = left != CLASS_NONE;
        write_regex(&w, body, left, right);
    } else {
        w.wide = flags->wide && !flags->ascii;
        write_hex(&w, body);
        strings.has_second = flags->wide && flags->ascii;
    }
    buf_z(out, "\n");
    if (strings.has_second) {
        w.wide = true;
        buf_printf(out, "$%sw = ", name);
        write_hex(&w, body);
        buf_z(out, "\n");
    }
    *ret = strings;
    return buf_check(out, "a rule of a signature", err);
}
