/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are filled in libyara's order and left where it gives up, so that what conditions see of a
 * broken countersignature is the same too. */
#include "scan/authenticode/countersignature.h"

#include "scan/authenticode/key.h"

#define OID_TIME_STAMP_INFO STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")

static bool
take_check(struct authenticode_work *work)
{
    if (work->checks == 0)
        return false;
    work->checks--;
    return true;
}

static bool
is_digest_of(enum digest_kind kind, str content, str stated)
{
    uint8_t digest[DIGEST_MAX];
    digest_of(kind, content, digest);
    return str_eq(stated, (str){(char *)digest, digest_size(kind)});
}

static bool
verify_pkcs9(struct arena *arena, const struct signer *signer,
             const struct certificate *certificate, enum digest_kind kind)
{
    uint8_t digest[DIGEST_MAX];
    signer_digest(arena, signer, kind, digest);
    return key_verify_recovered(certificate->key, kind, digest, signer->signature);
}

void
countersignature_read_pkcs9(struct authenticode_work *work, str value,
                            const struct certificates *all, str signature,
                            struct countersignature *ret)
{
    struct signer signer;
    enum digest_kind kind;
    *ret = (struct countersignature){0};
    if (!signer_read(der_inside(value, DER_SEQUENCE), &signer) || signer.key_id.n)
        return;
    ret->digest_name = algorithm_name(signer.digest);
    struct der times = der_open(attribute_values(signer.attributes, OID_SIGNING_TIME));
    if (der_tag(&times) == 0)
        return;
    ret->time = der_time(der_next(&times));
    struct certificate *certificate = signer_certificate(work->arena, all, &signer);
    if (!certificate)
        return;
    chain_build(all, certificate, &ret->chain);
    str stated = attribute_value(signer.attributes, OID_MESSAGE_DIGEST, DER_OCTET_STRING);
    if (stated.n == 0 || !algorithm_digest(signer.digest, &kind))
        return;
    ret->digest = stated;
    ret->verified = is_digest_of(kind, signature, stated) && take_check(work) &&
                    verify_pkcs9(work->arena, &signer, certificate, kind);
}

/* TSTInfo (RFC 3161, 2.4.2), as far as it is needed. */
struct time_stamp {
    int64_t version;
    str digest_algorithm, digest;
    struct der_item time;
};

static bool
time_stamp_read(const struct signed_data *data, struct time_stamp *ret)
{
    if (!str_eq(data->content_type, OID_TIME_STAMP_INFO) || data->content.tag != DER_OCTET_STRING)
        return false;
    struct der fields = der_open(der_inside(data->content.content, DER_SEQUENCE));
    struct time_stamp stamp = {.version = der_number(der_take(&fields, DER_INTEGER), 0)};
    der_take(&fields, DER_OID);
    struct der imprint = der_open(der_take(&fields, DER_SEQUENCE));
    stamp.digest_algorithm = der_algorithm(&imprint);
    stamp.digest = der_take(&imprint, DER_OCTET_STRING);
    der_take(&fields, DER_INTEGER);
    stamp.time = der_next(&fields);
    if (fields.bad || !der_is_done(&imprint) || stamp.time.tag != DER_GENERALIZED_TIME)
        return false;
    *ret = stamp;
    return true;
}

void
countersignature_read_token(struct authenticode_work *work, str value, str signature,
                            struct countersignature *ret)
{
    struct signed_data data;
    struct time_stamp stamp;
    enum digest_kind kind;
    *ret = (struct countersignature){0};
    if (!signed_data_read(work->arena, value, &data) || !time_stamp_read(&data, &stamp))
        return;
    ret->time = der_time(stamp.time);
    struct certificate *certificate = signed_data_signer(work->arena, &data);
    if (!certificate)
        return;
    ret->certificates = data.certificates;
    chain_build(&data.certificates, certificate, &ret->chain);
    ret->digest_name = algorithm_name(stamp.digest_algorithm);
    ret->digest = stamp.digest;
    if (!algorithm_digest(stamp.digest_algorithm, &kind))
        return;
    ret->verified =
        stamp.version == 1 && is_digest_of(kind, signature, stamp.digest) && take_check(work) &&
        signer_verify(work->arena, &data, data.signers, certificate, data.content.content);
}
