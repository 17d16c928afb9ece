/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of RAR 1.5 to 4 (technote.txt of those versions): headers of a checksum, a type, flags
 * and a size, names in one byte a character and once more, packed, in UTF-16. */
#include "scan/unpack/inflate.h"
#include "scan/unpack_rar/rar.h"

enum {
    SIGNATURE = 7,
    BASE = 7,
    FILE_BASE = 32,
    MAIN_HEADER = 0x73,
    FILE_HEADER = 0x74,
    SERVICE = 0x7a,
    END = 0x7b,
    IS_SOLID_ARCHIVE = 0x08, /* of the main header */
    HAS_COMMENT = 0x02,
    ENCRYPTED_HEADERS = 0x80,
    CAME_BEFORE = 0x01, /* of a file's */
    GOES_ON = 0x02,
    ENCRYPTED = 0x04,
    FILE_COMMENT = 0x08,
    SOLID = 0x10,
    IS_FOLDER = 0xe0,
    IS_LARGE = 0x100,
    HAS_UNICODE = 0x200,
    HAS_SALT = 0x400,
    HAS_DATA = 0x8000, /* of any */
    STORED = 0x30,
    LAST_METHOD = 0x35,
    DICTIONARY_20 = 1 << 20,
    DICTIONARY_29 = 4 << 20,
    NAME_MOST = 8192,
};

struct header {
    str bytes; /* as many as it says, or as there are */
    uint32_t type, flags;
    str data;
    bool is_short, is_changed;
};

static uint64_t
data_size(const struct header *header)
{
    bool is_file = header->type == FILE_HEADER || header->type == SERVICE;
    if (!is_file && !(header->flags & HAS_DATA))
        return 0;
    uint64_t high = is_file && header->flags & IS_LARGE ? unpack_u32(header->bytes, FILE_BASE) : 0;
    return high << 32 | unpack_u32(header->bytes, BASE);
}

/* Old comments stand in headers, whose checksum is then of a part that is not told. */
static bool
is_changed(const struct header *header)
{
    bool has_comment = (header->type == MAIN_HEADER && header->flags & HAS_COMMENT) ||
                       (header->type == FILE_HEADER && header->flags & FILE_COMMENT);
    uint32_t crc = inflate_crc32(str_from(header->bytes, 2)) & 0xffff;
    return !has_comment && crc != unpack_u16(header->bytes, 0);
}

/* The header at *AT, which is left behind its data; false when there is none. */
static bool
read_header(str data, size_t *at, struct header *ret)
{
    uint32_t size = unpack_u16(data, *at + 5);
    *ret = (struct header){.bytes = unpack_slice(data, *at, size),
                           .type = unpack_u8(data, *at + 2),
                           .flags = unpack_u16(data, *at + 3)};
    if (size < BASE || ret->bytes.n < size || ret->type < MAIN_HEADER || ret->type > END)
        return false;
    uint64_t n = data_size(ret);
    str rest = str_from(data, *at + size);
    ret->is_short = n > rest.n;
    ret->data = ret->is_short ? rest : (str){rest.p, (size_t)n};
    ret->is_changed = is_changed(ret);
    *at += size + ret->data.n;
    return true;
}

/* The name in UTF-16 is told by what it has in common with the plain one: units of two bits say
 * whether a byte, a byte with the common high one, two bytes or a run of the plain name comes. */
static void
expand_name(str plain, str packed, struct buf *name)
{
    uint32_t high = unpack_u8(packed, 0) << 8, flags = 0, count = 0;
    size_t at = 1, done = 0;
    while (at < packed.n && done < NAME_MOST) {
        if (!count) {
            flags = unpack_u8(packed, at++);
            count = 4;
        }
        uint32_t kind = flags >> 6 & 3, byte = unpack_u8(packed, at++);
        flags <<= 2;
        count--;
        if (kind < 3) {
            uint32_t unit = byte | (kind == 1 ? high : 0);
            if (kind == 2)
                unit |= unpack_u8(packed, at++) << 8;
            unpack_put_utf16(name, unit);
            done++;
            continue;
        }
        bool is_moved = byte & 0x80;
        uint32_t by = is_moved ? unpack_u8(packed, at++) : 0, n = (byte & 0x7f) + 2;
        for (; n && done < plain.n; n--, done++) {
            uint32_t unit = unpack_u8(plain, done);
            unpack_put_utf16(name, is_moved ? ((unit + by) & 0xff) | high : unit);
        }
    }
}

static void
read_name(const struct header *header, struct buf *name)
{
    size_t at = FILE_BASE + (header->flags & IS_LARGE ? 8 : 0);
    str bytes = unpack_slice(header->bytes, at, unpack_u16(header->bytes, 26));
    size_t zero = header->flags & HAS_UNICODE ? str_find(bytes, STR("\0")) : SIZE_MAX;
    buf_reset(name);
    if (zero == SIZE_MAX)
        buf_str(name, bytes);
    else
        expand_name((str){bytes.p, zero}, str_from(bytes, zero + 1), name);
    for (size_t i = 0; i < name->n; i++)
        if (name->p[i] == '\\')
            name->p[i] = '/';
}

