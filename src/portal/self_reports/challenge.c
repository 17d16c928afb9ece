/* SPDX-License-Identifier: Apache-2.0 */
/* "1.EXPIRES.BITS.CODE": seconds since 1970, decimal; the code is a keyed BLAKE2b of 128 bits. */
#include "portal/self_reports/challenge.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "scan/scan.h"

enum { CODE_BYTES = 16, BITS_MAX = 64 };

static void
write_challenge(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body, unsigned bits,
                uint64_t expires, char out[CHALLENGE_TEXT])
{
    char head[64], digest[SHA256_TEXT], text[192], hex[2 * CODE_BYTES + 1];
    unsigned char code[CODE_BYTES];
    snprintf(head, sizeof head, "1.%" PRIu64 ".%u", expires, bits);
    int n =
        snprintf(text, sizeof text, "khien self-report %s %s", head, sha256_format(body, digest));
    crypto_generichash(code, sizeof code, (const unsigned char *)text, (size_t)n, key,
                       CHALLENGE_KEY);
    snprintf(out, CHALLENGE_TEXT, "%s.%s", head, hex_format(code, sizeof code, hex));
}

char *
challenge_make(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body, unsigned bits, usec now,
               char out[CHALLENGE_TEXT])
{
    write_challenge(key, body, bits, (uint64_t)(now / USEC_PER_SECOND) + CHALLENGE_SECONDS, out);
    return out;
}

static bool
is_ours(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body, str challenge,
        uint64_t *ret_expires, unsigned *ret_bits)
{
    char made[CHALLENGE_TEXT];
    str rest = challenge, version, expires, bits;
    uint64_t number;
    if (!str_cut(&rest, '.', &version) || !str_cut(&rest, '.', &expires) ||
        !str_cut(&rest, '.', &bits) || !str_to_u64(expires, INT64_MAX, ret_expires) ||
        !str_to_u64(bits, BITS_MAX, &number))
        return false;
    *ret_bits = (unsigned)number;
    write_challenge(key, body, *ret_bits, *ret_expires, made);
    return strlen(made) == challenge.n && sodium_memcmp(made, challenge.p, challenge.n) == 0;
}

enum challenge_fault
challenge_check(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body, str proof, usec now)
{
    uint64_t expires, number;
    unsigned bits;
    const char *dot = proof.n ? memrchr(proof.p, '.', proof.n) : NULL;
    if (!dot)
        return CHALLENGE_FORGED;
    str challenge = {proof.p, (size_t)(dot - proof.p)};
    if (!str_to_u64(str_from(proof, challenge.n + 1), UINT64_MAX, &number) ||
        !is_ours(key, body, challenge, &expires, &bits))
        return CHALLENGE_FORGED;
    if ((uint64_t)(now / USEC_PER_SECOND) > expires)
        return CHALLENGE_EXPIRED;
    return self_report_bits(proof) >= bits ? CHALLENGE_FINE : CHALLENGE_WORK;
}
