/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/authenticode/signed_data.h"

#include "scan/authenticode/key.h"

#define OID_SIGNED_DATA STR("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")

/* Each Attribute ::= SEQUENCE { OBJECT IDENTIFIER, SET OF values }. */
static bool
are_attributes(str attributes)
{
    struct der list = der_open(attributes);
    while (der_tag(&list)) {
        struct der fields = der_open(der_take(&list, DER_SEQUENCE));
        der_take(&fields, DER_OID);
        struct der values = der_open(der_take(&fields, DER_SET));
        while (der_tag(&values))
            der_next(&values);
        if (!der_is_done(&fields) || values.bad)
            return false;
    }
    return der_is_done(&list);
}

bool
signer_read(str s, struct signer *ret)
{
    struct der fields = der_open(s);
    struct signer signer = {0};
    der_take(&fields, DER_INTEGER);
    if (!der_try(&fields, DER_FIELD_PLAIN + 0, &signer.key_id)) {
        struct der id = der_open(der_take(&fields, DER_SEQUENCE));
        signer.issuer = der_take(&id, DER_SEQUENCE);
        signer.serial = der_take(&id, DER_INTEGER);
        if (!der_is_done(&id))
            return false;
    }
    signer.digest = der_algorithm(&fields);
    der_try(&fields, DER_FIELD + 0, &signer.attributes);
    der_algorithm(&fields);
    signer.signature = der_take(&fields, DER_OCTET_STRING);
    der_try(&fields, DER_FIELD + 1, &signer.unsigned_attributes);
    if (!der_is_done(&fields) || !are_attributes(signer.attributes) ||
        !are_attributes(signer.unsigned_attributes))
        return false;
    *ret = signer;
    return true;
}

static bool
read_signers(struct arena *arena, str set, struct signed_data *data)
{
    struct signer signer;
    struct der list = der_open(set);
    data->signers = arena_alloc(arena, SIGNERS_MAX * sizeof *data->signers);
    while (der_tag(&list)) {
        if (!signer_read(der_take(&list, DER_SEQUENCE), &signer))
            return false;
        if (data->signer_count < SIGNERS_MAX)
            data->signers[data->signer_count++] = signer;
    }
    return der_is_done(&list);
}

/* ContentInfo ::= SEQUENCE { OBJECT IDENTIFIER, [0] anything OPTIONAL } */
static bool
read_content_info(str s, str *ret_type, struct der_item *ret_content)
{
    str content;
    struct der fields = der_open(s);
    *ret_type = der_take(&fields, DER_OID);
    if (der_try(&fields, DER_FIELD + 0, &content)) {
        struct der inside = der_open(content);
        *ret_content = der_next(&inside);
        if (!der_is_done(&inside))
            return false;
    }
    return der_is_done(&fields);
}

static bool
are_algorithms(str set)
{
    struct der list = der_open(set);
    while (der_tag(&list))
        der_algorithm(&list);
    return der_is_done(&list);
}

static bool
read_fields(struct arena *arena, struct der fields, struct signed_data *ret)
{
    struct signed_data data = {0};
    str certificates = {NULL, 0};
    data.version = der_number(der_take(&fields, DER_INTEGER), 0);
    data.digests = der_take(&fields, DER_SET);
    str info = der_take(&fields, DER_SEQUENCE);
    data.has_certificates = der_try(&fields, DER_FIELD + 0, &certificates);
    der_try(&fields, DER_FIELD + 1, NULL); /* revocation lists */
    str signers = der_take(&fields, DER_SET);
    if (!der_is_done(&fields) || !are_algorithms(data.digests) ||
        !read_content_info(info, &data.content_type, &data.content) ||
        !certificates_read(arena, certificates, &data.certificates) ||
        !read_signers(arena, signers, &data))
        return false;
    *ret = data;
    return true;
}