static enum rar_method
method_of(const struct header *header)
{
    uint32_t version = unpack_u8(header->bytes, 24), method = unpack_u8(header->bytes, 25);
    if (method == STORED)
        return RAR_STORED;
    if (method < STORED || method > LAST_METHOD)
        return RAR_UNKNOWN;
    return version == 29 || version == 36 ? RAR_LZ29 : RAR_UNKNOWN;
}

static struct rar_member
read_member(const struct header *header, struct buf *name)
{
    uint32_t size = unpack_u32(header->bytes, 11), is_large = header->flags & IS_LARGE;
    uint64_t high = is_large ? unpack_u32(header->bytes, FILE_BASE + 4) : 0;
    read_name(header, name);
    struct rar_member member = {.name = buf_view(name),
                                .packed = header->data,
                                .size = high << 32 | size,
                                .size_known =
                                    size != UINT32_MAX || (is_large && high != UINT32_MAX),
                                .has_crc = true,
                                .crc = unpack_u32(header->bytes, 16),
                                .method = method_of(header),
                                .is_solid = header->flags & SOLID,
                                .is_encrypted = header->flags & ENCRYPTED,
                                .came_before = header->flags & CAME_BEFORE,
                                .goes_on = header->flags & GOES_ON,
                                .is_short = header->is_short};
    member.dictionary = member.method == RAR_LZ29 ? DICTIONARY_29 : DICTIONARY_20;
    return member;
}

/* As UTF-16 behind the service's name. */
static void
add_stream_name(const struct header *header, struct buf *name)
{
    size_t at = FILE_BASE + (header->flags & IS_LARGE ? 8 : 0) + unpack_u16(header->bytes, 26);
    size_t end = header->bytes.n - (header->flags & HAS_SALT ? 8 : 0);
    for (; at + 2 <= end && unpack_u16(header->bytes, at); at += 2)
        unpack_put_utf16(name, unpack_u16(header->bytes, at));
}

/* A service is packed by itself. FILE is the name of the file before. */
static bool
give_service(struct rar_archive *archive, const struct header *header, str file)
{
    struct buf name = BUF(NAME_MOST);
    struct rar_archive own = {.walk = archive->walk};
    struct rar_member member = read_member(header, &name);
    bool is_stream = str_eq(member.name, STR("STM")), is_comment = str_eq(member.name, STR("CMT"));
    bool on = true;
    if (is_stream || is_comment) {
        buf_reset(&name);
        buf_str(&name, is_stream ? file : STR("comment"));
        if (is_stream)
            add_stream_name(header, &name);
        member.name = buf_view(&name);
        member.is_solid = false;
        on = rar_give(&own, &member);
    }
    rar_archive_clear(&own);
    buf_clear(&name);
    return on;
}

static bool
give_file(struct rar_archive *archive, const struct header *header, struct buf *name)
{
    struct rar_member member = read_member(header, name);
    bool is_folder = (header->flags & IS_FOLDER) == IS_FOLDER;
    return is_folder || rar_give(archive, &member);
}

/* The archive's own flags; false when the walk over it is done with them. */
static bool
read_main(struct rar_archive *archive, const struct header *header)
{
    archive->is_solid |= (header->flags & IS_SOLID_ARCHIVE) != 0;
    if (header->flags & ENCRYPTED_HEADERS)
        unpack_skip(archive->walk, STR(""), UNPACK_ENCRYPTED, "rar: the headers");
    return !(header->flags & ENCRYPTED_HEADERS);
}

/* What members go on from others in spite of the archive's header. */
static void
look_for_solid(struct rar_archive *archive, str data)
{
    struct header header;
    for (size_t at = SIGNATURE; at < data.n && read_header(data, &at, &header);)
        archive->is_solid |= header.type == FILE_HEADER && header.flags & SOLID;
}

void
rar4_read(struct rar_archive *archive, str data)
{
    struct header header;
    struct buf name = BUF(NAME_MOST);
    size_t at = SIGNATURE;
    bool on = true, is_told = false;
    look_for_solid(archive, data);
    while (on && at < data.n) {
        if (!read_header(data, &at, &header)) {
            unpack_skip(archive->walk, STR(""), UNPACK_DAMAGED, "rar: a fault in a header");
            break;
        }
        if (header.is_changed && !is_told)
            unpack_skip(archive->walk, STR(""), UNPACK_DAMAGED,
                        "rar: the checksum of a header is wrong");
        is_told |= header.is_changed;
        if (header.type == END)
            break;
        if (header.type == MAIN_HEADER)
            on = read_main(archive, &header);
        else if (header.type == FILE_HEADER)
            on = give_file(archive, &header, &name);
        else if (header.type == SERVICE)
            on = give_service(archive, &header, buf_view(&name));
    }
    buf_clear(&name);
}
