/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by nettle, which is small where OpenSSL is not, and uses SHA instructions too. */
#include "base/hash.h"

#include "base/require.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

struct digest {
    enum digest_kind kind;
    union {
        struct md5_ctx md5;
        struct sha1_ctx sha1;
        struct sha256_ctx sha256;
        struct sha512_ctx sha512; /* SHA-384 too */
    } of;
};

struct digest *
digest_new(enum digest_kind kind)
{
    struct digest *digest = mem_alloc(sizeof *digest);
    digest->kind = kind;
    switch (kind) {
    case DIGEST_MD5:
        md5_init(&digest->of.md5);
        break;
    case DIGEST_SHA1:
        sha1_init(&digest->of.sha1);
        break;
    case DIGEST_SHA256:
        sha256_init(&digest->of.sha256);
        break;
    case DIGEST_SHA384:
        sha384_init(&digest->of.sha512);
        break;
    default:
        sha512_init(&digest->of.sha512);
    }
    return digest;
}

void
digest_add(struct digest *digest, str piece)
{
    const uint8_t *bytes = (const uint8_t *)piece.p;
    switch (digest->kind) {
    case DIGEST_MD5:
        md5_update(&digest->of.md5, piece.n, bytes);
        break;
    case DIGEST_SHA1:
        sha1_update(&digest->of.sha1, piece.n, bytes);
        break;
    case DIGEST_SHA256:
        sha256_update(&digest->of.sha256, piece.n, bytes);
        break;
    default:
        sha512_update(&digest->of.sha512, piece.n, bytes);
    }
}

void
digest_finish(struct digest *digest, uint8_t *out)
{
    size_t n = digest_size(digest->kind);
    switch (digest->kind) {
    case DIGEST_MD5:
        md5_digest(&digest->of.md5, n, out);
        break;
    case DIGEST_SHA1:
        sha1_digest(&digest->of.sha1, n, out);
        break;
    case DIGEST_SHA256:
        sha256_digest(&digest->of.sha256, n, out);
        break;
    case DIGEST_SHA384:
        sha384_digest(&digest->of.sha512, n, out);
        break;
    default:
        sha512_digest(&digest->of.sha512, n, out);
    }
    digest_free(digest);
}

void
digest_free(struct digest *digest)
{
    free(digest);
}
