/* SPDX-License-Identifier: Apache-2.0 */
/* Reading another process's memory, which needs the right to trace it. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct process;
/* Opens the process and lists its readable regions as they are now. After this no further right is
 * needed, so that a sandbox may be entered. */
errcode process_open(uint32_t pid, struct process **ret, struct err *err);
void process_close(struct process *process);

struct process_region {
    uint64_t start, size;
};
/* The I-th region, false behind the last. */
bool process_region_at(const struct process *process, size_t i, struct process_region *ret);
/* How many bytes from ADDRESS on could be read, at most SIZE. */
size_t process_read(const struct process *process, uint64_t address, void *out, size_t size);
