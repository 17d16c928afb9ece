/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges for self-reports: only those of this key, for this body, in time, with the work. */
#include "portal/self_reports/challenge.h"

#include "base/require.h"
#include "base/tap.h"
#include "scan/scan.h"

enum { BITS = 10 };

int
main(void)
{
    static const uint8_t key[CHALLENGE_KEY] = {1, 2, 3}, other_key[CHALLENGE_KEY] = {1, 2, 4};
    char challenge[CHALLENGE_TEXT], proof[SELF_REPORT_PROOF_TEXT];
    struct sha256 body = sha256_of(STR("a report")), other = sha256_of(STR("another"));
    usec now = day_start(day_from_civil(2026, 11, 26));
    challenge_make(key, &body, BITS, now, challenge);
    tap_ok(str_starts(str_of(challenge), STR("1.1795651800.10.")), "when it expires, and the bits");
    require(self_report_solve(str_of(challenge), BITS, NULL, proof));
    str text = str_of(proof);
    tap_eq_i64(challenge_check(key, &body, text, now), CHALLENGE_FINE, "a proof");
    tap_eq_i64(challenge_check(key, &body, text, now + CHALLENGE_SECONDS * USEC_PER_SECOND),
               CHALLENGE_FINE, "until the last second");
    tap_eq_i64(challenge_check(key, &body, text, now + (CHALLENGE_SECONDS + 1) * USEC_PER_SECOND),
               CHALLENGE_EXPIRED, "and no longer");
    tap_eq_i64(challenge_check(key, &other, text, now), CHALLENGE_FORGED, "for another body");
    tap_eq_i64(challenge_check(other_key, &body, text, now), CHALLENGE_FORGED, "by another key");

    size_t refused = 0, n = strlen(challenge);
    for (size_t i = 0; i < n; i++) {
        proof[i] ^= 1;
        refused += challenge_check(key, &body, text, now) == CHALLENGE_FORGED;
        proof[i] ^= 1;
    }
    tap_eq_i64(refused, n, "with any bit of the challenge turned");
    for (size_t i = refused = 0; i < text.n; i++)
        refused += challenge_check(key, &body, (str){proof, i}, now) != CHALLENGE_FINE;
    tap_eq_i64(refused, text.n, "cut anywhere");

    char easier[SELF_REPORT_PROOF_TEXT];
    snprintf(easier, sizeof easier, "1.1795651800.0.%s.0", challenge + 16);
    tap_eq_i64(challenge_check(key, &body, str_of(easier), now), CHALLENGE_FORGED, "made easier");
    snprintf(easier, sizeof easier, "1.1795659999.10.%s.0", challenge + 16);
    tap_eq_i64(challenge_check(key, &body, str_of(easier), now), CHALLENGE_FORGED, "made longer");
    for (unsigned i = 0;; i++) {
        snprintf(easier, sizeof easier, "%s.%u", challenge, i);
        if (self_report_bits(str_of(easier)) < BITS)
            break;
    }
    tap_eq_i64(challenge_check(key, &body, str_of(easier), now), CHALLENGE_WORK,
               "without the work");
    static const char *const odd[] = {"",          ".", "..",  "....", "1",
                                      "1.1.1.1.1", "-", "1..", "1...", "x.y.z.a.b"};
    for (size_t i = refused = 0; i < sizeof odd / sizeof *odd; i++)
        refused += challenge_check(key, &body, str_of(odd[i]), now) == CHALLENGE_FORGED;
    tap_eq_i64(refused, sizeof odd / sizeof *odd, "and what is none");
    return tap_done();
}
