/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan, the small program for everyone: its commands are khien's, as far as they need neither
 * configuration nor database. */
#include "cmd/commands/commands.h"
#include "cmd/khien_scan/guide.h"
#include "cmd/khien_scan/install.h"
#include "cmd/khien_scan/licences.h"
#include "cmd/scan/rules.h"

const char program_name[] = "khien-scan";
const bool program_has_manual = false;
const char program_summary[] = "find malware on this computer, and remove it";

static const struct action rules_actions[] = {{.name = "update",
                                               .words = "",
                                               .summary =
                                                   "replace the installed pack by a newer one",
                                               .needs = NEED_OUTPUT,
                                               .options = install_options,
                                               .grant = install_grant,
                                               .run = install_run},
                                              RULES_ACTION_VERIFY,
                                              RULES_ACTION_INFO,
                                              {0}};
static const struct example rules_examples[] = {
    {"khien-scan rules update --from https://chiendich.example.vn/rules", "The newest:"},
    {"khien-scan rules update --from /media/usb/rules.pack", "From a USB stick:"},
    {"khien-scan rules verify rules.pack --public-key pack.key.pub", "Is it ours and whole?"},
    {NULL, NULL},
};
static const struct command command_own_rules = {
    .name = "rules",
    .group = "Finding malware",
    .summary = "install, check and describe packs of rules",
    .actions = rules_actions,
    .examples = rules_examples,
};

const char *const command_groups[] = {"Finding malware", "About this program", NULL};
const struct command *const commands[] = {&command_guide,     &command_scan,
                                          &command_own_rules, &command_quarantine,
                                          &command_licences,  NULL};

const struct option global_options[] = {
    {"no-sandbox", NULL, NULL, "do not enter the sandbox; only for finding faults in it", 0},
    {"help", NULL, NULL, "show help and exit", 'h'},
    {"version", NULL, NULL, "show the version and exit", 'V'},
    {0},
};
