/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a pack one that only the owner of a key can have made. The signature is over SHA-256
 * and not over the file's checksum: XXH3 finds damage, but anyone can make another file with the
 * same XXH3. */
#pragma once

#include "scan/pack/layout.h"

/* The digest of all chunks but the seal, their ids and sizes, in their order. */
void seal_digest(const struct chunk *chunks, size_t count, uint8_t ret[SHA256_BYTES]);
/* SECRET is NULL for a pack without signature. */
void seal_make(const struct chunk *chunks, size_t count, const uint8_t *secret,
               struct pack_seal *ret);
bool seal_is_signed(const struct pack_seal *seal);
/* True when the seal's signature is right for DIGEST. */
bool seal_holds(const struct pack_seal *seal, const uint8_t digest[SHA256_BYTES]);
