/* SPDX-License-Identifier: Apache-2.0 */
/* For libraries of Ed25519 that are less strict than libsodium: what that refuses and RFC 8032 too,
 * or what no honest signer makes. */
#pragma once

#include "base/sign.h"

/* False for an S past the group's order, and for public keys of small order or not in their one
 * form. */
bool ed25519_is_strict(const uint8_t public[SIGN_PUBLIC], const uint8_t signature[SIGN_SIGNATURE]);
