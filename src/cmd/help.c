/* SPDX-License-Identifier: Apache-2.0 */
/* --help, for the program, for a command, for one of its actions. */
#include "cmd/command.h"

#include <stdio.h>

/* Columns that TEXT takes: UTF-8 sequences count as one. */
static int
columns(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* "  TERM      words words", with further lines below the first word. */
static void
entry(struct buf *out, const char *term, int width, const char *text)
{
    enum { LINE = 96 };
    int at = columns(term);
    buf_printf(out, "  %s", term);
    if (at > width) {
        buf_char(out, '\n');
        at = -2;
    }
    int column = at + 2;
    str rest = str_of(text), word;
    bool first = true;
    for (; column < width + 4; column++)
        buf_char(out, ' ');
    while (str_cut(&rest, ' ', &word)) {
        if (!first && column + 1 + (int)word.n > LINE) {
            buf_printf(out, "\n%*s", width + 4, "");
            column = width + 4;
        } else if (!first) {
            buf_char(out, ' ');
            column++;
        }
        buf_str(out, word);
        column += (int)word.n;
        first = false;
    }
    buf_char(out, '\n');
}

static void
option_entries(struct buf *out, const struct option *option)
{
    for (; option && option->name; option++) {
        char term[80], text[400], letter[8] = "";
        if (option->letter)
            snprintf(letter, sizeof letter, "-%c, ", option->letter);
        snprintf(term, sizeof term, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        snprintf(text, sizeof text, "%s%s%s%s", option->help, option->fallback ? " (default: " : "",
                 option->fallback ? option->fallback : "", option->fallback ? ")" : "");
        entry(out, term, 24, text);
    }
}

void
help_program(struct buf *out)
{
    buf_printf(out, "%s — %s\n\nUsage: %s COMMAND [ARGUMENT…]\n", program_name, program_summary,
               program_name);
    for (size_t group = 0; command_groups[group]; group++) {
        buf_printf(out, "\n%s\n", command_groups[group]);
        for (size_t i = 0; commands[i]; i++) {
            if (strcmp(commands[i]->group, command_groups[group]) == 0)
                entry(out, commands[i]->name, 12, commands[i]->summary);
        }
    }
    buf_z(out, "\nOptions of every command\n");
    option_entries(out, global_options);
    buf_printf(out, "\n`%s COMMAND --help` tells more%s.\n", program_name,
               program_has_manual ? ", `man khien-COMMAND` all" : "");
}

static void
usage(struct buf *out, const struct command *command, const struct action *action)
{
    buf_printf(out, "%s %s%s%s%s%s%s\n", program_name, command->name, action->name[0] ? " " : "",
               action->name, action->words[0] ? " " : "", action->words,
               action->options || command->options ? " [OPTION…]" : "");
}

/* Commands that programs share call themselves khien's. */
static void
examples(struct buf *out, const struct command *command)
{
    static const str khien = {"khien ", 6};
    if (!command->examples)
        return;
    buf_z(out, "\nExamples\n");
    for (const struct example *example = command->examples; example->line; example++)
        buf_printf(out, "  %s%s%s\n      %s\n",
                   str_starts(str_of(example->line), khien) ? program_name : "",
                   str_starts(str_of(example->line), khien) ? " " : "",
                   example->line + (str_starts(str_of(example->line), khien) ? khien.n : 0),
                   example->what);
}

/* With one action, or the one asked for: its options. Otherwise the list of actions. */
void
help_call(const struct command *command, const struct action *action, struct buf *out)
{
    const struct action *only = action ? action : command->actions;
    bool single = action || !command->actions[0].name[0];
    if (single) {
        buf_printf(out,
                   "%s\n\nUsage: ", action && action->name[0] ? action->summary : command->summary);
        usage(out, command, only);
    } else {
        buf_printf(out, "%s\n\nUsage:\n", command->summary);
        for (only = command->actions; only->run; only++) {
            char term[120];
            snprintf(term, sizeof term, "%s %s %s%s%s", program_name, command->name, only->name,
                     only->words[0] ? " " : "", only->words);
            entry(out, term, 36, only->summary);
        }
    }
    if ((single && only->options) || command->options)
        buf_z(out, "\nOptions\n");
    if (single)
        option_entries(out, only->options);
    option_entries(out, command->options);
    if (!single)
        buf_printf(out, "\n`%s %s %s --help` shows the options of one.\n", program_name,
                   command->name, command->actions[0].name);
    examples(out, command);
    if (program_has_manual)
        buf_printf(out, "\nSee also: man khien-%s\n", command->name);
}
