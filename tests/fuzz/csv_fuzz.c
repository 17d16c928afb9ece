/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV walker: both of its scanners agree, it ends, each record lies where it says, and its
 * cells are those of a walk byte by byte. */
#include "base/buf.h"
#include "base/require.h"
#include "intel/formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MARK = 0x1f }; /* between cells; a control byte, so that no cell holds it */

/* One record from P, as Python's csv module takes it. Stops at its line end. */
static const char *
walk_slowly(const char *p, const char *end, char separator, struct buf *out)
{
    const char *from = p;
    bool start = true, quoted = false;
    for (; p < end && (quoted || *p != '\n'); p++) {
        if (quoted && *p == '"') {
            quoted = p + 1 < end && p[1] == '"';
            if (!quoted)
                continue;
            p++;
        } else if (!quoted && *p == separator) {
            start = true;
            buf_char(out, MARK);
            continue;
        } else if (start && *p == '"') {
            start = false;
            quoted = true;
            continue;
        }
        start = false;
        buf_char(out, *p);
    }
    if (p > from && p[-1] == '\r' && out->n && out->p[out->n - 1] == '\r')
        out->n--;
    return p;
}

static void
walk(str text, bool fast, struct buf *out)
{
    struct csv csv;
    struct err err;
    csv_init(&csv, text, text.n ? text.p[0] : ',');
    if (csv.separator == '"' || csv.separator == '\n' || csv.separator == '\r')
        csv.separator = ',';
    csv.fast = csv.fast && fast;
    size_t records = 0;
    for (enum csv_result result; (result = csv_next(&csv, &err)) != CSV_END;) {
        require(++records <= text.n);
        buf_printf(out, "%zu %zu\n", csv.line, csv.cells);
        if (result == CSV_REFUSED) {
            buf_z(out, err.text);
            continue;
        }
        struct buf cells = BUF(2 << 20), slow = BUF(2 << 20);
        for (size_t i = 0; i < csv.cells; i++) {
            if (i)
                buf_char(&cells, MARK);
            buf_str(&cells, csv_cell(&csv, i));
        }
        walk_slowly(csv.record, text.p + text.n, csv.separator, &slow);
        require(str_eq(buf_view(&cells), buf_view(&slow)));
        buf_str(out, buf_view(&cells));
        buf_clear(&cells);
        buf_clear(&slow);
    }
    csv_clear(&csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct buf plain = BUF(64 << 20), fast = BUF(64 << 20);
    walk(text, false, &plain);
    walk(text, true, &fast);
    require(str_eq(buf_view(&plain), buf_view(&fast)));
    buf_clear(&plain);
    buf_clear(&fast);
    return 0;
}
