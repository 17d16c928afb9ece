/* SPDX-License-Identifier: Apache-2.0 */
/* Finding an embedded file. */
#include "base/embed.h"

#include "base/require.h"

extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

str
embed_file(const char *name)
{
    for (size_t i = 0; i < embedded_file_count; i++)
        if (strcmp(embedded_files[i].name, name) == 0)
            return embedded_files[i].content;
    require(!"the embedded file is listed in meson.build");
    return STR("");
}

bool
embed_at(size_t index, struct embedded_file *ret)
{
    if (index >= embedded_file_count)
        return false;
    *ret = embedded_files[index];
    return true;
}
