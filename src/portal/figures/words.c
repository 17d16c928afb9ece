/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons in the visitor's words: the same facts that commands print in English. */
#include "portal/figures/view.h"

#include "base/require.h"
#include "portal/html.h"

static const char *
state_words(enum health_state state)
{
    switch (state) {
    case HEALTH_MISSING:
        return N_("source {source}: no data");
    case HEALTH_SHRUNK:
        return N_("source {source}: far fewer data than usual");
    case HEALTH_GROWN:
        return N_("source {source}: far more data than usual");
    case HEALTH_POLICY:
        return N_("source {source}: what it counts has changed");
    case HEALTH_FIRST:
        return N_("source {source}: first day of its data");
    default:
        return N_("source {source}: a gap that is explained");
    }
}

static void
put_days(enum language language, day from, day to, struct buf *out)
{
    char first[DAY_TEXT], last[DAY_TEXT];
    buf_str(out, day_words(language, from, first));
    if (to > from)
        buf_printf(out, " – %.*s", STR_ARG(day_words(language, to, last)));
}

void
reason_words(enum language language, const struct reason *reason, bool with_days, struct buf *out)
{
    struct buf days = BUF(128);
    const char *text = NULL;
    str name = reason->name;
    put_days(language, reason->from, reason->to > reason->from ? reason->to : reason->from, &days);
    switch (reason->kind) {
    case REASON_STATE:
        name = reason->series->source;
        text = state_words(reason->series->days[reason->from - reason->series->first].state);
        break;
    case REASON_UNREPORTED:
        days.n = 0;
        text = name.n ? N_("no source reported {source}") : N_("no source reported anything");
        break;
    case REASON_UNFINISHED:
        text = N_("the day is not over");
        break;
    case REASON_BORDERS:
        text = N_("provinces have other borders from this day on");
        break;
    case REASON_FIRST_DAY:
        days.n = 0;
        text = N_("the first day has nothing before it to compare with");
        break;
    case REASON_NO_BASELINE:
        days.n = 0;
        text = N_("nothing was seen in the baseline period");
        break;
    }
    text_message(out, catalog_text(language, text), &(const struct html_argument){"source", name},
                 1);
    if (with_days && reason->from != DAY_NONE && days.n)
        buf_printf(out, " (%.*s)", STR_ARG(buf_view(&days)));
    buf_clear(&days);
}

size_t
reasons_words(enum language language, const struct reasons *reasons, bool with_days,
              struct buf *room, str *out, size_t max)
{
    size_t count = reasons->count < max ? reasons->count : max;
    size_t *starts = mem_calloc(count + 1, sizeof *starts);
    for (size_t i = 0; i < count; i++) {
        starts[i] = room->n;
        reason_words(language, &reasons->facts[i], with_days, room);
    }
    starts[count] = room->n;
    for (size_t i = 0; i < count; i++)
        out[i] = (str){room->p + starts[i], starts[i + 1] - starts[i]};
    free(starts);
    return count;
}
