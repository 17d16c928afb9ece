/* SPDX-License-Identifier: Apache-2.0 */
/* Values that conditions take from the file, from externals, from rules and from modules: unknown
 * where the scanner's pass does without them. */
#pragma once

#include "scan/rules/scanner.h"

struct value source_filesize(const struct scanner *scanner);
struct value source_entrypoint(struct scanner *scanner);
struct value source_external(const struct scanner *scanner, uint32_t external);
struct value source_rule(const struct scanner *scanner, uint32_t rule);
/* An integer of the file: FORM is size, READ_SIGNED, READ_BIG. */
struct value source_read(struct scanner *scanner, uint32_t form, struct value at);
struct value source_module(struct scanner *scanner, uint32_t ref);
struct value source_field(struct scanner *scanner, uint32_t ref, struct value object);
struct value source_item(struct value container, struct value key);
/* VALUES are the struct and COUNT arguments. */
struct value source_call(struct scanner *scanner, uint32_t ref, const struct value *values,
                         uint32_t count);
