/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by OpenSSL (it uses the processor's SHA instructions), XXH3 by libxxhash. An algorithm is
 * looked up once, which costs more than digesting a small file. */
#include "base/hash.h"

#include "base/require.h"

#include <openssl/evp.h>
#include <xxhash.h>

struct digest {
    EVP_MD_CTX *context;
};

static const EVP_MD *(*const algorithms[DIGEST_KINDS])(void) = {
    [DIGEST_MD5] = EVP_md5,       [DIGEST_SHA1] = EVP_sha1,     [DIGEST_SHA256] = EVP_sha256,
    [DIGEST_SHA384] = EVP_sha384, [DIGEST_SHA512] = EVP_sha512,
};

/* Two threads may both fetch the first time: one of the two equal objects is then kept for ever. */
static const EVP_MD *
algorithm(enum digest_kind kind)
{
    static _Atomic(const EVP_MD *) fetched[DIGEST_KINDS];
    const EVP_MD *found = fetched[kind];
    if (!found) {
        found = EVP_MD_fetch(NULL, EVP_MD_get0_name(algorithms[kind]()), NULL);
        require(found);
        fetched[kind] = found;
    }
    return found;
}

size_t
digest_size(enum digest_kind kind)
{
    static const size_t sizes[DIGEST_KINDS] = {16, 20, 32, 48, 64};
    return sizes[kind];
}

struct digest *
digest_new(enum digest_kind kind)
{
    struct digest *digest = mem_alloc(sizeof *digest);
    digest->context = EVP_MD_CTX_new();
    require(digest->context && EVP_DigestInit_ex(digest->context, algorithm(kind), NULL) == 1);
    return digest;
}

void
digest_add(struct digest *digest, str piece)
{
    require(EVP_DigestUpdate(digest->context, piece.p, piece.n) == 1);
}

void
digest_finish(struct digest *digest, uint8_t *out)
{
    require(EVP_DigestFinal_ex(digest->context, out, NULL) == 1);
    digest_free(digest);
}

void
digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
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
