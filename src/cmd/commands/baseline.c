/* SPDX-License-Identifier: Apache-2.0 */
/* khien baseline: freezes the counts that a campaign is measured against. */
#include "base/cleanup.h"
#include "cmd/commands/commands.h"
#include "cmd/measure_options.h"
#include "cmd/output.h"

#include <stdio.h>

static const char *
name_of(const struct call *call)
{
    return call->word_count ? call->words[0] : conf_text(call->conf, "campaign.slug");
}

/* The options' period, else the campaign's. */
static errcode
baseline_window(const struct call *call, struct measure_request *request, struct err *err)
{
    errcode code = measure_filters(call, request, err);
    if (code != OK)
        return code;
    if ((request->from == DAY_NONE) != (request->to == DAY_NONE))
        return err_set(err, ERR_USAGE, "--from and --to need each other");
    if (request->from == DAY_NONE) {
        request->from = conf_day(call->conf, "campaign.baseline_from");
        request->to = conf_day(call->conf, "campaign.baseline_to");
    }
    if (request->from == DAY_NONE || request->to == DAY_NONE)
        return err_set(err, ERR_USAGE,
                       "which days? give --from and --to, or campaign.baseline_from and "
                       "campaign.baseline_to in the configuration");
    request->baseline = (struct measure_window){request->from, request->to};
    return OK;
}

static errcode
run_freeze(const struct call *call, struct err *err)
{
    struct measure_request request = MEASURE_REQUEST;
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = baseline_window(call, &request, err);
    if (code == OK)
        code = state_sightings(call, true, &sightings, err);
    request.sightings = sightings;
    if (code == OK)
        code = measure_baseline_freeze(&request, str_of(name_of(call)), call_given(call, "replace"),
                                       err);
    char from[DAY_TEXT], to[DAY_TEXT];
    if (code == OK)
        printf("baseline %s: %s to %s\n", name_of(call), day_format(request.from, from),
               day_format(request.to, to));
    if (code == OK)
        code = state_figures_follow(call, sightings, "the baseline is frozen", err);
    return code;
}

static errcode
run_show(const struct call *call, struct err *err)
{
    char setting[160];
    struct buf text = BUF(64 << 20);
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    snprintf(setting, sizeof setting, "baseline.%s", name_of(call));
    errcode code = state_sightings(call, false, &sightings, err);
    if (code == OK)
        code = sightings_setting(sightings, setting, &text, err);
    if (code == OK && text.n == 0)
        code = err_set(err, ERR_NOT_FOUND,
                       "there is no baseline \"%s\"; `khien baseline freeze` makes one",
                       name_of(call));
    if (code == OK)
        buf_char(&text, '\n');
    else
        buf_reset(&text);
    struct err late;
    errcode shown = output_buf(&text, "the baseline", code == OK ? err : &late);
    return code == OK ? shown : code;
}

static const struct option freeze_options[] = {
    {"from", "DAY", NULL, "first day; else the configuration's campaign.baseline_from", 0},
    {"to", "DAY", NULL, "last day; else the configuration's campaign.baseline_to", 0},
    {"class", "CLASS", NULL, "only this class; else infected-system", 0},
    {"family", "FAMILY", NULL, "only this malware family", 0},
    {"source", "NAME", NULL, "only this source", 0},
    {"replace", NULL, NULL, "replace one that is there", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "freeze",
     .words = "[NAME]",
     .summary = "keep the counts of a window for ever",
     .words_max = 1,
     .needs = NEED_WRITE,
     .options = freeze_options,
     .run = run_freeze},
    {.name = "show",
     .words = "[NAME]",
     .summary = "show what was frozen, as JSON",
     .words_max = 1,
     .needs = NEED_STATE,
     .run = run_show},
    {0},
};
const struct command command_baseline = {
    .name = "baseline",
    .group = "Measuring",
    .summary = "freeze the counts that a campaign is measured against",
    .details =
        "A baseline holds the distinct addresses of each day and family of a window, so that "
        "nothing that arrives later can move what the campaign promised against. Without "
        "NAME it is called by the campaign's slug.",
    .actions = actions,
    .examples = (const struct example[]){{"khien baseline freeze --from 2026-09-01 --to 2026-09-30",
                                          "September, under the campaign's slug:"},
                                         {"khien stats compare --baseline chien-dich",
                                          "Measure against it:"},
                                         {0}},
    .see_also = "khien-stats khien.conf.5",
};
