/* SPDX-License-Identifier: Apache-2.0 */
/* PAM's lines: the parts stand behind each other in the line. */
#include "base/require.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line;
    struct pam_line pam;
    while (str_line(&rest, &line)) {
        for (int has_service = 0; has_service < 2; has_service++) {
            if (!pam_line_parse(line, has_service, &pam))
                continue;
            require(pam.type.p >= line.p && pam.control.n > 0 && pam.module.n > 0);
            require(pam.control.p >= pam.type.p + pam.type.n);
            require(pam.module.p >= pam.control.p + pam.control.n);
            require(pam.arguments.n == 0 || pam.arguments.p + pam.arguments.n <= line.p + line.n);
        }
    }
    return 0;
}
