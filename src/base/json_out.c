/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON by appending. */
#include "base/json_out.h"

#include "base/require.h"

#include <math.h>

static void
before_value(struct json_out *out)
{
    if (out->after_key) {
        out->after_key = false;
        return;
    }
    uint64_t bit = UINT64_C(1) << out->depth;
    if (out->depth > 0 && (out->comma & bit))
        buf_char(out->buf, ',');
    out->comma |= bit;
}

static void
begin(struct json_out *out, char c)
{
    before_value(out);
    buf_char(out->buf, c);
    require(out->depth < 63);
    out->depth++;
    out->comma &= ~(UINT64_C(1) << out->depth);
}

static void
end(struct json_out *out, char c)
{
    require(out->depth > 0 && !out->after_key);
    out->depth--;
    buf_char(out->buf, c);
}

void
json_out_object_begin(struct json_out *out)
{
    begin(out, '{');
}
void
json_out_object_end(struct json_out *out)
{
    end(out, '}');
}
void
json_out_array_begin(struct json_out *out)
{
    begin(out, '[');
}
void
json_out_array_end(struct json_out *out)
{
    end(out, ']');
}

static void
escape_byte(struct buf *buf, unsigned char c)
{
    switch (c) {
    case '"':
        buf_z(buf, "\\\"");
        break;
    case '\\':
        buf_z(buf, "\\\\");
        break;
    case '\n':
        buf_z(buf, "\\n");
        break;
    case '\r':
        buf_z(buf, "\\r");
        break;
    case '\t':
        buf_z(buf, "\\t");
        break;
    default:
        buf_printf(buf, "\\u%04x", c);
    }
}

/* The bytes up to the next one that cannot stand as it is. */
static size_t
plain_run(str s)
{
    size_t i = 0;
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c >= 0x80)
            break;
        i++;
    }
    return i;
}

static void
quoted(struct buf *buf, str s)
{
    buf_char(buf, '"');
    while (s.n > 0) {
        size_t run = plain_run(s);
        buf_add(buf, s.p, run);
        s = str_from(s, run);
        if (s.n == 0)
            break;
        if ((unsigned char)s.p[0] < 0x80) {
            escape_byte(buf, (unsigned char)s.p[0]);
            s = str_from(s, 1);
            continue;
        }
        size_t length = 1;
        while (length < 4 && length < s.n && !str_is_utf8((str){s.p, length}))
            length++;
        if (str_is_utf8((str){s.p, length})) {
            buf_add(buf, s.p, length);
            s = str_from(s, length);
        } else {
            buf_z(buf, "\xef\xbf\xbd");
            s = str_from(s, 1);
        }
    }
    buf_char(buf, '"');
}

void
json_out_key_str(struct json_out *out, str key)
{
    require(!out->after_key);
    before_value(out);
    quoted(out->buf, key);
    buf_char(out->buf, ':');
    out->after_key = true;
}
void
json_out_key(struct json_out *out, const char *key)
{
    json_out_key_str(out, str_of(key));
}
void
json_out_str(struct json_out *out, str value)
{
    before_value(out);
    quoted(out->buf, value);
}
void
json_out_z(struct json_out *out, const char *value)
{
    if (value)
        json_out_str(out, str_of(value));
    else
        json_out_null(out);
}
void
json_out_u64(struct json_out *out, uint64_t value)
{
    before_value(out);
    buf_u64(out->buf, value);
}
void
json_out_i64(struct json_out *out, int64_t value)
{
    before_value(out);
    buf_i64(out->buf, value);
}

void
json_out_double(struct json_out *out, double value, int decimals)
{
    if (!isfinite(value)) {
        json_out_null(out);
        return;
    }
    char text[400]; /* the largest double has 309 digits before the point */
    int n = snprintf(text, sizeof text, "%.*f", decimals, value);
    require(n > 0 && (size_t)n < sizeof text);
    if (decimals > 0) {
        while (text[n - 1] == '0')
            n--;
        if (text[n - 1] == '.')
            n--;
    }
    before_value(out);
    if (n == 2 && text[0] == '-' && text[1] == '0')
        buf_char(out->buf, '0');
    else
        buf_add(out->buf, text, (size_t)n);
}

void
json_out_bool(struct json_out *out, bool value)
{
    before_value(out);
    buf_z(out->buf, value ? "true" : "false");
}
void
json_out_null(struct json_out *out)
{
    before_value(out);
    buf_z(out->buf, "null");
}

void
json_out_day(struct json_out *out, day value)
{
    char text[DAY_TEXT];
    if (value == DAY_NONE)
        json_out_null(out);
    else
        json_out_z(out, day_format(value, text));
}

void
json_out_ip(struct json_out *out, ip value)
{
    char text[IP_TEXT];
    if (value.version == 0)
        json_out_null(out);
    else
        json_out_z(out, ip_format(value, text));
}

void
json_out_pair_str(struct json_out *out, const char *key, str value)
{
    json_out_key(out, key);
    json_out_str(out, value);
}
void
json_out_pair_z(struct json_out *out, const char *key, const char *value)
{
    json_out_key(out, key);
    json_out_z(out, value);
}
void
json_out_pair_u64(struct json_out *out, const char *key, uint64_t value)
{
    json_out_key(out, key);
    json_out_u64(out, value);
}
void
json_out_pair_i64(struct json_out *out, const char *key, int64_t value)
{
    json_out_key(out, key);
    json_out_i64(out, value);
}
void
json_out_pair_double(struct json_out *out, const char *key, double value, int decimals)
{
    json_out_key(out, key);
    json_out_double(out, value, decimals);
}
void
json_out_pair_bool(struct json_out *out, const char *key, bool value)
{
    json_out_key(out, key);
    json_out_bool(out, value);
}
void
json_out_pair_day(struct json_out *out, const char *key, day value)
{
    json_out_key(out, key);
    json_out_day(out, value);
}
