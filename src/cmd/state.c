/* SPDX-License-Identifier: Apache-2.0 */
/* What most commands open, as the configuration says. */
#include "cmd/state.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/log.h"

errcode
vocabulary_open(const struct conf *conf, struct vocabulary *ret, struct err *err)
{
    struct vocabulary vocabulary = {0};
    const char *path = conf_text(conf, "families.file");
    errcode code = OK;
    if (path[0])
        code = file_read(path, LIMIT_TABLE_BYTES, &vocabulary.text, err);
    if (code == OK)
        code = families_new(path[0] ? path : "families.tsv", buf_view(&vocabulary.text),
                            &vocabulary.families, err);
    if (code != OK)
        vocabulary_close(&vocabulary);
    else
        *ret = vocabulary;
    return code;
}

void
vocabulary_close(struct vocabulary *vocabulary)
{
    families_free(vocabulary->families);
    buf_clear(&vocabulary->text);
    vocabulary->families = NULL;
}

errcode
state_sightings(const struct call *call, bool write, struct sightings **ret, struct err *err)
{
    return sightings_open(conf_text(call->conf, "state.folder"), write, ret, err);
}

errcode
state_path(const struct call *call, const char *name, char out[PATH_TEXT], struct err *err)
{
    return path_join(out, conf_text(call->conf, "state.folder"), name, err);
}

errcode
state_networks(const struct call *call, struct networks **ret, struct err *err)
{
    char folder[PATH_TEXT];
    errcode code = state_path(call, "networks", folder, err);
    if (code != OK)
        return code;
    struct networks *networks = networks_new();
    code = networks_load(networks, folder, err);
    if (code != OK)
        networks_free(networks);
    else
        *ret = networks;
    return code;
}

errcode
state_snapshot(const struct call *call, struct snapshot **ret, struct err *err)
{
    char folder[PATH_TEXT];
    struct err warning = {0};
    errcode code = state_path(call, "snapshot", folder, err);
    if (code == OK)
        code = snapshot_open_newest(folder, SNAPSHOT_SAFE, ret, &warning, err);
    if (code == OK && warning.code != OK)
        log_warning("%s", warning.text);
    if (code == ERR_NOT_FOUND)
        err_set(err, code, "there is no snapshot in %s yet; `khien ingest FILE…` makes one",
                folder);
    return code;
}

errcode
state_snapshot_build(const struct call *call, struct sightings *sightings, char path[PATH_TEXT],
                     struct err *err)
{
    const struct snapshot_plan plan = {
        .window_days = (uint32_t)conf_number(call->conf, "check.window_days"),
        .history_days = (uint32_t)conf_number(call->conf, "check.history_days"),
        .demonstration = conf_yes(call->conf, "campaign.demonstration"),
    };
    return sightings_snapshot_build(sightings, &plan, path, PATH_TEXT, err);
}

static struct figures_plan
figures_plan_of(const struct call *call, bool afresh)
{
    const struct conf *conf = call->conf;
    return (struct figures_plan){
        .demonstration = conf_yes(conf, "campaign.demonstration"),
        .slug = str_of(conf_text(conf, "campaign.slug")),
        .home_country = str_of(conf_text(conf, "check.home_country")),
        .baseline_from = conf_day(conf, "campaign.baseline_from"),
        .baseline_to = conf_day(conf, "campaign.baseline_to"),
        .result_from = conf_day(conf, "campaign.result_from"),
        .result_to = conf_day(conf, "campaign.result_to"),
        .target = -(int32_t)conf_number(conf, "campaign.target_percent"),
        .afresh = afresh,
    };
}

errcode
state_figures(const struct call *call, struct figures **ret, struct err *err)
{
    char folder[PATH_TEXT];
    struct err warning = {0};
    errcode code = state_path(call, "figures", folder, err);
    if (code == OK)
        code = figures_open_newest(folder, true, ret, &warning, err);
    if (code == OK && warning.code != OK)
        log_warning("%s", warning.text);
    return code;
}

errcode
state_figures_build(const struct call *call, struct sightings *sightings, bool afresh,
                    char path[PATH_TEXT], struct err *err)
{
    const struct figures_plan plan = figures_plan_of(call, afresh);
    struct networks *networks;
    errcode code = state_networks(call, &networks, err);
    if (code != OK)
        return code;
    code = figures_build(sightings, networks, &plan, path, PATH_TEXT, err);
    networks_free(networks);
    return code;
}

bool
state_figures_current(const struct call *call, struct sightings *sightings)
{
    const struct figures_plan plan = figures_plan_of(call, false);
    struct err none;
    uint64_t generation = 0;
    cleanup(cleanup_figures) struct figures *figures = NULL;
    if (state_figures(call, &figures, &none) != OK ||
        sightings_generation(sightings, &generation, &none) != OK)
        return false;
    const struct figures_meta *meta = figures_meta(figures);
    bool windows = meta->baseline_name.n || (meta->baseline.from == plan.baseline_from &&
                                             meta->baseline.to == plan.baseline_to);
    return meta->generation == generation && meta->today == clock_today() && windows &&
           meta->result.from == plan.result_from && meta->result.to == plan.result_to &&
           meta->target == plan.target && meta->demonstration == plan.demonstration &&
           str_eq(meta->slug, plan.slug) && str_eq(meta->home_country, plan.home_country);
}

errcode
state_figures_follow(const struct call *call, struct sightings *sightings, const char *done,
                     struct err *err)
{
    char path[PATH_TEXT];
    errcode code = state_figures_build(call, sightings, false, path, err);
    return code == OK ? OK
                      : err_prefix(err, "%s, but the public figures could not be built anew", done);
}
