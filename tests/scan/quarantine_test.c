/* SPDX-License-Identifier: Apache-2.0 */
/* The quarantine: what is taken comes back as it was; what must not be taken stays, with the reason
 * told. Crashes, races and damage: quarantine_crash_test.c. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/tap.h"
#include "quarantine_steps.h"
#include "scan/quarantine/stop.h"
#include "scan/quarantine/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static const char *home;
static struct quarantine *quarantine;

static errcode
take_one(const char *path, unsigned flags, struct err *err)
{
    struct file_identity identity = {0};
    struct stat status;
    uint64_t number;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        identity = identity_at(path);
    return quarantine_take(quarantine, path, &identity, "Test", flags, &number, err);
}

static void
refuses(const char *path, errcode want, const char *part, const char *label)
{
    struct err err = {0};
    struct stat before, after;
    int was = lstat(path, &before);
    tap_eq_i64(take_one(path, 0, &err), want, "%s is refused", label);
    tap_ok(strstr(err.text, part) != NULL, "saying \"%s\": %s", part, err.text);
    tap_ok(lstat(path, &after) == was && (was != 0 || before.st_ino == after.st_ino),
           "and stays where it is");
}

/* ---- there and back ---- */

static bool
set_acl(const char *path)
{
    /* Version 2, then tag, permissions, id: what setfacl -m u:12345:r writes (acl(5)). */
    static const struct {
        uint32_t version;
        struct {
            uint16_t tag, permissions;
            uint32_t id;
        } entries[5];
    } acl = {2,
             {{1, 6, UINT32_MAX},
              {2, 4, 12345},
              {4, 4, UINT32_MAX},
              {16, 6, UINT32_MAX},
              {32, 0, UINT32_MAX}}};
    return setxattr(path, "system.posix_acl_access", &acl, sizeof acl, 0) == 0;
}

static void
compare_attribute(const char *path, const char *name, const char *want, size_t n, bool was_set)
{
    char got[256];
    if (!was_set) {
        tap_skip("this file system has no such attribute");
        return;
    }
    ssize_t size = getxattr(path, name, got, sizeof got);
    tap_ok(size == (ssize_t)n && memcmp(got, want, n) == 0, "with its %s", name);
}

static void
test_round_trip(void)
{
    const char *path = below(home, "sample");
    struct stat before, after;
    char acl[256];
    struct err err;
    bool is_root = geteuid() == 0;
    const struct timespec times[2] = {{1000000000, 123456789}, {-5, 987654321}};
    /* Version 2, effective: to bind low ports (linux/capability.h). */
    static const char capability[20] = "\1\0\0\2\0\4";
    write_file(path, STR("X5O!P%@AP"));
    require(!is_root || chown(path, 12345, 54321) == 0);
    require(chmod(path, 06751) == 0);
    bool has_user = setxattr(path, "user.origin", "http\0x", 6, 0) == 0, has_acl = set_acl(path);
    ssize_t acl_n = has_acl ? getxattr(path, "system.posix_acl_access", acl, sizeof acl) : 0;
    bool has_capability = setxattr(path, "security.capability", capability, 20, 0) == 0;
    require(utimensat(AT_FDCWD, path, times, 0) == 0);
    identity_at(path); /* the first reading in a day changes when it was read */
    require(stat(path, &before) == 0);
    uint64_t number = take_at(quarantine, path);
    tap_ok(!file_exists(path), "a file is taken");
    tap_eq_i64(kept_of(quarantine, path), (long long)number, "and listed");
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "it is restored");
    tap_eq_z(quarantine_notes(quarantine), "", "whole");
    require(stat(path, &after) == 0);
    tap_eq_i64(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec, "with its times");
    tap_ok(after.st_mtim.tv_sec == before.st_mtim.tv_sec &&
               after.st_atim.tv_nsec == before.st_atim.tv_nsec,
           "all of them");
    tap_eq_i64(after.st_mode, before.st_mode, "its mode");
    if (is_root)
        tap_ok(after.st_uid == 12345 && after.st_gid == 54321, "its owner and group");
    else
        tap_skip("only root can give files away");
    compare_attribute(path, "user.origin", "http\0x", 6, has_user);
    compare_attribute(path, "system.posix_acl_access", acl, (size_t)acl_n, has_acl);
    compare_attribute(path, "security.capability", capability, sizeof capability, has_capability);
    tap_ok(file_is(path, STR("X5O!P%@AP")), "and its content");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND, "but once");
    tap_eq_i64(quarantine_delete(quarantine, number, &err), ERR_NOT_FOUND, "nothing to delete");
}

