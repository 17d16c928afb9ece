/* SPDX-License-Identifier: Apache-2.0 */
/* Fast settings: an answer is made once a minute or once a change of data, and must not keep a
 * serving thread busy for milliseconds. Assets come compressed as well as can be from the build. */
#include "portal/http/encoding.h"

#include <brotli/encode.h>
#include <zlib.h>

#include "base/require.h"

enum { GZIP_LEVEL = 4, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, BROTLI_QUALITY = 4, SMALL = 200 };

/* Whether an item's parameters ("q=0.5"; empty: 1) give it any weight. */
static bool
has_weight(str parameters)
{
    if (parameters.n < 2 || !str_eq_nocase((str){parameters.p, 2}, STR("q=")))
        return true;
    for (size_t i = 2; i < parameters.n; i++)
        if (parameters.p[i] >= '1' && parameters.p[i] <= '9')
            return true;
    return false;
}

static str
cut(str *text, str mark)
{
    size_t end = str_find(*text, mark);
    str head = {text->p, end == SIZE_MAX ? text->n : end};
    *text = end == SIZE_MAX ? (str){NULL, 0} : str_from(*text, end + 1);
    return head;
}

/* What a list such as "gzip;q=0, br" says of CODING: 1 yes, 0 no, -1 nothing. */
static int
says(str list, str coding)
{
    while (list.n) {
        str item = cut(&list, STR(",")), name = cut(&item, STR(";"));
        if (str_eq_nocase(str_trim(name), coding))
            return has_weight(str_trim(item));
    }
    return -1;
}

static bool
allows(str list, str coding)
{
    int said = says(list, coding);
    return said >= 0 ? said : says(list, STR("*")) > 0;
}

enum encoding
encoding_choose(str accept_encoding)
{
    if (allows(accept_encoding, STR("br")))
        return ENCODING_BR;
    return allows(accept_encoding, STR("gzip")) ? ENCODING_GZIP : ENCODING_IDENTITY;
}

const char *
encoding_name(enum encoding encoding)
{
    static const char *const names[] = {NULL, "gzip", "br"};
    return names[encoding];
}

/* Each returns the coded length, 0 when it does not fit into ROOM. */
static size_t
gzip(str content, void *out, size_t room)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)content.p,
                       .avail_in = (uInt)content.n,
                       .next_out = out,
                       .avail_out = (uInt)room};
    require(deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                         Z_DEFAULT_STRATEGY) == Z_OK);
    bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    size_t n = stream.total_out;
    deflateEnd(&stream);
    return whole ? n : 0;
}

static size_t
brotli(str content, void *out, size_t room)
{
    size_t n = room;
    return BrotliEncoderCompress(BROTLI_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, content.n,
                                 (const uint8_t *)content.p, &n, out)
               ? n
               : 0;
}

const char *
encode_reply(struct http_reply *reply, enum encoding encoding)
{
    str content = reply->body.n ? buf_view(&reply->body) : reply->content;
    if (encoding == ENCODING_IDENTITY || content.n < SMALL)
        return NULL;
    char *coded = mem_alloc(content.n);
    size_t n = encoding == ENCODING_BR ? brotli(content, coded, content.n)
                                       : gzip(content, coded, content.n);
    if (n) {
        buf_reset(&reply->body);
        buf_add(&reply->body, coded, n);
        reply->content = (str){NULL, 0};
    }
    free(coded);
    return n ? encoding_name(encoding) : NULL;
}
