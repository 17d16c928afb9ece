/* SPDX-License-Identifier: Apache-2.0 */
/* Scales: a height for values from zero, days from left to right, with ticks that people would
 * choose; and days grouped where they are too many (inner to the charts). */
#pragma once

#include "portal/charts/figure.h"

/* Values from 0 to TOP in steps of STEP. Labels are divided by UNIT (1, a million, a billion). */
struct axis {
    double top, step, unit;
    int decimals;
};

/* For values up to MAX (0 and absent give a small axis). Whole steps when DECIMALS is 0. */
struct axis axis_for(double max, int decimals);
/* The word for the unit, "" for one. */
const char *axis_unit(const struct axis *axis);
str axis_label(char out[NUMBER_TEXT], enum language language, const struct axis *axis,
               double value);
/* Units of width that the longest label takes. */
double axis_width(const struct figure *figure, const struct axis *axis);
/* Where a value lies between y = BOTTOM (zero) and y = TOP. */
double axis_y(const struct axis *axis, double value, double top, double bottom);

/* Points of a chart: each is one day, or the mean of STEP days from its first on. */
struct points {
    day first;
    size_t days, count;
    int step;
};

/* Groups by whole weeks where there are more than MOST days. */
struct points points_for(day first, size_t days, size_t most);
day points_day(const struct points *points, size_t point);
/* The mean of the values that are there; CHART_ABSENT when none is. */
double points_value(const struct points *points, const double *values, size_t point);
/* The same for all points; the caller frees. */
double *points_values(const struct points *points, const double *values);
/* The point that holds day D; SIZE_MAX outside. */
size_t points_find(const struct points *points, day d);
/* "Each point is the mean of 7 days" where that is so. */
void points_note(const struct points *points, const struct figure *figure);

/* Ticks and dates below a plot between x = LEFT and LEFT + WIDTH: days, weeks, months or years.
 * Takes AXIS_DAYS_HEIGHT units below BOTTOM. */
enum { AXIS_DAYS_HEIGHT = 38 };
void axis_days(const struct figure *figure, const struct points *points, double left, double width,
               double bottom);
