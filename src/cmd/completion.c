/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash, from the same tables as --help: commands, their actions, their options; file
 * names where none of them fits. */
#include "cmd/command.h"

static void
put_options(struct buf *out, const struct option *option)
{
    for (; option && option->name; option++)
        buf_printf(out, " --%s", option->name);
}

static void
put_action(struct buf *out, const struct command *command, const struct action *action)
{
    buf_printf(out, "    \"%s %s\") words='", command->name, action->name);
    put_options(out, action->options);
    put_options(out, command->options);
    put_options(out, global_options);
    buf_z(out, "' ;;\n");
}

static void
put_command(struct buf *out, const struct command *command)
{
    const struct action *action = command->actions;
    if (action->name[0]) {
        for (; action->run; action++)
            put_action(out, command, action);
        buf_printf(out, "    \"%s \"*) words='", command->name);
        for (action = command->actions; action->run; action++)
            buf_printf(out, " %s", action->name);
    } else {
        buf_printf(out, "    \"%s \"*) words='", command->name);
        put_options(out, action->options);
    }
    put_options(out, command->options);
    put_options(out, global_options);
    buf_z(out, "' ;;\n");
}

void
completion_bash(struct buf *out)
{
    buf_z(out, "# khien(1) for bash; made by `khien help --completion`\n"
               "_khien() {\n"
               "    local current=${COMP_WORDS[COMP_CWORD]} words=''\n"
               "    [ \"$COMP_CWORD\" -gt 1 ] || set -- ''\n"
               "    case \"${1:+${COMP_WORDS[1]} ${COMP_WORDS[2]}}\" in\n"
               "    '') words='");
    for (size_t i = 0; commands[i]; i++)
        buf_printf(out, " %s", commands[i]->name);
    put_options(out, global_options);
    buf_z(out, "' ;;\n");
    for (size_t i = 0; commands[i]; i++)
        put_command(out, commands[i]);
    buf_z(out, "    esac\n"
               "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
               "}\n"
               "complete -o default -F _khien khien\n");
}
