/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of file the data are, as file(1) says it: by a table of first bytes, by readers of the
 * formats that rules ask for, and by the look of text. docs/magic.md says what differs. */
#pragma once

#include "base/str.h"

enum { MAGIC_TYPE_MAX = 256 };

struct magic_name {
    char type[MAGIC_TYPE_MAX];
    const char *mime; /* NULL: application/octet-stream, of text text/plain */
};

void magic_set(struct magic_name *name, const char *mime, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void magic_add(struct magic_name *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Names the data, which are not empty. */
void magic_find(str data, struct magic_name *ret);

/* Each is false and leaves RET alone when the data are none of its kind. */
bool magic_program(str data, struct magic_name *ret); /* ELF, PE, Mach-O, Java, … */
bool magic_format(str data, struct magic_name *ret);  /* those whose name has details */
bool magic_table(str data, struct magic_name *ret);   /* first bytes alone */
bool magic_text(str data, struct magic_name *ret);    /* any text */
/* What text in UTF-8 or ASCII is written in; the type without its encoding, such as
 * "C source text" or "Python script text executable". */
bool magic_source(str text, struct magic_name *ret);

/* Numbers at an offset; 0 where the data end before. */
uint32_t magic_u16(str data, size_t offset);
uint32_t magic_u32(str data, size_t offset);
uint32_t magic_u16_big(str data, size_t offset);
uint32_t magic_u32_big(str data, size_t offset);
/* True when BYTES stand there. */
bool magic_at(str data, size_t offset, str bytes);
