/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <unistd.h>

#include "base/tap.h"

static char marker[] = "what stands in this process's memory";

static bool
is_listed(const struct process *process, uint64_t address)
{
    struct process_region region;
    for (size_t i = 0; process_region_at(process, i, &region); i++)
        if (address >= region.start && address - region.start < region.size)
            return true;
    return false;
}

static void
test_own(void)
{
    struct process *process;
    struct err err;
    char copy[sizeof marker] = "";
    uint64_t address = (uint64_t)(uintptr_t)marker;
    if (!tap_no_err(process_open((uint32_t)getpid(), &process, &err), &err, "this one is opened"))
        return;
    tap_ok(is_listed(process, address), "its data are among its regions");
    tap_ok(!is_listed(process, 8), "the first page is not");
    tap_eq_i64(process_read(process, address, copy, sizeof copy), sizeof copy, "and are read");
    tap_eq_z(copy, marker, "as they are");
    tap_eq_i64(process_read(process, 8, copy, sizeof copy), 0, "what is not mapped gives nothing");
    process_close(process);
}

int
main(void)
{
    struct process *process = NULL;
    struct err err;
    test_own();
    tap_ok(process_open(0x7fffff00, &process, &err) != OK && !process, "none of that number: %s",
           err.text);
    process_close(NULL);
    return tap_done();
}
