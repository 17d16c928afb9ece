/* SPDX-License-Identifier: Apache-2.0 */
/* Where a .NET file's metadata lie (ECMA-335, partition II, chapters 22 to 25): heaps and tables.
 * Nothing is copied; a row is read by column when it is asked for. What is accepted follows libyara
 * 4.5, since verdicts hang on it: more than 15,000 rows in a table, a table that it does not know
 * or row counts past the end stop the reading there. */
#pragma once

#include "scan/pe/pe_file.h"

enum metadata_table {
    TABLE_MODULE,
    TABLE_TYPE_REF,
    TABLE_TYPE_DEF,
    TABLE_FIELD_POINTER, /* this and its kin stand in #- streams, not in ECMA-335 */
    TABLE_FIELD,
    TABLE_METHOD_POINTER,
    TABLE_METHOD_DEF,
    TABLE_PARAM_POINTER, /* unknown to libyara */
    TABLE_PARAM,
    TABLE_INTERFACE_IMPL,
    TABLE_MEMBER_REF,
    TABLE_CONSTANT,
    TABLE_CUSTOM_ATTRIBUTE,
    TABLE_FIELD_MARSHAL,
    TABLE_DECL_SECURITY,
    TABLE_CLASS_LAYOUT,
    TABLE_FIELD_LAYOUT,
    TABLE_STAND_ALONE_SIG,
    TABLE_EVENT_MAP,
    TABLE_EVENT_POINTER,
    TABLE_EVENT,
    TABLE_PROPERTY_MAP,
    TABLE_PROPERTY_POINTER,
    TABLE_PROPERTY,
    TABLE_METHOD_SEMANTICS,
    TABLE_METHOD_IMPL,
    TABLE_MODULE_REF,
    TABLE_TYPE_SPEC,
    TABLE_IMPL_MAP,
    TABLE_FIELD_RVA,
    TABLE_ENC_LOG,
    TABLE_ENC_MAP,
    TABLE_ASSEMBLY,
    TABLE_ASSEMBLY_PROCESSOR,
    TABLE_ASSEMBLY_OS,
    TABLE_ASSEMBLY_REF,
    TABLE_ASSEMBLY_REF_PROCESSOR,
    TABLE_ASSEMBLY_REF_OS,
    TABLE_FILE,
    TABLE_EXPORTED_TYPE,
    TABLE_MANIFEST_RESOURCE,
    TABLE_NESTED_CLASS,
    TABLE_GENERIC_PARAM,
    TABLE_METHOD_SPEC,
    TABLE_GENERIC_PARAM_CONSTRAINT,
    METADATA_TABLES,
};
enum { METADATA_COLUMNS = 9 }; /* the most that a table has */

struct metadata_stream {
    bool present;
    uint64_t offset; /* in the data; may lie past their end */
    uint32_t size;
};
struct metadata_rows {
    bool present;
    uint64_t offset;                       /* of the first row; may lie past the data's end */
    uint32_t count;                        /* as the file says it */
    uint32_t size;                         /* of one row */
    uint8_t columns[METADATA_COLUMNS + 1]; /* where each starts in a row, and where the last ends */
};
struct metadata {
    str data;
    struct pe_file pe;
    bool is_pe, is_dotnet;
    uint64_t root;         /* offset of the metadata root, "BSJB" */
    uint64_t headers;      /* offset of the stream headers, 0 when the data end before */
    unsigned stream_count; /* those that the data hold */
    uint32_t resources;    /* address of the managed resources */
    str version;           /* p is NULL when it has no end */
    struct metadata_stream tables, strings, guids, blobs, user_strings;
    bool tables_complete; /* all that the file says it has were found */
    struct metadata_rows rows[METADATA_TABLES];
};

/* Reads the headers in zeroed METADATA; is_pe and is_dotnet say how far that went. In a process's
 * memory a DLL is left alone. */
void metadata_open(struct metadata *metadata, str data, bool is_process);
/* The stream whose header stands at *OFFSET, which moves to the next; false when the data end
 * before. The first of stream_count is at `headers`. */
bool metadata_next_stream(const struct metadata *metadata, uint64_t *offset, str *ret_name,
                          struct metadata_stream *ret);

/* The data from OFFSET when SIZE bytes are there, else NULL. */
const char *metadata_at(const struct metadata *metadata, uint64_t offset, uint64_t size);
/* How many of TABLE's rows lie in the data. */
uint32_t metadata_rows_held(const struct metadata *metadata, enum metadata_table table);
/* Row INDEX, from 1, or NULL when there is none or it is past the data's end. */
const char *metadata_row(const struct metadata *metadata, enum metadata_table table,
                         uint32_t index);
/* Column COLUMN, from 0, of a row of TABLE. */
uint32_t metadata_column(const struct metadata *metadata, enum metadata_table table,
                         const char *row, unsigned column);

/* Views into the data, with p NULL where there is nothing valid: a string of at most 1,024 bytes,
 * the content of a blob by its index, and of one at an OFFSET in the data. */
str metadata_string(const struct metadata *metadata, uint32_t index);
str metadata_blob(const struct metadata *metadata, uint32_t index);
str metadata_blob_at(const struct metadata *metadata, uint64_t offset);
