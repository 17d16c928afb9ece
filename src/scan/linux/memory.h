/* SPDX-License-Identifier: Apache-2.0 */
/* What checks keep for each other: which files packages own, and who has a home here. Each is read
 * when it is first asked for. */
#pragma once

#include "scan/linux/look.h"

enum ownership {
    OWNERSHIP_UNKNOWN, /* no dpkg here, so that nothing follows from it */
    OWNERSHIP_NONE,    /* in no package */
    OWNERSHIP_PACKAGE,
};
/* /bin/x and /usr/bin/x are the same where /bin is a link. Links are not followed. */
enum ownership look_owner(const struct look *look, const char *path);
/* The same behind all links. */
enum ownership look_real_owner(const struct look *look, const char *path);

struct user {
    const char *name, *home, *shell;
    uint32_t id;
};
/* The I-th of /etc/passwd; false behind the last. */
bool look_user(const struct look *look, size_t i, struct user *ret);
/* Calls EACH for HOME/NAME of every home: of users, and what else stands in /home. A home that is
 * closed to us is told once a check. */
void look_homes(const struct look *look, const char *name, look_each_function *each, void *context);
/* … and for everything in the folder HOME/NAME. */
void look_home_folders(const struct look *look, const char *name, look_each_function *each,
                       void *context);
