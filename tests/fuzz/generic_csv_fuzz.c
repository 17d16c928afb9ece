/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is the column map, the rest the file. */
#include "events_fuzz.h"

extern const struct feed_format format_generic;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, map;
    struct feed_columns *columns;
    if (!str_line(&rest, &map) || feed_columns_parse(map, &columns, NULL) != OK)
        return 0;
    struct feed_input input = {.name = "fuzz.csv", .bytes = rest, .columns = columns};
    events_fuzz_run(&format_generic, &input);
    feed_columns_free(columns);
    return 0;
}
