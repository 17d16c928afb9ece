/* SPDX-License-Identifier: Apache-2.0 */
/* Accept-Encoding is a list of names with weights from 0 to 1 in thousandths; "*" stands for all
 * that are not named, and weight 0 refuses. */
#include "portal/http/encoding.h"

#include <brotli/encode.h>
#include <zlib.h>

#include "base/require.h"

/* Fast settings: an answer is made once a minute or once a change of data, and must not keep a
 * serving thread busy for milliseconds. Assets come compressed as well as can be from the build. */
enum { GZIP_LEVEL = 4, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, BROTLI_QUALITY = 2, SMALL = 200 };
enum { FULL = 1000 };

/* "0", "0.5", "1.000" in thousandths; -1 for anything else. */
static int
weight_of(str text)
{
    if (text.n == 0 || text.n > 5 || (text.p[0] != '0' && text.p[0] != '1') ||
        (text.n > 1 && text.p[1] != '.'))
        return -1;
    int weight = text.p[0] == '1' ? FULL : 0, unit = FULL / 10;
    for (size_t i = 2; i < text.n; i++, unit /= 10) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        weight += (text.p[i] - '0') * unit;
    }
    return weight <= FULL ? weight : -1;
}

/* "gzip;q=0.5": its name, and the weight, or -1 when it is malformed. */
static int
read_item(str item, str *ret_name)
{
    str rest = item, name, parameter;
    str_cut(&rest, ';', &name);
    *ret_name = str_trim(name);
    if (!rest.p)
        return FULL;
    parameter = str_trim(rest);
    if (parameter.n < 2 || (parameter.p[0] != 'q' && parameter.p[0] != 'Q') ||
        parameter.p[1] != '=')
        return -1;
    return weight_of(str_trim(str_from(parameter, 2)));
}

static int
weight_for(str accept, str coding)
{
    int all = 0;
    str item, name;
    while (str_cut(&accept, ',', &item)) {
        int weight = read_item(item, &name);
        if (weight < 0)
            continue;
        if (str_eq_nocase(name, coding))
            return weight;
        if (str_eq(name, STR("*")))
            all = weight;
    }
    return all;
}

enum encoding
encoding_choose(str accept, bool gzip, bool brotli)
{
    int gzip_weight = gzip ? weight_for(accept, STR("gzip")) : 0;
    int brotli_weight = brotli ? weight_for(accept, STR("br")) : 0;
    if (brotli_weight > 0 && brotli_weight >= gzip_weight)
        return ENCODING_BROTLI;
    return gzip_weight > 0 ? ENCODING_GZIP : ENCODING_IDENTITY;
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
    size_t n = encoding == ENCODING_BROTLI ? brotli(content, coded, content.n)
                                           : gzip(content, coded, content.n);
    if (n) {
        buf_reset(&reply->body);
        buf_add(&reply->body, coded, n);
        reply->content = (str){NULL, 0};
    }
    free(coded);
    return n ? encoding_name(encoding) : NULL;
}
