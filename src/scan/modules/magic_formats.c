/* SPDX-License-Identifier: Apache-2.0 */
/* Formats whose name has details that rules look for, or that more than their first bytes tell. */
#include "scan/modules/magic.h"

#include "base/clock.h"

/* "Sat Aug  9 14:05:00 2025" */
static void
add_date(struct magic_name *ret, uint32_t seconds)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    day date = (day)(seconds / 86400);
    uint32_t time = seconds % 86400;
    int year, month, day_of_month;
    day_to_civil(date, &year, &month, &day_of_month);
    magic_add(ret, "%s %s %2d %02u:%02u:%02u %d", days[day_weekday(date)], months[month - 1],
              day_of_month, time / 3600, time / 60 % 60, time % 60, year);
}

static bool
name_gzip(str data, struct magic_name *ret)
{
    static const char *const systems[] = {"FAT filesystem (MS-DOS, OS/2, NT)",
                                          "Amiga",
                                          "VMS",
                                          "Unix",
                                          "VM/CMS",
                                          "Atari",
                                          "HPFS filesystem (OS/2, NT)",
                                          "MacOS",
                                          "Z-System",
                                          "CP/M",
                                          "TOPS/20",
                                          "NTFS filesystem (NT)",
                                          "QDOS",
                                          "Acorn RISCOS"};
    if (!str_starts(data, STR("\x1f\x8b")))
        return false;
    magic_set(ret, "application/gzip", "gzip compressed data");
    uint32_t flags = data.n > 3 ? (uint8_t)data.p[3] : 0;
    str name = str_from(data, 10);
    const char *end = name.n && !(flags & 4) ? memchr(name.p, 0, name.n < 96 ? name.n : 96) : NULL;
    if (flags & 8 && end)
        magic_add(ret, ", was \"%.*s\"", (int)(end - name.p), name.p);
    if (magic_u32(data, 4) > 0) {
        magic_add(ret, ", last modified: ");
        add_date(ret, magic_u32(data, 4));
    }
    if (data.n > 8 && data.p[8] == 2)
        magic_add(ret, ", max compression");
    if (data.n > 8 && data.p[8] == 4)
        magic_add(ret, ", max speed");
    if (data.n > 9 && (uint8_t)data.p[9] < sizeof systems / sizeof systems[0])
        magic_add(ret, ", from %s", systems[(uint8_t)data.p[9]]);
    return true;
}

