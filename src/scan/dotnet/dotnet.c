/* SPDX-License-Identifier: Apache-2.0 */
/* The dotnet module: what it shows, and its cheapest group. */
#include "scan/dotnet/dotnet.h"

#include "scan/modules/modules.h"

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])
#define SHAPE(fields)                                                                              \
    {                                                                                              \
        fields, COUNT(fields)                                                                      \
    }
/* A field's place is its number in dotnet.h. */
#define INTEGER(place, name_) [place] = {.name = name_, .kind = FIELD_INTEGER}
#define STRING(place, name_) [place] = {.name = name_, .kind = FIELD_STRING}
#define STRINGS(place, name_) [place] = {.name = name_, .kind = FIELD_ARRAY, .item = FIELD_STRING}
#define STRUCT(place, name_, shape_)                                                               \
    [place] = {.name = name_, .kind = FIELD_STRUCT, .shape = &(shape_)}
#define STRUCTS(place, name_, shape_)                                                              \
    [place] = {.name = name_, .kind = FIELD_ARRAY, .item = FIELD_STRUCT, .shape = &(shape_)}

static const struct field stream_fields[] = {
    STRING(STREAM_NAME_FIELD, "name"),
    INTEGER(STREAM_OFFSET, "offset"),
    INTEGER(STREAM_SIZE, "size"),
};
static const struct shape stream_shape = SHAPE(stream_fields);

static const struct field resource_fields[] = {
    INTEGER(RESOURCE_OFFSET, "offset"),
    INTEGER(RESOURCE_LENGTH, "length"),
    STRING(RESOURCE_NAME, "name"),
};
const struct shape dotnet_resource_shape = SHAPE(resource_fields);

static const struct field version_fields[] = {
    INTEGER(VERSION_MAJOR, "major"),
    INTEGER(VERSION_MINOR, "minor"),
    INTEGER(VERSION_BUILD, "build_number"),
    INTEGER(VERSION_REVISION, "revision_number"),
};
static const struct shape version_shape = SHAPE(version_fields);

static const struct field assembly_fields[] = {
    STRUCT(ASSEMBLY_VERSION, "version", version_shape),
    STRING(ASSEMBLY_NAME, "name"),
    STRING(ASSEMBLY_CULTURE, "culture"),
};
static const struct shape assembly_shape = SHAPE(assembly_fields);

static const struct field assembly_ref_fields[] = {
    STRUCT(REF_VERSION, "version", version_shape),
    STRING(REF_KEY, "public_key_or_token"),
    STRING(REF_NAME, "name"),
};
const struct shape dotnet_assembly_ref_shape = SHAPE(assembly_ref_fields);

static const struct field parameter_fields[] = {
    STRING(PARAMETER_NAME, "name"),
    STRING(PARAMETER_TYPE, "type"),
};
const struct shape dotnet_parameter_shape = SHAPE(parameter_fields);

static const struct field method_fields[] = {
    STRINGS(METHOD_GENERIC_PARAMETERS, "generic_parameters"),
    INTEGER(METHOD_NUMBER_OF_GENERIC_PARAMETERS, "number_of_generic_parameters"),
    STRUCTS(METHOD_PARAMETERS, "parameters", dotnet_parameter_shape),
    INTEGER(METHOD_NUMBER_OF_PARAMETERS, "number_of_parameters"),
    STRING(METHOD_RETURN_TYPE, "return_type"),
    INTEGER(METHOD_ABSTRACT, "abstract"),
    INTEGER(METHOD_FINAL, "final"),
    INTEGER(METHOD_VIRTUAL, "virtual"),
    INTEGER(METHOD_STATIC, "static"),
    STRING(METHOD_VISIBILITY, "visibility"),
    STRING(METHOD_NAME, "name"),
};
const struct shape dotnet_method_shape = SHAPE(method_fields);

static const struct field class_fields[] = {
    STRING(CLASS_FULLNAME, "fullname"),
    STRING(CLASS_NAME, "name"),
    STRING(CLASS_NAMESPACE, "namespace"),
    STRING(CLASS_VISIBILITY, "visibility"),
    STRING(CLASS_TYPE, "type"),
    INTEGER(CLASS_ABSTRACT, "abstract"),
    INTEGER(CLASS_SEALED, "sealed"),
    INTEGER(CLASS_NUMBER_OF_GENERIC_PARAMETERS, "number_of_generic_parameters"),
    STRINGS(CLASS_GENERIC_PARAMETERS, "generic_parameters"),
    INTEGER(CLASS_NUMBER_OF_BASE_TYPES, "number_of_base_types"),
    STRINGS(CLASS_BASE_TYPES, "base_types"),
    INTEGER(CLASS_NUMBER_OF_METHODS, "number_of_methods"),
    STRUCTS(CLASS_METHODS, "methods", dotnet_method_shape),
};
const struct shape dotnet_class_shape = SHAPE(class_fields);

/* The root's, each with the group that fills it. */
#define IN(group_, kind_, ...)                                                                     \
    {                                                                                              \
        .kind = (kind_), .group = (group_), __VA_ARGS__                                            \
    }
