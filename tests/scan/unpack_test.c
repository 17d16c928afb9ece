/* SPDX-License-Identifier: Apache-2.0 */
/* Containers made here, for every system: what is found in them, what is told of them, and that
 * each cap holds. Those that other programs make are in unpack_tools_test.c. */
#include "base/clock.h"
#include "base/tap.h"
#include "scan/unpack_documents/vba.h"
#include "tests/scan/containers.h"
#include "tests/scan/unpacked.h"

enum { ROOM = 512 << 20 };

/* The container, its EICAR found once, with the path; and the same in a zip in a gzip. */
static void
check_eicar(str container, const char *name, const char *path)
{
    struct unpacked all = {0};
    unpacked_read(&all, NULL, container, name);
    unpacked_expect(&all, all.inside && all.eicar_count > 0 && unpacked_gave(&all, path), name);
    uint64_t count = all.eicar_count;
    struct buf zip = BUF(ROOM), gzip = BUF(ROOM);
    make_zip(&zip, &(struct zip_part){name, container, true, false}, 1);
    make_gzip(&gzip, buf_view(&zip));
    unpacked_read(&all, NULL, buf_view(&gzip), "deep.gz");
    tap_ok(all.eicar_count >= count && all.deepest >= 3, "%s in a zip in a gzip", name);
    buf_clear(&zip);
    buf_clear(&gzip);
    unpacked_clear(&all);
}

static void
test_archives(void)
{
    struct buf out = BUF(ROOM);
    const struct zip_part parts[] = {{"a.txt", STR("other"), false, false},
                                     {"d/eicar.com", eicar(), true, false},
                                     {"d/stored.com", eicar(), false, false}};
    make_zip(&out, parts, 3);
    check_eicar(buf_view(&out), "a.zip", "a.zip/d/eicar.com zip 68 1\n");
    buf_reset(&out);
    make_zip_cut(&out, parts, 3);
    check_eicar(buf_view(&out), "cut.zip", "cut.zip/d/stored.com zip 68 1\n");
    buf_reset(&out);
    make_zip(&out, parts + 1, 1);
    make_zip(&out, parts, 1);
    check_eicar(buf_view(&out), "two.zip", "two.zip/d/eicar.com zip 68 1\n");
    buf_reset(&out);
    make_gzip(&out, eicar());
    check_eicar(buf_view(&out), "eicar.com.gz", "eicar.com.gz/eicar.com gzip 68 1\n");
    make_gzip(&out, eicar());
    check_eicar(buf_view(&out), "eicar2.com.gz", "eicar2.com.gz/eicar2.com gzip 136 1\n");
    buf_reset(&out);
    make_tar(&out, "dir/eicar.com", eicar());
    make_tar(&out, "other", STR("x"));
    check_eicar(buf_view(&out), "a.tar", "a.tar/dir/eicar.com tar 68 1\n");
    buf_clear(&out);
}

static void
test_mail(void)
{
    struct buf out = BUF(ROOM), zip = BUF(ROOM);
    make_zip(&zip, &(struct zip_part){"eicar.com", eicar(), true, false}, 1);
    buf_z(&out, "From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nContent-Type: "
                "multipart/mixed;\r\n boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: "
                "text/plain\r\n\r\nhello\r\n--b1\r\nContent-Transfer-Encoding: BASE64\r\n"
                "Content-Disposition: attachment; filename=\"x.zip\"\r\n\r\n");
    make_base64(&out, buf_view(&zip));
    check_eicar(buf_view(&out), "cut.eml", "cut.eml/x.zip/eicar.com zip 68 2\n");
    buf_z(&out, "\r\n--b1--\r\n");
    check_eicar(buf_view(&out), "a.eml", "a.eml/x.zip mail");
    struct buf outer = BUF(ROOM);
    buf_z(&outer, "From - Thu Jan  1 00:00:00 1970\nFrom: c\nSubject: fwd\nContent-Type: "
                  "message/rfc822\n\n");
    buf_str(&outer, buf_view(&out));
    check_eicar(buf_view(&outer), "box", "box/#1/message.eml/x.zip/eicar.com zip 68 4\n");
    buf_reset(&out);
    buf_z(&out, "From: a\nSubject: b\nContent-Transfer-Encoding: quoted-printable\n\n=58");
    buf_str(&out, str_from(eicar(), 1));
    buf_z(&out, "=\n");
    check_eicar(buf_view(&out), "qp.eml", "qp.eml/#1 mail 68 1\n");
    buf_clear(&out);
    buf_clear(&zip);
    buf_clear(&outer);
}

