/* SPDX-License-Identifier: Apache-2.0 */
/* A str is a view: pointer and length, not owned, not terminated. Input is
 * handled as views into its own buffer, so that nothing is copied to be read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const char *p;
    size_t n;
} str;

#define STR(literal) ((str){(literal), sizeof(literal) - 1})
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p

/* The view of a terminated string; NULL gives the empty view. */
static inline str
str_of(const char *z)
{
    return (str){z, z ? strlen(z) : 0};
}

static inline bool
str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_starts(str s, str head)
{
    return s.n >= head.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0);
}

static inline bool
str_ends(str s, str tail)
{
    return s.n >= tail.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

/* The view from byte FROM to the end; empty when FROM is past it. */
static inline str
str_from(str s, size_t from)
{
    return from >= s.n ? (str){NULL, 0} : (str){s.p + from, s.n - from};
}

/* ASCII case is ignored; other bytes must be the same. */
bool str_eq_nocase(str a, str b);
/* Orders like memcmp, the shorter one first. */
int str_compare(str a, str b);
/* Position of the first NEEDLE, or SIZE_MAX. */
size_t str_find(str s, str needle);
bool str_contains_nocase(str s, str needle);
/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
str str_trim(str s);
/* Takes the part of *REST before SEP into *RET_PART and leaves what follows in *REST.
 * Returns false when *REST was used up (its p is then NULL). */
bool str_cut(str *rest, char sep, str *ret_part);
/* Takes one line without its LF or CRLF; false at the end. */
bool str_line(str *rest, str *ret_line);
/* Decimal digits only, at most MAX; false leaves *RET alone. */
bool str_to_u64(str s, uint64_t max, uint64_t *ret);
/* Optional '-' and decimal digits within int64. */
bool str_to_i64(str s, int64_t *ret);
/* Hexadecimal digits of either case, 1 to 16 of them, and nothing else. */
bool str_to_hex(str s, uint64_t *ret);
/* A decimal number such as -1.5; no exponent, no locale. */
bool str_to_double(str s, double *ret);
/* Well-formed UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). */
bool str_is_utf8(str s);
/* True when a byte below 0x20 other than tab, LF and CR, or 0x7f, occurs. */
bool str_has_control(str s);
/* True for text that a terminal shows as one line and as it is written: UTF-8 without control
 * characters (of C0 and C1) and without marks that turn the direction of what follows. */
bool str_is_shown(str s);
/* Puts '?' for each byte of what is not shown so, but for the characters KEPT. */
void str_make_shown(char *text, size_t n, const char *kept);
/* Copies to OUT (SIZE bytes), terminated; false when it does not fit or holds a NUL byte. */
bool str_copy(str s, char *out, size_t size);
/* The edit distance (Levenshtein) of two short words, for "did you mean". Both at most 64 bytes;
 * longer ones give SIZE_MAX. */
size_t str_distance(str a, str b);
/* A 64-bit hash for tables in memory; never stored. */
uint64_t str_hash(str s);

static inline char
ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
static inline char
ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}
static inline bool
ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
/* The value of a hexadecimal digit; -1 when C is none. */
static inline int
hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
