/* SPDX-License-Identifier: Apache-2.0 */
/* The module `pe` as the compiler sees it, and the functions that its tables name. */
#pragma once

#include "scan/pe/pe_module.h"

extern const struct module pe_module;
extern const struct constant pe_constants[];
/* PE_FIELDS of them. */
extern const struct field pe_root_fields[];
extern const struct shape pe_version_shape, pe_directory_shape, pe_section_shape, pe_overlay_shape,
    pe_rich_shape, pe_function_shape, pe_library_shape, pe_export_shape, pe_resource_shape,
    pe_version_item_shape;

module_function pe_call_calculate_checksum, pe_call_imphash;
module_function pe_call_section_index_name, pe_call_section_index_address;
module_function pe_call_exports_name, pe_call_exports_regex, pe_call_exports_ordinal;
module_function pe_call_exports_index_name, pe_call_exports_index_regex,
    pe_call_exports_index_ordinal;
module_function pe_call_imports_name, pe_call_imports_ordinal, pe_call_imports_library,
    pe_call_imports_regex;
module_function pe_call_flags_imports_name, pe_call_flags_imports_ordinal,
    pe_call_flags_imports_library, pe_call_flags_imports_regex;
module_function pe_call_import_rva_name, pe_call_import_rva_ordinal;
module_function pe_call_delayed_import_rva_name, pe_call_delayed_import_rva_ordinal;
module_function pe_call_locale, pe_call_language;
module_function pe_call_is_dll, pe_call_is_32bit, pe_call_is_64bit, pe_call_rva_to_offset;
module_function pe_call_rich_version, pe_call_rich_version_toolid;
module_function pe_call_rich_toolid, pe_call_rich_toolid_version;
