/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures become S-expressions of libgcrypt, which is there for Linux and Windows. What
 * it is given was checked first: it takes moduli of any size, and zero as one ends the program. */
#include "scan/authenticode/key.h"

#include "scan/authenticode/text.h"

#include <gcrypt.h>
#include <stdatomic.h>

enum {
    RSA_BITS_MIN = 512,
    RSA_BITS_MAX = 8192, /* seen: 4096 */
    /* Exponents (seen: 17 bits) of moduli up to 4096 bits and of larger ones: the time that a check
     * takes grows with both. */
    RSA_EXPONENT_BITS_MAX = 32,
    RSA_SMALL_BITS_MAX = 4096,
    RSA_SMALL_EXPONENT_BITS_MAX = 17,
    DSA_BITS_MIN = 512,
    DSA_BITS_MAX = 4096,
    DSA_ORDER_BITS_MIN = 160,
    DSA_ORDER_BITS_MAX = 256,
    POINT_BYTES_MAX = 133, /* P-521 */
};

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

/* The number that bytes are, most significant first, of LEAST to MOST bits; NULL when it is not. */
static gcry_mpi_t
number_new(str bytes, unsigned least, unsigned most)
{
    gcry_mpi_t number = NULL;
    if (bytes.n == 0 || bytes.n > most / 8 + 2)
        return NULL;
    if (gcry_mpi_scan(&number, GCRYMPI_FMT_USG, bytes.p, bytes.n, NULL))
        return NULL;
    unsigned bits = gcry_mpi_get_nbits(number);
    if (bits >= least && bits <= most)
        return number;
    gcry_mpi_release(number);
    return NULL;
}

