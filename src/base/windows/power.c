/* SPDX-License-Identifier: Apache-2.0 */
/* 1 is mains, 255 unknown, which machines without a battery may say too (SYSTEM_POWER_STATUS). */
#include "base/power.h"

#include <windows.h>

bool
power_is_battery(const char *root)
{
    enum { OFFLINE = 0, NO_BATTERY = 128 };
    SYSTEM_POWER_STATUS status;
    (void)root;
    return GetSystemPowerStatus(&status) && status.ACLineStatus == OFFLINE &&
           !(status.BatteryFlag & NO_BATTERY);
}
