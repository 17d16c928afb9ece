/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in single rows: the module, the assembly, references, resources, constants, field
 * offsets and the type library's GUID. What is left undefined and what is counted follows libyara,
 * row by row. */
#include "scan/dotnet/dotnet.h"

enum {
    STRING_CONSTANT = 0x0e, /* ELEMENT_TYPE_STRING with its padding byte */
    MODULE_REF_LARGEST = 4, /* so many bytes must be there, however wide a row is */
    FIELD_RVA_LARGEST = 8,
    PARENT_ASSEMBLY = 14, /* tags of coded indexes */
    TYPE_MEMBER_REF = 3,
    PARENT_TYPE_REF = 1,
    ATTRIBUTE_PROLOG = 1,
};

static void
set_version(struct value *version, const struct metadata *metadata, enum metadata_table table,
            const char *row, unsigned column)
{
    for (unsigned i = VERSION_MAJOR; i <= VERSION_REVISION; i++)
        version->object->fields[i] =
            value_integer(metadata_column(metadata, table, row, column + i));
}

/* Where row I, from 0, would be if the table were as long as that, with SIZE bytes there. */
static const char *
row_at(const struct metadata *metadata, enum metadata_table table, uint32_t i, uint32_t size)
{
    const struct metadata_rows *rows = &metadata->rows[table];
    return metadata_at(metadata, rows->offset + (uint64_t)rows->size * i, size);
}

static str
string_column(const struct metadata *metadata, enum metadata_table table, const char *row,
              unsigned column)
{
    return metadata_string(metadata, metadata_column(metadata, table, row, column));
}

static void
load_module(struct value *root, const struct metadata *metadata)
{
    const char *row = row_at(metadata, TABLE_MODULE, 0, metadata->rows[TABLE_MODULE].size);
    if (metadata->rows[TABLE_MODULE].present && row)
        root[DOTNET_MODULE_NAME] = dotnet_string(string_column(metadata, TABLE_MODULE, row, 1));
}

static void
load_assembly(struct value *root, const struct metadata *metadata)
{
    const char *row = row_at(metadata, TABLE_ASSEMBLY, 0, metadata->rows[TABLE_ASSEMBLY].size);
    if (!metadata->rows[TABLE_ASSEMBLY].present || !row)
        return;
    struct value *assembly = root[DOTNET_ASSEMBLY].object->fields;
    set_version(&assembly[ASSEMBLY_VERSION], metadata, TABLE_ASSEMBLY, row, 1);
    assembly[ASSEMBLY_NAME] = dotnet_string(string_column(metadata, TABLE_ASSEMBLY, row, 7));
    str culture = string_column(metadata, TABLE_ASSEMBLY, row, 8);
    if (culture.n > 0)
        assembly[ASSEMBLY_CULTURE] = value_string(culture);
}

static void
load_assembly_refs(struct module_run *run, const struct metadata *metadata)
{
    struct value *root = run->root->fields;
    if (!metadata->rows[TABLE_ASSEMBLY_REF].present)
        return;
    struct list *list = module_array(run, metadata_rows_held(metadata, TABLE_ASSEMBLY_REF));
    for (uint32_t i = 0; i < list->count; i++) {
        const char *row = metadata_row(metadata, TABLE_ASSEMBLY_REF, i + 1);
        struct object *item = module_object(run, &dotnet_assembly_ref_shape);
        list->items[i] = value_struct(item);
        set_version(&item->fields[REF_VERSION], metadata, TABLE_ASSEMBLY_REF, row, 0);
        str key = metadata_blob(metadata, metadata_column(metadata, TABLE_ASSEMBLY_REF, row, 5));
        if (!key.p)
            continue;
        if (key.n > 0)
            item->fields[REF_KEY] = value_string(key);
        item->fields[REF_NAME] = dotnet_string(string_column(metadata, TABLE_ASSEMBLY_REF, row, 6));
    }
    root[DOTNET_ASSEMBLY_REFS] = value_array(list);
    root[DOTNET_NUMBER_OF_ASSEMBLY_REFS] = value_integer((int64_t)list->count);
}

