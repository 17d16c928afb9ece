/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and dates as each language writes them: 1.234.567, 12,5 % and 24/11/2026 in Vietnamese;
 * 1,234,567, 12.5 % and 2026-11-24 in English. Each writes to OUT and returns a view of it. */
#pragma once

#include "base/catalog.h"
#include "base/clock.h"

enum { NUMBER_TEXT = 64 };

/* Present, not negative, and no larger than any count. */
bool number_is_there(double value);
/* "–" for what is not finite; from 1e15 on, where a double has no unit left, as 1,5e+20. */
str number_text(char out[NUMBER_TEXT], enum language language, double value, int decimals);
/* With sign and two decimals: "+1,63 %", "−50,00 %". */
str number_change(char out[NUMBER_TEXT], enum language language, double percent);
/* The same without a sign before a rise and with as few decimals as it needs: "−50 %". */
str number_percent(char out[NUMBER_TEXT], enum language language, double percent);
str number_day(char out[NUMBER_TEXT], enum language language, day d);
/* Day and month, month and year. */
str number_day_month(char out[NUMBER_TEXT], enum language language, day d);
str number_month(char out[NUMBER_TEXT], enum language language, day d);