static void
test_page(void)
{
    struct buf out = BUF(ROOM);
    struct unpacked all = {0};
    buf_z(&out, "<!DOCTYPE html><html><script>var a = '<b>';</script><ScRiPt src=x></sCript >"
                "<a href=\"data:application/octet-stream;base64,");
    make_base64(&out, eicar());
    buf_z(&out, "\">x</a></html>");
    check_eicar(buf_view(&out), "a.html", "a.html/#2 html 68 1\n");
    unpacked_read(&all, NULL, buf_view(&out), "p.html");
    unpacked_expect(&all,
                    all.script_count == 1 && unpacked_gave(&all, "p.html/#1 html 14 1 script"),
                    "a script");
    unpacked_clear(&all);
    buf_clear(&out);
}

/* An example of screnc.exe that many pages show. */
static void
test_script_encoder(void)
{
    struct unpacked all = {0};
    unpacked_read(&all, NULL, STR("#@~^DgAAAA==\\ko$K6,JC\x7fV^GJqAQAAA==^#~@"), "a.vbe");
    tap_eq_str(buf_view(&all.text), STR("MsgBox \"Hello\""), "an encoded script");
    tap_ok(all.script_count == 1 && all.count == 1, "it is a script");
    unpacked_read(&all, NULL,
                  STR("<script language=VBScript.Encode>#@~^DgAAAA==\\ko$K6,JC\x7fV^G"
                      "JqAQAAA==^#~@</script>"),
                  "a.html");
    tap_ok(str_find(buf_view(&all.text), STR("MsgBox \"Hello\"")) != SIZE_MAX, "in a page");
    unpacked_clear(&all);
}

static void
make_object(struct buf *out, str native)
{
    put_u32(out, 0x501);
    put_u32(out, 2);
    put_u32(out, 8);
    buf_str(out, STR("Package\0"));
    put_u32(out, 0);
    put_u32(out, 0);
    put_u32(out, (uint32_t)native.n);
    buf_str(out, native);
}

static void
make_package(struct buf *out, str content)
{
    put_u16(out, 2);
    buf_str(out, STR("eicar.com\0C:\\eicar.com\0"));
    put_u32(out, 0x30000);
    put_u32(out, 7);
    buf_str(out, STR("C:\\tmp\0"));
    put_u32(out, (uint32_t)content.n);
    buf_str(out, content);
}

static void
test_rtf(void)
{
    struct buf out = BUF(ROOM), object = BUF(ROOM), package = BUF(ROOM);
    make_package(&package, eicar());
    make_object(&object, buf_view(&package));
    buf_z(&out, "{\\rtf1 text{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ");
    make_hex(&out, buf_view(&object));
    buf_z(&out, "}}}");
    check_eicar(buf_view(&out), "a.rtf", "/eicar.com ole1 68 2\n");
    buf_reset(&out);
    buf_printf(&out, "{\\rt{\\*\\objdata {\\junk}\\bin%zu ", object.n);
    buf_str(&out, buf_view(&object));
    check_eicar(buf_view(&out), "bin.rtf", "/eicar.com ole1 68 2\n");
    buf_clear(&out);
    buf_clear(&object);
    buf_clear(&package);
}

static void
make_dir(struct buf *out)
{
    struct buf dir = BUF(4096);
    put_u16(&dir, 1); /* SYSKIND */
    put_u32(&dir, 4);
    put_u32(&dir, 3);
    put_u16(&dir, 0x32); /* the stream's name in UTF-16 */
    put_u32(&dir, 8);
    buf_str(&dir, STR("M\0o\0d\0X\0"));
    put_u16(&dir, 0x31); /* where the text begins */
    put_u32(&dir, 4);
    put_u32(&dir, 100);
    put_u16(&dir, 0x2b);
    put_u32(&dir, 0);
    make_vba(out, buf_view(&dir));
    buf_clear(&dir);
}

