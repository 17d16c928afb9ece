/* SPDX-License-Identifier: Apache-2.0 */
/* A module (pe, math …) shows conditions what it reads in a file. Its shape names each field once:
 * the compiler turns a name into an index, and a scan fills a group of fields when the first of
 * them is asked for. What is not filled is undefined. The names, types and meanings are those of
 * YARA 4.5 (yara.readthedocs.io, "Modules"). */
#pragma once

#include "base/arena.h"
#include "scan/modules/value.h"

enum field_kind {
    FIELD_INTEGER,
    FIELD_FLOAT,
    FIELD_STRING,
    FIELD_STRUCT,
    FIELD_ARRAY,      /* of ITEM, by number */
    FIELD_DICTIONARY, /* of ITEM, by string */
    FIELD_FUNCTION,
};

struct module_run;
/* SELF is the struct whose function it is (the module's root, or an item such as a signature).
 * Arguments have the overload's types and are never undefined. */
typedef struct value module_function(struct module_run *run, const struct object *self,
                                     const struct value *arguments);

/* Arguments and result as letters: i integer, f float, s string, r regular expression, b boolean
 * (passed as an integer). */
struct overload {
    const char *arguments;
    char result;
    module_function *call;
};

struct shape;
struct field {
    const char *name;
    enum field_kind kind;
    enum field_kind item;             /* of an array or dictionary */
    const struct shape *shape;        /* of a struct, or of a container's items that are structs */
    const struct overload *overloads; /* of a function; ends with a NULL call */
    uint8_t group;                    /* of the root's fields: which load fills it, below 64 */
};
struct shape {
    const struct field *fields;
    size_t count;
};
/* Known when rules are compiled, e.g. pe.MACHINE_AMD64. Ends with a NULL name. */
struct constant {
    const char *name;
    enum field_kind kind; /* integer, float or string */
    int64_t integer;
    double real;
    const char *text;
};

struct module {
    const char *name;
    struct shape shape; /* of the root */
    const struct constant *constants;
    /* Fills the root's fields of GROUP as far as the data have them. Reads nothing outside
     * run->data, whatever that holds, and takes time and memory in proportion to it at most. */
    void (*load)(struct module_run *run, unsigned group);
};

/* What a module may ask of the scan that it runs in. */
struct module_host {
    /* True when REGEX matches somewhere in S. */
    bool (*matches)(void *scan, struct value regex, str s);
    void (*console)(void *scan, str text); /* one line for console.log */
    void *scan;
};

/* A module in the scan of one file. */
struct module_run {
    const struct module *module;
    const struct module_host *host;
    struct arena *arena; /* lives until the file's results were given */
    str data;
    struct object *root;
    uint64_t loaded; /* one bit a group */
    void *state;     /* the module's own, NULL at first; from the arena */
    /* Another module's run over the same data, or NULL when this build lacks it. */
    struct module_run *(*other)(struct module_run *run, const char *name);
    bool is_process; /* the data are a piece of a process's memory, not a file */
};

/* The module of that name, or NULL. */
const struct module *module_find(str name);
/* The I-th of all, or NULL past the last. */
const struct module *module_at(size_t i);
/* The root's GROUP loaded, once. */
void module_load(struct module_run *run, unsigned group);
/* For a module whose root has functions alone. */
void module_load_nothing(struct module_run *run, unsigned group);
/* Index of the field in the shape, or SIZE_MAX. */
size_t shape_find(const struct shape *shape, str name);

/* A struct with all its fields undefined; nested structs are there already, so that
 * `pe.rich_signature.offset` is an undefined integer and not a missing struct. */
struct object *module_object(struct module_run *run, const struct shape *shape);
/* COUNT items, all undefined. */
struct list *module_array(struct module_run *run, size_t count);
/* The same with empty keys. */
struct list *module_dictionary(struct module_run *run, size_t count);
/* What a function's arguments (offset, size) name in the data: false, undefined, when one is
 * negative or the offset is not in the data; cut where it reaches past their end. */
bool module_range(str data, const struct value *arguments, str *ret);
/* Run's arena, for a string that a function makes. */
struct value module_string(struct module_run *run, str s);
