/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <windows.h>

#include "base/require.h"

struct process {
    HANDLE handle;
    struct process_region *regions;
    size_t count, room;
};

static bool
is_readable(const MEMORY_BASIC_INFORMATION *info)
{
    return info->State == MEM_COMMIT && !(info->Protect & (PAGE_NOACCESS | PAGE_GUARD));
}

static void
read_regions(struct process *process)
{
    MEMORY_BASIC_INFORMATION info;
    for (uint64_t at = 0; VirtualQueryEx(process->handle, (LPCVOID)(uintptr_t)at, &info,
                                         sizeof info) == sizeof info;) {
        uint64_t start = (uint64_t)(uintptr_t)info.BaseAddress;
        if (is_readable(&info)) {
            if (process->count == process->room) {
                process->room = process->room ? process->room * 2 : 256;
                process->regions =
                    mem_resize(process->regions, process->room, sizeof *process->regions);
            }
            process->regions[process->count++] = (struct process_region){start, info.RegionSize};
        }
        if (start + info.RegionSize <= at)
            return;
        at = start + info.RegionSize;
    }
}

errcode
process_open(uint32_t pid, struct process **ret, struct err *err)
{
    HANDLE handle = OpenProcess(PROCESS_VM_READ | PROCESS_QUERY_INFORMATION, FALSE, pid);
    if (!handle)
        return err_set_errno(err, "cannot read the memory of process %u", (unsigned)pid);
    struct process *process = mem_calloc(1, sizeof *process);
    process->handle = handle;
    read_regions(process);
    *ret = process;
    return OK;
}

void
process_close(struct process *process)
{
    if (!process)
        return;
    CloseHandle(process->handle);
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
    SIZE_T n = 0;
    ReadProcessMemory(process->handle, (LPCVOID)(uintptr_t)address, out, size, &n);
    return n;
}
