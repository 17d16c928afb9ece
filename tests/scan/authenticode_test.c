/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of PE files: the programs of tests/scan/signed, whose .out files say what openssl and
 * osslsigncode read in them, and the same forged, cut and with lengths that lie. */
#include "authenticode_values.h"
#include "base/file.h"
#include "base/require.h"
#include "scan/authenticode/text.h"

static const char *const names[] = {
    "token",        "nested",       "pkcs9",        "ec256-sha256", "ec256-sha512",
    "ec384-sha384", "ec521-sha512", "names-sha256", "dsa-sha256",
};
enum { NAMES = sizeof names / sizeof names[0], MACHINE = 68, DIRECTORY_64 = 88 + 112 + 32 };

static bool
read_signed(const char *name, const char *suffix, struct buf *ret)
{
    char path[PATH_TEXT];
    struct err err;
    snprintf(path, sizeof path, "tests/scan/signed/%s.%s", name, suffix);
    return tap_no_err(file_read(path, 1 << 20, ret, &err), &err, "%s", path);
}

static void
test_fixtures(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        struct buf data, lines;
        struct seen seen;
        if (!read_signed(names[i], "exe", &data))
            continue;
        if (read_signed(names[i], "out", &lines)) {
            see(&seen, buf_view(&data));
            check_lines(&seen, buf_view(&lines), names[i]);
            arena_clear(&seen.arena);
            buf_clear(&lines);
        }
        buf_clear(&data);
    }
}

/* A changed copy of a fixture, and what is seen of it. */
struct forgery {
    struct buf data;
    struct seen seen;
};

static bool
forgery_open(struct forgery *forgery, const char *name)
{
    return read_signed(name, "exe", &forgery->data);
}
static void
forgery_see(struct forgery *forgery)
{
    /* A copy of the exact size, so that the sanitizer sees a read past the end. */
    char *exact = mem_alloc(forgery->data.n);
    memcpy(exact, forgery->data.p, forgery->data.n);
    see(&forgery->seen, (str){exact, forgery->data.n});
    free(exact);
}
static void
forgery_close(struct forgery *forgery)
{
    arena_clear(&forgery->seen.arena);
    buf_clear(&forgery->data);
}
static void
flip(struct forgery *forgery, size_t at)
{
    forgery->data.p[at] ^= 1;
}
static size_t
table_at(const struct forgery *forgery)
{
    return pe_u32(forgery->data.p + DIRECTORY_64);
}
static void
set_u32(struct forgery *forgery, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        forgery->data.p[at + (size_t)i] = (char)(value >> 8 * i);
}
/* Where the N-th occurrence of BYTES (0 is the first) stands; it must be there. */
static size_t
find_bytes(const struct forgery *forgery, str bytes, unsigned n)
{
    size_t at = 0;
    for (;; at++) {
        size_t next = str_find(str_from(buf_view(&forgery->data), at), bytes);
        require(next != SIZE_MAX);
        at += next;
        if (n-- == 0)
            return at;
    }
}

#define SIGNATURES "signatures"
#define COUNT "number_of_signatures"
#define IS_SIGNED "is_signed"
#define TOKEN_VERIFIED "signatures[0].countersignatures[0].verified"

static void
test_changed_file(void)
{
    static const struct {
        size_t at;
        const char *what;
        int verified;
    } cases[] = {
        {600, "a byte of a section", 0},
        {MACHINE + 4, "the time stamp", 0},
        {88 + 64, "the checksum", 1},
        {88 + 63, "the byte before it", 0},
        {88 + 68, "the byte after it", 0},
        {DIRECTORY_64 - 1, "the byte before the entry", 0},
        {DIRECTORY_64 + 8, "the byte after it", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct forgery forgery;
        if (!forgery_open(&forgery, "token"))
            return;
        flip(&forgery, cases[i].at);
        forgery_see(&forgery);
        const struct seen *seen = &forgery.seen;
        tap_eq_i64(number_at(seen, "signatures[0].verified"), cases[i].verified, "changed: %s",
                   cases[i].what);
        tap_eq_i64(number_at(seen, IS_SIGNED), cases[i].verified, "is_signed says the same");
        tap_eq_i64(number_at(seen, COUNT), 1, "the signature is still shown");
        tap_eq_i64(number_at(seen, TOKEN_VERIFIED), 1, "its time stamp still holds");
        forgery_close(&forgery);
    }
}

/* What of the signature was changed, and whether it and its time stamp then hold. */
static void
check_changed(const char *name, str bytes, unsigned nth, size_t offset, int verified,
              int counter_verified, const char *what)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, name))
        return;
    flip(&forgery, find_bytes(&forgery, bytes, nth) + offset);
    forgery_see(&forgery);
    tap_eq_i64(number_at(&forgery.seen, "signatures[0].verified"), verified, "%s: %s", name, what);
    tap_eq_i64(number_at(&forgery.seen, TOKEN_VERIFIED), counter_verified, "%s, time: %s", name,
               what);
    forgery_close(&forgery);
}

