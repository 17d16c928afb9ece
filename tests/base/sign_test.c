/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519: the vectors of RFC 8032, section 7.1; what is forged; and that every system signs alike
 * and refuses alike. */
#include "base/hash.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/sign.h"
#include "base/tap.h"

static void
bytes_of(const char *hex, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    for (; hex[0]; hex += 2) {
        const char *high = strchr(digits, hex[0]), *low = strchr(digits, hex[1]);
        require(high && low);
        *out++ = (uint8_t)((high - digits) << 4 | (low - digits));
    }
}

static const struct vector {
    const char *name, *seed, *public, *message, *signature;
} vectors[] = {
    {"TEST 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"TEST 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"TEST 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"TEST SHA(abc)", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

static void
test_vectors(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *vector = &vectors[i];
        uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], secret[SIGN_SECRET];
        uint8_t message[64], signature[SIGN_SIGNATURE];
        char text[2 * SIGN_SIGNATURE + 1];
        bytes_of(vector->seed, seed);
        bytes_of(vector->message, message);
        str view = {(const char *)message, strlen(vector->message) / 2};
        sign_keys(seed, public, secret);
        tap_eq_z(hex_format(public, sizeof public, text), vector->public, "%s: the public key",
                 vector->name);
        sign_make(secret, view, signature);
        tap_eq_z(hex_format(signature, sizeof signature, text), vector->signature, "the signature");
        tap_ok(sign_verify(public, view, signature), "is right");
    }
}

static void
test_forgeries(void)
{
    uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], signature[SIGN_SIGNATURE];
    const uint8_t seed[SIGN_SEED] = {7};
    char message[] = "a pack of rules";
    str view = {message, sizeof message - 1};
    sign_keys(seed, public, secret);
    sign_make(secret, view, signature);
    bool refused = true;
    for (size_t bit = 0; bit < 8 * SIGN_SIGNATURE; bit++) {
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refused = refused && !sign_verify(public, view, signature);
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    tap_ok(refused, "each changed bit of a signature is found");
    for (size_t bit = 0; bit < 8 * SIGN_PUBLIC; bit++) {
        public[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refused = refused && !sign_verify(public, view, signature);
        public[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    tap_ok(refused, "and of a public key");
    for (size_t bit = 0; bit < 8 * view.n; bit++) {
        message[bit / 8] ^= (char)(1 << bit % 8);
        refused = refused && !sign_verify(public, view, signature);
        message[bit / 8] ^= (char)(1 << bit % 8);
    }
    tap_ok(refused, "and of a message");
    tap_ok(!sign_verify(public, (str){message, view.n - 1}, signature), "a shorter message");
    tap_ok(sign_verify(public, view, signature), "what was signed");
}

/* RFC 8032, section 5.1.7: S is below the group's order L. S + L would solve the equation too. */
static void
test_second_form(void)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], signature[SIGN_SIGNATURE];
    const uint8_t seed[SIGN_SEED] = {8};
    sign_keys(seed, public, secret);
    sign_make(secret, STR("x"), signature);
    unsigned carry = 0;
    for (size_t i = 0; i < sizeof order; i++) {
        carry += signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    tap_ok(!sign_verify(public, STR("x"), signature), "S past the order is refused");
}

/* Points of small order, in all their forms, and points that are no number below p. Under the
 * neutral point as public key any message would be signed by R = S * B. */
static void
test_weak_keys(void)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    const uint8_t signature[SIGN_SIGNATURE] = {1}; /* R the neutral point, S zero */
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        uint8_t public[SIGN_PUBLIC];
        bytes_of(points[i], public);
        bool refused = !sign_verify(public, STR("anything"), signature);
        public[31] |= 0x80;
        refused = refused && !sign_verify(public, STR("anything"), signature);
        tap_ok(refused, "the public key %s", points[i]);
    }
}

/* The digest of all signatures; every system and library must come to the same. */
static void
test_same_everywhere(void)
{
    struct rng rng = {.state = 8032};
    struct digest *all = digest_new(DIGEST_SHA256);
    char message[1024], text[SHA256_TEXT];
    bool verified = true;
    for (size_t i = 0; i < 64; i++) {
        uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], secret[SIGN_SECRET];
        uint8_t signature[SIGN_SIGNATURE];
        for (size_t j = 0; j < sizeof seed; j++)
            seed[j] = (uint8_t)rng_next(&rng);
        size_t n = rng_below(&rng, sizeof message);
        for (size_t j = 0; j < n; j++)
            message[j] = (char)rng_next(&rng);
        sign_keys(seed, public, secret);
        sign_make(secret, (str){message, n}, signature);
        verified = verified && sign_verify(public, (str){message, n}, signature);
        digest_add(all, (str){(const char *)public, sizeof public});
        digest_add(all, (str){(const char *)signature, sizeof signature});
    }
    uint8_t digest[SHA256_BYTES];
    digest_finish(all, digest);
    tap_ok(verified, "64 signatures of random messages");
    tap_eq_z(hex_format(digest, sizeof digest, text),
             "a927a4130f200df43a44e08699df9184508aa2f08f26d41ef7e7a9a8d36b32a1",
             "are the same on every system");
}

int
main(void)
{
    test_vectors();
    test_forgeries();
    test_second_form();
    test_weak_keys();
    test_same_everywhere();
    return tap_done();
}
