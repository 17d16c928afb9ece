/* SPDX-License-Identifier: Apache-2.0 */
/* Files, buffers, arenas, tables. */
#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/tap.h"
#include "base/tsv.h"

#include <stdio.h>
#include <unistd.h>

static char folder[64];

static void
test_files(void)
{
    char path[PATH_TEXT], deep[PATH_TEXT];
    struct err err;
    struct buf content;
    path_join(path, folder, "a", NULL);
    tap_no_err(file_replace(path, STR("one"), &err), &err, "write");
    tap_no_err(file_replace(path, STR("two!"), &err), &err, "write over it");
    tap_no_err(file_read(path, 4, &content, &err), &err, "read");
    tap_eq_str(buf_view(&content), STR("two!"), "the newer content");
    buf_clear(&content);
    tap_eq_i64(file_read(path, 3, &content, &err), ERR_LIMIT, "a cap");
    tap_eq_i64(file_read("/nonexistent/x", 3, &content, &err), ERR_NOT_FOUND, "no file");
    tap_eq_i64(file_replace("/nonexistent/x", STR(""), &err), ERR_NOT_FOUND, "no folder");
    path_join(deep, folder, "x/y/z", NULL);
    tap_no_err(folder_make(deep, &err), &err, "folders");
    tap_no_err(folder_make(deep, &err), &err, "again");
    tap_ok(folder_make(path, &err) != OK, "a file is in the way");
    struct file_map map;
    tap_no_err(file_map_open(path, &map, &err), &err, "map");
    unlink(path);
    tap_eq_str(map.bytes, STR("two!"), "the mapping outlives the name");
    file_map_close(&map);
    tap_eq_i64(file_map_open(folder, &map, &err), ERR_USAGE, "a folder is not mapped");
    tap_eq_z(path_base("a/b/c.csv"), "c.csv", "base name");
}

static void
test_buffers(void)
{
    struct buf buf = BUF(10);
    struct err err;
    buf_z(&buf, "12345");
    buf_printf(&buf, "%d", 678);
    tap_no_err(buf_check(&buf, "it", &err), &err, "within the cap");
    buf_z(&buf, "9012");
    tap_eq_i64(buf_check(&buf, "it", &err), ERR_LIMIT, "over the cap");
    tap_eq_str(buf_view(&buf), STR("12345678"), "what fitted is kept");
    buf_reset(&buf);
    buf_u64(&buf, 0);
    buf_i64(&buf, -7);
    tap_eq_str(buf_view(&buf), STR("0-7"), "numbers");
    buf_clear(&buf);

    struct arena arena = ARENA;
    bool zero = true;
    for (size_t i = 1; i < 3000; i++) {
        char *p = arena_alloc(&arena, i % 700);
        for (size_t j = 0; j < i % 700; j++)
            zero = zero && p[j] == 0;
        memset(p, 0xff, i % 700);
        if (i % 1000 == 0)
            arena_reset(&arena);
    }
    tap_ok(zero, "arena memory is zeroed, also after a reset");
    tap_eq_str(arena_lower(&arena, STR("AbC")), STR("abc"), "lower case");
    arena_clear(&arena);
}

static void
test_tables(void)
{
    struct tsv tsv = tsv_open("t.tsv", STR("# head\na\tb\n\nc\t-\nd\n"), 2);
    str cells[TSV_CELLS_MAX];
    bool more = false;
    struct err err;
    tap_no_err(tsv_next(&tsv, cells, &more, &err), &err, "row 1");
    tap_ok(more && str_eq(cells[0], STR("a")) && str_eq(cells[1], STR("b")), "its cells");
    tap_no_err(tsv_next(&tsv, cells, &more, &err), &err, "row 2");
    tap_ok(more && cells[1].n == 0, "'-' is empty");
    tap_eq_i64(tsv_next(&tsv, cells, &more, &err), ERR_FORMAT, "a short row");
    tap_ok(strstr(err.text, "line 5") != NULL, "is named by its line: %s", err.text);
}

/* FIPS 180-4 examples. */
static void
test_sha256(void)
{
    char text[SHA256_TEXT];
    struct sha256 hash = sha256_of(STR("abc")), back;
    tap_eq_z(sha256_format(&hash, text),
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");
    tap_ok(sha256_parse(str_of(text), &back) && memcmp(&hash, &back, sizeof hash) == 0, "back");
    hash = sha256_of(STR(""));
    tap_eq_z(sha256_format(&hash, text),
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of nothing");
    tap_ok(!sha256_parse(STR("ba78"), &back), "too short");
}

static void
test_errors(void)
{
    struct err err;
    err_set(&err, ERR_FORMAT, "line %d", 7);
    tap_eq_i64(err_prefix(&err, "file %s", "x"), ERR_FORMAT, "the code stays");
    tap_eq_z(err.text, "file x: line 7", "the context comes first");
    tap_eq_i64(err_set(NULL, ERR_IO, "x"), ERR_IO, "no one to tell");
    char longest[2000];
    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    err_prefix(&err, "%s", longest);
    tap_ok(strlen(err.text) < sizeof err.text && strstr(err.text, "line 7"),
           "a long context leaves room for the message");
}

static void
test_copies(void)
{
    char path[PATH_TEXT];
    struct err err;
    struct file_map map;
    path_join(path, folder, "original", NULL);
    file_replace(path, STR("as it was"), &err);
    tap_no_err(file_map_copy(path, folder, 9, &map, &err), &err, "a mapped copy");
    tap_ok(truncate(path, 0) == 0, "the original is cut");
    tap_eq_str(map.bytes, STR("as it was"), "the copy is not");
    file_map_close(&map);
    tap_no_err(file_map_copy(path, folder, 0, &map, &err), &err, "an empty one");
    tap_eq_i64(map.bytes.n, 0, "is empty");
    file_map_close(&map);
    file_replace(path, STR("too long"), &err);
    tap_eq_i64(file_map_copy(path, folder, 7, &map, &err), ERR_LIMIT, "a cap");
    tap_eq_i64(file_map_copy(path, "/nonexistent", 9, &map, &err), ERR_NOT_FOUND, "no folder");
    int ends[2];
    tap_ok(pipe(ends) == 0 && write(ends[1], "through", 7) == 7 && close(ends[1]) == 0, "a pipe");
    tap_no_err(file_map_copy_fd(ends[0], "a pipe", folder, 9, &map, &err), &err, "is copied too");
    tap_eq_str(map.bytes, STR("through"), "whole");
    file_map_close(&map);
    close(ends[0]);
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/file-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    test_files();
    test_copies();
    test_buffers();
    test_tables();
    test_sha256();
    test_errors();
    return tap_done();
}
