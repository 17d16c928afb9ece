/* SPDX-License-Identifier: Apache-2.0 */
/* The string module. Numbers are read as C's strtoll reads them, which libyara calls: white space,
 * a sign, the base's prefix; here without a locale. */
#include "scan/modules/modules.h"

static int
digit_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 36;
}

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* "0x" counts as a prefix only before a digit of base 16; else its 0 is a number of its own. */
static bool
has_hex_prefix(str s)
{
    return s.n > 2 && s.p[0] == '0' && ascii_lower(s.p[1]) == 'x' && digit_value(s.p[2]) < 16;
}

/* Digits to the end of S; false on none, another character, or a number past LIMIT. */
static bool
read_digits(str s, int base, uint64_t limit, uint64_t *ret)
{
    uint64_t number = 0;
    for (size_t i = 0; i < s.n; i++) {
        int digit = digit_value(s.p[i]);
        if (digit >= base || number > (limit - (uint64_t)digit) / (uint64_t)base)
            return false;
        number = number * (uint64_t)base + (uint64_t)digit;
    }
    *ret = number;
    return s.n > 0;
}

/* Up to a NUL byte, which ends a string of C. BASE is 0 (as the prefix says) or 2 to 36. */
static struct value
read_number(str s, int base)
{
    const char *end = s.n ? memchr(s.p, 0, s.n) : NULL;
    if (end)
        s.n = (size_t)(end - s.p);
    while (s.n > 0 && is_space(s.p[0]))
        s = str_from(s, 1);
    bool negative = s.n > 0 && s.p[0] == '-';
    if (negative || (s.n > 0 && s.p[0] == '+'))
        s = str_from(s, 1);
    if ((base == 0 || base == 16) && has_hex_prefix(s)) {
        base = 16;
        s = str_from(s, 2);
    } else if (base == 0) {
        base = s.n > 0 && s.p[0] == '0' ? 8 : 10;
    }
    uint64_t number;
    if (!read_digits(s, base, (uint64_t)INT64_MAX + negative, &number))
        return value_undefined();
    return value_integer((int64_t)(negative ? 0 - number : number));
}

static struct value
to_int(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    (void)self;
    return read_number(arguments[0].s, 0);
}

static struct value
to_int_base(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    (void)self;
    int64_t base = arguments[1].i;
    if (base != 0 && (base < 2 || base > 36))
        return value_undefined();
    return read_number(arguments[0].s, (int)base);
}

static struct value
length(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    (void)self;
    return value_integer((int64_t)arguments[0].s.n);
}

static const struct overload to_int_overloads[] = {
    {"s", 'i', to_int},
    {"si", 'i', to_int_base},
    {NULL, 0, NULL},
};
static const struct overload length_overloads[] = {{"s", 'i', length}, {NULL, 0, NULL}};
static const struct field fields[] = {
    {.name = "to_int", .kind = FIELD_FUNCTION, .overloads = to_int_overloads},
    {.name = "length", .kind = FIELD_FUNCTION, .overloads = length_overloads},
};
static const struct constant constants[] = {{.name = NULL}};

const struct module string_module = {
    .name = "string",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
