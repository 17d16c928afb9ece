/* SPDX-License-Identifier: Apache-2.0 */
/* No one cuts a mapped file here (ERROR_USER_MAPPED_FILE), but disks fail and are pulled out: then
 * the whole mapping becomes zeros, since Windows replaces no part of one. */
#include "base/file_guard.h"

#include "base/require.h"

#include <windows.h>

static _Thread_local struct file_guard *innermost;

/* The view is gone for a moment; whoever takes its place meanwhile makes this fail. */
static bool
cover(const struct file_guard *guard)
{
    void *start = (void *)(uintptr_t)guard->map.p;
    return UnmapViewOfFile(start) &&
           VirtualAlloc(start, guard->map.n, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY) == start;
}

static LONG CALLBACK
on_fault(EXCEPTION_POINTERS *fault)
{
    const EXCEPTION_RECORD *record = fault->ExceptionRecord;
    if (record->ExceptionCode != (DWORD)EXCEPTION_IN_PAGE_ERROR || record->NumberParameters < 2)
        return EXCEPTION_CONTINUE_SEARCH;
    uintptr_t address = record->ExceptionInformation[1];
    for (struct file_guard *guard = innermost; guard; guard = guard->outer)
        if (address - (uintptr_t)guard->map.p < guard->map.n) {
            if (guard->shrunk || !cover(guard))
                return EXCEPTION_CONTINUE_SEARCH;
            for (struct file_guard *other = guard; other; other = other->outer)
                if (other->map.p == guard->map.p)
                    other->shrunk = true;
            return EXCEPTION_CONTINUE_EXECUTION;
        }
    return EXCEPTION_CONTINUE_SEARCH;
}

static BOOL CALLBACK
install(INIT_ONCE *once, void *argument, void **context)
{
    (void)once;
    (void)argument;
    (void)context;
    return AddVectoredExceptionHandler(1, on_fault) != NULL;
}

void
file_guard_begin(struct file_guard *guard, str map)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    require(InitOnceExecuteOnce(&once, install, NULL, NULL));
    *guard = (struct file_guard){.map = map, .outer = innermost};
    innermost = guard;
}

bool
file_guard_end(struct file_guard *guard)
{
    struct file_guard **place = &innermost;
    while (*place && *place != guard)
        place = &(*place)->outer;
    require(*place);
    *place = guard->outer;
    return guard->shrunk;
}
