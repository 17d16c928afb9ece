/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs come one file at a time; the ending of its name says what a file is. */
#include "scan/pack/build.h"

#include "base/limits.h"
#include "base/require.h"
#include "scan/yara/compiler.h"

/* ---- making and freeing ---- */

enum { BUFS = 10 };

static void
each_buf(struct pack_build *build, void (*visit)(struct buf *buf))
{
    struct buf *bufs[BUFS] = {&build->sources,     &build->texts,      &build->names,
                              &build->labels,      &build->indicators, &build->addresses,
                              &build->name_labels, &build->containers, &build->container_regex,
                              &build->abouts};
    for (size_t i = 0; i < BUFS; i++)
        visit(bufs[i]);
    for (int of = 0; of < TABLE_OFS; of++)
        for (int kind = 0; kind < HASH_KINDS; kind++)
            for (int flags = 0; flags < HASH_FLAGS; flags++)
                visit(&build->hashes[of][kind][flags]);
}

static void
set_cap(struct buf *buf)
{
    *buf = BUF(LIMIT_PACK_CHUNK);
}

struct pack_build *
pack_build_new(const struct pack_build_options *options)
{
    struct pack_build *build = mem_calloc(1, sizeof *build);
    build->options = *options;
    each_buf(build, set_cap);
    build->texts.cap = build->names.cap = LIMIT_PACK_TEXT;
    build->macros = clamav_macros_new();
    build_compilers(build);
    return build;
}

void
pack_build_free(struct pack_build *build)
{
    if (!build)
        return;
    struct symbols *symbols[] = {&build->label_numbers, &build->text_places, &build->signatures,
                                 &build->ignored,       &build->named,       &build->included};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        symbols_clear(symbols[i]);
    each_buf(build, buf_clear);
    clamav_macros_free(build->macros);
    compiler_free(build->compiler);
    compiler_free(build->name_compiler);
    arena_clear(&build->arena);
    free(build);
}

errcode
pack_build_define(struct pack_build *build, str name, str text, struct err *err)
{
    return compiler_define(build->compiler, name, text, err);
}

struct pack_counts
pack_build_counts(const struct pack_build *build)
{
    return build->counts;
}

size_t
pack_build_other_level(const struct pack_build *build)
{
    return build->clamav.other_level;
}

/* ---- texts and labels ---- */

struct text_place
build_text(struct pack_build *build, str text)
{
    const struct symbol *found = symbols_find(&build->text_places, 0, text);
    if (found)
        return (struct text_place){found->value, (uint32_t)text.n};
    struct text_place place = {(uint32_t)build->texts.n, (uint32_t)text.n};
    buf_str(&build->texts, text);
    symbols_add(&build->text_places, 0, arena_str(&build->arena, text), place.at);
    return place;
}

static errcode
check_name(str name, struct err *err)
{
    if (name.n == 0 || name.n > PACK_NAME_MAX)
        return err_set(err, ERR_LIMIT, "the name has %zu bytes, 1 to %d are right", name.n,
                       PACK_NAME_MAX);
    if (str_has_control(name) || !str_is_utf8(name))
        return err_set(err, ERR_FORMAT, "the name is no readable text");
    return OK;
}

errcode
build_label(struct pack_build *build, str name, uint32_t *ret, struct err *err)
{
    if (build->last_text.p && str_eq(build->last_text, name)) {
        *ret = build->last_label;
        return OK;
    }
    errcode code = check_name(name, err);
    if (code != OK)
        return code;
    const struct symbol *found = symbols_find(&build->label_numbers, build->source_number, name);
    str text = found ? found->name : arena_str(&build->arena, name);
    uint32_t label =
        found ? found->value : (uint32_t)(build->labels.n / sizeof(struct label_record));
    if (!found) {
        struct label_record record = {(uint32_t)build->names.n,
                                      (uint32_t)name.n | build->source_number << 8};
        buf_str(&build->names, name);
        buf_add(&build->labels, &record, sizeof record);
        symbols_add(&build->label_numbers, build->source_number, text, label);
    }
    build->last_text = text;
    *ret = build->last_label = label;
    return OK;
}

void
build_refuse(struct pack_build *build, size_t line, size_t column, str entry, const char *reason)
{
    struct pack_fault fault = {build->input->path, line, column, entry, reason};
    build->source.refused_count++;
    build->counts.refused++;
    if (build->options.refused)
        build->options.refused(build->options.context, &fault);
}

/* ---- inputs ---- */

enum input_kind { INPUT_OTHER, INPUT_ABOUT, INPUT_YARA, INPUT_CLAMAV, INPUT_IGNORED, INPUT_LIST };

