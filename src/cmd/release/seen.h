/* SPDX-License-Identifier: Apache-2.0 */
/* The newest pack that was ever installed, in a small file beside it (PACK.seen): so that an older
 * one is refused even when the installed one is spoiled or gone and cannot say what it was. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/sign.h"

struct seen {
    uint64_t version; /* 0: none by this signer */
    uint8_t id[SHA256_BYTES], public_key[SIGN_PUBLIC];
};
/* Of packs signed with PUBLIC_KEY: another signer counts anew. No file is version 0; one that is
 * not what seen_write wrote is ERR_CORRUPT. */
errcode seen_read(const char *pack, const uint8_t public_key[SIGN_PUBLIC], struct seen *ret,
                  struct err *err);
/* Durably, before the pack itself is put in its place. */
errcode seen_write(const char *pack, const struct seen *seen, struct err *err);
/* Whether a pack may take the place of one that is not there; when not, *CODE says why. */
bool seen_allows(const struct seen *seen, const char *pack, uint64_t version,
                 const uint8_t id[SHA256_BYTES], errcode *code, struct err *err);
