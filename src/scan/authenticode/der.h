/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor over DER (ITU-T X.690), the form of certificates and signatures. As strict as OpenSSL's
 * d2i functions: lengths that are longer than needed and indefinite ones (BER) are taken, an
 * element that is not of the tag asked for, or that passes its parent's end, makes the cursor bad
 * for good. */
#pragma once

#include "base/str.h"

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_VISIBLE_STRING = 0x1a,
    DER_GENERAL_STRING = 0x1b,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_FIELD_PLAIN = 0x80, /* + N: context-specific [N] IMPLICIT of something plain */
    DER_FIELD = 0xa0,       /* + N: context-specific [N], constructed */
};

struct der {
    str rest;
    bool bad;
};
struct der_item {
    uint8_t tag; /* 0 when there is none */
    str content;
    str whole; /* with tag and length */
};

/* Over the elements that follow one another in CONTENT. */
static inline struct der
der_open(str content)
{
    return (struct der){.rest = content};
}
/* The next element's tag, 0 at the end and when the cursor is bad. */
uint8_t der_tag(const struct der *der);
/* True when all was read and nothing was wrong. */
static inline bool
der_is_done(const struct der *der)
{
    return !der->bad && der->rest.n == 0;
}
/* The next element; all zero, and the cursor bad, when there is none. */
struct der_item der_next(struct der *der);
/* The content of the next element, which must have TAG, and be well-formed when it is an INTEGER,
 * an OBJECT IDENTIFIER, a BOOLEAN or a BIT STRING. */
str der_take(struct der *der, uint8_t tag);
/* The same for an element that may be missing; RET may be NULL and is untouched then. */
bool der_try(struct der *der, uint8_t tag, str *ret);
/* The content of the one element of TAG that S starts with; empty when it is none. */
str der_inside(str s, uint8_t tag);
/* The identifier in an AlgorithmIdentifier: SEQUENCE { OBJECT IDENTIFIER, anything OPTIONAL }. */
str der_algorithm(struct der *der);
/* An INTEGER's content as a number from 0 to INT64_MAX; DEFAULT when it is none. */
int64_t der_number(str content, int64_t otherwise);

/* The moment of a UTCTime or GeneralizedTime, seconds since 1970, as OpenSSL's ASN1_TIME_to_tm
 * reads them: seconds may be missing, offsets count. What is no time is that of a zeroed struct tm,
 * as in libyara. */
int64_t der_time(struct der_item item);
