/* SPDX-License-Identifier: Apache-2.0 */
/* The scan goes on to the end, and every consumer has a name. */
#include "base/require.h"
#include "scan/checks_formats/wmi_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wmi_consumer consumer;
    char command[WMI_COMMAND] = "";
    size_t at = 0;
    for (size_t before = 0; wmi_next((str){(const char *)data, size}, &at, &consumer);
         before = at) {
        require(at > before && at <= size);
        require(consumer.name[0]);
        if (before == 0)
            wmi_command((str){(const char *)data, size}, &consumer, command);
        require(memchr(command, 0, sizeof command));
    }
    return 0;
}
