/* SPDX-License-Identifier: Apache-2.0 */
/* The quarantine on Windows: what is taken comes back as it was, what must not be taken stays, and
 * a process that is ended at any moment leaves each file whole in one place. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "base/windows/handle.h"
#include "base/windows/wide.h"
#include "kept.h"
#include "others.h"
#include "scan/quarantine/stop.h"
#include "windows_self.h"

#include <fcntl.h>
#include <sddl.h>

enum { KILLS = 50, CONTENT = 300000 };
#define LINES STR("one\r\ntwo\r\nthree\r\n")
#define LINES_WITHOUT STR("one\r\nthree\r\n")

static char home[PATH_TEXT];
static struct quarantine *quarantine;
static char content[CONTENT];

static errcode
take_one(const char *path, unsigned flags, struct err *err)
{
    struct file_identity identity = {0};
    struct file_info info;
    uint64_t number;
    if (file_info_at(path, &info, NULL) == OK && info.kind == FILE_REGULAR)
        identity = identity_at(path);
    return quarantine_take(quarantine, path, &identity, "Test", flags, &number, err);
}

static void
refuses(const char *path, errcode want, const char *part, const char *label)
{
    struct err err = {0};
    bool was = file_exists(path);
    tap_eq_i64(take_one(path, 0, &err), want, "%s is refused", label);
    tap_ok(strstr(err.text, part) != NULL, "saying \"%s\": %s", part, err.text);
    tap_eq_i64(file_exists(path), was, "and stays where it is");
}

/* The path as it is listed: on a drive, with backslashes. */
static const char *
full(const char *path)
{
    static char out[8][PATH_TEXT];
    static unsigned next;
    require(wide_full(path, out[++next % 8], PATH_TEXT));
    return out[next % 8];
}

/* ---- there and back ---- */

static bool
basic_of(const char *path, FILE_BASIC_INFO *ret)
{
    HANDLE handle = handle_open(path, FILE_READ_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING, 0);
    bool read = handle != INVALID_HANDLE_VALUE &&
                GetFileInformationByHandleEx(handle, FileBasicInfo, ret, sizeof *ret);
    CloseHandle(handle);
    return read;
}

static void
set_basic(const char *path, const FILE_BASIC_INFO *basic)
{
    HANDLE handle = handle_open(path, FILE_WRITE_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING, 0);
    require(
        SetFileInformationByHandle(handle, FileBasicInfo, (void *)(uintptr_t)basic, sizeof *basic));
    CloseHandle(handle);
}

static wchar_t *
security_of(const char *path)
{
    static char room[64 << 10];
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    wchar_t *words;
    DWORD n, parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    require(GetFileSecurityW(wide, parts, room, sizeof room, &n));
    require(ConvertSecurityDescriptorToStringSecurityDescriptorW(room, SDDL_REVISION_1, parts,
                                                                 &words, NULL));
    return words;
}

static void
test_round_trip(void)
{
    const char *path = below(home, "sample.exe");
    FILE_BASIC_INFO before = {.CreationTime.QuadPart = 127000000000000000,
                              .LastAccessTime.QuadPart = 128000000000000010,
                              .LastWriteTime.QuadPart = 126000000000000020,
                              .FileAttributes = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN},
                    after = {0};
    struct err err;
    write_file(path, STR("X5O!P%@AP"));
    others_get(path, OTHERS_READ);
    set_basic(path, &before);
    identity_at(path);
    require(basic_of(path, &before));
    wchar_t *security = security_of(path);
    uint64_t number = take_at(quarantine, path);
    tap_ok(!file_exists(path), "a file is taken, though it is read-only");
    tap_eq_i64(kept_of(quarantine, full(path)), (long long)number, "and listed");
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "it is restored");
    tap_eq_z(quarantine_notes(quarantine), "", "whole");
    require(basic_of(path, &after));
    tap_eq_i64(after.LastWriteTime.QuadPart, before.LastWriteTime.QuadPart, "with its times");
    tap_eq_i64(after.CreationTime.QuadPart, before.CreationTime.QuadPart, "when it was made");
    tap_eq_i64(after.FileAttributes, before.FileAttributes, "its attributes");
    wchar_t *now = security_of(path);
    tap_ok(wcscmp(now, security) == 0, "who may use it");
    tap_ok(file_is(path, STR("X5O!P%@AP")), "and its content");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND, "but once");
    LocalFree(now);
    LocalFree(security);
}

