/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that run with the rights of their owner, whoever starts them. Systems in systems
 * (containers, snapshots, chroots of packages) are theirs to check. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/tree.h"

static const struct check_reason shell = {
    "setuid-shell", "Trình lệnh hoặc trình thông dịch chạy với quyền của người khác",
    "A shell or an interpreter that runs with someone else's rights"};
static const struct check_reason place = {
    "setuid-place", "Chương trình có quyền đặc biệt nằm ở nơi người dùng ghi được",
    "A program with special rights lies where users may write"};

static bool
is_shell(const char *path)
{
    static const char *const names[] = {"python", "perl", "ruby", "php",  "node", "lua",     "vim",
                                        "vi",     "find", "nmap", "env",  "awk",  "gawk",    "cp",
                                        "tar",    "less", "more", "nano", "gdb",  "busybox", NULL};
    str base = str_of(path_base(path));
    if (command_is_shell(base))
        return true;
    while (base.n && (ascii_is_digit(base.p[base.n - 1]) || base.p[base.n - 1] == '.'))
        base.n--;
    for (const char *const *name = names; *name; name++)
        if (str_eq(base, str_of(*name)))
            return true;
    return false;
}

static bool
users_may_write(const char *path)
{
    return path_is_temporary(str_of(path)) || str_starts(str_of(path), STR("/home/")) ||
           str_starts(str_of(path), STR("/srv/")) || str_starts(str_of(path), STR("/var/www/"));
}

static void
check_program(const struct look *look, const char *path, const struct stat *status, void *unused)
{
    (void)unused;
    char rights[64];
    struct seen seen = {.level = FINDING_SUSPICIOUS, .path = path};
    bool sets_user = (status->st_mode & S_ISUID) && (status->st_mode & 0111);
    bool sets_group = (status->st_mode & S_ISGID) && (status->st_mode & S_IXGRP);
    if (!sets_user && !sets_group)
        return;
    enum ownership owner = look_owner(look, path);
    if (is_shell(path))
        seen.reason = &shell;
    else if (owner != OWNERSHIP_PACKAGE && users_may_write(path))
        seen.reason = &place;
    else if (owner == OWNERSHIP_NONE)
        seen.reason = &judge_unowned;
    if (!seen.reason)
        return;
    /* Makers of software install programs there that no package owns. */
    bool is_local =
        str_starts(str_of(path), STR("/opt/")) || str_starts(str_of(path), STR("/usr/local/"));
    if (!sets_user || (seen.reason != &shell && (is_local || status->st_uid != 0)))
        seen.level = FINDING_LOOK;
    snprintf(rights, sizeof rights, "mode %04o, user %u, group %u", status->st_mode & 07777u,
             status->st_uid, status->st_gid);
    seen.detail = str_of(rights);
    look_found(look, &seen);
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const left_out[] = {"/proc",
                                           "/sys",
                                           "/dev",
                                           "/snap",
                                           "/var/lib/docker",
                                           "/var/lib/containers",
                                           "/var/lib/containerd",
                                           "/var/lib/lxc",
                                           "/var/lib/lxd",
                                           "/var/lib/machines",
                                           "/var/lib/snapd",
                                           "/var/lib/flatpak",
                                           "/var/lib/schroot",
                                           "/var/cache/pbuilder",
                                           "/var/lib/kubelet",
                                           "/.snapshots",
                                           "/var/lib/sbuild",
                                           "/var/snap",
                                           "/run/containerd",
                                           "/run/docker",
                                           "/mnt",
                                           "/media",
                                           NULL};
    static const char *const nothing[] = {NULL};
    struct look look = {checking, check};
    tree_each(&look, "/", left_out, check_program, NULL);
    tree_each(&look, "/dev/shm", nothing, check_program, NULL);
}

const struct check check_setuid = {
    .id = "setuid",
    .attack = "T1548.001",
    .vi = {"Chương trình có quyền đặc biệt (SUID, SGID)",
           "Ai chạy chương trình này cũng được quyền của chủ nó, thường là toàn quyền. Kẻ tấn công "
           "để "
           "lại một chương trình như vậy để lấy lại quyền bất cứ lúc nào.",
           "Nếu không ai trong đơn vị cài, hãy cách ly tệp. Nếu cần giữ, hãy bỏ quyền đó (chmod "
           "u-s,g-s)."},
    .en =
        {"Programs with special rights (SUID, SGID)",
         "Whoever starts this program gets its owner's rights, mostly all rights. Attackers leave "
         "one to get them back at any time.",
         "If nobody of yours installed it, quarantine the file. If it must stay, take the right "
         "away (chmod u-s,g-s)."},
    .run = run,
    .is_long = true,
};
