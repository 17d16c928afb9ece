/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest file that is .NET to libyara: headers in front of metadata that a test made. */
#pragma once

#include "base/buf.h"

enum { DOTNET_FILE_METADATA = 0x248 }; /* where the metadata start */

static inline void
dotnet_put(char *p, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        p[i] = (char)(value >> 8 * i);
}

/* One section holds all and is mapped where it stands in the file. */
static inline void
dotnet_file(struct buf *out, str metadata)
{
    char head[DOTNET_FILE_METADATA] = "MZ";
    dotnet_put(head + 60, 64, 4);
    char *pe = head + 64, *optional = pe + 24, *section = optional + 224, *cli = head + 0x200;
    memcpy(pe, "PE\0", 4);
    dotnet_put(pe + 4, 0x14c, 2); /* machine */
    dotnet_put(pe + 6, 1, 2);     /* sections */
    dotnet_put(pe + 20, 224, 2);  /* optional header */
    dotnet_put(pe + 22, 0x2102, 2);
    dotnet_put(optional, 0x10b, 2);
    dotnet_put(optional + 36, 0x200, 4); /* alignment */
    dotnet_put(optional + 92, 16, 4);
    dotnet_put(optional + 96 + 14 * 8, 0x200, 4); /* the CLI header */
    memcpy(section, ".text", 5);
    dotnet_put(section + 8, 0x7fffffff, 4);
    dotnet_put(section + 12, 0x200, 4);
    dotnet_put(section + 16, 0x7fffffff, 4);
    dotnet_put(section + 20, 0x200, 4);
    dotnet_put(cli, 72, 4);
    dotnet_put(cli + 8, DOTNET_FILE_METADATA, 4);
    buf_add(out, head, sizeof head);
    buf_str(out, metadata);
}
