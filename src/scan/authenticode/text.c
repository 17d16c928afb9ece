/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers are looked up by their dotted text, so that the tables can be read; there are
 * at most a few dozen in a signature. */
#include "scan/authenticode/text.h"

#include "base/require.h"

enum {
    NAME_MAX_TEXT = 255, /* libyara's buffer */
    SERIAL_MAX = 20,
};

struct attribute_name {
    const char *oid, *name;
};
static const struct attribute_name attribute_names[] = {
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.2", "textEncodedORAddress"},
    {"0.9.2342.19200300.100.1.3", "mail"},
    {"0.9.2342.19200300.100.1.4", "info"},
    {"0.9.2342.19200300.100.1.5", "favouriteDrink"},
    {"0.9.2342.19200300.100.1.6", "roomNumber"},
    {"0.9.2342.19200300.100.1.7", "photo"},
    {"0.9.2342.19200300.100.1.8", "userClass"},
    {"0.9.2342.19200300.100.1.9", "host"},
    {"0.9.2342.19200300.100.1.10", "manager"},
    {"0.9.2342.19200300.100.1.11", "documentIdentifier"},
    {"0.9.2342.19200300.100.1.12", "documentTitle"},
    {"0.9.2342.19200300.100.1.13", "documentVersion"},
    {"0.9.2342.19200300.100.1.14", "documentAuthor"},
    {"0.9.2342.19200300.100.1.15", "documentLocation"},
    {"0.9.2342.19200300.100.1.20", "homeTelephoneNumber"},
    {"0.9.2342.19200300.100.1.21", "secretary"},
    {"0.9.2342.19200300.100.1.22", "otherMailbox"},
    {"0.9.2342.19200300.100.1.23", "lastModifiedTime"},
    {"0.9.2342.19200300.100.1.24", "lastModifiedBy"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"0.9.2342.19200300.100.1.26", "aRecord"},
    {"0.9.2342.19200300.100.1.27", "pilotAttributeType27"},
    {"0.9.2342.19200300.100.1.28", "mXRecord"},
    {"0.9.2342.19200300.100.1.29", "nSRecord"},
    {"0.9.2342.19200300.100.1.30", "sOARecord"},
    {"0.9.2342.19200300.100.1.31", "cNAMERecord"},
    {"0.9.2342.19200300.100.1.37", "associatedDomain"},
    {"0.9.2342.19200300.100.1.38", "associatedName"},
    {"0.9.2342.19200300.100.1.39", "homePostalAddress"},
    {"0.9.2342.19200300.100.1.40", "personalTitle"},
    {"0.9.2342.19200300.100.1.41", "mobileTelephoneNumber"},
    {"0.9.2342.19200300.100.1.42", "pagerTelephoneNumber"},
    {"0.9.2342.19200300.100.1.43", "friendlyCountryName"},
    {"0.9.2342.19200300.100.1.44", "uid"},
    {"0.9.2342.19200300.100.1.45", "organizationalStatus"},
    {"0.9.2342.19200300.100.1.46", "janetMailbox"},
    {"0.9.2342.19200300.100.1.47", "mailPreferenceOption"},
    {"0.9.2342.19200300.100.1.48", "buildingName"},
    {"0.9.2342.19200300.100.1.49", "dSAQuality"},
    {"0.9.2342.19200300.100.1.50", "singleLevelQuality"},
    {"0.9.2342.19200300.100.1.51", "subtreeMinimumQuality"},
    {"0.9.2342.19200300.100.1.52", "subtreeMaximumQuality"},
    {"0.9.2342.19200300.100.1.53", "personalSignature"},
    {"0.9.2342.19200300.100.1.54", "dITRedirect"},
    {"0.9.2342.19200300.100.1.55", "audio"},
    {"0.9.2342.19200300.100.1.56", "documentPublisher"},
    {"1.2.643.3.131.1.1", "INN"},
    {"1.2.643.100.1", "OGRN"},
    {"1.2.643.100.3", "SNILS"},
    {"1.2.643.100.5", "OGRNIP"},
    {"1.2.643.100.111", "subjectSignTool"},
    {"1.2.643.100.112", "issuerSignTool"},
    {"1.2.643.100.113", "classSignTool"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"1.2.840.113549.1.9.2", "unstructuredName"},
    {"1.2.840.113549.1.9.3", "contentType"},
    {"1.2.840.113549.1.9.4", "messageDigest"},
    {"1.2.840.113549.1.9.5", "signingTime"},
    {"1.2.840.113549.1.9.6", "countersignature"},
    {"1.2.840.113549.1.9.7", "challengePassword"},
    {"1.2.840.113549.1.9.8", "unstructuredAddress"},
    {"1.2.840.113549.1.9.9", "extendedCertificateAttributes"},
    {"1.2.840.113549.1.9.14", "extReq"},
    {"1.2.840.113549.1.9.15", "SMIME-CAPS"},
    {"1.2.840.113549.1.9.16", "SMIME"},
    {"1.2.840.113549.1.9.20", "friendlyName"},
    {"1.2.840.113549.1.9.21", "localKeyID"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"},
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "street"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.13", "description"},
    {"2.5.4.14", "searchGuide"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.16", "postalAddress"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.18", "postOfficeBox"},
    {"2.5.4.19", "physicalDeliveryOfficeName"},
    {"2.5.4.20", "telephoneNumber"},
    {"2.5.4.21", "telexNumber"},
    {"2.5.4.22", "teletexTerminalIdentifier"},
    {"2.5.4.23", "facsimileTelephoneNumber"},
    {"2.5.4.24", "x121Address"},
    {"2.5.4.25", "internationaliSDNNumber"},
    {"2.5.4.26", "registeredAddress"},
    {"2.5.4.27", "destinationIndicator"},
    {"2.5.4.28", "preferredDeliveryMethod"},
    {"2.5.4.29", "presentationAddress"},
    {"2.5.4.30", "supportedApplicationContext"},
    {"2.5.4.31", "member"},
    {"2.5.4.32", "owner"},
    {"2.5.4.33", "roleOccupant"},
    {"2.5.4.34", "seeAlso"},
    {"2.5.4.35", "userPassword"},
    {"2.5.4.36", "userCertificate"},
    {"2.5.4.37", "cACertificate"},
    {"2.5.4.38", "authorityRevocationList"},
    {"2.5.4.39", "certificateRevocationList"},
    {"2.5.4.40", "crossCertificatePair"},
    {"2.5.4.41", "name"},
    {"2.5.4.42", "GN"},
    {"2.5.4.43", "initials"},
    {"2.5.4.44", "generationQualifier"},
    {"2.5.4.45", "x500UniqueIdentifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.47", "enhancedSearchGuide"},
    {"2.5.4.48", "protocolInformation"},
    {"2.5.4.49", "distinguishedName"},
    {"2.5.4.50", "uniqueMember"},
    {"2.5.4.51", "houseIdentifier"},
    {"2.5.4.52", "supportedAlgorithms"},
    {"2.5.4.53", "deltaRevocationList"},
    {"2.5.4.54", "dmdName"},
    {"2.5.4.65", "pseudonym"},
    {"2.5.4.72", "role"},
    {"2.5.4.97", "organizationIdentifier"},
    {"2.5.4.98", "c3"},
    {"2.5.4.99", "n3"},
    {"2.5.4.100", "dnsName"},
};

enum { NO_DIGEST = DIGEST_KINDS };
struct algorithm {
    const char *oid, *name;
    int digest;
};
static const struct algorithm algorithms[] = {
    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", DIGEST_SHA256},
    {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption", DIGEST_SHA1},
    {"2.16.840.1.101.3.4.2.1", "sha256", DIGEST_SHA256},
    {"1.3.14.3.2.26", "sha1", DIGEST_SHA1},
    {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption", DIGEST_SHA384},
    {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption", DIGEST_SHA512},
    {"2.16.840.1.101.3.4.2.2", "sha384", DIGEST_SHA384},
    {"2.16.840.1.101.3.4.2.3", "sha512", DIGEST_SHA512},
    {"1.2.840.113549.2.5", "md5", DIGEST_MD5},
    {"1.2.840.113549.1.1.4", "md5WithRSAEncryption", DIGEST_MD5},
    {"1.3.14.3.2.29", "sha1WithRSA", DIGEST_SHA1},
    {"1.3.14.3.2.3", "md5WithRSA", NO_DIGEST},
    {"1.3.14.3.2.15", "shaWithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.2", "md2WithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.3", "md4WithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.10", "rsassaPss", NO_DIGEST},
    {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.15", "sha512-224WithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption", NO_DIGEST},
    {"1.2.840.113549.1.1.1", "rsaEncryption", NO_DIGEST},
    {"1.2.840.10045.2.1", "id-ecPublicKey", NO_DIGEST},
    {"1.2.840.10045.4.1", "ecdsa-with-SHA1", NO_DIGEST},
    {"1.2.840.10045.4.2", "ecdsa-with-Recommended", NO_DIGEST},
    {"1.2.840.10045.4.3", "ecdsa-with-Specified", NO_DIGEST},
    {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224", NO_DIGEST},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256", NO_DIGEST},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384", NO_DIGEST},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512", NO_DIGEST},
    {"1.2.840.10040.4.1", "dsaEncryption", NO_DIGEST},
    {"1.2.840.10040.4.3", "dsaWithSHA1", NO_DIGEST},
    {"1.3.14.3.2.13", "dsaWithSHA", NO_DIGEST},
    {"1.3.14.3.2.27", "dsaWithSHA1-old", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.1", "dsa_with_SHA224", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.3", "dsa_with_SHA384", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.4", "dsa_with_SHA512", NO_DIGEST},
    {"1.3.101.112", "ED25519", NO_DIGEST},
    {"1.3.101.113", "ED448", NO_DIGEST},
    {"1.2.840.113549.2.2", "md2", NO_DIGEST},
    {"1.2.840.113549.2.4", "md4", NO_DIGEST},
    {"1.3.14.3.2.18", "sha", NO_DIGEST},
    {"1.3.36.3.2.1", "ripemd160", NO_DIGEST},
    {"1.3.36.3.3.1.2", "ripemd160WithRSA", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.4", "sha224", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.5", "sha512-224", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.6", "sha512-256", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.7", "sha3-224", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.8", "sha3-256", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.9", "sha3-384", NO_DIGEST},
    {"2.16.840.1.101.3.4.2.10", "sha3-512", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.13", "RSA-SHA3-224", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.14", "RSA-SHA3-256", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.15", "RSA-SHA3-384", NO_DIGEST},
    {"2.16.840.1.101.3.4.3.16", "RSA-SHA3-512", NO_DIGEST},
    {"1.0.10118.3.0.55", "whirlpool", NO_DIGEST},
    {"1.2.156.10197.1.401", "sm3", NO_DIGEST},
    {"1.2.156.10197.1.501", "SM2-with-SM3", NO_DIGEST},
    {"1.2.156.10197.1.504", "sm3WithRSAEncryption", NO_DIGEST},
};

/* One arc, seven bits a byte; false at the end and when it passes 64 bits. */
static bool
take_arc(str *rest, uint64_t *ret)
{
    uint64_t arc = 0;
    for (size_t i = 0; i < rest->n && arc <= UINT64_MAX >> 7; i++) {
        uint8_t byte = (uint8_t)rest->p[i];
        arc = arc << 7 | (byte & 0x7f);
        if (!(byte & 0x80)) {
            *rest = str_from(*rest, i + 1);
            *ret = arc;
            return true;
        }
    }
    return false;
}

str
oid_format(str oid, char out[OID_TEXT])
{
    uint64_t arc;
    str none = {out, 0};
    out[0] = 0;
    if (!take_arc(&oid, &arc))
        return none;
    unsigned first = arc < 80 ? (unsigned)arc / 40 : 2;
    int n = snprintf(out, OID_TEXT, "%u.%llu", first, (unsigned long long)arc - first * 40);
    while (oid.n) {
        if (!take_arc(&oid, &arc))
            return none;
        n += snprintf(out + n, (size_t)(OID_TEXT - n), ".%llu", (unsigned long long)arc);
        if (n >= OID_TEXT)
            return none;
    }
    return (str){out, (size_t)n};
}

static const struct algorithm *
find_algorithm(str oid)
{
    char text[OID_TEXT];
    oid_format(oid, text);
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (strcmp(algorithms[i].oid, text) == 0)
            return &algorithms[i];
    return NULL;
}

str
algorithm_name(str oid)
{
    const struct algorithm *algorithm = find_algorithm(oid);
    return algorithm ? str_of(algorithm->name) : STR("undefined");
}

bool
algorithm_digest(str oid, enum digest_kind *ret)
{
    const struct algorithm *algorithm = find_algorithm(oid);
    if (!algorithm || algorithm->digest == NO_DIGEST)
        return false;
    *ret = (enum digest_kind)algorithm->digest;
    return true;
}

/* The attributes of a Name: SET OF SEQUENCE { OBJECT IDENTIFIER, value }, one after the other. */
struct name_reader {
    struct der sets, attributes;
    bool is_first; /* of its set */
};
struct attribute {
    str oid;
    struct der_item value;
    bool is_first;
};

enum { TAG_CLASS = 0xc0 }; /* values are of universal types */

static struct name_reader
name_open(str name)
{
    return (struct name_reader){.sets = der_open(name)};
}

static bool
name_next(struct name_reader *reader, struct attribute *ret)
{
    while (reader->attributes.rest.n == 0) {
        if (reader->attributes.bad || der_tag(&reader->sets) == 0)
            return false;
        reader->attributes = der_open(der_take(&reader->sets, DER_SET));
        reader->is_first = true;
    }
    struct der fields = der_open(der_take(&reader->attributes, DER_SEQUENCE));
    struct attribute attribute = {.is_first = reader->is_first};
    attribute.oid = der_take(&fields, DER_OID);
    attribute.value = der_next(&fields);
    if (!der_is_done(&fields) || attribute.value.tag & TAG_CLASS) {
        reader->attributes = (struct der){.bad = true};
        return false;
    }
    reader->is_first = false;
    *ret = attribute;
    return true;
}

/* A GeneralString of four bytes a character shows one byte of each. */
static size_t
value_step(struct der_item value)
{
    str s = value.content;
    if (value.tag != DER_GENERAL_STRING || s.n % 4)
        return 1;
    for (size_t i = 0; i < s.n; i++)
        if (i % 4 != 3 && s.p[i])
            return 1;
    return 4;
}

/* Bytes that C writes to OUT, which may be NULL. */
static size_t
write_char(uint8_t c, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[4] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
    size_t n = 4;
    if (c == '/' || c == '+') {
        text[1] = (char)c;
        n = 2;
    } else if (c >= ' ' && c <= '~') {
        text[0] = (char)c;
        n = 1;
    }
    if (out)
        memcpy(out, text, n);
    return n;
}

static size_t
write_value(struct der_item value, char *out)
{
    size_t n = 0, step = value_step(value);
    for (size_t i = step - 1; i < value.content.n; i += step)
        n += write_char((uint8_t)value.content.p[i], out ? out + n : NULL);
    return n;
}

static str
attribute_name(str oid, char out[OID_TEXT])
{
    str text = oid_format(oid, out);
    for (size_t i = 0; i < sizeof attribute_names / sizeof attribute_names[0]; i++)
        if (str_eq(str_of(attribute_names[i].oid), text))
            return str_of(attribute_names[i].name);
    return text;
}

/* "\/" becomes "/", as libyara undoes this escape (and only this one) of OpenSSL 3. */
static str
without_escaped_slashes(char *text, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\\' && i + 1 < n && text[i + 1] == '/')
            i++;
        text[kept++] = text[i];
    }
    text[kept] = 0;
    return (str){text, kept};
}

str
name_format(struct arena *arena, str name)
{
    char text[NAME_MAX_TEXT + 1], oid[OID_TEXT];
    size_t n = 0;
    struct name_reader reader = name_open(name);
    struct attribute attribute;
    while (name_next(&reader, &attribute)) {
        str key = attribute_name(attribute.oid, oid);
        size_t size = 1 + key.n + 1 + write_value(attribute.value, NULL);
        if (size > NAME_MAX_TEXT - n)
            break;
        text[n] = attribute.is_first ? '/' : '+';
        memcpy(text + n + 1, key.p, key.n);
        text[n + 1 + key.n] = '=';
        write_value(attribute.value, text + n + 1 + key.n + 1);
        n += size;
    }
    char *copy = arena_z(arena, (str){text, n});
    return without_escaped_slashes(copy, n);
}

static size_t
write_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

bool
text_utf8(struct arena *arena, bool is_bmp, str s, str *ret)
{
    size_t width = is_bmp ? 2 : 1, n = 0;
    const uint8_t *p = (const uint8_t *)s.p;
    if (s.n % width)
        return false;
    char *out = arena_alloc(arena, s.n * 2 + 1);
    for (size_t i = 0; i < s.n; i += width) {
        uint32_t c = is_bmp ? (uint32_t)p[i] << 8 | p[i + 1] : p[i];
        if (c >= 0xd800 && c < 0xe000)
            return false;
        n += write_utf8(c, out + n);
    }
    *ret = (str){out, n};
    return true;
}

static bool
is_text(uint8_t tag)
{
    return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_T61_STRING ||
           tag == DER_IA5_STRING || tag == DER_VISIBLE_STRING || tag == DER_BMP_STRING;
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* S with small letters, one blank for each run of them, none at the ends; returns its length. */
static size_t
write_folded(str s, char *out)
{
    size_t n = 0;
    bool blank = false;
    for (size_t i = 0; i < s.n; i++) {
        if (is_blank(s.p[i])) {
            blank = n > 0;
            continue;
        }
        if (blank)
            out[n++] = ' ';
        blank = false;
        out[n++] = ascii_lower(s.p[i]);
    }
    return n;
}

/* Length in four bytes, so that no value can be taken for another with more behind it. */
static size_t
write_length(size_t n, char *out)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(n >> 8 * i);
    return 4;
}

/* The value in UTF-8 when it is text; false when it is none although it says so. */
static bool
make_utf8(struct arena *arena, struct der_item *value)
{
    uint8_t tag = value->tag;
    if (!is_text(tag))
        return true;
    value->tag = DER_UTF8_STRING;
    if (tag == DER_UTF8_STRING)
        return str_is_utf8(value->content);
    return text_utf8(arena, tag == DER_BMP_STRING, value->content, &value->content);
}

static size_t
write_canonical(const struct attribute *attribute, char *out)
{
    str value = attribute->value.content;
    uint8_t tag = attribute->value.tag;
    size_t n = 0;
    out[n++] = attribute->is_first ? '/' : '+';
    n += write_length(attribute->oid.n, out + n);
    memcpy(out + n, attribute->oid.p, attribute->oid.n);
    n += attribute->oid.n;
    out[n++] = (char)tag;
    char *length = out + n;
    n += 4;
    size_t size = value.n;
    if (tag == DER_UTF8_STRING)
        size = write_folded(value, out + n);
    else if (value.n)
        memcpy(out + n, value.p, value.n);
    write_length(size, length);
    return n + size;
}

/* An attribute has at least seven bytes (three headers and its identifier's) and becomes at most
 * ten more than its identifier and twice its value. */
bool
name_canonical(struct arena *arena, str name, str *ret)
{
    char *out = arena_alloc(arena, name.n * 2 + 16);
    size_t n = 0;
    struct name_reader reader = name_open(name);
    struct attribute attribute;
    while (name_next(&reader, &attribute)) {
        if (!make_utf8(arena, &attribute.value))
            return false;
        n += write_canonical(&attribute, out + n);
    }
    require(n <= name.n * 2 + 16);
    *ret = (str){out, n};
    return !reader.attributes.bad && der_is_done(&reader.sets);
}

str
serial_format(struct arena *arena, str serial)
{
    static const char digits[] = "0123456789abcdef";
    if (serial.n == 0 || serial.n > SERIAL_MAX)
        return (str){NULL, 0};
    char *text = arena_alloc(arena, serial.n * 3);
    for (size_t i = 0; i < serial.n; i++) {
        uint8_t byte = (uint8_t)serial.p[i];
        text[3 * i] = digits[byte >> 4];
        text[3 * i + 1] = digits[byte & 15];
        text[3 * i + 2] = i + 1 < serial.n ? ':' : 0;
    }
    return (str){text, serial.n * 3 - 1};
}

str
hex_text(struct arena *arena, str bytes)
{
    char *text = arena_alloc(arena, bytes.n * 2 + 1);
    return (str){hex_format((const uint8_t *)bytes.p, bytes.n, text), bytes.n * 2};
}
