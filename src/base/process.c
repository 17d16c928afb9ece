/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include "base/require.h"
#include "base/system.h"

struct process {
    intptr_t handle;
    struct process_region *regions;
    size_t count, room;
};

void
process_add_region(struct process *process, uint64_t start, uint64_t size)
{
    if (process->count == process->room) {
        process->room = process->room ? process->room * 2 : 256;
        process->regions = mem_resize(process->regions, process->room, sizeof *process->regions);
    }
    process->regions[process->count++] = (struct process_region){start, size};
}

errcode
process_open(uint32_t pid, struct process **ret, struct err *err)
{
    struct process *process = mem_calloc(1, sizeof *process);
    errcode code = system_process_open(pid, process, &process->handle, err);
    if (code == OK) {
        *ret = process;
        return OK;
    }
    free(process->regions);
    free(process);
    return code;
}

void
process_close(struct process *process)
{
    if (!process)
        return;
    system_process_close(process->handle);
    free(process->regions);
    free(process);
}

bool
process_region_at(const struct process *process, size_t i, struct process_region *ret)
{
    if (i >= process->count)
        return false;
    *ret = process->regions[i];
    return true;
}

size_t
process_read(const struct process *process, uint64_t address, void *out, size_t size)
{
    return system_process_read(process->handle, address, out, size);
}