static void
load_modulerefs(struct module_run *run, const struct metadata *metadata)
{
    const struct metadata_rows *rows = &metadata->rows[TABLE_MODULE_REF];
    if (!rows->present)
        return;
    struct list *list = module_array(run, metadata_rows_held(metadata, TABLE_MODULE_REF));
    size_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *row = row_at(metadata, TABLE_MODULE_REF, i, MODULE_REF_LARGEST);
        if (!row)
            break;
        str name = string_column(metadata, TABLE_MODULE_REF, row, 0);
        if (name.p)
            list->items[count++] = value_string(name);
    }
    list->count = count;
    run->root->fields[DOTNET_MODULEREFS] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_MODULEREFS] = value_integer((int64_t)count);
}

static void
load_constants(struct module_run *run, const struct metadata *metadata)
{
    if (!metadata->rows[TABLE_CONSTANT].present)
        return;
    const char *end = metadata->data.p + metadata->data.n;
    struct list *list = module_array(run, metadata_rows_held(metadata, TABLE_CONSTANT));
    size_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *row = metadata_row(metadata, TABLE_CONSTANT, i + 1);
        if (metadata_column(metadata, TABLE_CONSTANT, row, 0) != STRING_CONSTANT)
            continue;
        str content = metadata_blob(metadata, metadata_column(metadata, TABLE_CONSTANT, row, 2));
        if (content.p && content.p + content.n < end)
            list->items[count++] = value_string(content);
    }
    list->count = count;
    run->root->fields[DOTNET_CONSTANTS] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_CONSTANTS] = value_integer((int64_t)count);
}

static void
load_field_offsets(struct module_run *run, const struct metadata *metadata)
{
    if (!metadata->rows[TABLE_FIELD_RVA].present)
        return;
    struct list *list = module_array(run, metadata_rows_held(metadata, TABLE_FIELD_RVA));
    size_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *row = row_at(metadata, TABLE_FIELD_RVA, i, FIELD_RVA_LARGEST);
        size_t offset;
        if (!row)
            break;
        if (pe_offset(&metadata->pe, pe_u32(row), &offset))
            list->items[count++] = value_integer((int64_t)offset);
    }
    list->count = count;
    run->root->fields[DOTNET_FIELD_OFFSETS] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_FIELD_OFFSETS] = value_integer((int64_t)count);
}

/* Only resources in this file have a place and a size; a size is what the file says it is. */
static void
set_resource(struct value *resource, const struct metadata *metadata, int64_t base, const char *row)
{
    resource[RESOURCE_NAME] =
        dotnet_string(string_column(metadata, TABLE_MANIFEST_RESOURCE, row, 2));
    if (metadata_column(metadata, TABLE_MANIFEST_RESOURCE, row, 3) != 0)
        return;
    int64_t offset = base + metadata_column(metadata, TABLE_MANIFEST_RESOURCE, row, 0);
    const char *p = offset < 0 ? NULL : metadata_at(metadata, (uint64_t)offset, 4);
    if (!p)
        return;
    resource[RESOURCE_OFFSET] = value_integer(offset + 4);
    resource[RESOURCE_LENGTH] = value_integer(pe_u32(p));
}

static void
load_resources(struct module_run *run, const struct metadata *metadata)
{
    if (!metadata->rows[TABLE_MANIFEST_RESOURCE].present)
        return;
    size_t start;
    /* libyara goes on from -1 when the address has no place. */
    int64_t base = pe_offset(&metadata->pe, metadata->resources, &start) ? (int64_t)start : -1;
    struct list *list = module_array(run, metadata_rows_held(metadata, TABLE_MANIFEST_RESOURCE));
    for (uint32_t i = 0; i < list->count; i++) {
        struct object *item = module_object(run, &dotnet_resource_shape);
        const char *row = metadata_row(metadata, TABLE_MANIFEST_RESOURCE, i + 1);
        set_resource(item->fields, metadata, base, row);
        list->items[i] = value_struct(item);
    }
    run->root->fields[DOTNET_RESOURCES] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_RESOURCES] = value_integer((int64_t)list->count);
}