static void
test_names(void)
{
    static const char *const names[] = {"t\xc3\xaan", "blank ", "dot.", "con", "\xed\xa0\x80"};
    char deep[PATH_TEXT];
    str_copy(str_of(home), deep, sizeof deep);
    for (int i = 0; i < 12; i++)
        str_copy(str_of(below(deep, "a folder of thirty characters.")), deep, sizeof deep);
    require(folder_make(deep, NULL) == OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = below(deep, names[i]);
        struct err err;
        if (file_replace(path, STR("x"), NULL) != OK || !file_exists(path)) {
            tap_skip("this file system has no such name");
            continue;
        }
        if (strcmp(names[i], "\xed\xa0\x80") == 0)
            tap_note("half of a surrogate pair is a name here");
        uint64_t number = take_at(quarantine, path);
        quarantine_close(quarantine);
        quarantine = open_at(below(home, "quarantine"));
        tap_eq_i64(kept_of(quarantine, full(path)), (long long)number, "name %zu is kept", i);
        tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "and restored");
        tap_no_err(file_remove(path, &err), &err, "under the same name");
    }
}

static void
test_sizes(void)
{
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, CONTENT};
    const char *path = below(home, "sized");
    size_t right = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const str bytes = {content, sizes[i]};
        write_file(path, bytes);
        right += quarantine_restore(quarantine, take_at(quarantine, path), NULL, NULL) == OK &&
                 file_is(path, bytes);
    }
    tap_eq_i64(right, sizeof sizes / sizeof *sizes, "files of any size come back");
}

/* ---- what is refused ---- */

static bool
link_to(const char *target, const char *path, DWORD flags)
{
    cleanup(cleanup_free) wchar_t *to = wide_path(target), *from = wide_path(path);
    struct file_info info;
    /* Wine 8 says that it made one, and did not. */
    if (CreateSymbolicLinkW(from, to, flags) && file_info_at(path, &info, NULL) == OK &&
        info.kind == FILE_LINK)
        return true;
    tap_skip("no links here");
    return false;
}

static void
test_refusals(void)
{
    const char *file = below(home, "file"), *path = below(home, "other");
    cleanup(cleanup_free) wchar_t *wide_file = wide_path(file), *wide = wide_path(path);
    write_file(file, STR("f"));
    if (link_to(file, path, 0)) {
        refuses(path, ERR_USAGE, "is a link", "a link");
        file_remove(path, NULL);
    }
    if (CreateHardLinkW(wide, wide_file, NULL)) {
        refuses(file, ERR_USAGE, "hard links", "a file of two names");
        file_remove(path, NULL);
    }
    refuses(home, ERR_USAGE, "is a folder", "a folder");
    refuses("C:\\", ERR_USAGE, "is a folder", "a drive");
    refuses(below(home, "file:stream"), ERR_USAGE, "is a stream", "a stream");
    refuses(below(below(home, "quarantine"), "journal"), ERR_USAGE, "of the quarantine itself",
            "its own journal");
    refuses(below(home, "nothing"), ERR_NOT_FOUND, "cannot examine", "what is not there");
    if (link_to(home, path, SYMBOLIC_LINK_FLAG_DIRECTORY)) {
        refuses(below(path, "file"), ERR_DENIED, "on the way is a link", "a path through a link");
        RemoveDirectoryW(wide);
    }
    tap_ok(file_is(file, STR("f")), "the file is as it was");
    HANDLE other = handle_open(file, GENERIC_WRITE, SHARE_ALL, OPEN_EXISTING, 0);
    refuses(file, ERR_BUSY, "cannot open", "a file that someone writes");
    CloseHandle(other);
}

static void
test_changed(void)
{
    const char *path = below(home, "changed");
    uint64_t number;
    struct err err;
    write_file(path, STR("before"));
    struct file_identity identity = identity_at(path);
    write_file(path, STR("behind it"));
    tap_eq_i64(quarantine_take(quarantine, path, &identity, "", 0, &number, &err), ERR_BUSY,
               "a file that was changed since the scan stays");
    identity = identity_at(path);
    identity.sha256.bytes[0] ^= 1;
    tap_eq_i64(quarantine_take(quarantine, path, &identity, "", 0, &number, &err), ERR_BUSY,
               "so does one of another content");
    tap_ok(file_is(path, STR("behind it")) && kept_of(quarantine, full(path)) == 0,
           "nothing was taken");
}