static bool
is_odd(gcry_mpi_t number)
{
    return number && gcry_mpi_test_bit(number, 0);
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

struct key {
    str algorithm;  /* its object identifier's content */
    str parameters; /* what follows that */
    str bits;
};

static bool
key_read(str s, struct key *ret)
{
    struct der info = der_open(s);
    struct der algorithm = der_open(der_take(&info, DER_SEQUENCE));
    struct key key = {.algorithm = der_take(&algorithm, DER_OID), .parameters = algorithm.rest};
    str bits = der_take(&info, DER_BIT_STRING);
    if (info.bad || algorithm.bad || bits.n < 2 || bits.p[0] != 0)
        return false;
    key.bits = str_from(bits, 1);
    *ret = key;
    return true;
}

static bool
key_is(const struct key *key, const char *oid)
{
    char text[OID_TEXT];
    return str_eq(oid_format(key->algorithm, text), str_of(oid));
}

static bool
is_rsa(const struct key *key)
{
    return key_is(key, "1.2.840.113549.1.1.1");
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

static bool
is_usable(gcry_mpi_t n, gcry_mpi_t e)
{
    return is_odd(n) && is_odd(e) &&
           (gcry_mpi_get_nbits(n) <= RSA_SMALL_BITS_MAX ||
            gcry_mpi_get_nbits(e) <= RSA_SMALL_EXPONENT_BITS_MAX);
}

static bool
rsa_verify(const struct key *key, gcry_sexp_t data, str signature)
{
    struct der fields = der_open(der_inside(key->bits, DER_SEQUENCE));
    gcry_mpi_t n = number_new(der_take(&fields, DER_INTEGER), RSA_BITS_MIN, RSA_BITS_MAX);
    gcry_mpi_t e = number_new(der_take(&fields, DER_INTEGER), 2, RSA_EXPONENT_BITS_MAX);
    gcry_sexp_t public = NULL, value = NULL;
    if (is_usable(n, e) && signature.n == (gcry_mpi_get_nbits(n) + 7) / 8) {
        gcry_mpi_t s = number_new(signature, 1, RSA_BITS_MAX);
        if (s && gcry_mpi_cmp(s, n) < 0) {
            gcry_sexp_build(&public, NULL, "(public-key (rsa (n %m) (e %m)))", n, e);
            gcry_sexp_build(&value, NULL, "(sig-val (rsa (s %m)))", s);
        }
        gcry_mpi_release(s);
    }
    gcry_mpi_release(n);
    gcry_mpi_release(e);
    return verify(public, data, value);
}

/* DSA and ECDSA sign the first bits of a digest, as many as the group's order has. */
static gcry_sexp_t
raw_data(enum digest_kind kind, const uint8_t *digest, unsigned order_bits)
{
    gcry_sexp_t data = NULL;
    size_t n = digest_size(kind);
    if (n > order_bits / 8)
        n = order_bits / 8;
    gcry_mpi_t value = NULL;
    if (gcry_mpi_scan(&value, GCRYMPI_FMT_USG, digest, n, NULL) == 0)
        gcry_sexp_build(&data, NULL, "(data (flags raw) (value %m))", value);
    gcry_mpi_release(value);
    return data;
}

/* SEQUENCE { r INTEGER, s INTEGER }, as an expression of ALGORITHM. */
static gcry_sexp_t
pair_signature(const char *format, str signature, unsigned bits)
{
    struct der fields = der_open(der_inside(signature, DER_SEQUENCE));
    gcry_mpi_t r = number_new(der_take(&fields, DER_INTEGER), 1, bits);
    gcry_mpi_t s = number_new(der_take(&fields, DER_INTEGER), 1, bits);
    gcry_sexp_t value = NULL;
    if (r && s)
        gcry_sexp_build(&value, NULL, format, r, s);
    gcry_mpi_release(r);
    gcry_mpi_release(s);
    return value;
}

static bool
dsa_verify(const struct key *key, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct der fields = der_open(der_inside(key->parameters, DER_SEQUENCE));
    gcry_mpi_t p = number_new(der_take(&fields, DER_INTEGER), DSA_BITS_MIN, DSA_BITS_MAX);
    gcry_mpi_t q =
        number_new(der_take(&fields, DER_INTEGER), DSA_ORDER_BITS_MIN, DSA_ORDER_BITS_MAX);
    gcry_mpi_t g = number_new(der_take(&fields, DER_INTEGER), 2, DSA_BITS_MAX);
    gcry_mpi_t y = number_new(der_inside(key->bits, DER_INTEGER), 2, DSA_BITS_MAX);
    gcry_sexp_t public = NULL, data = NULL, value = NULL;
    if (is_odd(p) && is_odd(q) && g && y && gcry_mpi_cmp(g, p) < 0 && gcry_mpi_cmp(y, p) < 0 &&
        gcry_mpi_get_nbits(q) % 8 == 0) {
        gcry_sexp_build(&public, NULL, "(public-key (dsa (p %m) (q %m) (g %m) (y %m)))", p, q, g,
                        y);
        data = raw_data(kind, digest, gcry_mpi_get_nbits(q));
        value = pair_signature("(sig-val (dsa (r %m) (s %m)))", signature, DSA_ORDER_BITS_MAX);
    }
    gcry_mpi_release(p);
    gcry_mpi_release(q);
    gcry_mpi_release(g);
    gcry_mpi_release(y);
    return verify(public, data, value);
}

static unsigned
curve_bits(str oid)
{
    static const struct {
        const char *oid;
        unsigned bits;
    } curves[] = {
        {"1.2.840.10045.3.1.7", 256},   /* P-256 */
        {"1.3.132.0.34", 384},          /* P-384 */
        {"1.3.132.0.35", 521},          /* P-521 */
        {"1.2.840.10045.3.1.1", 192},   /* P-192 */
        {"1.3.132.0.33", 224},          /* P-224 */
        {"1.3.132.0.10", 256},          /* secp256k1 */
        {"1.3.36.3.3.2.8.1.1.7", 256},  /* brainpoolP256r1 */
        {"1.3.36.3.3.2.8.1.1.11", 384}, /* brainpoolP384r1 */
        {"1.3.36.3.3.2.8.1.1.13", 512}, /* brainpoolP512r1 */
    };
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (str_eq(str_of(curves[i].oid), oid))
            return curves[i].bits;
    return 0;
}

static bool
ecdsa_verify(const struct key *key, enum digest_kind kind, const uint8_t *digest, str signature)
{
    char curve[OID_TEXT];
    unsigned bits = curve_bits(oid_format(der_inside(key->parameters, DER_OID), curve));
    if (bits == 0 || key->bits.n > POINT_BYTES_MAX)
        return false;
    gcry_sexp_t public = NULL;
    gcry_sexp_build(&public, NULL, "(public-key (ecc (curve %s) (q %b)))", curve, (int)key->bits.n,
                    key->bits.p);
    return verify(public, raw_data(kind, digest, bits),
                  pair_signature("(sig-val (ecdsa (r %m) (s %m)))", signature, bits));
}

bool
key_verify(str s, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct key key;
    if (!key_read(s, &key))
        return false;
    start_gcrypt();
    if (is_rsa(&key))
        return rsa_verify(&key, rsa_data(false, kind, digest), signature);
    if (key_is(&key, "1.2.840.10045.2.1"))
        return ecdsa_verify(&key, kind, digest, signature);
    return key_is(&key, "1.2.840.10040.4.1") && dsa_verify(&key, kind, digest, signature);
}

bool
key_verify_recovered(str s, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct key key;
    if (!key_read(s, &key) || !is_rsa(&key))
        return false;
    start_gcrypt();
    return rsa_verify(&key, rsa_data(false, kind, digest), signature) ||
           rsa_verify(&key, rsa_data(true, kind, digest), signature);
}
