/* SPDX-License-Identifier: Apache-2.0 */
/* Event consumers in the WMI repository (OBJECTS.DATA), whose format nobody published: bindings
 * name a consumer as CLASS.Name="NAME"; its own record has its class, then its texts, each between
 * zero bytes. */
#pragma once

#include "base/str.h"

enum { WMI_NAME = 256, WMI_COMMAND = 4096 };

struct wmi_consumer {
    const char *class_name;
    char name[WMI_NAME];
};

/* The next consumer that runs a command or a script and is bound to an event; false at the end.
 * *AT begins with 0. The same one may come again. */
bool wmi_next(str data, size_t *at, struct wmi_consumer *ret);
/* What it runs; "" when its record is not found. */
void wmi_command(str data, const struct wmi_consumer *consumer, char ret[WMI_COMMAND]);
