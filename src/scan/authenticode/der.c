/* SPDX-License-Identifier: Apache-2.0 */
/* Elements are views into the signature; nothing is copied, and nesting costs no stack: whoever
 * wants to look into an element opens a cursor over it. */
#include "scan/authenticode/der.h"

#include "base/clock.h"

enum {
    TAG_CONSTRUCTED = 0x20,
    TAG_NUMBER = 0x1f, /* all bits set: the number follows, which nothing here uses */
    LENGTH_LONG = 0x80,
};

struct header {
    uint8_t tag;
    size_t size; /* of tag and length */
    size_t length;
    bool indefinite;
};

static bool
read_header(str s, struct header *ret)
{
    const uint8_t *p = (const uint8_t *)s.p;
    if (s.n < 2 || (p[0] & TAG_NUMBER) == TAG_NUMBER)
        return false;
    struct header header = {.tag = p[0], .size = 2, .length = p[1]};
    if (p[1] == LENGTH_LONG) {
        header.indefinite = true;
        header.length = 0;
        if (!(p[0] & TAG_CONSTRUCTED))
            return false;
    } else if (p[1] > LENGTH_LONG) {
        size_t bytes = p[1] - LENGTH_LONG;
        if (bytes > sizeof(uint32_t) || s.n - 2 < bytes)
            return false;
        header.size += bytes;
        header.length = 0;
        for (size_t i = 0; i < bytes; i++)
            header.length = header.length << 8 | p[2 + i];
    }
    if (header.length > s.n - header.size)
        return false;
    *ret = header;
    return true;
}

/* Where the content that starts at FROM ends, before the two zero bytes that close it. */
static bool
find_end(str s, size_t from, size_t *ret_end)
{
    size_t at = from, depth = 1;
    struct header header;
    while (read_header(str_from(s, at), &header)) {
        if (header.tag == 0 && header.length == 0 && --depth == 0) {
            *ret_end = at;
            return true;
        }
        depth += header.indefinite;
        at += header.size + header.length;
    }
    return false;
}

static struct der_item
no_item(struct der *der)
{
    *der = (struct der){.bad = true};
    return (struct der_item){0};
}

uint8_t
der_tag(const struct der *der)
{
    return der->rest.n ? (uint8_t)der->rest.p[0] : 0;
}

struct der_item
der_next(struct der *der)
{
    struct header header;
    if (!read_header(der->rest, &header))
        return no_item(der);
    size_t end = header.size + header.length, whole = end;
    if (header.indefinite) {
        if (!find_end(der->rest, header.size, &end))
            return no_item(der);
        whole = end + 2;
    }
    const char *p = der->rest.p;
    der->rest = str_from(der->rest, whole);
    return (struct der_item){
        .tag = header.tag,
        .content = {p + header.size, end - header.size},
        .whole = {p, whole},
    };
}

/* At least a byte, and none that only makes it longer. */
static bool
is_integer(str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    if (s.n < 2)
        return s.n == 1;
    bool is_sign = p[0] == 0 || p[0] == 0xff;
    return !is_sign || (p[0] & 0x80) != (p[1] & 0x80);
}

/* Numbers of seven bits a byte, the last of each without the high bit, none with leading zeros. */
static bool
is_oid(str s)
{
    bool starts = true;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t byte = (uint8_t)s.p[i];
        if (starts && byte == 0x80)
            return false;
        starts = !(byte & 0x80);
    }
    return s.n > 0 && starts;
}

static bool
is_well_formed(uint8_t tag, str s)
{
    switch (tag) {
    case DER_INTEGER:
        return is_integer(s);
    case DER_OID:
        return is_oid(s);
    case DER_BOOLEAN:
        return s.n == 1;
    case DER_BIT_STRING:
        return s.n > 0 && (uint8_t)s.p[0] < 8;
    default:
        return true;
    }
}

str
der_take(struct der *der, uint8_t tag)
{
    if (der_tag(der) != tag)
        return no_item(der).content;
    str content = der_next(der).content;
    return is_well_formed(tag, content) ? content : no_item(der).content;
}

bool
der_try(struct der *der, uint8_t tag, str *ret)
{
    if (der_tag(der) != tag)
        return false;
    str content = der_take(der, tag);
    if (ret && !der->bad)
        *ret = content;
    return !der->bad;
}