static bool
ends_with_one(const char *path, const char *const *endings)
{
    const char *dot = strrchr(path_base(path), '.');
    for (; dot && *endings; endings++)
        if (str_eq_nocase(str_of(dot + 1), str_of(*endings)))
            return true;
    return false;
}

static bool
is_about(const char *path)
{
    static const char *const names[] = {"LICENSE", "LICENCE", "COPYING"};
    const char *base = path_base(path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(str_of(base), str_of(names[i])))
            return true;
    return strcmp(base, "pack.conf") == 0;
}

static enum input_kind
kind_of(const char *path)
{
    static const char *const yara[] = {"yar", "yara", NULL};
    static const char *const lists[] = {"md5", "sha1", "sha256", "csv", "names", "c2", NULL};
    static const char *const ignored[] = {"ign", "ign2", NULL};
    if (ends_with_one(path, yara))
        return INPUT_YARA;
    if (ends_with_one(path, lists))
        return INPUT_LIST;
    if (ends_with_one(path, ignored))
        return INPUT_IGNORED;
    if (clamav_kind_of(path) == CLAMAV_READ)
        return INPUT_CLAMAV;
    return is_about(path) ? INPUT_ABOUT : INPUT_OTHER;
}

bool
pack_build_wants(enum pack_pass pass, const char *path)
{
    enum input_kind kind = kind_of(path);
    switch (pass) {
    case PACK_PASS_ABOUT:
        return kind == INPUT_ABOUT;
    case PACK_PASS_EARLY:
        return kind == INPUT_IGNORED || kind == INPUT_YARA || kind == INPUT_CLAMAV;
    case PACK_PASS_ENTRIES:
        return kind == INPUT_YARA || kind == INPUT_CLAMAV || kind == INPUT_LIST;
    default:
        return kind == INPUT_YARA;
    }
}

static errcode
read_early(struct pack_build *build, enum input_kind kind, struct err *err)
{
    static const char *const extended[] = {"ndb", NULL};
    if (kind == INPUT_IGNORED)
        return build_read_ignored(build, err);
    if (kind == INPUT_YARA)
        build_note_includes(build);
    else if (ends_with_one(build->input->path, extended))
        clamav_macros_read(build->macros, build->input->content);
    return OK;
}

static void
begin_source(struct pack_build *build)
{
    struct pack_about about = build_about(build, build->input);
    build->source_number = (uint32_t)(build->sources.n / sizeof(struct source_record));
    build->last_text = (str){NULL, 0};
    build->source = (struct source_record){
        .path = build_text(build, str_of(build->input->below)),
        .licence = build_text(build, about.licence),
        .author = build_text(build, about.author),
        .url = build_text(build, about.url),
        .first_rule = compiler_count(build->compiler, IMAGE_RULES, sizeof(struct rule_record)),
    };
}

static void
end_source(struct pack_build *build)
{
    struct source_record *source = &build->source;
    uint32_t rules = compiler_count(build->compiler, IMAGE_RULES, sizeof(struct rule_record));
    source->rule_count = rules - source->first_rule;
    source->entry_count += source->rule_count;
    build->counts.rules = rules;
    if (source->entry_count == 0 && source->refused_count == 0)
        return;
    buf_add(&build->sources, source, sizeof *source);
    build->counts.sources++;
}

static errcode
read_entries(struct pack_build *build, enum input_kind kind, struct err *err)
{
    if (build->sources.n / sizeof(struct source_record) == PACK_SOURCES_MAX - 1)
        return err_set(err, ERR_LIMIT, "more than %d files with entries", PACK_SOURCES_MAX - 1);
    begin_source(build);
    errcode code = kind == INPUT_YARA     ? build_read_yara(build, err)
                   : kind == INPUT_CLAMAV ? build_read_clamav(build, err)
                                          : build_read_list(build, err);
    end_source(build);
    return code;
}

/* Rules that another file includes are that file's. */
static bool
is_turn_of(struct pack_build *build, enum pack_pass pass, enum input_kind kind)
{
    bool is_named = kind == INPUT_YARA && build_is_noted(build, &build->named);
    if (pass == PACK_PASS_ENTRIES)
        return !is_named;
    return is_named && !build_is_noted(build, &build->included);
}

errcode
pack_build_read(struct pack_build *build, enum pack_pass pass, const struct pack_input *input,
                struct err *err)
{
    enum input_kind kind = kind_of(input->path);
    errcode code = OK;
    build->input = input;
    if (pass == PACK_PASS_ABOUT)
        build_read_about(build);
    else if (pass == PACK_PASS_EARLY)
        code = read_early(build, kind, err);
    else if (is_turn_of(build, pass, kind))
        code = read_entries(build, kind, err);
    build->input = NULL;
    return code;
}
