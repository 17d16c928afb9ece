/* SPDX-License-Identifier: Apache-2.0 */
/* Finding heaps and tables. One table says which columns each metadata table has; row sizes follow
 * from it, since an index is as wide as the table that it points into is long. */
#include "scan/dotnet/metadata.h"

enum {
    CLI_HEADER = 72,
    METADATA_ROOT = 16,
    METADATA_MAGIC = 0x424a5342, /* BSJB */
    VERSION_MAX = 255,
    STREAM_HEADER = 8,
    STREAM_NAME = 32, /* so many bytes must be there, however short the name is */
    TABLES_HEADER = 24,
    HEAP_LARGE_STRINGS = 1,
    HEAP_LARGE_GUIDS = 2,
    HEAP_LARGE_BLOBS = 4,
    HEAP_EXTRA_DATA = 0x40, /* four more bytes behind the row counts */
    ROWS_MAX = 15000,
    STRING_MAX = 1024,
    MODULE_LARGEST = 18, /* so many bytes must be there, however wide its indexes are */
    INDEX_NARROW = 0xFFFF,
};

enum column {
    END,
    U16,
    U32,
    TEXT, /* an index into #Strings */
    GUID,
    BLOB,
    TYPE_DEF_OR_REF, /* from here: coded indexes, in the order of coded[] */
    HAS_CONSTANT,
    HAS_CUSTOM_ATTRIBUTE,
    HAS_FIELD_MARSHAL,
    HAS_DECL_SECURITY,
    MEMBER_REF_PARENT,
    HAS_SEMANTICS,
    METHOD_DEF_OR_REF,
    MEMBER_FORWARDED,
    EXPORTED_IMPLEMENTATION,
    RESOURCE_IMPLEMENTATION,
    CUSTOM_ATTRIBUTE_TYPE,
    RESOLUTION_SCOPE,
    TYPE_OR_METHOD_DEF,
    INDEX, /* INDEX + table */
};

#define TABLE(name) (UINT64_C(1) << TABLE_##name)
/* The bits that say which table, and the tables whose length counts. Where libyara counts fewer
 * tables than ECMA-335 does, so do we. */
static const struct {
    unsigned bits;
    uint64_t tables;
} coded[] = {
    {2, TABLE(TYPE_DEF) | TABLE(TYPE_REF) | TABLE(TYPE_SPEC)},
    {2, TABLE(FIELD) | TABLE(PARAM) | TABLE(PROPERTY)},
    {5, TABLE(METHOD_DEF) | TABLE(FIELD) | TABLE(TYPE_REF) | TABLE(TYPE_DEF) | TABLE(PARAM) |
            TABLE(INTERFACE_IMPL) | TABLE(MEMBER_REF) | TABLE(MODULE) | TABLE(PROPERTY) |
            TABLE(EVENT) | TABLE(STAND_ALONE_SIG) | TABLE(MODULE_REF) | TABLE(TYPE_SPEC) |
            TABLE(ASSEMBLY) | TABLE(ASSEMBLY_REF) | TABLE(FILE) | TABLE(EXPORTED_TYPE) |
            TABLE(MANIFEST_RESOURCE) | TABLE(GENERIC_PARAM) | TABLE(GENERIC_PARAM_CONSTRAINT) |
            TABLE(METHOD_SPEC)},
    {1, TABLE(FIELD) | TABLE(PARAM)},
    {2, TABLE(TYPE_DEF) | TABLE(METHOD_DEF) | TABLE(ASSEMBLY)},
    {3, TABLE(METHOD_DEF) | TABLE(MODULE_REF) | TABLE(TYPE_REF) | TABLE(TYPE_SPEC)},
    {1, TABLE(EVENT) | TABLE(PROPERTY)},
    {1, TABLE(METHOD_DEF) | TABLE(MEMBER_REF)},
    {1, TABLE(FIELD) | TABLE(METHOD_DEF)},
    {2, TABLE(FILE) | TABLE(ASSEMBLY_REF) | TABLE(EXPORTED_TYPE)},
    {2, TABLE(FILE) | TABLE(ASSEMBLY_REF)},
    {3, TABLE(METHOD_DEF) | TABLE(MEMBER_REF)},
    {2, TABLE(MODULE) | TABLE(MODULE_REF) | TABLE(ASSEMBLY_REF) | TABLE(TYPE_REF)},
    {1, TABLE(TYPE_DEF) | TABLE(METHOD_DEF)},
};
#undef TABLE

