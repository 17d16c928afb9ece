/* SPDX-License-Identifier: Apache-2.0 */
/* The manual pages of section 1, from the same tables as --help. */
#include "cmd/command.h"
#include "cmd/mdoc.h"

#include <stdio.h>

static const char exit_status[] =
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds\n"
    ".It 0\nIt was done; nothing was found to be wrong.\n"
    ".It 1\nIt failed, or damage or a fault was found; standard error says which.\n"
    ".It 2\nThe call itself is wrong: an unknown command or option, a missing word.\n"
    ".El\n";

static void
manual_options(struct buf *out, const struct option *option)
{
    if (!option || !option->name)
        return;
    buf_z(out, ".Bl -tag -width Ds\n");
    for (; option->name; option++) {
        buf_z(out, ".It ");
        if (option->letter)
            buf_printf(out, "Fl %c , ", option->letter);
        buf_printf(out, "Fl -%s", option->name);
        if (option->value) {
            buf_z(out, " Ar ");
            mdoc_inline(out, option->value);
        }
        buf_char(out, '\n');
        char text[500];
        snprintf(text, sizeof text, "%c%s.", ascii_upper(option->help[0]), option->help + 1);
        mdoc_text(out, text);
        if (option->fallback) {
            buf_z(out, "Default:\n.Ql \\&");
            mdoc_inline(out, option->fallback);
            buf_z(out, " .\n");
        }
    }
    buf_z(out, ".El\n");
}

static void
synopsis(struct buf *out, const struct command *command)
{
    buf_z(out, ".Sh SYNOPSIS\n");
    for (const struct action *action = command->actions; action->run; action++) {
        buf_printf(out, ".Nm khien %s", command->name);
        if (action->name[0])
            buf_printf(out, " Cm %s", action->name);
        if (action->words[0])
            buf_printf(out, " Ar %s", action->words);
        buf_z(out, action->options || command->options ? " Op Ar option ...\n" : "\n");
    }
}

static void
manual_actions(struct buf *out, const struct command *command)
{
    if (!command->actions[0].name[0]) {
        manual_options(out, command->actions[0].options);
        return;
    }
    buf_z(out, ".Bl -tag -width Ds\n");
    for (const struct action *action = command->actions; action->run; action++) {
        buf_printf(out, ".It Cm %s", action->name);
        if (action->words[0])
            buf_printf(out, " Ar %s", action->words);
        buf_char(out, '\n');
        char text[500];
        snprintf(text, sizeof text, "%c%s.", ascii_upper(action->summary[0]), action->summary + 1);
        mdoc_text(out, text);
        manual_options(out, action->options);
    }
    buf_z(out, ".El\n");
}

static void
manual_examples(struct buf *out, const struct command *command)
{
    if (!command->examples)
        return;
    buf_z(out, ".Sh EXAMPLES\n");
    for (const struct example *example = command->examples; example->line; example++) {
        mdoc_text(out, example->what);
        buf_z(out, ".Pp\n.Dl ");
        mdoc_inline(out, example->line);
        buf_z(out, example[1].line ? "\n.Pp\n" : "\n");
    }
}

/* "khien-feed khien.conf.5": section 1 where none is named. */
static void
manual_see_also(struct buf *out, const char *list)
{
    buf_z(out, ".Sh SEE ALSO\n.Xr khien 1");
    str rest = str_of(list), name;
    while (list && str_cut(&rest, ' ', &name)) {
        bool five = str_ends(name, STR(".5"));
        if (five)
            name.n -= 2;
        buf_printf(out, " ,\n.Xr %.*s %d", STR_ARG(name), five ? 5 : 1);
    }
    buf_char(out, '\n');
}

void
manual_command(const struct command *command, struct buf *out)
{
    char name[64];
    snprintf(name, sizeof name, "khien-%s", command->name);
    mdoc_head(out, name, 1, command->summary);
    synopsis(out, command);
    buf_z(out, ".Sh DESCRIPTION\n");
    mdoc_text(out, command->details);
    manual_actions(out, command);
    if (command->options && command->actions[0].name[0])
        buf_z(out, ".Pp\nOptions of all of them:\n");
    manual_options(out, command->options);
    buf_z(out, ".Pp\nThe options of every command are told in\n.Xr khien 1 .\n");
    buf_z(out, exit_status);
    manual_examples(out, command);
    manual_see_also(out, command->see_also);
}

static void
manual_groups(struct buf *out)
{
    for (size_t group = 0; command_groups[group]; group++) {
        buf_printf(out, ".Ss %s\n.Bl -tag -width Ds\n", command_groups[group]);
        for (size_t i = 0; commands[i]; i++) {
            if (strcmp(commands[i]->group, command_groups[group]) != 0)
                continue;
            buf_printf(out, ".It Xr khien-%s 1\n", commands[i]->name);
            char text[500];
            snprintf(text, sizeof text, "%c%s.", ascii_upper(commands[i]->summary[0]),
                     commands[i]->summary + 1);
            mdoc_text(out, text);
        }
        buf_z(out, ".El\n");
    }
}

void
manual_program(struct buf *out)
{
    mdoc_head(out, program_name, 1, program_summary);
    buf_z(out, ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar argument ...\n"
               ".Sh DESCRIPTION\n"
               "Khiên keeps which addresses were reported as infected on which day, for which\n"
               "malware family, by which source; answers a visitor whether the own connection is\n"
               "among them; and measures a clean-up campaign so that each figure can be computed\n"
               "again from the archived inputs.\n");
    manual_groups(out);
    buf_z(out, ".Ss Options of every command\n");
    manual_options(out, global_options);
    buf_z(out, ".Sh SANDBOX\n"
               "Before a command touches its input it gives up what it does not need: by Landlock\n"
               "it reaches only the files named and the folder of\n"
               ".Cm state.folder ,\n"
               "by a seccomp filter only the system calls of its kind.\n"
               "Where the kernel has neither, it goes on without.\n"
               ".Sh ENVIRONMENT\n"
               ".Bl -tag -width Ds\n"
               ".It Ev KHIEN_CONF\nThe configuration file; see\n.Xr khien.conf 5 .\n"
               ".It Ev KHIEN_SECTION_KEY\nOne key of the configuration, such as\n"
               ".Ev KHIEN_HTTP_LISTEN .\n"
               ".It Ev KHIEN_NOW\nThe time that is taken for now (RFC 3339), for tests.\n"
               ".El\n"
               ".Sh FILES\n"
               ".Bl -tag -width Ds\n"
               ".It Pa var/khien.db\nThe sets of addresses (SQLite).\n"
               ".It Pa var/archive/\nEvery input as it came.\n"
               ".It Pa var/networks/\nThe sources of the network registry.\n"
               ".It Pa var/snapshot/\nThe compiled lookup tables; the newest is used.\n"
               ".El\n");
    buf_z(out, exit_status);
    buf_z(out, ".Sh SEE ALSO\n.Xr khien.conf 5\n");
}
