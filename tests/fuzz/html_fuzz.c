/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever text goes into a page, no byte comes out that ends text or an attribute's value. */
#include "base/require.h"
#include "portal/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require_harmless(struct buf *out)
{
    for (size_t i = 0; i < out->n; i++)
        require(!memchr("<>\"'", out->p[i], 4));
    buf_reset(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out = BUF((size_t)1 << 22), message = BUF((size_t)1 << 20);
    str text = {(const char *)data, size < (1 << 16) ? size : 1 << 16};
    const struct html_argument argument = {"a", text};
    html_text(&out, text);
    require_harmless(&out);
    html_url(&out, text);
    require(out.n > 0 && (out.p[0] == '/' || out.p[0] == '#' || out.p[0] == 'h' ||
                          out.p[0] == 't' || out.p[0] == 'm' || out.p[0] == 's'));
    require_harmless(&out);
    buf_str(&message, text);
    buf_char(&message, '\0');
    html_message(&out, message.p, &argument, 1);
    require_harmless(&out);
    buf_clear(&out);
    buf_clear(&message);
    return 0;
}
