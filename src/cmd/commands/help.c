/* SPDX-License-Identifier: Apache-2.0 */
/* khien help, khien version */
#include "cmd/commands/commands.h"
#include "cmd/suggest.h"

#include <stdio.h>

static errcode
unknown(const char *name, struct err *err)
{
    struct suggestion near = suggestion_for(str_of(name));
    for (size_t i = 0; commands[i]; i++)
        suggestion_try(&near, commands[i]->name);
    if (near.best)
        return err_set(err, ERR_USAGE, "there is no command \"%s\"; did you mean \"%s\"?", name,
                       near.best);
    return err_set(err, ERR_USAGE, "there is no command \"%s\"; `khien --help` lists them", name);
}

static errcode
write_text(const struct command *command, bool manual, const struct action *action)
{
    struct buf out = BUF(1 << 20);
    if (manual && command)
        manual_command(command, &out);
    else if (manual)
        manual_program(&out);
    else if (command)
        help_call(command, action, &out);
    else
        help_program(&out);
    fwrite(out.p, 1, out.n, stdout);
    buf_clear(&out);
    return OK;
}

static errcode
run(const struct call *call, struct err *err)
{
    const struct command *command = NULL;
    const struct action *action = NULL;
    if (call->word_count > 0) {
        command = command_find(str_of(call->words[0]));
        if (!command)
            return unknown(call->words[0], err);
    }
    if (call->word_count > 1) {
        action = action_find(command, str_of(call->words[1]));
        if (!action)
            return err_set(err, ERR_USAGE, "there is no \"%s %s\"; `khien %s --help` lists them",
                           command->name, call->words[1], command->name);
    }
    return write_text(command, call_given(call, "manual"), action);
}

static errcode
list(void)
{
    for (size_t i = 0; commands[i]; i++)
        puts(commands[i]->name);
    return OK;
}

static errcode
completion(void)
{
    struct buf out = BUF(1 << 20);
    completion_bash(&out);
    fwrite(out.p, 1, out.n, stdout);
    buf_clear(&out);
    return OK;
}

static errcode
run_or_list(const struct call *call, struct err *err)
{
    if (call_given(call, "completion"))
        return completion();
    return call_given(call, "names") ? list() : run(call, err);
}

static const struct option options[] = {
    {"manual", NULL, NULL, "write the manual page as mdoc(7) instead", 0},
    {"names", NULL, NULL, "list the names of the commands, one a line", 0},
    {"completion", NULL, NULL, "write the completion for bash", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "[COMMAND [ACTION]]",
     .words_max = 2,
     .without_conf = true,
     .options = options,
     .run = run_or_list},
    {0},
};
const struct command command_help = {
    .name = "help",
    .group = "About this program",
    .summary = "show how the program or one command is used",
    .details = "The same as `khien COMMAND --help`.",
    .actions = actions,
    .examples = (const struct example[]){{"khien help ingest", "How feeds are taken in:"}, {0}},
    .see_also = "khien-version",
};

static errcode
show_version(const struct call *call, struct err *err)
{
    (void)call;
    (void)err;
    printf("khien %s\n", KHIEN_VERSION);
    return OK;
}

static const struct action version_actions[] = {
    {.name = "", .words = "", .without_conf = true, .run = show_version},
    {0},
};
const struct command command_version = {
    .name = "version",
    .group = "About this program",
    .summary = "show the version",
    .details = "Prints the program's name and version, one line.",
    .actions = version_actions,
    .see_also = "khien-help",
};
