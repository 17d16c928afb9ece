/* SPDX-License-Identifier: Apache-2.0 */
/* Which file it is, and whether it still is that one. */
#include "scan/quarantine/identity.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

enum { BLOCK = 256 << 10 };

struct file_identity
file_identity_of_info(const struct file_info *info)
{
    return (struct file_identity){.device = info->device,
                                  .inode = info->inode,
                                  .size = info->size,
                                  .modified = info->modified,
                                  .changed = info->changed};
}

bool
identity_eq(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified == b->modified;
}

errcode
file_identity_of(int fd, const char *name, struct file_identity *ret, struct err *err)
{
    struct file_info info;
    errcode code = file_info_of(fd, name, &info, err);
    if (code == OK && info.kind != FILE_REGULAR)
        code = err_set(err, ERR_USAGE, "%s is not a regular file", name);
    if (code == OK)
        *ret = file_identity_of_info(&info);
    return code;
}

errcode
digest_fd(int fd, const char *name, struct sha256 *ret, struct err *err)
{
    cleanup(cleanup_free) char *block = mem_alloc(BLOCK);
    struct digest *digest = digest_new(DIGEST_SHA256);
    size_t n = BLOCK;
    errcode code = OK;
    for (uint64_t at = 0; code == OK && n == BLOCK; at += n) {
        code = file_read_at(fd, at, block, BLOCK, name, &n, err);
        if (code == OK)
            digest_add(digest, (str){block, n});
    }
    if (code == OK)
        digest_finish(digest, ret->bytes);
    else
        digest_free(digest);
    return code;
}
