/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and their context. */
#include "base/err.h"
#include "base/tap.h"

static void
test_errors(void)
{
    struct err err;
    err_set(&err, ERR_FORMAT, "line %d", 7);
    tap_eq_i64(err_prefix(&err, "file %s", "x"), ERR_FORMAT, "the code stays");
    tap_eq_z(err.text, "file x: line 7", "the context comes first");
    tap_eq_i64(err_set(NULL, ERR_IO, "x"), ERR_IO, "no one to tell");
    char longest[2000];
    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    err_prefix(&err, "%s", longest);
    tap_ok(strlen(err.text) < sizeof err.text && strstr(err.text, "line 7"),
           "a long context leaves room for the message");
}

int
main(void)
{
    test_errors();
    return tap_done();
}
