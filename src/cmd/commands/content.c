/* SPDX-License-Identifier: Apache-2.0 */
/* khien content: the texts of the pages, checked and listed. */
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "portal/portal.h"

#include <stdio.h>

static const char *
folder_of(const struct call *call)
{
    return call->word_count ? call->words[0] : conf_text(call->conf, "content.folder");
}

static errcode
run_check(const struct call *call, struct err *err)
{
    const char *folder = folder_of(call);
    struct table *table;
    size_t faults;
    errcode code = portal_content_check(folder, &table, &faults, err);
    if (code != OK)
        return code;
    if (table_rows(table) || call_given(call, "json") || call_given(call, "csv"))
        code = output_table(call, table, err);
    table_free(table);
    if (code == OK && faults)
        return err_set(err, ERR_FORMAT, "%zu fault%s in the content", faults,
                       faults == 1 ? "" : "s");
    if (code == OK && !call_given(call, "json") && !call_given(call, "csv"))
        printf("%s is right\n", folder[0] ? folder : "the built-in content");
    return code;
}

static errcode
run_list(const struct call *call, struct err *err)
{
    struct table *table;
    errcode code = portal_content_list(folder_of(call), &table, err);
    if (code != OK)
        return code;
    code = output_table(call, table, err);
    table_free(table);
    return code;
}

static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    return grant_read(grants, folder_of(call), err);
}

static const struct option options[] = {
    OPTION_JSON,
    OPTION_CSV,
    {0},
};
static const struct action actions[] = {
    {.name = "check",
     .words = "[FOLDER]",
     .summary = "find every fault in the texts of the pages",
     .words_max = 1,
     .needs = NEED_READ,
     .grant = grant,
     .run = run_check},
    {.name = "list",
     .words = "[FOLDER]",
     .summary = "list the texts, and which of them are shown today",
     .words_max = 1,
     .needs = NEED_READ,
     .grant = grant,
     .run = run_list},
    {0},
};
const struct command command_content = {
    .name = "content",
    .group = "Answers out",
    .summary = "check or list the texts of the pages",
    .details =
        "The pages are made of Markdown files in two languages: tools, guides, alerts, press "
        "releases, campaigns and statements. The program has built-in ones; FOLDER, or "
        "`content.folder` of the configuration, replaces those of the same name and adds others. "
        "`docs/content.md` explains the form.\n\n"
        "What is refused keeps a running server at the content that it has; what is wrong is shown "
        "to visitors and should be mended; a remark is worth knowing. `check` ends with status 1 "
        "unless there are remarks only.",
    .actions = actions,
    .options = options,
    .examples =
        (const struct example[]){
            {"khien content check /etc/khien/content", "Before copying an edit to the server:"},
            {"khien content list --json", "Which texts there are, for a script:"},
            {0}},
    .see_also = "khien-serve khien.conf.5",
};