static void
test_ole2(void)
{
    struct buf out = BUF(ROOM), dir = BUF(ROOM), module = BUF(ROOM), other = BUF(ROOM);
    struct buf package = BUF(ROOM), native = BUF(ROOM);
    make_dir(&dir);
    for (unsigned i = 0; i < 100; i++)
        buf_char(&module, 7);
    make_vba(&module, eicar());
    buf_z(&other, "padding");
    make_vba(&other, STR("Attribute VB_Name = \"Hidden\"\r\n"));
    make_package(&package, eicar());
    put_u32(&native, (uint32_t)package.n);
    buf_str(&native, buf_view(&package));
    const struct ole2_part parts[] = {{"dir", buf_view(&dir)},
                                      {"ModX", buf_view(&module)},
                                      {"Other", buf_view(&other)},
                                      {"\1Ole10Native", buf_view(&native)}};
    make_ole2(&out, "VBA", parts, 4);
    check_eicar(buf_view(&out), "vba.bin", "vba.bin/VBA/ModX.vba ole2 68 1 script\n");
    struct unpacked all = {0};
    unpacked_read(&all, NULL, buf_view(&out), "v");
    unpacked_expect(&all, unpacked_gave(&all, "v/VBA/Other.vba ole2 30 1 script"),
                    "a module that is not listed");
    unpacked_expect(&all, unpacked_gave(&all, "v/VBA/?Ole10Native/eicar.com ole10native 68 2\n"),
                    "a packaged file");
    struct buf locked = BUF(ROOM);
    make_ole2(&locked, "x", &(struct ole2_part){"EncryptedPackage", STR("x")}, 1);
    unpacked_read(&all, NULL, buf_view(&locked), "locked.docx");
    unpacked_expect(&all, unpacked_told(&all, "encrypted"), "a document with a password is told");
    unpacked_clear(&all);
    buf_clear(&out);
    buf_clear(&dir);
    buf_clear(&module);
    buf_clear(&other);
    buf_clear(&package);
    buf_clear(&native);
    buf_clear(&locked);
}

/* The examples of [MS-OVBA] 3.2. */
static void
test_vba(void)
{
    struct buf out = BUF(100000);
    tap_ok(vba_decompress(STR("\x01\x19\xB0\x00"
                              "abcdefgh\x00ijklmnop\x00qrstuv."),
                          &out),
           "without compression");
    tap_eq_str(buf_view(&out), STR("abcdefghijklmnopqrstuv."), "its text");
    buf_reset(&out);
    tap_ok(vba_decompress(STR("\x01\x2F\xB0\x00\x23\x61\x61\x61\x62\x63\x64\x65\x82\x66\x00\x70"
                              "\x61\x67\x68\x69\x6A\x01\x38\x08\x61\x6B\x6C\x00\x30\x6D\x6E\x6F"
                              "\x70\x06\x71\x02\x70\x04\x10\x72\x73\x74\x75\x76\x10\x77\x78\x79"
                              "\x7A\x00\x3C"),
                          &out),
           "an ordinary container");
    tap_eq_str(buf_view(&out), STR("#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"),
               "its text");
    buf_reset(&out);
    tap_ok(vba_decompress(STR("\x01\x03\xB0\x02\x61\x45\x00"), &out) && out.n == 73, "73 letters");
    buf_clear(&out);
}

static void
make_pdf_stream(struct buf *out, unsigned number, const char *filter, str content)
{
    buf_printf(out, "%u 0 obj\n<< /Length %zu /Filter %s >>\nstream\n", number, content.n, filter);
    buf_str(out, content);
    buf_z(out, "\nendstream\nendobj\n");
}

