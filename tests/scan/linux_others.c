/* SPDX-License-Identifier: Apache-2.0 */
#include "others.h"

#include "base/require.h"

#include <sys/stat.h>

void
others_get(const char *path, enum others what)
{
    static const mode_t modes[] = {0700, 0704, 0707};
    require(chmod(path, modes[what]) == 0);
}
