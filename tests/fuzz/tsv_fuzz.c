/* SPDX-License-Identifier: Apache-2.0 */
/* Tab-separated tables: every row has its cells, all inside the text, and every table ends. */
#include "base/require.h"
#include "base/tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    str text = {(const char *)data + 1, size - 1};
    struct tsv tsv = tsv_open("fuzz.tsv", text, data[0] % TSV_CELLS_MAX + 1);
    str cells[TSV_CELLS_MAX];
    size_t rows = 0;
    bool more = true;
    struct err err;
    while (tsv_next(&tsv, cells, &more, &err) == OK && more) {
        require(++rows <= size && tsv.line >= rows);
        for (size_t i = 0; i < tsv.cells; i++) {
            str cell = cells[i];
            require(cell.n == 0 || (cell.p >= text.p && cell.p + cell.n <= text.p + text.n));
            require(cell.n == 0 || !memchr(cell.p, '\t', cell.n));
            require(!str_eq(cell, STR("-")));
        }
    }
    return 0;
}
