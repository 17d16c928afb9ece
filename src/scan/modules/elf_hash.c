/* SPDX-License-Identifier: Apache-2.0 */
/* Both digests are of names in lower case, sorted, with commas between. The names stay in the data;
 * they are made small as they are compared and digested. */
#include "base/hash.h"
#include "base/require.h"
#include "scan/modules/elf.h"
#include "scan/modules/tlsh.h"

#include <stdlib.h>

enum {
    SYMBOLS_MAX = 1 << 20, /* the largest seen have half a million */
    BIND_GLOBAL = 1,
    TYPE_FUNCTION = 2,
    VISIBILITY_DEFAULT = 0,
    SECTION_UNDEFINED = 0,
};

typedef bool symbol_filter(const struct elf_symbol *symbol, str name);
typedef void name_sink(void *digest, str piece);

/* Those that say nothing of the program or differ between machines, by the original's list. */
static bool
is_telling_name(str name)
{
    static const char *const excluded[] = {
        "__libc_start_main", "main", "abort", "cachectl",
        "cacheflush",        "puts", "atol",  "malloc_trim",
    };
    if (str_starts(name, STR(".")) || str_starts(name, STR("_")) || str_ends(name, STR("64")) ||
        str_starts(name, STR("str")) || str_starts(name, STR("mem")))
        return false;
    for (size_t i = 0; i < sizeof excluded / sizeof excluded[0]; i++)
        if (str_eq(name, str_of(excluded[i])))
            return false;
    return true;
}

static bool
is_telling(const struct elf_symbol *symbol, str name)
{
    return symbol->bind == BIND_GLOBAL && symbol->type == TYPE_FUNCTION &&
           symbol->visibility == VISIBILITY_DEFAULT && is_telling_name(name);
}

static bool
is_import(const struct elf_symbol *symbol, str name)
{
    return symbol->section == SECTION_UNDEFINED && name.n > 0;
}

/* Long names that begin alike are passed in words. */
static int
compare_names(const void *a, const void *b)
{
    const str *x = a, *y = b;
    size_t i = 0;
    while (i + 8 <= x->n && i + 8 <= y->n && memcmp(x->p + i, y->p + i, 8) == 0)
        i += 8;
    for (; i < x->n && i < y->n; i++) {
        int difference = (uint8_t)ascii_lower(x->p[i]) - (uint8_t)ascii_lower(y->p[i]);
        if (difference)
            return difference;
    }
    return (x->n > y->n) - (x->n < y->n);
}

/* The names that FILTER takes, sorted; to be freed. A name that cannot be read is left out. */
static str *
names_of(const struct elf_file *elf, const struct elf_symbols *symbols, symbol_filter *filter,
         size_t *ret_count)
{
    str *found = mem_alloc((symbols->count + 1) * sizeof *found);
    struct elf_names names = elf_names(elf, symbols->names);
    size_t count = 0;
    for (size_t i = 0; i < symbols->count; i++) {
        struct elf_symbol symbol = elf_symbol(elf, symbols, i);
        str name;
        if (elf_name(&names, symbol.name, &name) && filter(&symbol, name))
            found[count++] = name;
    }
    qsort(found, count, sizeof *found, compare_names);
    *ret_count = count;
    return found;
}

static void
add_lower(name_sink *sink, void *digest, str name)
{
    char piece[256];
    while (name.n > 0) {
        size_t n = name.n < sizeof piece ? name.n : sizeof piece;
        for (size_t i = 0; i < n; i++)
            piece[i] = ascii_lower(name.p[i]);
        sink(digest, (str){piece, n});
        name = str_from(name, n);
    }
}

/* False when there is no name. */
static bool
digest_names(const struct elf_file *elf, const struct elf_symbols *symbols, symbol_filter *filter,
             name_sink *sink, void *digest)
{
    if (symbols->count > SYMBOLS_MAX)
        return false;
    size_t count;
    str *names = names_of(elf, symbols, filter, &count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            sink(digest, STR(","));
        add_lower(sink, digest, names[i]);
    }
    free(names);
    return count > 0;
}

static void
sink_tlsh(void *digest, str piece)
{
    tlsh_add(digest, piece);
}

static void
sink_digest(void *digest, str piece)
{
    digest_add(digest, piece);
}

struct value
elf_telfhash(struct module_run *run, const struct elf_file *elf, const struct elf_symbols *symbols)
{
    struct tlsh tlsh = TLSH;
    char text[TLSH_TEXT];
    if (!digest_names(elf, symbols, is_telling, sink_tlsh, &tlsh))
        return value_undefined();
    return module_string(run, str_of(tlsh_format(&tlsh, text)));
}

struct value
elf_import_md5(struct module_run *run, const struct elf_file *elf,
               const struct elf_symbols *symbols)
{
    uint8_t md5[DIGEST_MAX];
    char text[2 * DIGEST_MAX + 1];
    struct digest *digest = digest_new(DIGEST_MD5);
    bool has_names = digest_names(elf, symbols, is_import, sink_digest, digest);
    digest_finish(digest, md5);
    if (!has_names)
        return value_undefined();
    return module_string(run, str_of(hex_format(md5, digest_size(DIGEST_MD5), text)));
}
