/* SPDX-License-Identifier: Apache-2.0 */
/* Unwrapping: files that gzip, zip, zstd, tar and Python's email made (data/container/), and
 * the same cut off, damaged, nested and blown up. */
#include "intel/container.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/tap.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#define CSV "\"timestamp\",\"ip\"\r\n\"2026-11-20 00:00:00\",\"203.0.113.7\"\r\n"

struct seen {
    struct buf text; /* "name=bytes|" of each document; of large ones only the size */
    uint64_t documents;
};

static errcode
on_document(void *context, const char *name, str bytes, struct err *err)
{
    struct seen *seen = context;
    (void)err;
    seen->documents++;
    if (bytes.n > 4096)
        buf_printf(&seen->text, "%s=%zu bytes|", name, bytes.n);
    else
        buf_printf(&seen->text, "%s=%.*s|", name, STR_ARG(bytes));
    return OK;
}

static errcode
unwrap(const char *name, str bytes, struct seen *seen, struct err *err)
{
    *seen = (struct seen){.text = BUF(1 << 20)};
    const struct container_sink sink = {seen, on_document};
    *err = (struct err){0};
    return container_each(name, bytes, NULL, &sink, err);
}

static struct buf
fixture(const char *name)
{
    char path[PATH_TEXT];
    struct buf content = BUF(0);
    struct err err;
    snprintf(path, sizeof path, "tests/intel/data/container/%s", name);
    tap_no_err(file_read(path, 1 << 20, &content, &err), &err, "%s is read", name);
    return content;
}

static void
check_good(const char *name, const char *want)
{
    struct buf content = fixture(name);
    struct seen seen;
    struct err err;
    tap_no_err(unwrap(name, buf_view(&content), &seen, &err), &err, "%s is unwrapped", name);
    tap_eq_str(buf_view(&seen.text), str_of(want), "what is in %s", name);
    buf_clear(&seen.text);
    /* Cut off anywhere it is an error, or still whole; never another document. */
    size_t wrong = 0, silent = 0;
    for (size_t n = 1; n + 1 < content.n; n++) {
        char *cut = mem_alloc(n);
        memcpy(cut, content.p, n);
        errcode code = unwrap(name, (str){cut, n}, &seen, &err);
        bool plain = seen.documents == 1 && seen.text.n > n &&
                     memcmp(seen.text.p + strlen(name) + 1, cut, n) == 0;
        wrong += code == OK && !plain && !str_eq(buf_view(&seen.text), str_of(want));
        silent += code != OK && err.text[0] == 0;
        buf_clear(&seen.text);
        free(cut);
    }
    tap_eq_i64(wrong, 0, "%s cut off is never half a document", name);
    tap_eq_i64(silent, 0, "every error has words");
    buf_clear(&content);
}

static void
check_bad(const char *name, str bytes, errcode want, const char *part)
{
    struct seen seen;
    struct err err;
    tap_eq_z(err_code_name(unwrap(name, bytes, &seen, &err)), err_code_name(want), "%s is refused",
             name);
    if (!tap_ok(strstr(err.text, part) != NULL, "the message has \"%s\"", part))
        tap_note("%s", err.text);
    buf_clear(&seen.text);
}

static void
check_plain(void)
{
    struct seen seen;
    struct err err;
    tap_no_err(unwrap("/a/b.csv", STR(CSV), &seen, &err), &err, "plain text");
    tap_eq_str(buf_view(&seen.text), STR("b.csv=" CSV "|"), "is handed out as it is");
    buf_clear(&seen.text);
    tap_no_err(unwrap("empty", STR(""), &seen, &err), &err, "an empty file");
    tap_eq_i64(seen.documents, 1, "is a document too");
    buf_clear(&seen.text);
}

/* Each byte damaged in turn: gzip, zip and zstd have checksums, so no other text may come out. */
static void
check_damage(const char *name, const char *want)
{
    struct buf content = fixture(name);
    struct seen seen;
    struct err err;
    size_t wrong = 0;
    for (size_t i = 4; i < content.n; i++) {
        content.p[i] ^= 0x20;
        errcode code = unwrap(name, buf_view(&content), &seen, &err);
        const char *bytes = strchr(seen.text.p ? seen.text.p : "", '=');
        wrong += code == OK && (!bytes || !str_ends(str_of(want), str_of(bytes)));
        content.p[i] ^= 0x20;
        buf_clear(&seen.text);
    }
    tap_eq_i64(wrong, 0, "%s with any byte damaged gives the right text or an error", name);
    buf_clear(&content);
}

