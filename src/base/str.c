/* SPDX-License-Identifier: Apache-2.0 */
/* Views of text: comparing, cutting, converting. */
#include "base/str.h"

#include <xxhash.h>

bool
str_eq_nocase(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

int
str_compare(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    if (order != 0)
        return order;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool
str_contains_nocase(str s, str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_eq_nocase((str){s.p + i, needle.n}, needle))
            return true;
    return false;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str
str_trim(str s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool
str_cut(str *rest, char sep, str *ret_part)
{
    if (!rest->p)
        return false;
    const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (!at) {
        *ret_part = *rest;
        *rest = (str){NULL, 0};
        return true;
    }
    size_t n = (size_t)(at - rest->p);
    *ret_part = (str){rest->p, n};
    *rest = (str){at + 1, rest->n - n - 1};
    return true;
}

bool
str_line(str *rest, str *ret_line)
{
    if (!rest->p || rest->n == 0 || !str_cut(rest, '\n', ret_line))
        return false;
    if (ret_line->n > 0 && ret_line->p[ret_line->n - 1] == '\r')
        ret_line->n--;
    return true;
}

bool
str_to_u64(str s, uint64_t max, uint64_t *ret)
{
    if (s.n == 0 || s.n > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return false;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
            return false;
    }
    if (value > max)
        return false;
    *ret = value;
    return true;
}

bool
str_to_i64(str s, int64_t *ret)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t value;
    if (!str_to_u64(negative ? str_from(s, 1) : s, (uint64_t)INT64_MAX + negative, &value))
        return false;
    *ret = (int64_t)(negative ? 0 - value : value);
    return true;
}

bool
str_to_double(str s, double *ret)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    str rest = negative ? str_from(s, 1) : s;
    str whole;
    uint64_t value;
    if (!str_cut(&rest, '.', &whole) || !str_to_u64(whole, UINT64_MAX, &value))
        return false;
    double number = (double)value;
    if (rest.p) {
        uint64_t fraction;
        if (rest.n > 15 || !str_to_u64(rest, UINT64_MAX, &fraction))
            return false;
        double scale = 1;
        for (size_t i = 0; i < rest.n; i++)
            scale *= 10;
        number += (double)fraction / scale;
    }
    *ret = negative ? -number : number;
    return true;
}

/* Lead bytes, the sequence's length and what the second byte may be (Unicode, table 3-7). */
static const struct lead {
    unsigned char first, last, length, low, high;
} leads[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

/* The length of the well-formed sequence at P, or 0. */
static size_t
utf8_sequence(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        const struct lead *lead = &leads[i];
        if (p[0] < lead->first || p[0] > lead->last)
            continue;
        if (n < lead->length || p[1] < lead->low || p[1] > lead->high)
            return 0;
        for (size_t k = 2; k < lead->length; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return lead->length;
    }
    return 0;
}

bool
str_is_utf8(str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        size_t length = utf8_sequence(p + i, s.n - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

bool
str_to_hex(str s, uint64_t *ret)
{
    uint64_t value = 0;
    if (s.n < 1 || s.n > 16)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int digit = hex_digit(s.p[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    *ret = value;
    return true;
}

bool
str_has_control(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return true;
    }
    return false;
}

/* Bytes of the character at the front of P; 0 when it is none that a terminal shows as it is. */
static size_t
shown_length(const unsigned char *p, size_t n)
{
    static const char hidden[][4] = {
        "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",
        "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
    };
    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] < 0x7f;
    size_t length = utf8_sequence(p, n);
    bool is_control = p[0] == 0xc2 && length == 2 && p[1] < 0xa0;
    if (length == 0 || is_control)
        return 0;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (length == strlen(hidden[i]) && memcmp(p, hidden[i], length) == 0)
            return 0;
    return length;
}

bool
str_is_shown(str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0, length; i < s.n; i += length) {
        length = shown_length(p + i, s.n - i);
        if (length == 0)
            return false;
    }
    return true;
}

void
str_make_shown(char *text, size_t n, const char *kept)
{
    for (size_t i = 0, length; i < n; i += length) {
        length = shown_length((const unsigned char *)text + i, n - i);
        if (length > 0)
            continue;
        length = 1;
        if (text[i] == 0 || !strchr(kept, text[i]))
            text[i] = '?';
    }
}

bool
str_copy(str s, char *out, size_t size)
{
    if (s.n >= size || (s.n && memchr(s.p, 0, s.n)))
        return false;
    if (s.n)
        memcpy(out, s.p, s.n);
    out[s.n] = 0;
    return true;
}

size_t
str_distance(str a, str b)
{
    enum { LONGEST = 64 };
    if (a.n > LONGEST || b.n > LONGEST)
        return SIZE_MAX;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
            size_t step = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < step ? change : step;
        }
    }
    return row[b.n];
}

uint64_t
str_hash(str s)
{
    return XXH3_64bits(s.p, s.n);
}