bool
signed_data_read(struct arena *arena, str s, struct signed_data *ret)
{
    str type;
    struct der_item content = {0};
    if (!read_content_info(der_inside(s, DER_SEQUENCE), &type, &content))
        return false;
    return str_eq(type, OID_SIGNED_DATA) && content.tag == DER_SEQUENCE &&
           read_fields(arena, der_open(content.content), ret);
}

/* libyara takes off one header where the version is 1, and in PKCS #7 (where the content is no
 * OCTET STRING) digests the whole element where it is not. */
str
signed_data_content(const struct signed_data *data)
{
    bool is_octets = data->content.tag == DER_OCTET_STRING;
    str whole = is_octets ? data->content.content : data->content.whole;
    if (data->version != 1)
        return whole;
    struct der der = der_open(whole);
    return der_next(&der).content;
}

str
attribute_values(str attributes, str oid)
{
    struct der list = der_open(attributes);
    while (der_tag(&list)) {
        struct der fields = der_open(der_take(&list, DER_SEQUENCE));
        str type = der_take(&fields, DER_OID);
        if (str_eq(type, oid))
            return der_take(&fields, DER_SET);
    }
    return (str){NULL, 0};
}

str
attribute_value(str attributes, str oid, uint8_t tag)
{
    return der_inside(attribute_values(attributes, oid), tag);
}

struct certificate *
signer_certificate(struct arena *arena, const struct certificates *all, const struct signer *signer)
{
    str issuer;
    if (signer->key_id.n)
        return certificates_find_key(all, signer->key_id);
    return name_canonical(arena, signer->issuer, &issuer)
               ? certificates_find(all, issuer, signer->serial)
               : NULL;
}

struct certificate *
signed_data_signer(struct arena *arena, const struct signed_data *data)
{
    struct certificate *first = NULL;
    for (size_t i = data->signer_count; i > 0; i--) {
        first = signer_certificate(arena, &data->certificates, &data->signers[i - 1]);
        if (!first)
            return NULL;
    }
    return first;
}

/* The attributes stand as [0] IMPLICIT and are signed as SET OF: another tag, the same content. */
static str
attributes_as_set(struct arena *arena, str attributes)
{
    size_t n = attributes.n, bytes = 0;
    uint8_t *p = arena_alloc(arena, n + 6);
    p[0] = DER_SET;
    for (size_t rest = n; n >= 0x80 && rest; rest >>= 8)
        bytes++;
    p[1] = (uint8_t)(bytes ? 0x80 + bytes : n);
    for (size_t i = 0; i < bytes; i++)
        p[2 + i] = (uint8_t)(n >> 8 * (bytes - 1 - i));
    if (n)
        memcpy(p + 2 + bytes, attributes.p, n);
    return (str){(char *)p, 2 + bytes + n};
}

void
signer_digest(struct arena *arena, const struct signer *signer, enum digest_kind kind, uint8_t *out)
{
    digest_of(kind, attributes_as_set(arena, signer->attributes), out);
}

/* Is the digest among those that the signed data announce? */
static bool
is_announced(const struct signed_data *data, enum digest_kind kind)
{
    struct der list = der_open(data->digests);
    while (der_tag(&list)) {
        enum digest_kind announced;
        if (algorithm_digest(der_algorithm(&list), &announced) && announced == kind)
            return true;
    }
    return false;
}

bool
signer_verify(struct arena *arena, const struct signed_data *data, const struct signer *signer,
              const struct certificate *certificate, str content)
{
    enum digest_kind kind;
    uint8_t digest[DIGEST_MAX];
    if (!algorithm_digest(signer->digest, &kind) || !is_announced(data, kind))
        return false;
    digest_of(kind, content, digest);
    if (signer->attributes.n) {
        str stated = attribute_value(signer->attributes, OID_MESSAGE_DIGEST, DER_OCTET_STRING);
        if (!str_eq(stated, (str){(char *)digest, digest_size(kind)}))
            return false;
        signer_digest(arena, signer, kind, digest);
    }
    return key_verify(certificate->key, kind, digest, signer->signature);
}