#define TO(name) (INDEX + TABLE_##name)
static const uint8_t schema[METADATA_TABLES][METADATA_COLUMNS + 1] = {
    [TABLE_MODULE] = {U16, TEXT, GUID, GUID, GUID},
    [TABLE_TYPE_REF] = {RESOLUTION_SCOPE, TEXT, TEXT},
    [TABLE_TYPE_DEF] = {U32, TEXT, TEXT, TYPE_DEF_OR_REF, TO(FIELD), TO(METHOD_DEF)},
    [TABLE_FIELD_POINTER] = {TO(FIELD)},
    [TABLE_FIELD] = {U16, TEXT, BLOB},
    [TABLE_METHOD_POINTER] = {TO(METHOD_DEF)},
    [TABLE_METHOD_DEF] = {U32, U16, U16, TEXT, BLOB, TO(PARAM)},
    [TABLE_PARAM] = {U16, U16, TEXT},
    [TABLE_INTERFACE_IMPL] = {TO(TYPE_DEF), TYPE_DEF_OR_REF},
    [TABLE_MEMBER_REF] = {MEMBER_REF_PARENT, TEXT, BLOB},
    [TABLE_CONSTANT] = {U16, HAS_CONSTANT, BLOB},
    [TABLE_CUSTOM_ATTRIBUTE] = {HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, BLOB},
    [TABLE_FIELD_MARSHAL] = {HAS_FIELD_MARSHAL, BLOB},
    [TABLE_DECL_SECURITY] = {U16, HAS_DECL_SECURITY, BLOB},
    [TABLE_CLASS_LAYOUT] = {U16, U32, TO(TYPE_DEF)},
    [TABLE_FIELD_LAYOUT] = {U32, TO(FIELD)},
    [TABLE_STAND_ALONE_SIG] = {BLOB},
    [TABLE_EVENT_MAP] = {TO(TYPE_DEF), TO(EVENT)},
    [TABLE_EVENT_POINTER] = {TO(EVENT)},
    [TABLE_EVENT] = {U16, TEXT, TYPE_DEF_OR_REF},
    [TABLE_PROPERTY_MAP] = {TO(TYPE_DEF), TO(PROPERTY)},
    [TABLE_PROPERTY_POINTER] = {TO(PROPERTY)},
    [TABLE_PROPERTY] = {U16, TEXT, BLOB},
    [TABLE_METHOD_SEMANTICS] = {U16, TO(METHOD_DEF), HAS_SEMANTICS},
    [TABLE_METHOD_IMPL] = {TO(TYPE_DEF), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF},
    [TABLE_MODULE_REF] = {TEXT},
    [TABLE_TYPE_SPEC] = {BLOB},
    [TABLE_IMPL_MAP] = {U16, MEMBER_FORWARDED, TEXT, TO(MODULE_REF)},
    [TABLE_FIELD_RVA] = {U32, TO(FIELD)},
    [TABLE_ENC_LOG] = {U32, U32},
    [TABLE_ENC_MAP] = {U32},
    [TABLE_ASSEMBLY] = {U32, U16, U16, U16, U16, U32, BLOB, TEXT, TEXT},
    [TABLE_ASSEMBLY_PROCESSOR] = {U32},
    [TABLE_ASSEMBLY_OS] = {U32, U32, U32},
    [TABLE_ASSEMBLY_REF] = {U16, U16, U16, U16, U32, BLOB, TEXT, TEXT, BLOB},
    [TABLE_ASSEMBLY_REF_PROCESSOR] = {U32, TO(ASSEMBLY_REF_PROCESSOR)},
    [TABLE_ASSEMBLY_REF_OS] = {U32, U32, U32, TO(ASSEMBLY_REF)},
    [TABLE_FILE] = {U32, TEXT, BLOB},
    [TABLE_EXPORTED_TYPE] = {U32, U32, TEXT, TEXT, EXPORTED_IMPLEMENTATION},
    [TABLE_MANIFEST_RESOURCE] = {U32, U32, TEXT, RESOURCE_IMPLEMENTATION},
    [TABLE_NESTED_CLASS] = {TO(TYPE_DEF), TO(TYPE_DEF)},
    [TABLE_GENERIC_PARAM] = {U16, U16, TYPE_OR_METHOD_DEF, TEXT},
    [TABLE_METHOD_SPEC] = {METHOD_DEF_OR_REF, BLOB},
    [TABLE_GENERIC_PARAM_CONSTRAINT] = {TO(GENERIC_PARAM), TYPE_DEF_OR_REF},
};
#undef TO

