/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_windows/place.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <windows.h>

enum { FOLDERS = 20000, FILES = 200000 };

static bool
join(char out[PATH_TEXT], const char *folder, const char *below)
{
    int n = snprintf(out, PATH_TEXT, "%s%s%s", folder, below[0] ? "\\" : "", below);
    return n > 0 && n < PATH_TEXT;
}

static void
windows_folder(char out[PATH_TEXT])
{
    wchar_t wide[MAX_PATH] = L"C:\\Windows";
    GetWindowsDirectoryW(wide, MAX_PATH);
    wide_to_utf8(wide, out, PATH_TEXT);
}

bool
place_in_windows(const struct checking *checking, const char *below, char out[PATH_TEXT])
{
    char windows[PATH_TEXT];
    if (checking->root[0] && !join(windows, checking->root, "Windows"))
        return false;
    if (!checking->root[0])
        windows_folder(windows);
    return join(out, windows, below);
}

bool
place_on_drive(const struct checking *checking, const char *below, char out[PATH_TEXT])
{
    char windows[PATH_TEXT];
    if (checking->root[0])
        return join(out, checking->root, below);
    windows_folder(windows);
    windows[2] = 0;
    return join(out, windows, below);
}

bool
place_of(const struct checking *checking, const char *path, char out[PATH_TEXT])
{
    if (!checking->root[0])
        return str_copy(str_of(path), out, PATH_TEXT);
    return path[0] && path[1] == ':' && path[2] == '\\' && join(out, checking->root, path + 3);
}

bool
place_is_file(const char *path)
{
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* Folders that are still to be listed, the next one last. */
struct walk {
    struct checking *checking;
    const struct check *check;
    struct walk_folder {
        char *path;
        unsigned depth;
    } * folders;
    size_t count, files;
    bool is_cut;
    place_file *each;
    void *context;
};

static void
push(struct walk *walk, const char *path, unsigned depth)
{
    if (walk->count >= FOLDERS) {
        walk->is_cut = true;
        return;
    }
    walk->folders = mem_resize(walk->folders, walk->count + 1, sizeof *walk->folders);
    walk->folders[walk->count++] = (struct walk_folder){mem_strndup(path, strlen(path)), depth};
}

static void
take_entry(struct walk *walk, const char *folder, unsigned depth, const WIN32_FIND_DATAW *entry)
{
    char name[MAX_PATH * 3], path[PATH_TEXT];
    wide_to_utf8(entry->cFileName, name, sizeof name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || !join(path, folder, name))
        return;
    if (entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
        if (depth > 0 && !(entry->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
            push(walk, path, depth - 1);
    } else if (walk->files++ < FILES) {
        walk->checking->looked++;
        walk->each(walk->context, path);
    }
}

static void
list_folder(struct walk *walk, const char *folder, unsigned depth)
{
    char pattern[PATH_TEXT];
    struct err err;
    if (!join(pattern, folder, "*"))
        return;
    cleanup(cleanup_free) wchar_t *wide = wide_path(pattern);
    WIN32_FIND_DATAW entry;
    HANDLE found = wide ? FindFirstFileW(wide, &entry) : INVALID_HANDLE_VALUE;
    if (found == INVALID_HANDLE_VALUE) {
        if (err_set_errno(&err, "cannot list %s", folder) != ERR_NOT_FOUND)
            walk->checking->unseen(walk->checking->context, walk->check, folder, &err);
        return;
    }
    do
        take_entry(walk, folder, depth, &entry);
    while (FindNextFileW(found, &entry));
    FindClose(found);
}

void
place_each_file(struct checking *checking, const struct check *check, const char *folder,
                unsigned depth, place_file *each, void *context)
{
    struct walk walk = {.checking = checking, .check = check, .each = each, .context = context};
    struct err err;
    push(&walk, folder, depth);
    while (walk.count > 0) {
        struct walk_folder next = walk.folders[--walk.count];
        list_folder(&walk, next.path, next.depth);
        free(next.path);
    }
    free(walk.folders);
    if (walk.is_cut || walk.files > FILES) {
        err_set(&err, ERR_LIMIT, "too many files and folders in %s: not all were looked at",
                folder);
        checking->unseen(checking->context, check, folder, &err);
    }
}

void
place_each_user_file(struct checking *checking, const struct check *check, const char *below,
                     unsigned depth, place_file *each, void *context)
{
    char users[PATH_TEXT], pattern[PATH_TEXT], folder[PATH_TEXT], name[MAX_PATH * 3];
    WIN32_FIND_DATAW entry;
    if (!place_on_drive(checking, "Users", users) || !join(pattern, users, "*"))
        return;
    cleanup(cleanup_free) wchar_t *wide = wide_path(pattern);
    HANDLE found = wide ? FindFirstFileW(wide, &entry) : INVALID_HANDLE_VALUE;
    if (found == INVALID_HANDLE_VALUE)
        return;
    do {
        wide_to_utf8(entry.cFileName, name, sizeof name);
        bool is_profile = entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY && name[0] != '.' &&
                          !(entry.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
        char profile[PATH_TEXT];
        if (is_profile && join(profile, users, name) && join(folder, profile, below))
            place_each_file(checking, check, folder, depth, each, context);
    } while (FindNextFileW(found, &entry));
    FindClose(found);
}
