/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduled tasks in quarantine: one that is taken is disabled and comes back enabled, one that
 * starts something else stays, whatever the service says, and a process that is ended at any moment
 * leaves each task enabled or in quarantine. The service is that of task_service.c. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "base/windows/wide.h"
#include "kept.h"
#include "scan/checks_formats/task_xml.h"
#include "windows_self.h"

enum { KILLS = 50, XML = 4096 };
#define FOLDER L"khien-quarantine-test"
#define NAME "\\khien-quarantine-test\\"

static char home[PATH_TEXT];
static struct quarantine *quarantine;

/* ---- tasks as Windows has them ---- */

static wchar_t *
file_of(const char *name, wchar_t out[MAX_PATH])
{
    wchar_t folder[MAX_PATH];
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    GetSystemDirectoryW(folder, MAX_PATH);
    _snwprintf(out, MAX_PATH, L"%ls\\Tasks%ls", folder, wide);
    return out;
}

static void
put(const char *name, const char *command, bool is_enabled)
{
    wchar_t path[MAX_PATH], xml[XML];
    DWORD n;
    int units = _snwprintf(xml, XML,
                           L"\xfeff<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n"
                           "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">"
                           "<Settings><Enabled>%ls</Enabled></Settings><Actions><Exec>"
                           "<Command>%hs</Command></Exec></Actions></Task>",
                           is_enabled ? L"true" : L"false", command);
    HANDLE file = CreateFileW(file_of(name, path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    require(WriteFile(file, xml, (DWORD)units * sizeof *xml, &n, NULL));
    CloseHandle(file);
}

static void
drop(const char *name)
{
    wchar_t path[MAX_PATH];
    DeleteFileW(file_of(name, path));
}

static bool
read_file(const char *name, struct buf *out)
{
    wchar_t path[MAX_PATH];
    char narrow[PATH_TEXT];
    file_of(name, path);
    require(wide_to_path(path, wcslen(path), narrow, sizeof narrow));
    return file_read(narrow, XML * 2, out, NULL) == OK;
}

/* What it starts, and whether it does. */
static bool
is(const char *name, const char *command, bool is_enabled)
{
    struct buf file = {0}, text = BUF(XML);
    char want[XML];
    bool same = read_file(name, &file);
    snprintf(want, sizeof want, "<Command>%s</Command>", command);
    for (size_t i = 2; i < file.n; i += 2)
        buf_char(&text, file.p[i]);
    same = same && str_find(buf_view(&text), str_of(want)) != SIZE_MAX &&
           (str_find(buf_view(&text), STR("<Enabled>true<")) != SIZE_MAX) == is_enabled;
    buf_clear(&file);
    buf_clear(&text);
    return same;
}

#define EVIL "C:\\x\\evil.exe"

static struct quarantine_task
seen(const char *name, const char *command)
{
    const struct task task = {.actions = {{command, "", "", ""}}, .count = 1};
    return (struct quarantine_task){.name = name, .actions = task_digest(&task)};
}

static uint64_t
take_one(const char *name)
{
    struct quarantine_task task = seen(name, EVIL);
    uint64_t number = 0;
    struct err err;
    if (quarantine_take_task(quarantine, &task, "Test.Task", 0, &number, &err) != OK)
        tap_note("%s", err.text);
    return number;
}

static void
goes_wrong(const wchar_t *how)
{
    require(SetEnvironmentVariableW(L"KHIEN_TEST_TASKS", how) || !how);
}

/* ---- there and back ---- */

static void
test_taken(void)
{
    static const char *const names[] = {NAME "one", NAME "t\xc3\xaan c\xe1\xbb\xa7"
                                                         "a t\xc3\xb4i"};
    struct quarantine_item item = {0};
    struct buf was = {0};
    struct err err;
    const char *file = below(home, "task.xml");
    for (size_t i = 0; i < 2; i++) {
        put(names[i], EVIL, true);
        buf_clear(&was);
        require(read_file(names[i], &was));
        uint64_t number = take_one(names[i]);
        tap_ok(number && is(names[i], EVIL, false), "%s is disabled", names[i]);
        quarantine_close(quarantine);
        quarantine = open_at(below(home, "quarantine"));
        tap_eq_i64(kept_of(quarantine, names[i]), (long long)number, "and listed");
        for (size_t j = 0; quarantine_at(quarantine, j, &item) && item.number != number; j++)
            continue;
        tap_eq_i64(item.kind, QUARANTINE_TASK, "as a task");
        tap_eq_i64((long long)item.size, (long long)was.n, "with what describes it");
        tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "and restored");
        tap_ok(is(names[i], EVIL, true), "enabled");
        tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND, "once");
    }
    uint64_t number = take_one(names[0]);
    tap_no_err(quarantine_restore(quarantine, number, file, &err), &err, "a file is made of it");
    tap_ok(file_is(file, buf_view(&was)), "as Windows had it");
    tap_ok(is(names[0], EVIL, false), "and it stays disabled");
    put(names[0], EVIL, true);
    number = take_one(names[0]);
    tap_no_err(quarantine_delete(quarantine, number, &err), &err, "what is kept is deleted");
    tap_ok(is(names[0], EVIL, false), "and the task stays disabled");
    buf_clear(&was);
    drop(names[0]);
    drop(names[1]);
}

