/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, one file each. */
#pragma once

#include "cmd/command.h"

extern const struct command command_baseline;
extern const struct command command_check;
extern const struct command command_conf;
extern const struct command command_content;
extern const struct command command_feed;
extern const struct command command_fetch;
extern const struct command command_figures;
extern const struct command command_help;
extern const struct command command_ingest;
extern const struct command command_mirror;
extern const struct command command_networks;
extern const struct command command_poster;
extern const struct command command_quarantine;
extern const struct command command_ranking;
extern const struct command command_replay;
extern const struct command command_rules;
extern const struct command command_scan;
extern const struct command command_serve;
extern const struct command command_simulate;
extern const struct command command_snapshot;
extern const struct command command_stats;
extern const struct command command_top;
extern const struct command command_verify;
extern const struct command command_version;
extern const struct command command_yara;
