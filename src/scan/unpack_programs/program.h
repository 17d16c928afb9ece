/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of programs share. */
#pragma once

#include "scan/unpack/reader.h"

bool program_is_pe(str data);
/* Where the last section of a PE file ends; 0 when nothing is behind it. */
size_t program_overlay(str data);
/* The bytes of a PE file's first section whose name begins so; empty when there is none. */
str program_section(str data, const char *name, size_t *ret_begin);
