/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel is asked for each number whether a process has it. One that answers and is in no list
 * of /proc, before and after, hides. Threads answer too: their Tgid is another number. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/process.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

static bool
exists(uint32_t pid)
{
    return sched_getscheduler((pid_t)pid) >= 0;
}

/* Whether the system's answers mean anything: a sandbox may say the same of every number. */
static bool
can_ask(uint32_t highest)
{
    return exists((uint32_t)getpid()) && !exists(highest + 1) && errno == ESRCH;
}

/* A line of a status file, "Tgid:\t12". */
static bool
status_number(str status, str key, uint64_t *ret)
{
    str line;
    while (str_line(&status, &line))
        if (str_starts(line, key))
            return str_to_u64(str_trim(str_from(line, key.n)), UINT32_MAX, ret);
    return false;
}

/* True when PID is a thread of a process that is listed. */
static bool
is_thread(const struct pids *listed, uint32_t pid)
{
    struct buf status;
    uint64_t group = 0;
    bool known = process_read_file(pid, "status", &status) == OK &&
                 status_number(buf_view(&status), STR("Tgid:"), &group);
    buf_clear(&status);
    return known && group != pid && pids_have(listed, (uint32_t)group);
}

static void
check_number(const struct look *look, const struct pids *before, uint32_t pid)
{
    struct pids after;
    char subject[PROCESS_TEXT];
    if (pids_have(before, pid) || !exists(pid) || is_thread(before, pid))
        return;
    /* It may have begun, or ended, in between. */
    pids_read(&after);
    bool hides = !pids_have(&after, pid) && !is_thread(&after, pid) && exists(pid);
    pids_clear(&after);
    if (hides && exists(pid))
        look_found(look, &(struct seen){.level = FINDING_SUSPICIOUS,
                                        .subject = process_subject(pid, subject),
                                        .pid = pid});
}

static uint32_t
highest_number(void)
{
    struct buf text;
    uint64_t number = 32768;
    if (file_read("/proc/sys/kernel/pid_max", 64, &text, NULL) != OK)
        return (uint32_t)number;
    str_to_u64(str_trim(buf_view(&text)), 1 << 22, &number);
    buf_clear(&text);
    return (uint32_t)number;
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct pids before;
    struct stat first;
    struct err err;
    if (look_is_offline(&look))
        return;
    uint32_t highest = highest_number();
    pids_read(&before);
    if (!can_ask(highest)) {
        err_set(&err, ERR_DENIED, "the system does not tell which processes there are");
        look_unseen(&look, "process numbers", &err);
    } else if (!pids_have(&before, 1) || stat("/proc/1/status", &first) != 0) {
        err_set(&err, ERR_DENIED, "/proc shows only one's own processes");
        look_unseen(&look, "/proc", &err);
    } else {
        for (uint32_t pid = 2; pid <= highest; pid++)
            check_number(&look, &before, pid);
        checking->looked += before.count;
    }
    pids_clear(&before);
}

const struct check check_hidden = {
    .id = "hidden-processes",
    .attack = "T1014",
    .vi =
        {"Tiến trình ẩn",
         "Có tiến trình đang chạy nhưng không hiện trong danh sách. Chỉ mã độc cài sâu trong hệ "
         "thống (rootkit) mới làm được như vậy.",
         "Ngắt mạng và báo người quản trị. Máy này không còn tự nói thật về mình: hãy kiểm tra đĩa "
         "bằng một máy sạch."},
    .en = {"Hidden processes",
           "A process runs but is in no list. Only malware deep in the system (a rootkit) does "
           "that.",
           "Disconnect from the network and tell your administrator. This machine no longer tells "
           "the truth about itself: examine its disk from a clean one."},
    .run = run,
};
