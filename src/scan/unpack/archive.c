/* SPDX-License-Identifier: Apache-2.0 */
/* Archives and streams by libarchive, from memory, with no more formats switched on than the one
 * whose first bytes were seen. Members stream through it into the level's buffer. */
#include "scan/unpack/library.h"

#include <archive.h>
#include <archive_entry.h>

/* One filter: more would take streams in streams off at once, past the cap on depth. */
static void
support_filter(struct archive *archive, const char *name)
{
    if (strcmp(name, "bzip2") == 0)
        archive_read_support_filter_bzip2(archive);
    else if (strcmp(name, "xz") == 0)
        archive_read_support_filter_xz(archive);
    else if (strcmp(name, "lzma") == 0)
        archive_read_support_filter_lzma(archive);
    else if (strcmp(name, "zstd") == 0)
        archive_read_support_filter_zstd(archive);
    else
        archive_read_support_filter_gzip(archive);
}

static void
support(struct archive *archive, enum library_format format, const char *name)
{
    switch (format) {
    case LIBRARY_COMPRESSED:
    case LIBRARY_TAR:
        support_filter(archive, name);
        archive_read_support_format_tar(archive);
        archive_read_support_format_raw(archive);
        break;
    case LIBRARY_RAW:
        support_filter(archive, name);
        archive_read_support_format_raw(archive);
        break;
    case LIBRARY_7Z:
        archive_read_support_format_7zip(archive);
        break;
    case LIBRARY_CAB:
        archive_read_support_format_cab(archive);
        break;
    case LIBRARY_ISO:
        archive_read_support_format_iso9660(archive);
        break;
    case LIBRARY_ZIP:
        archive_read_support_format_zip_streamable(archive);
        break;
    }
}

/* What the library says it could not do, in our terms. */
static void
announce(struct unpack *walk, struct archive *archive, struct archive_entry *entry, str name,
         const char *kind)
{
    const char *text = archive_error_string(archive);
    char detail[160];
    snprintf(detail, sizeof detail, "%s: %s", kind, text ? text : "a fault");
    str_make_shown(detail, strlen(detail), "");
    str said = str_of(detail);
    enum unpack_skip why = UNPACK_DAMAGED;
    if ((entry && archive_entry_is_encrypted(entry)) || str_contains_nocase(said, STR("encrypt")) ||
        str_contains_nocase(said, STR("passphrase")))
        why = UNPACK_ENCRYPTED;
    else if (str_contains_nocase(said, STR("support")) || str_contains_nocase(said, STR("unknown")))
        why = UNPACK_UNKNOWN;
    unpack_skip(walk, name, why, detail);
}

/* The content of the entry; a status below ARCHIVE_WARN when it broke off. */
static int
read_content(struct unpack *walk, struct archive *archive)
{
    const void *p;
    size_t n;
    la_int64_t offset;
    int status;
    while ((status = archive_read_data_block(archive, &p, &n, &offset)) == ARCHIVE_OK) {
        uint64_t have = unpack_made_view(walk).n;
        for (uint64_t hole = (uint64_t)offset > have ? (uint64_t)offset - have : 0; hole > 0;) {
            size_t room;
            char *zeros = unpack_room(walk, 0, &room);
            if (!zeros)
                return ARCHIVE_EOF;
            room = room < hole ? room : (size_t)hole;
            memset(zeros, 0, room);
            unpack_made(walk, room);
            hole -= room;
        }
        if (!unpack_add(walk, (str){p, n}))
            return ARCHIVE_EOF;
    }
    return status;
}

static str
name_of(struct archive_entry *entry, const char *kind)
{
    const char *name = archive_entry_pathname(entry);
    if (!name)
        name = archive_entry_pathname_utf8(entry);
    /* A stream of one member has a name that the library made up. */
    return strcmp(kind, "raw") == 0 ? STR("") : str_of(name);
}

static bool
read_member(struct unpack *walk, struct archive *archive, struct archive_entry *entry,
            const char *kind)
{
    bool is_raw = archive_format(archive) == ARCHIVE_FORMAT_RAW;
    char text[1024] = "";
    str name = name_of(entry, is_raw ? "raw" : kind);
    size_t n = name.n < sizeof text ? name.n : sizeof text;
    if (n)
        memcpy(text, name.p, n);
    name = (str){text, n};
    if (archive_entry_is_encrypted(entry)) {
        unpack_skip(walk, name, UNPACK_ENCRYPTED, kind);
        return unpack_is_on(walk);
    }
    unpack_begin(walk);
    int status = archive_entry_size_is_set(entry) && archive_entry_size(entry) == 0
                     ? ARCHIVE_EOF
                     : read_content(walk, archive);
    bool broke = status < ARCHIVE_WARN;
    if (unpack_made_view(walk).n || !broke)
        if (!unpack_give_made(walk, name, false))
            return false;
    if (broke)
        announce(walk, archive, entry, name, kind);
    return unpack_is_on(walk) && status != ARCHIVE_FATAL;
}

/* False when there is not one entry, not a damaged one either. */
static bool
read_members(struct unpack *walk, struct archive *archive, enum library_format format,
             const char *kind)
{
    struct archive_entry *entry;
    bool found = false;
    for (unsigned failures = 0; failures < 100; found = true) {
        int status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            return found;
        if (status < ARCHIVE_WARN) {
            announce(walk, archive, NULL, STR(""), kind);
            if (status == ARCHIVE_FATAL)
                return true;
            failures++;
            continue;
        }
        if (archive_entry_filetype(entry) == AE_IFREG || archive_entry_filetype(entry) == 0) {
            if (!read_member(walk, archive, entry, kind))
                return true;
        }
        if (format == LIBRARY_ZIP)
            return true;
    }
    return true;
}

static bool
read_as(struct unpack *walk, str data, enum library_format format, const char *name)
{
    struct archive *archive = archive_read_new();
    bool found = true;
    if (!archive)
        return true;
    support(archive, format, name);
    if (archive_read_open_memory(archive, data.p, data.n) == ARCHIVE_OK)
        found = read_members(walk, archive, format, name);
    else
        announce(walk, archive, NULL, STR(""), name);
    archive_read_free(archive);
    return found;
}

bool
library_read(struct unpack *walk, str data, enum library_format format, const char *name)
{
    if (!unpack_may_use_library(walk))
        return false;
    /* What begins with zeros is a tar without members to the library. */
    if (!read_as(walk, data, format, name) && format == LIBRARY_COMPRESSED)
        read_as(walk, data, LIBRARY_RAW, name);
    return true;
}
