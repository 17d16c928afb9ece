/* SPDX-License-Identifier: Apache-2.0 */
/* STIX bundles; what is no JSON is tried as a pattern alone, and one that reads must read the same
 * with blanks around it. */
#include "events_fuzz.h"
#include "intel/formats/stix_pattern.h"

extern const struct feed_format format_stix;

static struct stix_pattern first, second;

static void
try_pattern(str text)
{
    struct arena arena = ARENA;
    struct buf wider = BUF(2 << 20);
    if (stix_pattern_read(text, &arena, &first, NULL) == OK) {
        buf_char(&wider, ' ');
        buf_str(&wider, text);
        buf_char(&wider, '\n');
        require(wider.full || stix_pattern_read(buf_view(&wider), &arena, &second, NULL) == OK);
        require(wider.full || first.count == second.count);
        for (size_t i = 0; i < first.count && !wider.full; i++)
            require(str_eq(first.list[i].value, second.list[i].value) &&
                    str_eq(first.list[i].path, second.list[i].path));
    }
    buf_clear(&wider);
    arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct feed_input input = {.name = "fuzz", .bytes = text};
    if (size && (data[0] == '[' || data[0] == '('))
        try_pattern(text);
    events_fuzz_run(&format_stix, &input);
    return 0;
}
