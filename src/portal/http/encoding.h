/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings (RFC 9110, 8.4 and 12.5.3; br: RFC 7932). */
#pragma once

#include "portal/http/server.h"

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BR };

/* The best one that an Accept-Encoding field allows: br, else gzip, else none. */
enum encoding encoding_choose(str accept_encoding);
const char *encoding_name(enum encoding encoding); /* "br", "gzip"; NULL for identity */
/* Replaces the reply's content by its coded form, unless that is no shorter. Returns what
 * Content-Encoding is then; NULL: none. */
const char *encode_reply(struct http_reply *reply, enum encoding encoding);
