/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 by libgcrypt, which takes keys and signatures as S-expressions. What RFC 8032 refuses and
 * libgcrypt 1.10 does not is refused here, as libsodium does: S past the group's order, public keys
 * of small order or not in their one form. */
#include "base/sign.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <gcrypt.h>

enum { HALF = 32 }; /* of a signature: R, then S */

static void
release(gcry_sexp_t *expression)
{
    gcry_sexp_release(*expression);
}

static void
start(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return;
    require(gcry_check_version("1.9.0"));
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0); /* keys stay in memory of this process anyway */
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

static bool
build_message(gcry_sexp_t *ret, str message)
{
    return message.n <= INT32_MAX &&
           gcry_sexp_build(ret, NULL, "(data (flags eddsa) (hash-algo sha512) (value %b))",
                           (int)message.n, message.n ? message.p : "") == 0;
}

void
sign_keys(const uint8_t seed[SIGN_SEED], uint8_t ret_public[SIGN_PUBLIC],
          uint8_t ret_secret[SIGN_SECRET])
{
    start();
    cleanup(release) gcry_sexp_t key = NULL;
    gcry_ctx_t curve;
    require(gcry_sexp_build(&key, NULL, "(private-key (ecc (curve Ed25519) (flags eddsa) (d %b)))",
                            SIGN_SEED, seed) == 0);
    require(gcry_mpi_ec_new(&curve, key, NULL) == 0);
    gcry_mpi_t point = gcry_mpi_ec_get_mpi("q@eddsa", curve, 1);
    unsigned bits = 0;
    const void *bytes = point ? gcry_mpi_get_opaque(point, &bits) : NULL;
    require(bytes && bits == 8 * SIGN_PUBLIC);
    memcpy(ret_public, bytes, SIGN_PUBLIC);
    memcpy(ret_secret, seed, SIGN_SEED);
    memcpy(ret_secret + SIGN_SEED, bytes, SIGN_PUBLIC);
    gcry_mpi_release(point);
    gcry_ctx_release(curve);
}

/* NAME's bytes in the expression of a signature. */
static void
copy_half(gcry_sexp_t signature, const char *name, uint8_t *out)
{
    cleanup(release) gcry_sexp_t half = gcry_sexp_find_token(signature, name, 0);
    size_t n = 0;
    const char *bytes = half ? gcry_sexp_nth_data(half, 1, &n) : NULL;
    require(bytes && n == HALF);
    memcpy(out, bytes, HALF);
}

void
sign_make(const uint8_t secret[SIGN_SECRET], str message, uint8_t ret_signature[SIGN_SIGNATURE])
{
    start();
    cleanup(release) gcry_sexp_t key = NULL, data = NULL, made = NULL;
    require(gcry_sexp_build(&key, NULL,
                            "(private-key (ecc (curve Ed25519) (flags eddsa) (q %b) (d %b)))",
                            SIGN_PUBLIC, secret + SIGN_SEED, SIGN_SEED, secret) == 0);
    require(build_message(&data, message) && gcry_pk_sign(&made, data, key) == 0);
    copy_half(made, "r", ret_signature);
    copy_half(made, "s", ret_signature + HALF);
}

/* RFC 8032, section 5.1.7: 0 <= S < L, both little-endian. */
static bool
is_below_order(const uint8_t s[HALF])
{
    static const uint8_t order[HALF] = {
        0xed,
        0xd3,
        0xf5,
        0x5c,
        0x1a,
        0x63,
        0x12,
        0x58,
        0xd6,
        0x9c,
        0xf7,
        0xa2,
        0xde,
        0xf9,
        0xde,
        0x14,
        [HALF - 1] = 0x10,
    };
    for (size_t i = HALF; i > 0; i--)
        if (s[i - 1] != order[i - 1])
            return s[i - 1] < order[i - 1];
    return false;
}

/* A point is its coordinate y and the sign of x. Small are the orders of y = 0, 1, -1 and of the
 * two below; y past p - 1 is not in its one form. libgcrypt aborts where the upper eight bytes of y
 * are zero, which no key in 2^63 has. */
static bool
is_usable(const uint8_t public[SIGN_PUBLIC])
{
    static const uint8_t order_8[2][SIGN_PUBLIC] = {
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    };
    uint8_t y[SIGN_PUBLIC];
    memcpy(y, public, sizeof y);
    y[31] &= 0x7f;
    bool ones = y[31] == 0x7f, zeros = true;
    for (size_t i = 1; i < 31; i++)
        ones = ones && y[i] == 0xff;
    for (size_t i = 24; i < 32; i++)
        zeros = zeros && y[i] == 0;
    return !zeros && !(ones && y[0] >= 0xec) && memcmp(y, order_8[0], sizeof y) != 0 &&
           memcmp(y, order_8[1], sizeof y) != 0;
}

bool
sign_verify(const uint8_t public[SIGN_PUBLIC], str message, const uint8_t signature[SIGN_SIGNATURE])
{
    if (!is_usable(public) || !is_below_order(signature + HALF))
        return false;
    start();
    cleanup(release) gcry_sexp_t key = NULL, data = NULL, given = NULL;
    return gcry_sexp_build(&key, NULL, "(public-key (ecc (curve Ed25519) (flags eddsa) (q %b)))",
                           SIGN_PUBLIC, public) == 0 &&
           build_message(&data, message) &&
           gcry_sexp_build(&given, NULL, "(sig-val (eddsa (r %b) (s %b)))", HALF, signature, HALF,
                           signature + HALF) == 0 &&
           gcry_pk_verify(given, data, key) == 0;
}
