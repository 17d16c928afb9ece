/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings: what a field allows (RFC 9110, 12.5.3), and that libraries get back what was
 * coded. */
#include "portal/http/encoding.h"

#include <brotli/decode.h>
#include <zlib.h>

#include "base/tap.h"

static void
check_choice(void)
{
    static const struct {
        const char *field;
        enum encoding encoding;
    } cases[] = {
        {"", ENCODING_IDENTITY},
        {"identity", ENCODING_IDENTITY},
        {"gzip", ENCODING_GZIP},
        {"GZip , deflate", ENCODING_GZIP},
        {"gzip, deflate, br", ENCODING_BR},
        {"br;q=0, gzip;q=0.1", ENCODING_GZIP},
        {"br;q=0.000,gzip; q=0", ENCODING_IDENTITY},
        {"br; Q=0.5", ENCODING_BR},
        {"*", ENCODING_BR},
        {"*;q=0", ENCODING_IDENTITY},
        {"*;q=0, gzip", ENCODING_GZIP},
        {"br;q=0, *", ENCODING_GZIP},
        {"brotli, xgzip, gzipx", ENCODING_IDENTITY},
        {",,;q=1,", ENCODING_IDENTITY},
        {"gzip;", ENCODING_GZIP},
        {"gzip;q", ENCODING_GZIP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_i64(encoding_choose(str_of(cases[i].field)), cases[i].encoding, "\"%s\"",
                   cases[i].field);
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
    if (encoding == ENCODING_BR) {
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
    tap_eq_z(encode_reply(&coded, encoding), encoding == ENCODING_BR ? "br" : "gzip", "its name");
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
    tap_ok(!encode_reply(&reply, ENCODING_BR), "a short text stays");
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
    check_choice();
    check_round_trip(ENCODING_GZIP);
    check_round_trip(ENCODING_BR);
    check_left_alone();
    return tap_done();
}