const char *
metadata_at(const struct metadata *metadata, uint64_t offset, uint64_t size)
{
    if (offset > metadata->data.n || metadata->data.n - offset < size)
        return NULL;
    return metadata->data.p + offset;
}

static unsigned
column_width(unsigned column, uint8_t heaps, const uint32_t counts[METADATA_TABLES])
{
    if (column == U16)
        return 2;
    if (column == U32)
        return 4;
    if (column == TEXT)
        return heaps & HEAP_LARGE_STRINGS ? 4 : 2;
    if (column == GUID)
        return heaps & HEAP_LARGE_GUIDS ? 4 : 2;
    if (column == BLOB)
        return heaps & HEAP_LARGE_BLOBS ? 4 : 2;
    if (column >= INDEX)
        return counts[column - INDEX] > INDEX_NARROW ? 4 : 2;
    unsigned bits = coded[column - TYPE_DEF_OR_REF].bits;
    uint64_t tables = coded[column - TYPE_DEF_OR_REF].tables;
    for (unsigned i = 0; i < METADATA_TABLES; i++)
        if (tables >> i & 1 && counts[i] > (uint32_t)INDEX_NARROW >> bits)
            return 4;
    return 2;
}

static void
set_columns(struct metadata_rows *rows, unsigned table, uint8_t heaps,
            const uint32_t counts[METADATA_TABLES])
{
    unsigned at = 0, i = 0;
    for (; schema[table][i] != END; i++) {
        rows->columns[i] = (uint8_t)at;
        at += column_width(schema[table][i], heaps, counts);
    }
    rows->columns[i] = (uint8_t)at;
    rows->size = at;
}

/* libyara steps over a module or an assembly that the data cut short as if it were not there. */
static bool
row_is_there(const struct metadata *metadata, unsigned table, const struct metadata_rows *rows)
{
    if (table == TABLE_MODULE)
        return metadata_at(metadata, rows->offset, MODULE_LARGEST);
    if (table == TABLE_ASSEMBLY)
        return metadata_at(metadata, rows->offset, rows->size);
    return true;
}

/* False when reading must stop at TABLE. Takes its rows and moves *OFFSET behind them. */
static bool
locate_table(struct metadata *metadata, unsigned table, uint8_t heaps,
             const uint32_t counts[METADATA_TABLES], uint64_t *offset)
{
    if (table >= METADATA_TABLES || schema[table][0] == END || counts[table] > ROWS_MAX)
        return false;
    struct metadata_rows rows = {.present = true, .offset = *offset, .count = counts[table]};
    set_columns(&rows, table, heaps, counts);
    if (!row_is_there(metadata, table, &rows))
        return true;
    metadata->rows[table] = rows;
    *offset += (uint64_t)rows.size * rows.count;
    return true;
}

