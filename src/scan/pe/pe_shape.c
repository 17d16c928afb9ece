/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of the module `pe`, in the order of pe_fields.h, as YARA 4.5 documents and types
 * them. */
#include "scan/authenticode/authenticode.h"
#include "scan/pe/pe_tables.h"

#define GROUP(id) .group = PE_GROUP_##id
#define INTEGER(text, id)                                                                          \
    {                                                                                              \
        .name = text, .kind = FIELD_INTEGER, GROUP(id)                                             \
    }
#define STRING(text, id)                                                                           \
    {                                                                                              \
        .name = text, .kind = FIELD_STRING, GROUP(id)                                              \
    }
#define STRUCT(text, id, of)                                                                       \
    {                                                                                              \
        .name = text, .kind = FIELD_STRUCT, .shape = of, GROUP(id)                                 \
    }
#define ARRAY(text, id, of)                                                                        \
    {                                                                                              \
        .name = text, .kind = FIELD_ARRAY, .item = FIELD_STRUCT, .shape = of, GROUP(id)            \
    }
#define FUNCTION(text, calls)                                                                      \
    {                                                                                              \
        .name = text, .kind = FIELD_FUNCTION, .overloads = calls                                   \
    }
/* Fields of structs within, which need no group. */
#define INNER_INTEGER(text)                                                                        \
    {                                                                                              \
        .name = text, .kind = FIELD_INTEGER                                                        \
    }
#define INNER_STRING(text)                                                                         \
    {                                                                                              \
        .name = text, .kind = FIELD_STRING                                                         \
    }

static const struct overload calculate_checksum_overloads[] = {
    {"", 'i', pe_call_calculate_checksum}, {0}};
static const struct overload imphash_overloads[] = {{"", 's', pe_call_imphash}, {0}};
static const struct overload section_index_overloads[] = {
    {"s", 'i', pe_call_section_index_name}, {"i", 'i', pe_call_section_index_address}, {0}};
static const struct overload exports_overloads[] = {{"s", 'i', pe_call_exports_name},
                                                    {"r", 'i', pe_call_exports_regex},
                                                    {"i", 'i', pe_call_exports_ordinal},
                                                    {0}};
static const struct overload exports_index_overloads[] = {{"s", 'i', pe_call_exports_index_name},
                                                          {"i", 'i', pe_call_exports_index_ordinal},
                                                          {"r", 'i', pe_call_exports_index_regex},
                                                          {0}};
static const struct overload imports_overloads[] = {{"ss", 'i', pe_call_imports_name},
                                                    {"si", 'i', pe_call_imports_ordinal},
                                                    {"s", 'i', pe_call_imports_library},
                                                    {"rr", 'i', pe_call_imports_regex},
                                                    {"iss", 'i', pe_call_flags_imports_name},
                                                    {"isi", 'i', pe_call_flags_imports_ordinal},
                                                    {"is", 'i', pe_call_flags_imports_library},
                                                    {"irr", 'i', pe_call_flags_imports_regex},
                                                    {0}};
static const struct overload import_rva_overloads[] = {
    {"ss", 'i', pe_call_import_rva_name}, {"si", 'i', pe_call_import_rva_ordinal}, {0}};
static const struct overload delayed_import_rva_overloads[] = {
    {"ss", 'i', pe_call_delayed_import_rva_name},
    {"si", 'i', pe_call_delayed_import_rva_ordinal},
    {0}};
static const struct overload locale_overloads[] = {{"i", 'i', pe_call_locale}, {0}};
static const struct overload language_overloads[] = {{"i", 'i', pe_call_language}, {0}};
static const struct overload is_dll_overloads[] = {{"", 'i', pe_call_is_dll}, {0}};
static const struct overload is_32bit_overloads[] = {{"", 'i', pe_call_is_32bit}, {0}};
static const struct overload is_64bit_overloads[] = {{"", 'i', pe_call_is_64bit}, {0}};
static const struct overload rva_to_offset_overloads[] = {{"i", 'i', pe_call_rva_to_offset}, {0}};
static const struct overload rich_version_overloads[] = {
    {"i", 'i', pe_call_rich_version}, {"ii", 'i', pe_call_rich_version_toolid}, {0}};
static const struct overload rich_toolid_overloads[] = {
    {"i", 'i', pe_call_rich_toolid}, {"ii", 'i', pe_call_rich_toolid_version}, {0}};

