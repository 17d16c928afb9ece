/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "scan/quarantine/inner.h"

static errcode
check_kind(const struct place *place, const struct file_info *info, struct err *err)
{
    const char *path = place->path;
    if (info->kind == FILE_LINK)
        return err_set(err, ERR_USAGE, "%s is a link, and links are not followed", path);
    if (info->kind == FILE_FOLDER)
        return err_set(err, ERR_USAGE, "%s is a folder; only files can be taken", path);
    if (info->kind == FILE_CLOUD)
        return err_set(err, ERR_USAGE, "%s is in the cloud and not on this disk", path);
    if (info->kind != FILE_REGULAR)
        return err_set(err, ERR_USAGE, "%s is no regular file; only these can be taken", path);
    if (info->links > 1)
        return err_set(err, ERR_USAGE,
                       "%s has %llu names (hard links): it would stay under the others; remove "
                       "them, or list them with %s",
                       path, (unsigned long long)info->links, place_names_lister);
    return OK;
}

errcode
place_open_file(const struct place *place, int *ret_fd, struct file_info *ret, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    if (!place_look(place, ret))
        return err_set_errno(err, "cannot examine %s", place->path);
    errcode code = check_kind(place, ret, err);
    if (code == OK)
        code = place_open_here(place, &fd, err);
    if (code == OK)
        code = file_info_of(fd, place->path, ret, err);
    /* Between the two looks it may have become something else. */
    if (code == OK)
        code = check_kind(place, ret, err);
    if (code == OK)
        *ret_fd = take_fd(fd);
    return code;
}