#define OID_RSA STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82\x01\x00")
#define OID_DIGEST STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04\x31")
#define INDIRECT_SHA256 STR("\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20")
#define INDIRECT_SHA1 STR("\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14")
#define OID_SIGNING_TIME_VALUE STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05\x31\x0f\x17\x0d")

static void
test_changed_signature(void)
{
    check_changed("token", OID_RSA, 0, 100, 0, 0, "the signature's bytes");
    check_changed("token", OID_RSA, 1, 100, 1, 0, "the token's signature");
    check_changed("token", OID_DIGEST, 0, 20, 0, 1, "the digest among the attributes");
    check_changed("token", OID_DIGEST, 1, 20, 1, 0, "the digest among the token's");
    check_changed("token", INDIRECT_SHA256, 0, 20, 0, 1, "the file's digest");
    check_changed("token", INDIRECT_SHA256, 1, 20, 1, 0, "the token's imprint");
    check_changed("pkcs9", OID_RSA, 0, 100, 0, 0, "the signature's bytes");
    check_changed("pkcs9", OID_RSA, 1, 100, 1, 0, "the countersignature's bytes");
    check_changed("pkcs9", OID_DIGEST, 1, 20, 1, 0, "what it countersigns");
    check_changed("pkcs9", INDIRECT_SHA1, 0, 10, 0, 1, "the file's digest");
    check_changed("pkcs9", OID_SIGNING_TIME_VALUE, 1, 15, 1, 0, "the time");
}

/* A signature moved to another file: right in itself, wrong here. */
static void
test_moved_signature(void)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, "ec256-sha256"))
        return;
    forgery.data.p[513] = 0x55;
    forgery_see(&forgery);
    char a[24];
    struct value digest = value_at(&forgery.seen, "signatures[0].digest");
    struct value file = value_at(&forgery.seen, "signatures[0].file_digest");
    tap_eq_i64(number_at(&forgery.seen, "signatures[0].verified"), 0, "not verified elsewhere");
    tap_ok(digest.kind == VALUE_STRING && file.kind == VALUE_STRING &&
               !str_eq(text_of(digest, a), file.s),
           "both digests are shown");
    tap_eq_i64(value_at(&forgery.seen, "signatures[0].thumbprint").kind, VALUE_STRING,
               "and who signed");
    forgery_close(&forgery);
}

/* One of two: each is judged by itself. */
static void
test_one_of_two(void)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, "nested"))
        return;
    flip(&forgery, find_bytes(&forgery, OID_RSA, 0) + 100);
    forgery_see(&forgery);
    tap_eq_i64(number_at(&forgery.seen, "signatures[0].verified"), 0, "the outer one is broken");
    tap_eq_i64(number_at(&forgery.seen, "signatures[1].verified"), 1, "the nested one holds");
    tap_eq_i64(number_at(&forgery.seen, IS_SIGNED), 1, "one is enough");
    forgery_close(&forgery);
}

/* Every cut of the file and every wrong length: nothing is read past the end (the sanitizers say),
 * and nothing but the whole verifies. */
