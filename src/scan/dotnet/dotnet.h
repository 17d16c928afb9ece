/* SPDX-License-Identifier: Apache-2.0 */
/* The dotnet module (yara.readthedocs.io, "dotnet module"), inside. Its root's fields come in five
 * groups, from the cheapest to the costliest; shapes stand in dotnet.c. */
#pragma once

#include "scan/dotnet/metadata.h"
#include "scan/modules/module.h"

enum dotnet_group {
    DOTNET_HEADER,
    DOTNET_GUIDS,
    DOTNET_USER_STRINGS,
    DOTNET_TABLES,
    DOTNET_CLASSES,
};

/* Fields by their places in the shapes. */
enum {
    DOTNET_IS_DOTNET,
    DOTNET_VERSION,
    DOTNET_MODULE_NAME,
    DOTNET_STREAMS,
    DOTNET_NUMBER_OF_STREAMS,
    DOTNET_GUID_LIST,
    DOTNET_NUMBER_OF_GUIDS,
    DOTNET_RESOURCES,
    DOTNET_NUMBER_OF_RESOURCES,
    DOTNET_CLASS_LIST,
    DOTNET_NUMBER_OF_CLASSES,
    DOTNET_ASSEMBLY_REFS,
    DOTNET_NUMBER_OF_ASSEMBLY_REFS,
    DOTNET_ASSEMBLY,
    DOTNET_MODULEREFS,
    DOTNET_NUMBER_OF_MODULEREFS,
    DOTNET_USER_STRING_LIST,
    DOTNET_NUMBER_OF_USER_STRINGS,
    DOTNET_TYPELIB,
    DOTNET_CONSTANTS,
    DOTNET_NUMBER_OF_CONSTANTS,
    DOTNET_FIELD_OFFSETS,
    DOTNET_NUMBER_OF_FIELD_OFFSETS,
};
enum { STREAM_NAME_FIELD, STREAM_OFFSET, STREAM_SIZE };
enum { RESOURCE_OFFSET, RESOURCE_LENGTH, RESOURCE_NAME };
enum { VERSION_MAJOR, VERSION_MINOR, VERSION_BUILD, VERSION_REVISION };
enum { ASSEMBLY_VERSION, ASSEMBLY_NAME, ASSEMBLY_CULTURE };
enum { REF_VERSION, REF_KEY, REF_NAME };
enum {
    CLASS_FULLNAME,
    CLASS_NAME,
    CLASS_NAMESPACE,
    CLASS_VISIBILITY,
    CLASS_TYPE,
    CLASS_ABSTRACT,
    CLASS_SEALED,
    CLASS_NUMBER_OF_GENERIC_PARAMETERS,
    CLASS_GENERIC_PARAMETERS,
    CLASS_NUMBER_OF_BASE_TYPES,
    CLASS_BASE_TYPES,
    CLASS_NUMBER_OF_METHODS,
    CLASS_METHODS,
};
enum {
    METHOD_GENERIC_PARAMETERS,
    METHOD_NUMBER_OF_GENERIC_PARAMETERS,
    METHOD_PARAMETERS,
    METHOD_NUMBER_OF_PARAMETERS,
    METHOD_RETURN_TYPE,
    METHOD_ABSTRACT,
    METHOD_FINAL,
    METHOD_VIRTUAL,
    METHOD_STATIC,
    METHOD_VISIBILITY,
    METHOD_NAME,
};
enum { PARAMETER_NAME, PARAMETER_TYPE };

extern const struct shape dotnet_resource_shape, dotnet_assembly_ref_shape, dotnet_class_shape,
    dotnet_method_shape, dotnet_parameter_shape;

void dotnet_load_guids(struct module_run *run, const struct metadata *metadata);
void dotnet_load_user_strings(struct module_run *run, const struct metadata *metadata);
void dotnet_load_tables(struct module_run *run, const struct metadata *metadata);
void dotnet_load_classes(struct module_run *run, const struct metadata *metadata);

/* Undefined when S's p is NULL. */
static inline struct value
dotnet_string(str s)
{
    return s.p ? value_string(s) : value_undefined();
}
