/* SPDX-License-Identifier: Apache-2.0 */
/* No one cuts a mapped file here (ERROR_USER_MAPPED_FILE). */
#include "base/file_guard.h"

void
file_guard_begin(struct file_guard *guard, str map)
{
    *guard = (struct file_guard){.map = map};
}

bool
file_guard_end(struct file_guard *guard)
{
    return guard->shrunk;
}
