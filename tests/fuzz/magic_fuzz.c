/* SPDX-License-Identifier: Apache-2.0 */
/* Any data have a name of one line and a MIME type with one slash, the same each time. */
#include "base/require.h"
#include "scan/modules/magic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct magic_name name, again;
    str content = {(const char *)data, size};
    if (size == 0)
        return 0;
    magic_find(content, &name);
    require(name.type[0] && strlen(name.type) < sizeof name.type);
    require(name.mime && strchr(name.mime, '/') &&
            strchr(name.mime, '/') == strrchr(name.mime, '/'));
    magic_find(content, &again);
    require(strcmp(name.type, again.type) == 0 && name.mime == again.mime);
    return 0;
}
