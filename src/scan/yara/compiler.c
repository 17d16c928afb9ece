/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of an image while they grow, and what calls the parser. */
#include "scan/yara/compiler.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/yara/parse_rule.h"

/* Sections are indexed by 32 bits, and this is far above any rule set seen (ClamAV's: 200 MiB). */
static const size_t section_cap = (size_t)3 << 30;

struct compiler *
compiler_new(const struct yara_options *options)
{
    struct compiler *compiler = mem_calloc(1, sizeof *compiler);
    compiler->options = *options;
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        compiler->sections[i] = BUF(section_cap);
    compiler->loads = mem_calloc(COMPILER_LOADS, sizeof *compiler->loads);
    return compiler;
}

/* What only reading needs. */
static void
clear_tables(struct compiler *compiler)
{
    struct symbols *const tables[] = {
        &compiler->texts,     &compiler->spaces,  &compiler->rules,
        &compiler->externals, &compiler->refs,    &compiler->guards,
        &compiler->modules,   &compiler->strings, &compiler->patterns,
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        symbols_clear(tables[i]);
    free(take(compiler->loads));
    arena_clear(&compiler->arena);
}

void
compiler_free(struct compiler *compiler)
{
    if (!compiler)
        return;
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        buf_clear(&compiler->sections[i]);
    clear_tables(compiler);
    free(compiler);
}

uint32_t
compiler_count(const struct compiler *compiler, enum image_section section, size_t size)
{
    return (uint32_t)(compiler->sections[section].n / size);
}

void
compiler_add(struct compiler *compiler, enum image_section section, const void *record, size_t size)
{
    buf_add(&compiler->sections[section], record, size);
}

struct text_place
compiler_new_text(struct compiler *compiler, str text)
{
    struct text_place place = {(uint32_t)compiler->sections[IMAGE_TEXT].n, (uint32_t)text.n};
    buf_str(&compiler->sections[IMAGE_TEXT], text);
    return place;
}

struct text_place
compiler_text(struct compiler *compiler, str text)
{
    const struct symbol *found = symbols_find(&compiler->texts, 0, text);
    if (found)
        return (struct text_place){found->value, (uint32_t)text.n};
    struct text_place place = compiler_new_text(compiler, text);
    symbols_add(&compiler->texts, 0, arena_str(&compiler->arena, text), place.at);
    return place;
}

uint32_t
compiler_ref(struct compiler *compiler, str path, str arguments)
{
    bool is_function = arguments.p != NULL;
    char *key = arena_alloc(&compiler->arena, path.n + arguments.n + 1);
    memcpy(key, path.p, path.n);
    if (arguments.n)
        memcpy(key + path.n, arguments.p, arguments.n);
    str whole = {key, path.n + arguments.n};
    const struct symbol *found = symbols_find(&compiler->refs, is_function, whole);
    if (found)
        return found->value;
    struct ref_record ref = {.path = compiler_text(compiler, path), .arguments = {0, NO_INDEX}};
    if (is_function)
        ref.arguments = compiler_text(compiler, arguments);
    uint32_t index = compiler_count(compiler, IMAGE_REFS, sizeof ref);
    compiler_add(compiler, IMAGE_REFS, &ref, sizeof ref);
    symbols_add(&compiler->refs, is_function, whole, index);
    return index;
}

void
compiler_add_wildcard(struct compiler *compiler, uint32_t space, str head)
{
    struct wildcard *wildcard = arena_alloc(&compiler->arena, sizeof *wildcard);
    *wildcard = (struct wildcard){space, arena_str(&compiler->arena, head), compiler->wildcards};
    compiler->wildcards = wildcard;
}

bool
compiler_is_in_wildcard(const struct compiler *compiler, uint32_t space, str name)
{
    for (const struct wildcard *w = compiler->wildcards; w; w = w->next)
        if (w->space == space && str_starts(name, w->head))
            return true;
    return false;
}

static uint32_t
space_number(struct compiler *compiler, str name)
{
    const struct symbol *found = symbols_find(&compiler->spaces, 0, name);
    if (found)
        return found->value;
    struct text_place place = compiler_text(compiler, name);
    uint32_t index = compiler_count(compiler, IMAGE_SPACES, sizeof place);
    compiler_add(compiler, IMAGE_SPACES, &place, sizeof place);
    symbols_add(&compiler->spaces, 0, arena_str(&compiler->arena, name), index);
    return index;
}

errcode
compiler_read(struct compiler *compiler, const char *file, str space, str text, struct err *err)
{
    struct source source = {.name = arena_z(&compiler->arena, str_of(file))};
    size_t before = compiler->counts.refused;
    parse_source(compiler, &source, space_number(compiler, space.n ? space : STR("default")), text);
    size_t refused = compiler->counts.refused - before;
    if (refused == 0)
        return OK;
    return err_set(err, ERR_FORMAT, "%s: %zu rule%s refused", file, refused,
                   refused == 1 ? " was" : "s were");
}

static bool
is_name(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!ascii_is_digit(name.p[i]) && name.p[i] != '_' &&
            !(ascii_lower(name.p[i]) >= 'a' && ascii_lower(name.p[i]) <= 'z'))
            return false;
    return name.n > 0 && !ascii_is_digit(name.p[0]);
}

