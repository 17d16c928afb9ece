/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scan/containers.h"

#include "base/require.h"

#include <zlib.h>

enum { BLOCK = 512, DIRECTORY_ENTRY = 128, SECTOR = 512, STREAM_LEAST = 4096 };

void
put_u16(struct buf *out, uint32_t value)
{
    buf_char(out, (char)value);
    buf_char(out, (char)(value >> 8));
}

void
put_u32(struct buf *out, uint32_t value)
{
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16);
}

static void
deflate_to(struct buf *out, str content, int window_bits)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)content.p, .avail_in = (uInt)content.n};
    require(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&z, (uLong)content.n) + 64;
    char *p = buf_space(out, room);
    require(p);
    z.next_out = (Bytef *)p;
    z.avail_out = (uInt)room;
    require(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out->n -= z.avail_out;
    deflateEnd(&z);
}

void
make_gzip(struct buf *out, str content)
{
    deflate_to(out, content, 15 + 16);
}

void
make_zlib(struct buf *out, str content)
{
    deflate_to(out, content, 15);
}

static void
zip_fields(struct buf *out, const struct zip_part *part, size_t packed)
{
    put_u16(out, part->encrypted ? 1 : 0);
    put_u16(out, part->deflated ? 8 : 0);
    put_u32(out, 0);
    put_u32(out, (uint32_t)crc32(0, (const Bytef *)part->content.p, (uInt)part->content.n));
    put_u32(out, (uint32_t)packed);
    put_u32(out, (uint32_t)part->content.n);
    put_u16(out, (uint32_t)strlen(part->name));
    put_u16(out, 0);
}

static void
zip_directory(struct buf *out, const struct zip_part *parts, const size_t (*places)[2],
              size_t count, size_t base)
{
    size_t begin = out->n;
    for (size_t i = 0; i < count; i++) {
        buf_str(out, STR("PK\1\2"));
        put_u16(out, 20);
        put_u16(out, 20);
        zip_fields(out, &parts[i], places[i][1]);
        for (unsigned k = 0; k < 5; k++)
            put_u16(out, 0);
        put_u32(out, (uint32_t)places[i][0]);
        buf_z(out, parts[i].name);
    }
    size_t n = out->n - begin;
    buf_str(out, STR("PK\5\6\0\0\0\0"));
    put_u16(out, (uint32_t)count);
    put_u16(out, (uint32_t)count);
    put_u32(out, (uint32_t)n);
    put_u32(out, (uint32_t)(begin - base));
    put_u16(out, 0);
}

static void
zip_all(struct buf *out, const struct zip_part *parts, size_t count, bool whole)
{
    size_t(*places)[2] = mem_calloc(count + 1, sizeof *places), base = out->n;
    for (size_t i = 0; i < count; i++) {
        struct buf packed = BUF((size_t)1 << 30);
        if (parts[i].deflated)
            deflate_to(&packed, parts[i].content, -15);
        else
            buf_str(&packed, parts[i].content);
        places[i][0] = out->n - base;
        places[i][1] = packed.n;
        buf_str(out, STR("PK\3\4"));
        put_u16(out, 20);
        zip_fields(out, &parts[i], packed.n);
        buf_z(out, parts[i].name);
        buf_str(out, buf_view(&packed));
        buf_clear(&packed);
    }
    if (whole)
        zip_directory(out, parts, (const size_t(*)[2])places, count, base);
    free(places);
}

void
make_zip(struct buf *out, const struct zip_part *parts, size_t count)
{
    zip_all(out, parts, count, true);
}

void
make_zip_cut(struct buf *out, const struct zip_part *parts, size_t count)
{
    zip_all(out, parts, count, false);
}

static void
pad(struct buf *out, size_t to)
{
    while (out->n % to)
        buf_char(out, 0);
}

void
make_tar(struct buf *out, const char *name, str content)
{
    char block[BLOCK] = {0};
    require(strlen(name) <= 100);
    memcpy(block, name, strlen(name));
    snprintf(block + 100, 8, "%07o", 0644u);
    snprintf(block + 124, 12, "%011llo", (unsigned long long)content.n);
    block[156] = '0';
    memcpy(block + 257, "ustar\00000", 8);
    memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    buf_add(out, block, BLOCK);
    buf_str(out, content);
    pad(out, BLOCK);
}

void
make_base64(struct buf *out, str content)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < content.n; i += 3) {
        uint32_t bits = 0, n = content.n - i < 3 ? (uint32_t)(content.n - i) : 3;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (uint8_t)content.p[i + k] : 0);
        for (uint32_t k = 0; k < 4; k++)
            buf_char(out, k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=');
        if (i % 57 == 54)
            buf_z(out, "\r\n");
    }
}

