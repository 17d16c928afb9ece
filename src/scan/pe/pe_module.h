/* SPDX-License-Identifier: Apache-2.0 */
/* The module `pe` inside: one state a scanned file, whose parts are each read once, when a field or
 * a function first asks for them. */
#pragma once

#include "scan/modules/module.h"
#include "scan/pe/pe_fields.h"
#include "scan/pe/pe_file.h"
#include "scan/pe/pe_index.h"

/* Which load fills a field of the root. Counts and details are apart, since most rules ask for a
 * count or call a function and never look at the details. */
enum pe_group {
    PE_GROUP_HEADERS,
    PE_GROUP_SECTIONS, /* and the directories and the overlay, which follow from them */
    PE_GROUP_RICH,
    PE_GROUP_IMPORTS,
    PE_GROUP_IMPORT_DETAILS,
    PE_GROUP_DELAYED,
    PE_GROUP_DELAYED_DETAILS,
    PE_GROUP_EXPORTS,
    PE_GROUP_EXPORT_DETAILS,
    PE_GROUP_RESOURCES,
    PE_GROUP_RESOURCE_DETAILS,
    PE_GROUP_VERSION_INFO,
    PE_GROUP_DEBUG,
    PE_GROUP_SIGNATURES,
    PE_GROUPS,
};

enum { PE_IMPORT_STANDARD = 1, PE_IMPORT_DELAYED = 2 };

struct pe_function {
    str name; /* in the data, or made from the ordinal */
    uint64_t rva;
    uint32_t library;
    uint16_t ordinal;
    bool has_ordinal;
};
struct pe_library {
    str name;
    size_t first, count; /* in the functions */
};
struct pe_imports {
    struct pe_library *libraries;
    struct pe_function *functions;
    size_t library_count, library_room, function_count, function_room;
    bool indexed;
    struct pe_index by_name, by_ordinal;
};

struct pe_export {
    str name, forward; /* p is NULL where there is none */
    size_t offset;
    bool has_offset;
    uint32_t ordinal, rva;
};
struct pe_exports {
    bool has_directory;
    uint32_t timestamp;
    str dll_name;
    struct pe_export *items;
    size_t count;
    bool indexed;
    struct pe_index by_name;
};

/* A resource's type, name or language: a number or a string of UTF-16. */
struct pe_label {
    bool has_number;
    int32_t number;
    str text; /* p is NULL where there is none */
};
struct pe_resource {
    uint32_t rva, length;
    bool has_offset;
    size_t offset;
    struct pe_label labels[3]; /* type, id, language */
};
struct pe_version_item {
    str key, value;
};
struct pe_resources {
    bool has_directory;
    uint32_t timestamp;
    uint16_t major, minor;
    struct pe_resource *items;
    size_t count, room;
    struct pe_version_item *versions;
    size_t version_count, version_room;
    bool version_budget_set;
    size_t version_budget; /* bytes of version resources that may still be looked at */
};

struct pe_rich {
    bool found;
    size_t offset;
    uint32_t key;
    str raw, clear, versions; /* versions.p is NULL when the signature has no room for any */
};

struct pe_state {
    bool is_pe;
    struct pe_file file;
    struct pe_rich *rich;
    struct pe_imports *imports, *delayed;
    struct pe_exports *exports;
    struct pe_resources *resources;
    str imphash; /* p is NULL until it was asked for */
    bool has_checksum;
    uint64_t checksum;
};

/* The state, or NULL when the data are no PE. */
struct pe_state *pe_state_of(struct module_run *run);

/* The parts, read on first use; STATE is that of a PE. */
struct pe_rich *pe_rich_of(struct module_run *run, struct pe_state *state);
struct pe_imports *pe_imports_of(struct module_run *run, struct pe_state *state);
struct pe_imports *pe_delayed_of(struct module_run *run, struct pe_state *state);
struct pe_exports *pe_exports_of(struct module_run *run, struct pe_state *state);
struct pe_resources *pe_resources_of(struct module_run *run, struct pe_state *state);

/* Fill the fields of a group in the root. */
void pe_load_headers(struct module_run *run, struct pe_state *state);
void pe_load_sections(struct module_run *run, struct pe_state *state);
void pe_load_rich(struct module_run *run, struct pe_state *state);
void pe_load_imports(struct module_run *run, struct pe_state *state);
void pe_load_import_details(struct module_run *run, struct pe_state *state);
void pe_load_delayed(struct module_run *run, struct pe_state *state);
void pe_load_delayed_details(struct module_run *run, struct pe_state *state);
void pe_load_exports(struct module_run *run, struct pe_state *state);
void pe_load_export_details(struct module_run *run, struct pe_state *state);
void pe_load_resources(struct module_run *run, struct pe_state *state);
void pe_load_resource_details(struct module_run *run, struct pe_state *state);
void pe_load_version_info(struct module_run *run, struct pe_state *state);
void pe_load_debug(struct module_run *run, struct pe_state *state);