/* The row that a tagged index points to, whether or not its table is as long as that; NULL past
 * the data's end. Index 0 reads as 1. */
static const char *
follow(const struct metadata *metadata, enum metadata_table table, uint32_t index)
{
    const struct metadata_rows *rows = &metadata->rows[table];
    uint32_t distance = rows->size * (index > 0 ? index - 1 : 0);
    return metadata_at(metadata, rows->offset + distance, rows->size);
}

/* Whether the attribute in ROW is the assembly's GuidAttribute, or one whose name cannot be read;
 * *STOP when a row that it points to is past the data's end. */
static bool
is_guid_attribute(const struct metadata *metadata, const char *row, bool *stop)
{
    uint32_t parent = metadata_column(metadata, TABLE_CUSTOM_ATTRIBUTE, row, 0);
    uint32_t type = metadata_column(metadata, TABLE_CUSTOM_ATTRIBUTE, row, 1);
    if ((parent & 0x1f) != PARENT_ASSEMBLY || (type & 7) != TYPE_MEMBER_REF)
        return false;
    const char *member = follow(metadata, TABLE_MEMBER_REF, type >> 3);
    *stop = !member;
    /* libyara reads two bytes of the member's class, however wide it is. */
    uint32_t parent_of_member = member ? pe_u16(member) : 0;
    if (!member || (parent_of_member & 7) != PARENT_TYPE_REF)
        return false;
    const char *type_ref = follow(metadata, TABLE_TYPE_REF, parent_of_member >> 3);
    *stop = !type_ref;
    if (!type_ref)
        return false;
    str name = string_column(metadata, TABLE_TYPE_REF, type_ref, 1);
    return !name.p || str_starts(name, STR("GuidAttribute"));
}

/* The string that the attribute's value starts with (ECMA-335 II.23.3): a prolog, a length of one
 * byte, bytes. p is NULL when there is none. */
static str
attribute_string(const struct metadata *metadata, uint32_t index)
{
    str none = {NULL, 0};
    const char *end = metadata->data.p + metadata->data.n;
    str value = index ? metadata_blob(metadata, index) : none;
    if (value.n < 3 || value.p + value.n >= end || pe_u16(value.p) != ATTRIBUTE_PROLOG)
        return none;
    size_t size = (uint8_t)value.p[2];
    const char *p = value.p + 3;
    if ((size_t)(end - p) < size)
        return none;
    if (*p == 0 || (uint8_t)*p == 0xff)
        return (str){p, 0};
    const char *stop = memchr(p, 0, size);
    return (str){p, stop ? (size_t)(stop - p) : size};
}

static void
load_typelib(struct value *root, const struct metadata *metadata)
{
    if (!metadata->rows[TABLE_TYPE_REF].present || !metadata->rows[TABLE_MEMBER_REF].present)
        return;
    uint32_t held = metadata_rows_held(metadata, TABLE_CUSTOM_ATTRIBUTE);
    bool stop = false;
    for (uint32_t i = 0; i < held && !stop; i++) {
        const char *row = metadata_row(metadata, TABLE_CUSTOM_ATTRIBUTE, i + 1);
        if (!is_guid_attribute(metadata, row, &stop))
            continue;
        str text =
            attribute_string(metadata, metadata_column(metadata, TABLE_CUSTOM_ATTRIBUTE, row, 2));
        if (text.p)
            root[DOTNET_TYPELIB] = value_string(text);
    }
}

void
dotnet_load_tables(struct module_run *run, const struct metadata *metadata)
{
    struct value *root = run->root->fields;
    load_module(root, metadata);
    load_assembly(root, metadata);
    load_assembly_refs(run, metadata);
    load_modulerefs(run, metadata);
    load_constants(run, metadata);
    load_field_offsets(run, metadata);
    load_resources(run, metadata);
    load_typelib(root, metadata);
}
