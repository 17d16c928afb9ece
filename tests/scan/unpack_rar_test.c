/* SPDX-License-Identifier: Apache-2.0 */
/* RAR archives made here, for every system: what is found in them, what is told of them. */
#include "base/tap.h"
#include "tests/scan/rar_file.h"
#include "tests/scan/unpacked.h"

enum { ROOM = 16 << 20, ARCHIVES = 200, LARGE = 20 << 20 };

static struct buf out = BUF(ROOM);
static struct unpacked all;

static void
read_out(const char *name)
{
    unpacked_read(&all, NULL, buf_view(&out), name);
}

static void
make_stored(const struct rar_made_member *members, size_t count)
{
    buf_reset(&out);
    rar5_begin(&out, false);
    for (size_t i = 0; i < count; i++)
        rar5_add(&out, &members[i]);
    rar5_end(&out);
}

static void
test_members(void)
{
    const struct rar_made_member members[] = {
        {.name = "a.txt", .content = STR("first")},
        {.name = "thư/b.txt", .content = STR("second"), .has_no_crc = true},
        {.name = "secret", .content = STR("hidden"), .is_encrypted = true},
        {.name = ":Zone.Identifier", .service = "STM", .content = STR("stream")},
        {.name = "empty", .content = STR("")},
        {.service = "CMT", .content = STR("Setup=evil.exe")},
        {.service = "QO", .content = STR("quick")},
    };
    make_stored(members, 7);
    read_out("a.rar");
    tap_eq_str(buf_view(&all.members),
               STR("a.rar/a.txt rar 5 1\n"
                   "a.rar/thư/b.txt rar 6 1\n"
                   "a.rar/secret:Zone.Identifier rar 6 1\n"
                   "a.rar/empty rar 0 1\n"
                   "a.rar/comment rar 14 1\n"),
               "files, a stream and the comment");
    tap_eq_str(buf_view(&all.text), STR("firstsecondstreamSetup=evil.exe"), "with their bytes");
    tap_eq_str(buf_view(&all.skips), STR("a.rar/secret encrypted rar\n"), "what is encrypted");
}

static void
test_places(void)
{
    const struct rar_made_member member = {.name = "a", .content = STR("first")};
    struct buf moved = BUF(ROOM);
    make_stored(&member, 1);
    for (unsigned i = 0; i < 100000; i++)
        buf_z(&moved, "Rar!");
    buf_str(&moved, buf_view(&out));
    unpacked_read(&all, NULL, buf_view(&moved), "a.rar");
    unpacked_expect(&all, unpacked_gave(&all, "a.rar/a rar 5 1"), "behind anything, by its name");
    unpacked_read(&all, NULL, buf_view(&moved), "a.bin");
    unpacked_expect(&all, !all.inside, "not where WinRAR would not look");
    buf_clear(&moved);
}

