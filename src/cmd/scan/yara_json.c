/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/yara_json.h"

struct json_out
yara_json_begin(const char *path, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "path", path);
    json_out_key(&json, "rules");
    json_out_array_begin(&json);
    return json;
}

static void
write_metas(struct json_out *json, const struct scan_rules *rules, size_t rule, size_t count)
{
    json_out_key(json, "meta");
    json_out_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        struct scan_meta meta = scan_rule_meta(rules, rule, i);
        json_out_object_begin(json);
        json_out_pair_str(json, "name", meta.name);
        json_out_key(json, "value");
        if (meta.kind == SCAN_META_STRING)
            json_out_str(json, meta.text);
        else if (meta.kind == SCAN_META_BOOLEAN)
            json_out_bool(json, meta.integer);
        else
            json_out_i64(json, meta.integer);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

static void
write_matches(struct json_out *json, const struct scan *scan, size_t rule)
{
    struct scan_cursor cursor = {0};
    struct scan_match match;
    json_out_key(json, "strings");
    json_out_array_begin(json);
    while (scan_next_match(scan, rule, &cursor, &match)) {
        if (match.is_private)
            continue;
        json_out_object_begin(json);
        json_out_pair_str(json, "string", match.string);
        json_out_pair_u64(json, "offset", match.offset);
        json_out_pair_u64(json, "length", match.length);
        if (match.is_xor)
            json_out_pair_u64(json, "xor", match.key);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

void
yara_json_rule(struct json_out *json, const struct scan_rules *rules, const struct scan *scan,
               size_t rule)
{
    struct scan_rule about = scan_rule_at(rules, rule);
    json_out_object_begin(json);
    json_out_pair_str(json, "rule", about.name);
    json_out_pair_str(json, "namespace", about.space);
    json_out_key(json, "tags");
    json_out_array_begin(json);
    for (size_t i = 0; i < about.tag_count; i++)
        json_out_str(json, scan_rule_tag(rules, rule, i));
    json_out_array_end(json);
    write_metas(json, rules, rule, about.meta_count);
    write_matches(json, scan, rule);
    json_out_object_end(json);
}

void
yara_json_listed(struct json_out *json, const struct pack_listed *listed)
{
    json_out_object_begin(json);
    json_out_pair_str(json, "rule", listed->name);
    json_out_pair_z(json, "namespace", YARA_LISTED_SPACE);
    json_out_key(json, "tags");
    json_out_array_begin(json);
    json_out_array_end(json);
    json_out_key(json, "meta");
    json_out_array_begin(json);
    json_out_object_begin(json);
    json_out_pair_z(json, "name", "source");
    json_out_pair_str(json, "value", listed->source);
    json_out_object_end(json);
    json_out_array_end(json);
    json_out_key(json, "strings");
    json_out_array_begin(json);
    json_out_array_end(json);
    json_out_object_end(json);
}

void
yara_json_end(struct json_out *json, struct pack_listed good)
{
    json_out_array_end(json);
    if (good.is_good) {
        json_out_key(json, "good");
        json_out_object_begin(json);
        json_out_pair_str(json, "name", good.name);
        json_out_pair_str(json, "source", good.source);
        json_out_object_end(json);
    }
    json_out_object_end(json);
    buf_char(json->buf, '\n');
}

void
yara_json_count(const char *path, size_t count, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "path", path);
    json_out_pair_u64(&json, "count", count);
    json_out_object_end(&json);
    buf_char(out, '\n');
}
