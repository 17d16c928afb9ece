/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is read has texts that end. */
#include "base/require.h"
#include "scan/checks_formats/shell_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct shell_link link;
    if (shell_link_parse((str){(const char *)data, size}, &link, NULL) != OK)
        return 0;
    require(memchr(link.target, 0, sizeof link.target));
    require(memchr(link.arguments, 0, sizeof link.arguments));
    require(memchr(link.folder, 0, sizeof link.folder));
    require(memchr(link.icon, 0, sizeof link.icon));
    return 0;
}
