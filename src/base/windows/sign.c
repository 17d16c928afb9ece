/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 by libgcrypt, which takes keys and signatures as S-expressions. */
#include "base/sign.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/small/ed25519.h"

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

bool
sign_verify(const uint8_t public[SIGN_PUBLIC], str message, const uint8_t signature[SIGN_SIGNATURE])
{
    if (!ed25519_is_strict(public, signature))
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
