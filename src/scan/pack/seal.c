/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/seal.h"

/* The words keep signatures apart from those that the same key makes of other things. */
#define PURPOSE "khien pack 1\n"
enum { MESSAGE = sizeof PURPOSE - 1 + SHA256_BYTES };

void
seal_digest(const struct chunk *chunks, size_t count, uint8_t ret[SHA256_BYTES])
{
    struct digest *digest = digest_new(DIGEST_SHA256);
    for (size_t i = 0; i < count; i++) {
        if (chunks[i].id == PACK_SEAL)
            continue;
        uint64_t head[2] = {chunks[i].id, chunks[i].content.n};
        digest_add(digest, (str){(const char *)head, sizeof head});
        digest_add(digest, chunks[i].content);
    }
    digest_finish(digest, ret);
}

static str
message_of(const uint8_t digest[SHA256_BYTES], char message[MESSAGE])
{
    memcpy(message, PURPOSE, sizeof PURPOSE - 1);
    memcpy(message + sizeof PURPOSE - 1, digest, SHA256_BYTES);
    return (str){message, MESSAGE};
}

void
seal_make(const struct chunk *chunks, size_t count, const uint8_t *secret, struct pack_seal *ret)
{
    char message[MESSAGE];
    struct pack_seal seal = {0};
    seal_digest(chunks, count, seal.digest);
    if (secret) {
        memcpy(seal.public_key, secret + SIGN_SEED, SIGN_PUBLIC);
        sign_make(secret, message_of(seal.digest, message), seal.signature);
    }
    *ret = seal;
}

bool
seal_is_signed(const struct pack_seal *seal)
{
    static const uint8_t none[SIGN_PUBLIC];
    return memcmp(seal->public_key, none, sizeof none) != 0;
}

bool
seal_holds(const struct pack_seal *seal, const uint8_t digest[SHA256_BYTES])
{
    char message[MESSAGE];
    return memcmp(seal->digest, digest, SHA256_BYTES) == 0 && seal_is_signed(seal) &&
           sign_verify(seal->public_key, message_of(digest, message), seal->signature);
}
