/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that AutoIt 3 compiled, with the files that they bring: behind a program, in its
 * resources or alone (.a3x). Each entry has two names, sizes and its bytes, XORed with a generator
 * of random numbers: MT19937 in format EA05, RANROT (A. Fog) in EA06. */
#include "scan/decompress/decompress.h"
#include "scan/unpack_programs/autoit_script.h"
#include "scan/unpack_programs/program.h"

enum {
    MARK = 16,
    HEADER = MARK + 8 + 16, /* the mark, "AU3!EA06", a digest of the password */
    OVERLAY_SPAN = 16 << 10,
    NAME_MOST = 4096,
    DATES = 16,
    MT = 624,
    MT_SKIP = 397,
    RANROT = 17,
    RANROT_OTHER = 10,
    RANROT_FIRST = 9, /* numbers that are made and not used */
    PACKED_HEADER = 8,
};
static const char mark[] = "\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d"
                           "AU3!EA0";

/* What the two formats do not share: words that numbers are XORed with, what seeds begin at. */
struct format {
    uint32_t entry, kind_n, kind_seed, path_n, path_seed, size, data_seed;
    bool is_new;
};
static const struct format formats[] = {
    {0xceb06dff, 0x29bc, 0xa25e, 0x29ac, 0xf25e, 0x45aa, 0x22af, false},
    {0x52ca436b, 0xadbc, 0xb33f, 0xf820, 0xf479, 0x87bc, 0x2477, true},
};

/* ── the generators ── */

