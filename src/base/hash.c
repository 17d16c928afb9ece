/* SPDX-License-Identifier: Apache-2.0 */
/* Digests whole, their text, and XXH3 by libxxhash. What computes a digest is the system's. */
#include "base/hash.h"

#include "base/require.h"

#include <xxhash.h>

size_t
digest_size(enum digest_kind kind)
{
    static const size_t sizes[DIGEST_KINDS] = {16, 20, 32, 48, 64};
    return sizes[kind];
}

void
digest_of(enum digest_kind kind, str content, uint8_t *out)
{
    struct digest *digest = digest_new(kind);
    digest_add(digest, content);
    digest_finish(digest, out);
}

struct sha256
sha256_of(str content)
{
    struct sha256 hash;
    digest_of(DIGEST_SHA256, content, hash.bytes);
    return hash;
}

void
hmac_sha256(str key, str content, uint8_t ret[SHA256_BYTES])
{
    enum { BLOCK = 64, INNER = 0x36, OUTER = 0x5c };
    uint8_t pad[BLOCK] = {0};
    struct digest *digest = digest_new(DIGEST_SHA256);
    require(key.n <= BLOCK);
    memcpy(pad, key.p, key.n);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= INNER;
    digest_add(digest, (str){(const char *)pad, BLOCK});
    digest_add(digest, content);
    digest_finish(digest, ret);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= INNER ^ OUTER;
    digest = digest_new(DIGEST_SHA256);
    digest_add(digest, (str){(const char *)pad, BLOCK});
    digest_add(digest, (str){(const char *)ret, SHA256_BYTES});
    digest_finish(digest, ret);
}

char *
hex_format(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = 0;
    return out;
}

char *
sha256_format(const struct sha256 *hash, char out[SHA256_TEXT])
{
    return hex_format(hash->bytes, SHA256_BYTES, out);
}

bool
hex_parse(str s, uint8_t *out, size_t n)
{
    if (s.n != 2 * n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (hex_digit(s.p[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(hex_digit(s.p[2 * i]) << 4 | hex_digit(s.p[2 * i + 1]));
    return true;
}

bool
sha256_parse(str s, struct sha256 *ret)
{
    return hex_parse(s, ret->bytes, SHA256_BYTES);
}

bool
digest_parse(str hex, enum digest_kind *ret_kind, uint8_t ret[DIGEST_MAX])
{
    for (enum digest_kind kind = DIGEST_MD5; kind <= DIGEST_SHA256; kind++)
        if (hex_parse(hex, ret, digest_size(kind))) {
            *ret_kind = kind;
            return true;
        }
    return false;
}

struct checksum
checksum_of(str content)
{
    XXH128_hash_t hash = XXH3_128bits(content.p, content.n);
    return (struct checksum){.high = hash.high64, .low = hash.low64};
}

uint64_t
xxh64_of(str content)
{
    return XXH64(content.p, content.n, 0);
}
