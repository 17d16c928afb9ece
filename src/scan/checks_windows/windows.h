/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of Windows, one a file, and what several of them ask. */
#pragma once

#include "scan/checks/checks.h"
#include "scan/checks_formats/shell_link.h"

extern const struct check check_appinit, check_com, check_connections, check_extensions,
    check_hosts, check_ifeo, check_lsa, check_processes, check_proxy, check_run_keys,
    check_services, check_shortcuts, check_startup, check_tasks, check_winlogon, check_wmi;

/* Of a file that may be hostile; what cannot be read is unseen. */
bool windows_read_link(struct checking *checking, const struct check *check, const char *path,
                       struct shell_link *ret);
/* Whether an indicator names a host of TEXT: an address, "http://HOST:PORT/…", "a=HOST:PORT;…". */
bool windows_is_listed(const struct checking *checking, str text);
