/* SPDX-License-Identifier: Apache-2.0 */
/* What most commands open, as the configuration says. */
#include "cmd/state.h"

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
