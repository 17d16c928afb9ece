/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/yara/parser.h"

/* Reads a source's rules into the compiler; faults are told as they are met. */
void parse_source(struct compiler *compiler, const struct source *source, uint32_t space, str text);
