/* SPDX-License-Identifier: Apache-2.0 */
/* Unit files: keys and values lie in the text, their lines rise and are lines of it. */
#include "base/require.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct unit_lines lines = UNIT_LINES(text);
    struct unit_line line;
    size_t last = 0;
    while (unit_line_next(&lines, &line)) {
        require(line.line > last && line.line <= size);
        last = line.line;
        require(line.key.p >= text.p && line.value.p >= line.key.p + line.key.n);
        require(line.value.p + line.value.n <= text.p + text.n);
        require(!memchr(line.key.p, '\n', line.key.n));
    }
    return 0;
}