static void
test_veil(void)
{
    static const char sample[] = "a needle that scanners look for";
    const char *path = below(home, "needle");
    struct buf copy = {0};
    char name[64];
    write_file(path, STR(sample));
    uint64_t number = take_at(quarantine, path);
    snprintf(name, sizeof name, "%llu.copy", (unsigned long long)number);
    require(file_read(below(quarantine->folder, name), 1 << 20, &copy, NULL) == OK);
    tap_ok(str_find(buf_view(&copy), STR("needle")) == SIZE_MAX, "a copy shows nothing");
    buf_clear(&copy);
}

static void
test_names(void)
{
    static const char *const names[] = {"new\nline", "\xff\xfe\x80", " ",
                                        "-rf",       "tab\there",    "t\xc3\xaan"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = below(home, names[i]);
        struct err err;
        write_file(path, STR("x"));
        uint64_t number = take_at(quarantine, path);
        quarantine_close(quarantine);
        quarantine = open_at(below(home, "quarantine"));
        tap_eq_i64(kept_of(quarantine, path), (long long)number, "name %zu is kept byte by byte",
                   i);
        tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "and restored");
        tap_ok(unlink(path) == 0, "under the same name");
    }
}

static void
test_sizes(void)
{
    static const size_t sizes[] = {0, 1, COPY_BLOCK - 1, COPY_BLOCK, COPY_BLOCK + 1, 3000001};
    size_t right = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *path = below(home, "sized");
        char *bytes = mem_calloc(sizes[i] + 1, 1);
        memset(bytes, (int)('a' + i), sizes[i]);
        write_file(path, (str){bytes, sizes[i]});
        right += quarantine_restore(quarantine, take_at(quarantine, path), NULL, NULL) == OK &&
                 file_is(path, (str){bytes, sizes[i]});
        free(bytes);
    }
    tap_eq_i64(right, sizeof sizes / sizeof *sizes, "files of any size come back");
}

/* ---- what is refused ---- */

static void
test_refusals(void)
{
    const char *file = below(home, "file"), *path = below(home, "other");
    write_file(file, STR("f"));
    require(symlink(file, path) == 0);
    refuses(path, ERR_USAGE, "is a link", "a link");
    unlink(path);
    require(link(file, path) == 0);
    refuses(file, ERR_USAGE, "hard links", "a file of two names");
    unlink(path);
    require(mkfifo(path, 0600) == 0);
    alarm(20); /* kills the test if it waits for a writer */
    refuses(path, ERR_USAGE, "no regular file", "a FIFO");
    alarm(0);
    unlink(path);
    refuses("/dev/null", ERR_DENIED, "of the system", "a device");
    refuses(home, ERR_USAGE, "is a folder", "a folder");
    refuses("/", ERR_USAGE, "is a folder", "the root");
    refuses(below(quarantine->folder, "journal"), ERR_USAGE, "of the quarantine itself",
            "its own journal");
    refuses(below(home, "nothing"), ERR_NOT_FOUND, "cannot examine", "what is not there");
    require(symlink(home, path) == 0);
    refuses(below(path, "file"), ERR_DENIED, "on the way is a link", "a path through a link");
    unlink(path);
    tap_ok(file_is(file, STR("f")), "the file is as it was");
}

