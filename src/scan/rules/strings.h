/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions ask of strings' matches. Operands are never unknown. */
#pragma once

#include "scan/rules/scanner.h"

bool strings_found(const struct scanner *scanner, uint32_t string);
struct value strings_found_at(const struct scanner *scanner, uint32_t string, struct value at);
struct value strings_found_in(const struct scanner *scanner, uint32_t string, struct value low,
                              struct value high);
struct value strings_count_in(const struct scanner *scanner, uint32_t string, struct value low,
                              struct value high);
/* Of the I-th match, from 1. */
struct value strings_offset(const struct scanner *scanner, uint32_t string, struct value i);
struct value strings_length(const struct scanner *scanner, uint32_t string, struct value i);
/* OP is CODE_OF, CODE_OF_IN (LOW, HIGH) or CODE_OF_AT (LOW). */
struct value strings_of(const struct scanner *scanner, enum code_operation op,
                        const uint32_t *words, struct value quantifier, struct value low,
                        struct value high);
