/* SPDX-License-Identifier: Apache-2.0 */
/* The table of khien's commands. */
#include "cmd/commands/commands.h"

const char program_name[] = "khien";
const bool program_has_manual = true;
const char program_summary[] = "feeds in, connections checked, the clean-up measured";

const char *const command_groups[] = {
    "Feeds in",         "Answers out",        "Measuring", "Finding malware",
    "Keeping it sound", "About this program", NULL};

const struct command *const commands[] = {
    &command_ingest,     &command_feed,
    &command_fetch,      &command_figures,
    &command_mirror,     &command_networks,
    &command_serve,      &command_poster,
    &command_check,      &command_snapshot,
    &command_stats,      &command_baseline,
    &command_ranking,    &command_simulate,
    &command_content,    &command_conf,
    &command_top,        &command_verify,
    &command_replay,     &command_help,
    &command_version,    &command_scan,
    &command_yara,       &command_rules,
    &command_quarantine, NULL,
};

const struct option global_options[] = {
    {"config", "FILE", NULL, "read this configuration (khien.conf(5))", 'c'},
    {"no-sandbox", NULL, NULL, "do not enter the sandbox; only for finding faults in it", 0},
    {"help", NULL, NULL, "show help and exit", 'h'},
    {"version", NULL, NULL, "show the version and exit", 'V'},
    {0},
};
