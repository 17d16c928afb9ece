/* SPDX-License-Identifier: Apache-2.0 */
/* The startup folders of each user and of all users. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/url_file.h"
#include "scan/checks_windows/program.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

enum { COMMAND = 32 << 10, URL_FILE = 64 << 10 };

struct startup {
    struct checking *checking;
    const struct check *check;
};

static const struct check_reason loose = {
    "loose-program", "chính tệp chương trình nằm trong thư mục Khởi động, không phải lối tắt",
    "the program itself stands in the startup folder, where shortcuts belong"};
static const struct check_reason address = {
    "startup-address", "một trang web hoặc tệp trên mạng được mở khi đăng nhập",
    "a page or a file of the network is opened at logon"};

static void
take_link(const struct startup *startup, const char *path)
{
    cleanup(cleanup_free) struct shell_link *link = mem_calloc(1, sizeof *link);
    cleanup(cleanup_free) char *command = mem_alloc(COMMAND);
    if (!windows_read_link(startup->checking, startup->check, path, link))
        return;
    snprintf(command, COMMAND, "\"%s\" %s", link->target, link->arguments);
    struct program program = {
        .subject = path, .command = command, .file = path, .start = {.file = path}};
    if (link->target[0])
        program_starts(startup->checking, startup->check, &program);
}

static void
take_url(const struct startup *startup, const char *path)
{
    struct buf content = {0};
    struct err err;
    char url[1024];
    str value;
    if (file_read(path, URL_FILE, &content, &err) != OK) {
        startup->checking->unseen(startup->checking->context, startup->check, path, &err);
    } else if (url_file_value(buf_view(&content), STR("InternetShortcut"), STR("URL"), &value)) {
        bool is_file = str_starts(value, STR("file:"));
        enum finding_level level = windows_is_listed(startup->checking, value) ? FINDING_MALICIOUS
                                   : is_file                                   ? FINDING_SUSPICIOUS
                                                                               : FINDING_LOOK;
        snprintf(url, sizeof url, "%.*s", STR_ARG(value));
        program_found(startup->checking, startup->check, (struct doubt){level, &address}, path, url,
                      path, NULL);
    }
    buf_clear(&content);
}

static void
take_file(void *context, const char *path)
{
    static const char *const executable[] = {".exe", ".dll", ".msi", NULL};
    const struct startup *startup = context;
    str name = str_of(path);
    char command[PATH_TEXT + 2];
    if (str_eq_nocase(doubt_base(name), STR("desktop.ini")))
        return;
    if (name.n > 4 && str_eq_nocase(str_from(name, name.n - 4), STR(".lnk"))) {
        take_link(startup, path);
        return;
    }
    if (name.n > 4 && str_eq_nocase(str_from(name, name.n - 4), STR(".url"))) {
        take_url(startup, path);
        return;
    }
    snprintf(command, sizeof command, "\"%s\"", path);
    bool is_script = doubt_is_script(name);
    struct program program = {.subject = path, .command = command, .file = path};
    if (is_script || doubt_ends(name, executable))
        program.least = (struct doubt){is_script ? FINDING_SUSPICIOUS : FINDING_LOOK, &loose};
    startup->checking->starts(startup->checking->context, &(struct check_start){.path = path});
    program_starts(startup->checking, startup->check, &program);
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char menu[] = "Microsoft\\Windows\\Start Menu\\Programs\\Startup";
    char below[PATH_TEXT], folder[PATH_TEXT];
    struct startup startup = {checking, check};
    snprintf(below, sizeof below, "AppData\\Roaming\\%s", menu);
    place_each_user_file(checking, check, below, 0, take_file, &startup);
    snprintf(below, sizeof below, "ProgramData\\%s", menu);
    if (place_on_drive(checking, below, folder))
        place_each_file(checking, check, folder, 0, take_file, &startup);
}

const struct check check_startup = {
    .id = "startup",
    .attack = "T1547.001",
    .vi = {"Tệp đáng ngờ trong thư mục Khởi động",
           "Mọi thứ trong thư mục này tự chạy khi bạn đăng nhập.",
           "Nếu bạn không tự đặt tệp này vào đó, hãy cách ly nó."},
    .en = {"A doubtful file in the startup folder",
           "All that is in this folder starts when you log on.",
           "If you did not put the file there, quarantine it."},
    .run = run,
};
