/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 names an input for ever; XXH3 (128 bits) finds damage in stored files and is quick. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_TEXT = 65 };

struct sha256 {
    uint8_t bytes[SHA256_BYTES];
};
struct checksum {
    uint64_t high, low;
};

struct sha256 sha256_of(str content);
/* In pieces. */
struct sha256_stream;
struct sha256_stream *sha256_stream_new(void);
void sha256_stream_add(struct sha256_stream *stream, str piece);
struct sha256 sha256_stream_finish(struct sha256_stream *stream); /* frees it */
void sha256_stream_free(struct sha256_stream *stream);
/* 64 lower-case hexadecimal digits; returns OUT. */
char *sha256_format(const struct sha256 *hash, char out[SHA256_TEXT]);
bool sha256_parse(str s, struct sha256 *ret);

struct checksum checksum_of(str content);
static inline bool
checksum_eq(struct checksum a, struct checksum b)
{
    return a.high == b.high && a.low == b.low;
}
