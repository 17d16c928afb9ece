/* SPDX-License-Identifier: Apache-2.0 */
/* Reads folders, follows no order of the file system, and looks at times without opening files. */
#include "portal/content/folder.h"

#include "base/limits.h"
#include "base/require.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

struct listing {
    struct content_files files;
    size_t room;
    struct buf signature;
    struct content_faults *faults;
};

bool
content_file_name(str file, str *ret_name, enum language *ret_language)
{
    bool vi = str_ends(file, STR(".vi.md")), en = str_ends(file, STR(".en.md"));
    str name = {file.p, file.n > 6 ? file.n - 6 : 0};
    if (!(vi || en) || !content_is_name(name))
        return false;
    *ret_name = name;
    *ret_language = vi ? LANGUAGE_VI : LANGUAGE_EN;
    return true;
}

static void
remark(struct listing *listing, str path, const char *text)
{
    if (listing->faults)
        content_fault_add(listing->faults, CONTENT_WRONG, path, 0, NULL, "%s", text);
}

/* What an editor program or version control leaves is nobody's fault. */
static bool
is_passed_over(str name)
{
    return str_starts(name, STR(".")) || str_ends(name, STR("~"));
}

static void
sign(struct listing *listing, enum content_kind kind, const char *name, const struct stat *status)
{
    usec changed = status->st_mtim.tv_sec * USEC_PER_SECOND + status->st_mtim.tv_nsec / 1000;
    if (changed > listing->files.newest)
        listing->files.newest = changed;
    buf_printf(&listing->signature, "%d %s %lld %lld.%09ld %llu\n", (int)kind, name,
               (long long)status->st_size, (long long)status->st_mtim.tv_sec,
               status->st_mtim.tv_nsec, (unsigned long long)status->st_ino);
}

static errcode
add_file(struct listing *listing, const char *folder, enum content_kind kind, const char *name,
         struct err *err)
{
    char path[PATH_TEXT], shown[PATH_TEXT];
    struct stat status;
    str unused;
    enum language language;
    if (is_passed_over(str_of(name)))
        return OK;
    snprintf(shown, sizeof shown, "%s/%s", content_kind_name(kind), name);
    errcode code = path_join(path, folder, name, err);
    if (code != OK)
        return code;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        remark(listing, str_of(shown), "no file that can be read");
        return OK;
    }
    if (!content_file_name(str_of(name), &unused, &language)) {
        remark(listing, str_of(shown),
               "left out: a file is named name.vi.md or name.en.md, in small letters");
        return OK;
    }
    if (listing->files.count == LIMIT_CONTENT_FILES)
        return err_set(err, ERR_LIMIT, "more than %d content files in %s", LIMIT_CONTENT_FILES,
                       folder);
    if (listing->files.count == listing->room) {
        listing->room = listing->room ? 2 * listing->room : 64;
        listing->files.files =
            mem_resize(listing->files.files, listing->room, sizeof *listing->files.files);
    }
    listing->files.bytes += (uint64_t)status.st_size;
    if (listing->files.bytes > LIMIT_CONTENT_BYTES)
        return err_set(err, ERR_LIMIT, "the content files in %s have more than %d bytes", folder,
                       LIMIT_CONTENT_BYTES);
    struct content_file *file = &listing->files.files[listing->files.count++];
    file->kind = kind;
    snprintf(file->name, sizeof file->name, "%s", name);
    sign(listing, kind, name, &status);
    return OK;
}

static errcode
list_kind(struct listing *listing, const char *folder, enum content_kind kind, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = path_join(path, folder, content_kind_name(kind), err);
    if (code != OK)
        return code;
    DIR *dir = opendir(path);
    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return OK;
    if (!dir)
        return err_set_errno(err, "cannot read the folder %s", path);
    for (const struct dirent *entry; code == OK && (entry = readdir(dir));)
        code = add_file(listing, path, kind, entry->d_name, err);
    closedir(dir);
    return code;
}

/* Misspelled kinds would be lost in silence. */
static errcode
look_for_strangers(struct listing *listing, const char *folder, struct err *err)
{
    enum content_kind kind;
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set_errno(err, "cannot read the content folder %s", folder);
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (!is_passed_over(str_of(entry->d_name)) &&
            !content_kind_find(str_of(entry->d_name), &kind))
            remark(listing, str_of(entry->d_name),
                   "left out: folders are pages, tools, guides, alerts, press and campaigns");
    closedir(dir);
    return OK;
}

static int
compare_files(const void *a, const void *b)
{
    const struct content_file *x = a, *y = b;
    return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->name, y->name);
}

errcode
content_files_list(const char *folder, struct content_faults *faults, struct content_files *ret,
                   struct err *err)
{
    struct listing listing = {.signature = BUF(4 << 20), .faults = faults};
    errcode code = look_for_strangers(&listing, folder, err);
    for (unsigned kind = 0; kind < CONTENT_KINDS && code == OK; kind++)
        code = list_kind(&listing, folder, (enum content_kind)kind, err);
    if (code == OK) {
        if (listing.files.count)
            qsort(listing.files.files, listing.files.count, sizeof *listing.files.files,
                  compare_files);
        listing.files.fingerprint = checksum_of(buf_view(&listing.signature));
        *ret = listing.files;
    } else {
        free(listing.files.files);
    }
    buf_clear(&listing.signature);
    return code;
}

errcode
content_file_read(const char *folder, const struct content_file *file, struct buf *ret,
                  struct err *err)
{
    char inner[PATH_TEXT], path[PATH_TEXT];
    errcode code = path_join(inner, folder, content_kind_name(file->kind), err);
    if (code == OK)
        code = path_join(path, inner, file->name, err);
    if (code == OK)
        code = file_read(path, LIMIT_CONTENT_FILE, ret, err);
    return code;
}