static void
test_changed(void)
{
    const char *path = below(home, "changed");
    struct file_identity identity;
    uint64_t number;
    struct err err;
    write_file(path, STR("before"));
    identity = identity_at(path);
    write_file(path, STR("behind"));
    tap_eq_i64(quarantine_take(quarantine, path, &identity, "", 0, &number, &err), ERR_BUSY,
               "a file that was changed since the scan stays");
    identity = identity_at(path);
    identity.sha256.bytes[0] ^= 1;
    tap_eq_i64(quarantine_take(quarantine, path, &identity, "", 0, &number, &err), ERR_BUSY,
               "so does one of another content");
    identity = identity_at(path);
    unlink(path);
    write_file(below(home, "in between"), STR("x"));
    write_file(path, STR("behind"));
    tap_eq_i64(quarantine_take(quarantine, path, &identity, "", 0, &number, &err), ERR_BUSY,
               "and one that was replaced by its like");
    tap_ok(file_is(path, STR("behind")) && kept_of(quarantine, path) == 0, "nothing was taken");
}

static void
test_immutable(void)
{
    const char *path = below(home, "immutable");
    write_file(path, STR("x"));
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    int flags = FS_IMMUTABLE_FL, none = 0;
    if (ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0) {
        tap_skip("no file can be made immutable here");
        return;
    }
    refuses(path, ERR_DENIED, "chattr -i", "an immutable file");
    require(ioctl(fd, FS_IOC_SETFLAGS, &none) == 0);
    flags = FS_APPEND_FL;
    require(ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0);
    refuses(path, ERR_DENIED, "chattr -a", "one that may only be appended to");
    require(ioctl(fd, FS_IOC_SETFLAGS, &none) == 0);
}

static void
test_asks(void)
{
    static const uint32_t types[] = {NFS_SUPER_MAGIC, CIFS_SUPER_MAGIC, FUSE_SUPER_MAGIC};
    const char *path = below(home, "asked");
    struct err err;
    write_file(path, STR("x"));
    tap_eq_i64(quarantine_asks(path), 0, "a file of a person needs no flag");
    tap_eq_i64(quarantine_asks("/etc/passwd"), QUARANTINE_SYSTEM, "one of the system does");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        steps.fs = types[i];
        tap_eq_i64(quarantine_asks(path), QUARANTINE_NETWORK, "and one of the network");
    }
    refuses(path, ERR_DENIED, "network file system", "without the flag it");
    tap_no_err(take_one(path, QUARANTINE_NETWORK, &err), &err, "with it, it is taken");
    steps.fs = 0;
    if (!file_exists("/var/lib/dpkg/info/coreutils.list")) {
        tap_skip("no dpkg here");
        return;
    }
    tap_eq_i64(quarantine_asks("/usr/bin/env"), QUARANTINE_SYSTEM, "files of packages need it");
    tap_eq_i64(quarantine_asks("/usr/bin/ls"), QUARANTINE_SYSTEM, "under a merged /usr too");
    tap_eq_i64(quarantine_asks("/usr/bin/no-package-has-this"), 0, "others there do not");
    tap_eq_i64(quarantine_asks("/usr/bin/../bin/./env"), QUARANTINE_SYSTEM, "by any way");
}

/* ---- restoring elsewhere, deleting ---- */

static void
test_restore(void)
{
    const char *path = below(home, "back"), *other = below(home, "other place");
    struct err err;
    write_file(path, STR("mine"));
    uint64_t number = take_at(quarantine, path);
    write_file(path, STR("not mine"));
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED,
               "nothing is replaced: %s", err.text);
    tap_ok(file_is(path, STR("not mine")) && kept_of(quarantine, path) == number, "both are kept");
    require(symlink("/nowhere", other) == 0);
    tap_eq_i64(quarantine_restore(quarantine, number, other, &err), ERR_DENIED, "not even a link");
    unlink(other);
    tap_eq_i64(quarantine_restore(quarantine, number, below(home, "no/folder"), &err),
               ERR_NOT_FOUND, "a folder that is not there: %s", err.text);
    tap_eq_i64(kept_of(quarantine, path), (long long)number, "it is still kept");
    tap_no_err(quarantine_restore(quarantine, number, other, &err), &err, "elsewhere it can be");
    tap_ok(file_is(other, STR("mine")), "whole");
    number = take_at(quarantine, other);
    tap_no_err(quarantine_delete(quarantine, number, &err), &err, "it is deleted");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND, "for good");
    tap_eq_i64(quarantine_delete(quarantine, 999999, &err), ERR_NOT_FOUND, "no such number");
}

