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
/* 64 lower-case hexadecimal digits; returns OUT. */
char *sha256_format(const struct sha256 *hash, char out[SHA256_TEXT]);
bool sha256_parse(str s, struct sha256 *ret);

/* Digests that others chose: what signatures, rules and Authenticode name a file by. */
enum digest_kind {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_KINDS,
};
enum { DIGEST_MAX = 64 };

size_t digest_size(enum digest_kind kind);
/* Writes digest_size bytes. */
void digest_of(enum digest_kind kind, str content, uint8_t *out);
/* The digest that HEX is, an MD5, SHA-1 or SHA-256 by how long it is. */
bool digest_parse(str hex, enum digest_kind *ret_kind, uint8_t ret[DIGEST_MAX]);
/* In pieces. */
struct digest;
struct digest *digest_new(enum digest_kind kind);
void digest_add(struct digest *digest, str piece);
void digest_finish(struct digest *digest, uint8_t *out); /* frees it */
void digest_free(struct digest *digest);
/* HMAC (RFC 2104) of SHA-256, with a key of 64 bytes at most. */
void hmac_sha256(str key, str content, uint8_t ret[SHA256_BYTES]);
/* N bytes as 2 * N lower-case hexadecimal digits and a NUL; returns OUT. */
char *hex_format(const uint8_t *bytes, size_t n, char *out);
/* 2 * N hexadecimal digits of either case; false, and nothing is written, when S is anything else.
 */
bool hex_parse(str s, uint8_t *out, size_t n);

struct checksum checksum_of(str content);
static inline bool
checksum_eq(struct checksum a, struct checksum b)
{
    return a.high == b.high && a.low == b.low;
}
/* XXH64 with a seed of 0: what frames of zstd are checked by. */
uint64_t xxh64_of(str content);