/* ---- what is refused ---- */

static void
refuses(const struct quarantine_task *task, unsigned flags, errcode want, const char *part,
        const char *label)
{
    struct err err = {0};
    uint64_t number;
    tap_eq_i64(quarantine_take_task(quarantine, task, "Test", flags, &number, &err), want,
               "%s is refused", label);
    tap_ok(strstr(err.text, part) != NULL, "saying \"%s\": %s", part, err.text);
}

static void
test_refusals(void)
{
    size_t names = names_in(below(home, "quarantine"));
    struct quarantine_task task = seen(NAME "changed", EVIL);
    put(NAME "changed", "C:\\x\\other.exe", true);
    refuses(&task, 0, ERR_BUSY, "was changed", "one that starts something else");
    tap_ok(is(NAME "changed", "C:\\x\\other.exe", true), "it stays");
    put(NAME "changed", EVIL, false);
    refuses(&task, 0, ERR_NOT_FOUND, "disabled already", "one that is disabled");
    drop(NAME "changed");
    refuses(&task, 0, ERR_NOT_FOUND, "cannot find", "one that is gone");
    task = seen("\\microsoft\\Windows\\khien\\x", EVIL);
    refuses(&task, 0, ERR_DENIED, "is of Windows", "one of Windows");
    tap_eq_i64(quarantine_asks_task(task.name), QUARANTINE_SYSTEM, "which is asked for");
    tap_eq_i64(quarantine_asks_task("\\Microsoft\\Office\\x"), 0, "another is not");
    refuses(&task, QUARANTINE_SYSTEM, ERR_NOT_FOUND, "cannot find", "when it is, what is gone");
    task = seen("\\\\server\\x", EVIL);
    refuses(&task, 0, ERR_USAGE, "no name of", "a path");
    tap_eq_i64(names_in(below(home, "quarantine")), names, "nothing is kept of any");
}

static void
test_restore(void)
{
    struct err err;
    put(NAME "back", EVIL, true);
    uint64_t number = take_one(NAME "back");
    put(NAME "back", "C:\\x\\other.exe", false);
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED,
               "one that starts something else is not enabled: %s", err.text);
    tap_ok(is(NAME "back", "C:\\x\\other.exe", false), "and stays");
    drop(NAME "back");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND,
               "one that is gone is not made: %s", err.text);
    put(NAME "back", EVIL, true);
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err,
               "one that was enabled by others is restored");
    tap_ok(is(NAME "back", EVIL, true) && !kept_of(quarantine, NAME "back"), "as it is");
    drop(NAME "back");
}

/* ---- what the service says ---- */

