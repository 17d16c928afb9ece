/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as their /sys describes them. */
#include "base/power.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"

#include <sys/stat.h>

static const char *root;

static void
put(const char *supply, const char *name, const char *value)
{
    char folder[PATH_TEXT], path[PATH_TEXT];
    struct err err;
    snprintf(folder, sizeof folder, "%s/sys/class/power_supply/%s", root, supply);
    require(folder_make(folder, &err) == OK && path_join(path, folder, name, &err) == OK);
    require(file_replace(path, str_of(value), &err) == OK);
}

int
main(void)
{
    root = tap_folder("power");
    tap_ok(!power_is_battery(root), "a machine that tells nothing");
    put("hidpp_battery_0", "type", "Battery\n");
    put("hidpp_battery_0", "scope", "Device\n");
    put("hidpp_battery_0", "status", "Discharging\n");
    tap_ok(!power_is_battery(root), "the battery of a mouse is not the machine's");
    put("BAT0", "type", "Battery\n");
    put("BAT0", "status", "Discharging\n");
    tap_ok(power_is_battery(root), "a battery that discharges");
    put("AC", "type", "Mains\n");
    put("AC", "online", "0\n");
    tap_ok(power_is_battery(root), "with a charger that is not plugged in");
    put("AC", "online", "1\n");
    tap_ok(!power_is_battery(root), "one that is, too weak as it may be");
    put("AC", "online", "0\n");
    put("ucsi-source-psy-USBC000:001", "type", "USB\n");
    put("ucsi-source-psy-USBC000:001", "online", "1\n");
    tap_ok(!power_is_battery(root), "one by USB");
    put("ucsi-source-psy-USBC000:001", "online", "0\n");
    put("BAT0", "status", "Not charging\n");
    tap_ok(!power_is_battery(root), "a battery that is not used");
    put("BAT1", "type", "Battery\n");
    put("BAT1", "status", "Discharging\n");
    tap_ok(power_is_battery(root), "a second one that is");
    return tap_done();
}
