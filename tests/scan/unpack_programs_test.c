/* SPDX-License-Identifier: Apache-2.0 */
/* Packed programs made here, for every system: what is found in them, what is told of them. */
#include "base/tap.h"
#include "tests/scan/containers.h"
#include "tests/scan/unpacked.h"

enum { ROOM = 1 << 20 };

static void
put_u32_of(struct buf *out, bool is_big, uint32_t value)
{
    put_u32(out, is_big ? __builtin_bswap32(value) : value);
}

/* Three letters, a copy over itself and three letters more, by each method. The stream of LZMA is
 * liblzma's; the oracle of NRV is unpack_testfiles_test.c's clam-upx.exe with its checksum. */
static const char text[] = "abcabcabcabcabcabcabcabcabcabcabcabcabcabcaXYZ";
static const struct {
    uint32_t method;
    str packed;
} blocks[] = {
    {2, STR("\x00\xf8\x08\xec\x61\x62\x63\x02\x58\x59\x5a\x00\x00\x00\x00\x00\x00\x00\x24\xff")},
    {5, STR("\x92\xf0\x11\xec\x61\x62\x63\x05\x58\x59\x5a\xa0\x92\x24\x49\xff")},
    {8, STR("\x92\xf0\x10\xec\x61\x62\x63\x05\x58\x59\x5a\xa0\x92\x24\x49\xff")},
    {3, STR("\xec\x61\x62\x63\x02\x08\xf8\x58\x59\x5a\x00\x00\x00\x00\x00\x24\xff")},
    {4, STR("\x08\xec\x61\x62\x63\x02\x00\xf8\x58\x59\x5a\x00\x00\x00\x00\x00\x24\xff")},
    {6, STR("\xec\x61\x62\x63\x05\x11\xf0\x58\x59\x5a\x92\x49\x24\x92\xa0\xff")},
    {7, STR("\x11\xec\x61\x62\x63\x05\x92\xf0\x58\x59\x5a\x24\x49\xa0\x92\xff")},
    {9, STR("\xec\x61\x62\x63\x05\x10\xf0\x58\x59\x5a\x92\x49\x24\x92\xa0\xff")},
    {10, STR("\x10\xec\x61\x62\x63\x05\x92\xf0\x58\x59\x5a\x24\x49\xa0\x92\xff")},
    {14,
     STR("\x1a\x03\x00\x30\x98\x88\xab\x1b\x45\xa1\x47\x4f\x30\xea\xd3\xff\xff\xa9\x48\x00\x00")},
};
enum { BLOCKS = sizeof blocks / sizeof *blocks, HEADERS = 52 };

/* An ELF file without program headers, all blocks in it. */
static void
make_upx(struct buf *out, bool is_big, const char *mark)
{
    buf_reset(out);
    buf_z(out, "\x7f"
               "ELF\x01");
    buf_char(out, is_big ? 2 : 1);
    while (out->n < HEADERS)
        buf_char(out, 0);
    put_u32(out, 0);
    buf_z(out, mark);
    put_u32(out, 0);
    put_u32(out, 0);
    put_u32_of(out, is_big, 1 << 20);
    put_u32(out, 0);
    for (size_t i = 0; i < BLOCKS; i++) {
        put_u32_of(out, is_big, sizeof text - 1);
        put_u32_of(out, is_big, (uint32_t)blocks[i].packed.n);
        put_u32(out, blocks[i].method);
        buf_str(out, blocks[i].packed);
    }
}

static void
test_upx(void)
{
    struct buf out = BUF(ROOM), want = BUF(ROOM);
    struct unpacked all = {0};
    for (size_t i = 0; i < BLOCKS; i++)
        buf_z(&want, text);
    make_upx(&out, false, "UPX!");
    unpacked_read(&all, NULL, buf_view(&out), "packed");
    tap_eq_str(buf_view(&all.text), buf_view(&want), "blocks of all of UPX's methods");
    make_upx(&out, true, "UPX!");
    unpacked_read(&all, NULL, buf_view(&out), "packed");
    tap_eq_str(buf_view(&all.text), buf_view(&want), "of a machine of the other byte order");
    make_upx(&out, false, "\x1f\x02YT");
    unpacked_read(&all, NULL, buf_view(&out), "packed");
    tap_eq_str(buf_view(&all.text), buf_view(&want), "with its mark changed");
    make_upx(&out, false, "UPX!");
    out.p[HEADERS + 32] = 11;
    unpacked_read(&all, NULL, buf_view(&out), "packed");
    unpacked_expect(&all, unpacked_told(&all, "packed unknown UPX") && all.count == 0,
                    "another method is told");
    unpacked_clear(&all);
    buf_clear(&out);
    buf_clear(&want);
}

int
main(void)
{
    test_upx();
    return tap_done();
}
