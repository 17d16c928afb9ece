/* SPDX-License-Identifier: Apache-2.0 */
/* How a call's arguments are read by the tables of commands and options. */
#include "cmd/command.h"

#include "base/require.h"
#include "cmd/suggest.h"

const struct command *
command_find(str name)
{
    for (size_t i = 0; commands[i]; i++) {
        if (str_eq(name, str_of(commands[i]->name)))
            return commands[i];
    }
    return NULL;
}

const struct action *
action_find(const struct command *command, str name)
{
    for (const struct action *action = command->actions; action->run; action++) {
        if (str_eq(name, str_of(action->name)))
            return action;
    }
    return NULL;
}

/* The tables an option may stand in, narrowest first. */
static const struct option *
option_table(const struct call *call, size_t at)
{
    const struct option *tables[] = {
        call->action ? call->action->options : NULL,
        call->command ? call->command->options : NULL,
        global_options,
    };
    return tables[at];
}

static const struct option *
find_option(const struct call *call, str name, char letter)
{
    for (size_t i = 0; i < 3; i++) {
        const struct option *option = option_table(call, i);
        for (; option && option->name; option++) {
            if (letter ? option->letter == letter : str_eq(name, str_of(option->name)))
                return option;
        }
    }
    return NULL;
}

static const char *
nearest_option(const struct call *call, str name)
{
    struct suggestion near = suggestion_for(name);
    for (size_t i = 0; i < 3; i++) {
        const struct option *option = option_table(call, i);
        for (; option && option->name; option++)
            suggestion_try(&near, option->name);
    }
    return near.best;
}

static errcode
unknown_option(const struct call *call, str written, str name, struct err *err)
{
    const char *near = name.n ? nearest_option(call, name) : NULL;
    if (near)
        return err_set(err, ERR_USAGE, "there is no option %.*s; did you mean --%s?",
                       STR_ARG(written), near);
    return err_set(err, ERR_USAGE, "there is no option %.*s", STR_ARG(written));
}

static errcode
add_given(struct call *call, const struct option *option, const char *value, struct err *err)
{
    if (call->given_count == CALL_OPTIONS_MAX)
        return err_set(err, ERR_USAGE, "more than %d options", CALL_OPTIONS_MAX);
    call->given[call->given_count].option = option;
    call->given[call->given_count++].value = value;
    return OK;
}

/* The option's value, which may be the next argument: *AT moves on then. */
static errcode
take_value(struct call *call, const struct option *option, const char *value,
           const char **arguments, size_t count, size_t *at, struct err *err)
{
    if (!option->value && value)
        return err_set(err, ERR_USAGE, "--%s takes no value", option->name);
    if (option->value && !value) {
        if (*at + 1 >= count)
            return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s", option->name,
                           option->name, option->value);
        value = arguments[++*at];
    }
    return add_given(call, option, value, err);
}

/* -x, -x VALUE, -xVALUE, and flags together: -rs. */
static errcode
parse_letters(struct call *call, const char **arguments, size_t count, size_t *at, struct err *err)
{
    const char *written = arguments[*at];
    errcode code = OK;
    for (const char *letter = written + 1; *letter && code == OK; letter++) {
        const struct option *option = find_option(call, (str){letter, 1}, *letter);
        if (!option)
            return unknown_option(call, str_of(written), (str){0}, err);
        if (option->value)
            return take_value(call, option, letter[1] ? letter + 1 : NULL, arguments, count, at,
                              err);
        code = add_given(call, option, NULL, err);
    }
    return code;
}

/* One argument that begins with '-'. */
static errcode
parse_option(struct call *call, const char **arguments, size_t count, size_t *at, struct err *err)
{
    const char *written = arguments[*at];
    str rest = str_of(written + 2), name = rest;
    if (written[1] != '-')
        return parse_letters(call, arguments, count, at, err);
    str_cut(&rest, '=', &name);
    const struct option *option = find_option(call, name, 0);
    if (!option)
        return unknown_option(call, str_of(written), name, err);
    return take_value(call, option, rest.p, arguments, count, at, err);
}

static errcode
unknown_command(str name, struct err *err)
{
    struct suggestion near = suggestion_for(name);
    for (size_t i = 0; commands[i]; i++)
        suggestion_try(&near, commands[i]->name);
    if (near.best)
        return err_set(err, ERR_USAGE, "there is no command \"%.*s\"; did you mean \"%s\"?",
                       STR_ARG(name), near.best);
    return err_set(err, ERR_USAGE, "there is no command \"%.*s\"; `%s --help` lists them",
                   STR_ARG(name), program_name);
}