static const struct field version_fields[] = {
    [PE_VERSION_MAJOR] = INNER_INTEGER("major"),
    [PE_VERSION_MINOR] = INNER_INTEGER("minor"),
};
const struct shape pe_version_shape = {version_fields, PE_VERSION_FIELDS};

static const struct field directory_fields[] = {
    [PE_DIRECTORY_ADDRESS] = INNER_INTEGER("virtual_address"),
    [PE_DIRECTORY_SIZE] = INNER_INTEGER("size"),
};
const struct shape pe_directory_shape = {directory_fields, PE_DIRECTORY_FIELDS};

static const struct field section_fields[] = {
    [PE_SECTION_NAME] = INNER_STRING("name"),
    [PE_SECTION_FULL_NAME] = INNER_STRING("full_name"),
    [PE_SECTION_CHARACTERISTICS] = INNER_INTEGER("characteristics"),
    [PE_SECTION_ADDRESS] = INNER_INTEGER("virtual_address"),
    [PE_SECTION_SIZE] = INNER_INTEGER("virtual_size"),
    [PE_SECTION_RAW_OFFSET] = INNER_INTEGER("raw_data_offset"),
    [PE_SECTION_RAW_SIZE] = INNER_INTEGER("raw_data_size"),
    [PE_SECTION_RELOCATIONS_OFFSET] = INNER_INTEGER("pointer_to_relocations"),
    [PE_SECTION_LINES_OFFSET] = INNER_INTEGER("pointer_to_line_numbers"),
    [PE_SECTION_RELOCATIONS] = INNER_INTEGER("number_of_relocations"),
    [PE_SECTION_LINES] = INNER_INTEGER("number_of_line_numbers"),
};
const struct shape pe_section_shape = {section_fields, PE_SECTION_FIELDS};

static const struct field overlay_fields[] = {
    [PE_OVERLAY_OFFSET] = INNER_INTEGER("offset"),
    [PE_OVERLAY_SIZE] = INNER_INTEGER("size"),
};
const struct shape pe_overlay_shape = {overlay_fields, PE_OVERLAY_FIELDS};

static const struct field rich_fields[] = {
    [PE_RICH_OFFSET] = INNER_INTEGER("offset"),
    [PE_RICH_LENGTH] = INNER_INTEGER("length"),
    [PE_RICH_KEY] = INNER_INTEGER("key"),
    [PE_RICH_RAW_DATA] = INNER_STRING("raw_data"),
    [PE_RICH_CLEAR_DATA] = INNER_STRING("clear_data"),
    [PE_RICH_VERSION_DATA] = INNER_STRING("version_data"),
    [PE_RICH_VERSION] = FUNCTION("version", rich_version_overloads),
    [PE_RICH_TOOLID] = FUNCTION("toolid", rich_toolid_overloads),
};
const struct shape pe_rich_shape = {rich_fields, PE_RICH_FIELDS};

static const struct field function_fields[] = {
    [PE_FUNCTION_NAME] = INNER_STRING("name"),
    [PE_FUNCTION_ORDINAL] = INNER_INTEGER("ordinal"),
    [PE_FUNCTION_RVA] = INNER_INTEGER("rva"),
};
const struct shape pe_function_shape = {function_fields, PE_FUNCTION_FIELDS};

static const struct field library_fields[] = {
    [PE_LIBRARY_NAME] = INNER_STRING("library_name"),
    [PE_LIBRARY_COUNT] = INNER_INTEGER("number_of_functions"),
    [PE_LIBRARY_FUNCTIONS] = {.name = "functions",
                              .kind = FIELD_ARRAY,
                              .item = FIELD_STRUCT,
                              .shape = &pe_function_shape},
};
const struct shape pe_library_shape = {library_fields, PE_LIBRARY_FIELDS};

static const struct field export_fields[] = {
    [PE_EXPORT_OFFSET] = INNER_INTEGER("offset"),
    [PE_EXPORT_NAME] = INNER_STRING("name"),
    [PE_EXPORT_FORWARD_NAME] = INNER_STRING("forward_name"),
    [PE_EXPORT_ORDINAL] = INNER_INTEGER("ordinal"),
    [PE_EXPORT_RVA] = INNER_INTEGER("rva"),
};
const struct shape pe_export_shape = {export_fields, PE_EXPORT_FIELDS};

