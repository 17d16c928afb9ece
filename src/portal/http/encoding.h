/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings (RFC 9110, 8.4 and 12.5.3; br: RFC 7932). */
#pragma once

#include "portal/http/server.h"

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BROTLI };

/* The form that ACCEPT, the value of an Accept-Encoding field, likes best among those that there
 * are; of two that it likes alike, the smaller (brotli). What is not understood is not taken. */
enum encoding encoding_choose(str accept, bool gzip, bool brotli);
/* Its name in Content-Encoding; NULL for identity. */
const char *encoding_name(enum encoding encoding);
/* Replaces the reply's content by its coded form, unless that is no shorter. Returns what
 * Content-Encoding is then; NULL: none. */
const char *encode_reply(struct http_reply *reply, enum encoding encoding);
