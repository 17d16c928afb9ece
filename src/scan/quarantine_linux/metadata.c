/* SPDX-License-Identifier: Apache-2.0 */
/* Owner, mode, times and extended attributes. ACLs are attributes too, and so are capabilities and
 * labels of security modules: all go through raw, as the file system gave them. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* ---- reading ---- */

static errcode
read_value(int fd, const char *name, const char *file, char *room, struct buf *out, struct err *err)
{
    ssize_t n = fgetxattr(fd, name, room, XATTR_SIZE_MAX);
    if (n < 0 && errno == ENODATA)
        return OK;
    if (n < 0)
        return err_set_errno(err, "cannot read the attribute %s of %s", name, file);
    const struct attribute attribute = {str_of(name), {room, (size_t)n}};
    attribute_write(&attribute, out);
    return OK;
}

static errcode
read_attributes(int fd, const char *file, struct buf *out, struct err *err)
{
    cleanup(cleanup_free) char *names = mem_calloc(1, XATTR_LIST_MAX + 1);
    cleanup(cleanup_free) char *room = mem_alloc(XATTR_SIZE_MAX);
    ssize_t n = flistxattr(fd, names, XATTR_LIST_MAX);
    if (n < 0 && (errno == ENOTSUP || errno == ENOSYS))
        return OK;
    if (n < 0)
        return err_set_errno(err, "cannot list the attributes of %s", file);
    errcode code = OK;
    for (size_t at = 0; at < (size_t)n && code == OK; at += strlen(names + at) + 1)
        code = read_value(fd, names + at, file, room, out, err);
    return code == OK ? buf_check(out, "the attributes of the file", err) : code;
}

errcode
metadata_read(int fd, const char *name, struct about *about, struct buf *attributes,
              struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_errno(err, "cannot examine %s", name);
    about->mode = status.st_mode & 07777;
    about->owner = status.st_uid;
    about->group = status.st_gid;
    about->accessed = file_info_of_stat(&status).accessed;
    errcode code = read_attributes(fd, name, attributes, err);
    about->attributes = buf_view(attributes);
    return code;
}

/* ---- putting ---- */

static void
note(struct buf *notes, const char *what)
{
    struct err err;
    err_set_errno(&err, "%s", what);
    buf_printf(notes, "%s\n", err.text);
}

static void
put_attribute(int fd, const struct attribute *attribute, struct buf *notes)
{
    char name[XATTR_NAME_MAX + 1], room[XATTR_SIZE_MAX], what[XATTR_NAME_MAX + 64];
    if (!str_copy(attribute->name, name, sizeof name))
        return;
    /* Security modules label new files themselves: what is there already need not be put. */
    ssize_t n = fgetxattr(fd, name, room, sizeof room);
    if (n >= 0 && str_eq((str){room, (size_t)n}, attribute->value))
        return;
    if (fsetxattr(fd, name, attribute->value.p, attribute->value.n, 0) == 0)
        return;
    snprintf(what, sizeof what, "the attribute %s was not given back", name);
    note(notes, what);
}

static struct timespec
timespec_of(int64_t nanoseconds)
{
    int64_t second = 1000000000, part = nanoseconds % second;
    return (struct timespec){(nanoseconds - part) / second - (part < 0),
                             part + (part < 0 ? second : 0)};
}

/* In this order: a change of owner takes set-user-ID and capabilities away, ACLs are part of the
 * mode, and everything changes times. */
void
metadata_put(int fd, const struct about *about, struct buf *notes)
{
    mode_t mode = about->mode;
    str rest = about->attributes;
    struct attribute attribute;
    if (fchown(fd, about->owner, about->group) != 0) {
        struct stat status;
        note(notes, "owner and group were not given back");
        /* Else a program would run as someone whose it never was. */
        if (fstat(fd, &status) != 0 || status.st_uid != about->owner)
            mode &= ~(mode_t)S_ISUID;
        if (fstat(fd, &status) != 0 || status.st_gid != about->group)
            mode &= ~(mode_t)S_ISGID;
    }
    if (fchmod(fd, mode) != 0)
        note(notes, "the mode was not given back");
    while (attribute_cut(&rest, &attribute))
        put_attribute(fd, &attribute, notes);
    const struct timespec times[2] = {timespec_of(about->accessed),
                                      timespec_of(about->identity.modified)};
    if (futimens(fd, times) != 0)
        note(notes, "the times were not given back");
}

errcode
metadata_touch(int fd, const char *name, struct err *err)
{
    if (futimens(fd, NULL) != 0)
        return err_set_errno(err, "cannot set the times of %s", name);
    return OK;
}
