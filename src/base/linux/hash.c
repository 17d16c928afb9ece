/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by OpenSSL (it uses the processor's SHA instructions). An algorithm is looked up once,
 * which costs more than digesting a small file. */
#include "base/hash.h"

#include "base/require.h"

#include <openssl/evp.h>

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
