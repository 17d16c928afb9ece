/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tab-separated tables. */
#include "base/tsv.h"

#include "base/require.h"

errcode
tsv_next(struct tsv *tsv, str cells[TSV_CELLS_MAX], bool *ret_more, struct err *err)
{
    require(tsv->cells <= TSV_CELLS_MAX);
    str line;
    while (str_line(&tsv->rest, &line)) {
        tsv->line++;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        size_t count = 0;
        str cell;
        for (str rest = line; str_cut(&rest, '\t', &cell); count++) {
            if (count < tsv->cells)
                cells[count] = str_eq(cell, STR("-")) ? (str){cell.p, 0} : cell;
        }
        if (count != tsv->cells)
            return err_set(err, ERR_FORMAT, "%s, line %zu: %zu cells where %zu are expected",
                           tsv->name, tsv->line, count, tsv->cells);
        *ret_more = true;
        return OK;
    }
    *ret_more = false;
    return OK;
}