static void
test_service(void)
{
    struct quarantine_task task = seen(NAME "wrong", EVIL);
    size_t names = names_in(below(home, "quarantine"));
    struct err err;
    put(NAME "wrong", EVIL, true);
    goes_wrong(L"away");
    refuses(&task, 0, ERR_IO, "be reached", "without the service");
    goes_wrong(L"denied");
    refuses(&task, 0, ERR_DENIED, "disable the task", "without the right");
    goes_wrong(L"idle");
    refuses(&task, 0, ERR_IO, "did not disable", "when it does nothing");
    tap_ok(is(NAME "wrong", EVIL, true) && names_in(below(home, "quarantine")) == names,
           "nothing is kept of what stays enabled");
    goes_wrong(L"lost");
    uint64_t number = take_one(NAME "wrong");
    tap_ok(number && is(NAME "wrong", EVIL, false), "what was done counts, not what was said");
    goes_wrong(L"idle");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_BUSY,
               "what is not enabled is kept: %s", err.text);
    goes_wrong(NULL);
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "until it is");
    goes_wrong(L"silent");
    refuses(&task, 0, ERR_IO, "disable the task", "an answer that does not come");
    tap_ok(is(NAME "wrong", EVIL, false), "of one that is disabled");
    quarantine_close(quarantine);
    goes_wrong(L"away");
    quarantine = open_at(below(home, "quarantine"));
    tap_eq_i64(names_in(below(home, "quarantine")), names + 1, "is waited for");
    number = kept_of(quarantine, NAME "wrong");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_BUSY,
               "and nothing is done until then: %s", err.text);
    tap_eq_i64(quarantine_delete(quarantine, number, &err), ERR_BUSY, "whatever it is");
    quarantine_close(quarantine);
    goes_wrong(NULL);
    quarantine = open_at(below(home, "quarantine"));
    number = kept_of(quarantine, NAME "wrong");
    tap_ok(number != 0, "and found at the next start");
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "so that it comes back");
    tap_ok(is(NAME "wrong", EVIL, true), "enabled");
    drop(NAME "wrong");
}

/* ---- another process of this program, ended at any moment ---- */

static void
run_forever(void)
{
    quarantine = open_at(below(home, "killed"));
    self_say_ready();
    for (;;) {
        uint64_t number = take_one(NAME "killed");
        require(number && quarantine_restore(quarantine, number, NULL, NULL) == OK);
    }
}

/* After a restart: true when it is in one place, nothing is left over, and it can be restored. */
static bool
is_settled(size_t *taken)
{
    const char *folder = below(home, "killed");
    struct quarantine *own = open_at(folder);
    uint64_t number = kept_of(own, NAME "killed");
    bool is_enabled = is(NAME "killed", EVIL, true);
    bool settled = is_enabled + (number != 0) == 1 &&
                   is(NAME "killed", EVIL, false) == !is_enabled &&
                   names_in(folder) == 2 + (size_t)(number != 0);
    if (!settled)
        tap_note("enabled %d kept %d, names %zu", is_enabled, number != 0, names_in(folder));
    *taken += number != 0;
    if (number)
        settled = quarantine_restore(own, number, NULL, NULL) == OK && settled;
    quarantine_close(own);
    return settled && is(NAME "killed", EVIL, true);
}

static void
test_kills(void)
{
    struct rng rng = {12};
    size_t right = 0, taken = 0;
    put(NAME "killed", EVIL, true);
    for (unsigned i = 0; i < KILLS; i++) {
        HANDLE child = self_start("loop", home, NULL);
        Sleep((DWORD)rng_below(&rng, 60));
        self_kill(child);
        right += is_settled(&taken);
    }
    tap_eq_i64(right, KILLS, "whole after each of %d kills", KILLS);
    tap_ok(taken > 0, "%zu times it was in quarantine by then", taken);
    drop(NAME "killed");
    drop(NAME "killed.new");
}

int
main(int argc, char **argv)
{
    wchar_t folder[MAX_PATH];
    str_copy(str_of(argc == 3 ? argv[2] : tap_folder("quarantine")), home, sizeof home);
    if (argc == 3)
        run_forever();
    CreateDirectoryW(file_of("", folder), NULL);
    CreateDirectoryW(file_of("\\khien-quarantine-test", folder), NULL);
    HMODULE library = LoadLibraryW(L"task_service.dll");
    FARPROC held = library ? GetProcAddress(library, "task_service_held") : NULL;
    quarantine = open_at(below(home, "quarantine"));
    test_taken();
    test_refusals();
    test_restore();
    test_service();
    quarantine_close(quarantine);
    tap_ok(held && held() == 0, "nothing of the service is held");
    test_kills();
    RemoveDirectoryW(folder);
    return tap_done();
}
