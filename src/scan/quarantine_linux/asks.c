/* SPDX-License-Identifier: Apache-2.0 */
/* What is not taken unless that is asked for: files of other machines, and those that this one
 * needs to run. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"

#include <dirent.h>
#include <linux/magic.h>
#include <sys/vfs.h>

/* ---- network file systems ---- */

static bool
is_network(const struct place *place)
{
    /* Those that <linux/magic.h> of Debian 12 lacks by number. FUSE may be a local disk too (NTFS);
     * nothing tells. */
    static const uint32_t types[] = {NFS_SUPER_MAGIC,
                                     SMB_SUPER_MAGIC,
                                     SMB2_SUPER_MAGIC,
                                     CIFS_SUPER_MAGIC,
                                     V9FS_MAGIC,
                                     FUSE_SUPER_MAGIC,
                                     AFS_SUPER_MAGIC,
                                     AFS_FS_MAGIC,
                                     CODA_SUPER_MAGIC,
                                     CEPH_SUPER_MAGIC,
                                     OCFS2_SUPER_MAGIC,
                                     0x0bd00bd0 /* Lustre */,
                                     0x01161970 /* GFS2 */,
                                     0x47504653 /* GPFS */,
                                     0x19830326 /* BeeGFS */};
    struct statfs status;
    if (fstatfs((int)place->room.handle, &status) != 0)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if ((uint32_t)status.f_type == types[i])
            return true;
    return false;
}

/* ---- files of packages ---- */

#define DPKG_LISTS "/var/lib/dpkg/info"
enum { LIST_BYTES = 64 << 20 };

/* Where packages put files that others may find. */
static bool
may_be_packaged(str path)
{
    static const char *const never[] = {"/home/", "/tmp/",   "/var/tmp/", "/run/",      "/dev/",
                                        "/srv/",  "/media/", "/mnt/",     "/usr/local/"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (str_starts(path, str_of(never[i])))
            return false;
    return true;
}

static bool
list_has(const char *list, str line)
{
    struct buf text = {0};
    bool found = false;
    if (file_read(list, LIST_BYTES, &text, NULL) == OK)
        found = str_find(buf_view(&text), line) != SIZE_MAX;
    buf_clear(&text);
    return found;
}

/* Each line of a list is a path; all lists begin with the line "/.". *RET_KNOWN is false where
 * there is no dpkg. */
static bool
is_listed(str path, bool *ret_known)
{
    char list[PATH_TEXT];
    struct buf line = BUF(PATH_TEXT + 2);
    DIR *folder = opendir(DPKG_LISTS);
    bool found = false;
    buf_printf(&line, "\n%.*s\n", STR_ARG(path));
    for (const struct dirent *entry; folder && !found && (entry = readdir(folder)) != NULL;) {
        if (!str_ends(str_of(entry->d_name), STR(".list")) ||
            path_join(list, DPKG_LISTS, entry->d_name, NULL) != OK)
            continue;
        *ret_known = true;
        found = list_has(list, buf_view(&line));
    }
    if (folder)
        closedir(folder);
    buf_clear(&line);
    return found;
}

/* Lists name what lies in /usr/bin now as packages have it: /bin/ls. */
static bool
is_packaged(str path, bool *ret_known)
{
    static const char *const merged[] = {"/usr/bin/", "/usr/sbin/", "/usr/lib"};
    if (!may_be_packaged(path))
        return false;
    if (is_listed(path, ret_known))
        return true;
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++)
        if (str_starts(path, str_of(merged[i])))
            return is_listed(str_from(path, strlen("/usr")), ret_known);
    return false;
}

/* ---- files of the system that no package owns ---- */

static bool
is_of_system(str path, bool knows_packages)
{
    static const char *const always[] = {"/boot/",        "/dev/",         "/proc/",
                                         "/sys/",         "/etc/passwd",   "/etc/group",
                                         "/etc/shadow",   "/etc/gshadow",  "/etc/fstab",
                                         "/etc/hosts",    "/etc/hostname", "/etc/machine-id",
                                         "/etc/ssl/",     "/etc/pam.d/",   "/etc/ld.so.cache",
                                         "/var/lib/dpkg/"};
    static const char *const without[] = {"/usr/", "/bin/", "/sbin/", "/lib", "/etc/"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (str_starts(path, str_of(always[i])))
            return !str_starts(path, STR("/dev/shm/"));
    for (size_t i = 0; i < sizeof without / sizeof *without && !knows_packages; i++)
        if (str_starts(path, str_of(without[i])))
            return !str_starts(path, STR("/usr/local/"));
    return false;
}

unsigned
place_asks(const struct place *place)
{
    bool knows_packages = false;
    str path = str_of(place->path);
    unsigned flags = is_network(place) ? QUARANTINE_NETWORK : 0;
    if (is_packaged(path, &knows_packages) || is_of_system(path, knows_packages))
        flags |= QUARANTINE_SYSTEM;
    return flags;
}
