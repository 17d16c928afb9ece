/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between packs. The first byte says whether the rest is one as it stands, or edits of
 * a right pack, three bytes each (place, what is XORed there): what those make is packed without a
 * prefix and put through, so that what stands behind zstd is reached, and where it has the form of
 * a pack, the way there and back gives the same bytes. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/scan.h"

#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDIT = 3, HEADER = 24, ENTRY = 24, META = 64, BODY = 256, PACK = 512, ROOM = 1 << 20 };

static void
put(char *pack, size_t at, uint64_t value, size_t n)
{
    memcpy(pack + at, &value, n);
}

/* META and veiled RULE, as base/chunk.h lays them out. */
static void
make_pack(char pack[PACK], uint64_t seed)
{
    static const char ids[] = "METARULE";
    const uint64_t places[] = {128, 192}, sizes[] = {META, BODY};
    memset(pack, 0, PACK);
    memcpy(pack, "KHPACK\1\n", 8);
    put(pack, 8, 2, 4);
    put(pack, 16, 192 + BODY + 16, 8);
    for (size_t i = 0; i < 2; i++) {
        memcpy(pack + HEADER + i * ENTRY, ids + 4 * i, 4);
        put(pack, HEADER + i * ENTRY + 8, places[i], 8);
        put(pack, HEADER + i * ENTRY + 16, sizes[i], 8);
    }
    put(pack, 128 + 16, seed, 8);
    for (size_t i = 0; i < BODY; i++)
        pack[192 + i] = (char)(i * 7);
}
enum { PACK_BYTES = 192 + BODY + 16 };

static void
apply(str older, str delta, uint64_t bytes)
{
    struct buf out = BUF(ROOM);
    struct err err;
    errcode code = release_delta_apply(older, delta, bytes, &out, &err);
    require(code == OK || code == ERR_CORRUPT || code == ERR_LIMIT);
    require(code != OK || out.n == bytes);
    buf_clear(&out);
}

static void
there_and_back(str older, str newer)
{
    struct buf delta = BUF(ROOM), out = BUF(ROOM);
    struct err err;
    if (release_delta_make(older, newer, &delta, &err) == OK) {
        require(release_delta_apply(older, buf_view(&delta), newer.n, &out, &err) == OK);
        require(str_eq(buf_view(&out), newer));
    }
    buf_clear(&delta);
    buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char older[PACK], newer[PACK], packed[2 * PACK];
    if (!size)
        return 0;
    make_pack(older, 1);
    make_pack(newer, 2);
    if (data[0] % 2) {
        str delta = {(const char *)data + 1, size - 1};
        unsigned long long told = ZSTD_getFrameContentSize(delta.p, delta.n);
        apply((str){older, PACK_BYTES}, delta, told < ROOM ? told : ROOM);
        return 0;
    }
    for (size_t i = 1; i + EDIT <= size; i += EDIT)
        newer[(data[i] | data[i + 1] << 8) % PACK_BYTES] ^= (char)data[i + 2];
    size_t n = ZSTD_compress(packed, sizeof packed, newer, PACK_BYTES, 1);
    require(!ZSTD_isError(n));
    apply((str){older, PACK_BYTES}, (str){packed, n}, PACK_BYTES);
    there_and_back((str){older, PACK_BYTES}, (str){newer, PACK_BYTES});
    there_and_back((str){newer, PACK_BYTES}, (str){older, PACK_BYTES});
    return 0;
}
