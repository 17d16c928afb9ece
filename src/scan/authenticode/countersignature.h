/* SPDX-License-Identifier: Apache-2.0 */
/* Countersignatures: who says when a signature was made. Either a SignerInfo over the signature's
 * bytes (PKCS #9, RFC 2985) whose certificates are the signature's, or a time stamp's token (RFC
 * 3161) with certificates of its own. */
#pragma once

#include "scan/authenticode/signed_data.h"

enum {
    COUNTERSIGNATURES_MAX = 16,        /* of one kind in one signature, as libyara has it */
    COUNTERSIGNATURES_ALL_MAX = 32,    /* of one file; more are not read */
    COUNTERSIGNATURES_VERIFY_MAX = 12, /* of one file; more are not verified (seen: 4) */
};

/* What one file's countersignatures may still cost. */
struct authenticode_work {
    struct arena *arena;
    unsigned countersignatures; /* that may still be read */
    unsigned checks;            /* that may still be made of a signature by a key */
};

struct countersignature {
    bool verified;
    str digest_name; /* empty when it was not read */
    str digest;      /* what it says the signature's bytes hash to */
    int64_t time;    /* 0 when it was not read */
    struct chain chain;
    struct certificates certificates; /* that a token brought along */
};
/* One value of the attribute 1.2.840.113549.1.9.6. SIGNATURE are the countersigned bytes, ALL the
 * signature's certificates. What cannot be read is not verified. */
void countersignature_read_pkcs9(struct authenticode_work *work, str value,
                                 const struct certificates *all, str signature,
                                 struct countersignature *ret);
/* One value of the attribute 1.3.6.1.4.1.311.3.3.1. */
void countersignature_read_token(struct authenticode_work *work, str value, str signature,
                                 struct countersignature *ret);
