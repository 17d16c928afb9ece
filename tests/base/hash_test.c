/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: the examples of RFC 1321, FIPS 180-4 and of NIST ("abc", a million times 'a'). */
#include "base/hash.h"
#include "base/require.h"
#include "base/tap.h"

#include <stdlib.h>

static const struct vector {
    enum digest_kind kind;
    const char *name, *abc, *million;
} vectors[] = {
    {DIGEST_MD5, "MD5", "900150983cd24fb0d6963f7d28e17f72", "7707d6ae4e027c70eea2a935c2296f21"},
    {DIGEST_SHA1, "SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d",
     "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    {DIGEST_SHA256, "SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {DIGEST_SHA384, "SHA-384",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7",
     "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
     "07b8b3dc38ecc4ebae97ddd87f3d8985"},
    {DIGEST_SHA512, "SHA-512",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
     "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
};

/* RFC 4231, cases 2 and 4; an empty text and key as Wikipedia and OpenSSL have it. */
static void
test_hmac(void)
{
    static const struct {
        const char *key, *text, *mac;
    } cases[] = {
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"
         "\x17\x18\x19",
         "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
         "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
         "\xcd\xcd\xcd\xcd\xcd\xcd",
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t mac[SHA256_BYTES];
        char text[2 * SHA256_BYTES + 1];
        hmac_sha256(str_of(cases[i].key), str_of(cases[i].text), mac);
        tap_eq_z(hex_format(mac, sizeof mac, text), cases[i].mac, "HMAC of SHA-256, case %zu", i);
    }
}

/* Pieces of growing length, none at all among them. */
static void
digest_in_pieces(enum digest_kind kind, str content, uint8_t *out)
{
    struct digest *digest = digest_new(kind);
    for (size_t n = 0; content.n > 0; n++) {
        size_t step = n < content.n ? n : content.n;
        digest_add(digest, (str){content.p, step});
        content = str_from(content, step);
    }
    digest_finish(digest, out);
}

static void
test_digests(void)
{
    enum { MILLION = 1000000 };
    char *as = mem_alloc(MILLION), text[2 * DIGEST_MAX + 1];
    memset(as, 'a', MILLION);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *vector = &vectors[i];
        uint8_t digest[DIGEST_MAX];
        size_t n = digest_size(vector->kind);
        tap_eq_i64(2 * n, (long long)strlen(vector->abc), "%s has its size", vector->name);
        digest_of(vector->kind, STR("abc"), digest);
        tap_eq_z(hex_format(digest, n, text), vector->abc, "of abc");
        digest_in_pieces(vector->kind, (str){as, MILLION}, digest);
        tap_eq_z(hex_format(digest, n, text), vector->million, "of a million a, in pieces");
    }
    digest_free(digest_new(DIGEST_MD5)); /* not finished */
    digest_free(NULL);
    free(as);
}

static void
test_sha256(void)
{
    char text[SHA256_TEXT];
    struct sha256 hash = sha256_of(STR("abc")), back;
    tap_eq_z(sha256_format(&hash, text), vectors[DIGEST_SHA256].abc, "SHA-256 of abc");
    tap_ok(sha256_parse(str_of(text), &back) && memcmp(&hash, &back, sizeof hash) == 0, "back");
    hash = sha256_of(STR(""));
    tap_eq_z(sha256_format(&hash, text),
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of nothing");
    tap_ok(!sha256_parse(STR("ba78"), &back), "too short");
    uint8_t bytes[DIGEST_MAX] = {7};
    enum digest_kind kind;
    tap_ok(!hex_parse(STR("00ag"), bytes, 2) && bytes[0] == 7, "no digit: nothing is written");
    tap_ok(!hex_parse(STR("000"), bytes, 1) && !hex_parse(STR("000"), bytes, 2), "half a byte");
    tap_ok(digest_parse(STR("900150983CD24FB0D6963F7D28E17F72"), &kind, bytes) &&
               kind == DIGEST_MD5 && bytes[15] == 0x72,
           "an MD5 by its length");
    tap_ok(!digest_parse(STR("900150983CD24FB0D6963F7D28E17F"), &kind, bytes), "no such length");
}

/* Stored files are read on every system, so the sums must be the same: these are xxhsum -H2's. */
static void
test_checksums(void)
{
    static const struct {
        str content;
        struct checksum want;
    } cases[] = {
        {STR(""), {UINT64_C(0x99aa06d3014798d8), UINT64_C(0x6001c324468d497f)}},
        {STR("abc"), {UINT64_C(0x06b05ab6733a6185), UINT64_C(0x78af5f94892f3950)}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        tap_ok(checksum_eq(checksum_of(cases[i].content), cases[i].want), "checksum %zu", i);
}

int
main(void)
{
    test_digests();
    test_hmac();
    test_sha256();
    test_checksums();
    return tap_done();
}
