/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData and SignerInfo of PKCS #7 1.5 (RFC 2315) and CMS (RFC 5652): what a certificate table,
 * a nested signature and a time stamp's token are. */
#pragma once

#include "scan/authenticode/certificate.h"

struct signer {
    str issuer, serial;      /* which certificate: its issuer's Name and its serial number */
    str key_id;              /* … or this identifier of its key */
    str digest;              /* algorithm's object identifier */
    str attributes;          /* signed ones: SET OF Attribute */
    str signature;           /* encryptedDigest */
    str unsigned_attributes; /* where nested signatures and countersignatures are */
};
enum { SIGNERS_MAX = 16 }; /* of one signature; more are not read (seen: 1) */

struct signed_data {
    int64_t version;
    str digests;             /* SET OF algorithms */
    str content_type;        /* object identifier */
    struct der_item content; /* what the [0] holds; tag 0 when it is missing */
    bool has_certificates;
    struct certificates certificates;
    struct signer *signers; /* the first is the one that counts */
    size_t signer_count;
};
/* False when S does not start with a ContentInfo that holds signed data, or these are malformed. */
bool signed_data_read(struct arena *arena, str s, struct signed_data *ret);
/* What is signed. PKCS #7 signs what stands within the content's outermost element. */
str signed_data_content(const struct signed_data *data);

/* From the content of a SignerInfo; false when that is malformed. */
bool signer_read(str s, struct signer *ret);
/* The values of the first attribute with this object identifier; empty when there is none. */
str attribute_values(str attributes, str oid);
/* The first value's content when it is of TAG, else empty. */
str attribute_value(str attributes, str oid, uint8_t tag);
struct certificate *signer_certificate(struct arena *arena, const struct certificates *all,
                                       const struct signer *signer);
/* The certificate of the first signer; NULL when there is none or another's is missing. */
struct certificate *signed_data_signer(struct arena *arena, const struct signed_data *data);
/* The digest that the signer's key signed: of the attributes, as the SET that they were. */
void signer_digest(struct arena *arena, const struct signer *signer, enum digest_kind kind,
                   uint8_t *out);
/* Did the certificate's key sign CONTENT? As OpenSSL's PKCS7_signatureVerify: with attributes,
 * their messageDigest must be the content's and the signature theirs; without, the content's. */
bool signer_verify(struct arena *arena, const struct signed_data *data, const struct signer *signer,
                   const struct certificate *certificate, str content);

#define OID_MESSAGE_DIGEST STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_COUNTERSIGNATURE STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x06")