static void
make_other(void)
{
    write_file(below(home, "late"), STR("another"));
}

static void
test_late_rival(void)
{
    const char *path = below(home, "late");
    struct err err;
    write_file(path, STR("late"));
    uint64_t number = take_at(quarantine, path);
    steps.no_unnamed = steps.no_exchange = true;
    make_other();
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED,
               "a simple file system replaces nothing either");
    tap_ok(file_is(path, STR("another")), "what is there stays");
    unlink(path);
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "without it, it restores");
    steps.no_unnamed = steps.no_exchange = false;
}

static void
test_lock(void)
{
    struct quarantine *second = NULL;
    struct err err;
    tap_eq_i64(quarantine_open(below(home, "quarantine"), &second, &err), ERR_BUSY,
               "another program waits: %s", err.text);
    require(mkdir(below(home, "open"), 0755) == 0 && chmod(below(home, "open"), 0755) == 0);
    tap_eq_i64(quarantine_open(below(home, "open"), &second, &err), ERR_DENIED,
               "a folder that others may enter is none: %s", err.text);
    require(symlink(below(home, "quarantine"), below(home, "link")) == 0);
    tap_ok(quarantine_open(below(home, "link"), &second, &err) != OK, "nor is a link");
}

/* ---- a full disk ---- */

static void
test_full_disk(void)
{
    const char *disk = below(home, "disk"), *path = below(home, "large");
    static char large[1 << 20];
    struct err err;
    require(mkdir(disk, 0700) == 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=256k") != 0) {
        tap_skip("no tmpfs can be mounted here");
        return;
    }
    memset(large, 'x', sizeof large);
    write_file(path, (str){large, sizeof large});
    struct quarantine *kept = quarantine;
    quarantine = open_at(below(disk, "q"));
    size_t names = names_in(quarantine->folder);
    write_file(below(home, "small"), STR("small"));
    uint64_t small = take_at(quarantine, below(home, "small"));
    tap_eq_i64(take_one(path, 0, &err), ERR_NO_SPACE, "a full disk: %s", err.text);
    tap_ok(file_is(path, (str){large, sizeof large}), "the file stays");
    tap_eq_i64(names_in(quarantine->folder), names + 1, "and no partial copy");
    tap_no_err(quarantine_delete(quarantine, small, &err), &err, "there something can be deleted");
    tap_eq_i64(quarantine_restore(kept, take_at(kept, path), below(disk, "large"), &err),
               ERR_NO_SPACE, "restoring to it: %s", err.text);
    tap_eq_i64(names_in(disk), 1, "leaves nothing there");
    tap_ok(kept_of(kept, path) != 0, "and keeps the copy");
    quarantine_close(quarantine);
    quarantine = kept;
    require(umount(disk) == 0);
}

/* ---- lines ---- */

static uint64_t
take_line(const char *path, size_t line, str text)
{
    uint64_t number = 0;
    struct err err;
    tap_no_err(quarantine_take_line(quarantine, path, line, text, "Test", 0, &number, &err), &err,
               "line %zu is taken", line);
    return number;
}

static void
restores_to(uint64_t number, const char *path, str want, bool in_place)
{
    struct err err;
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "it is restored");
    tap_ok(file_is(path, want), "to where it belongs");
    tap_eq_i64(quarantine_notes(quarantine)[0] == 0, in_place, "and told so");
}

