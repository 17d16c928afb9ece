/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules sign: who vouches for a program that the portal offers. What is signed begins with
 * words of its own, so that no signature of a pack is one of a file. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/require.h"
#include "cmd/release/release.h"
#include "cmd/scan/pack_key.h"

#define PURPOSE "khien file 1\n"
enum { PURPOSE_BYTES = sizeof PURPOSE - 1, SHA512_BYTES = 64 };

static errcode
digest_file(const char *path, uint8_t out[SHA512_BYTES], struct err *err)
{
    enum { PIECE = 256 << 10 };
    cleanup(cleanup_free) char *piece = mem_alloc(PIECE);
    cleanup(cleanup_close) int fd = -1;
    uint64_t size, at = 0;
    size_t n = 1;
    errcode code = file_open_now(path, &fd, err);
    if (code == OK)
        code = file_size(fd, path, &size, err); /* refuses what is no file */
    struct digest *digest = digest_new(DIGEST_SHA512);
    while (code == OK && n) {
        code = file_read_at(fd, at, piece, PIECE, path, &n, err);
        if (code == OK)
            digest_add(digest, (str){piece, n});
        at += n;
    }
    digest_finish(digest, out);
    return code;
}

static errcode
signature_path(const char *path, char out[PATH_TEXT], struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s.sig", path);
    return n > 0 && n < PATH_TEXT ? OK : err_set(err, ERR_LIMIT, "the path %s is too long", path);
}

errcode
release_run_sign(const struct call *call, struct err *err)
{
    char path[PATH_TEXT];
    uint8_t secret[SIGN_SECRET], message[PURPOSE_BYTES + SHA512_BYTES], signature[SIGN_SIGNATURE];
    const char *key = call_option(call, "key");
    if (!key)
        return err_set(err, ERR_USAGE, "--key FILE says with which secret key to sign");
    errcode code = signature_path(call->words[0], path, err);
    memcpy(message, PURPOSE, PURPOSE_BYTES);
    if (code == OK)
        code = digest_file(call->words[0], message + PURPOSE_BYTES, err);
    if (code == OK)
        code = pack_key_read_secret(key, secret, err);
    if (code != OK)
        return code;
    sign_make(secret, (str){(const char *)message, sizeof message}, signature);
    pack_key_clear(secret);
    code = file_replace(path, (str){(const char *)signature, sizeof signature}, err);
    if (code == OK)
        puts(path);
    return code;
}

errcode
release_grant_sign(const struct call *call, struct grants *grants, struct err *err)
{
    static char folder[PATH_TEXT]; /* kept until the sandbox is entered */
    const char *path = call->words[0];
    str above = {path, (size_t)(path_base(path) - path)};
    if (!str_copy(above.n ? above : STR("."), folder, sizeof folder))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    errcode code = grant_write(grants, folder, err);
    return code == OK ? grant_read(grants, call_option(call, "key"), err) : code;
}