static struct buf
gzip(str bytes)
{
    struct buf out = BUF(1 << 30);
    z_stream stream = {0};
    require(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t bound = deflateBound(&stream, bytes.n);
    stream.next_in = (Bytef *)(uintptr_t)bytes.p;
    stream.avail_in = (uInt)bytes.n;
    stream.next_out = (Bytef *)buf_space(&out, bound);
    stream.avail_out = (uInt)bound;
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.n = stream.total_out;
    deflateEnd(&stream);
    return out;
}

/* What `cat a.gz b.gz` makes, with the padding of a tape. */
static void
check_gzip_members(void)
{
    struct seen seen;
    struct err err;
    struct buf one = gzip(STR("one\n")), two = gzip(STR("two\n"));
    buf_str(&one, buf_view(&two));
    buf_str(&one, STR("\0\0\0"));
    tap_no_err(unwrap("a.gz", buf_view(&one), &seen, &err), &err, "two gzip members and zeros");
    tap_eq_str(buf_view(&seen.text), STR("a=one\ntwo\n|"), "are one document");
    buf_clear(&seen.text);
    buf_z(&one, "junk");
    check_bad("a.gz", buf_view(&one), ERR_FORMAT, "7 bytes of something else");
    buf_clear(&one);
    buf_clear(&two);
}

static void
check_bombs(void)
{
    struct buf zeros = BUF(64 << 20);
    memset(buf_space(&zeros, 64 << 20), '0', 64 << 20);
    struct buf bomb = gzip(buf_view(&zeros));
    check_bad("bomb.csv.gz", buf_view(&bomb), ERR_LIMIT, "more than 1000 times");
    struct buf twice = gzip(buf_view(&bomb));
    check_bad("bomb.csv.gz.gz", buf_view(&twice), ERR_LIMIT, "more than 1000 times");
    buf_clear(&twice);
    buf_clear(&bomb);
    buf_clear(&zeros);

    struct buf nested = gzip(STR(CSV));
    for (int i = 0; i < 3; i++) {
        struct buf outer = gzip(buf_view(&nested));
        buf_clear(&nested);
        nested = outer;
    }
    struct seen seen;
    struct err err;
    tap_no_err(unwrap("n.csv", buf_view(&nested), &seen, &err), &err, "four layers are unwrapped");
    tap_eq_str(buf_view(&seen.text), STR("n.csv=" CSV "|"), "to the document");
    buf_clear(&seen.text);
    struct buf fifth = gzip(buf_view(&nested));
    check_bad("n.gz", buf_view(&fifth), ERR_LIMIT, "packed more than 4 times over");
    buf_clear(&fifth);
    buf_clear(&nested);
}

static struct buf
many_files(size_t count)
{
    struct buf out = BUF(16 << 20);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t room = 15 << 20, used = 0;
    char *at = buf_space(&out, room);
    archive_write_set_format_ustar(archive);
    require(archive_write_open_memory(archive, at, room, &used) == ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%zu", i);
        archive_entry_clear(entry);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, 1);
        require(archive_write_header(archive, entry) == ARCHIVE_OK);
        archive_write_data(archive, "x", 1);
    }
    archive_write_close(archive);
    archive_write_free(archive);
    archive_entry_free(entry);
    out.n = used;
    return out;
}

static void
check_members(void)
{
    struct seen seen;
    struct err err;
    struct buf few = many_files(LIMIT_ARCHIVE_MEMBERS);
    tap_no_err(unwrap("f.tar", buf_view(&few), &seen, &err), &err, "as many files as allowed");
    tap_eq_i64(seen.documents, LIMIT_ARCHIVE_MEMBERS, "all come out");
    buf_clear(&seen.text);
    buf_clear(&few);
    struct buf many = many_files(LIMIT_ARCHIVE_MEMBERS + 1);
    check_bad("f.tar", buf_view(&many), ERR_LIMIT, "more than 10000 files");
    buf_clear(&many);
}

/* Larger than what is kept in memory. */
static void
check_large(void)
{
    enum { LINES = 700000 };
    struct buf text = BUF(64 << 20);
    for (int i = 0; i < LINES; i++)
        buf_printf(&text, "%d,203.0.113.7,%08x\n", i, (unsigned)i * 2654435761u);
    struct buf packed = gzip(buf_view(&text));
    struct seen seen;
    struct err err;
    char want[64];
    snprintf(want, sizeof want, "large.csv=%zu bytes|", text.n);
    tap_ok(text.n > 16 << 20, "a large document");
    tap_no_err(unwrap("large.csv.gz", buf_view(&packed), &seen, &err), &err, "through a file");
    tap_eq_str(buf_view(&seen.text), str_of(want), "is whole");
    buf_clear(&seen.text);
    const struct container_sink sink = {&seen, on_document};
    tap_ok(container_each("large.csv.gz", buf_view(&packed), "/nonexistent", &sink, &err) ==
                   ERR_NOT_FOUND &&
               strstr(err.text, "/nonexistent"),
           "a temporary folder that is not there is named");
    packed.p[packed.n / 2] ^= 1;
    check_bad("large.csv.gz", buf_view(&packed), ERR_FORMAT, "large.csv.gz: the gzip data");
    buf_clear(&packed);
    buf_clear(&text);
}

static errcode
refuse(void *context, const char *name, str bytes, struct err *err)
{
    (void)context;
    (void)bytes;
    return err_set(err, ERR_NO_SPACE, "%s is not wanted", name);
}