static const struct field fields[] = {
    [DOTNET_IS_DOTNET] = IN(DOTNET_HEADER, FIELD_INTEGER, .name = "is_dotnet"),
    [DOTNET_VERSION] = IN(DOTNET_HEADER, FIELD_STRING, .name = "version"),
    [DOTNET_MODULE_NAME] = IN(DOTNET_TABLES, FIELD_STRING, .name = "module_name"),
    [DOTNET_STREAMS] = IN(DOTNET_HEADER, FIELD_ARRAY, .name = "streams", .item = FIELD_STRUCT,
                          .shape = &stream_shape),
    [DOTNET_NUMBER_OF_STREAMS] = IN(DOTNET_HEADER, FIELD_INTEGER, .name = "number_of_streams"),
    [DOTNET_GUID_LIST] = IN(DOTNET_GUIDS, FIELD_ARRAY, .name = "guids", .item = FIELD_STRING),
    [DOTNET_NUMBER_OF_GUIDS] = IN(DOTNET_GUIDS, FIELD_INTEGER, .name = "number_of_guids"),
    [DOTNET_RESOURCES] = IN(DOTNET_TABLES, FIELD_ARRAY, .name = "resources", .item = FIELD_STRUCT,
                            .shape = &dotnet_resource_shape),
    [DOTNET_NUMBER_OF_RESOURCES] = IN(DOTNET_TABLES, FIELD_INTEGER, .name = "number_of_resources"),
    [DOTNET_CLASS_LIST] = IN(DOTNET_CLASSES, FIELD_ARRAY, .name = "classes", .item = FIELD_STRUCT,
                             .shape = &dotnet_class_shape),
    [DOTNET_NUMBER_OF_CLASSES] = IN(DOTNET_CLASSES, FIELD_INTEGER, .name = "number_of_classes"),
    [DOTNET_ASSEMBLY_REFS] = IN(DOTNET_TABLES, FIELD_ARRAY, .name = "assembly_refs",
                                .item = FIELD_STRUCT, .shape = &dotnet_assembly_ref_shape),
    [DOTNET_NUMBER_OF_ASSEMBLY_REFS] =
        IN(DOTNET_TABLES, FIELD_INTEGER, .name = "number_of_assembly_refs"),
    [DOTNET_ASSEMBLY] =
        IN(DOTNET_TABLES, FIELD_STRUCT, .name = "assembly", .shape = &assembly_shape),
    [DOTNET_MODULEREFS] =
        IN(DOTNET_TABLES, FIELD_ARRAY, .name = "modulerefs", .item = FIELD_STRING),
    [DOTNET_NUMBER_OF_MODULEREFS] =
        IN(DOTNET_TABLES, FIELD_INTEGER, .name = "number_of_modulerefs"),
    [DOTNET_USER_STRING_LIST] =
        IN(DOTNET_USER_STRINGS, FIELD_ARRAY, .name = "user_strings", .item = FIELD_STRING),
    [DOTNET_NUMBER_OF_USER_STRINGS] =
        IN(DOTNET_USER_STRINGS, FIELD_INTEGER, .name = "number_of_user_strings"),
    [DOTNET_TYPELIB] = IN(DOTNET_TABLES, FIELD_STRING, .name = "typelib"),
    [DOTNET_CONSTANTS] = IN(DOTNET_TABLES, FIELD_ARRAY, .name = "constants", .item = FIELD_STRING),
    [DOTNET_NUMBER_OF_CONSTANTS] = IN(DOTNET_TABLES, FIELD_INTEGER, .name = "number_of_constants"),
    [DOTNET_FIELD_OFFSETS] =
        IN(DOTNET_TABLES, FIELD_ARRAY, .name = "field_offsets", .item = FIELD_INTEGER),
    [DOTNET_NUMBER_OF_FIELD_OFFSETS] =
        IN(DOTNET_TABLES, FIELD_INTEGER, .name = "number_of_field_offsets"),
};

static void
load_header(struct module_run *run, const struct metadata *metadata)
{
    struct value *root = run->root->fields;
    root[DOTNET_IS_DOTNET] = value_integer(metadata->is_dotnet);
    if (!metadata->is_dotnet)
        return;
    root[DOTNET_VERSION] = dotnet_string(metadata->version);
    if (!metadata->headers)
        return;
    struct list *list = module_array(run, metadata->stream_count);
    uint64_t offset = metadata->headers;
    for (size_t i = 0; i < list->count; i++) {
        str name;
        struct metadata_stream stream;
        if (!metadata_next_stream(metadata, &offset, &name, &stream))
            break;
        struct object *item = module_object(run, &stream_shape);
        item->fields[STREAM_NAME_FIELD] = value_string(name);
        item->fields[STREAM_OFFSET] = value_integer((int64_t)stream.offset);
        item->fields[STREAM_SIZE] = value_integer(stream.size);
        list->items[i] = value_struct(item);
    }
    root[DOTNET_STREAMS] = value_array(list);
    root[DOTNET_NUMBER_OF_STREAMS] = value_integer((int64_t)list->count);
}

static void
load(struct module_run *run, unsigned group)
{
    if (!run->state) {
        struct metadata *opened = arena_alloc(run->arena, sizeof *opened);
        metadata_open(opened, run->data, run->is_process);
        run->state = opened;
    }
    const struct metadata *metadata = run->state;
    if (group == DOTNET_HEADER && metadata->is_pe)
        load_header(run, metadata);
    if (!metadata->is_dotnet)
        return;
    if (group == DOTNET_GUIDS)
        dotnet_load_guids(run, metadata);
    if (group == DOTNET_USER_STRINGS)
        dotnet_load_user_strings(run, metadata);
    if (group == DOTNET_TABLES)
        dotnet_load_tables(run, metadata);
    if (group == DOTNET_CLASSES)
        dotnet_load_classes(run, metadata);
}

static const struct constant no_constants[] = {{.name = NULL}};

const struct module dotnet_module = {
    .name = "dotnet",
    .shape = SHAPE(fields),
    .constants = no_constants,
    .load = load,
};