static void
test_cuts(const char *name)
{
    struct forgery forgery;
    size_t verified = 0, shown = 0;
    if (!forgery_open(&forgery, name))
        return;
    size_t whole = forgery.data.n, table = pe_u32(forgery.data.p + DIRECTORY_64 - 16);
    if (strcmp(name, "token") == 0)
        table = table_at(&forgery);
    for (size_t n = whole - 1; n > table; n -= n % 7 + 1) {
        forgery.data.n = n;
        forgery_see(&forgery);
        verified += number_at(&forgery.seen, IS_SIGNED) != 0;
        shown += (size_t)number_at(&forgery.seen, COUNT);
        arena_clear(&forgery.seen.arena);
    }
    tap_ok(whole > table && verified == 0 && shown == 0, "%s: no cut file has a signature", name);
    forgery.data.n = whole;
    buf_clear(&forgery.data);
}

static void
check_lengths(uint32_t address, uint32_t size, uint32_t length, int count, const char *what)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, "token"))
        return;
    size_t table = table_at(&forgery);
    set_u32(&forgery, DIRECTORY_64, address == 1 ? (uint32_t)table : address);
    set_u32(&forgery, DIRECTORY_64 + 4, size == 1 ? (uint32_t)(forgery.data.n - table) : size);
    if (length != 1)
        set_u32(&forgery, table, length);
    forgery_see(&forgery);
    tap_eq_i64(number_at(&forgery.seen, COUNT), count, "%s", what);
    tap_eq_i64(value_at(&forgery.seen, SIGNATURES).list->count, count, "as many items");
    tap_eq_i64(number_at(&forgery.seen, IS_SIGNED), count, "signed or not");
    forgery_close(&forgery);
}

/* 1 stands for the right value. The verdict takes the first entry's own length, as libyara does. */
static void
test_lying_lengths(void)
{
    check_lengths(1, 1, 1, 1, "nothing changed");
    check_lengths(1, 8, 1, 1, "a directory that is too short");
    check_lengths(1, 7, 1, 0, "a directory without room for an entry's header");
    check_lengths(1, 0, 1, 0, "an empty directory");
    check_lengths(1, UINT32_MAX, 1, 0, "a directory past the end");
    check_lengths(0, 1, 1, 0, "no address");
    check_lengths(UINT32_MAX, 1, 1, 0, "an address past the end");
    check_lengths(UINT32_MAX - 8, 64, 1, 0, "an address whose end wraps");
    check_lengths(64, 512, 1, 0, "a table within the headers");
    check_lengths(1, 1, 0, 0, "an entry of no length");
    check_lengths(1, 1, 8, 0, "an entry with nothing in it");
    check_lengths(1, 1, 64, 0, "an entry that is cut");
    check_lengths(1, 1, UINT32_MAX, 0, "an entry past the end");
    check_lengths(1, 1, 0x7fffffff, 0, "an entry far past the end");
}

/* Any one byte of the table changed: no crash, and it verifies only if what was changed is not
 * signed (the token, the chain above the signer, padding). */
static void
test_every_byte(void)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, "ec256-sha256"))
        return;
    size_t verified = 0, tried = 0;
    for (size_t at = table_at(&forgery); at < forgery.data.n; at += 3, tried++) {
        forgery.data.p[at] ^= 0x24;
        forgery_see(&forgery);
        verified += number_at(&forgery.seen, IS_SIGNED) != 0;
        arena_clear(&forgery.seen.arena);
        forgery.data.p[at] ^= 0x24;
    }
    tap_ok(tried > 400 && verified > 0 && verified < tried, "%zu of %zu changes leave it valid",
           verified, tried);
    buf_clear(&forgery.data);
}

static void
test_valid_on(void)
{
    struct forgery forgery;
    if (!forgery_open(&forgery, "token"))
        return;
    forgery_see(&forgery);
    const struct shape *shape = &authenticode_signature_shape;
    const struct object *signature = value_at(&forgery.seen, SIGNATURES).list->items[0].object;
    module_function *valid_on = shape->fields[shape_find(shape, STR("valid_on"))].overloads->call;
    int64_t from = number_at(&forgery.seen, "signatures[0].not_before");
    int64_t to = number_at(&forgery.seen, "signatures[0].not_after");
    const struct {
        int64_t time;
        int valid;
    } cases[] = {{from, 1}, {from - 1, 0}, {to, 1}, {to + 1, 0}};
    for (size_t i = 0; i < 4; i++) {
        struct value argument = value_integer(cases[i].time);
        tap_eq_i64(valid_on(NULL, signature, &argument).i, cases[i].valid, "valid_on %zu", i);
    }
    struct module_run run = {.arena = &forgery.seen.arena};
    struct value argument = value_integer(0);
    struct object *empty = module_object(&run, shape);
    tap_eq_i64(valid_on(NULL, empty, &argument).kind, VALUE_UNDEFINED, "undefined without dates");
    forgery_close(&forgery);
}

