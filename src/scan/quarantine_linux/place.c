/* SPDX-License-Identifier: Apache-2.0 */
/* Paths are walked part by part, and no part may be a link: whoever may rename things on the way
 * can then make a step fail, but lead it nowhere else. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

/* One part of a path, onto what stands in OUT: "." and ".." are gone afterwards, which is right
 * because no part is a link. */
static bool
add_part(struct buf *out, str part)
{
    if (part.n == 0 || str_eq(part, STR(".")))
        return true;
    if (str_eq(part, STR(".."))) {
        while (out->n > 0 && out->p[--out->n] != '/')
            ;
        return true;
    }
    buf_char(out, '/');
    buf_str(out, part);
    return part.n <= NAME_MAX;
}

static errcode
make_absolute(const char *path, char out[PATH_TEXT], struct err *err)
{
    char here[PATH_TEXT] = "";
    struct buf whole = BUF(PATH_TEXT - 1);
    str part, rests[2] = {STR(""), str_of(path)};
    bool fits = true;
    if (path[0] == 0)
        return err_set(err, ERR_USAGE, "the path is empty");
    if (path[0] != '/') {
        if (!getcwd(here, sizeof here))
            return err_set_errno(err, "cannot tell the folder that %s is in", path);
        rests[0] = str_of(here);
    }
    for (size_t i = 0; i < 2; i++)
        while (str_cut(&rests[i], '/', &part))
            fits = add_part(&whole, part) && fits;
    fits = fits && buf_check(&whole, "the path", NULL) == OK;
    bool has_name = whole.n > 0;
    if (fits && has_name)
        fits = str_copy(buf_view(&whole), out, PATH_TEXT);
    buf_clear(&whole);
    if (!fits)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return has_name ? OK : err_set(err, ERR_USAGE, "%s is a folder; only files can be taken", path);
}

static errcode
step_failed(const char *path, const char *part, struct err *err)
{
    if (errno == ELOOP || errno == ENOTDIR)
        return err_set(err, ERR_DENIED,
                       "%s: \"%s\" on the way is a link or no folder, and links are not followed; "
                       "give the path without links",
                       path, part);
    return err_set_errno(err, "cannot enter \"%s\" on the way to %s", part, path);
}

/* To the folder of the path, which has as many parts as FOLDER says. */
static errcode
walk(const char *path, str rest, int *ret_fd, struct err *err)
{
    str part;
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot open the root folder");
    while (str_cut(&rest, '/', &part)) {
        char name[NAME_MAX + 1];
        require(str_copy(part, name, sizeof name));
        int next = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        errcode code = next < 0 ? step_failed(path, name, err) : OK;
        close(fd);
        if (code != OK)
            return code;
        fd = next;
    }
    *ret_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    errcode code = *ret_fd < 0 ? err_set_errno(err, "cannot open the folder of %s", path) : OK;
    close(fd);
    return code;
}

errcode
place_open(const char *path, struct place *ret, struct err *err)
{
    int fd = -1;
    ret->room.handle = -1;
    ret->path[0] = 0;
    errcode code = make_absolute(path, ret->path, err);
    if (code != OK)
        return code;
    ret->name = path_base(ret->path);
    size_t n = (size_t)(ret->name - ret->path);
    str folder = {ret->path + 1, n > 1 ? n - 2 : 0};
    code = walk(path, folder.n > 0 ? folder : (str){0}, &fd, err);
    if (code == OK)
        ret->room.handle = fd;
    return code;
}

const char place_names_lister[] = "find -samefile";

static bool
has_flag(int fd, uint64_t flag)
{
    struct statx status;
    return statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &status) == 0 && (status.stx_attributes & flag);
}

static errcode
check_flags(const struct place *place, int fd, struct err *err)
{
    if (has_flag(fd, STATX_ATTR_IMMUTABLE))
        return err_set(err, ERR_DENIED, "%s is immutable; chattr -i changes that", place->path);
    if (has_flag(fd, STATX_ATTR_APPEND))
        return err_set(err, ERR_DENIED, "%s may only be appended to; chattr -a changes that",
                       place->path);
    if (has_flag((int)place->room.handle, STATX_ATTR_IMMUTABLE) ||
        has_flag((int)place->room.handle, STATX_ATTR_APPEND))
        return err_set(err, ERR_DENIED,
                       "nothing may be removed from the folder of %s; chattr -ia changes that",
                       place->path);
    return OK;
}

errcode
place_open_here(const struct place *place, int *ret_fd, struct err *err)
{
    cleanup(cleanup_close) int fd =
        openat((int)place->room.handle, place->name,
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", place->path);
    errcode code = check_flags(place, fd, err);
    if (code == OK)
        *ret_fd = take_fd(fd);
    return code;
}

errcode
place_remove(const struct place *place, int *fd, struct err *err)
{
    (void)fd;
    if (unlinkat((int)place->room.handle, place->name, 0) != 0)
        return err_set_errno(err, "cannot remove %s", place->path);
    return OK;
}
