/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and scripts that WMI runs at events: no file and no key of the registry names them. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_formats/wmi_data.h"
#include "scan/checks_windows/program.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

enum { CONSUMERS = 64 };

static const struct check_reason bound = {
    "event-consumer", "WMI tự chạy lệnh này khi có sự kiện, không cần tệp nào trong máy",
    "WMI runs this at an event, without any file that names it"};

static bool
is_seen(char names[][WMI_NAME], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void
take_data(struct checking *checking, const struct check *check, str data)
{
    char subject[WMI_NAME + 64], command[WMI_COMMAND];
    char(*names)[WMI_NAME] = mem_calloc(CONSUMERS, WMI_NAME);
    struct wmi_consumer consumer;
    size_t at = 0, count = 0;
    while (count < CONSUMERS && wmi_next(data, &at, &consumer)) {
        checking->looked++;
        /* Windows 7 has the one of Microsoft's tests that no one removed. */
        if (is_seen(names, count, consumer.name) || strcmp(consumer.name, "BVTConsumer") == 0)
            continue;
        memcpy(names[count++], consumer.name, WMI_NAME);
        snprintf(subject, sizeof subject, "%s \"%s\"", consumer.class_name, consumer.name);
        wmi_command(data, &consumer, command);
        program_found(checking, check, (struct doubt){FINDING_SUSPICIOUS, &bound}, subject, command,
                      NULL, NULL);
    }
    free(names);
}

static void
run(struct checking *checking, const struct check *check)
{
    char path[PATH_TEXT];
    struct file_map map;
    struct err err;
    if (!place_in_windows(checking, "System32\\wbem\\Repository\\OBJECTS.DATA", path))
        return;
    errcode code = file_map_open(path, &map, &err);
    if (code == OK) {
        take_data(checking, check, map.bytes);
        file_map_close(&map);
    } else if (code != ERR_NOT_FOUND) {
        checking->unseen(checking->context, check, path, &err);
    }
}

const struct check check_wmi = {
    .id = "wmi",
    .attack = "T1546.003",
    .vi = {"Lệnh ẩn trong WMI",
           "Một lệnh được giấu trong cơ sở dữ liệu quản trị của Windows và tự chạy khi có sự kiện. "
           "Phần mềm thông thường hầu như không làm vậy.",
           "Hãy nhờ người quản trị xóa bộ nhận sự kiện (event consumer) này."},
    .en = {"A command hidden in WMI",
           "A command is kept in the management data of Windows and runs at events. Ordinary "
           "software hardly ever does so.",
           "Have an administrator remove this event consumer."},
    .run = run,
};
