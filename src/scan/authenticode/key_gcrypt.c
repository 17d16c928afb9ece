/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures as S-expressions of libgcrypt. */
#include "scan/authenticode/key_math.h"

#include <gcrypt.h>
#include <stdatomic.h>

enum { START_NOT, START_BUSY, START_DONE };

/* libgcrypt wants to be started once, by one thread; the others wait for it. */
static void
start_gcrypt(void)
{
    static atomic_int state = START_NOT;
    int expected = START_NOT;
    if (state == START_DONE)
        return;
    if (atomic_compare_exchange_strong(&state, &expected, START_BUSY)) {
        if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
            gcry_check_version(NULL);
            gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
            gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        }
        state = START_DONE;
    }
    while (state != START_DONE)
        ;
}

/* All three expressions are freed; one that could not be made verifies nothing. */
static bool
verify(gcry_sexp_t key, gcry_sexp_t data, gcry_sexp_t signature)
{
    bool right = key && data && signature && gcry_pk_verify(signature, data, key) == 0;
    gcry_sexp_release(key);
    gcry_sexp_release(data);
    gcry_sexp_release(signature);
    return right;
}

static gcry_mpi_t
number_new(str bytes)
{
    gcry_mpi_t number = NULL;
    return gcry_mpi_scan(&number, GCRYMPI_FMT_USG, bytes.p, bytes.n, NULL) == 0 ? number : NULL;
}

/* An expression of the form, each %m a number. */
static gcry_sexp_t
expression(const char *form, const str *numbers, size_t count)
{
    enum { NUMBERS_MAX = 4 };
    gcry_mpi_t mpis[NUMBERS_MAX];
    void *arguments[NUMBERS_MAX];
    gcry_sexp_t made = NULL;
    bool is_whole = true;
    for (size_t i = 0; i < count; i++) {
        mpis[i] = number_new(numbers[i]);
        arguments[i] = &mpis[i];
        is_whole = is_whole && mpis[i];
    }
    if (is_whole)
        gcry_sexp_build_array(&made, NULL, form, arguments);
    for (size_t i = 0; i < count; i++)
        gcry_mpi_release(mpis[i]);
    return made;
}

/* How the signed data are written: FLAGS pkcs1 names the algorithm within, pkcs1-raw does not. */
static gcry_sexp_t
rsa_data(bool is_bare, enum digest_kind kind, const uint8_t *digest)
{
    static const char *const names[DIGEST_KINDS] = {"md5", "sha1", "sha256", "sha384", "sha512"};
    gcry_sexp_t data = NULL;
    int n = (int)digest_size(kind);
    if (is_bare)
        gcry_sexp_build(&data, NULL, "(data (flags pkcs1-raw) (value %b))", n, digest);
    else
        gcry_sexp_build(&data, NULL, "(data (flags pkcs1) (hash %s %b))", names[kind], n, digest);
    return data;
}

bool
rsa_holds(str n, str e, bool is_bare, enum digest_kind kind, const uint8_t *digest, str s)
{
    start_gcrypt();
    return verify(expression("(public-key (rsa (n %m) (e %m)))", (str[]){n, e}, 2),
                  rsa_data(is_bare, kind, digest), expression("(sig-val (rsa (s %m)))", &s, 1));
}

bool
dsa_holds(const struct key_dsa *key, str digest, str r, str s)
{
    start_gcrypt();
    return verify(expression("(public-key (dsa (p %m) (q %m) (g %m) (y %m)))",
                             (str[]){key->p, key->q, key->g, key->y}, 4),
                  expression("(data (flags raw) (value %m))", &digest, 1),
                  expression("(sig-val (dsa (r %m) (s %m)))", (str[]){r, s}, 2));
}

bool
ecdsa_holds(const char *curve, str point, str digest, str r, str s)
{
    start_gcrypt();
    gcry_sexp_t public = NULL;
    gcry_sexp_build(&public, NULL, "(public-key (ecc (curve %s) (q %b)))", curve, (int)point.n,
                    point.p);
    return verify(public, expression("(data (flags raw) (value %m))", &digest, 1),
                  expression("(sig-val (ecdsa (r %m) (s %m)))", (str[]){r, s}, 2));
}