static void
locate_tables(struct metadata *metadata)
{
    const char *p = metadata_at(metadata, metadata->tables.offset, TABLES_HEADER);
    if (!p)
        return;
    uint8_t heaps = (uint8_t)p[6];
    uint64_t valid = pe_u64(p + 8);
    uint64_t at = metadata->tables.offset + TABLES_HEADER;
    uint32_t counts[METADATA_TABLES] = {0};
    uint64_t counted = 0;
    for (unsigned i = 0; i < 64; i++) {
        if (!(valid >> i & 1))
            continue;
        p = metadata_at(metadata, at, 4);
        if (p)
            counted |= UINT64_C(1) << i;
        if (p && i < METADATA_TABLES)
            counts[i] = pe_u32(p);
        at += 4;
    }
    if (heaps & HEAP_EXTRA_DATA)
        at += 4;
    for (unsigned i = 0; i < 64; i++)
        if (valid >> i & 1 &&
            (!(counted >> i & 1) || !locate_table(metadata, i, heaps, counts, &at)))
            return;
    metadata->tables_complete = true;
}

bool
metadata_next_stream(const struct metadata *metadata, uint64_t *offset, str *ret_name,
                     struct metadata_stream *ret)
{
    const char *p = metadata_at(metadata, *offset, STREAM_HEADER + STREAM_NAME);
    const char *end = p ? memchr(p + STREAM_HEADER, 0, STREAM_NAME) : NULL;
    if (!end)
        return false;
    *ret_name = (str){p + STREAM_HEADER, (size_t)(end - p - STREAM_HEADER)};
    *ret = (struct metadata_stream){true, metadata->root + pe_u32(p), pe_u32(p + 4)};
    *offset += STREAM_HEADER + (ret_name->n & ~(size_t)3) + 4;
    return true;
}

/* By the name's beginning, as libyara does. Of GUIDs the last stream counts, of others the first.
 */
static void
note_stream(struct metadata *metadata, str name, const struct metadata_stream *stream)
{
    struct metadata_stream *place = NULL;
    if ((str_starts(name, STR("#~")) || str_starts(name, STR("#-"))))
        place = &metadata->tables;
    else if (str_starts(name, STR("#Strings")))
        place = &metadata->strings;
    else if (str_starts(name, STR("#Blob")))
        place = &metadata->blobs;
    else if (str_starts(name, STR("#US")))
        place = &metadata->user_strings;
    if (str_starts(name, STR("#GUID")))
        metadata->guids = *stream;
    else if (place && !place->present)
        *place = *stream;
}

/* Checks the way from the data directory to the metadata root, and takes what it says. */
static bool
open_root(struct metadata *metadata)
{
    const struct pe_file *pe = &metadata->pe;
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_CLI);
    size_t offset;
    if (!directory || !pe_offset(pe, directory->address, &offset))
        return false;
    const char *cli = metadata_at(metadata, offset, CLI_HEADER);
    if (!cli || pe_u32(cli) != CLI_HEADER || !pe_offset(pe, pe_u32(cli + 8), &offset))
        return false;
    const char *root = metadata_at(metadata, offset, METADATA_ROOT);
    if (!root || pe_u32(root) != METADATA_MAGIC)
        return false;
    uint32_t size = pe_u32(root + 12);
    if (size == 0 || size > VERSION_MAX || size % 4 != 0 ||
        !metadata_at(metadata, offset + METADATA_ROOT, size))
        return false;
    /* NumberOfRvaAndSizes: only of 64-bit files must it reach to the CLI header. */
    if (pe->is_64bit && pe_u32(pe->data.p + pe->optional + 108) < PE_DIRECTORY_CLI)
        return false;
    metadata->root = offset;
    metadata->resources = pe_u32(cli + 24);
    const char *end = memchr(root + METADATA_ROOT, 0, size);
    if (end)
        metadata->version = (str){root + METADATA_ROOT, (size_t)(end - root - METADATA_ROOT)};
    metadata->headers = metadata->root + METADATA_ROOT + size + 4;
    return true;
}

