/* SPDX-License-Identifier: Apache-2.0 */
/* Names of types: of definitions and references by their tables, of all others by their signatures
 * (ECMA-335 II.23.2), written as libyara writes them, e.g. "List<ref int[]>".
 *
 * A small file can name a type of any size any number of times, so everything that costs time or
 * memory is paid from one budget, and nothing more is done when that is used up. */
#pragma once

#include "base/buf.h"
#include "scan/dotnet/dotnet.h"

struct type_name {
    bool known;
    str name_space, full; /* p is NULL where there is none */
};
struct reader;
struct types {
    struct module_run *run;
    const struct metadata *metadata;
    size_t budget;
    bool spent; /* the budget did not suffice */
    uint32_t definition_count, reference_count;
    struct type_name *definitions, *references; /* found when first asked for */
    uint32_t *enclosing;                        /* the type that definition I is nested in, or 0 */
    struct reader *reader;                      /* of signatures; made when first needed */
    struct buf text;                            /* that it writes */
};
/* Names of a class's or method's generic parameters. */
struct generics {
    uint32_t count;
    struct value *names;
};
/* What is left of a signature. */
struct signature {
    const uint8_t *p;
    size_t n;
};

/* Takes N bytes' worth of work from the budget; false when they are not there. */
bool types_spend(struct types *types, size_t n);
/* Zeroed, or NULL when the budget does not suffice. */
void *types_alloc(struct types *types, size_t n);
/* A copy, with p NULL when the budget does not suffice. */
str types_keep(struct types *types, str s);
/* "NAME_SPACE.NAME" up to the backtick that counts generic parameters; one alone when the other is
 * missing or empty. */
str types_join(struct types *types, str name_space, str name);
/* The names of TypeDef INDEX, from 1; never NULL. */
const struct type_name *types_definition(struct types *types, uint32_t index);
bool types_is_nested(uint32_t flags);

/* A compressed unsigned number (ECMA-335 II.23.2); 0 without a step forward when it is broken. */
uint32_t signature_number(struct signature *signature);
/* The type that SIGNATURE goes on with, which is then behind it. GENERICS may be NULL. False when
 * the type is broken, names no type or is too long. */
bool signature_type(struct types *types, struct signature *signature,
                    const struct generics *of_class, const struct generics *of_method, str *ret);
/* The type that a TypeDefOrRef index means; p is NULL when there is none. */
str signature_type_of(struct types *types, uint32_t index, const struct generics *of_class);
