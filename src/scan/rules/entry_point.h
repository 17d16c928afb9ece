/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/str.h"

/* The place in the file where a program begins, of PE and ELF files; false for others. */
bool entry_point(str data, uint64_t *ret);
