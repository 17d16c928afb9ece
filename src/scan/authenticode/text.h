/* SPDX-License-Identifier: Apache-2.0 */
/* The words in which libyara 4.5 shows what stands in certificates: OpenSSL's names of objects and
 * its X509_NAME_oneline. Rules compare with these texts, so they must be the same. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "scan/authenticode/der.h"

enum { OID_TEXT = 128 };

/* "1.2.840.113549.1.1.11" of an object identifier's content; empty when it is malformed or does not
 * fit. */
str oid_format(str oid, char out[OID_TEXT]);
/* The long name of a signature's or digest's algorithm, "undefined" of others. */
str algorithm_name(str oid);
/* The digest that an algorithm makes, or that a signature's algorithm starts with (some signers
 * name that one); false for those that base/hash.h lacks. */
bool algorithm_digest(str oid, enum digest_kind *ret);

/* "/C=US/O=Example/CN=Example" of a Name's content, at most 255 bytes, cut between attributes. */
str name_format(struct arena *arena, str name);
/* A form in which two names are the same bytes when OpenSSL's X509_NAME_cmp calls them equal: case,
 * runs of blanks and the kind of string do not count. False when NAME is malformed. */
bool name_canonical(struct arena *arena, str name, str *ret);
/* "0a:1b" of a serial number's content; empty when it has more than 20 bytes. */
str serial_format(struct arena *arena, str serial);
str hex_text(struct arena *arena, str bytes);
/* UTF-8 of a string that is BMP (two bytes a character) or else Latin-1; false when it is no text.
 * RET's bytes are terminated. */
bool text_utf8(struct arena *arena, bool is_bmp, str s, str *ret);
