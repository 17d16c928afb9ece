/* SPDX-License-Identifier: Apache-2.0 */
/* Digests whole, their text, and XXH3 by libxxhash. What computes a digest is the system's. */
#include "base/hash.h"

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
sha256_parse(str s, struct sha256 *ret)
{
    struct sha256 hash = {{0}};
    if (s.n != SHA256_TEXT - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        int digit = ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        hash.bytes[i / 2] = (uint8_t)(hash.bytes[i / 2] << 4 | digit);
    }
    *ret = hash;
    return true;
}

struct checksum
checksum_of(str content)
{
    XXH128_hash_t hash = XXH3_128bits(content.p, content.n);
    return (struct checksum){.high = hash.high64, .low = hash.low64};
}
