/* SPDX-License-Identifier: Apache-2.0 */
#include "sightings/measures/provinces.h"

#include "base/embed.h"
#include "base/tsv.h"

/* Whether the merge of OLD into NEW concerns the province CODE (empty: any). That a code goes on is
 * said by a row of its own; it is a change where others joined it, which have rows, too. */
static bool
concerns(str code, str old, str new)
{
    return !str_eq(old, new) && (!code.n || str_eq(code, old) || str_eq(code, new));
}

errcode
provinces_merged(const struct measure_request *request, day from, day to, day *ret, struct err *err)
{
    str control = str_starts(request->control, STR("province:")) ? str_from(request->control, 9)
                                                                 : (str){NULL, 0};
    bool asked = request->province.n > 0, any = request->by == BY_PROVINCE && !asked;
    struct tsv tsv = tsv_open("province-merges.tsv", embed_file("province-merges.tsv"), 3);
    str cells[TSV_CELLS_MAX];
    bool more = true;
    *ret = DAY_NONE;
    while (any || asked || control.n) {
        day at;
        errcode code = tsv_next(&tsv, cells, &more, err);
        if (code || !more)
            return code;
        if (day_parse(cells[2], &at) && from < at && at <= to &&
            ((any && concerns((str){NULL, 0}, cells[0], cells[1])) ||
             (asked && concerns(request->province, cells[0], cells[1])) ||
             (control.n && concerns(control, cells[0], cells[1]))))
            *ret = at;
    }
    return OK;
}
