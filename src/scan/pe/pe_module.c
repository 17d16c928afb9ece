/* SPDX-License-Identifier: Apache-2.0 */
/* The module itself: its state, and which reader fills which group of fields. */
#include "scan/authenticode/authenticode.h"
#include "scan/pe/pe_tables.h"

typedef void loader(struct module_run *run, struct pe_state *state);

/* Is this a PE to look into? In a process, libraries are not (so in libyara): the program is. */
static bool
open_pe(const struct module_run *run, struct pe_state *state)
{
    return pe_file_open(&state->file, run->data) &&
           !(run->is_process && (state->file.characteristics & PE_CHARACTERISTIC_DLL));
}

struct pe_state *
pe_state_of(struct module_run *run)
{
    struct pe_state *state = run->state;
    if (!state) {
        run->state = state = arena_alloc(run->arena, sizeof *state);
        state->is_pe = open_pe(run, state);
    }
    return state->is_pe ? state : NULL;
}

/* Containers are there in any file, empty in most, so that loops over them end at once. */
static void
empty_containers(struct module_run *run, unsigned group)
{
    for (size_t i = 0; i < PE_FIELDS; i++) {
        const struct field *field = &pe_root_fields[i];
        if (!field->name || field->group != group)
            continue;
        if (field->kind == FIELD_ARRAY)
            run->root->fields[i] = value_array(module_array(run, 0));
        else if (field->kind == FIELD_DICTIONARY)
            run->root->fields[i] = value_dictionary(module_dictionary(run, 0));
    }
}

static void
load_signatures(struct module_run *run, struct pe_state *state)
{
    struct value *fields = run->root->fields;
    authenticode_load(run, &state->file, &fields[PE_SIGNATURES], &fields[PE_NUMBER_OF_SIGNATURES],
                      &fields[PE_IS_SIGNED]);
}

static void
load(struct module_run *run, unsigned group)
{
    static loader *const loaders[PE_GROUPS] = {
        [PE_GROUP_HEADERS] = pe_load_headers,
        [PE_GROUP_SECTIONS] = pe_load_sections,
        [PE_GROUP_RICH] = pe_load_rich,
        [PE_GROUP_IMPORTS] = pe_load_imports,
        [PE_GROUP_IMPORT_DETAILS] = pe_load_import_details,
        [PE_GROUP_DELAYED] = pe_load_delayed,
        [PE_GROUP_DELAYED_DETAILS] = pe_load_delayed_details,
        [PE_GROUP_EXPORTS] = pe_load_exports,
        [PE_GROUP_EXPORT_DETAILS] = pe_load_export_details,
        [PE_GROUP_RESOURCES] = pe_load_resources,
        [PE_GROUP_RESOURCE_DETAILS] = pe_load_resource_details,
        [PE_GROUP_VERSION_INFO] = pe_load_version_info,
        [PE_GROUP_DEBUG] = pe_load_debug,
        [PE_GROUP_SIGNATURES] = load_signatures,
    };
    struct pe_state *state = pe_state_of(run);
    if (group == PE_GROUP_HEADERS)
        run->root->fields[PE_IS_PE] = value_integer(state != NULL);
    else
        empty_containers(run, group);
    if (state)
        loaders[group](run, state);
}

const struct module pe_module = {
    .name = "pe",
    .shape = {pe_root_fields, PE_FIELDS},
    .constants = pe_constants,
    .load = load,
};
