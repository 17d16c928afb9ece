/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of Linux, one a file. */
#pragma once

#include "scan/checks/checks.h"

extern const struct check check_preload, check_cron, check_at, check_systemd, check_timer,
    check_init, check_profile, check_autostart, check_ssh_keys, check_pam, check_kernel_modules,
    check_setuid, check_programs, check_hidden, check_listening, check_connections, check_resolvers,
    check_hosts, check_udev, check_packages, check_motd, check_altered, check_remote_shells;