static errcode
unknown_action(const struct command *command, str name, struct err *err)
{
    struct suggestion near = suggestion_for(name);
    for (const struct action *action = command->actions; action->run; action++)
        suggestion_try(&near, action->name);
    if (near.best)
        return err_set(err, ERR_USAGE, "there is no \"%s %.*s\"; did you mean \"%s\"?",
                       command->name, STR_ARG(name), near.best);
    return err_set(err, ERR_USAGE, "there is no \"%s %.*s\"; `%s %s --help` lists them",
                   command->name, STR_ARG(name), program_name, command->name);
}

/* The first word names the command, the second one of its actions, where it has several. */
static errcode
take_word(struct call *call, const char *word, const char **words, struct err *err)
{
    if (!call->command) {
        call->command = command_find(str_of(word));
        if (!call->command)
            return unknown_command(str_of(word), err);
        if (!call->command->actions[0].name[0])
            call->action = call->command->actions;
    } else if (!call->action) {
        call->action = action_find(call->command, str_of(word));
        if (!call->action)
            return unknown_action(call->command, str_of(word), err);
    } else {
        words[call->word_count++] = word;
    }
    return OK;
}

static errcode
check_words(const struct call *call, struct err *err)
{
    const struct action *action = call->action;
    const char *blank = action->name[0] ? " " : "";
    if (call_given(call, "json") && call_given(call, "csv"))
        return err_set(err, ERR_USAGE, "--json or --csv, not both");
    if (call->word_count < action->words_min)
        return err_set(err, ERR_USAGE, "something is missing: %s %s%s%s %s", program_name,
                       call->command->name, blank, action->name, action->words);
    if (call->word_count > action->words_max)
        return err_set(err, ERR_USAGE, "\"%s\" is one word too many: %s %s%s%s %s",
                       call->words[action->words_max], program_name, call->command->name, blank,
                       action->name, action->words);
    return OK;
}

static bool
is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != 0;
}

errcode
call_parse(struct call *call, const char **arguments, size_t count, struct err *err)
{
    bool options = true;
    errcode code = OK;
    call->words = arguments;
    for (size_t at = 0; at < count && code == OK; at++) {
        if (options && strcmp(arguments[at], "--") == 0)
            options = false;
        else if (options && is_option(arguments[at]))
            code = parse_option(call, arguments, count, &at, err);
        else
            code = take_word(call, arguments[at], arguments, err);
    }
    if (code != OK || call_given(call, "help") || call_given(call, "version"))
        return code;
    if (!call->command)
        return err_set(err, ERR_USAGE, "which command? `%s --help` lists them", program_name);
    if (!call->action)
        return err_set(err, ERR_USAGE, "which one? `%s %s --help` lists them", program_name,
                       call->command->name);
    return check_words(call, err);
}

const char *
call_option(const struct call *call, const char *name)
{
    const struct option *option = find_option(call, str_of(name), 0);
    require(option);
    for (size_t i = call->given_count; i > 0; i--) {
        if (strcmp(call->given[i - 1].option->name, name) == 0)
            return call->given[i - 1].value ? call->given[i - 1].value : "";
    }
    return option->fallback;
}

bool
call_given(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->given_count; i++) {
        if (strcmp(call->given[i].option->name, name) == 0)
            return true;
    }
    return false;
}

errcode
call_number(const struct call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret,
            struct err *err)
{
    const char *value = call_option(call, name);
    uint64_t number;
    if (!value)
        return OK;
    if (!str_to_u64(str_of(value), max, &number) || number < min)
        return err_set(err, ERR_USAGE, "--%s must be a number from %llu to %llu, not \"%s\"", name,
                       (unsigned long long)min, (unsigned long long)max, value);
    *ret = number;
    return OK;
}

errcode
call_day(const struct call *call, const char *name, day *ret, struct err *err)
{
    const char *value = call_option(call, name);
    if (value && !day_parse(str_of(value), ret))
        return err_set(err, ERR_USAGE, "--%s must be a day such as 2026-11-21, not \"%s\"", name,
                       value);
    return OK;
}
