/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting numbers in place and dropping repeats; returns how many are left. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Least-significant-digit radix sort for many, insertion for few. */
size_t sort_distinct32(uint32_t *numbers, size_t count);
size_t sort_distinct64(uint64_t *numbers, size_t count);