static void
check_sink_error(void)
{
    struct buf content = fixture("two.tar.gz");
    const struct container_sink sink = {NULL, refuse};
    struct err err;
    tap_ok(container_each("x", buf_view(&content), NULL, &sink, &err) == ERR_NO_SPACE,
           "the sink's error comes back");
    tap_eq_z(err.text, "one.csv is not wanted", "as it was");
    buf_clear(&content);
}

#define HEAD "From: a@example.org\r\nSubject: x\r\n"

static void
check_mail(void)
{
    check_bad("m.eml", STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\nnothing\r\n"),
              ERR_FORMAT, "does not occur");
    check_bad("m.eml",
              STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"),
              ERR_FORMAT, "cut off");
    check_bad("m.eml", STR(HEAD "Content-Type: multipart/mixed\r\n\r\nx\r\n"), ERR_FORMAT,
              "no usable boundary");
    check_bad("m.eml", STR(HEAD "Content-Type: text/csv\r\nContent-Type: text/csv\r\n\r\nx"),
              ERR_FORMAT, "twice");
    check_bad("m.eml",
              STR(HEAD
                  "Content-Type: text/csv\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ=*\r\n"),
              ERR_FORMAT, "base64");
    check_bad("m.eml",
              STR(HEAD "Content-Type: text/csv\r\nContent-Transfer-Encoding: x-uue\r\n\r\nQQ\r\n"),
              ERR_UNSUPPORTED, "x-uue");
    struct buf deep = BUF(1 << 20);
    buf_z(&deep, HEAD);
    for (int i = 0; i <= LIMIT_MIME_DEPTH; i++)
        buf_z(&deep, "Content-Type: message/rfc822\n\n" HEAD);
    check_bad("m.eml", buf_view(&deep), ERR_LIMIT, "nested deeper than 8 levels");
    buf_clear(&deep);

    struct seen seen;
    struct err err;
    str csv = STR(HEAD "Content-Type: text/csv; charset=utf-8; name=\"..\\\\..\\\\a/b\\\"c.csv\"\n"
                       "Content-Transfer-Encoding: 8bit\n\n" CSV);
    tap_no_err(unwrap("m.eml", csv, &seen, &err), &err, "a mail that is one CSV");
    tap_eq_str(buf_view(&seen.text), STR("b\"c.csv=" CSV "|"), "its name has no folders");
    buf_clear(&seen.text);
    str inner = STR(HEAD "Content-Type: multipart/mixed; boundary=\"a b\"\n\n"
                         "--a b \n\ncover --a b\n--a bc\n\n--a b\nContent-Type: text/csv\n\n1\n"
                         "--a b--\nepilogue\n--a b\n\n");
    tap_no_err(unwrap("m.eml", inner, &seen, &err), &err, "lines that are nearly boundaries");
    tap_eq_str(buf_view(&seen.text), STR("m=1|"), "one part");
    buf_clear(&seen.text);
}

int
main(void)
{
    const char *sinkhole = "2026-11-20-event4_sinkhole-vietnam.csv=" CSV "|";
    check_plain();
    check_good("plain.csv.gz", "plain.csv=" CSV "|");
    check_good("plain.csv.zst", "plain.csv=" CSV "|");
    check_good("two.zip", "one.csv=" CSV "|two.csv=" CSV "|");
    check_good("two.tar.gz", "one.csv=" CSV "|two.csv=" CSV CSV "|");
    check_good("zip.eml", sinkhole);
    check_good("zip-lf.eml", sinkhole);
    check_good("name-2231.eml",
               "b\xc3\xa1o c\xc3\xa1o tu\xe1\xba\xa7n r\xe1\xba\xa5t l\xc3\xa0 d\xc3\xa0i "
               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx "
               "\xc4\x91\xe1\xbb\x8b"
               "a ch\xe1\xbb\x89.csv=" CSV "|");
    check_good("name-2047.eml", "b\xc3\xa1o c\xc3\xa1o th\xc3\xa1ng 11.csv=" CSV "|");
    check_good(
        "forwarded.eml",
        "list.csv=ip,note\r\n203.0.113.9,caf\xc3\xa9 = soft "
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyy\r\n|");
    check_damage("plain.csv.gz", "plain.csv=" CSV "|");
    check_damage("plain.csv.zst", "plain.csv=" CSV "|");
    struct buf locked = fixture("encrypted.zip"), empty = fixture("no-attachment.eml");
    check_bad("locked.zip", buf_view(&locked), ERR_UNSUPPORTED,
              "locked.zip: plain.csv is encrypted");
    check_bad("cover.eml", buf_view(&empty), ERR_FORMAT, "cover.eml: there is no file");
    buf_clear(&locked);
    buf_clear(&empty);
    check_bad("x.bz2", STR("BZh91AY&SY"), ERR_UNSUPPORTED, "bzip2");
    check_bad("x.gz", STR("\x1f\x8b\x08"), ERR_FORMAT, "x.gz: the gzip data end too early");
    check_gzip_members();
    check_bombs();
    check_members();
    check_large();
    check_sink_error();
    check_mail();
    return tap_done();
}
