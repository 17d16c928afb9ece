/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between packs, and the list that tells of them. */
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "scan/scan.h"

enum { SMALL = 4000 };

/* A pack with a rule for each word of WORDS. */
static struct buf
pack_of(const char *folder, const char *words, uint64_t version)
{
    char path[PATH_TEXT];
    struct buf text = BUF(1 << 16), pack = {0};
    struct pack_build_options options = {0};
    struct pack_build *build = pack_build_new(&options);
    struct pack_write_options writing = {.version = version};
    struct err err;
    str word, rest = str_of(words);
    while (str_cut(&rest, ' ', &word))
        buf_printf(&text, "rule %.*s { strings: $a = \"the words of %.*s\" condition: $a }\n",
                   STR_ARG(word), STR_ARG(word));
    struct pack_input input = {"a.yar", "a.yar", buf_view(&text)};
    require(pack_build_read(build, PACK_PASS_ENTRIES, &input, &err) == OK);
    require(path_join(path, folder, "a.pack", NULL) == OK);
    require(pack_build_write(build, path, &writing, &err) == OK);
    require(file_read(path, 1 << 20, &pack, &err) == OK);
    pack_build_free(build);
    buf_clear(&text);
    return pack;
}

static void
test_delta(str older, str newer, str other)
{
    struct buf delta = BUF(1 << 20), out = BUF(1 << 20), little = BUF(8);
    struct err err;
    tap_no_err(release_delta_make(older, newer, &delta, &err), &err, "a difference");
    tap_ok(delta.n * 4 < newer.n, "is much smaller than the pack");
    tap_no_err(release_delta_apply(older, buf_view(&delta), newer.n, &out, &err), &err,
               "is put on the older pack");
    tap_eq_str(buf_view(&out), newer, "and gives the newer one");
    buf_reset(&out);
    errcode code = release_delta_apply(other, buf_view(&delta), newer.n, &out, &err);
    tap_ok(code == ERR_CORRUPT || (code == OK && !str_eq(buf_view(&out), newer)),
           "on another pack it does not");
    buf_reset(&out);
    tap_eq_i64(release_delta_apply(older, buf_view(&delta), newer.n - 1, &out, &err), ERR_CORRUPT,
               "another size is refused");
    tap_eq_i64(release_delta_apply(older, buf_view(&delta), (uint64_t)RELEASE_BYTES_MAX + 1, &out,
                                   &err),
               ERR_LIMIT, "so is one larger than any pack");
    tap_eq_i64(release_delta_apply(older, (str){delta.p, delta.n / 2}, newer.n, &out, &err),
               ERR_CORRUPT, "and half a difference");
    tap_eq_i64(release_delta_apply(older, (str){NULL, 0}, newer.n, &out, &err), ERR_CORRUPT,
               "and none");
    tap_eq_i64(release_delta_apply(STR("no pack"), buf_view(&delta), newer.n, &out, &err),
               ERR_CORRUPT, "and one to what is no pack");
    tap_eq_i64(release_delta_make(older, newer, &little, &err), ERR_LIMIT,
               "a difference over its cap is an error");
    tap_eq_i64(release_delta_make(older, STR("no pack"), &little, &err), ERR_CORRUPT,
               "one of what is no pack, too");
    buf_clear(&delta);
    buf_clear(&out);
    buf_clear(&little);
}

static void
test_list(void)
{
    struct release release = {.pack = {RELEASE_VERSION_MAX, RELEASE_BYTES_MAX, {{1}}},
                              .id = {2},
                              .public_key = {3},
                              .built = 1764140449 * USEC_PER_SECOND + 5,
                              .delta_count = 2,
                              .older_count = 3,
                              .deltas = {{4, 5, {{6}}}, {7, 8, {{9}}}},
                              .older = {{4, 10, {{11}}}, {7, 12, {{13}}}, {0, 0, {{0}}}}};
    struct release again;
    struct buf text = BUF(RELEASE_JSON_MAX), other = BUF(RELEASE_JSON_MAX);
    struct err err;
    release_write(&release, &text);
    tap_no_err(release_read(buf_view(&text), &again, &err), &err, "a list is read");
    release_write(&again, &other);
    tap_eq_str(buf_view(&text), buf_view(&other), "and has all that was written");
    again.pack.version = 77;
    tap_eq_i64(release_read(STR("{\"version\":1}"), &again, &err), ERR_FORMAT, "half a list");
    tap_ok(strstr(err.text, "latest.json: \"bytes\" must be a number from 0 to 1073741824"),
           "is refused by what it lacks");
    tap_eq_i64((int64_t)again.pack.version, 77, "and leaves what was there");
    buf_clear(&text);
    buf_clear(&other);
}

static void
test_names(void)
{
    char name[RELEASE_NAME];
    tap_eq_z(release_pack_name(UINT64_MAX, name), "18446744073709551615.pack", "a pack's name");
    tap_eq_z(release_delta_name(UINT64_MAX, UINT64_MAX, name),
             "18446744073709551615-18446744073709551615.delta", "a difference's name");
}

int
main(void)
{
    char words[SMALL] = "";
    const char *folder = tap_folder("release");
    size_t n = 0;
    for (int i = 0; i < 200; i++)
        n += (size_t)snprintf(words + n, sizeof words - n, "%sword_%d", i ? " " : "", i);
    struct buf older = pack_of(folder, words, 1);
    snprintf(words + n, sizeof words - n, " another");
    struct buf newer = pack_of(folder, words, 2);
    struct buf other = pack_of(folder, "something else", 1);
    test_delta(buf_view(&older), buf_view(&newer), buf_view(&other));
    test_list();
    test_names();
    buf_clear(&older);
    buf_clear(&newer);
    buf_clear(&other);
    return tap_done();
}
