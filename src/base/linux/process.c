/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

enum { MAPS_MAX = 64 << 20 };

struct process {
    int memory;
    struct process_region *regions;
    size_t count;
};

static bool
parse_hex(str *rest, char end, uint64_t *ret)
{
    str word;
    uint64_t value = 0;
    if (!str_cut(rest, end, &word) || word.n == 0 || word.n > 16)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        char c = ascii_lower(word.p[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
        value = value << 4 | (uint64_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    *ret = value;
    return true;
}

/* "7f12-7f34 r-xp 00000000 fd:00 123   /path" (proc_pid_maps(5)). What the kernel gives only to
 * itself, and devices whose reading may have effects, are left out. */
static bool
parse_region(str line, struct process_region *ret)
{
    uint64_t start, end;
    if (!parse_hex(&line, '-', &start) || !parse_hex(&line, ' ', &end) || end <= start)
        return false;
    if (!str_starts(line, STR("r")) || str_ends(line, STR("[vvar]")) ||
        str_ends(line, STR("[vsyscall]")) || str_find(line, STR(" /dev/")) != SIZE_MAX)
        return false;
    *ret = (struct process_region){start, end - start};
    return true;
}

static void
read_maps(struct process *process, str text)
{
    size_t room = 1;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == '\n';
    process->regions = mem_calloc(room, sizeof *process->regions);
    str line;
    while (str_line(&text, &line))
        if (parse_region(line, &process->regions[process->count]))
            process->count++;
}

errcode
process_open(uint32_t pid, struct process **ret, struct err *err)
{
    char path[64];
    struct buf maps = {0};
    struct process *process = mem_calloc(1, sizeof *process);
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/maps", pid);
    errcode code = file_read(path, MAPS_MAX, &maps, err);
    if (code == OK) {
        read_maps(process, buf_view(&maps));
        snprintf(path, sizeof path, "/proc/%" PRIu32 "/mem", pid);
        process->memory = open(path, O_RDONLY | O_CLOEXEC);
        if (process->memory < 0)
            code = err_set_errno(err, "cannot read the memory of process %" PRIu32, pid);
    }
    buf_clear(&maps);
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
    close(process->memory);
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
    size_t n = 0;
    while (n < size && address + n <= INT64_MAX) {
        ssize_t got = pread(process->memory, (char *)out + n, size - n, (off_t)(address + n));
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}
