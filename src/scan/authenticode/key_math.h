/* SPDX-License-Identifier: Apache-2.0 */
/* What key.c asks of a library: libgcrypt, or nettle in the small program for Linux, which knows
 * the curves of NIST alone. Numbers are most significant byte first, without zeros in front, and of
 * sizes that signers use; moduli are odd. */
#pragma once

#include "base/hash.h"

/* PKCS #1 v1.5; BARE: the digest stands there without the name of its algorithm. */
bool rsa_holds(str n, str e, bool is_bare, enum digest_kind kind, const uint8_t *digest, str s);

struct key_dsa {
    str p, q, g, y;
};
/* DIGEST is no longer than the order. */
bool dsa_holds(const struct key_dsa *key, str digest, str r, str s);
/* CURVE is an object identifier in digits and dots. */
bool ecdsa_holds(const char *curve, str point, str digest, str r, str s);
