/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/system.h"

enum { MAPS_MAX = 64 << 20 };

static bool
cut_hex(str *rest, char end, uint64_t *ret)
{
    str word;
    return str_cut(rest, end, &word) && str_to_hex(word, ret);
}

/* "7f12-7f34 r-xp 00000000 fd:00 123   /path" (proc_pid_maps(5)). What the kernel gives only to
 * itself is left out. */
static bool
parse_region(str line, struct process_region *ret)
{
    uint64_t start, end;
    if (!cut_hex(&line, '-', &start) || !cut_hex(&line, ' ', &end) || end <= start)
        return false;
    if (!str_starts(line, STR("r")) || str_ends(line, STR("[vvar]")) ||
        str_ends(line, STR("[vsyscall]")))
        return false;
    *ret = (struct process_region){start, end - start};
    return true;
}

static void
read_maps(struct process *process, str text)
{
    struct process_region region;
    str line;
    while (str_line(&text, &line))
        if (parse_region(line, &region))
            process_add_region(process, region.start, region.size);
}

errcode
system_process_open(uint32_t pid, struct process *process, intptr_t *ret_handle, struct err *err)
{
    char path[64];
    struct buf maps = {0};
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/maps", pid);
    errcode code = file_read(path, MAPS_MAX, &maps, err);
    if (code == OK)
        read_maps(process, buf_view(&maps));
    buf_clear(&maps);
    if (code != OK)
        return code;
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/mem", pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    if (memory < 0)
        return err_set_errno(err, "cannot read the memory of process %" PRIu32, pid);
    *ret_handle = memory;
    return OK;
}

void
system_process_close(intptr_t handle)
{
    close((int)handle);
}

size_t
system_process_read(intptr_t handle, uint64_t address, void *out, size_t size)
{
    size_t n = 0;
    while (n < size && address + n <= INT64_MAX) {
        ssize_t got = pread((int)handle, (char *)out + n, size - n, (off_t)(address + n));
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}
