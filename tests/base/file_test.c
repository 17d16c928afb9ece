/* SPDX-License-Identifier: Apache-2.0 */
/* Files on any system: reading, mapping, replacing, folders, names. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_info.h"
#include "base/require.h"
#include "base/secret.h"
#include "base/tap.h"

static const char *folder;

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
    tap_ok(strstr(err.text, "/nonexistent/x: ") && err.text[strlen(err.text) - 1] != '.',
           "the system's word: %s", err.text);
    tap_eq_i64(file_replace("/nonexistent/x", STR(""), &err), ERR_NOT_FOUND, "no folder");
    path_join(deep, folder, "x/y/z", NULL);
    tap_no_err(folder_make(deep, &err), &err, "folders");
    tap_no_err(folder_make(deep, &err), &err, "again");
    tap_ok(folder_make(path, &err) != OK, "a file is in the way");
    tap_ok(file_exists(path) && file_exists(deep) && !file_exists("/nonexistent"), "what exists");
    tap_no_err(file_remove(path, &err), &err, "remove");
    tap_ok(!file_exists(path), "it is gone");
    tap_eq_i64(file_remove(path, &err), ERR_NOT_FOUND, "a second time");
    tap_eq_z(path_base("a/b/c.csv"), "c.csv", "base name");
    tap_eq_z(path_base("c.csv"), "c.csv", "without a folder");
}

static void
test_bytes_unchanged(void)
{
    char path[PATH_TEXT];
    struct err err;
    struct buf content;
    path_join(path, folder, "bytes", NULL);
    const str bytes = STR("a\r\nb\n\x1a\0c\xff");
    tap_no_err(file_replace(path, bytes, &err), &err, "bytes that text files have not");
    tap_no_err(file_read(path, 100, &content, &err), &err, "are read");
    tap_eq_str(buf_view(&content), bytes, "as they are");
    buf_clear(&content);
    cleanup(cleanup_close) int fd = -1;
    char piece[8];
    size_t n = 77;
    uint64_t size = 77;
    tap_no_err(file_open(path, &fd, &err), &err, "open");
    tap_no_err(file_size(fd, path, &size, &err), &err, "its size");
    tap_eq_i64(size, (int64_t)bytes.n, "in bytes");
    tap_no_err(file_read_at(fd, 5, piece, sizeof piece, path, &n, &err), &err, "from byte 5");
    tap_eq_str(((str){piece, n}), str_from(bytes, 5), "to the end");
    tap_no_err(file_read_at(fd, 1, piece, 2, path, &n, &err), &err, "from byte 1");
    tap_eq_str(((str){piece, n}), STR("\r\n"), "two of them");
    tap_no_err(file_read_at(fd, 99, piece, 2, path, &n, &err), &err, "behind the end");
    tap_eq_i64(lseek(fd, 0, SEEK_CUR), 0, "the descriptor stays where it was");
    tap_eq_i64(n, 0, "nothing");
}

static void
test_maps(void)
{
    char path[PATH_TEXT];
    struct err err;
    struct file_map map, again, copy;
    path_join(path, folder, "map", NULL);
    file_replace(path, STR("mapped"), NULL);
    tap_no_err(file_map_open(path, &map, &err), &err, "map");
    cleanup(cleanup_close) int fd = -1;
    tap_no_err(file_open(path, &fd, &err), &err, "open");
    tap_no_err(file_map_fd(fd, path, &again, &err), &err, "map what is open");
    tap_eq_str(again.bytes, STR("mapped"), "the same");
    file_map_close(&again);
    tap_eq_str(map.bytes, STR("mapped"), "and apart");
    tap_eq_i64(file_map_copy(path, folder, 5, &copy, &err), ERR_LIMIT, "a copy has a cap");
    tap_no_err(file_map_copy(path, folder, 6, &copy, &err), &err, "a copy");
    tap_eq_str(copy.bytes, STR("mapped"), "is the same");
    file_map_close(&copy);
    file_map_close(&map);
    tap_eq_i64(file_map_copy(path, "/nonexistent", 9, &copy, &err), ERR_NOT_FOUND, "no folder");
    tap_eq_i64(file_map_open(folder, &map, &err), ERR_USAGE, "a folder is not mapped");
    tap_eq_i64(file_map_open("/nonexistent", &map, &err), ERR_NOT_FOUND, "no file");
    path_join(path, folder, "empty", NULL);
    file_replace(path, STR(""), NULL);
    tap_no_err(file_map_open(path, &map, &err), &err, "an empty file");
    tap_ok(map.bytes.n == 0 && map.bytes.p, "is an empty view");
    file_map_close(&map);
}

/* 40 folders with 20 characters each: past the 260 that Windows takes in its own calls. */
static void
test_names(void)
{
    char path[PATH_TEXT], step[PATH_TEXT];
    struct err err;
    struct file_map map;
    path_join(path, folder, "kh\xc3\xac\xc3\xaan \xe1\xba\xa3", NULL);
    tap_no_err(folder_make(path, &err), &err, "a Vietnamese name");
    for (int i = 0; i < 40; i++) {
        path_join(step, path, "twenty-characters-20", NULL);
        memcpy(path, step, sizeof path);
    }
    tap_no_err(folder_make(path, &err), &err, "a path of %zu bytes", strlen(path));
    path_join(step, path, "t\xe1\xbb\x87p.txt", NULL);
    tap_no_err(file_replace(step, STR("far"), &err), &err, "a file in it");
    tap_no_err(file_map_open(step, &map, &err), &err, "is mapped");
    tap_eq_str(map.bytes, STR("far"), "whole");
    file_map_close(&map);
    tap_no_err(file_remove(step, &err), &err, "and removed");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    tap_eq_i64(path_join(step, folder, path, &err), ERR_LIMIT, "too long to join");
}

