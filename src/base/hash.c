/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by OpenSSL (it uses the processor's SHA instructions), XXH3 by libxxhash. */
#include "base/hash.h"

#include "base/require.h"

#include <openssl/evp.h>
#include <xxhash.h>

struct sha256_stream {
    EVP_MD_CTX *context;
};

struct sha256_stream *
sha256_stream_new(void)
{
    struct sha256_stream *stream = mem_alloc(sizeof *stream);
    stream->context = EVP_MD_CTX_new();
    require(stream->context && EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL) == 1);
    return stream;
}

void
sha256_stream_add(struct sha256_stream *stream, str piece)
{
    require(EVP_DigestUpdate(stream->context, piece.p, piece.n) == 1);
}

struct sha256
sha256_stream_finish(struct sha256_stream *stream)
{
    struct sha256 hash;
    require(EVP_DigestFinal_ex(stream->context, hash.bytes, NULL) == 1);
    sha256_stream_free(stream);
    return hash;
}

void
sha256_stream_free(struct sha256_stream *stream)
{
    if (!stream)
        return;
    EVP_MD_CTX_free(stream->context);
    free(stream);
}

struct sha256
sha256_of(str content)
{
    struct sha256_stream *stream = sha256_stream_new();
    sha256_stream_add(stream, content);
    return sha256_stream_finish(stream);
}

char *
sha256_format(const struct sha256 *hash, char out[SHA256_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        out[2 * i] = digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    out[SHA256_TEXT - 1] = 0;
    return out;
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
