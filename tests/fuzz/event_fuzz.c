/* SPDX-License-Identifier: Apache-2.0 */
/* Each line "key=value" is set. A refused value leaves the event as it was; a taken one, written
 * out and set again, stays what it is. */
#include "base/json_in.h"
#include "base/require.h"
#include "intel/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *
written(const struct event *event)
{
    struct buf out = BUF(4 << 20);
    json_t *json = NULL;
    event_write_json(event, &out);
    if (json_read(buf_view(&out), out.n, &json, NULL) != OK)
        require(str_find(buf_view(&out), STR("\\u0000")) != SIZE_MAX);
    buf_clear(&out);
    return json;
}

static void
set_again(const struct event *event, const struct event_field *field, struct arena *arena)
{
    char number[24];
    struct event again;
    event_init(&again);
    json_t *json = written(event);
    const json_t *value = json_object_get(json, event_field_key(field));
    if (value) {
        str text = str_of(json_string_value(value));
        if (json_is_integer(value)) {
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
            text = str_of(number);
        }
        require(event_set(&again, field, text, arena));
        json_t *same = written(&again);
        require(json_equal(value, json_object_get(same, event_field_key(field))));
        json_decref(same);
    }
    json_decref(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line, key;
    struct arena arena = ARENA;
    struct event event;
    event_init(&event);
    while (str_line(&rest, &line)) {
        str value = line;
        str_cut(&value, '=', &key);
        const struct event_field *field = event_field_find(key);
        if (!field || !value.p)
            continue;
        struct event before = event;
        if (!event_set(&event, field, value, &arena))
            require(memcmp(&before, &event, sizeof event) == 0);
        else
            set_again(&event, field, &arena);
    }
    arena_clear(&arena);
    return 0;
}