struct zip_kind {
    str entry; /* an early entry's name begins so */
    const char *type, *mime;
};
static const struct zip_kind zip_kinds[] = {
    {STR("word/"), "Microsoft Word 2007+",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {STR("xl/"), "Microsoft Excel 2007+",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {STR("ppt/"), "Microsoft PowerPoint 2007+",
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {STR("visio/"), "Microsoft Visio 2013+", "application/vnd.ms-visio.drawing.main+xml"},
    {STR("AndroidManifest.xml"), "Android package (APK), with AndroidManifest.xml",
     "application/vnd.android.package-archive"},
};
/* The content of the first entry, "mimetype", in OpenDocument and EPUB files. */
static const struct zip_kind zip_mimetypes[] = {
    {STR("application/epub+zip"), "EPUB document", "application/epub+zip"},
    {STR("application/vnd.oasis.opendocument.text"), "OpenDocument Text",
     "application/vnd.oasis.opendocument.text"},
    {STR("application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument Spreadsheet",
     "application/vnd.oasis.opendocument.spreadsheet"},
    {STR("application/vnd.oasis.opendocument.presentation"), "OpenDocument Presentation",
     "application/vnd.oasis.opendocument.presentation"},
    {STR("application/vnd.oasis.opendocument.graphics"), "OpenDocument Drawing",
     "application/vnd.oasis.opendocument.graphics"},
};

enum { ZIP_ENTRIES = 8, ZIP_HEADER = 30, ZIP_REACH = 1 << 20 };

static str
zip_name(str data, size_t entry)
{
    str name = str_from(data, entry + ZIP_HEADER);
    size_t n = magic_u16(data, entry + 26);
    return (str){name.p, n < name.n ? n : name.n};
}

static const struct zip_kind *
kind_of(const struct zip_kind *kinds, size_t count, str s)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(s, kinds[i].entry))
            return &kinds[i];
    return NULL;
}

/* By the names of the first entries. Office files begin with a part that each of them has. */
static const struct zip_kind *
zip_kind(str data)
{
    const size_t kinds = sizeof zip_kinds / sizeof zip_kinds[0];
    str first = zip_name(data, 0), near = {data.p, data.n < ZIP_REACH ? data.n : ZIP_REACH};
    if (str_starts(first, STR("mimetype")))
        return kind_of(zip_mimetypes, sizeof zip_mimetypes / sizeof zip_mimetypes[0],
                       str_from(data, ZIP_HEADER + first.n));
    bool is_office = str_starts(first, STR("[Content_Types].xml")) ||
                     str_starts(first, STR("_rels/.rels")) || str_starts(first, STR("docProps"));
    size_t entry = 0;
    for (size_t i = 0; i < (is_office ? ZIP_ENTRIES : 1); i++) {
        const struct zip_kind *kind = kind_of(zip_kinds, kinds, zip_name(data, entry));
        if (kind)
            return kind;
        size_t next = str_find(str_from(near, entry + 4), STR("PK\3\4"));
        if (next == SIZE_MAX)
            break;
        entry += 4 + next;
    }
    static const struct zip_kind office = {STR(""), "Microsoft OOXML", NULL};
    return is_office ? &office : NULL;
}

static bool
name_zip(str data, struct magic_name *ret)
{
    if (str_starts(data, STR("PK\5\6")) && data.n >= 22) {
        magic_set(ret, "application/zip", "Zip archive data (empty)");
        return true;
    }
    if (!str_starts(data, STR("PK\3\4")) || data.n < ZIP_HEADER)
        return false;
    const struct zip_kind *kind = zip_kind(data);
    if (kind) {
        magic_set(ret, kind->mime, "%s", kind->type);
        return true;
    }
    /* An extra field that Java's own tool writes. */
    if (magic_u16(data, ZIP_HEADER + magic_u16(data, 26)) == 0xcafe) {
        magic_set(ret, "application/java-archive", "Java archive data (JAR)");
        return true;
    }
    uint32_t version = magic_u16(data, 4) & 255, method = magic_u16(data, 8);
    magic_set(ret, "application/zip", "Zip archive data, at least v%u.%u to extract", version / 10,
              version % 10);
    if (method == 0)
        magic_add(ret, ", compression method=store");
    if (method == 8)
        magic_add(ret, ", compression method=deflate");
    return true;
}

struct stream_kind {
    str name; /* of a stream, in UTF-16 */
    const char *type, *mime;
};
static const struct stream_kind stream_kinds[] = {
    {STR("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0"), "CDFV2 Microsoft Word", "application/msword"},
    {STR("W\0o\0r\0k\0b\0o\0o\0k\0"), "CDFV2 Microsoft Excel", "application/vnd.ms-excel"},
    {STR("B\0o\0o\0k\0\0\0"), "CDFV2 Microsoft Excel", "application/vnd.ms-excel"},
    {STR("P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0 \0D\0"), "CDFV2 Microsoft PowerPoint",
     "application/vnd.ms-powerpoint"},
    {STR("_\0_\0n\0a\0m\0e\0i\0d\0_\0"), "CDFV2 Microsoft Outlook Message",
     "application/vnd.ms-outlook"},
};
enum { FOLDER_ENTRIES = 64, FOLDER_ENTRY = 128 };

/* The first of KINDS that has a name in the folder, which is read from its first sector on. */
static const struct stream_kind *
stream_kind(str folder, const struct stream_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t entry = 0; entry < FOLDER_ENTRIES; entry++)
            if (magic_at(folder, entry * FOLDER_ENTRY, kinds[i].name))
                return &kinds[i];
    return NULL;
}

/* Compound files of OLE. One with a summary is named by that. */
static bool
name_compound(str data, struct magic_name *ret)
{
    static const struct stream_kind summary = {STR("\5\0S\0u\0m\0m\0a\0r\0y\0I\0n\0f\0o\0"), NULL,
                                               NULL};
    uint32_t shift = magic_u16(data, 30);
    if (!str_starts(data, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
        return false;
    str folder = {NULL, 0};
    if (shift >= 7 && shift <= 20)
        folder = str_from(data, ((size_t)magic_u32(data, 48) + 1) << shift);
    const struct stream_kind *kind =
        stream_kind(folder, stream_kinds, sizeof stream_kinds / sizeof stream_kinds[0]);
    if (stream_kind(folder, &summary, 1))
        magic_set(ret, kind ? kind->mime : "application/vnd.ms-office",
                  "Composite Document File V2 Document, Little Endian");
    else
        magic_set(ret, kind ? kind->mime : "application/CDFV2", "%s",
                  kind ? kind->type : "Composite Document File V2 Document");
    return true;
}

static bool
name_pdf(str data, struct magic_name *ret)
{
    str near = {data.p, data.n < 1024 ? data.n : 1024};
    size_t at = str_find(near, STR("%PDF-"));
    if (at == SIZE_MAX || data.n - at < 8)
        return false;
    const char *version = data.p + at + 5;
    magic_set(ret, "application/pdf", "PDF document");
    if (ascii_is_digit(version[0]) && version[1] == '.' && ascii_is_digit(version[2]))
        magic_add(ret, ", version %.3s", version);
    return true;
}

static bool
name_shortcut(str data, struct magic_name *ret)
{
    static const char *const flags[] = {"Item id list present",   "Points to a file or directory",
                                        "Has Description string", "Has Relative path",
                                        "Has Working directory",  "Has command line arguments"};
    if (!str_starts(data, STR("L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F")))
        return false;
    magic_set(ret, "application/x-ms-shortcut", "MS Windows shortcut");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (magic_u32(data, 20) >> i & 1)
            magic_add(ret, ", %s", flags[i]);
    if (magic_u32(data, 20) & 64)
        magic_add(ret, ", Icon number=%d", (int)magic_u32(data, 56));
    return true;
}

static bool
name_png(str data, struct magic_name *ret)
{
    static const char *const colours[] = {" grayscale",  "", "/color RGB", " colormap",
                                          " gray+alpha", "", "/color RGBA"};
    if (!str_starts(data, STR("\x89PNG\r\n\x1a\n")) || data.n < 29)
        return false;
    uint8_t colour = (uint8_t)data.p[25];
    magic_set(ret, "image/png", "PNG image data, %u x %u, %u-bit%s, %s", magic_u32_big(data, 16),
              magic_u32_big(data, 20), (uint8_t)data.p[24],
              colour < sizeof colours / sizeof colours[0] ? colours[colour] : "",
              data.p[28] ? "interlaced" : "non-interlaced");
    return true;
}

static bool
name_picture(str data, struct magic_name *ret)
{
    if (str_starts(data, STR("GIF8")) && data.n >= 10)
        magic_set(ret, "image/gif", "GIF image data, version %.3s, %u x %u", data.p + 3,
                  magic_u16(data, 6), magic_u16(data, 8));
    else if (str_starts(data, STR("BM")) && magic_u32(data, 14) == 40)
        magic_set(ret, "image/bmp", "PC bitmap, Windows 3.x format, %u x %u x %u",
                  magic_u32(data, 18), magic_u32(data, 22), magic_u16(data, 28));
    else if (str_starts(data, STR("\0\0\1\0")) && magic_u16(data, 4) > 0 && data.n > 18 &&
             data.p[9] == 0)
        magic_set(ret, "image/vnd.microsoft.icon", "MS Windows icon resource - %u icon%s",
                  magic_u16(data, 4), magic_u16(data, 4) == 1 ? "" : "s");
    else
        return false;
    return true;
}

static bool
name_riff(str data, struct magic_name *ret)
{
    if (!str_starts(data, STR("RIFF")))
        return false;
    magic_set(ret, NULL, "RIFF (little-endian) data");
    if (magic_at(data, 8, STR("WAVE"))) {
        magic_add(ret, ", WAVE audio");
        ret->mime = "audio/x-wav";
    } else if (magic_at(data, 8, STR("AVI "))) {
        magic_add(ret, ", AVI");
        ret->mime = "video/x-msvideo";
    } else if (magic_at(data, 8, STR("WEBP"))) {
        magic_add(ret, ", Web/P image");
        ret->mime = "image/webp";
    }
    return true;
}

static const char *
python_version(uint32_t magic)
{
    static const struct {
        uint32_t first;
        const char *version;
    } versions[] = {{3531, "3.12 or newer"}, {3450, "3.11"}, {3430, "3.10"}, {3420, "3.9"},
                    {3400, "3.8"},           {3390, "3.7"},  {3360, "3.6"}};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (magic >= versions[i].first)
            return versions[i].version;
    return NULL;
}

/* From 3.7 on: a word of flags, then the source's time and size. */
static bool
name_python(str data, struct magic_name *ret)
{
    uint32_t magic = magic_u16(data, 0);
    const char *version = python_version(magic);
    if (str_starts(data, STR("\3\xf3\r\n")) && data.n >= 8) {
        magic_set(ret, "application/x-bytecode.python", "python 2.7 byte-compiled");
        return true;
    }
    if (!magic_at(data, 2, STR("\r\n")) || data.n < 16 || !version || magic > 3999)
        return false;
    magic_set(ret, "application/x-bytecode.python", "Byte-compiled Python module for CPython %s",
              version);
    if (magic_u32(data, 4) == 0 && magic >= 3390) {
        magic_add(ret, ", timestamp-based, .py timestamp: ");
        add_date(ret, magic_u32(data, 8));
        magic_add(ret, " UTC, .py size: %u bytes", magic_u32(data, 12));
    }
    return true;
}

/* The names stand first, the one that is shown before the first bar. */
static bool
name_terminfo(str data, struct magic_name *ret)
{
    uint32_t magic = magic_u16(data, 0), names = magic_u16(data, 2), booleans = magic_u16(data, 4);
    if ((magic != 0x11a && magic != 0x21e) || names == 0 || names > 512 || booleans > 64 ||
        data.n < 12 + names)
        return false;
    size_t n = 0;
    while (n < names && data.p[12 + n] != '|' && data.p[12 + n] != 0)
        n++;
    magic_set(ret, magic == 0x11a ? "application/x-terminfo" : "application/x-terminfo2",
              "Compiled %sterminfo entry \"%.*s\"", magic == 0x11a ? "" : "32-bit ", (int)n,
              data.p + 12);
    return true;
}

static bool
name_catalog(str data, struct magic_name *ret)
{
    bool is_big = str_starts(data, STR("\x95\x04\x12\xde"));
    if ((!is_big && !str_starts(data, STR("\xde\x12\x04\x95"))) || data.n < 28)
        return false;
    magic_set(ret, "application/x-gettext-translation",
              "GNU message catalog (%s endian), revision %u.%u, %u messages",
              is_big ? "big" : "little", is_big ? magic_u16_big(data, 4) : magic_u16(data, 6),
              is_big ? magic_u16_big(data, 6) : magic_u16(data, 4),
              is_big ? magic_u32_big(data, 8) : magic_u32(data, 8));
    return true;
}

static bool
name_various(str data, struct magic_name *ret)
{
    if (str_starts(data, STR("BZh")) && data.n > 3 && data.p[3] >= '1' && data.p[3] <= '9')
        magic_set(ret, "application/x-bzip2", "bzip2 compressed data, block size = %c00k",
                  data.p[3]);
    else if (str_starts(data, STR("7z\xbc\xaf\x27\x1c")) && data.n > 7)
        magic_set(ret, "application/x-7z-compressed", "7-zip archive data, version %u.%u",
                  (uint8_t)data.p[6], (uint8_t)data.p[7]);
    else if (str_starts(data, STR("dex\n")) && data.n > 8)
        magic_set(ret, NULL, "Dalvik dex file version %.3s", data.p + 4);
    else if (str_starts(data, STR("SQLite format 3\0")))
        magic_set(ret, "application/vnd.sqlite3", "SQLite 3.x database");
    else
        return false;
    return true;
}

static bool
name_media(str data, struct magic_name *ret)
{
    if (data.n > 3 && (data.p[0] == 'F' || data.p[0] == 'C' || data.p[0] == 'Z') &&
        magic_at(data, 1, STR("WS")) && (uint8_t)data.p[3] < 64)
        magic_set(ret, "application/vnd.adobe.flash.movie", "Macromedia Flash data%s, version %u",
                  data.p[0] == 'F' ? "" : " (compressed)", (uint8_t)data.p[3]);
    else if (str_starts(data, STR("ID3")) && data.n > 4)
        magic_set(ret, "audio/mpeg", "Audio file with ID3 version 2.%u.%u", (uint8_t)data.p[3],
                  (uint8_t)data.p[4]);
    else if (magic_at(data, 0, STR("%!PS-Adobe-")) && data.n > 14)
        magic_set(ret, "application/postscript",
                  "PostScript document text conforming DSC level %.3s", data.p + 11);
    else if (magic_at(data, 0, STR("MATLAB 5.0 MAT-file")))
        magic_set(ret, "application/x-matlab-data", "Matlab v5 mat-file");
    else
        return false;
    return true;
}

bool
magic_format(str data, struct magic_name *ret)
{
    return name_gzip(data, ret) || name_zip(data, ret) || name_compound(data, ret) ||
           name_pdf(data, ret) || name_shortcut(data, ret) || name_png(data, ret) ||
           name_picture(data, ret) || name_riff(data, ret) || name_python(data, ret) ||
           name_terminfo(data, ret) || name_catalog(data, ret) || name_various(data, ret) ||
           name_media(data, ret);
}
