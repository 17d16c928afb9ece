/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever of a configuration is understood, printed and read again, prints the same. */
#include "base/require.h"
#include "cmd/conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once = BUF(64 << 20), twice = BUF(64 << 20);
    struct err err;
    struct conf *conf = conf_new(), *again = conf_new();
    errcode code = conf_add_text(conf, "input", (str){(const char *)data, size}, NULL, &err);
    conf_print(conf, &once);
    errcode second = conf_add_text(again, "printed", buf_view(&once), NULL, &err);
    require(code != OK || second == OK);
    conf_print(again, &twice);
    require(code != OK || str_eq(buf_view(&once), buf_view(&twice)));
    conf_free(conf);
    conf_free(again);
    buf_clear(&once);
    buf_clear(&twice);
    return 0;
}