static void
test_lines(void)
{
    const char *path = below(home, "crontab");
    struct stat before, after;
    struct err err;
    uint64_t number;
    write_file(path, STR("a\r\nb\nb\nc"));
    require(chmod(path, 0640) == 0 && stat(path, &before) == 0);
    bool has_user = setxattr(path, "user.x", "y", 1, 0) == 0;
    uint64_t last = take_line(path, 4, STR("c")), first = take_line(path, 1, STR("a"));
    tap_ok(file_is(path, STR("b\nb\n")), "others stay");
    require(stat(path, &after) == 0);
    tap_ok(after.st_mode == before.st_mode && after.st_uid == before.st_uid, "so does the mode");
    compare_attribute(path, "user.x", "y", 1, has_user);
    tap_eq_i64(quarantine_take_line(quarantine, path, 2, STR("x"), "", 0, &number, &err), ERR_BUSY,
               "another text: %s", err.text);
    tap_eq_i64(quarantine_take_line(quarantine, path, 9, STR("b"), "", 0, &number, &err), ERR_BUSY,
               "no such line: %s", err.text);
    restores_to(first, path, STR("a\r\nb\nb\n"), true);
    restores_to(last, path, STR("a\r\nb\nb\nc"), true);
    number = take_line(path, 2, STR("b"));
    write_file(path, STR("0\na\r\nb\nc\n"));
    restores_to(number, path, STR("0\na\r\nb\nb\nc\n"), true);
    number = take_line(path, 2, STR("a"));
    write_file(path, STR("else"));
    restores_to(number, path, STR("else\na\r\n"), false);
    number = take_line(path, 1, STR("else"));
    tap_no_err(quarantine_restore(quarantine, number, below(home, "a line"), &err), &err,
               "a line can go into a file of its own");
    tap_ok(file_is(below(home, "a line"), STR("else\n")), "alone");
    write_file(path, STR("only\n"));
    number = take_line(path, 1, STR("only"));
    tap_ok(file_is(path, STR("")), "the only line leaves an empty file");
    unlink(path);
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND,
               "without the file there is no place: %s", err.text);
    tap_eq_i64(kept_of(quarantine, path), (long long)number, "it is kept");
}

/* ---- processes ---- */

static void
test_stop(void)
{
    uint64_t started = 0, number;
    struct err err;
    int status;
    char program[PATH_TEXT] = "";
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    require(process_started((uint32_t)child, &started));
    require(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    tap_eq_i64(quarantine_stop(quarantine, (uint32_t)child, started + 1, program, "", &number,
                               &err),
               ERR_BUSY, "another start: %s", err.text);
    tap_eq_i64(quarantine_stop(quarantine, (uint32_t)child, started, "/bin/other", "", &number,
                               &err),
               ERR_BUSY, "another program: %s", err.text);
    tap_eq_i64(waitpid(child, &status, WNOHANG), 0, "it still runs");
    tap_no_err(quarantine_stop(quarantine, (uint32_t)child, started, program, "Test.Process",
                               &number, &err),
               &err, "it is ended");
    tap_ok(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "indeed");
    tap_ok(kept_of(quarantine, program) == number, "and noted");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_USAGE,
               "it cannot be restored");
    tap_eq_i64(quarantine_stop(quarantine, (uint32_t)child, started, NULL, "", &number, &err),
               ERR_NOT_FOUND, "it has ended: %s", err.text);
    tap_eq_i64(quarantine_stop(quarantine, (uint32_t)getpid(), 1, NULL, "", &number, &err),
               ERR_USAGE, "never itself");
    tap_eq_i64(quarantine_stop(quarantine, 1, 1, NULL, "", &number, &err), ERR_USAGE,
               "nor the system's first");
}

int
main(void)
{
    home = tap_folder("quarantine");
    quarantine = open_at(below(home, "quarantine"));
    test_round_trip();
    test_veil();
    test_names();
    test_sizes();
    test_refusals();
    test_changed();
    test_immutable();
    test_asks();
    test_restore();
    test_late_rival();
    test_lock();
    test_full_disk();
    test_lines();
    test_stop();
    quarantine_close(quarantine);
    return tap_done();
}
