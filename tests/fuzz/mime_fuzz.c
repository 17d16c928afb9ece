/* SPDX-License-Identifier: Apache-2.0 */
/* Mail: every part is decoded; parts lie within the message and come to an end. */
#include "base/require.h"
#include "intel/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode(const struct mime_part *part)
{
    struct mime_decoder decoder = mime_decoder_of(part);
    char out[256];
    size_t n = 1, total = 0;
    while (n > 0 && mime_decode(&decoder, out, sizeof out, &n, NULL) == OK) {
        require(n <= sizeof out);
        total += n;
    }
    require(total <= part->body.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct mime mime;
    struct mime_part part;
    bool more;
    mime_is_mail(text);
    mime_init(&mime, text);
    for (size_t parts = 0; mime_next(&mime, &part, &more, NULL) == OK && more; parts++) {
        require(parts <= size);
        require(part.body.n == 0 ||
                (part.body.p >= text.p && part.body.p + part.body.n <= text.p + text.n));
        mime_may_be_feed(&part);
        decode(&part);
    }
    mime_clear(&mime);
    return 0;
}
