/* SPDX-License-Identifier: Apache-2.0 */
/* /sys/class/power_supply (Documentation/ABI/testing/sysfs-class-power): batteries of mice and the
 * like have the scope "Device". A charger by USB is a supply like any other. */
#include "base/power.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <dirent.h>

static bool
says(const char *supply, const char *name, const char *word)
{
    char path[PATH_TEXT];
    struct buf text = {0};
    bool is_so = path_join(path, supply, name, NULL) == OK && file_exists(path) &&
                 file_read(path, 4096, &text, NULL) == OK &&
                 str_eq(str_trim(buf_view(&text)), str_of(word));
    buf_clear(&text);
    return is_so;
}

bool
power_is_battery(const char *root)
{
    char top[PATH_TEXT], supply[PATH_TEXT];
    bool discharges = false, has_mains = false;
    if (path_join(top, root, "/sys/class/power_supply", NULL) != OK)
        return false;
    DIR *folder = opendir(top);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.' || path_join(supply, top, entry->d_name, NULL) != OK ||
            says(supply, "scope", "Device"))
            continue;
        if (says(supply, "type", "Battery"))
            discharges = discharges || says(supply, "status", "Discharging");
        else
            has_mains = has_mains || says(supply, "online", "1");
    }
    if (folder)
        closedir(folder);
    return discharges && !has_mains;
}
