/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of RAR 5 (WinRAR's technote "RAR 5.0 archive format"): headers with a checksum, whose
 * numbers have seven bits in a byte. Services are members too: a file's NTFS streams and the
 * comment, which tells a self-extracting program what to run. */
#include "scan/unpack/inflate.h"
#include "scan/unpack_rar/rar.h"

enum {
    SIGNATURE = 8,
    FILE_HEADER = 2,
    SERVICE = 3,
    ENCRYPTION = 4,
    END = 5,
    HAS_EXTRA = 1,
    HAS_DATA = 2,
    CAME_BEFORE = 8,
    GOES_ON = 16,
    IS_FOLDER = 1,
    HAS_TIME = 2,
    HAS_CRC = 4,
    SIZE_UNKNOWN = 8,
    SOLID = 0x40,
    VERSION = 0x3f,
    DICTIONARY = 128 << 10,
    EXTRA_ENCRYPTED = 1,
    EXTRA_LINK = 5,
    EXTRA_SERVICE = 7,
    NAME_MOST = 4096,
};

struct fields {
    str data;
    size_t at;
    bool ended;
};
struct header {
    uint64_t type, flags;
    str fields; /* those of its type */
    str extra, data;
    bool is_short;   /* the file ends before its data */
    bool is_changed; /* the checksum is wrong */
};
/* What the records behind a file's fields say. */
struct extra {
    bool is_encrypted, is_link;
    str service;
};

static uint64_t
take_number(struct fields *fields)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (fields->at >= fields->data.n)
            break;
        uint32_t byte = unpack_u8(fields->data, fields->at++);
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte < 0x80)
            return value;
    }
    fields->ended = true;
    return 0;
}

static uint32_t
take_u32(struct fields *fields)
{
    uint32_t value = unpack_u32(fields->data, fields->at);
    fields->at += 4;
    fields->ended |= fields->at > fields->data.n;
    return value;
}

static str
take_bytes(struct fields *fields, uint64_t n)
{
    str rest = str_from(fields->data, fields->at);
    fields->ended |= n > rest.n;
    n = n < rest.n ? n : rest.n;
    fields->at += (size_t)n;
    return (str){rest.p, (size_t)n};
}

/* The header at *AT, which is left behind its data; false when there is none. */
static bool
read_header(str data, size_t *at, struct header *ret)
{
    struct fields all = {.data = data, .at = *at};
    uint32_t crc = take_u32(&all);
    size_t begin = all.at;
    uint64_t size = take_number(&all);
    size_t behind_size = all.at;
    struct fields fields = {.data = take_bytes(&all, size)};
    *ret = (struct header){.type = take_number(&fields)};
    ret->flags = take_number(&fields);
    if (all.ended || fields.ended || !size)
        return false;
    uint64_t extra = ret->flags & HAS_EXTRA ? take_number(&fields) : 0;
    uint64_t n = ret->flags & HAS_DATA ? take_number(&fields) : 0;
    str rest = str_from(fields.data, fields.at);
    ret->is_changed =
        inflate_crc32(unpack_slice(data, begin, behind_size - begin + fields.data.n)) != crc;
    if (fields.ended || extra > rest.n)
        return false;
    ret->fields = (str){rest.p, rest.n - (size_t)extra};
    ret->extra = str_from(rest, rest.n - (size_t)extra);
    struct fields behind = {.data = data, .at = all.at};
    ret->data = take_bytes(&behind, n);
    ret->is_short = behind.ended;
    *at = behind.at;
    return true;
}

static struct extra
read_extra(str data)
{
    struct fields records = {.data = data};
    struct extra extra = {0};
    while (records.at < data.n) {
        struct fields record = {.data = take_bytes(&records, take_number(&records))};
        uint64_t type = take_number(&record);
        if (records.ended || record.ended)
            break;
        extra.is_encrypted |= type == EXTRA_ENCRYPTED;
        extra.is_link |= type == EXTRA_LINK;
        if (type == EXTRA_SERVICE)
            extra.service = str_from(record.data, record.at);
    }
    return extra;
}

