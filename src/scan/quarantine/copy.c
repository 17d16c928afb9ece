/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/copy.h"

#include "scan/pack/veil.h"

enum { VEIL_ABOUT, VEIL_CONTENT, MAGIC = 8 };

static const char magic[MAGIC + 1] = "KHQCPY1\n";

struct fixed {
    char magic[MAGIC];
    uint64_t seed, size;
    uint32_t about, zero;
};
_Static_assert(sizeof(struct fixed) == COPY_FIXED, "as docs/format-quarantine.md has it");

uint64_t
copy_seed(uint64_t seed)
{
    return veil_seed(seed, VEIL_CONTENT);
}

void
copy_head_write(const struct about *about, uint64_t seed, struct buf *out)
{
    struct buf plain = BUF(ABOUT_BYTES);
    struct fixed fixed = {.seed = seed, .size = about->size};
    about_write(about, &plain);
    memcpy(fixed.magic, magic, MAGIC);
    fixed.about = (uint32_t)plain.n;
    buf_add(out, &fixed, sizeof fixed);
    char *veiled = buf_space(out, plain.n);
    if (veiled)
        veil(veil_seed(seed, VEIL_ABOUT), 0, plain.p, veiled, plain.n);
    struct checksum sum = checksum_of(buf_view(out));
    const uint64_t words[2] = {sum.high, sum.low};
    buf_add(out, words, sizeof words);
    buf_clear(&plain);
}

errcode
copy_head_parse(str bytes, struct copy_head *ret, struct err *err)
{
    struct fixed fixed;
    if (bytes.n < sizeof fixed)
        return err_set(err, ERR_CORRUPT, "the copy is cut");
    memcpy(&fixed, bytes.p, sizeof fixed);
    if (memcmp(fixed.magic, magic, MAGIC) != 0)
        return err_set(err, ERR_CORRUPT, "it does not begin as a copy");
    if (fixed.about > ABOUT_BYTES || bytes.n - sizeof fixed < (size_t)fixed.about + COPY_CHECKSUM)
        return err_set(err, ERR_CORRUPT, "the copy is cut");
    size_t n = sizeof fixed + fixed.about;
    struct checksum sum = checksum_of((str){bytes.p, n});
    const uint64_t words[2] = {sum.high, sum.low};
    if (memcmp(words, bytes.p + n, sizeof words) != 0)
        return err_set(err, ERR_CORRUPT, "the description in the copy is damaged");
    struct copy_head head = {
        .seed = copy_seed(fixed.seed), .at = n + COPY_CHECKSUM, .bytes = BUF(ABOUT_BYTES)};
    char *plain = buf_space(&head.bytes, fixed.about);
    if (plain)
        veil(veil_seed(fixed.seed, VEIL_ABOUT), 0, bytes.p + sizeof fixed, plain, fixed.about);
    errcode code = about_parse(buf_view(&head.bytes), &head.about, err);
    if (code == OK && head.about.size != fixed.size)
        code = err_set(err, ERR_CORRUPT, "the copy has two sizes");
    if (code == OK)
        *ret = head;
    else
        buf_clear(&head.bytes);
    return code;
}