str
der_inside(str s, uint8_t tag)
{
    struct der der = der_open(s);
    return der_take(&der, tag);
}

str
der_algorithm(struct der *der)
{
    struct der fields = der_open(der_take(der, DER_SEQUENCE));
    str oid = der_take(&fields, DER_OID);
    if (fields.rest.n)
        der_next(&fields);
    return der_is_done(&fields) ? oid : no_item(der).content;
}

int64_t
der_number(str content, int64_t otherwise)
{
    const uint8_t *p = (const uint8_t *)content.p;
    if (content.n == 0 || content.n > 8 || p[0] > INT8_MAX)
        return otherwise;
    int64_t number = 0;
    for (size_t i = 0; i < content.n; i++)
        number = number << 8 | p[i];
    return number;
}

/* Two digits between LEAST and MOST. */
static bool
take_pair(str *s, int least, int most, int *ret)
{
    if (s->n < 2 || !ascii_is_digit(s->p[0]) || !ascii_is_digit(s->p[1]))
        return false;
    int pair = (s->p[0] - '0') * 10 + (s->p[1] - '0');
    if (pair < least || pair > most)
        return false;
    *s = str_from(*s, 2);
    *ret = pair;
    return true;
}

static bool
take_year(str *s, bool has_century, int *ret)
{
    int century = 0, year;
    if (has_century && !take_pair(s, 0, 99, &century))
        return false;
    if (!take_pair(s, 0, 99, &year))
        return false;
    *ret = has_century ? century * 100 + year : year < 50 ? 2000 + year : 1900 + year;
    return true;
}

static bool
take_day(str *s, int year, day *ret)
{
    int month, day_of_month, y, m, d;
    if (!take_pair(s, 1, 12, &month) || !take_pair(s, 1, 31, &day_of_month))
        return false;
    *ret = day_from_civil(year, month, day_of_month);
    day_to_civil(*ret, &y, &m, &d);
    return m == month;
}

/* Seconds, which may be missing, and their fraction, which is dropped. */
static bool
take_seconds(str *s, bool may_have_fraction, int *ret)
{
    *ret = 0;
    if (s->n == 0 || !ascii_is_digit(s->p[0]))
        return true;
    if (!take_pair(s, 0, 59, ret))
        return false;
    size_t n = 1;
    if (!may_have_fraction || s->n == 0 || s->p[0] != '.')
        return true;
    while (n < s->n && ascii_is_digit(s->p[n]))
        n++;
    *s = str_from(*s, n);
    return n > 1;
}

/* "Z" or "+hhmm" up to the end, as seconds to subtract. */
static bool
take_zone(str s, int *ret)
{
    int hours, minutes;
    if (str_eq(s, STR("Z"))) {
        *ret = 0;
        return true;
    }
    if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-'))
        return false;
    int sign = s.p[0] == '+' ? 1 : -1;
    s = str_from(s, 1);
    if (!take_pair(&s, 0, 12, &hours) || !take_pair(&s, 0, 59, &minutes))
        return false;
    *ret = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* OpenSSL reckons with offsets from 1900 to 9999 only. */
#define FIRST_WITH_ZONE (-2208988800)
#define LAST_WITH_ZONE 253402300799

static bool
read_time(struct der_item item, int64_t *ret)
{
    str s = item.content;
    bool is_generalized = item.tag == DER_GENERALIZED_TIME;
    int year, hours, minutes, seconds, zone;
    day date;
    if (item.tag != DER_UTC_TIME && !is_generalized)
        return false;
    if (!take_year(&s, is_generalized, &year) || !take_day(&s, year, &date) ||
        !take_pair(&s, 0, 23, &hours) || !take_pair(&s, 0, 59, &minutes) ||
        !take_seconds(&s, is_generalized, &seconds) || !take_zone(s, &zone))
        return false;
    *ret = (int64_t)date * 86400 + hours * 3600 + minutes * 60 + seconds - zone;
    return zone == 0 || (*ret >= FIRST_WITH_ZONE && *ret <= LAST_WITH_ZONE);
}

int64_t
der_time(struct der_item item)
{
    int64_t unreadable = -2209075200; /* the day before 1900 began */
    int64_t time;
    return read_time(item, &time) ? time : unreadable;
}