void
make_hex(struct buf *out, str content)
{
    for (size_t i = 0; i < content.n; i++)
        buf_printf(out, "%02x%s", (uint8_t)content.p[i], i % 32 == 31 ? "\r\n" : "");
}

static void
ole2_entry(struct buf *out, const char *name, char type, const uint32_t links[3], uint32_t first,
           size_t size)
{
    size_t begin = out->n;
    for (const char *c = name; *c; c++)
        put_u16(out, (uint8_t)*c);
    while (out->n < begin + 64)
        buf_char(out, 0);
    put_u16(out, name[0] ? (uint32_t)strlen(name) * 2 + 2 : 0);
    buf_char(out, type);
    buf_char(out, 1);
    for (size_t i = 0; i < 3; i++)
        put_u32(out, links[i]);
    while (out->n < begin + 116)
        buf_char(out, 0);
    put_u32(out, first);
    put_u32(out, (uint32_t)size);
    put_u32(out, 0);
}

enum { DIRECTORY = 1, STREAMS = 5, NONE = -1, END = -2, TABLE = -3 };

static size_t
stream_size(const struct ole2_part *part)
{
    return part->content.n < STREAM_LEAST ? STREAM_LEAST : part->content.n;
}

static void
fill(struct buf *out, size_t until)
{
    while (out->n < until)
        buf_char(out, 0);
}

static void
ole2_header(struct buf *out)
{
    buf_str(out, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
    fill(out, 24);
    for (size_t i = 0; i < 5; i++)
        put_u16(out, (const uint16_t[]){0x3e, 3, 0xfffe, 9, 6}[i]);
    fill(out, 44);
    for (size_t i = 0; i < 9; i++)
        put_u32(out, (const uint32_t[]){1, DIRECTORY, 0, STREAM_LEAST, (uint32_t)END, 0,
                                        (uint32_t)END, 0, 0}[i]);
    while (out->n < SECTOR)
        put_u32(out, (uint32_t)NONE);
}

static void
ole2_table(struct buf *out, const struct ole2_part *parts, size_t count)
{
    uint32_t at = STREAMS;
    put_u32(out, (uint32_t)TABLE);
    for (uint32_t i = DIRECTORY; i < STREAMS; i++)
        put_u32(out, i + 1 < STREAMS ? i + 1 : (uint32_t)END);
    for (size_t i = 0; i < count; i++)
        for (size_t k = (stream_size(&parts[i]) + SECTOR - 1) / SECTOR; k > 0; k--, at++)
            put_u32(out, k > 1 ? at + 1 : (uint32_t)END);
    require(at <= 128);
    while (out->n < 2 * SECTOR)
        put_u32(out, (uint32_t)NONE);
}

/* Sector 0 is the allocation table, 1 to 4 are the directory, then come the streams. */
void
make_ole2(struct buf *out, const char *storage, const struct ole2_part *parts, size_t count)
{
    uint32_t at = STREAMS;
    require(out->n == 0 && count <= 14);
    ole2_header(out);
    ole2_table(out, parts, count);
    ole2_entry(out, "Root Entry", 5, (const uint32_t[]){-1u, -1u, 1}, (uint32_t)END, 0);
    ole2_entry(out, storage, 1, (const uint32_t[]){-1u, -1u, 2}, 0, 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t right = i + 1 < count ? (uint32_t)i + 3 : -1u;
        size_t n = stream_size(&parts[i]);
        ole2_entry(out, parts[i].name, 2, (const uint32_t[]){-1u, right, -1u}, at, n);
        at += (uint32_t)((n + SECTOR - 1) / SECTOR);
    }
    while (out->n < (1 + STREAMS) * SECTOR)
        ole2_entry(out, "", 0, (const uint32_t[]){-1u, -1u, -1u}, 0, 0);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, parts[i].content);
        fill(out, out->n + stream_size(&parts[i]) - parts[i].content.n);
        pad(out, SECTOR);
    }
}

void
make_vba(struct buf *out, str text)
{
    size_t n = text.n + (text.n + 7) / 8;
    require(n <= 4096);
    buf_char(out, 1);
    put_u16(out, 0xb000 | (uint32_t)(n - 1));
    for (size_t i = 0; i < text.n; i++) {
        if (i % 8 == 0)
            buf_char(out, 0);
        buf_char(out, text.p[i]);
    }
}
