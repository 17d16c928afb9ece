/* SPDX-License-Identifier: Apache-2.0 */
/* khien version */
#include "cmd/commands/commands.h"

#include <stdio.h>

static errcode
run(const struct call *call, struct err *err)
{
    (void)call;
    (void)err;
    printf("khien %s\n", KHIEN_VERSION);
    return OK;
}

static const struct action actions[] = {
    {.name = "", .words = "", .without_conf = true, .run = run},
    {0},
};
const struct command command_version = {
    .name = "version",
    .group = "About this program",
    .summary = "show the version",
    .details = "Prints the program's name and version, one line.",
    .actions = actions,
    .see_also = "khien-help",
};
