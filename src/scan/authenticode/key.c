/* SPDX-License-Identifier: Apache-2.0 */
/* What a key or signature is made of is read and checked here, so that no library is given moduli
 * of any size, or zero as one; key_math.h computes. */
#include "scan/authenticode/key.h"

#include "scan/authenticode/key_math.h"
#include "scan/authenticode/text.h"

#include <string.h>

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

static unsigned
bits_of(str number)
{
    return number.n
               ? (unsigned)(8 * number.n) - (unsigned)__builtin_clz((unsigned char)*number.p) + 24
               : 0;
}

/* The number that bytes are, most significant first, of LEAST to MOST bits; empty when it is not.
 */
static str
number_of(str bytes, unsigned least, unsigned most)
{
    while (bytes.n > 0 && *bytes.p == 0)
        bytes = str_from(bytes, 1);
    unsigned bits = bytes.n > most / 8 + 1 ? 0 : bits_of(bytes);
    return bits >= least && bits <= most ? bytes : (str){0};
}

static str
number_take(struct der *fields, unsigned least, unsigned most)
{
    return number_of(der_take(fields, DER_INTEGER), least, most);
}

static bool
is_odd(str number)
{
    return number.n > 0 && (number.p[number.n - 1] & 1);
}

static bool
is_below(str a, str b)
{
    return a.n != b.n ? a.n < b.n : memcmp(a.p, b.p, a.n) < 0;
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

static bool
is_usable(str n, str e)
{
    return is_odd(n) && is_odd(e) &&
           (bits_of(n) <= RSA_SMALL_BITS_MAX || bits_of(e) <= RSA_SMALL_EXPONENT_BITS_MAX);
}

static bool
rsa_verify(const struct key *key, bool is_bare, enum digest_kind kind, const uint8_t *digest,
           str signature)
{
    struct der fields = der_open(der_inside(key->bits, DER_SEQUENCE));
    str n = number_take(&fields, RSA_BITS_MIN, RSA_BITS_MAX);
    str e = number_take(&fields, 2, RSA_EXPONENT_BITS_MAX);
    if (!is_usable(n, e) || signature.n != n.n)
        return false;
    str s = number_of(signature, 1, RSA_BITS_MAX);
    return s.n > 0 && is_below(s, n) && rsa_holds(n, e, is_bare, kind, digest, s);
}

/* DSA and ECDSA sign the first bits of a digest, as many as the group's order has. */
static str
digest_cut(enum digest_kind kind, const uint8_t *digest, unsigned order_bits)
{
    size_t n = digest_size(kind);
    return (str){(const char *)digest, n < order_bits / 8 ? n : order_bits / 8};
}

/* SEQUENCE { r INTEGER, s INTEGER } */
static bool
pair_read(str signature, unsigned bits, str *ret_r, str *ret_s)
{
    struct der fields = der_open(der_inside(signature, DER_SEQUENCE));
    *ret_r = number_take(&fields, 1, bits);
    *ret_s = number_take(&fields, 1, bits);
    return ret_r->n > 0 && ret_s->n > 0;
}

static bool
dsa_verify(const struct key *key, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct der fields = der_open(der_inside(key->parameters, DER_SEQUENCE));
    struct key_dsa dsa;
    str r, s;
    dsa.p = number_take(&fields, DSA_BITS_MIN, DSA_BITS_MAX);
    dsa.q = number_take(&fields, DSA_ORDER_BITS_MIN, DSA_ORDER_BITS_MAX);
    dsa.g = number_take(&fields, 2, DSA_BITS_MAX);
    dsa.y = number_of(der_inside(key->bits, DER_INTEGER), 2, DSA_BITS_MAX);
    return is_odd(dsa.p) && is_odd(dsa.q) && dsa.g.n && dsa.y.n && is_below(dsa.g, dsa.p) &&
           is_below(dsa.y, dsa.p) && bits_of(dsa.q) % 8 == 0 &&
           pair_read(signature, DSA_ORDER_BITS_MAX, &r, &s) &&
           dsa_holds(&dsa, digest_cut(kind, digest, bits_of(dsa.q)), r, s);
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
    str r, s;
    return bits > 0 && key->bits.n <= POINT_BYTES_MAX && pair_read(signature, bits, &r, &s) &&
           ecdsa_holds(curve, key->bits, digest_cut(kind, digest, bits), r, s);
}

bool
key_verify(str s, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct key key;
    if (!key_read(s, &key))
        return false;
    if (is_rsa(&key))
        return rsa_verify(&key, false, kind, digest, signature);
    if (key_is(&key, "1.2.840.10045.2.1"))
        return ecdsa_verify(&key, kind, digest, signature);
    return key_is(&key, "1.2.840.10040.4.1") && dsa_verify(&key, kind, digest, signature);
}

bool
key_verify_recovered(str s, enum digest_kind kind, const uint8_t *digest, str signature)
{
    struct key key;
    return key_read(s, &key) && is_rsa(&key) &&
           (rsa_verify(&key, false, kind, digest, signature) ||
            rsa_verify(&key, true, kind, digest, signature));
}
