/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of authorized_keys: options come to an end, and all lies in the line. */
#include "base/require.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line, name, value;
    struct key_line key;
    while (str_line(&rest, &line)) {
        if (!key_line_parse(line, &key))
            continue;
        require(key.type.n > 0 && key.type.p >= line.p);
        require(key.options.n == 0 || key.options.p + key.options.n <= key.type.p);
        require(key.comment.n == 0 || key.comment.p + key.comment.n <= line.p + line.n);
        size_t left = key.options.n;
        while (key_option_next(&key.options, &name, &value)) {
            require(key.options.n < left);
            left = key.options.n;
            require(value.n == 0 || (value.p >= line.p && value.p + value.n <= line.p + line.n));
        }
    }
    return 0;
}
