/* SPDX-License-Identifier: Apache-2.0 */
/* khien stats: the measures, as tables. */
#include "base/cleanup.h"
#include "cmd/commands/commands.h"
#include "cmd/measure_options.h"
#include "cmd/output.h"
#include "cmd/suggest.h"

#include <stdio.h>

static errcode
unknown(const char *name, struct err *err)
{
    struct suggestion near = suggestion_for(str_of(name));
    for (const struct measure *measure = measures; measure->name; measure++)
        suggestion_try(&near, measure->name);
    if (near.best)
        return err_set(err, ERR_USAGE, "there is no measure \"%s\"; did you mean \"%s\"?", name,
                       near.best);
    return err_set(err, ERR_USAGE, "there is no measure \"%s\"; `khien stats` lists them", name);
}

static errcode
list_measures(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {{"measure", TABLE_TEXT, 0},
                                                  {"summary", TABLE_TEXT, 0}};
    cleanup(cleanup_table) struct table *table = table_new(columns, 2);
    for (const struct measure *measure = measures; measure->name; measure++) {
        table_row(table);
        table_put_z(table, "measure", measure->name);
        table_put_z(table, "summary", measure->summary);
    }
    return output_table(call, table, err);
}

static errcode
compute(const struct call *call, const struct measure *measure, struct err *err)
{
    struct measure_inputs inputs = {0};
    cleanup(cleanup_table) struct table *table = NULL;
    errcode code = measure_inputs_open(call, measure, &inputs, err);
    if (code == OK)
        code = measure->compute(&inputs.request, &table, err);
    if (code == OK && conf_yes(call->conf, "campaign.demonstration"))
        table_note(table, "DEMONSTRATION: these data are simulated");
    if (code == OK)
        code = output_table(call, table, err);
    measure_inputs_close(&inputs);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    if (call->word_count == 0)
        return list_measures(call, err);
    const struct measure *measure = measure_find(str_of(call->words[0]));
    return measure ? compute(call, measure, err) : unknown(call->words[0], err);
}

static const struct action actions[] = {
    {.name = "",
     .words = "[MEASURE]",
     .words_max = 1,
     .needs = NEED_STATE,
     .options = measure_options,
     .grant = measure_grant,
     .run = run},
    {0},
};
const struct command command_stats = {
    .name = "stats",
    .group = "Measuring",
    .summary = "compute a measure from the stored sets",
    .details =
        "Without MEASURE the measures are listed: `daily`, `mean`, `hourly`, `churn`, `survival`, "
        "`recurrence`, `top`, `compare`, `health`, `networks` and `estimate`; docs/measures.md "
        "tells the method and the source of each. Without `--from` and `--to` all stored days are "
        "taken; `compare` takes its windows from the options or from the configuration's campaign. "
        "Days count in UTC, both ends included. Numbers across a broken source say so: see the "
        "columns `comparable` and `reasons`.\n\n"
        "`daily --json` is a list of objects with `day`, `class`, `family`, `distinct` and more.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien stats daily --from 2026-11-01 --to 2026-11-30 --family mirai --csv",
             "Addresses with Mirai on each day of November:"},
            {"khien stats networks --by province", "Where they are:"},
            {"khien stats compare --baseline first", "How far the campaign is from its target:"},
            {0}},
    .see_also = "khien-baseline khien-ranking khien.conf.5",
};
