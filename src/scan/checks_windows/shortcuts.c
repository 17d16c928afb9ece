/* SPDX-License-Identifier: Apache-2.0 */
/* Shortcuts that people click: of browsers with a page or an extension added, of programs that a
 * worm on a removable drive put a command in front of. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/url_file.h"
#include "scan/checks_windows/program.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>
#include <windows.h>

enum { COMMAND = 32 << 10, AUTORUN = 64 << 10 };

struct shortcuts {
    struct checking *checking;
    const struct check *check;
    bool is_drive; /* the top folder of a drive, where a command opens no program of Windows */
};

static const struct check_reason page = {"added-page",
                                         "lối tắt trình duyệt bị gắn thêm một trang web",
                                         "the shortcut of a browser has a page added"};
static const struct check_reason option = {
    "added-option", "lối tắt trình duyệt bị gắn thêm tùy chọn làm mất an toàn",
    "the shortcut of a browser has an option added that makes it unsafe"};
static const struct check_reason worm = {
    "drive-worm", "lối tắt ở gốc ổ đĩa chạy một lệnh, như sâu lây qua USB",
    "a shortcut at the top of a drive runs a command, as worms of USB drives do"};

static const struct check_reason worm_program = {"autorun",
                                                 "ổ đĩa này tự chạy một chương trình khi được mở",
                                                 "the drive starts a program when it is opened"};

static bool
has_one_of(str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains_nocase(text, str_of(*words)))
            return true;
    return false;
}

static struct doubt
doubt_link(const struct shortcuts *shortcuts, const struct shell_link *link)
{
    static const char *const browsers[] = {"chrome.exe",  "msedge.exe",
                                           "firefox.exe", "iexplore.exe",
                                           "browser.exe", "opera.exe",
                                           "brave.exe",   "\\opera\\launcher.exe",
                                           NULL};
    static const char *const unsafe[] = {"--load-extension",
                                         "--proxy-server",
                                         "--proxy-pac-url",
                                         "--disable-web-security",
                                         "--remote-debugging",
                                         "--ignore-certificate-errors",
                                         NULL};
    static const char *const runners[] = {"cmd.exe",        "wscript.exe",
                                          "cscript.exe",    "rundll32.exe",
                                          "powershell.exe", "mshta.exe",
                                          "regsvr32.exe",   NULL};
    str target = str_of(link->target), arguments = str_of(link->arguments);
    if (shortcuts->is_drive && arguments.n > 0 && doubt_ends(target, runners))
        return (struct doubt){FINDING_SUSPICIOUS, &worm};
    if (!doubt_ends(target, browsers))
        return (struct doubt){0};
    if (has_one_of(arguments, unsafe))
        return (struct doubt){FINDING_SUSPICIOUS, &option};
    /* Chrome's own shortcuts of pages that are programs say so. */
    bool has_page = str_contains_nocase(arguments, STR("http:")) ||
                    str_contains_nocase(arguments, STR("https:")) ||
                    str_contains_nocase(arguments, STR("www."));
    if (has_page && !str_contains_nocase(arguments, STR("--app")))
        return (struct doubt){FINDING_SUSPICIOUS, &page};
    return (struct doubt){0};
}

/* A drive's program that is to start when it is opened. */
static void
take_autorun(const struct shortcuts *shortcuts, const char *path)
{
    static const str names[] = {{"open", 4}, {"shellexecute", 12}};
    struct buf content = {0};
    struct err err;
    char detail[512];
    str value;
    if (file_read(path, AUTORUN, &content, &err) != OK)
        shortcuts->checking->unseen(shortcuts->checking->context, shortcuts->check, path, &err);
    for (size_t i = 0; i < 2; i++)
        if (url_file_value(buf_view(&content), STR("autorun"), names[i], &value) && value.n > 0) {
            snprintf(detail, sizeof detail, "%.*s", STR_ARG(value));
            program_found(shortcuts->checking, shortcuts->check,
                          (struct doubt){FINDING_LOOK, &worm_program}, path, detail, path, NULL);
        }
    buf_clear(&content);
}

static void
take_file(void *context, const char *path)
{
    const struct shortcuts *shortcuts = context;
    str name = str_of(path);
    if (shortcuts->is_drive && str_eq_nocase(doubt_base(name), STR("autorun.inf")))
        take_autorun(shortcuts, path);
    if (name.n < 4 || !str_eq_nocase(str_from(name, name.n - 4), STR(".lnk")))
        return;
    cleanup(cleanup_free) struct shell_link *link = mem_calloc(1, sizeof *link);
    cleanup(cleanup_free) char *command = mem_alloc(COMMAND);
    if (!windows_read_link(shortcuts->checking, shortcuts->check, path, link))
        return;
    snprintf(command, COMMAND, "\"%s\" %s", link->target, link->arguments);
    struct doubt doubt = doubt_link(shortcuts, link);
    if (!doubt.reason)
        doubt = doubt_command(str_of(command));
    if (windows_is_listed(shortcuts->checking, str_of(link->arguments)))
        doubt = (struct doubt){FINDING_MALICIOUS, &page};
    if (doubt.reason)
        program_found(shortcuts->checking, shortcuts->check, doubt, path, command, path, NULL);
}

static void
take_drives(struct shortcuts *shortcuts)
{
    char top[PATH_TEXT];
    shortcuts->is_drive = true;
    if (shortcuts->checking->root[0]) {
        place_each_file(shortcuts->checking, shortcuts->check, shortcuts->checking->root, 0,
                        take_file, shortcuts);
        return;
    }
    DWORD drives = GetLogicalDrives();
    for (int i = 0; i < 26; i++) {
        snprintf(top, sizeof top, "%c:", 'A' + i);
        wchar_t wide[] = {(wchar_t)(L'A' + i), L':', L'\\', 0};
        UINT kind = drives >> i & 1 ? GetDriveTypeW(wide) : DRIVE_NO_ROOT_DIR;
        if (kind == DRIVE_REMOVABLE || kind == DRIVE_FIXED)
            place_each_file(shortcuts->checking, shortcuts->check, top, 0, take_file, shortcuts);
    }
}

static void
run(struct checking *checking, const struct check *check)
{
    static const struct {
        const char *below;
        unsigned depth;
    } folders[] = {{"Desktop", 1},
                   {"AppData\\Roaming\\Microsoft\\Internet Explorer\\Quick Launch", 4},
                   {"AppData\\Roaming\\Microsoft\\Windows\\Start Menu", 4}};
    char menu[PATH_TEXT];
    struct shortcuts shortcuts = {checking, check, false};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        place_each_user_file(checking, check, folders[i].below, folders[i].depth, take_file,
                             &shortcuts);
    if (place_on_drive(checking, "ProgramData\\Microsoft\\Windows\\Start Menu", menu))
        place_each_file(checking, check, menu, 4, take_file, &shortcuts);
    take_drives(&shortcuts);
}

const struct check check_shortcuts = {
    .id = "shortcuts",
    .attack = "T1547.009",
    .vi = {"Lối tắt bị sửa",
           "Lối tắt này chạy thêm một lệnh hoặc mở thêm một trang mà bạn không yêu cầu.",
           "Đừng bấm vào lối tắt này. Xóa nó rồi tạo lại từ chương trình gốc."},
    .en = {"A changed shortcut",
           "This shortcut runs a command or opens a page that you did not ask for.",
           "Do not click on it. Delete it, and make a new one from the program."},
    .run = run,
};