static void
test_asks(void)
{
    static const char path[] = "C:\\windows\\khien-quarantine-test.dat";
    struct err err;
    write_file(path, STR("x"));
    write_file(below(home, "own"), STR("x"));
    tap_eq_i64(quarantine_asks(below(home, "own")), 0, "a file of a person needs no flag");
    tap_eq_i64(quarantine_asks("C:/Windows/System32/../system32/kernel32.dll"), QUARANTINE_SYSTEM,
               "one of Windows does");
    tap_eq_i64(quarantine_asks("C:\\windows\\Temp\\x"), 0, "what lies around there does not");
    refuses(path, ERR_DENIED, "of the system", "without the flag it");
    tap_no_err(take_one(path, QUARANTINE_SYSTEM, &err), &err, "with it, it is taken");
    tap_no_err(quarantine_restore(quarantine, kept_of(quarantine, path), NULL, &err), &err,
               "and restored");
    tap_no_err(file_remove(path, &err), &err, "to its place");
}

/* ---- restoring elsewhere, deleting, one at a time ---- */

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
    tap_ok(file_is(path, STR("not mine")) && kept_of(quarantine, full(path)) == number,
           "both are kept");
    tap_eq_i64(quarantine_restore(quarantine, number, below(home, "no/folder"), &err),
               ERR_NOT_FOUND, "a folder that is not there: %s", err.text);
    tap_no_err(quarantine_restore(quarantine, number, other, &err), &err, "elsewhere it can be");
    tap_ok(file_is(other, STR("mine")), "whole");
    number = take_at(quarantine, other);
    tap_no_err(quarantine_delete(quarantine, number, &err), &err, "it is deleted");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND, "for good");
}

static void
test_lock(void)
{
    struct quarantine *second = NULL;
    const char *open = below(home, "open");
    struct err err;
    tap_eq_i64(quarantine_open(below(home, "quarantine"), &second, &err), ERR_BUSY,
               "another program waits: %s", err.text);
    require(folder_make(open, NULL) == OK);
    others_get(open, OTHERS_READ);
    tap_eq_i64(quarantine_open(open, &second, &err), ERR_DENIED,
               "a folder that others may enter is none: %s", err.text);
}

static void
test_lines(void)
{
    const char *path = below(home, "hosts");
    struct err err;
    uint64_t number = 0;
    write_file(path, LINES);
    tap_no_err(quarantine_take_line(quarantine, path, 2, STR("two"), "Test", 0, &number, &err),
               &err, "a line is taken");
    tap_ok(file_is(path, LINES_WITHOUT), "others stay");
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "it is restored");
    tap_ok(file_is(path, LINES), "to where it belongs");
    tap_eq_i64(quarantine_take_line(quarantine, path, 2, STR("x"), "", 0, &number, &err), ERR_BUSY,
               "another text: %s", err.text);
}

/* As after a kill between the exchange of the names and the record of it. */
static void
test_cut_restore(void)
{
    const char *path = below(home, "hosts-cut"), *folder = below(home, "cut-q");
    struct quarantine *own = open_at(folder);
    struct buf copy = {0};
    struct err err;
    uint64_t number = 0, size = 0;
    char name[32];
    int fd = -1;
    write_file(path, LINES);
    require(quarantine_take_line(own, path, 2, STR("two"), "Test", 0, &number, NULL) == OK);
    snprintf(name, sizeof name, "%llu.copy", (unsigned long long)number);
    require(file_read(below(folder, name), 1 << 20, &copy, NULL) == OK);
    require(quarantine_restore(own, number, NULL, NULL) == OK);
    quarantine_close(own);
    write_file(below(folder, name), buf_view(&copy));
    fd = open(below(folder, "journal"), _O_RDWR | _O_BINARY);
    require(fd >= 0 && file_size(fd, "journal", &size, NULL) == OK &&
            file_cut(fd, size - 8, "journal", NULL) == OK);
    close(fd);
    buf_clear(&copy);
    tap_no_err(quarantine_open(folder, &own, &err), &err, "a journal without its last record");
    tap_eq_i64(kept_of(own, full(path)), 0, "what was restored is not kept too");
    tap_ok(file_is(path, LINES) && !file_exists(below(folder, name)), "and its copy is gone");
    quarantine_close(own);
}

/* ---- other processes of this program ---- */

