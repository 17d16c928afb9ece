/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of memory that was reserved and hardly used. */
#include "base/process.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/require.h"
#include "base/tap.h"

#define RESERVED (UINT64_C(64) << 30)
enum { FILE_BYTES = 1 << 20 };

/* How many bytes of [START, START + SIZE) are listed. */
static uint64_t
listed(const struct process *process, const void *memory, uint64_t size)
{
    struct process_region region;
    uint64_t start = (uint64_t)(uintptr_t)memory, sum = 0;
    for (size_t i = 0; process_region_at(process, i, &region); i++) {
        uint64_t from = region.start > start ? region.start : start;
        uint64_t end = region.start + region.size;
        end = end < start + size ? end : start + size;
        sum += end > from ? end - from : 0;
    }
    return sum;
}

int
main(void)
{
    enum { FAR = 40 };
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    char *reserved = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE, flags, -1, 0);
    int fd = memfd_create("process-memory", MFD_CLOEXEC);
    require(reserved != MAP_FAILED && fd >= 0 && ftruncate(fd, FILE_BYTES) == 0);
    char *file = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
    require(file != MAP_FAILED && madvise(reserved, RESERVED, MADV_NOHUGEPAGE) == 0);
    reserved[page * 3] = reserved[page * 13] = 1;
    reserved[RESERVED / 2 + page * FAR] = 1;
    reserved[RESERVED - 1] = 1;
    struct process *process;
    struct err err;
    if (tap_no_err(process_open((uint32_t)getpid(), &process, &err), &err, "it is opened")) {
        tap_eq_i64(listed(process, reserved + page * 3, page * 11), page * 11,
                   "pages that were written, and the few between them");
        tap_eq_i64(listed(process, reserved, page * 3), 0, "not those before");
        tap_eq_i64(listed(process, reserved + RESERVED / 2 + page * FAR, page), page,
                   "one in the middle");
        tap_eq_i64(listed(process, reserved + RESERVED - page, page), page, "and the last");
        tap_eq_i64(listed(process, reserved, RESERVED), page * 13, "nothing else of 64 GiB");
        tap_eq_i64(listed(process, file, FILE_BYTES), FILE_BYTES,
                   "a file's memory whole, though this process never looked at it");
        process_close(process);
    }
    return tap_done();
}