static const struct field resource_fields[] = {
    [PE_RESOURCE_RVA] = INNER_INTEGER("rva"),
    [PE_RESOURCE_OFFSET] = INNER_INTEGER("offset"),
    [PE_RESOURCE_LENGTH] = INNER_INTEGER("length"),
    [PE_RESOURCE_TYPE] = INNER_INTEGER("type"),
    [PE_RESOURCE_ID] = INNER_INTEGER("id"),
    [PE_RESOURCE_LANGUAGE] = INNER_INTEGER("language"),
    [PE_RESOURCE_TYPE_STRING] = INNER_STRING("type_string"),
    [PE_RESOURCE_NAME_STRING] = INNER_STRING("name_string"),
    [PE_RESOURCE_LANGUAGE_STRING] = INNER_STRING("language_string"),
};
const struct shape pe_resource_shape = {resource_fields, PE_RESOURCE_FIELDS};

static const struct field version_item_fields[] = {
    [PE_VERSION_KEY] = INNER_STRING("key"),
    [PE_VERSION_VALUE] = INNER_STRING("value"),
};
const struct shape pe_version_item_shape = {version_item_fields, PE_VERSION_ITEM_FIELDS};

const struct field pe_root_fields[PE_FIELDS] = {
    [PE_IS_PE] = INTEGER("is_pe", HEADERS),
    [PE_MACHINE] = INTEGER("machine", HEADERS),
    [PE_NUMBER_OF_SECTIONS] = INTEGER("number_of_sections", HEADERS),
    [PE_TIMESTAMP] = INTEGER("timestamp", HEADERS),
    [PE_POINTER_TO_SYMBOL_TABLE] = INTEGER("pointer_to_symbol_table", HEADERS),
    [PE_NUMBER_OF_SYMBOLS] = INTEGER("number_of_symbols", HEADERS),
    [PE_SIZE_OF_OPTIONAL_HEADER] = INTEGER("size_of_optional_header", HEADERS),
    [PE_CHARACTERISTICS] = INTEGER("characteristics", HEADERS),
    [PE_ENTRY_POINT] = INTEGER("entry_point", HEADERS),
    [PE_ENTRY_POINT_RAW] = INTEGER("entry_point_raw", HEADERS),
    [PE_IMAGE_BASE] = INTEGER("image_base", HEADERS),
    [PE_NUMBER_OF_RVA_AND_SIZES] = INTEGER("number_of_rva_and_sizes", HEADERS),
    [PE_OPTHDR_MAGIC] = INTEGER("opthdr_magic", HEADERS),
    [PE_SIZE_OF_CODE] = INTEGER("size_of_code", HEADERS),
    [PE_SIZE_OF_INITIALIZED_DATA] = INTEGER("size_of_initialized_data", HEADERS),
    [PE_SIZE_OF_UNINITIALIZED_DATA] = INTEGER("size_of_uninitialized_data", HEADERS),
    [PE_BASE_OF_CODE] = INTEGER("base_of_code", HEADERS),
    [PE_BASE_OF_DATA] = INTEGER("base_of_data", HEADERS),
    [PE_SECTION_ALIGNMENT] = INTEGER("section_alignment", HEADERS),
    [PE_FILE_ALIGNMENT] = INTEGER("file_alignment", HEADERS),
    [PE_LINKER_VERSION] = STRUCT("linker_version", HEADERS, &pe_version_shape),
    [PE_OS_VERSION] = STRUCT("os_version", HEADERS, &pe_version_shape),
    [PE_IMAGE_VERSION] = STRUCT("image_version", HEADERS, &pe_version_shape),
    [PE_SUBSYSTEM_VERSION] = STRUCT("subsystem_version", HEADERS, &pe_version_shape),
    [PE_WIN32_VERSION_VALUE] = INTEGER("win32_version_value", HEADERS),
    [PE_SIZE_OF_IMAGE] = INTEGER("size_of_image", HEADERS),
    [PE_SIZE_OF_HEADERS] = INTEGER("size_of_headers", HEADERS),
    [PE_CHECKSUM] = INTEGER("checksum", HEADERS),
    [PE_SUBSYSTEM] = INTEGER("subsystem", HEADERS),
    [PE_DLL_CHARACTERISTICS] = INTEGER("dll_characteristics", HEADERS),
    [PE_SIZE_OF_STACK_RESERVE] = INTEGER("size_of_stack_reserve", HEADERS),
    [PE_SIZE_OF_STACK_COMMIT] = INTEGER("size_of_stack_commit", HEADERS),
    [PE_SIZE_OF_HEAP_RESERVE] = INTEGER("size_of_heap_reserve", HEADERS),
    [PE_SIZE_OF_HEAP_COMMIT] = INTEGER("size_of_heap_commit", HEADERS),
    [PE_LOADER_FLAGS] = INTEGER("loader_flags", HEADERS),
    [PE_DATA_DIRECTORIES] = ARRAY("data_directories", SECTIONS, &pe_directory_shape),
    [PE_SECTIONS] = ARRAY("sections", SECTIONS, &pe_section_shape),
    [PE_OVERLAY] = STRUCT("overlay", SECTIONS, &pe_overlay_shape),
    [PE_RICH_SIGNATURE] = STRUCT("rich_signature", RICH, &pe_rich_shape),
    [PE_NUMBER_OF_IMPORTS] = INTEGER("number_of_imports", IMPORTS),
    [PE_NUMBER_OF_IMPORTED_FUNCTIONS] = INTEGER("number_of_imported_functions", IMPORTS),
    [PE_NUMBER_OF_DELAYED_IMPORTS] = INTEGER("number_of_delayed_imports", DELAYED),
    [PE_NUMBER_OF_DELAYED_IMPORTED_FUNCTIONS] =
        INTEGER("number_of_delayed_imported_functions", DELAYED),
    [PE_IMPORT_DETAILS] = ARRAY("import_details", IMPORT_DETAILS, &pe_library_shape),
    [PE_DELAYED_IMPORT_DETAILS] =
        ARRAY("delayed_import_details", DELAYED_DETAILS, &pe_library_shape),
    [PE_NUMBER_OF_EXPORTS] = INTEGER("number_of_exports", EXPORTS),
    [PE_DLL_NAME] = STRING("dll_name", EXPORTS),
    [PE_EXPORT_TIMESTAMP] = INTEGER("export_timestamp", EXPORTS),
    [PE_EXPORT_DETAILS] = ARRAY("export_details", EXPORT_DETAILS, &pe_export_shape),
    [PE_RESOURCE_TIMESTAMP] = INTEGER("resource_timestamp", RESOURCES),
    [PE_RESOURCE_VERSION] = STRUCT("resource_version", RESOURCES, &pe_version_shape),
    [PE_RESOURCES] = ARRAY("resources", RESOURCE_DETAILS, &pe_resource_shape),
    [PE_NUMBER_OF_RESOURCES] = INTEGER("number_of_resources", RESOURCES),
    [PE_NUMBER_OF_VERSION_INFOS] = INTEGER("number_of_version_infos", RESOURCES),
    [PE_VERSION_INFO] = {.name = "version_info",
                         .kind = FIELD_DICTIONARY,
                         .item = FIELD_STRING,
                         .group = PE_GROUP_VERSION_INFO},
    [PE_VERSION_INFO_LIST] = ARRAY("version_info_list", VERSION_INFO, &pe_version_item_shape),
    [PE_PDB_PATH] = STRING("pdb_path", DEBUG),
    [PE_SIGNATURES] = ARRAY("signatures", SIGNATURES, &authenticode_signature_shape),
    [PE_NUMBER_OF_SIGNATURES] = INTEGER("number_of_signatures", SIGNATURES),
    [PE_IS_SIGNED] = INTEGER("is_signed", SIGNATURES),
    [PE_CALCULATE_CHECKSUM] = FUNCTION("calculate_checksum", calculate_checksum_overloads),
    [PE_IMPHASH] = FUNCTION("imphash", imphash_overloads),
    [PE_SECTION_INDEX] = FUNCTION("section_index", section_index_overloads),
    [PE_EXPORTS] = FUNCTION("exports", exports_overloads),
    [PE_EXPORTS_INDEX] = FUNCTION("exports_index", exports_index_overloads),
    [PE_IMPORTS] = FUNCTION("imports", imports_overloads),
    [PE_IMPORT_RVA] = FUNCTION("import_rva", import_rva_overloads),
    [PE_DELAYED_IMPORT_RVA] = FUNCTION("delayed_import_rva", delayed_import_rva_overloads),
    [PE_LOCALE] = FUNCTION("locale", locale_overloads),
    [PE_LANGUAGE] = FUNCTION("language", language_overloads),
    [PE_IS_DLL] = FUNCTION("is_dll", is_dll_overloads),
    [PE_IS_32BIT] = FUNCTION("is_32bit", is_32bit_overloads),
    [PE_IS_64BIT] = FUNCTION("is_64bit", is_64bit_overloads),
    [PE_RVA_TO_OFFSET] = FUNCTION("rva_to_offset", rva_to_offset_overloads),
};
