/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/system.h"

enum {
    MAPS_MAX = 64 << 20,
    PAGES_AT_ONCE = 8192,
    RUNS_AT_ONCE = 1024,
    GAP_PAGES = 256, /* pages not used, among others that are, that are read for the sake of few
                      * and large regions */
};
/* Looking through more, page by page, takes longer than it saves. */
#define LOOKED_THROUGH_MAX (UINT64_C(64) << 30)
/* proc_pid_pagemap(5) */
#define PAGE_IN_MEMORY (UINT64_C(1) << 63)
#define PAGE_IN_SWAP (UINT64_C(1) << 62)

/* PAGEMAP_SCAN of Linux 6.7, Documentation/admin-guide/mm/pagemap.rst, which Debian 12 has no
 * header of. */
struct page_run {
    uint64_t start, end, categories;
};
struct page_scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted,
        category_mask, category_anyof_mask, return_mask;
};
enum { SCAN_PRESENT = 1 << 3, SCAN_SWAPPED = 1 << 4 };
#define SCAN_PAGES _IOWR('f', 16, struct page_scan)

struct reading {
    struct process *process;
    uint64_t page;           /* bytes */
    int pagemap;             /* -1: not to be had */
    uint64_t used, used_end; /* what is to be added, when nothing near follows */
    uint64_t pages[PAGES_AT_ONCE];
    struct page_run runs[RUNS_AT_ONCE];
};

static bool
cut_hex(str *rest, char end, uint64_t *ret)
{
    str word;
    return str_cut(rest, end, &word) && str_to_hex(word, ret);
}

static void
add_used(struct reading *reading, uint64_t start, uint64_t end)
{
    if (reading->used_end && start - reading->used_end > GAP_PAGES * reading->page) {
        process_add_region(reading->process, reading->used, reading->used_end - reading->used);
        reading->used_end = 0;
    }
    if (!reading->used_end)
        reading->used = start;
    reading->used_end = end;
}

/* Both give what is used and say how far they came. */

static uint64_t
ask_kernel(struct reading *reading, uint64_t start, uint64_t end)
{
    while (start < end) {
        struct page_scan scan = {.size = sizeof scan,
                                 .start = start,
                                 .end = end,
                                 .vec = (uintptr_t)reading->runs,
                                 .vec_len = RUNS_AT_ONCE,
                                 .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
                                 .return_mask = SCAN_PRESENT | SCAN_SWAPPED};
        int n = ioctl(reading->pagemap, SCAN_PAGES, &scan);
        if (n < 0 || scan.walk_end <= start)
            break;
        for (int i = 0; i < n; i++)
            add_used(reading, reading->runs[i].start, reading->runs[i].end);
        start = scan.walk_end;
    }
    return start;
}

static uint64_t
look_through(struct reading *reading, uint64_t start, uint64_t end)
{
    while (start < end && end - start <= LOOKED_THROUGH_MAX) {
        uint64_t count = (end - start) / reading->page;
        size_t room = (count < PAGES_AT_ONCE ? count : PAGES_AT_ONCE) * sizeof(uint64_t);
        off_t place = (off_t)(start / reading->page * sizeof(uint64_t));
        ssize_t n = pread(reading->pagemap, reading->pages, room, place);
        if (n < (ssize_t)sizeof(uint64_t))
            break;
        for (size_t i = 0; i < (size_t)n / sizeof(uint64_t); i++, start += reading->page)
            if (reading->pages[i] & (PAGE_IN_MEMORY | PAGE_IN_SWAP))
                add_used(reading, start, start + reading->page);
    }
    return start;
}

/* Memory that belongs to no file holds nothing where the process never wrote, and programs reserve
 * a thousand times what they use. What is not known is taken for used. */
static void
add_anonymous(struct reading *reading, uint64_t start, uint64_t end)
{
    start = ask_kernel(reading, start, end);
    start = look_through(reading, start, end);
    if (start < end)
        add_used(reading, start, end);
    if (reading->used_end)
        process_add_region(reading->process, reading->used, reading->used_end - reading->used);
    reading->used_end = 0;
}

/* "7f12-7f34 r-xp 00000000 fd:00 123   /path" (proc_pid_maps(5)). What the kernel gives only to
 * itself is left out. */
static void
read_region(struct reading *reading, str line)
{
    uint64_t start, end, inode = 1;
    str word, name = line;
    if (!cut_hex(&line, '-', &start) || !cut_hex(&line, ' ', &end) || end <= start)
        return;
    if (!str_starts(line, STR("r")) || str_ends(line, STR("[vvar]")) ||
        str_ends(line, STR("[vsyscall]")))
        return;
    for (size_t i = 0; i < 3 && str_cut(&line, ' ', &word); i++) /* rights, offset, device */
        name = line;
    if (!str_cut(&name, ' ', &word) || !str_to_u64(word, UINT64_MAX, &inode))
        inode = 1;
    if (inode == 0 && reading->pagemap >= 0 && !str_ends(name, STR("[vdso]")))
        add_anonymous(reading, start, end);
    else
        process_add_region(reading->process, start, end - start);
}

static void
read_maps(struct process *process, uint32_t pid, str text)
{
    struct reading *reading = mem_alloc(sizeof *reading);
    char path[64];
    str line;
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/pagemap", pid);
    cleanup(cleanup_close) int pagemap = open(path, O_RDONLY | O_CLOEXEC);
    reading->process = process;
    reading->used_end = 0;
    reading->page = (uint64_t)sysconf(_SC_PAGESIZE);
    reading->pagemap = pagemap;
    while (str_line(&text, &line))
        read_region(reading, line);
    free(reading);
}

errcode
system_process_open(uint32_t pid, struct process *process, intptr_t *ret_handle, struct err *err)
{
    char path[64];
    struct buf maps = {0};
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/maps", pid);
    errcode code = file_read(path, MAPS_MAX, &maps, err);
    if (code == OK)
        read_maps(process, pid, buf_view(&maps));
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
