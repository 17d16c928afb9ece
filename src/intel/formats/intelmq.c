/* SPDX-License-Identifier: Apache-2.0 */
/* IntelMQ's own events, one JSON object a line, with dotted keys ("source.ip") or nested ones
 * ({"source":{"ip":…}}, its hierarchical output). Values were harmonised by IntelMQ; what an event
 * has no field for goes to extra under its own key. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "intel/formats/rows.h"

static int
sniff(const struct feed_input *input)
{
    static const char *const keys[] = {"\"classification.type\"", "\"source.ip\"",
                                       "\"time.source\"",         "\"feed.name\"",
                                       "\"source.fqdn\"",         "\"time.observation\""};
    if (rows_first(input) != '{')
        return 0;
    int found = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        found += rows_sniff(input, keys[i]);
    if (found >= 2)
        return 95;
    return rows_sniff(input, "\"classification\"") && rows_sniff(input, "\"taxonomy\"") ? 70 : 0;
}

/* Walks nested objects without recursion; json_read has bounded their depth. */
struct walk {
    struct {
        json_t *object;
        void *at;
        size_t path; /* how much of the path belongs to the object */
    } levels[LIMIT_JSON_DEPTH + 1];
    size_t depth;
    char path[512];
};

/* The next member that is no object; false at the end. *RET_FITS is false when its dotted key is
 * longer than a key may be. */
static bool
walk_next(struct walk *walk, json_t **ret_object, const char **ret_key, bool *ret_fits)
{
    while (walk->depth > 0) {
        size_t level = walk->depth - 1;
        json_t *object = walk->levels[level].object;
        void *at = walk->levels[level].at;
        if (!at) {
            walk->depth--;
            continue;
        }
        walk->levels[level].at = json_object_iter_next(object, at);
        const char *key = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);
        size_t path = walk->levels[level].path;
        int n = snprintf(walk->path + path, sizeof walk->path - path, "%s%s", path ? "." : "", key);
        *ret_fits = n >= 0 && (size_t)n < sizeof walk->path - path;
        if (json_is_object(value) && *ret_fits && walk->depth <= LIMIT_JSON_DEPTH) {
            walk->levels[walk->depth].object = value;
            walk->levels[walk->depth].at = json_object_iter(value);
            walk->levels[walk->depth++].path = path + (size_t)n;
            continue;
        }
        *ret_object = object;
        *ret_key = key;
        return true;
    }
    return false;
}

/* What is derived, or belongs to the sender's own pipeline. */
static bool
is_passed_over(str path)
{
    return str_eq(path, STR("raw")) || str_eq(path, STR("__type")) ||
           str_eq(path, STR("classification.taxonomy"));
}

/* A wrong value in these makes the event useless; in others it is kept as an extra. */
static bool
is_essential(str path)
{
    static const char *const keys[] = {"time.source",    "source.ip",       "source.network",
                                       "source.asn",     "source.port",     "classification.type",
                                       "destination.ip", "destination.asn", "destination.port"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_eq(path, str_of(keys[i])))
            return true;
    return false;
}

static void
add_extra(struct row *row, str path, str value)
{
    if (str_starts(path, STR("extra.")))
        path = str_from(path, 6);
    if (row->sink->want_extra)
        row_extra(row, arena_z(&row->arena, path), value);
}

static void
add_array(struct row *row, str path, const json_t *value)
{
    if (!row->sink->want_extra)
        return;
    cleanup(cleanup_free) char *text = json_dumps(value, JSON_COMPACT);
    if (text)
        add_extra(row, path, str_of(text));
}

static void
add_member(struct row *row, bool forced_feed, str path, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_null(value) || is_passed_over(path) ||
        (forced_feed && str_eq(path, STR("feed.name"))))
        return;
    if (json_is_array(value)) {
        add_array(row, path, value);
        return;
    }
    str text = row_json(row, object, key);
    const struct event_field *field = event_field_find(path);
    if (!field) {
        add_extra(row, path, text);
    } else if (!event_set(&row->event, field, text, &row->arena)) {
        if (is_essential(path))
            row_refuse(row, "'%.*s' is not a %s", (int)(text.n < 80 ? text.n : 80), text.p,
                       event_field_key(field));
        else
            add_extra(row, path, text);
    }
}

static errcode
parse_line(struct row *row, const struct feed_input *input, str line, struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    struct err why;
    if (json_read(line, LIMIT_LINE, &json, &why) != OK)
        row_refuse(row, "not JSON: %s", why.text);
    else if (!json_is_object(json))
        row_refuse(row, "not a JSON object");
    if (row->refused)
        return row_emit(row, err);
    if (str_eq(json_text(json, "__type"), STR("Report"))) {
        row->sink->rows_skipped++;
        return OK;
    }
    struct walk walk = {.depth = 1};
    walk.levels[0].object = json;
    walk.levels[0].at = json_object_iter(json);
    json_t *object;
    const char *key;
    bool fits, any = false;
    while (walk_next(&walk, &object, &key, &fits)) {
        if (!fits) {
            row_refuse(row, "a key is longer than %zu bytes", sizeof walk.path - 1);
            break;
        }
        any |= event_field_find(str_of(walk.path)) != NULL;
        add_member(row, input->feed != NULL, str_of(walk.path), object, key);
    }
    if (!any)
        row_refuse(row, "there is no key of the IntelMQ Data Format in it");
    return row_emit(row, err);
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct rows rows = rows_open(input->bytes, "");
    struct row row = {.sink = sink};
    str line;
    errcode code = OK;
    while (code == OK && rows_next(&rows, sink, &line) == ROWS_ROW) {
        row_begin(&row, rows.line, feed_name(input, "intelmq"), CLASS_UNDETERMINED);
        code = parse_line(&row, input, line, err);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_intelmq = {
    .name = "intelmq",
    .summary = "IntelMQ events, one JSON object a line",
    .provider = "IntelMQ",
    .sniff = sniff,
    .parse = parse,
};
