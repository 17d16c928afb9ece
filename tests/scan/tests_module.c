/* SPDX-License-Identifier: Apache-2.0 */
/* The fields and values are those of YARA 4.5, as its test rules expect them. */
#include "tests_module.h"

enum root_field {
    CONSTANTS,
    UNDEFINED,
    MODULE_DATA,
    INTEGER_ARRAY,
    STRING_ARRAY,
    INTEGER_DICT,
    STRING_DICT,
    STRUCT_ARRAY,
    STRUCT_DICT,
    EMPTY_STRUCT_DICT,
    EMPTY_STRUCT_ARRAY,
};

enum { INTEGERS = 257 }; /* the last is 256 */

static str module_data;

void
tests_module_give(str data)
{
    module_data = data;
}

static void
load_arrays(struct module_run *run, struct value *root)
{
    static const char *const names[] = {"foo", "bar", "baz"};
    struct list *integers = module_array(run, INTEGERS);
    for (size_t i = 0; i < 3; i++)
        integers->items[i] = value_integer((int64_t)i);
    integers->items[INTEGERS - 1] = value_integer(INTEGERS - 1);
    root[INTEGER_ARRAY] = value_array(integers);
    struct list *strings = module_array(run, 4);
    for (size_t i = 0; i < 3; i++)
        strings->items[i] = value_string(str_of(names[i]));
    strings->items[3] = value_string(STR("foo\0bar"));
    root[STRING_ARRAY] = value_array(strings);
}

static const struct field constants_fields[] = {
    {.name = "one", .kind = FIELD_INTEGER},
    {.name = "two", .kind = FIELD_INTEGER},
    {.name = "foo", .kind = FIELD_STRING},
    {.name = "empty", .kind = FIELD_STRING},
};
static const struct shape constants_shape = {constants_fields, 4};
static const struct field undefined_fields[] = {
    {.name = "i", .kind = FIELD_INTEGER},
    {.name = "f", .kind = FIELD_FLOAT},
};
static const struct shape undefined_shape = {undefined_fields, 2};
static const struct field item_fields[] = {
    {.name = "i", .kind = FIELD_INTEGER},
    {.name = "s", .kind = FIELD_STRING},
};
static const struct shape item_shape = {item_fields, 2};
static const struct field integer_fields[] = {{.name = "unused", .kind = FIELD_INTEGER}};
static const struct shape integer_shape = {integer_fields, 1};
static const struct field string_fields[] = {{.name = "unused", .kind = FIELD_STRING}};
static const struct shape string_shape = {string_fields, 1};
static const struct field nested_fields[] = {
    {.name = "struct_array", .kind = FIELD_ARRAY, .item = FIELD_STRUCT, .shape = &string_shape},
    {.name = "struct_dict", .kind = FIELD_DICTIONARY, .item = FIELD_STRUCT, .shape = &string_shape},
};
static const struct shape nested_shape = {nested_fields, 2};

/* An array is as long as its last item; the item before it is not there. */
static void
load_structs(struct module_run *run, struct value *root)
{
    struct object *second = module_object(run, &item_shape);
    second->fields[0] = value_integer(1);
    struct list *array = module_array(run, 2);
    array->items[1] = value_struct(second);
    root[STRUCT_ARRAY] = value_array(array);
    struct object *foo = module_object(run, &item_shape);
    foo->fields[0] = value_integer(1);
    foo->fields[1] = value_string(STR("foo"));
    struct list *dictionary = module_dictionary(run, 1);
    dictionary->keys[0] = STR("foo");
    dictionary->items[0] = value_struct(foo);
    root[STRUCT_DICT] = value_dictionary(dictionary);
}

static void
load_dictionaries(struct module_run *run, struct value *root)
{
    struct list *strings = module_dictionary(run, 2);
    strings->keys[0] = STR("foo");
    strings->items[0] = value_string(STR("foo"));
    strings->keys[1] = STR("bar");
    strings->items[1] = value_string(STR("bar"));
    root[STRING_DICT] = value_dictionary(strings);
    root[INTEGER_DICT] = value_dictionary(module_dictionary(run, 0));
    root[EMPTY_STRUCT_DICT] = value_dictionary(module_dictionary(run, 0));
    root[EMPTY_STRUCT_ARRAY] = value_array(module_array(run, 0));
}

