/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <windows.h>

#include "base/system.h"

static bool
is_readable(const MEMORY_BASIC_INFORMATION *info)
{
    return info->State == MEM_COMMIT && !(info->Protect & (PAGE_NOACCESS | PAGE_GUARD));
}

static void
read_regions(HANDLE handle, struct process *process)
{
    MEMORY_BASIC_INFORMATION info;
    for (uint64_t at = 0;
         VirtualQueryEx(handle, (LPCVOID)(uintptr_t)at, &info, sizeof info) == sizeof info;) {
        uint64_t start = (uint64_t)(uintptr_t)info.BaseAddress;
        if (is_readable(&info))
            process_add_region(process, start, info.RegionSize);
        if (start + info.RegionSize <= at)
            return;
        at = start + info.RegionSize;
    }
}

errcode
system_process_open(uint32_t pid, struct process *process, intptr_t *ret_handle, struct err *err)
{
    HANDLE handle = OpenProcess(PROCESS_VM_READ | PROCESS_QUERY_INFORMATION, FALSE, pid);
    if (!handle)
        return err_set_errno(err, "cannot read the memory of process %u", (unsigned)pid);
    read_regions(handle, process);
    *ret_handle = (intptr_t)handle;
    return OK;
}

void
system_process_close(intptr_t handle)
{
    CloseHandle((HANDLE)handle);
}

size_t
system_process_read(intptr_t handle, uint64_t address, void *out, size_t size)
{
    SIZE_T n = 0;
    ReadProcessMemory((HANDLE)handle, (LPCVOID)(uintptr_t)address, out, size, &n);
    return n;
}
