/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 by nettle. */
#include "base/sign.h"

#include "base/small/ed25519.h"

#include <nettle/eddsa.h>
#include <string.h>

void
sign_keys(const uint8_t seed[SIGN_SEED], uint8_t ret_public[SIGN_PUBLIC],
          uint8_t ret_secret[SIGN_SECRET])
{
    ed25519_sha512_public_key(ret_public, seed);
    memcpy(ret_secret, seed, SIGN_SEED);
    memcpy(ret_secret + SIGN_SEED, ret_public, SIGN_PUBLIC);
}

void
sign_make(const uint8_t secret[SIGN_SECRET], str message, uint8_t ret_signature[SIGN_SIGNATURE])
{
    ed25519_sha512_sign(secret + SIGN_SEED, secret, message.n, (const uint8_t *)message.p,
                        ret_signature);
}

bool
sign_verify(const uint8_t public[SIGN_PUBLIC], str message, const uint8_t signature[SIGN_SIGNATURE])
{
    return ed25519_is_strict(public, signature) &&
           ed25519_sha512_verify(public, message.n, (const uint8_t *)message.p, signature) == 1;
}
