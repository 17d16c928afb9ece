/* SPDX-License-Identifier: Apache-2.0 */
/* The installed pack of rules, and what may take its place: one of the same signer that is newer
 * than any that was ever there. */
#pragma once

#include "base/file.h"
#include "cmd/release/seen.h"

struct installed {
    char pack[PATH_TEXT], folder[PATH_TEXT];
    char key_path[PATH_TEXT]; /* for people; where the key is built in, it says that */
    bool is_key_named;
    uint8_t public_key[SIGN_PUBLIC];
    bool is_there; /* and whole, and signed with that key; only then the next two are set */
    uint64_t version;
    uint8_t id[SHA256_BYTES];
    struct seen seen; /* the newest that was ever installed here; version 0: none */
};
/* Where it is: PACK, else the default place; and the key: KEY, else rules.pub beside the pack, else
 * the built-in one. NULL and "" are none. A key that comes with a pack would prove nothing, so none
 * is ever fetched. */
errcode installed_locate(const char *pack, const char *key, struct installed *ret, struct err *err);
/* Reads the key and what is there. A pack that does not open is no reason to stay without: it is
 * told, and counts as none. */
errcode installed_look(struct installed *installed, struct err *err);
/* The pack at PATH, which came from FROM, must be whole and of that signer; its version and id. */
errcode installed_check(const struct installed *installed, const char *from, const char *path,
                        uint64_t *ret_version, uint8_t ret_id[SHA256_BYTES], struct err *err);
/* True when such a pack of FROM is to be taken; when not, *IS_CURRENT says that it is what is
 * there, or *CODE why it is refused. */
bool installed_takes(const struct installed *installed, const char *from, uint64_t version,
                     const uint8_t id[SHA256_BYTES], bool *is_current, errcode *code,
                     struct err *err);
/* Before a pack is put in its place. */
errcode installed_note(const struct installed *installed, uint64_t version,
                       const uint8_t id[SHA256_BYTES], struct err *err);
