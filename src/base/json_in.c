/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: jansson behind a cap on depth. */
#include "base/json_in.h"

#include "base/limits.h"

/* The deepest nesting of brackets outside strings. jansson recurses, so this is asked first. */
static size_t
deepest(str text)
{
    size_t depth = 0, most = 0;
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
        } else if (c == '{' || c == '[') {
            if (++depth > most)
                most = depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return most;
}

errcode
json_read(str text, size_t cap, json_t **ret, struct err *err)
{
    if (text.n > cap)
        return err_set(err, ERR_LIMIT, "the JSON document is larger than the %zu bytes allowed",
                       cap);
    if (deepest(text) > LIMIT_JSON_DEPTH)
        return err_set(err, ERR_LIMIT, "the JSON is nested deeper than %d levels",
                       LIMIT_JSON_DEPTH);
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
