/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about imports. Rules ask for hundreds of names, so that names and ordinals are found
 * through a hash table, which is made when the first of them is asked for. */
#include "scan/pe/pe_parts.h"
#include "scan/pe/pe_tables.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/require.h"

static uint64_t
mix(uint64_t a, uint64_t b)
{
    return (a ^ b >> 29 ^ b << 35) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool
same_library(const struct pe_imports *imports, const struct pe_function *function, str library)
{
    return str_eq_nocase(imports->libraries[function->library].name, library);
}

static size_t
find_name(const struct pe_imports *imports, uint64_t hash, str library, str name)
{
    size_t probe = 0, i;
    while ((i = pe_index_next(&imports->by_name, hash, &probe)) != SIZE_MAX)
        if (str_eq_nocase(imports->functions[i].name, name) &&
            same_library(imports, &imports->functions[i], library))
            return i;
    return SIZE_MAX;
}

static size_t
find_number(const struct pe_imports *imports, uint64_t hash, str library, uint16_t ordinal)
{
    size_t probe = 0, i;
    while ((i = pe_index_next(&imports->by_ordinal, hash, &probe)) != SIZE_MAX)
        if (imports->functions[i].ordinal == ordinal &&
            same_library(imports, &imports->functions[i], library))
            return i;
    return SIZE_MAX;
}

/* Of imports that are there twice, the first counts. */
static void
make_index(struct module_run *run, struct pe_imports *imports)
{
    if (imports->indexed)
        return;
    imports->indexed = true;
    pe_index_init(run->arena, &imports->by_name, imports->function_count);
    pe_index_init(run->arena, &imports->by_ordinal, imports->function_count);
    for (size_t l = 0; l < imports->library_count; l++) {
        const struct pe_library *library = &imports->libraries[l];
        uint64_t library_hash = pe_index_hash(library->name);
        for (size_t i = library->first; i < library->first + library->count; i++) {
            const struct pe_function *function = &imports->functions[i];
            uint64_t hash = mix(library_hash, pe_index_hash(function->name));
            if (find_name(imports, hash, library->name, function->name) == SIZE_MAX)
                pe_index_add(&imports->by_name, hash, i);
            hash = mix(library_hash, function->ordinal);
            if (function->has_ordinal &&
                find_number(imports, hash, library->name, function->ordinal) == SIZE_MAX)
                pe_index_add(&imports->by_ordinal, hash, i);
        }
    }
}

size_t
pe_find_import(struct module_run *run, struct pe_imports *imports, str library, str name)
{
    if (imports->function_count == 0)
        return SIZE_MAX;
    make_index(run, imports);
    uint64_t hash = mix(pe_index_hash(library), pe_index_hash(name));
    return find_name(imports, hash, library, name);
}

size_t
pe_find_ordinal(struct module_run *run, struct pe_imports *imports, str library, int64_t ordinal)
{
    if (imports->function_count == 0 || ordinal < 0 || ordinal > UINT16_MAX)
        return SIZE_MAX;
    make_index(run, imports);
    uint64_t hash = mix(pe_index_hash(library), (uint64_t)ordinal);
    return find_number(imports, hash, library, (uint16_t)ordinal);
}

/* How many functions come from libraries of that name. */
static int64_t
count_library(const struct pe_imports *imports, str library)
{
    int64_t count = 0;
    for (size_t i = 0; i < imports->library_count; i++)
        if (str_eq_nocase(imports->libraries[i].name, library))
            count += (int64_t)imports->libraries[i].count;
    return count;
}

/* libyara asks for a match longer than nothing, which only an empty name cannot give. */
static bool
matches(const struct module_run *run, struct value regex, str s)
{
    return s.n && run->host->matches(run->host->scan, regex, s);
}

static int64_t
count_matches(const struct module_run *run, const struct pe_imports *imports, struct value library,
              struct value function)
{
    int64_t count = 0;
    for (size_t l = 0; l < imports->library_count; l++) {
        const struct pe_library *at = &imports->libraries[l];
        if (at->count == 0 || !matches(run, library, at->name))
            continue;
        for (size_t i = at->first; i < at->first + at->count; i++)
            count += matches(run, function, imports->functions[i].name);
    }
    return count;
}

/* One question to one of the two tables. ARGUMENTS are those behind the flags. */
typedef int64_t question(struct module_run *run, struct pe_imports *imports,
                         const struct value *arguments);

static int64_t
ask_name(struct module_run *run, struct pe_imports *imports, const struct value *arguments)
{
    return pe_find_import(run, imports, pe_c_string(arguments[0].s), pe_c_string(arguments[1].s)) !=
           SIZE_MAX;
}
static int64_t
ask_ordinal(struct module_run *run, struct pe_imports *imports, const struct value *arguments)
{
    return pe_find_ordinal(run, imports, pe_c_string(arguments[0].s), arguments[1].i) != SIZE_MAX;
}
static int64_t
ask_library(struct module_run *run, struct pe_imports *imports, const struct value *arguments)
{
    (void)run;
    return count_library(imports, pe_c_string(arguments[0].s));
}
static int64_t
ask_regex(struct module_run *run, struct pe_imports *imports, const struct value *arguments)
{
    return count_matches(run, imports, arguments[0], arguments[1]);
}

/* The sum over the tables that FLAGS name; with ONCE, 1 as soon as it is anything. */
static struct value
ask(struct module_run *run, int64_t flags, bool once, question *asked,
    const struct value *arguments)
{
    struct pe_state *state = pe_state_of(run);
    if (!state)
        return value_undefined();
    int64_t sum = 0;
    if (flags & PE_IMPORT_STANDARD)
        sum += asked(run, pe_imports_of(run, state), arguments);
    if ((flags & PE_IMPORT_DELAYED) && !(once && sum))
        sum += asked(run, pe_delayed_of(run, state), arguments);
    return value_integer(sum);
}

struct value
pe_call_imports_name(struct module_run *run, const struct object *self,
                     const struct value *arguments)
{
    (void)self;
    return ask(run, PE_IMPORT_STANDARD, true, ask_name, arguments);
}

struct value
pe_call_imports_ordinal(struct module_run *run, const struct object *self,
                        const struct value *arguments)
{
    (void)self;
    return ask(run, PE_IMPORT_STANDARD, true, ask_ordinal, arguments);
}

struct value
pe_call_imports_library(struct module_run *run, const struct object *self,
                        const struct value *arguments)
{
    (void)self;
    return ask(run, PE_IMPORT_STANDARD, false, ask_library, arguments);
}

struct value
pe_call_imports_regex(struct module_run *run, const struct object *self,
                      const struct value *arguments)
{
    (void)self;
    return ask(run, PE_IMPORT_STANDARD, false, ask_regex, arguments);
}

struct value
pe_call_flags_imports_name(struct module_run *run, const struct object *self,
                           const struct value *arguments)
{
    (void)self;
    return ask(run, arguments[0].i, true, ask_name, arguments + 1);
}

struct value
pe_call_flags_imports_ordinal(struct module_run *run, const struct object *self,
                              const struct value *arguments)
{
    (void)self;
    return ask(run, arguments[0].i, true, ask_ordinal, arguments + 1);
}

struct value
pe_call_flags_imports_library(struct module_run *run, const struct object *self,
                              const struct value *arguments)
{
    (void)self;
    return ask(run, arguments[0].i, false, ask_library, arguments + 1);
}

struct value
pe_call_flags_imports_regex(struct module_run *run, const struct object *self,
                            const struct value *arguments)
{
    (void)self;
    return ask(run, arguments[0].i, false, ask_regex, arguments + 1);
}

static struct value
rva_of(const struct pe_imports *imports, size_t i)
{
    if (i == SIZE_MAX || imports->functions[i].rva == 0)
        return value_undefined();
    return value_integer((int64_t)imports->functions[i].rva);
}

static struct value
find_rva(struct module_run *run, int64_t flag, bool by_name, const struct value *arguments)
{
    struct pe_state *state = pe_state_of(run);
    if (!state)
        return value_undefined();
    struct pe_imports *imports =
        flag == PE_IMPORT_STANDARD ? pe_imports_of(run, state) : pe_delayed_of(run, state);
    size_t i = by_name ? pe_find_import(run, imports, arguments[0].s, arguments[1].s)
                       : pe_find_ordinal(run, imports, arguments[0].s, arguments[1].i);
    return rva_of(imports, i);
}

struct value
pe_call_import_rva_name(struct module_run *run, const struct object *self,
                        const struct value *arguments)
{
    (void)self;
    return find_rva(run, PE_IMPORT_STANDARD, true, arguments);
}

struct value
pe_call_import_rva_ordinal(struct module_run *run, const struct object *self,
                           const struct value *arguments)
{
    (void)self;
    return find_rva(run, PE_IMPORT_STANDARD, false, arguments);
}

struct value
pe_call_delayed_import_rva_name(struct module_run *run, const struct object *self,
                                const struct value *arguments)
{
    (void)self;
    return find_rva(run, PE_IMPORT_DELAYED, true, arguments);
}

struct value
pe_call_delayed_import_rva_ordinal(struct module_run *run, const struct object *self,
                                   const struct value *arguments)
{
    (void)self;
    return find_rva(run, PE_IMPORT_DELAYED, false, arguments);
}

/* The library's name without .dll, .ocx or .sys at its last dot (and what follows those). */
static str
bare_name(str library)
{
    for (size_t i = library.n; i-- > 0;) {
        if (library.p[i] != '.')
            continue;
        str end = {library.p + i, library.n - i < 4 ? library.n - i : 4};
        if (str_eq_nocase(end, STR(".ocx")) || str_eq_nocase(end, STR(".sys")) ||
            str_eq_nocase(end, STR(".dll")))
            return (str){library.p, i};
        break;
    }
    return library;
}

static void
add_lower(struct buf *buf, str s)
{
    char *to = buf_space(buf, s.n);
    for (size_t i = 0; to && i < s.n; i++)
        to[i] = ascii_lower(s.p[i]);
}

/* The import hash: MD5 of "library.function,library.function" in the table's order. The bound on
 * functions and on their names is below the buffer's. */
static str
make_imphash(struct module_run *run, const struct pe_imports *imports)
{
    cleanup(buf_clear) struct buf names = BUF((size_t)16 << 20);
    for (size_t i = 0; i < imports->function_count; i++) {
        const struct pe_function *function = &imports->functions[i];
        if (i)
            buf_char(&names, ',');
        add_lower(&names, bare_name(imports->libraries[function->library].name));
        buf_char(&names, '.');
        add_lower(&names, function->name);
    }
    require(!names.full);
    uint8_t bytes[DIGEST_MAX];
    char text[2 * DIGEST_MAX + 1];
    digest_of(DIGEST_MD5, buf_view(&names), bytes);
    return arena_str(run->arena, str_of(hex_format(bytes, digest_size(DIGEST_MD5), text)));
}

struct value
pe_call_imphash(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    (void)arguments;
    struct pe_state *state = pe_state_of(run);
    if (!state)
        return value_undefined();
    if (!state->imphash.p)
        state->imphash = make_imphash(run, pe_imports_of(run, state));
    return value_string(state->imphash);
}