static void
crypt_mt(char *p, size_t n, uint32_t seed)
{
    uint32_t state[MT];
    state[0] = seed;
    for (uint32_t i = 1; i < MT; i++)
        state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + i;
    for (size_t i = 0, k = MT; i < n; i++) {
        if (k == MT) {
            for (size_t j = 0; j < MT; j++) {
                uint32_t y = (state[j] & 0x80000000) | (state[(j + 1) % MT] & 0x7fffffff);
                state[j] = state[(j + MT_SKIP) % MT] ^ y >> 1 ^ (y & 1 ? 0x9908b0df : 0);
            }
            k = 0;
        }
        uint32_t y = state[k++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        y ^= y >> 18;
        p[i] ^= (char)(y >> 1);
    }
}

static uint32_t
rotate(uint32_t value, unsigned by)
{
    return value << by | value >> (32 - by);
}

struct ranrot {
    uint32_t state[RANROT];
    unsigned first, second;
};

static uint32_t
next_ranrot(struct ranrot *r)
{
    uint32_t value = rotate(r->state[r->first], 9) + rotate(r->state[r->second], 13);
    r->state[r->first] = value;
    r->first = r->first ? r->first - 1 : RANROT - 1;
    r->second = r->second ? r->second - 1 : RANROT - 1;
    return value;
}

static void
crypt_ranrot(char *p, size_t n, uint32_t seed)
{
    struct ranrot r = {.second = RANROT_OTHER};
    for (unsigned i = 0; i < RANROT; i++)
        r.state[i] = seed = 1 - seed * 0x53a9b4fb;
    for (unsigned i = 0; i < RANROT_FIRST; i++)
        next_ranrot(&r);
    for (size_t i = 0; i < n; i++) {
        next_ranrot(&r);
        p[i] ^= (char)(next_ranrot(&r) >> 24);
    }
}

static void
decrypt(const struct format *format, char *p, size_t n, uint32_t seed)
{
    if (format->is_new)
        crypt_ranrot(p, n, seed);
    else
        crypt_mt(p, n, seed);
}

/* ── entries ── */

struct entry {
    char kind[NAME_MOST], path[NAME_MOST];
    size_t kind_n, path_n;
    bool is_packed;
    uint32_t packed, size;
};

/* A name of which AT is the length; of UTF-16 every second byte is kept. False when it cannot be.
 */
static bool
read_name(const struct format *format, str data, size_t *at, uint32_t word, uint32_t seed,
          char *out, size_t *ret_n)
{
    uint32_t n = unpack_u32(data, *at) ^ word;
    size_t width = format->is_new ? 2 : 1;
    str text = unpack_slice(data, *at + 4, (size_t)n * width);
    if (n > NAME_MOST / 2 || text.n != n * width)
        return false;
    if (text.n)
        memcpy(out, text.p, text.n);
    decrypt(format, out, text.n, seed + n);
    for (size_t i = 0; i < n; i++)
        out[i] = out[i * width];
    *ret_n = n;
    *at += 4 + text.n;
    return true;
}

static bool
read_entry(const struct format *format, str data, size_t *at, struct entry *ret)
{
    if (unpack_u32(data, *at) != format->entry)
        return false;
    *at += 4;
    if (!read_name(format, data, at, format->kind_n, format->kind_seed, ret->kind, &ret->kind_n) ||
        !read_name(format, data, at, format->path_n, format->path_seed, ret->path, &ret->path_n))
        return false;
    ret->is_packed = unpack_u8(data, *at) == 1;
    ret->packed = unpack_u32(data, *at + 1) ^ format->size;
    ret->size = unpack_u32(data, *at + 5) ^ format->size;
    *at += 13 + DATES;
    return *at <= data.n;
}

static bool
give(struct unpack *walk, const struct format *format, const struct entry *entry, str content)
{
    str name = {entry->path, entry->path_n};
    bool is_script = str_find((str){entry->kind, entry->kind_n}, STR("SCRIPT<")) != SIZE_MAX;
    if (!is_script)
        return unpack_give(walk, name, content, false);
    struct buf text = BUF(unpack_member_max(walk));
    if (format->is_new)
        autoit_script_text(content, &text);
    bool on = unpack_give(walk, STR("script.au3"), text.n ? buf_view(&text) : content, true);
    buf_clear(&text);
    return on;
}

static bool
read_content(struct unpack *walk, const struct format *format, const struct entry *entry,
             str content, uint32_t seed)
{
    struct buf plain = BUF(content.n), made = BUF(unpack_member_max(walk));
    buf_str(&plain, content);
    decrypt(format, plain.p, plain.n, seed);
    str whole = buf_view(&plain);
    bool good = true;
    if (entry->is_packed) {
        good = str_starts(whole, STR("EA0")) &&
               autoit_decompress(str_from(whole, PACKED_HEADER), format->is_new,
                                 __builtin_bswap32(unpack_u32(whole, 4)), &made) == DECOMPRESSED;
        whole = buf_view(&made);
    }
    bool on = !whole.n || give(walk, format, entry, whole);
    if (on && !good)
        unpack_skip(walk, (str){entry->path, entry->path_n}, UNPACK_DAMAGED, "autoit: a file");
    buf_clear(&plain);
    buf_clear(&made);
    return on;
}

static size_t
find_mark(str data)
{
    str wanted = str_of(mark);
    if (str_starts(data, wanted))
        return 0;
    if (!program_is_pe(data))
        return SIZE_MAX;
    size_t overlay = program_overlay(data);
    size_t at = overlay ? str_find(unpack_slice(data, overlay, OVERLAY_SPAN), wanted) : SIZE_MAX;
    if (at != SIZE_MAX)
        return overlay + at;
    size_t begin;
    str resources = program_section(data, ".rsrc", &begin);
    at = str_find(resources, wanted);
    return at == SIZE_MAX ? SIZE_MAX : begin + at;
}

static bool
matches(str data, const char *name)
{
    (void)name;
    return find_mark(data) != SIZE_MAX;
}

static void
read_autoit(struct unpack *walk, str data)
{
    data = str_from(data, find_mark(data));
    uint32_t version = unpack_u8(data, MARK + 7);
    if (version != '5' && version != '6') {
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "autoit: another format");
        return;
    }
    const struct format *format = &formats[version - '5'];
    uint32_t seed = format->data_seed;
    for (size_t i = MARK + 8; !format->is_new && i < HEADER; i++)
        seed += unpack_u8(data, i);
    struct entry entry;
    size_t at = HEADER, before = at;
    while (unpack_is_on(walk) && read_entry(format, data, &at, &entry)) {
        str content = unpack_slice(data, at, entry.packed);
        if (content.n && !read_content(walk, format, &entry, content, seed))
            return;
        if (content.n < entry.packed)
            break;
        before = at += entry.packed;
    }
    if (before == HEADER)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "autoit: an entry is not whole");
}

const struct unpack_kind unpack_autoit = {"autoit", matches, read_autoit};
