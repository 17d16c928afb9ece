/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a signature is a key's: RSA (PKCS #1 v1.5), DSA and ECDSA by libgcrypt. */
#pragma once

#include "base/hash.h"

/* KEY is the content of a certificate's SubjectPublicKeyInfo, DIGEST the KIND digest of what was
 * signed. False for keys of other kinds, of sizes that no signer uses and of a form that is wrong,
 * so that a hostile key costs no more than a good one. */
bool key_verify(str key, enum digest_kind kind, const uint8_t *digest, str signature);
/* The same for an RSA key and nothing else, whose signature may also hold the digest alone, without
 * the name of its algorithm, as some old time stamps have it. */
bool key_verify_recovered(str key, enum digest_kind kind, const uint8_t *digest, str signature);