static void
test_told(void)
{
    static const struct {
        struct rar_made_member member;
        const char *gave, *told;
    } cases[] = {
        {{.name = "a", .content = STR("abc"), .size = 5}, "a.rar/a rar 3 1", "before the member"},
        {{.name = "a", .content = STR("abc"), .size = 2}, "a.rar/a rar 2 1", "more data"},
        {{.name = "a", .content = STR("abc"), .goes_on = true}, "a.rar/a rar 3 1", "goes on in"},
        {{.name = "a", .content = STR("abc"), .came_before = true},
         "a.rar/a rar 3 1",
         "begins in another"},
        {{.name = "a", .content = STR("abc"), .packed = STR("ab\0"), .method = 0},
         "a.rar/a rar 3 1",
         "the checksum is wrong"},
        {{.name = "a", .content = STR("abc"), .method = 6}, "", "a unknown rar: a method"},
        {{.name = "a", .content = STR("abc"), .method = 3}, "", "a damaged rar: a fault in"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_stored(&cases[i].member, 1);
        read_out("a.rar");
        bool gave = cases[i].gave[0] ? unpacked_gave(&all, cases[i].gave) : all.count == 0;
        unpacked_expect(&all, gave && unpacked_told(&all, cases[i].told) && all.skip_count == 1,
                        cases[i].told);
    }
    buf_reset(&out);
    rar5_begin(&out, false);
    rar5_header(&out, 4, 0, STR("\0\0\x0f"), STR(""), (str){0});
    read_out("a.rar");
    unpacked_expect(&all, unpacked_told(&all, "a.rar encrypted rar: the headers"),
                    "encrypted headers");
}

/* Each cut is told, and gives what is whole before it. */
static void
test_cuts(void)
{
    const struct rar_made_member members[] = {
        {.name = "a", .content = STR("first")},
        {.name = "b", .content = STR("second")},
    };
    make_stored(members, 2);
    unsigned lost = 0, silent = 0;
    size_t n = out.n, b = str_find(buf_view(&out), STR("second"));
    for (out.n = 8; out.n < n; out.n++) {
        read_out("a.rar");
        silent += all.skip_count == 0;
        lost += out.n > b && !unpacked_gave(&all, "a.rar/b");
    }
    tap_ok(b != SIZE_MAX && !silent && !lost, "cuts: %u not told, %u lost", silent, lost);
    out.n = n;
    out.p[b - 3] ^= 1; /* in the header */
    read_out("a.rar");
    unpacked_expect(&all,
                    unpacked_told(&all, "the checksum of a header is wrong") && all.count == 2,
                    "a changed header is told and followed");
}

static void
test_random(void (*make)(struct buf *out, unsigned seed, struct buf *contents), const char *version)
{
    struct buf contents = BUF(ROOM);
    unsigned wrong = 0;
    for (unsigned seed = 0; seed < ARCHIVES; seed++) {
        buf_reset(&out);
        buf_reset(&contents);
        make(&out, seed, &contents);
        read_out("a.rar");
        bool same = str_eq(buf_view(&all.text), buf_view(&contents)) && all.skip_count == 0;
        if (!same && wrong++ == 0)
            tap_note("seed %u: %.*s", seed, STR_ARG(buf_view(&all.skips)));
    }
    tap_ok(!wrong, "%s: %u of %d random archives are as they were made", version, ARCHIVES - wrong,
           ARCHIVES);
    buf_clear(&contents);
}

/* ── RAR 1.5 to 4 ── */

static void
test_old_members(void)
{
    const struct rar4_member members[] = {
        {.name = STR("dir\\a.txt"), .content = STR("first")},
        /* "thư.txt": the plain name, then a high byte, and units: two of the plain one, one of two
         * bytes, four of the plain one */
        {.name = STR("th?.txt\0\x01\xec\x00\xb0\x01\x02"),
         .content = STR("second"),
         .flags = 0x200},
        {.name = STR("secret"), .content = STR("hidden"), .flags = 4},
        {.name = STR(":\0s\0\0\0"), .service = "STM", .content = STR("stream")},
        {.name = STR("folder"), .content = STR(""), .flags = 0xe0},
        {.name = STR(""), .service = "CMT", .content = STR("Setup=evil.exe")},
        {.name = STR("cut"), .content = STR("half"), .flags = 2},
        {.name = STR("old"), .content = STR("old"), .method = 0x33, .version = 15},
    };
    buf_reset(&out);
    rar4_begin(&out, 0);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        rar4_add(&out, &members[i]);
    rar4_end(&out);
    read_out("a.rar");
    tap_eq_str(buf_view(&all.members),
               STR("a.rar/dir/a.txt rar 5 1\n"
                   "a.rar/thư.txt rar 6 1\n"
                   "a.rar/secret:s rar 6 1\n"
                   "a.rar/comment rar 14 1\n"
                   "a.rar/cut rar 4 1\n"),
               "files of RAR 3, a stream and the comment");
    tap_eq_str(buf_view(&all.skips),
               STR("a.rar/secret encrypted rar\n"
                   "a.rar/cut damaged rar: it goes on in another file\n"
                   "a.rar/old unknown rar: a method that is not read\n"),
               "what of them is told");
    buf_reset(&out);
    rar4_begin(&out, 0x80);
    rar4_add(&out, &members[0]);
    read_out("a.rar");
    unpacked_expect(&all, unpacked_told(&all, "a.rar encrypted rar: the headers") && !all.count,
                    "encrypted headers of RAR 3");
}

/* Cuts in a header are told, cuts in data too; what is whole before is given. */
static void
test_old_cuts(void)
{
    const struct rar4_member member = {.name = STR("a"), .content = STR("first")};
    const struct rar4_member next = {.name = STR("b"), .content = STR("second")};
    buf_reset(&out);
    rar4_begin(&out, 0);
    rar4_add(&out, &member);
    size_t first = out.n;
    rar4_add(&out, &next);
    size_t n = out.n;
    unsigned lost = 0, silent = 0;
    for (out.n = first + 1; out.n < n; out.n++) {
        read_out("a.rar");
        silent += all.skip_count == 0;
        lost += !unpacked_gave(&all, "a.rar/a rar 5");
    }
    tap_ok(!silent && !lost, "cuts of RAR 3: %u not told, %u lost", silent, lost);
}

/* A member larger than the window, and one with a cap. */
static void
test_large(void)
{
    struct rar5_stream stream = {.rng = {1}, .made = BUF(LARGE + ROOM), .filters = true};
    struct buf packed = BUF(ROOM), content = BUF(LARGE + ROOM);
    rar5_stream_member(&stream, LARGE, &packed, &content);
    struct rar_made_member members[] = {
        {.name = "a", .packed = buf_view(&packed), .content = buf_view(&content), .method = 3},
        {.name = "b", .content = STR("second")}};
    make_stored(members, 2);
    read_out("a.rar");
    unpacked_expect(&all, all.skip_count == 0 && all.bytes == content.n + 6,
                    "the checksum of a member larger than the window");
    unpacked_read(&all, &(struct unpack_options){.member_max = 100000}, buf_view(&out), "a.rar");
    unpacked_expect(
        &all, all.skip_count == 1 && unpacked_told(&all, "a.rar/a member ") && all.bytes == 100006,
        "a cap is told, what follows is given");
    buf_clear(&stream.made);
    buf_clear(&packed);
    buf_clear(&content);
}

int
main(void)
{
    test_members();
    test_places();
    test_told();
    test_cuts();
    test_random(rar_random_archive, "RAR 5");
    test_random(rar4_random_archive, "RAR 3");
    test_old_members();
    test_old_cuts();
    test_large();
    unpacked_clear(&all);
    buf_clear(&out);
    return tap_done();
}
