/* SPDX-License-Identifier: Apache-2.0 */
/* Services start before anyone logs on, with the rights of the system. */
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

static const struct check_reason open_folder = {
    "service-folder", "dịch vụ của hệ thống lại chạy từ thư mục mà người dùng ghi được",
    "a service of the system runs from a folder that users write to"};

/* Folders in which no installer puts a service; that of all programs' data holds a few. */
static struct doubt
doubt_folder(str path)
{
    static const char *const users[] = {"\\appdata\\",  "\\users\\public\\", "%appdata%",
                                        "\\temp\\",     "\\recycler",        "$recycle.bin",
                                        "\\downloads\\"};
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        if (str_contains_nocase(path, str_of(users[i])))
            return (struct doubt){FINDING_SUSPICIOUS, &open_folder};
    bool is_data = str_contains_nocase(path, STR("\\programdata\\")) ||
                   str_contains_nocase(path, STR("%programdata%"));
    if (is_data && !str_contains_nocase(path, STR("\\microsoft\\")))
        return (struct doubt){FINDING_LOOK, &open_folder};
    return (struct doubt){0};
}

/* C:\Program Files\a b\c.exe without quotes: Windows tries C:\Program.exe first, then the next
 * blank. */
static struct doubt
doubt_unquoted(const struct keys_place *place, const char *command)
{
    static const struct check_reason unquoted = {
        "unquoted-path",
        "đường dẫn có dấu cách mà không đặt trong ngoặc kép, kẻ xấu có thể chen chương trình vào",
        "its path has blanks and no quotes, so that another program can slip in"};
    static const struct check_reason slipped = {
        "slipped-in",
        "một chương trình khác đã chen vào đường dẫn không có ngoặc kép của dịch vụ này",
        "another program has slipped into this service's path, which has no quotes"};
    static const str ending = {".exe", 4};
    str path = str_trim(str_of(command));
    if (path.n < 3 || path.p[1] != ':')
        return (struct doubt){0};
    size_t end = 0;
    while (end + ending.n <= path.n && !str_eq_nocase((str){path.p + end, ending.n}, ending))
        end++;
    bool has_blank = false;
    for (size_t i = 0; i < end && end + ending.n <= path.n; i++) {
        char tried[PATH_TEXT];
        if (path.p[i] != ' ')
            continue;
        has_blank = true;
        int n = snprintf(tried, sizeof tried, "%.*s.exe", (int)i, path.p);
        if (n > 0 && n < PATH_TEXT && place_is_file(tried)) {
            place->checking->starts(place->checking->context, &(struct check_start){.path = tried});
            return (struct doubt){FINDING_SUSPICIOUS, &slipped};
        }
    }
    return has_blank ? (struct doubt){FINDING_LOOK, &unquoted} : (struct doubt){0};
}

/* The service at PATH starts no more when its start is another; false when it does not now. */
static bool
find_start(const struct keys_place *place, const char *path, char key_name[KEYS_PATH],
           struct check_value *ret)
{
    enum { DISABLED = 4 }; /* of SERVICE_*_START */
    struct keys_place service = {.hive = place->hive};
    struct registry_key *key;
    struct registry_value start;
    if (!str_copy(str_of(path), service.path, sizeof service.path) ||
        registry_open(place->hive, path, &key, NULL) != OK)
        return false;
    bool found = registry_value(key, "Start", &start, NULL) == OK;
    registry_close(key);
    if (!found)
        return false;
    *ret = keys_seen(&service, &start, key_name);
    ret->name = "Start";
    ret->instead = "4";
    found = start.is_number && start.number != DISABLED;
    registry_value_clear(&start);
    return found;
}

/* SERVICE is the path of its key. A library may have been put into a service that Windows needs: it
 * alone is taken, and the service is for a person. */
static void
take_image(const struct keys_place *place, const char *service, const struct registry_value *value,
           bool is_program, bool is_library)
{
    char key_name[KEYS_PATH];
    struct check_value start;
    bool has_start = find_start(place, service, key_name, &start);
    start.is_shared = is_library;
    struct doubt doubt = doubt_folder(str_of(value->text));
    if (!doubt.reason && is_program)
        doubt = doubt_unquoted(place, value->text);
    keys_starts(place, value, value->text, has_start ? &start : NULL, doubt);
}

static void
take_library(const struct keys_place *place, const struct registry_key *key)
{
    static const str parameters = {"\\Parameters", 11};
    struct registry_value value;
    char service[KEYS_PATH];
    str path = str_of(place->path);
    if (!str_ends(path, parameters) ||
        !str_copy((str){path.p, path.n - parameters.n}, service, sizeof service) ||
        !keys_find(place, key, "ServiceDll", &value))
        return;
    take_image(place, service, &value, false, true);
    registry_value_clear(&value);
}

static void
take_service(const struct keys_place *place, const struct registry_key *key)
{
    enum { PROGRAM = 0x30 }; /* SERVICE_WIN32: the others are drivers */
    struct registry_value image, kind, library;
    bool is_program = false;
    if (keys_find(place, key, "Type", &kind)) {
        is_program = kind.number & PROGRAM;
        registry_value_clear(&kind);
    }
    if (keys_find(place, key, "ImagePath", &image)) {
        take_image(place, place->path, &image, is_program, false);
        registry_value_clear(&image);
    }
    if (keys_find(place, key, "ServiceDll", &library)) {
        take_image(place, place->path, &library, false, true);
        registry_value_clear(&library);
    }
    keys_below(place, key, take_library);
}

static void
take_services(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_service);
}

static void
run(struct checking *checking, const struct check *check)
{
    if (keys_are_seen(checking, check))
        keys_each(checking, check, KEYS_MACHINE, "SYSTEM\\CurrentControlSet\\Services",
                  take_services);
}

const struct check check_services = {
    .id = "services",
    .attack = "T1543.003",
    .vi =
        {"Dịch vụ đáng ngờ của Windows",
         "Dịch vụ tự chạy cùng Windows với quyền cao nhất, trước cả khi có người đăng nhập.",
         "Hãy hỏi người quản trị dịch vụ này của phần mềm nào. Nếu không ai biết, hãy cách ly tệp "
         "của nó rồi khởi động lại máy."},
    .en = {"A doubtful service of Windows",
           "Services start with Windows and have all rights, even before anyone logs on.",
           "Ask your administrator what software the service belongs to. If nobody knows it, "
           "quarantine its file and restart."},
    .run = run,
};
