/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/pack_key.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#define SECRET_WORD "khien-secret-key "
enum { KEY_FILE_MAX = 4096, SECRET_TEXT = sizeof SECRET_WORD - 1 + 2 * SIGN_SEED };

static int
digit_of(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_hex(str hex, uint8_t *out, size_t size)
{
    if (hex.n != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit_of(hex.p[2 * i]), low = digit_of(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* ---- secret keys ---- */

static errcode
write_secret(const char *path, const uint8_t seed[SIGN_SEED], struct err *err)
{
    char line[SECRET_TEXT + 2];
    memcpy(line, SECRET_WORD, sizeof SECRET_WORD - 1);
    hex_format(seed, SIGN_SEED, line + sizeof SECRET_WORD - 1);
    line[SECRET_TEXT] = '\n';
    cleanup(cleanup_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set_errno(err, "cannot make the key %s", path);
    errcode code = file_write_fd(fd, (str){line, SECRET_TEXT + 1}, path, err);
    explicit_bzero(line, sizeof line);
    if (code == OK && fsync(fd) != 0)
        code = err_set_errno(err, "cannot write %s", path);
    if (code != OK)
        unlink(path);
    return code;
}

errcode
pack_key_make(const char *path, uint8_t ret_public[SIGN_PUBLIC], struct err *err)
{
    uint8_t seed[SIGN_SEED], secret[SIGN_SECRET], public_key[SIGN_PUBLIC];
    if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return err_set_errno(err, "no random numbers");
    sign_keys(seed, public_key, secret);
    errcode code = write_secret(path, seed, err);
    explicit_bzero(seed, sizeof seed);
    pack_key_clear(secret);
    if (code == OK)
        memcpy(ret_public, public_key, SIGN_PUBLIC);
    return code;
}

static errcode
check_mode(const char *path, struct err *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return err_set_errno(err, "cannot read the key %s", path);
    if (info.st_mode & 077)
        return err_set(err, ERR_DENIED, "the key %s is open to others (chmod 600 %s)", path, path);
    return OK;
}

errcode
pack_key_read_secret(const char *path, uint8_t ret[SIGN_SECRET], struct err *err)
{
    struct buf text = {0};
    uint8_t seed[SIGN_SEED], public_key[SIGN_PUBLIC];
    errcode code = check_mode(path, err);
    if (code == OK)
        code = file_read(path, KEY_FILE_MAX, &text, err);
    if (code != OK)
        return code;
    str line = str_trim(buf_view(&text));
    bool fits = str_starts(line, STR(SECRET_WORD)) &&
                read_hex(str_from(line, sizeof SECRET_WORD - 1), seed, sizeof seed);
    if (fits)
        sign_keys(seed, public_key, ret);
    else
        code = err_set(err, ERR_FORMAT, "%s is no secret key (`khien rules key -o FILE` makes one)",
                       path);
    explicit_bzero(text.p, text.room);
    explicit_bzero(seed, sizeof seed);
    buf_clear(&text);
    return code;
}

void
pack_key_clear(uint8_t secret[SIGN_SECRET])
{
    explicit_bzero(secret, SIGN_SECRET);
}

/* ---- public keys ---- */

errcode
pack_key_read_public(const char *path, uint8_t ret[SIGN_PUBLIC], struct err *err)
{
    struct buf text = {0};
    errcode code = file_read(path, KEY_FILE_MAX, &text, err);
    if (code == OK && !read_hex(str_trim(buf_view(&text)), ret, SIGN_PUBLIC))
        code = err_set(err, ERR_FORMAT, "%s is no public key: one line of 64 hexadecimal digits",
                       path);
    buf_clear(&text);
    return code;
}

bool
pack_is_pack(const char *path)
{
    static const char magic[] = {'K', 'H', 'P', 'A', 'C', 'K'};
    char head[sizeof magic];
    cleanup(cleanup_close) int fd = -1;
    size_t n = 0;
    return file_open(path, &fd, NULL) == OK &&
           file_read_at(fd, 0, head, sizeof head, path, &n, NULL) == OK && n == sizeof head &&
           memcmp(head, magic, sizeof head) == 0;
}
