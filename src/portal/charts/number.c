/* SPDX-License-Identifier: Apache-2.0 */
/* No locale: each answer has its own language. Digits are made from integers, since printf of a
 * double costs more than all the rest of a chart. */
#include "portal/charts/number.h"

#include <math.h>
#include <stdio.h>

#define MINUS "\xe2\x88\x92"
#define DASH "\xe2\x80\x93"
#define PERCENT "\xc2\xa0%" /* a blank where no line breaks */

enum { DECIMALS_MAX = 6 };
static const uint64_t powers[DECIMALS_MAX + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000};

bool
number_is_there(double value)
{
    return value >= 0 && value <= 1e18; /* false for NaN */
}

static str
huge_text(char *out, enum language language, double value)
{
    int n = snprintf(out, NUMBER_TEXT, "%.1e", value);
    for (int i = 0; i < n && language == LANGUAGE_VI; i++)
        if (out[i] == '.')
            out[i] = ',';
    return (str){out, (size_t)n};
}

/* The digits of N from the right into END, grouped by three; returns where they begin. */
static char *
grouped(char *end, uint64_t n, char separator)
{
    for (int digits = 0; n || !digits; digits++, n /= 10) {
        if (digits && digits % 3 == 0)
            *--end = separator;
        *--end = (char)('0' + n % 10);
    }
    return end;
}

str
number_text(char out[NUMBER_TEXT], enum language language, double value, int decimals)
{
    if (!isfinite(value))
        return STR(DASH);
    decimals = decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
    double size = fabs(value);
    if (size >= 1e15)
        return huge_text(out, language, value);
    while (decimals > 0 && size * (double)powers[decimals] >= 1e18)
        decimals--;
    uint64_t units = (uint64_t)(size * (double)powers[decimals] + 0.5);
    char *end = out + NUMBER_TEXT, *at = end;
    uint64_t rest = units % powers[decimals];
    for (int i = 0; i < decimals; i++, rest /= 10)
        *--at = (char)('0' + rest % 10);
    if (decimals)
        *--at = language == LANGUAGE_VI ? ',' : '.';
    at = grouped(at, units / powers[decimals], language == LANGUAGE_VI ? '.' : ',');
    if (value < 0 && units) {
        at -= sizeof MINUS - 1;
        memcpy(at, MINUS, sizeof MINUS - 1);
    }
    return (str){at, (size_t)(end - at)};
}

static str
with_percent(char *out, str number, bool plus)
{
    size_t n = number.n;
    memmove(out + plus, number.p, n);
    if (plus)
        out[0] = '+';
    memcpy(out + plus + n, PERCENT, sizeof PERCENT - 1);
    return (str){out, plus + n + sizeof PERCENT - 1};
}

str
number_change(char out[NUMBER_TEXT], enum language language, double percent)
{
    str number = number_text(out, language, percent, 2);
    return isfinite(percent) ? with_percent(out, number, percent >= 0.005) : number;
}

str
number_percent(char out[NUMBER_TEXT], enum language language, double percent)
{
    int decimals = 0;
    while (decimals < 2 && fabs(percent * (double)powers[decimals] -
                                round(percent * (double)powers[decimals])) > 1e-6)
        decimals++;
    str number = number_text(out, language, percent, decimals);
    return isfinite(percent) ? with_percent(out, number, false) : number;
}

str
number_day(char out[NUMBER_TEXT], enum language language, day d)
{
    if (d == DAY_NONE)
        return STR(DASH);
    return str_of(language == LANGUAGE_VI ? day_format_vi(d, out) : day_format(d, out));
}

str
number_day_month(char out[NUMBER_TEXT], enum language language, day d)
{
    str text = number_day(out, language, d);
    return language == LANGUAGE_VI ? (str){text.p, 5} : str_from(text, 5);
}

str
number_month(char out[NUMBER_TEXT], enum language language, day d)
{
    str text = number_day(out, language, d);
    return language == LANGUAGE_VI ? str_from(text, 3) : (str){text.p, 7};
}
