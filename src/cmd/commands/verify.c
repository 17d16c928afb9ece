/* SPDX-License-Identifier: Apache-2.0 */
/* khien verify: every checksum of an installation. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <dirent.h>
#include <stdio.h>

struct verifying {
    bool json;
    struct buf out;
    struct json_out list;
    uint64_t faults;
};

static void
fault(void *context, const char *message)
{
    struct verifying *verifying = context;
    verifying->faults++;
    if (verifying->json)
        json_out_z(&verifying->list, message);
    else
        buf_printf(&verifying->out, "%s\n", message);
}

static int
is_snapshot(const struct dirent *entry)
{
    return str_ends(str_of(entry->d_name), STR(".snap"));
}

static errcode
check_snapshots(const struct call *call, struct verifying *verifying, struct err *err)
{
    char folder[PATH_TEXT], path[PATH_TEXT];
    struct dirent **entries;
    errcode code = state_path(call, "snapshot", folder, err);
    if (code != OK || !file_exists(folder))
        return code;
    int count = scandir(folder, &entries, is_snapshot, alphasort);
    if (count < 0)
        return err_set_errno(err, "cannot read the folder %s", folder);
    for (int i = 0; i < count; i++) {
        struct snapshot *snapshot = NULL;
        struct err damage;
        if (path_join(path, folder, entries[i]->d_name, &damage) != OK ||
            snapshot_open(path, SNAPSHOT_RIGHT, &snapshot, &damage) != OK)
            fault(verifying, damage.text);
        snapshot_unref(snapshot);
        free(entries[i]);
    }
    free(entries);
    return OK;
}

static void
check_networks(const struct call *call, struct verifying *verifying)
{
    struct err damage;
    cleanup(cleanup_networks) struct networks *networks = NULL;
    if (state_networks(call, &networks, &damage) != OK)
        fault(verifying, damage.text);
}

static errcode
check_all(const struct call *call, struct verifying *verifying, struct err *err)
{
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    uint64_t ignored;
    errcode code = state_sightings(call, false, &sightings, err);
    if (code == OK)
        code = sightings_verify(sightings, fault, verifying, &ignored, err);
    if (code == OK)
        code = check_snapshots(call, verifying, err);
    if (code == OK)
        check_networks(call, verifying);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct verifying verifying = {.json = call_given(call, "json"), .out = BUF(256 << 20)};
    verifying.list = json_out_to(&verifying.out);
    if (verifying.json) {
        json_out_object_begin(&verifying.list);
        json_out_key(&verifying.list, "faults");
        json_out_array_begin(&verifying.list);
    }
    errcode code = check_all(call, &verifying, err);
    if (code == OK && verifying.json) {
        json_out_array_end(&verifying.list);
        json_out_object_end(&verifying.list);
        buf_char(&verifying.out, '\n');
    } else if (code == OK && verifying.faults == 0) {
        buf_z(&verifying.out, "everything is sound\n");
    }
    struct err late;
    errcode shown = output_buf(&verifying.out, "the report", code == OK ? err : &late);
    if (code == OK)
        code = shown;
    if (code == OK && verifying.faults)
        code = err_set(err, ERR_CORRUPT,
                       "%llu faults; `khien replay` repairs sets, `khien "
                       "snapshot build` makes a new snapshot",
                       (unsigned long long)verifying.faults);
    return code;
}

static const struct option options[] = {OPTION_JSON, {0}};
static const struct action actions[] = {
    {.name = "", .words = "", .needs = NEED_STATE, .options = options, .run = run},
    {0},
};
const struct command command_verify = {
    .name = "verify",
    .group = "Keeping it sound",
    .summary = "check everything that is stored against its checksums",
    .details = "Reads every archived input, every set, the database, the snapshots and the sources "
               "of the network registry. Each fault is named, one a line, and the status is then "
               "1. Nothing is changed.",
    .actions = actions,
    .see_also = "khien-replay khien-snapshot",
};
