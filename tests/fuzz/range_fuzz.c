/* SPDX-License-Identifier: Apache-2.0 */
/* Range and If-Range, on two lines: whatever is asked for, a part lies within the file. */
#include "base/require.h"
#include "portal/http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t sizes[] = {0, 1, 100, UINT64_C(1) << 40};
    str asked, rest = {(const char *)data, size};
    str_cut(&rest, '\n', &asked);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct range range = {0};
        enum range_answer answer = range_choose(asked, rest, "\"tag\"", sizes[i], &range);
        require(answer != RANGE_PART ||
                (range.size > 0 && range.from < sizes[i] && range.size <= sizes[i] - range.from));
    }
    return 0;
}
