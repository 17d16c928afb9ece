/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by BCrypt, the system's own. An algorithm is opened once and for ever. */
#include "base/hash.h"

#include "base/require.h"

#include <stdlib.h>
/* windows.h comes first. */
#include <windows.h>

#include <bcrypt.h>

struct digest {
    BCRYPT_HASH_HANDLE handle;
    ULONG size;
};

/* Two threads may both open the first time: one of the two equal handles is then kept for ever. */
static BCRYPT_ALG_HANDLE
algorithm(enum digest_kind kind)
{
    static const wchar_t *const names[DIGEST_KINDS] = {
        [DIGEST_MD5] = BCRYPT_MD5_ALGORITHM,       [DIGEST_SHA1] = BCRYPT_SHA1_ALGORITHM,
        [DIGEST_SHA256] = BCRYPT_SHA256_ALGORITHM, [DIGEST_SHA384] = BCRYPT_SHA384_ALGORITHM,
        [DIGEST_SHA512] = BCRYPT_SHA512_ALGORITHM,
    };
    static _Atomic(BCRYPT_ALG_HANDLE) opened[DIGEST_KINDS];
    BCRYPT_ALG_HANDLE found = opened[kind];
    if (!found) {
        require(BCryptOpenAlgorithmProvider(&found, names[kind], NULL, 0) == 0);
        opened[kind] = found;
    }
    return found;
}

struct digest *
digest_new(enum digest_kind kind)
{
    struct digest *digest = mem_alloc(sizeof *digest);
    digest->size = (ULONG)digest_size(kind);
    require(BCryptCreateHash(algorithm(kind), &digest->handle, NULL, 0, NULL, 0, 0) == 0);
    return digest;
}

void
digest_add(struct digest *digest, str piece)
{
    const size_t most = (size_t)1 << 30; /* a length is a ULONG there */
    while (piece.n > 0) {
        size_t n = piece.n < most ? piece.n : most;
        require(BCryptHashData(digest->handle, (UCHAR *)(uintptr_t)piece.p, (ULONG)n, 0) == 0);
        piece = str_from(piece, n);
    }
}

void
digest_finish(struct digest *digest, uint8_t *out)
{
    require(BCryptFinishHash(digest->handle, out, digest->size, 0) == 0);
    digest_free(digest);
}

void
digest_free(struct digest *digest)
{
    if (!digest)
        return;
    BCryptDestroyHash(digest->handle);
    free(digest);
}
