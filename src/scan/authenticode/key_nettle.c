/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures by nettle and its numbers of GMP. */
#include "scan/authenticode/key_math.h"

#include "base/require.h"

#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/rsa.h>

static void
number_set(mpz_t number, str bytes)
{
    mpz_import(number, bytes.n, 1, 1, 1, 0, bytes.p);
}

/* What stands in front of a digest (RFC 8017, section 9.2, note 1). */
static str
digest_prefix(enum digest_kind kind)
{
    static const char *const prefixes[DIGEST_KINDS] = {
        [DIGEST_MD5] = "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        [DIGEST_SHA1] = "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        [DIGEST_SHA256] =
            "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        [DIGEST_SHA384] =
            "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        [DIGEST_SHA512] =
            "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    };
    static const uint8_t sizes[DIGEST_KINDS] = {18, 15, 19, 19, 19};
    return (str){prefixes[kind], sizes[kind]};
}

bool
rsa_holds(str n, str e, bool is_bare, enum digest_kind kind, const uint8_t *digest, str s)
{
    enum { PREFIX_MAX = 19 };
    uint8_t info[PREFIX_MAX + DIGEST_MAX];
    size_t size = is_bare ? 0 : digest_prefix(kind).n;
    memcpy(info, digest_prefix(kind).p, size);
    memcpy(info + size, digest, digest_size(kind));
    struct rsa_public_key key;
    mpz_t signature;
    rsa_public_key_init(&key);
    mpz_init(signature);
    number_set(key.n, n);
    number_set(key.e, e);
    number_set(signature, s);
    bool holds = rsa_public_key_prepare(&key) &&
                 rsa_pkcs1_verify(&key, size + digest_size(kind), info, signature);
    mpz_clear(signature);
    rsa_public_key_clear(&key);
    return holds;
}

static void
pair_init(struct dsa_signature *pair, str r, str s)
{
    dsa_signature_init(pair);
    number_set(pair->r, r);
    number_set(pair->s, s);
}

bool
dsa_holds(const struct key_dsa *key, str digest, str r, str s)
{
    struct dsa_params parameters;
    struct dsa_signature pair;
    mpz_t y;
    dsa_params_init(&parameters);
    mpz_init(y);
    number_set(parameters.p, key->p);
    number_set(parameters.q, key->q);
    number_set(parameters.g, key->g);
    number_set(y, key->y);
    pair_init(&pair, r, s);
    bool holds = dsa_verify(&parameters, y, digest.n, (const uint8_t *)digest.p, &pair);
    dsa_signature_clear(&pair);
    mpz_clear(y);
    dsa_params_clear(&parameters);
    return holds;
}

static const struct ecc_curve *
curve_of(const char *oid)
{
    if (strcmp(oid, "1.2.840.10045.3.1.7") == 0)
        return nettle_get_secp_256r1();
    if (strcmp(oid, "1.3.132.0.34") == 0)
        return nettle_get_secp_384r1();
    if (strcmp(oid, "1.3.132.0.35") == 0)
        return nettle_get_secp_521r1();
    if (strcmp(oid, "1.2.840.10045.3.1.1") == 0)
        return nettle_get_secp_192r1();
    return strcmp(oid, "1.3.132.0.33") == 0 ? nettle_get_secp_224r1() : NULL;
}

/* SEC 1, 2.3.4: 4, x, y. Points are never compressed in certificates that signers buy. */
static bool
point_set(struct ecc_point *point, str bytes)
{
    if (bytes.n < 3 || bytes.n % 2 == 0 || bytes.p[0] != 4)
        return false;
    size_t half = bytes.n / 2;
    mpz_t x, y;
    mpz_init(x);
    mpz_init(y);
    number_set(x, (str){bytes.p + 1, half});
    number_set(y, (str){bytes.p + 1 + half, half});
    bool is_on_curve = ecc_point_set(point, x, y);
    mpz_clear(x);
    mpz_clear(y);
    return is_on_curve;
}

bool
ecdsa_holds(const char *curve, str point, str digest, str r, str s)
{
    struct ecc_point public;
    struct dsa_signature pair;
    if (!curve_of(curve))
        return false;
    ecc_point_init(&public, curve_of(curve));
    pair_init(&pair, r, s);
    bool holds = point_set(&public, point) &&
                 ecdsa_verify(&public, digest.n, (const uint8_t *)digest.p, &pair);
    dsa_signature_clear(&pair);
    ecc_point_clear(&public);
    return holds;
}
