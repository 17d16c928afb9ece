/* SPDX-License-Identifier: Apache-2.0 */
/* Text into HTML: what compiled templates call. Escaped text is safe between tags and within
 * quoted attributes; templates have no other place for it. */
#pragma once

#include "base/buf.h"

void html_text(struct buf *out, str text);
/* A link's target: a path of this site, https, tel, mailto or sms; anything else becomes "#". */
void html_url(struct buf *out, str url);

struct html_argument {
    const char *name;
    str value;
};
/* MESSAGE with each {name} replaced; message and values are escaped. */
void html_message(struct buf *out, const char *message, const struct html_argument *arguments,
                  size_t count);
/* The same as plain text: nothing is escaped, for what is escaped when it is shown. */
void text_message(struct buf *out, const char *message, const struct html_argument *arguments,
                  size_t count);
