/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/yara_text.h"

#include <inttypes.h>

static bool
is_one_of(const char *const *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_of(names[i]), name))
            return true;
    return false;
}

static bool
has_wanted_tag(const struct yara_text *text, const struct scan_rules *rules, size_t rule)
{
    size_t count = scan_rule_at(rules, rule).tag_count;
    for (size_t i = 0; i < count; i++)
        if (is_one_of(text->only_tags, text->only_tag_count, scan_rule_tag(rules, rule, i)))
            return true;
    return false;
}

bool
yara_text_shows(const struct yara_text *text, const struct scan_rules *rules, size_t rule,
                bool holds)
{
    struct scan_rule about = scan_rule_at(rules, rule);
    if (about.is_private || holds == text->negate)
        return false;
    if (text->only_rule_count > 0)
        return is_one_of(text->only_rules, text->only_rule_count, about.name);
    return text->only_tag_count == 0 || has_wanted_tag(text, rules, rule);
}

/* As yara escapes what matched: bytes that are not printable ASCII as \xHH. */
static void
write_match_text(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c >= 32 && c < 127)
            buf_char(out, (char)c);
        else
            buf_printf(out, "\\x%02X", c);
    }
}

/* As yara escapes the texts of metas: as C does, with octal numbers. */
static void
write_meta_text(struct buf *out, str s)
{
    static const char letters[] = "abtnvfr"; /* from 7 on */
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c == '"' || c == '\'' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c >= 32 && c < 127)
            buf_char(out, (char)c);
        else if (c >= 7 && c <= 13)
            buf_printf(out, "\\%c", letters[c - 7]);
        else
            buf_printf(out, "\\%03o", c);
    }
}

static void
write_tags(const struct scan_rules *rules, size_t rule, size_t count, struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buf_z(out, i ? "," : "");
        buf_str(out, scan_rule_tag(rules, rule, i));
    }
    buf_z(out, "] ");
}

static void
write_metas(const struct scan_rules *rules, size_t rule, size_t count, struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        struct scan_meta meta = scan_rule_meta(rules, rule, i);
        buf_z(out, i ? "," : "");
        buf_str(out, meta.name);
        if (meta.kind == SCAN_META_INTEGER) {
            buf_printf(out, " =%" PRId64, meta.integer); /* the blank is yara's */
        } else if (meta.kind == SCAN_META_BOOLEAN) {
            buf_z(out, meta.integer ? "=true" : "=false");
        } else {
            buf_z(out, "=\"");
            write_meta_text(out, meta.text);
            buf_char(out, '"');
        }
    }
    buf_z(out, "] ");
}

/* yara shows so many bytes of a hex string. */
enum { HEX_SHOWN = 64 };

static void
write_hex(struct buf *out, str data)
{
    for (size_t i = 0; i < data.n && i < HEX_SHOWN; i++)
        buf_printf(out, i ? " %02X" : "%02X", (uint8_t)data.p[i]);
    if (data.n > HEX_SHOWN)
        buf_z(out, " ...");
}

static void
write_match(const struct yara_text *text, const struct scan_match *match, struct buf *out)
{
    str data = match->data;
    if (data.n > SCAN_DATA_MAX)
        data.n = SCAN_DATA_MAX;
    size_t length = match->length < SCAN_DATA_MAX ? match->length : SCAN_DATA_MAX;
    buf_printf(out, "0x%" PRIx64 ":", match->offset);
    if (text->lengths)
        buf_printf(out, "%zu:", length);
    buf_str(out, match->string);
    if (text->strings) {
        buf_z(out, ": ");
        if (match->is_hex)
            write_hex(out, data);
        else
            write_match_text(out, data);
    }
    buf_char(out, '\n');
}

void
yara_text_rule(const struct yara_text *text, const struct scan_rules *rules,
               const struct scan *scan, size_t rule, const char *path, struct buf *out)
{
    struct scan_rule about = scan_rule_at(rules, rule);
    if (text->spaces) {
        buf_str(out, about.space);
        buf_char(out, ':');
    }
    buf_str(out, about.name);
    buf_char(out, ' ');
    if (text->tags)
        write_tags(rules, rule, about.tag_count, out);
    if (text->metas)
        write_metas(rules, rule, about.meta_count, out);
    buf_printf(out, "%s\n", path);
    if (!text->strings && !text->lengths)
        return;
    struct scan_cursor cursor = {0};
    struct scan_match match;
    while (scan_next_match(scan, rule, &cursor, &match))
        if (!match.is_private)
            write_match(text, &match, out);
}

bool
yara_text_shows_listed(const struct yara_text *text, const struct pack_listed *listed)
{
    if (text->negate)
        return false;
    if (text->only_rule_count > 0)
        return is_one_of(text->only_rules, text->only_rule_count, listed->name);
    return text->only_tag_count == 0;
}

void
yara_text_listed(const struct yara_text *text, const struct pack_listed *listed, const char *path,
                 struct buf *out)
{
    if (text->spaces)
        buf_z(out, YARA_LISTED_SPACE ":");
    buf_str(out, listed->name);
    buf_char(out, ' ');
    if (text->tags)
        buf_z(out, "[] ");
    if (text->metas) {
        buf_z(out, "[source=\"");
        write_meta_text(out, listed->source);
        buf_z(out, "\"] ");
    }
    buf_printf(out, "%s\n", path);
}
