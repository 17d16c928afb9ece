/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a self-report, and lines of their files: what is taken can be written, and what is
 * read of that is the same. */
#include "base/require.h"
#include "sightings/sightings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct self_report *report)
{
    struct self_report again;
    struct buf line = BUF(1 << 20), other = BUF(1 << 20);
    struct err err;
    uint64_t sum = 0;
    self_report_write_line(report, &line);
    require(!line.full && line.n <= 2 * LIMIT_SELF_REPORT);
    require(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
    require(self_report_read_line((str){line.p, line.n - 1}, &again, &err) == OK);
    self_report_write_line(&again, &other);
    require(str_eq(buf_view(&line), buf_view(&other)));
    require(report->family_count <= LIMIT_SELF_REPORT_FAMILIES);
    for (size_t i = 0; i < report->family_count; i++)
        sum += report->families[i].count;
    require(sum == report->malicious);
    buf_clear(&line);
    buf_clear(&other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct families *families;
    struct self_report report;
    struct err err;
    str text = {(const char *)data, size};
    if (!families)
        require(families_new("families", (str){NULL, 0}, &families, &err) == OK);
    errcode code = self_report_parse(text, families, &report, &err);
    require(code == OK || code == ERR_FORMAT || code == ERR_LIMIT);
    if (code == OK)
        check(&report);
    if (self_report_read_line(text, &report, &err) == OK)
        check(&report);
    return 0;
}
