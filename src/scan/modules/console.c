/* SPDX-License-Identifier: Apache-2.0 */
/* The console module: each call is a line and is true. */
#include "base/buf.h"
#include "scan/modules/modules.h"

#include <inttypes.h>

/* What can be printed stands for itself, other bytes as \xNN. */
static void
add_escaped(struct buf *line, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c < 0x7f)
            buf_char(line, (char)c);
        else
            buf_printf(line, "\\x%02x", c);
    }
}

/* A message is a string of C in libyara: it ends at a NUL byte. */
static void
add_message(struct buf *line, str message)
{
    const char *end = message.n ? memchr(message.p, 0, message.n) : NULL;
    buf_str(line, end ? (str){message.p, (size_t)(end - message.p)} : message);
}

static void
add_value(struct buf *line, const struct value *value, bool as_hex)
{
    if (value->kind == VALUE_STRING)
        add_escaped(line, value->s);
    else if (value->kind == VALUE_FLOAT)
        buf_printf(line, "%f", value->f);
    else if (as_hex)
        buf_printf(line, "0x%" PRIx64, (uint64_t)value->i);
    else
        buf_i64(line, value->i);
}

static struct value
say(struct module_run *run, const struct value *message, const struct value *value, bool as_hex)
{
    size_t size = value->kind == VALUE_STRING ? 4 * value->s.n : 512;
    struct buf line = BUF(size + (message ? message->s.n : 0));
    if (message)
        add_message(&line, message->s);
    add_value(&line, value, as_hex);
    run->host->console(run->host->scan, buf_view(&line));
    buf_clear(&line);
    return value_integer(1);
}

static struct value
log_value(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return say(run, NULL, &arguments[0], false);
}

static struct value
log_message(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return say(run, &arguments[0], &arguments[1], false);
}

static struct value
hex_value(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return say(run, NULL, &arguments[0], true);
}

static struct value
hex_message(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    return say(run, &arguments[0], &arguments[1], true);
}

static const struct overload log_overloads[] = {
    {"s", 'i', log_value},    {"ss", 'i', log_message}, {"i", 'i', log_value},
    {"si", 'i', log_message}, {"f", 'i', log_value},    {"sf", 'i', log_message},
    {NULL, 0, NULL},
};
static const struct overload hex_overloads[] = {
    {"i", 'i', hex_value},
    {"si", 'i', hex_message},
    {NULL, 0, NULL},
};
static const struct field fields[] = {
    {.name = "log", .kind = FIELD_FUNCTION, .overloads = log_overloads},
    {.name = "hex", .kind = FIELD_FUNCTION, .overloads = hex_overloads},
};
static const struct constant constants[] = {{.name = NULL}};

const struct module console_module = {
    .name = "console",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
