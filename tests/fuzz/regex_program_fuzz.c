/* SPDX-License-Identifier: Apache-2.0 */
/* A program from a file: what the check lets pass can be run on anything. The first byte is the
 * length of the data that follows it; then the program. */
#include "scan/regex/regex.h"

#include "base/require.h"

#include <stdlib.h>

enum { RUNS = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
count_found(void *context, size_t start)
{
    size_t *sum = context;
    *sum += start;
    return true;
}

/* What a machine learns of TEXT changes nothing. */
static void
run_often(struct regex_machine *machine, str code, uint32_t place, str text, size_t sum)
{
    size_t middle = text.n / 2, often = 0;
    size_t end = regex_forward(machine, code, place, text, middle, true, NULL, NULL);
    regex_machine_watch(machine, text);
    for (unsigned i = 0; i < RUNS; i++, often = 0) {
        require(regex_forward(machine, code, place, text, middle, true, NULL, NULL) == end);
        regex_backward(machine, code, place, text, middle, count_found, &often);
        require(often == sum);
    }
}

static void
run(str code, uint32_t place, str text)
{
    struct regex_machine *machine = regex_machine_new();
    size_t middle = text.n / 2, sum = 0;
    size_t end = regex_forward(machine, code, place, text, middle, true, NULL, NULL);
    require(end == SIZE_MAX || (end >= middle && end <= text.n));
    size_t near = regex_forward(machine, code, place, text, middle, false, NULL, NULL);
    require((near == SIZE_MAX) == (end == SIZE_MAX) && near <= end);
    regex_backward(machine, code, place, text, middle, count_found, &sum);
    regex_search(machine, code, place, text);
    run_often(machine, code, place, text, sum);
    regex_machine_free(machine);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || data[0] > size - 1)
        return 0;
    str text = {(const char *)data + 1, data[0]};
    str code = {(const char *)mem_alloc(size), size - 1 - text.n};
    memcpy((char *)code.p, text.p + text.n, code.n);
    if (regex_check(code, NULL) == OK)
        for (uint32_t place = 0; place < code.n; place += 8)
            if (regex_check_place(code, place))
                run(code, place, text);
    free((char *)code.p);
    return 0;
}
