/* SPDX-License-Identifier: Apache-2.0 */
/* The X.509 certificates of a signature (RFC 5280), and which of them stands above which. */
#pragma once

#include "scan/authenticode/text.h"

enum {
    CERTIFICATES_MAX = 256, /* of one signature; more are not read (seen: 12) */
    CHAIN_MAX = 16,         /* of one signer (seen: 5) */
};

struct object;
/* Views into the signature. Names are contents of Name; *_canonical are comparable bytes. */
struct certificate {
    str whole;
    int64_t version; /* 1 to 3 */
    str serial, algorithm, issuer, subject, key;
    str issuer_canonical, subject_canonical;
    struct der_item not_before, not_after;
    str key_id;
    str authority_key_id, authority_serial, authority_issuer_canonical; /* who signed it */
    struct object *object; /* what conditions see; made when first needed */
};
struct certificates {
    struct certificate *items;
    size_t count;
};
/* From a signer's certificate upwards. */
struct chain {
    struct certificate *items[CHAIN_MAX];
    size_t count;
};

/* From the content of a SET OF certificates; members of other kinds are passed over. False when one
 * is malformed. */
bool certificates_read(struct arena *arena, str set, struct certificates *ret);
/* The one with this canonical issuer and serial number, or NULL. */
struct certificate *certificates_find(const struct certificates *all, str issuer, str serial);
/* The one whose key has this identifier, or NULL. */
struct certificate *certificates_find_key(const struct certificates *all, str key_id);
/* From SIGNER up to the last that is there or signs itself, by the names and key identifiers that
 * OpenSSL's X509_verify_cert goes by. Of several that fit, the one that is valid longest: unlike
 * there, the answer does not hang on today's date. */
void chain_build(const struct certificates *all, struct certificate *signer, struct chain *ret);