static void
test_pdf(void)
{
    struct buf out = BUF(ROOM), hex = BUF(ROOM), zlib = BUF(ROOM), objects = BUF(ROOM);
    struct unpacked all = {0};
    make_zlib(&zlib, eicar());
    make_hex(&hex, buf_view(&zlib));
    buf_z(&hex, ">");
    buf_z(&out, "%PDF-1.7\n1 0 obj\n<< /S /JavaScript /J#53 7 0 R /Next << /JS (a\\(b\\)\\101) >> "
                ">>\nendobj\n");
    make_pdf_stream(&out, 7, "/FlateDecode", buf_view(&zlib));
    make_pdf_stream(&out, 8, "[ /ASCIIHexDecode /Fl ]", buf_view(&hex));
    make_zlib(&objects, STR("5 0 << /S /JavaScript /JS (in an object stream) >>"));
    buf_printf(&out, "9 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %zu >> stream\r\n",
               objects.n);
    buf_str(&out, buf_view(&objects));
    buf_z(&out, "endstream endobj\n");
    check_eicar(buf_view(&out), "a.pdf", "a.pdf/object 7 pdf 68 1 script\n");
    unpacked_read(&all, NULL, buf_view(&out), "a.pdf");
    unpacked_expect(&all, all.eicar_count == 2 && all.script_count == 3,
                    "filters and scripts of a PDF");
    tap_ok(str_find(buf_view(&all.text), STR("a(b)A")) != SIZE_MAX, "a script in parentheses");
    buf_z(&out, "trailer << /Encrypt 3 0 R >>");
    unpacked_read(&all, NULL, buf_view(&out), "a.pdf");
    unpacked_expect(&all, unpacked_told(&all, "a.pdf encrypted pdf\n"), "an encrypted PDF is told");
    buf_reset(&out);
    buf_z(&out, "%PDF-1.4\n");
    make_pdf_stream(&out, 1, "/LZWDecode", STR("\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01"));
    make_pdf_stream(&out, 2, "/RunLengthDecode",
                    STR("\x02"
                        "abc\xfdz\x80"));
    make_pdf_stream(&out, 3, "/ASCII85Decode", STR("<~87cURD]i,\"Ebo80~>"));
    unpacked_read(&all, NULL, buf_view(&out), "b.pdf");
    tap_eq_str(buf_view(&all.text), STR("-----A---BabczzzzHello World!"),
               "LZW (the standard's example), RunLength, ASCII85");
    unpacked_clear(&all);
    buf_clear(&out);
    buf_clear(&hex);
    buf_clear(&zlib);
    buf_clear(&objects);
}

static void
test_told(void)
{
    struct buf out = BUF(ROOM);
    struct unpacked all = {0};
    make_zip(&out, &(struct zip_part){"secret.exe", STR("xxxx"), false, true}, 1);
    unpacked_read(&all, NULL, buf_view(&out), "a.zip");
    unpacked_expect(&all, unpacked_told(&all, "a.zip/secret.exe encrypted zip\n") && all.count == 0,
                    "a password");
    buf_reset(&out);
    make_zip(&out, &(struct zip_part){"../\n\xff/x\xe2\x80\xaey", eicar(), false, false}, 1);
    unpacked_read(&all, NULL, buf_view(&out), "a.zip");
    unpacked_expect(&all, unpacked_gave(&all, "a.zip/../\?\?/x"), "a name is made fit to be shown");
    tap_ok(str_is_utf8(buf_view(&all.members)), "it is UTF-8");
    out.p[40] ^= 1;
    out.p[60] ^= 1;
    unpacked_read(&all, NULL, buf_view(&out), "a.zip");
    unpacked_expect(&all, unpacked_told(&all, "damaged"), "a changed byte is told");
    unpacked_read(&all, NULL, eicar(), "eicar.com");
    tap_ok(!all.inside && all.count == 0 && all.skip_count == 0, "nothing is inside of text");
    unpacked_clear(&all);
    buf_clear(&out);
}

static void
test_caps(void)
{
    struct buf out = BUF(ROOM), next = BUF(ROOM);
    struct unpacked all = {0};
    char *zeros = calloc(1, 48 << 20);
    make_zip(&out, &(struct zip_part){"z", {zeros, 48 << 20}, true, false}, 1);
    unpacked_read(&all, NULL, buf_view(&out), "z.zip");
    unpacked_expect(&all, unpacked_told(&all, "z.zip ratio") && all.bytes < 50000000,
                    "a bomb of zeros");
    unpacked_read(&all, &(struct unpack_options){.member_max = 100000}, buf_view(&out), "z.zip");
    unpacked_expect(&all, unpacked_told(&all, "z.zip/z member") && all.bytes == 100000,
                    "a member too large");
    unpacked_read(&all, &(struct unpack_options){.bytes_max = 5000000}, buf_view(&out), "z.zip");
    unpacked_expect(&all, unpacked_told(&all, "z.zip bytes") && all.bytes == 5000000,
                    "bytes of all members");
    buf_reset(&out);
    make_gzip(&out, eicar());
    for (unsigned i = 0; i < 12; i++) {
        buf_reset(&next);
        make_gzip(&next, buf_view(&out));
        buf_reset(&out);
        buf_str(&out, buf_view(&next));
    }
    unpacked_read(&all, NULL, buf_view(&out), "g");
    unpacked_expect(&all, unpacked_told(&all, " depth ") && all.deepest == 8 && all.skip_count == 1,
                    "depth");
    unpacked_read(&all, &(struct unpack_options){.depth_max = 20}, buf_view(&out), "g");
    unpacked_expect(&all, all.eicar_count == 1 && all.deepest == 13, "thirteen levels");
    all.stop_at = 3;
    unpacked_read(&all, NULL, buf_view(&out), "g");
    unpacked_expect(&all, all.count == 3 && all.skip_count == 0, "the sink ends the walk");
    all.stop_at = 0;
    free(zeros);
    unpacked_clear(&all);
    buf_clear(&out);
    buf_clear(&next);
}

