/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/authenticode/certificate.h"

/* AuthorityKeyIdentifier ::= SEQUENCE { [0] key, [1] GeneralNames, [2] serial }, all optional. */
static void
read_authority(struct arena *arena, str value, struct certificate *certificate)
{
    struct der fields = der_open(der_inside(value, DER_SEQUENCE));
    str names = {NULL, 0};
    der_try(&fields, DER_FIELD_PLAIN + 0, &certificate->authority_key_id);
    der_try(&fields, DER_FIELD + 1, &names);
    der_try(&fields, DER_FIELD_PLAIN + 2, &certificate->authority_serial);
    struct der list = der_open(names);
    while (der_tag(&list)) {
        struct der_item name = der_next(&list);
        if (name.tag != DER_FIELD + 4) /* directoryName */
            continue;
        str content = der_inside(name.content, DER_SEQUENCE);
        (void)name_canonical(arena, content, &certificate->authority_issuer_canonical);
        return;
    }
}

static bool
read_extensions(struct arena *arena, str extensions, struct certificate *certificate)
{
    struct der whole = der_open(extensions);
    struct der list = der_open(der_take(&whole, DER_SEQUENCE));
    while (der_tag(&list)) {
        struct der fields = der_open(der_take(&list, DER_SEQUENCE));
        str oid = der_take(&fields, DER_OID);
        der_try(&fields, DER_BOOLEAN, NULL); /* critical */
        str value = der_take(&fields, DER_OCTET_STRING);
        if (!der_is_done(&fields))
            return false;
        if (str_eq(oid, STR("\x55\x1d\x0e"))) /* 2.5.29.14 */
            certificate->key_id = der_inside(value, DER_OCTET_STRING);
        else if (str_eq(oid, STR("\x55\x1d\x23"))) /* 2.5.29.35 */
            read_authority(arena, value, certificate);
    }
    return der_is_done(&whole) && der_is_done(&list);
}

static bool
is_time(uint8_t tag)
{
    return tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME;
}

static bool
read_validity(str s, struct certificate *certificate)
{
    struct der fields = der_open(s);
    certificate->not_before = der_next(&fields);
    certificate->not_after = der_next(&fields);
    return der_is_done(&fields) && is_time(certificate->not_before.tag) &&
           is_time(certificate->not_after.tag);
}

static bool
is_key(str s)
{
    struct der fields = der_open(s);
    der_algorithm(&fields);
    der_take(&fields, DER_BIT_STRING);
    return der_is_done(&fields);
}

/* TBSCertificate. */
static bool
read_body(struct arena *arena, struct der body, struct certificate *certificate)
{
    str version, extensions;
    if (der_try(&body, DER_FIELD + 0, &version)) {
        struct der inside = der_open(version);
        certificate->version = der_number(der_take(&inside, DER_INTEGER), 0) + 1;
        if (!der_is_done(&inside))
            return false;
    }
    certificate->serial = der_take(&body, DER_INTEGER);
    der_algorithm(&body);
    certificate->issuer = der_take(&body, DER_SEQUENCE);
    str validity = der_take(&body, DER_SEQUENCE);
    certificate->subject = der_take(&body, DER_SEQUENCE);
    certificate->key = der_take(&body, DER_SEQUENCE);
    der_try(&body, DER_FIELD_PLAIN + 1, NULL);
    der_try(&body, DER_FIELD_PLAIN + 2, NULL);
    bool has_extensions = der_try(&body, DER_FIELD + 3, &extensions);
    return der_is_done(&body) && is_key(certificate->key) && read_validity(validity, certificate) &&
           (!has_extensions || read_extensions(arena, extensions, certificate)) &&
           name_canonical(arena, certificate->issuer, &certificate->issuer_canonical) &&
           name_canonical(arena, certificate->subject, &certificate->subject_canonical);
}

static bool
certificate_read(struct arena *arena, struct der_item item, struct certificate *ret)
{
    struct certificate certificate = {.whole = item.whole, .version = 1};
    struct der outer = der_open(item.content);
    str body = der_take(&outer, DER_SEQUENCE);
    certificate.algorithm = der_algorithm(&outer);
    der_take(&outer, DER_BIT_STRING);
    if (!der_is_done(&outer) || !read_body(arena, der_open(body), &certificate))
        return false;
    *ret = certificate;
    return true;
}

static size_t
count_certificates(str set)
{
    size_t count = 0;
    struct der der = der_open(set);
    while (der_tag(&der) && count < CERTIFICATES_MAX)
        count += der_next(&der).tag == DER_SEQUENCE;
    return count;
}

bool
certificates_read(struct arena *arena, str set, struct certificates *ret)
{
    size_t room = count_certificates(set);
    struct certificates all = {.items = arena_alloc(arena, room * sizeof *all.items)};
    struct der der = der_open(set);
    while (all.count < room) {
        struct der_item item = der_next(&der);
        if (item.tag != DER_SEQUENCE)
            continue;
        if (!certificate_read(arena, item, &all.items[all.count]))
            return false;
        all.count++;
    }
    *ret = all;
    return !der.bad;
}

struct certificate *
certificates_find(const struct certificates *all, str issuer, str serial)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].serial, serial) && str_eq(all->items[i].issuer_canonical, issuer))
            return &all->items[i];
    return NULL;
}

struct certificate *
certificates_find_key(const struct certificates *all, str key_id)
{
    for (size_t i = 0; key_id.n && i < all->count; i++)
        if (str_eq(all->items[i].key_id, key_id))
            return &all->items[i];
    return NULL;
}

/* A hint that is not there fits everything. */
static bool
hint_fits(str hint, str what)
{
    return hint.n == 0 || what.n == 0 || str_eq(hint, what);
}

static bool
is_issuer(const struct certificate *issuer, const struct certificate *of)
{
    return str_eq(issuer->subject_canonical, of->issuer_canonical) &&
           hint_fits(of->authority_key_id, issuer->key_id) &&
           hint_fits(of->authority_serial, issuer->serial) &&
           hint_fits(of->authority_issuer_canonical, issuer->issuer_canonical);
}

static bool
chain_has(const struct chain *chain, const struct certificate *certificate)
{
    for (size_t i = 0; i < chain->count; i++)
        if (str_eq(chain->items[i]->whole, certificate->whole))
            return true;
    return false;
}

static struct certificate *
find_issuer(const struct certificates *all, const struct chain *chain)
{
    const struct certificate *of = chain->items[chain->count - 1];
    struct certificate *best = NULL;
    for (size_t i = 0; i < all->count; i++) {
        struct certificate *candidate = &all->items[i];
        if (!is_issuer(candidate, of) || chain_has(chain, candidate))
            continue;
        if (!best || der_time(candidate->not_after) > der_time(best->not_after))
            best = candidate;
    }
    return best;
}

void
chain_build(const struct certificates *all, struct certificate *signer, struct chain *ret)
{
    struct certificate *next = signer;
    ret->count = 0;
    while (next && ret->count < CHAIN_MAX) {
        ret->items[ret->count++] = next;
        next = is_issuer(next, next) ? NULL : find_issuer(all, ret);
    }
}
