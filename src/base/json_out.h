/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON (RFC 8259) by appending. Commas and nesting are kept track of here; text is written
 * as UTF-8, with invalid bytes replaced by U+FFFD, so that the output is always valid. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/ip.h"

struct json_out {
    struct buf *buf;
    uint64_t comma; /* one bit a level: a value was written there */
    unsigned depth;
    bool after_key;
};

static inline struct json_out
json_out_to(struct buf *buf)
{
    return (struct json_out){.buf = buf};
}

void json_out_object_begin(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array_begin(struct json_out *out);
void json_out_array_end(struct json_out *out);
void json_out_key(struct json_out *out, const char *key);
void json_out_key_str(struct json_out *out, str key);
void json_out_str(struct json_out *out, str value);
void json_out_z(struct json_out *out, const char *value); /* NULL writes null */
void json_out_u64(struct json_out *out, uint64_t value);
void json_out_i64(struct json_out *out, int64_t value);
/* The shortest decimals up to DECIMALS places; not finite writes null. */
void json_out_double(struct json_out *out, double value, int decimals);
void json_out_bool(struct json_out *out, bool value);
void json_out_null(struct json_out *out);
void json_out_day(struct json_out *out, day value); /* DAY_NONE writes null */
void json_out_ip(struct json_out *out, ip value);

/* key and value in one call */
void json_out_pair_str(struct json_out *out, const char *key, str value);
void json_out_pair_z(struct json_out *out, const char *key, const char *value);
void json_out_pair_u64(struct json_out *out, const char *key, uint64_t value);
void json_out_pair_i64(struct json_out *out, const char *key, int64_t value);
void json_out_pair_double(struct json_out *out, const char *key, double value, int decimals);
void json_out_pair_bool(struct json_out *out, const char *key, bool value);
void json_out_pair_day(struct json_out *out, const char *key, day value);
