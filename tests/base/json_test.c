/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON, and reading it back with jansson. */
#include "base/cleanup.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/tap.h"

static void
test_writing(void)
{
    cleanup(buf_clear) struct buf text = BUF(4096);
    struct json_out out = json_out_to(&text);
    json_out_object_begin(&out);
    json_out_pair_z(&out, "a", "q\"\\\n\t\x01<");
    json_out_key(&out, "list");
    json_out_array_begin(&out);
    json_out_i64(&out, -5);
    json_out_double(&out, 0.1, 4);
    json_out_double(&out, -0.00001, 2);
    json_out_double(&out, 1.0 / 0.0, 2);
    json_out_object_begin(&out);
    json_out_object_end(&out);
    json_out_bool(&out, true);
    json_out_null(&out);
    json_out_array_end(&out);
    json_out_pair_str(&out, "bad", STR("x\xff\xc3\xaa"));
    json_out_pair_day(&out, "none", DAY_NONE);
    json_out_object_end(&out);
    tap_eq_str(buf_view(&text),
               STR("{\"a\":\"q\\\"\\\\\\n\\t\\u0001<\",\"list\":[-5,0.1,0,null,{},true,null],"
                   "\"bad\":\"x\xef\xbf\xbd\xc3\xaa\",\"none\":null}"),
               "the text");
    json_t *json = NULL;
    struct err err;
    tap_no_err(json_read(buf_view(&text), 4096, &json, &err), &err, "it reads back");
    json_decref(json);
}

static void
test_reading(void)
{
    static const struct {
        const char *text;
        errcode code;
    } cases[] = {
        {"{\"a\":1}", OK},
        {"{\"a\":1,\"a\":2}", ERR_FORMAT},
        {"{\"a\":1", ERR_FORMAT},
        {"[1] x", ERR_FORMAT},
        {"", ERR_FORMAT},
        {"[\"\\ud800\"]", ERR_FORMAT},
        {"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]", OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = NULL;
        struct err err;
        tap_eq_i64(json_read(str_of(cases[i].text), 4096, &json, &err), cases[i].code, "case %zu",
                   i);
        json_decref(json);
    }
    char deep[2001];
    memset(deep, '[', 2000);
    json_t *json = NULL;
    struct err err;
    tap_eq_i64(json_read((str){deep, 2000}, 4096, &json, &err), ERR_LIMIT, "deep nesting");
    tap_eq_i64(json_read(STR("[1,2,3]"), 5, &json, &err), ERR_LIMIT, "too large");
}

/* The message quotes the document. */
static void
test_message(void)
{
    json_t *json = NULL;
    struct err err;
    tap_eq_i64(json_read(STR("[\"a\x1b[31m\"]"), 4096, &json, &err), ERR_FORMAT,
               "a control byte is no JSON");
    tap_ok(!strchr(err.text, '\x1b'), "and does not reach the terminal");
}

/* "{}," takes 80 times its length when it is read. */
static void
test_memory(void)
{
    struct buf text = BUF(32 << 20);
    buf_char(&text, '[');
    for (size_t i = 0; i < LIMIT_JSON_MEMORY / 256; i++)
        buf_z(&text, "{},");
    buf_z(&text, "0]");
    json_t *json = NULL;
    struct err err;
    tap_eq_i64(json_read(buf_view(&text), SIZE_MAX, &json, &err), ERR_LIMIT,
               "values without end are refused before they are read");
    tap_ok(!json, "and nothing is given");
    buf_clear(&text);
}

static void
test_large_numbers(void)
{
    struct buf buf = BUF(1 << 12);
    struct json_out out = json_out_to(&buf);
    json_out_array_begin(&out);
    json_out_double(&out, -1.7976931348623157e308, 9);
    json_out_array_end(&out);
    tap_eq_i64(buf.n, 312, "the largest double has 309 digits");
    buf_clear(&buf);
}

int
main(void)
{
    test_writing();
    test_reading();
    test_message();
    test_memory();
    test_large_numbers();
    return tap_done();
}