static bool
slow_member(void *context, const struct unpack_member *member)
{
    (void)member;
    ++*(unsigned *)context;
    for (int64_t until = clock_monotonic() + 1100000000; clock_monotonic() < until;) {
    }
    return true;
}

static enum unpack_skip last_skip;

static void
keep_skip(void *context, const char *path, enum unpack_skip why, const char *detail)
{
    (void)context;
    (void)path;
    (void)detail;
    last_skip = why;
}

static void
test_time(void)
{
    struct buf out = BUF(ROOM);
    unsigned count = 0;
    make_tar(&out, "a", STR("a"));
    make_tar(&out, "b", STR("b"));
    struct unpack *walk = unpack_new(&(struct unpack_options){.seconds_max = 1});
    struct unpack_sink sink = {&count, slow_member, keep_skip};
    unpack_each(walk, buf_view(&out), "a.tar", &sink);
    tap_ok(count == 1 && last_skip == UNPACK_TIME, "the time is up");
    unpack_free(walk);
    buf_clear(&out);
}

static void
test_many(void)
{
    enum { COUNT = 60000 };
    struct zip_part *parts = calloc(COUNT, sizeof *parts);
    struct buf out = BUF(ROOM);
    struct unpacked all = {0};
    for (size_t i = 0; i < COUNT; i++)
        parts[i] = (struct zip_part){"x.txt", STR("some text"), i % 2, false};
    make_zip(&out, parts, COUNT);
    unpacked_read(&all, NULL, buf_view(&out), "many.zip");
    tap_eq_i64(all.count, COUNT, "all of many members");
    unpacked_read(&all, &(struct unpack_options){.entries_max = 1000}, buf_view(&out), "many.zip");
    tap_ok(all.count == 1000 && unpacked_told(&all, "many.zip entries"),
           "no more than are allowed");
    free(parts);
    unpacked_clear(&all);
    buf_clear(&out);
}

/* Every beginning of a container, and many with one bit changed: no more is asked than to end. */
static void
test_damaged(void)
{
    struct buf out = BUF(ROOM), tar = BUF(ROOM);
    struct unpacked all = {0};
    make_tar(&tar, "eicar.com", eicar());
    const struct zip_part parts[] = {{"a.tar", buf_view(&tar), true, false},
                                     {"b", eicar(), false, false}};
    make_zip(&out, parts, 2);
    uint64_t quiet = 0;
    for (size_t n = 30; n < out.n; n++) {
        unpacked_read(&all, NULL, (str){out.p, n}, "a.zip");
        quiet += all.skip_count == 0;
    }
    tap_eq_i64(quiet, 0, "no cut archive is passed over in silence");
    for (size_t i = 0; i < out.n * 8; i += 3) {
        out.p[i / 8] ^= (char)(1 << i % 8);
        unpacked_read(&all, NULL, buf_view(&out), "a.zip");
        out.p[i / 8] ^= (char)(1 << i % 8);
    }
    tap_ok(true, "bits that are changed end no program");
    unpacked_clear(&all);
    buf_clear(&out);
    buf_clear(&tar);
}

int
main(void)
{
    test_archives();
    test_mail();
    test_page();
    test_script_encoder();
    test_rtf();
    test_ole2();
    test_vba();
    test_pdf();
    test_told();
    test_caps();
    test_time();
    test_many();
    test_damaged();
    return tap_done();
}
