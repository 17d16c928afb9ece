/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are filled in the order of libyara's authenticode_new and left where it gives up. */
#include "scan/authenticode/signature.h"

#define OID_INDIRECT_DATA STR("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x04")
#define OID_PROGRAM STR("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0c")
#define OID_NESTED STR("\x2b\x06\x01\x04\x01\x82\x37\x02\x04\x01")
#define OID_TOKEN STR("\x2b\x06\x01\x04\x01\x82\x37\x03\x03\x01")

enum {
    /* From the PE header; the directory's entry is 16 bytes further in PE32+. */
    CHECKSUM = 0x58,
    CHECKSUM_BYTES = 4,
    SECURITY_ENTRY = 0x98,
    SECURITY_ENTRY_BYTES = 8,
    EXTRA_64 = 16,
};

/* SpcIndirectDataContent ::= SEQUENCE { data, messageDigest SEQUENCE { algorithm, digest } } */
static bool
read_content(const struct signed_data *data, struct signature *ret)
{
    bool is_octets = data->content.tag == DER_OCTET_STRING;
    str whole = is_octets ? data->content.content : data->content.whole;
    if (!str_eq(data->content_type, OID_INDIRECT_DATA))
        return false;
    struct der fields = der_open(der_inside(whole, DER_SEQUENCE));
    der_take(&fields, DER_SEQUENCE);
    struct der info = der_open(der_take(&fields, DER_SEQUENCE));
    str algorithm = der_algorithm(&info);
    str digest = der_take(&info, DER_OCTET_STRING);
    if (!der_is_done(&fields) || !der_is_done(&info))
        return false;
    ret->digest_algorithm = algorithm;
    ret->digest = digest;
    return true;
}

/* SpcSpOpusInfo ::= SEQUENCE { [0] { [0] BMPString | [1] IA5String } OPTIONAL, … }. As libyara has
 * it, a name that is longer in UTF-8 than the whole attribute is none. */
static str
program_name(struct arena *arena, str attributes)
{
    str none = {NULL, 0}, field = none, name;
    struct der values = der_open(attribute_values(attributes, OID_PROGRAM));
    if (der_tag(&values) != DER_SEQUENCE)
        return none;
    struct der_item info = der_next(&values);
    struct der fields = der_open(info.content);
    if (!der_try(&fields, DER_FIELD + 0, &field))
        return none;
    struct der inside = der_open(field);
    struct der_item text = der_next(&inside);
    if (text.tag != DER_FIELD_PLAIN + 0 && text.tag != DER_FIELD_PLAIN + 1)
        return none;
    if (!text_utf8(arena, text.tag == DER_FIELD_PLAIN + 0, text.content, &name))
        return none;
    return name.n < info.whole.n ? str_of(name.p) : none;
}

static void
read_countersignatures(struct authenticode_work *work, const struct signer *signer,
                       struct signature *ret)
{
    struct countersignature *out =
        arena_alloc(work->arena, 2 * COUNTERSIGNATURES_MAX * sizeof *out);
    size_t n = 0;
    struct der list = der_open(attribute_values(signer->unsigned_attributes, OID_COUNTERSIGNATURE));
    for (; der_tag(&list) && n < COUNTERSIGNATURES_MAX && work->countersignatures > 0; n++) {
        str value = der_next(&list).whole;
        countersignature_read_pkcs9(work, value, &ret->data.certificates, signer->signature,
                                    &out[n]);
        work->countersignatures--;
    }
    size_t end = n + COUNTERSIGNATURES_MAX;
    list = der_open(attribute_values(signer->unsigned_attributes, OID_TOKEN));
    for (; der_tag(&list) && n < end && work->countersignatures > 0; n++) {
        str value = der_next(&list).whole;
        countersignature_read_token(work, value, signer->signature, &out[n]);
        work->countersignatures--;
    }
    ret->countersignatures = out;
    ret->countersignature_count = n;
}

static enum signature_state
read_signer(struct authenticode_work *work, const struct signer *signer, struct signature *ret)
{
    const struct signed_data *data = &ret->data;
    struct certificate *certificate = signed_data_signer(work->arena, data);
    if (!certificate)
        return SIGNATURE_NO_SIGNER;
    chain_build(&data->certificates, certificate, &ret->chain);
    struct der values = der_open(attribute_values(signer->attributes, OID_MESSAGE_DIGEST));
    if (der_tag(&values) != DER_OCTET_STRING)
        return SIGNATURE_INVALID;
    ret->signer_digest = der_next(&values).content;
    ret->signer_digest_name = algorithm_name(signer->digest);
    ret->program_name = program_name(work->arena, signer->attributes);
    str content = signed_data_content(data);
    return signer_verify(work->arena, data, signer, certificate, content) ? SIGNATURE_VALID
                                                                          : SIGNATURE_INVALID;
}

void
signature_read(struct authenticode_work *work, str s, struct signature *ret)
{
    *ret = (struct signature){.state = SIGNATURE_UNREADABLE};
    if (!signed_data_read(work->arena, s, &ret->data) || !ret->data.has_certificates)
        return;
    ret->state = SIGNATURE_INVALID;
    if (!read_content(&ret->data, ret))
        return;
    ret->has_signer = true;
    ret->state = SIGNATURE_NO_SIGNER;
    if (ret->data.signer_count == 0)
        return;
    const struct signer *signer = &ret->data.signers[0];
    ret->nested = attribute_values(signer->unsigned_attributes, OID_NESTED);
    read_countersignatures(work, signer, ret);
    ret->state = read_signer(work, signer, ret);
}

/* All up to the certificate table without the checksum and the table's entry in the header; what
 * comes after the table is not asked for by libyara. */
static bool
file_digest(struct file_digests *files, enum digest_kind kind)
{
    size_t checksum = files->header + CHECKSUM;
    size_t entry = files->header + SECURITY_ENTRY + (files->is_64bit ? EXTRA_64 : 0);
    size_t rest = entry + SECURITY_ENTRY_BYTES;
    if (files->known[kind])
        return true;
    if (files->table < rest || files->table > files->data.n)
        return false;
    const char *p = files->data.p;
    struct digest *digest = digest_new(kind);
    digest_add(digest, (str){p, checksum});
    checksum += CHECKSUM_BYTES;
    digest_add(digest, (str){p + checksum, entry - checksum});
    digest_add(digest, (str){p + rest, files->table - rest});
    digest_finish(digest, files->digests[kind]);
    files->known[kind] = true;
    return true;
}

void
signature_check_file(struct signature *signature, struct file_digests *files)
{
    enum digest_kind kind;
    if (signature->digest.n == 0 || !algorithm_digest(signature->digest_algorithm, &kind)) {
        if (signature->state == SIGNATURE_VALID)
            signature->state = SIGNATURE_INVALID;
        return;
    }
    if (!file_digest(files, kind)) {
        if (signature->state == SIGNATURE_VALID)
            signature->state = SIGNATURE_UNREADABLE;
        return;
    }
    signature->file_digest = (str){(char *)files->digests[kind], digest_size(kind)};
    if (!str_eq(signature->file_digest, signature->digest))
        signature->state = SIGNATURE_INVALID;
}
