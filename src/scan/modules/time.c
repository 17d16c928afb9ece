/* SPDX-License-Identifier: Apache-2.0 */
/* The time module: the seconds since 1970. */
#include "base/clock.h"
#include "scan/modules/modules.h"

static struct value
now(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    (void)self;
    (void)arguments;
    return value_integer(clock_now() / USEC_PER_SECOND);
}

static const struct overload now_overloads[] = {{"", 'i', now}, {NULL, 0, NULL}};
static const struct field fields[] = {
    {.name = "now", .kind = FIELD_FUNCTION, .overloads = now_overloads},
};
static const struct constant constants[] = {{.name = NULL}};

const struct module time_module = {
    .name = "time",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
