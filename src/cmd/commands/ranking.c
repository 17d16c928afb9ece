/* SPDX-License-Identifier: Apache-2.0 */
/* khien ranking: the families that a campaign is about, computed or chosen. */
#include "base/cleanup.h"
#include "cmd/commands/commands.h"
#include "cmd/measure_options.h"
#include "cmd/output.h"

static errcode
run_show(const struct call *call, struct err *err)
{
    struct measure_request request = MEASURE_REQUEST;
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    cleanup(cleanup_table) struct table *table = NULL;
    errcode code = measure_filters(call, &request, err);
    if (code == OK)
        code = state_sightings(call, false, &sightings, err);
    request.sightings = sightings;
    if (code == OK)
        code = measure_top(&request, &table, err);
    return code == OK ? output_table(call, table, err) : code;
}

static errcode
store_list(const struct call *call, str list, struct err *err)
{
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, true, &sightings, err);
    if (code == OK)
        code = measure_ranking_set(sightings, list, err);
    return code == OK ? state_figures_follow(call, sightings, "the families are chosen", err)
                      : code;
}

static errcode
run_set(const struct call *call, struct err *err)
{
    struct buf list = BUF(1 << 20);
    for (size_t i = 0; i < call->word_count; i++) {
        if (i)
            buf_char(&list, ',');
        buf_z(&list, call->words[i]);
    }
    errcode code = buf_check(&list, "the list of families", err);
    if (code == OK)
        code = store_list(call, buf_view(&list), err);
    buf_clear(&list);
    return code;
}

static errcode
run_reset(const struct call *call, struct err *err)
{
    return store_list(call, STR(""), err);
}

static const struct action actions[] = {
    {.name = "show",
     .words = "",
     .summary = "show the ten largest families, or those chosen",
     .needs = NEED_STATE,
     .options = filter_options,
     .run = run_show},
    {.name = "set",
     .words = "FAMILY…",
     .summary = "choose them, in this order",
     .words_min = 1,
     .words_max = 1000,
     .needs = NEED_WRITE,
     .run = run_set},
    {.name = "reset",
     .words = "",
     .summary = "go back to the computed ones",
     .needs = NEED_WRITE,
     .run = run_reset},
    {0},
};
const struct command command_ranking = {
    .name = "ranking",
    .group = "Measuring",
    .summary = "show or choose the largest families",
    .details = "Families are ranked by address-days over the last thirty days: the sum of each "
               "day's distinct addresses. A campaign may name its families once and keep to them.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien ranking set mirai avalanche necurs", "Keep to three families:"}, {0}},
    .see_also = "khien-baseline khien-stats",
};
