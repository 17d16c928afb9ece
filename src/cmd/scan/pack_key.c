/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/pack_key.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#define SECRET_WORD "khien-secret-key "
enum { SECRET_TEXT = sizeof SECRET_WORD - 1 + 2 * SIGN_SEED };

/* LINE with its end, durably, as PATH, which must not be there. */
static errcode
write_new(const char *path, str line, mode_t mode, struct err *err)
{
    char temp_path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_create_temp(path, temp_path, &fd, err);
    if (code != OK)
        return code;
    code = fchmod(fd, mode) == 0 ? file_write_fd(fd, line, temp_path, err)
                                 : err_set_errno(err, "cannot set the mode of %s", temp_path);
    if (code == OK && (fsync(fd) != 0 || link(temp_path, path) != 0))
        code = err_set_errno(err, "cannot make %s", path);
    file_remove(temp_path, NULL);
    return code == OK ? folder_sync_above(path, err) : code;
}

static errcode
write_secret(const char *path, const uint8_t seed[SIGN_SEED], struct err *err)
{
    char line[SECRET_TEXT + 2];
    memcpy(line, SECRET_WORD, sizeof SECRET_WORD - 1);
    hex_format(seed, SIGN_SEED, line + sizeof SECRET_WORD - 1);
    line[SECRET_TEXT] = '\n';
    errcode code = write_new(path, (str){line, SECRET_TEXT + 1}, 0600, err);
    explicit_bzero(line, sizeof line);
    return code;
}

static errcode
write_public(const char *path, const uint8_t public_key[SIGN_PUBLIC], struct err *err)
{
    char line[PACK_KEY_TEXT + 1];
    hex_format(public_key, SIGN_PUBLIC, line);
    line[PACK_KEY_TEXT - 1] = '\n';
    return write_new(path, (str){line, PACK_KEY_TEXT}, 0644, err);
}

errcode
pack_key_make(const char *path, uint8_t ret_public[SIGN_PUBLIC], struct err *err)
{
    char public_path[PATH_TEXT];
    uint8_t seed[SIGN_SEED], secret[SIGN_SECRET];
    int n = snprintf(public_path, sizeof public_path, "%s.pub", path);
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return err_set_errno(err, "no random numbers");
    sign_keys(seed, ret_public, secret);
    errcode code = write_secret(path, seed, err);
    explicit_bzero(seed, sizeof seed);
    pack_key_clear(secret);
    if (code != OK)
        return code;
    code = write_public(public_path, ret_public, err);
    if (code != OK)
        file_remove(path, NULL); /* nothing was signed with it yet */
    return code;
}

static errcode
check_mode(int fd, const char *path, struct err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return err_set_errno(err, "cannot read the key %s", path);
    if (info.st_mode & 077)
        return err_set(err, ERR_DENIED, "the key %s is open to others (chmod 600 %s)", path, path);
    return OK;
}

static errcode
read_seed(str line, const char *path, uint8_t seed[SIGN_SEED], struct err *err)
{
    uint8_t other[SIGN_PUBLIC];
    if (hex_parse(line, other, sizeof other))
        return err_set(err, ERR_FORMAT,
                       "%s is a public key; to sign takes the secret one beside it", path);
    if (!str_starts(line, STR(SECRET_WORD)) ||
        !hex_parse(str_from(line, sizeof SECRET_WORD - 1), seed, SIGN_SEED))
        return err_set(err, ERR_FORMAT, "%s is no secret key (`khien rules key -o FILE` makes one)",
                       path);
    return OK;
}

errcode
pack_key_read_secret(const char *path, uint8_t ret[SIGN_SECRET], struct err *err)
{
    struct buf text = {0};
    uint8_t seed[SIGN_SEED], public_key[SIGN_PUBLIC];
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_open_now(path, &fd, err);
    if (code == OK)
        code = file_read_fd(fd, path, PACK_KEY_FILE_MAX, &text, err);
    if (code == OK)
        code = read_seed(str_trim(buf_view(&text)), path, seed, err);
    if (code == OK)
        code = check_mode(fd, path, err);
    if (code == OK)
        sign_keys(seed, public_key, ret);
    if (text.p)
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