static void
open_streams(struct metadata *metadata)
{
    /* The number of streams: libyara reads the lower of its two bytes. */
    const char *p = metadata_at(metadata, metadata->headers - 2, 2);
    if (!p) {
        metadata->headers = 0;
        return;
    }
    unsigned count = (uint8_t)*p;
    uint64_t offset = metadata->headers;
    str name;
    struct metadata_stream stream;
    while (metadata->stream_count < count &&
           metadata_next_stream(metadata, &offset, &name, &stream)) {
        note_stream(metadata, name, &stream);
        metadata->stream_count++;
    }
    if (metadata->tables.present && metadata->strings.present && metadata->blobs.present)
        locate_tables(metadata);
}

void
metadata_open(struct metadata *metadata, str data, bool is_process)
{
    metadata->data = data;
    if (!pe_file_open(&metadata->pe, data))
        return;
    if (is_process && metadata->pe.characteristics & PE_CHARACTERISTIC_DLL)
        return;
    metadata->is_pe = true;
    metadata->is_dotnet = open_root(metadata);
    if (metadata->is_dotnet)
        open_streams(metadata);
}

uint32_t
metadata_rows_held(const struct metadata *metadata, enum metadata_table table)
{
    const struct metadata_rows *rows = &metadata->rows[table];
    if (!rows->present || rows->offset >= metadata->data.n)
        return 0;
    uint64_t held = (metadata->data.n - rows->offset) / rows->size;
    return held < rows->count ? (uint32_t)held : rows->count;
}

const char *
metadata_row(const struct metadata *metadata, enum metadata_table table, uint32_t index)
{
    const struct metadata_rows *rows = &metadata->rows[table];
    if (index < 1 || index > rows->count)
        return NULL;
    return metadata_at(metadata, rows->offset + (uint64_t)rows->size * (index - 1), rows->size);
}

uint32_t
metadata_column(const struct metadata *metadata, enum metadata_table table, const char *row,
                unsigned column)
{
    const uint8_t *columns = metadata->rows[table].columns;
    const char *p = row + columns[column];
    return columns[column + 1] - columns[column] == 2 ? pe_u16(p) : pe_u32(p);
}

str
metadata_string(const struct metadata *metadata, uint32_t index)
{
    const char *p = metadata_at(metadata, metadata->strings.offset + index, 1);
    if (index >= metadata->strings.size || !p)
        return (str){NULL, 0};
    size_t rest = (size_t)(metadata->data.p + metadata->data.n - p);
    const char *end = memchr(p, 0, rest <= STRING_MAX ? rest : STRING_MAX + 1);
    return end ? (str){p, (size_t)(end - p)} : (str){NULL, 0};
}

/* ECMA-335 II.24.2.4. The four-byte form needs a fifth byte behind it, as in libyara. */
str
metadata_blob_at(const struct metadata *metadata, uint64_t offset)
{
    const char *p = metadata_at(metadata, offset, 1);
    if (!p)
        return (str){NULL, 0};
    const uint8_t *b = (const uint8_t *)p;
    uint64_t size, head;
    if (b[0] < 0x80) {
        head = 1;
        size = b[0];
    } else if (b[0] < 0xc0 && metadata_at(metadata, offset, 2)) {
        head = 2;
        size = (uint32_t)(b[0] & 0x3f) << 8 | b[1];
    } else if (b[0] >= 0xc0 && b[0] < 0xe0 && metadata_at(metadata, offset, 5)) {
        head = 4;
        size = (uint32_t)(b[0] & 0x1f) << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    } else {
        return (str){NULL, 0};
    }
    p = metadata_at(metadata, offset, head + size);
    return p ? (str){p + head, (size_t)size} : (str){NULL, 0};
}

str
metadata_blob(const struct metadata *metadata, uint32_t index)
{
    return metadata_blob_at(metadata, metadata->blobs.offset + index);
}