/* False when the fields end before. */
static bool
read_member(const struct header *header, struct rar_member *ret, bool *ret_is_folder)
{
    struct fields fields = {.data = header->fields};
    uint64_t flags = take_number(&fields);
    *ret = (struct rar_member){.size = take_number(&fields),
                               .size_known = !(flags & SIZE_UNKNOWN),
                               .has_crc = flags & HAS_CRC,
                               .packed = header->data,
                               .came_before = header->flags & CAME_BEFORE,
                               .goes_on = header->flags & GOES_ON,
                               .is_short = header->is_short};
    take_number(&fields);
    if (flags & HAS_TIME)
        take_u32(&fields);
    ret->crc = flags & HAS_CRC ? take_u32(&fields) : 0;
    uint64_t packing = take_number(&fields), method = packing >> 7 & 7;
    take_number(&fields);
    ret->name = take_bytes(&fields, take_number(&fields));
    ret->is_solid = packing & SOLID;
    ret->dictionary = (uint64_t)DICTIONARY << (packing >> 10 & 15);
    ret->method = method == 0                             ? RAR_STORED
                  : method > 5 || (packing & VERSION) > 0 ? RAR_UNKNOWN
                                                          : RAR_LZ50;
    *ret_is_folder = flags & IS_FOLDER;
    return !fields.ended;
}

static bool
give_file(struct rar_archive *archive, struct rar_member *member, const struct extra *extra)
{
    /* What a link leads to is a member of its own. */
    if (extra->is_link && !member->packed.n)
        return true;
    member->is_encrypted = extra->is_encrypted;
    return rar_give(archive, member);
}

/* A service is packed by itself. FILE: the name of the file before. */
static bool
give_service(struct rar_archive *archive, struct rar_member *member, const struct extra *extra,
             str file)
{
    bool is_stream = str_eq(member->name, STR("STM")),
         is_comment = str_eq(member->name, STR("CMT"));
    if (!is_stream && !is_comment)
        return true;
    struct buf name = BUF(NAME_MOST);
    struct rar_archive own = {.walk = archive->walk};
    buf_str(&name, is_stream ? file : STR("comment"));
    if (is_stream)
        buf_str(&name, extra->service);
    member->name = buf_view(&name);
    member->is_solid = false;
    bool on = give_file(&own, member, extra);
    rar_archive_clear(&own);
    buf_clear(&name);
    return on;
}

/* Headers from *AT on; LOOKS: only whether members go on from others. False when there is an end
 * that is none of the format's. */
static bool
read_headers(struct rar_archive *archive, str data, bool looks)
{
    struct header header;
    struct rar_member member;
    str file = {0};
    bool is_folder, is_changed = false;
    for (size_t at = SIGNATURE; at < data.n && read_header(data, &at, &header);) {
        struct extra extra = read_extra(header.extra);
        if (header.is_changed && !looks && !is_changed)
            unpack_skip(archive->walk, STR(""), UNPACK_DAMAGED,
                        "rar: the checksum of a header is wrong");
        is_changed |= header.is_changed;
        if (header.type == END)
            return true;
        if (header.type == ENCRYPTION) {
            if (!looks)
                unpack_skip(archive->walk, STR(""), UNPACK_ENCRYPTED, "rar: the headers");
            return true;
        }
        if (header.type != FILE_HEADER && header.type != SERVICE)
            continue;
        if (!read_member(&header, &member, &is_folder))
            return false;
        archive->is_solid |= member.is_solid;
        if (looks)
            continue;
        if (header.type == FILE_HEADER)
            file = member.name;
        bool on = header.type == SERVICE ? give_service(archive, &member, &extra, file)
                                         : is_folder || give_file(archive, &member, &extra);
        if (!on)
            return true;
    }
    return false;
}

void
rar5_read(struct rar_archive *archive, str data)
{
    read_headers(archive, data, true);
    if (!read_headers(archive, data, false))
        unpack_skip(archive->walk, STR(""), UNPACK_DAMAGED, "rar: it has no end");
}
