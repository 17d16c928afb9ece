/* SPDX-License-Identifier: Apache-2.0 */
/* A release: the published packs, the newest first, and the differences that lead to it, as
 * latest.json tells of them (docs/http.md). Nothing here is trusted: a pack is taken for what its
 * own signature says. Linux only, as zstd and jansson are. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/sign.h"

enum {
    RELEASE_PACKS = 4, /* that are kept, the newest among them */
    RELEASE_OLDER_MAX = RELEASE_PACKS - 1,
    RELEASE_NAME = 64,
    RELEASE_JSON_MAX = 64 << 10,
    RELEASE_BYTES_MAX = 1 << 30, /* of a pack; a difference is smaller */
};
#define RELEASE_VERSION_MAX ((uint64_t)INT64_MAX) /* what JSON numbers may be everywhere */
#define RELEASE_LIST "latest.json"
#define RELEASE_NEWEST "rules.pack" /* what servers give as the newest pack */

struct release_file {
    uint64_t version; /* of the pack; of a difference, of the pack that it begins with */
    uint64_t bytes;
    struct sha256 sha256;
};
struct release {
    struct release_file pack;
    uint8_t id[SHA256_BYTES], public_key[SIGN_PUBLIC];
    usec built;
    size_t delta_count, older_count;
    struct release_file deltas[RELEASE_OLDER_MAX], older[RELEASE_OLDER_MAX];
};

/* ERR_FORMAT names the member that is missing or wrong; other members are passed over. */
errcode release_read(str json, struct release *ret, struct err *err);
void release_write(const struct release *release, struct buf *out);
/* "7.pack", "6-7.delta"; return OUT. */
char *release_pack_name(uint64_t version, char out[RELEASE_NAME]);
char *release_delta_name(uint64_t from, uint64_t to, char out[RELEASE_NAME]);

/* The difference between two packs, zstd's with the older one as prefix, both off their veils:
 * under them equal rules of two packs have no byte in common. Appends to OUT; ERR_LIMIT when that
 * is full. */
errcode release_delta_make(str older, str newer, struct buf *out, struct err *err);
/* The newer pack, of exactly BYTES bytes, appended to OUT. ERR_CORRUPT when DELTA is no difference
 * from OLDER to a pack of that size; what OUT holds then is to be thrown away. Memory is bounded by
 * the sizes of OLDER and BYTES. */
errcode release_delta_apply(str older, str delta, uint64_t bytes, struct buf *out, struct err *err);