errcode
compiler_define(struct compiler *compiler, str name, str text, struct err *err)
{
    struct external_record record = {.kind = EXTERNAL_STRING};
    if (!is_name(name) || symbols_find(&compiler->externals, 0, name))
        return err_set(err, ERR_USAGE, "\"%.*s\" is no name of a variable, or is defined twice",
                       STR_ARG(name));
    record.name = compiler_text(compiler, name);
    if (str_eq(text, STR("true")) || str_eq(text, STR("false"))) {
        record.kind = EXTERNAL_BOOLEAN;
        record.integer = text.n == 4;
    } else if (str_to_i64(text, &record.integer)) {
        record.kind = EXTERNAL_INTEGER;
    } else if (str_to_double(text, &record.real)) {
        record.kind = EXTERNAL_FLOAT;
    } else {
        record.text = compiler_text(compiler, text);
    }
    uint32_t index = compiler_count(compiler, IMAGE_EXTERNALS, sizeof record);
    compiler_add(compiler, IMAGE_EXTERNALS, &record, sizeof record);
    symbols_add(&compiler->externals, 0, arena_str(&compiler->arena, name), index);
    return OK;
}

/* As the scanner finds them: by key, then by what stands beside. */
static int
compare_anchors(const void *a, const void *b)
{
    const struct anchor_record *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->beside_at != y->beside_at)
        return x->beside_at < y->beside_at ? -1 : 1;
    if (x->beside != y->beside)
        return x->beside < y->beside ? -1 : 1;
    if (x->pattern != y->pattern)
        return x->pattern < y->pattern ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int
compare_links(const void *a, const void *b)
{
    const struct link_record *x = a, *y = b;
    if (x->pattern != y->pattern)
        return x->pattern < y->pattern ? -1 : 1;
    return x->string < y->string ? -1 : x->string > y->string;
}

static void
sort(struct buf *section, size_t size, int (*compare)(const void *, const void *))
{
    if (section->n)
        qsort(section->p, section->n / size, size, compare);
}

/* Links were noted string by string. */
static void
give_links(struct compiler *compiler)
{
    struct buf *section = &compiler->sections[IMAGE_LINKS];
    struct pattern_record *patterns = (void *)compiler->sections[IMAGE_PATTERNS].p;
    sort(section, sizeof(struct link_record), compare_links);
    for (uint32_t i = compiler_count(compiler, IMAGE_PATTERNS, sizeof *patterns); i-- > 0;)
        patterns[i].link_count = 0;
    const struct link_record *links = (const void *)section->p;
    for (uint32_t i = compiler_count(compiler, IMAGE_LINKS, sizeof *links); i-- > 0;) {
        patterns[links[i].pattern].first_link = i;
        patterns[links[i].pattern].link_count++;
    }
}

errcode
compiler_finish(struct compiler *compiler, struct image *ret, struct err *err)
{
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        if (buf_check(&compiler->sections[i], "the compiled rules", err) != OK)
            return ERR_LIMIT;
    sort(&compiler->sections[IMAGE_ANCHORS], sizeof(struct anchor_record), compare_anchors);
    give_links(compiler);
    clear_tables(compiler);
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        ret->sections[i] = buf_view(&compiler->sections[i]);
    return OK;
}

struct yara_counts
compiler_counts(const struct compiler *compiler)
{
    return compiler->counts;
}