static void
test_info(void)
{
    char path[PATH_TEXT], open_to_all[PATH_TEXT], own[PATH_TEXT], secret[PATH_TEXT];
    struct file_info info, again, above;
    struct err err;
    uint8_t random[2][16];
    int fd = -1;
    path_join(path, folder, "info", NULL);
    path_join(own, folder, "own/below", NULL);
    path_join(secret, own, "secret", NULL);
    path_join(open_to_all, folder, "nowhere", NULL);
    require(file_replace(path, STR("seven b"), NULL) == OK);
    tap_no_err(file_info_at(path, &info, &err), &err, "what a file is");
    tap_ok(info.kind == FILE_REGULAR && info.size == 7 && info.links == 1 && info.inode != 0,
           "regular, of 7 bytes, with one name");
    int64_t age = clock_now() * 1000 - info.modified, second = 1000000000;
    tap_ok(age > -2 * second && age < 600 * second && info.changed >= info.modified - second,
           "written just now");
    require(file_open(path, &fd, NULL) == OK);
    tap_ok(file_info_of(fd, path, &again, NULL) == OK && again.inode == info.inode &&
               again.device == info.device && again.modified == info.modified &&
               again.changed == info.changed,
           "the same by its descriptor");
    cleanup_close(&fd);
    tap_ok(file_info_at(folder, &above, NULL) == OK && above.kind == FILE_FOLDER &&
               above.device == info.device && above.inode != info.inode,
           "a folder is another");
    tap_eq_i64(file_info_at(open_to_all, &info, &err), ERR_NOT_FOUND, "nothing: %s", err.text);
    tap_no_err(secret_folder(own, true, &err), &err, "a folder for nobody else");
    tap_no_err(secret_folder(own, true, &err), &err, "again");
    tap_no_err(secret_create(secret, &fd, &err), &err, "a file in it");
    tap_no_err(file_write_fd(fd, STR("x"), secret, &err), &err, "to write");
    cleanup_close(&fd);
    tap_ok(secret_create(secret, &fd, &err) != OK, "once: %s", err.text);
    tap_no_err(secret_open(secret, &fd, &err), &err, "and to read");
    cleanup_close(&fd);
    require(secret_random(random[0], 16, NULL) == OK && secret_random(random[1], 16, NULL) == OK);
    tap_ok(memcmp(random[0], random[1], 16) != 0, "random numbers differ");
    secret_wipe(random, sizeof random);
    tap_ok(random[0][0] == 0 && random[1][15] == 0, "what is wiped is gone");
}

int
main(void)
{
    folder = tap_folder("file");
    test_files();
    test_bytes_unchanged();
    test_maps();
    test_names();
    test_info();
    return tap_done();
}
