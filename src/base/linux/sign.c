/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 by libsodium. */
#include "base/sign.h"

#include "base/require.h"

#include <sodium.h>

void
sign_keys(const uint8_t seed[SIGN_SEED], uint8_t ret_public[SIGN_PUBLIC],
          uint8_t ret_secret[SIGN_SECRET])
{
    require(sodium_init() >= 0);
    require(crypto_sign_seed_keypair(ret_public, ret_secret, seed) == 0);
}

void
sign_make(const uint8_t secret[SIGN_SECRET], str message, uint8_t ret_signature[SIGN_SIGNATURE])
{
    require(sodium_init() >= 0);
    require(crypto_sign_detached(ret_signature, NULL, (const unsigned char *)message.p, message.n,
                                 secret) == 0);
}

bool
sign_verify(const uint8_t public[SIGN_PUBLIC], str message, const uint8_t signature[SIGN_SIGNATURE])
{
    require(sodium_init() >= 0);
    return crypto_sign_verify_detached(signature, (const unsigned char *)message.p, message.n,
                                       public) == 0;
}
