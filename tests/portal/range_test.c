/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a file a Range is (RFC 9110, 14.1.2 has most of these). */
#include "base/tap.h"
#include "portal/http/range.h"

static const struct {
    const char *range, *if_range; /* NULL: not there */
    uint64_t size;
    enum range_answer answer;
    uint64_t from, part;
} cases[] = {
    {NULL, NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=0-499", NULL, 10000, RANGE_PART, 0, 500},
    {"bytes=500-999", NULL, 10000, RANGE_PART, 500, 500},
    {"bytes=-500", NULL, 10000, RANGE_PART, 9500, 500},
    {"bytes=9500-", NULL, 10000, RANGE_PART, 9500, 500},
    {"Bytes= 9500-", NULL, 10000, RANGE_PART, 9500, 500},
    {"bytes=-20000", NULL, 10000, RANGE_PART, 0, 10000},
    {"bytes=9999-20000", NULL, 10000, RANGE_PART, 9999, 1},
    {"bytes=0-9223372036854775807", NULL, 10000, RANGE_PART, 0, 10000},
    {"bytes=10000-", NULL, 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=-0", NULL, 10000, RANGE_OUTSIDE, 0, 0},
    {"bytes=0-", NULL, 0, RANGE_OUTSIDE, 0, 0},
    {"bytes=-5", NULL, 0, RANGE_OUTSIDE, 0, 0},
    {"bytes=0-0,-1", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5-4", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=-", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=+1-5", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=1-5-6", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=99999999999999999999-", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"items=0-5", NULL, 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5-", "\"tag\"", 10000, RANGE_PART, 5, 9995},
    {"bytes=5-", "W/\"tag\"", 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5-", "\"ta", 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5-", "", 10000, RANGE_WHOLE, 0, 0},
    {"bytes=5-", "Sat, 29 Oct 1994 19:43:31 GMT", 10000, RANGE_WHOLE, 0, 0},
};

int
main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct range range = {0, 0};
        enum range_answer answer = range_choose(str_of(cases[i].range), str_of(cases[i].if_range),
                                                "\"tag\"", cases[i].size, &range);
        tap_ok(answer == cases[i].answer && range.from == cases[i].from &&
                   range.size == cases[i].part,
               "%s of %llu bytes%s%s", cases[i].range ? cases[i].range : "no range",
               (unsigned long long)cases[i].size, cases[i].if_range ? " if " : "",
               cases[i].if_range ? cases[i].if_range : "");
    }
    return tap_done();
}
