/* SPDX-License-Identifier: Apache-2.0 */
/* Two windows of one length, the later after the earlier. */
#pragma once

#include "sightings/measures/scope.h"

static inline bool
window_given(struct measure_window window)
{
    return window.from != DAY_NONE && window.to != DAY_NONE;
}
static inline size_t
window_days(struct measure_window window)
{
    return (size_t)(window.to - window.from) + 1;
}
/* Fills in what is not given: the first and the last days of the scope's period, as many as the
 * request's window_days, at most half of it. *RET_ENOUGH is false when there are too few days.
 * Windows of different lengths, or that overlap, are ERR_USAGE. */
errcode windows_choose(const struct scope *scope, struct measure_window *before,
                       struct measure_window *after, bool *ret_enough, struct err *err);
/* ERR_USAGE for windows that cannot be compared. */
errcode windows_check(struct measure_window before, struct measure_window after, struct err *err);