/* The answers are OpenSSL 3.0's. */
static void
test_times(void)
{
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t time;
    } cases[] = {
        {DER_UTC_TIME, "180605164551Z", 1528217151},
        {DER_UTC_TIME, "491231235959Z", 2524607999},
        {DER_UTC_TIME, "500101000000Z", -631152000},
        {DER_UTC_TIME, "1806051645Z", 1528217100},
        {DER_UTC_TIME, "180605164551+0700", 1528191951},
        {DER_GENERALIZED_TIME, "20180605164551.25Z", 1528217151},
        {DER_GENERALIZED_TIME, "99991231235959Z", 253402300799},
        {DER_GENERALIZED_TIME, "20180605164551", -2209075200},
        {DER_UTC_TIME, "180231164551Z", -2209075200},
        {DER_UTC_TIME, "181305164551Z", -2209075200},
        {DER_UTC_TIME, "180605164551Z0", -2209075200},
        {DER_UTC_TIME, "", -2209075200},
        {DER_INTEGER, "180605164551Z", -2209075200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct der_item item = {.tag = cases[i].tag, .content = str_of(cases[i].text)};
        tap_eq_i64(der_time(item), cases[i].time, "time %s", cases[i].text);
    }
}

static void
test_elements(void)
{
    struct der der = der_open(STR("\x02\x01\x05\x30\x80\x02\x81\x01\x07\x00\x00\x04\x00"));
    tap_eq_i64(der_number(der_take(&der, DER_INTEGER), -1), 5, "a number");
    str inside = der_take(&der, DER_SEQUENCE);
    tap_eq_i64(der_number(der_inside(inside, DER_INTEGER), -1), 7, "within an indefinite length");
    tap_ok(!der_try(&der, DER_INTEGER, NULL) && !der.bad, "another tag is not taken");
    tap_ok(der_take(&der, DER_OCTET_STRING).n == 0 && !der.bad, "an empty one");
    der_next(&der);
    tap_ok(der.bad && der_tag(&der) == 0, "after the end it is bad for good");

    const str broken[] = {
        STR("\x30"),
        STR("\x30\x81"),
        STR("\x30\x05\x00"),
        STR("\x30\x84\xff\xff\xff\xff\x00"),
        STR("\x30\x85\x00\x00\x00\x00\x00"),
        STR("\x30\x80\x02\x01\x00"),
        STR("\x04\x80\x00\x00"),
        STR("\x1f\x01\x00"),
        STR("\x30\x80\x30\x80\x00\x00"),
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        der = der_open(broken[i]);
        tap_ok(der_next(&der).tag == 0 && der.bad, "broken element %zu", i);
    }
}

static void
test_identifiers(void)
{
    char out[OID_TEXT];
    tap_eq_str(oid_format(STR("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), out),
               STR("1.2.840.113549.1.1.11"), "an identifier");
    tap_eq_str(oid_format(STR("\x88\x37\x03"), out), STR("2.999.3"), "a large first arc");
    tap_eq_str(oid_format(STR("\x2a\x86"), out), STR(""), "a cut one");
    tap_eq_str(oid_format(STR(""), out), STR(""), "an empty one");
    char many[100];
    memset(many, 0x11, sizeof many);
    tap_eq_str(oid_format((str){many, sizeof many}, out), STR(""), "one that is too long");
    tap_eq_str(algorithm_name(STR("\x2b\x0e\x03\x02\x1a")), STR("sha1"), "an algorithm");
    tap_eq_str(algorithm_name(STR("\x2b\x0e\x7f")), STR("undefined"), "an unknown one");
}

int
main(void)
{
    test_elements();
    test_identifiers();
    test_times();
    test_fixtures();
    test_changed_file();
    test_changed_signature();
    test_moved_signature();
    test_one_of_two();
    test_cuts("token");
    test_cuts("nested");
    test_lying_lengths();
    test_every_byte();
    test_valid_on();
    return tap_done();
}
