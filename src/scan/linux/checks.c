/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"

const struct check *const checks[] = {
    &check_preload,     &check_motd,          &check_cron,      &check_at,
    &check_systemd,     &check_timer,         &check_init,      &check_profile,
    &check_autostart,   &check_ssh_keys,      &check_pam,       &check_kernel_modules,
    &check_altered,     &check_setuid,        &check_udev,      &check_packages,
    &check_resolvers,   &check_hosts,         &check_programs,  &check_hidden,
    &check_connections, &check_remote_shells, &check_listening, NULL,
};
