/* SPDX-License-Identifier: Apache-2.0 */
/* Files of keys that sign packs: one line, 64 hexadecimal digits; a secret one has the word
 * "khien-secret-key" before them. Secrets come from files alone, never from the command line. */
#pragma once

#include "base/file.h"
#include "base/sign.h"
#include "scan/scan.h"

#define RULES_KEY_NAME "rules.pub" /* beside the installed pack */
enum { PACK_KEY_TEXT = 2 * SIGN_PUBLIC + 1, PACK_KEY_FILE_MAX = 4096 };

/* Makes PATH, for its owner only, and PATH.pub, neither of which may be there. */
errcode pack_key_make(const char *path, uint8_t ret_public[SIGN_PUBLIC], struct err *err);
/* The caller clears the secret with pack_key_clear. */
errcode pack_key_read_secret(const char *path, uint8_t ret[SIGN_SECRET], struct err *err);
void pack_key_clear(uint8_t secret[SIGN_SECRET]);
errcode pack_key_read_public(const char *path, uint8_t ret[SIGN_PUBLIC], struct err *err);
/* The same for one that lies beside a pack. Who brings a pack can bring a key with it, so where the
 * program has a key of its own another one is ERR_DENIED. */
errcode pack_key_read_beside(const char *path, uint8_t ret[SIGN_PUBLIC], struct err *err);

/* The key that the program was built with (meson -Dpublic_key); false without one. */
bool pack_key_built_in(uint8_t ret[SIGN_PUBLIC]);
/* Whose signature a pack must have. */
struct pack_key {
    uint8_t key[SIGN_PUBLIC]; /* of ORIGIN_UNCHECKED: none is known, anyone's or nobody's will do */
    enum report_origin origin;
    char path[PATH_TEXT]; /* its file; "" for none */
};
/* The one in the file NAMED; else in rules.pub in the folder of the pack BESIDE; else the built-in
 * one. Both may be NULL. */
errcode pack_key_find(const char *named, const char *beside, struct pack_key *ret, struct err *err);
