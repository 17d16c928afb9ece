/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/measures/windows.h"

errcode
windows_check(struct measure_window before, struct measure_window after, struct err *err)
{
    if (before.from > before.to || after.from > after.to)
        return err_set(err, ERR_USAGE, "a window ends before it begins");
    if (window_days(before) != window_days(after))
        return err_set(err, ERR_USAGE,
                       "the baseline window has %zu days, the result window %zu; only windows of "
                       "the same length are compared",
                       window_days(before), window_days(after));
    if (before.to >= after.from)
        return err_set(err, ERR_USAGE, "the result window must begin after the baseline window");
    return OK;
}

static day
choose_length(const struct scope *scope, struct measure_window before, struct measure_window after)
{
    if (window_given(before))
        return before.to - before.from + 1;
    if (window_given(after))
        return after.to - after.from + 1;
    if (scope_empty(scope))
        return 0;
    day half = (scope->to - scope->from + 1) / 2, wanted = (day)scope->request->window_days;
    return half < wanted ? half : wanted;
}

errcode
windows_choose(const struct scope *scope, struct measure_window *before,
               struct measure_window *after, bool *ret_enough, struct err *err)
{
    day length = choose_length(scope, *before, *after);
    bool given = window_given(*before) && window_given(*after);
    *ret_enough = length > 0 && (given || !scope_empty(scope));
    if (!*ret_enough)
        return given ? windows_check(*before, *after, err) : OK;
    if (!window_given(*before))
        *before = (struct measure_window){scope->from, scope->from + length - 1};
    if (!window_given(*after))
        *after = (struct measure_window){scope->to - length + 1, scope->to};
    return windows_check(*before, *after, err);
}
