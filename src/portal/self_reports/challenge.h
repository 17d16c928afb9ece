/* SPDX-License-Identifier: Apache-2.0 */
/* What a scanner must work on before it may report: a text that says when it expires and how many
 * bits of work it asks for, with a code over both and the body that only this server can make. So
 * nothing is kept of those that were given out, and none can be used for another body (inner to the
 * part; docs/self-reports.md). */
#pragma once

#include "base/clock.h"
#include "base/hash.h"

enum { CHALLENGE_KEY = 32, CHALLENGE_TEXT = 96, CHALLENGE_SECONDS = 600 };

enum challenge_fault {
    CHALLENGE_FINE,
    CHALLENGE_FORGED, /* none of this server's, of another body, or not well-formed */
    CHALLENGE_EXPIRED,
    CHALLENGE_WORK, /* the number after it does not make the hash begin with the bits */
};

/* Of the body with that hash; returns OUT. */
char *challenge_make(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body, unsigned bits,
                     usec now, char out[CHALLENGE_TEXT]);
/* PROOF is the challenge, a dot, a decimal number. */
enum challenge_fault challenge_check(const uint8_t key[CHALLENGE_KEY], const struct sha256 *body,
                                     str proof, usec now);
