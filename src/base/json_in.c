/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: jansson behind caps on depth and memory. */
#include "base/json_in.h"

#include "base/limits.h"

/* What jansson would make of the text: the deepest nesting, since it recurses, and about how much
 * memory, since "{}," takes 80 times its length. The weights are those of jansson 2.14 on 64 bits.
 */
struct shape {
    size_t depth, memory;
};
enum { OBJECT_BYTES = 256, ARRAY_BYTES = 144, PAIR_BYTES = 112, ELEMENT_BYTES = 48 };

static struct shape
shape_of(str text)
{
    size_t depth = 0, most = 0, memory = text.n;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',' || c == ':') {
            memory += c == ',' ? ELEMENT_BYTES : PAIR_BYTES;
        } else if (c == '{' || c == '[') {
            memory += c == '{' ? OBJECT_BYTES : ARRAY_BYTES;
            if (++depth > most)
                most = depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return (struct shape){most, memory};
}

errcode
json_read(str text, size_t cap, json_t **ret, struct err *err)
{
    if (text.n > cap)
        return err_set(err, ERR_LIMIT, "the JSON document is larger than the %zu bytes allowed",
                       cap);
    struct shape shape = shape_of(text);
    if (shape.depth > LIMIT_JSON_DEPTH)
        return err_set(err, ERR_LIMIT, "the JSON is nested deeper than %d levels",
                       LIMIT_JSON_DEPTH);
    if (shape.memory > LIMIT_JSON_MEMORY)
        return err_set(err, ERR_LIMIT,
                       "the JSON has so many values that it takes more than the %zu bytes of "
                       "memory allowed",
                       LIMIT_JSON_MEMORY);
    json_error_t why;
    json_t *json = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        return err_set(err, ERR_FORMAT, "line %d, column %d: %s", why.line, why.column, why.text);
    *ret = json;
    return OK;
}

str
json_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return (str){NULL, 0};
    return (str){json_string_value(value), json_string_length(value)};
}

bool
json_number(const json_t *object, const char *key, int64_t *ret)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value)) {
        *ret = json_integer_value(value);
        return true;
    }
    return json_is_string(value) && str_to_i64(json_text(object, key), ret);
}