static void
test_stop(void)
{
    uint32_t pid;
    uint64_t started = 0, number;
    struct err err;
    char program[PATH_TEXT];
    wchar_t wide[MAX_PATH];
    DWORD n = MAX_PATH;
    HANDLE child = self_start("sleep", home, &pid);
    require(process_started(pid, &started));
    require(QueryFullProcessImageNameW(child, 0, wide, &n));
    wide_to_utf8(wide, program, sizeof program);
    tap_eq_i64(quarantine_stop(quarantine, pid, started + 1, program, "", &number, &err), ERR_BUSY,
               "another start: %s", err.text);
    tap_eq_i64(quarantine_stop(quarantine, pid, started, "C:\\other.exe", "", &number, &err),
               ERR_BUSY, "another program: %s", err.text);
    tap_eq_i64(WaitForSingleObject(child, 0), WAIT_TIMEOUT, "it still runs");
    tap_no_err(quarantine_stop(quarantine, pid, started, program, "Test.Process", &number, &err),
               &err, "it is ended");
    tap_eq_i64(WaitForSingleObject(child, 0), WAIT_OBJECT_0, "indeed");
    tap_eq_i64(kept_of(quarantine, program), (long long)number, "and noted");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_USAGE,
               "it cannot be restored");
    tap_ok(quarantine_stop(quarantine, pid, started, NULL, "", &number, &err) != OK,
           "it has ended: %s", err.text);
    tap_eq_i64(quarantine_stop(quarantine, GetCurrentProcessId(), 1, NULL, "", &number, &err),
               ERR_USAGE, "never itself");
    tap_eq_i64(quarantine_stop(quarantine, 4, 1, NULL, "", &number, &err), ERR_USAGE,
               "nor the system's first");
    CloseHandle(child);
}

static void
run_forever(void)
{
    const char *file = below(home, "killed/file"), *text = below(home, "killed/hosts");
    struct quarantine *own = open_at(below(home, "killed-q"));
    self_say_ready();
    for (;;) {
        char path[PATH_TEXT];
        uint64_t number;
        str_copy(str_of(full(file)), path, sizeof path);
        number = kept_of(own, path);
        if (!number)
            number = take_at(own, path);
        require(quarantine_restore(own, number, NULL, NULL) == OK);
        require(quarantine_take_line(own, text, 2, STR("two"), "", 0, &number, NULL) == OK);
        require(quarantine_restore(own, number, NULL, NULL) == OK);
    }
}

/* After a restart: true when all is in one place and nothing is left over. */
static bool
is_settled(void)
{
    const char *folder = below(home, "killed"), *file = below(folder, "file"),
               *text = below(folder, "hosts"), *own_folder = below(home, "killed-q");
    struct quarantine *own = open_at(own_folder);
    uint64_t kept = kept_of(own, full(file)), line = kept_of(own, full(text));
    size_t files = file_is(file, (str){content, CONTENT}), lines = file_is(text, LINES);
    bool settled = files + (kept != 0) == 1 && lines + (line != 0) == 1 &&
                   (lines || file_is(text, LINES_WITHOUT)) && names_in(folder) == files + 1 &&
                   names_in(own_folder) == 2 + (size_t)(kept != 0) + (line != 0);
    if (!settled)
        tap_note("file %zu kept %d, text %zu kept %d, names %zu and %zu", files, kept != 0, lines,
                 line != 0, names_in(folder), names_in(own_folder));
    if (kept)
        settled = quarantine_restore(own, kept, NULL, NULL) == OK &&
                  file_is(file, (str){content, CONTENT}) && settled;
    if (line)
        settled =
            quarantine_restore(own, line, NULL, NULL) == OK && file_is(text, LINES) && settled;
    quarantine_close(own);
    return settled;
}

static void
test_kills(void)
{
    struct rng rng = {7};
    size_t right = 0;
    require(folder_make(below(home, "killed"), NULL) == OK);
    write_file(below(home, "killed/file"), (str){content, CONTENT});
    write_file(below(home, "killed/hosts"), LINES);
    for (unsigned i = 0; i < KILLS; i++) {
        HANDLE child = self_start("loop", home, NULL);
        Sleep((DWORD)rng_below(&rng, 60));
        self_kill(child);
        right += is_settled();
    }
    tap_eq_i64(right, KILLS, "whole after each of %d kills", KILLS);
}

int
main(int argc, char **argv)
{
    struct rng rng = {5};
    for (size_t i = 0; i < CONTENT; i++)
        content[i] = (char)rng_next(&rng);
    str_copy(str_of(argc == 3 ? argv[2] : tap_folder("quarantine")), home, sizeof home);
    if (argc == 3 && strcmp(argv[1], "sleep") == 0) {
        self_say_ready();
        Sleep(INFINITE);
    }
    if (argc == 3)
        run_forever();
    quarantine = open_at(below(home, "quarantine"));
    test_round_trip();
    test_names();
    test_sizes();
    test_refusals();
    test_changed();
    test_asks();
    test_restore();
    test_lock();
    test_lines();
    test_cut_restore();
    test_stop();
    quarantine_close(quarantine);
    test_kills();
    return tap_done();
}
