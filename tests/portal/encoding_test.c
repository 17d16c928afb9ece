/* SPDX-License-Identifier: Apache-2.0 */
/* Accept-Encoding: the examples of RFC 9110 (12.5.3), and what is malformed. */
#include "portal/http/encoding.h"

#include <brotli/decode.h>
#include <zlib.h>

#include "base/tap.h"

static void
check(const char *accept, bool gzip, bool brotli, enum encoding want)
{
    tap_eq_i64(encoding_choose(str_of(accept), gzip, brotli), want, "\"%s\"%s%s",
               accept ? accept : "(none)", gzip ? " gzip" : "", brotli ? " br" : "");
}

static void
check_preferences(void)
{
    check(NULL, true, true, ENCODING_IDENTITY);
    check("", true, true, ENCODING_IDENTITY);
    check("gzip, deflate, br", true, true, ENCODING_BROTLI);
    check("gzip, deflate, br", true, false, ENCODING_GZIP);
    check("gzip, deflate, br", false, false, ENCODING_IDENTITY);
    check("br;q=0.5, gzip;q=0.8", true, true, ENCODING_GZIP);
    check("br;q=0.8, gzip;q=0.8", true, true, ENCODING_BROTLI);
    check("compress, gzip", true, true, ENCODING_GZIP);
    check("*", true, true, ENCODING_BROTLI);
    check("compress;q=0.5, gzip;q=1.0", true, true, ENCODING_GZIP);
    check("gzip;q=1.0, identity; q=0.5, *;q=0", true, true, ENCODING_GZIP);
    check("GZIP ; Q=0.001", true, true, ENCODING_GZIP);
    check("x-gzip, brotli, gzipped", true, true, ENCODING_IDENTITY);
}

static void
check_refusals(void)
{
    check("br;q=0, gzip;q=0", true, true, ENCODING_IDENTITY);
    check("br;q=0, *", true, true, ENCODING_GZIP);
    check("br;q=0.000", true, true, ENCODING_IDENTITY);
    check("*;q=0", true, true, ENCODING_IDENTITY);
    check("br;q=", true, true, ENCODING_IDENTITY);
    check("br;q=1.001", true, true, ENCODING_IDENTITY);
    check("br;q=2", true, true, ENCODING_IDENTITY);
    check("br;q=-1", true, true, ENCODING_IDENTITY);
    check("br;q=0.0001", true, true, ENCODING_IDENTITY);
    check("br;level=11", true, true, ENCODING_IDENTITY);
    check("br;", true, true, ENCODING_IDENTITY);
    check(",,;q,=", true, true, ENCODING_IDENTITY);
}

static void
fill(struct http_reply *reply)
{
    for (unsigned i = 0; i < 5000; i++)
        buf_printf(&reply->body, "Kiểm tra kết nối số %u\n", i * 7919 % 5000);
}

static size_t
decode(const struct http_reply *reply, enum encoding encoding, char *out, size_t room)
{
    if (encoding == ENCODING_BROTLI) {
        size_t n = room;
        return BrotliDecoderDecompress(reply->body.n, (const uint8_t *)reply->body.p, &n,
                                       (uint8_t *)out) == BROTLI_DECODER_RESULT_SUCCESS
                   ? n
                   : 0;
    }
    z_stream stream = {.next_in = (Bytef *)reply->body.p,
                       .avail_in = (uInt)reply->body.n,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)room};
    inflateInit2(&stream, 15 + 16);
    size_t n = inflate(&stream, Z_FINISH) == Z_STREAM_END ? stream.total_out : 0;
    inflateEnd(&stream);
    return n;
}

static void
check_round_trip(enum encoding encoding)
{
    static char out[1 << 20];
    struct http_reply plain = {.body = BUF(HTTP_BODY_MAX)}, coded = {.body = BUF(HTTP_BODY_MAX)};
    fill(&plain);
    fill(&coded);
    tap_eq_z(encode_reply(&coded, encoding), encoding == ENCODING_BROTLI ? "br" : "gzip",
             "its name");
    tap_ok(coded.body.n < plain.body.n / 3, "is much shorter");
    size_t n = decode(&coded, encoding, out, sizeof out);
    tap_ok(n == plain.body.n && memcmp(out, plain.body.p, n) == 0, "decodes to what it was");
    buf_clear(&plain.body);
    buf_clear(&coded.body);
}

static void
check_left_alone(void)
{
    struct http_reply reply = {.body = BUF(HTTP_BODY_MAX)};
    buf_z(&reply.body, "short");
    tap_ok(!encode_reply(&reply, ENCODING_BROTLI), "a short text stays");
    buf_reset(&reply.body);
    uint32_t x = 1;
    for (unsigned i = 0; i < 4000; i++)
        buf_char(&reply.body, (char)((x = x * 1664525 + 1013904223) >> 24));
    tap_ok(!encode_reply(&reply, ENCODING_GZIP) && reply.body.n == 4000, "so does noise");
    tap_ok(!encode_reply(&reply, ENCODING_IDENTITY), "and what nobody wants coded");
    buf_clear(&reply.body);
}

int
main(void)
{
    check_preferences();
    check_refusals();
    check_round_trip(ENCODING_GZIP);
    check_round_trip(ENCODING_BROTLI);
    check_left_alone();
    return tap_done();
}
