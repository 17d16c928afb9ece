/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures by Ed25519 (RFC 8032): libsodium on Linux, libgcrypt on Windows. A secret key is the
 * seed with the public key behind it. Strict: what RFC 8032 refuses, and public keys of small
 * order, are refused on every system. */
#pragma once

#include "base/str.h"

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_SECRET = 64, SIGN_SIGNATURE = 64 };

/* The one pair of keys that SEED, 32 random bytes, stands for. */
void sign_keys(const uint8_t seed[SIGN_SEED], uint8_t ret_public[SIGN_PUBLIC],
               uint8_t ret_secret[SIGN_SECRET]);
/* The same message and key give the same signature, on every system. */
void sign_make(const uint8_t secret[SIGN_SECRET], str message,
               uint8_t ret_signature[SIGN_SIGNATURE]);
/* True when the owner of PUBLIC's secret key signed exactly MESSAGE. */
bool sign_verify(const uint8_t public[SIGN_PUBLIC], str message,
                 const uint8_t signature[SIGN_SIGNATURE]);