static void
load(struct module_run *run, unsigned group)
{
    struct value *root = run->root->fields;
    struct value *constants = root[CONSTANTS].object->fields;
    (void)group;
    constants[0] = value_integer(1);
    constants[1] = value_integer(2);
    constants[2] = value_string(STR("foo"));
    constants[3] = value_string(STR(""));
    if (module_data.n > 0)
        root[MODULE_DATA] = value_string(module_data);
    load_arrays(run, root);
    load_structs(run, root);
    load_dictionaries(run, root);
}

#define FUNCTION(name)                                                                             \
    static struct value name(struct module_run *run __attribute__((unused)),                       \
                             const struct object *self __attribute__((unused)),                    \
                             const struct value *arguments __attribute__((unused)))

/* The length of the first match, or -1. A host says only whether there is one, so it is asked of
 * ever longer beginnings, then of ever shorter ends of the first that matches. */
FUNCTION(match)
{
    const struct module_host *host = run->host;
    str s = arguments[1].s;
    for (size_t end = 0; end <= s.n; end++) {
        if (!host->matches(host->scan, arguments[0], (str){s.p, end}))
            continue;
        size_t start = end;
        while (!host->matches(host->scan, arguments[0], (str){s.p + start, end - start}))
            start--;
        return value_integer((int64_t)(end - start));
    }
    return value_integer(-1);
}

FUNCTION(isum_2)
{
    return value_integer(arguments[0].i + arguments[1].i);
}

FUNCTION(isum_3)
{
    return value_integer(arguments[0].i + arguments[1].i + arguments[2].i);
}

FUNCTION(fsum_2)
{
    return value_float(arguments[0].f + arguments[1].f);
}

FUNCTION(fsum_3)
{
    return value_float(arguments[0].f + arguments[1].f + arguments[2].f);
}

/* Of a string of C: up to its first NUL. */
FUNCTION(length)
{
    str s = arguments[0].s;
    const char *end = s.n ? memchr(s.p, 0, s.n) : NULL;
    return value_integer((int64_t)(end ? (size_t)(end - s.p) : s.n));
}

FUNCTION(empty)
{
    return value_string(STR(""));
}

FUNCTION(foobar)
{
    return value_string(arguments[0].i == 1   ? STR("foo")
                        : arguments[0].i == 2 ? STR("bar")
                                              : STR("oops"));
}

#define METHOD(name_, ...)                                                                         \
    {                                                                                              \
        .name = (name_), .kind = FIELD_FUNCTION, .overloads = (const struct overload[])            \
        {                                                                                          \
            __VA_ARGS__,                                                                           \
            {                                                                                      \
                NULL, 0, NULL                                                                      \
            }                                                                                      \
        }                                                                                          \
    }

static const struct field fields[] = {
    {.name = "constants", .kind = FIELD_STRUCT, .shape = &constants_shape},
    {.name = "undefined", .kind = FIELD_STRUCT, .shape = &undefined_shape},
    {.name = "module_data", .kind = FIELD_STRING},
    {.name = "integer_array", .kind = FIELD_ARRAY, .item = FIELD_INTEGER},
    {.name = "string_array", .kind = FIELD_ARRAY, .item = FIELD_STRING},
    {.name = "integer_dict", .kind = FIELD_DICTIONARY, .item = FIELD_INTEGER},
    {.name = "string_dict", .kind = FIELD_DICTIONARY, .item = FIELD_STRING},
    {.name = "struct_array", .kind = FIELD_ARRAY, .item = FIELD_STRUCT, .shape = &item_shape},
    {.name = "struct_dict", .kind = FIELD_DICTIONARY, .item = FIELD_STRUCT, .shape = &item_shape},
    {.name = "empty_struct_dict",
     .kind = FIELD_DICTIONARY,
     .item = FIELD_STRUCT,
     .shape = &integer_shape},
    {.name = "empty_struct_array",
     .kind = FIELD_ARRAY,
     .item = FIELD_STRUCT,
     .shape = &nested_shape},
    METHOD("match", {"rs", 'i', match}),
    METHOD("isum", {"ii", 'i', isum_2}, {"iii", 'i', isum_3}),
    METHOD("fsum", {"ff", 'f', fsum_2}, {"fff", 'f', fsum_3}),
    METHOD("length", {"s", 'i', length}),
    METHOD("empty", {"", 's', empty}),
    METHOD("foobar", {"i", 's', foobar}),
};
static const struct constant constants[] = {{.name = NULL}};

const struct module tests_module = {
    .name = "tests",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = load,
};
