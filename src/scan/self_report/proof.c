/* SPDX-License-Identifier: Apache-2.0 */
/* Counting up: whoever wants many proofs has to pay for each. */
#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "scan/self_report/self_report.h"

unsigned
self_report_bits(str proof)
{
    struct sha256 hash = sha256_of(proof);
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof hash.bytes; i++, bits += 8)
        if (hash.bytes[i])
            return bits + (unsigned)__builtin_clz(hash.bytes[i]) - 24;
    return bits;
}

bool
self_report_solve(str challenge, unsigned bits, bool (*stopped)(void),
                  char out[SELF_REPORT_PROOF_TEXT])
{
    enum { NUMBER_MAX = 21, ASK_EVERY = 1 << 14 };
    if (bits > SELF_REPORT_BITS_MAX || challenge.n + NUMBER_MAX + 1 > SELF_REPORT_PROOF_TEXT)
        return false;
    for (uint64_t n = 0;; n++) {
        int length = snprintf(out, SELF_REPORT_PROOF_TEXT, "%.*s.%" PRIu64, STR_ARG(challenge), n);
        if (self_report_bits((str){out, (size_t)length}) >= bits)
            return true;
        if (n % ASK_EVERY == 0 && stopped && stopped())
            return false;
    }
}
