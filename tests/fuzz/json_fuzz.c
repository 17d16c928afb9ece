/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes written as a JSON string must read back as JSON. */
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str s = {(const char *)data, size};
    struct buf text = BUF(16 << 20);
    struct json_out out = json_out_to(&text);
    json_out_array_begin(&out);
    json_out_str(&out, s);
    json_out_array_end(&out);
    json_t *json;
    struct err err;
    bool has_nul = size && memchr(data, 0, size);
    errcode code = json_read(buf_view(&text), 16 << 20, &json, &err);
    require(code == OK || has_nul); /* jansson refuses \u0000 */
    if (code == OK)
        json_decref(json);
    if (json_read(s, 16 << 20, &json, &err) == OK)
        json_decref(json);
    buf_clear(&text);
    return 0;
}
