/* SPDX-License-Identifier: Apache-2.0 */
/* Each field is judged alone, then the head as a whole: which fields may stand once only and which
 * exclude each other. */
#include "portal/http/wire.h"

enum { FIELDS_MAX = 100 };

static const struct wire_fault fine = {0, NULL};

static struct wire_fault
refuse(unsigned status, const char *reason)
{
    return (struct wire_fault){status, reason};
}

/* RFC 9110, 5.6.2: tchar. */
static bool
is_token_char(unsigned char c)
{
    static const uint64_t low = 0x03ff6cfa00000000, high = 0x57ffffffc7fffffe;
    return c < 64 ? low >> c & 1 : c < 128 && (high >> (c - 64) & 1);
}

bool
wire_is_token(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

/* field-value: visible bytes, blanks and bytes from 0x80; never a control byte. */
static bool
is_value(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* RFC 3986 authority without user information: host, optional port. */
static bool
is_host(str s)
{
    if (s.n == 0 || s.n > 255)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c);
        if (!word && !memchr("-._~:[]", c, 7))
            return false;
    }
    return true;
}

static struct wire_fault
host_field(struct wire *wire, str value)
{
    if (wire->hosts++)
        return refuse(400, "two_host");
    if (!is_host(value))
        return refuse(400, "bad_host");
    wire->host = value;
    return fine;
}

static struct wire_fault
length_field(struct wire *wire, str value)
{
    uint64_t length;
    if (wire->lengths++)
        return refuse(400, "two_length");
    if (!str_to_u64(value, INT64_MAX, &length))
        return refuse(400, "bad_length");
    wire->length = length;
    wire->length_nonzero = length > 0;
    return fine;
}

static struct wire_fault
encoding_field(struct wire *wire, str value)
{
    if (wire->encodings++)
        return refuse(400, "two_encoding");
    if (!str_eq_nocase(value, STR("chunked")))
        return refuse(400, "unknown_encoding");
    return fine;
}

struct wire_fault
wire_field(struct wire *wire, str name, str value)
{
    if (++wire->fields > FIELDS_MAX)
        return refuse(431, "many_fields");
    if (!wire_is_token(name))
        return refuse(400, "field_name");
    if (!is_value(value))
        return refuse(400, "control_byte");
    value = str_trim(value);
    if (str_eq_nocase(name, STR("Host")))
        return host_field(wire, value);
    if (str_eq_nocase(name, STR("Content-Length")))
        return length_field(wire, value);
    if (str_eq_nocase(name, STR("Transfer-Encoding")))
        return encoding_field(wire, value);
    return fine;
}

struct wire_fault
wire_end(const struct wire *wire, unsigned minor, str target_host)
{
    if (minor > 0 && !wire->hosts)
        return refuse(400, "no_host");
    if (wire->lengths && wire->encodings)
        return refuse(400, "length_and_encoding");
    if (minor == 0 && wire->encodings)
        return refuse(400, "encoding_in_http_1_0");
    if (target_host.n && !(wire->hosts && str_eq_nocase(target_host, wire->host)))
        return refuse(400, "host_mismatch");
    return fine;
}
