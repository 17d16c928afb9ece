/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include "base/file.h"
#include "base/require.h"

const char *
below(const char *folder, const char *name)
{
    static char paths[64][PATH_TEXT];
    static unsigned next;
    char *path = paths[next++ % 64];
    require(path_join(path, folder, name, NULL) == OK);
    return path;
}
