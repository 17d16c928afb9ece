/* SPDX-License-Identifier: Apache-2.0 */
/* YARA rules, and ClamAV's signatures as rules. A file is a name space of its own, so that rules of
 * the same name in different files do not meet; files that it includes are in its. */
#include "scan/pack/build.h"

#include "base/limits.h"
#include "scan/yara/compiler.h"

/* ---- the compilers ---- */

/* Of an entry only the first fault counts, and its reader tells it with the entry's line. */
static void
refused(void *context, const struct yara_fault *fault)
{
    struct pack_build *build = context;
    if (build->in_entry) {
        if (build->fault.code == OK)
            err_set(&build->fault, ERR_FORMAT, "%s", fault->reason);
        return;
    }
    const struct pack_input *input = build->input, named = {.path = fault->file};
    build->input = &named;
    build_refuse(build, fault->line, fault->column, fault->rule, fault->reason);
    build->input = input;
}

/* PATH without "." and what ".." takes back, as far as its text tells. */
static str
normal_path(struct arena *arena, str path)
{
    char *out = arena_alloc(arena, path.n + 1);
    size_t n = 0;
    str rest = path, name;
    bool is_absolute = path.n > 0 && path.p[0] == '/';
    while (str_cut(&rest, '/', &name)) {
        size_t last = n;
        while (last > 0 && out[last - 1] != '/')
            last--;
        bool can_go_up = n > 0 && !str_eq((str){out + last, n - last}, STR(".."));
        if (name.n == 0 || str_eq(name, STR(".")))
            continue;
        if (str_eq(name, STR("..")) && can_go_up) {
            n = last > 0 ? last - 1 : 0;
            continue;
        }
        if (n > 0 || is_absolute)
            out[n++] = '/';
        memcpy(out + n, name.p, name.n);
        n += name.n;
    }
    return (str){out, n};
}

static void
note_path(struct pack_build *build, struct symbols *symbols, str path)
{
    str normal = normal_path(&build->arena, path);
    if (!symbols_find(symbols, 0, normal))
        symbols_add(symbols, 0, normal, 0);
}

bool
build_is_noted(struct pack_build *build, const struct symbols *symbols)
{
    struct arena arena = ARENA;
    bool is_noted =
        symbols_find(symbols, 0, normal_path(&arena, str_of(build->input->path))) != NULL;
    arena_clear(&arena);
    return is_noted;
}

static errcode
include(void *context, const char *from, str name, struct buf *ret_path, struct buf *ret_text,
        struct err *err)
{
    struct pack_build *build = context;
    if (!build->options.include)
        return err_set(err, ERR_UNSUPPORTED, "files cannot be included here");
    errcode code =
        build->options.include(build->options.context, from, name, ret_path, ret_text, err);
    if (code == OK)
        note_path(build, &build->included, buf_view(ret_path));
    return code;
}

void
build_compilers(struct pack_build *build)
{
    struct yara_options options = {.refused = refused, .include = include, .context = build};
    build->compiler = compiler_new(&options);
    options.any_name = true;
    options.include = NULL;
    build->name_compiler = compiler_new(&options);
}

errcode
build_compile_entry(struct pack_build *build, struct compiler *compiler, str space, str text,
                    struct err *err)
{
    build->in_entry = true;
    build->fault = (struct err){0};
    errcode code = compiler_read(compiler, build->input->path, space, text, err);
    build->in_entry = false;
    if (code != OK && build->fault.code != OK)
        code = err_set(err, ERR_FORMAT, "%s", build->fault.text);
    return code;
}

/* ---- YARA ---- */

void
build_note_includes(struct pack_build *build)
{
    const char *path = build->input->path;
    str rest = build->input->content, line, name;
    while (str_line(&rest, &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("include")))
            continue;
        line = str_from(line, str_find(line, STR("\"")));
        if (line.n < 2)
            continue;
        line = str_from(line, 1);
        str_cut(&line, '"', &name);
        struct buf whole = BUF(PATH_TEXT);
        if (name.n > 0 && name.p[0] != '/')
            buf_add(&whole, path, (size_t)(path_base(path) - path));
        buf_str(&whole, name);
        note_path(build, &build->named, buf_view(&whole));
        buf_clear(&whole);
    }
}

/* Refused rules were told and counted. */
errcode
build_read_yara(struct pack_build *build, struct err *err)
{
    errcode code = compiler_read(build->compiler, build->input->path, str_of(build->input->below),
                                 build->input->content, err);
    return code == ERR_FORMAT ? OK : code;
}

/* ---- ClamAV ---- */

/* A name with an MD5 is kept as both, one behind the other. */
static str
ignored_key(struct arena *arena, str name, const uint8_t *md5)
{
    enum { MD5_BYTES = 16 };
    char *key = arena_alloc(arena, MD5_BYTES + name.n + 1);
    memcpy(key, md5, MD5_BYTES);
    memcpy(key + MD5_BYTES, name.p, name.n);
    return (str){key, MD5_BYTES + name.n};
}

static errcode
add_ignored(void *context, const struct clamav_ignore *ignore, const struct clamav_origin *origin,
            struct err *err)
{
    (void)origin;
    (void)err;
    struct pack_build *build = context;
    str key = ignore->has_md5 ? ignored_key(&build->arena, ignore->name, ignore->md5)
                              : arena_str(&build->arena, ignore->name);
    if (!symbols_find(&build->ignored, ignore->has_md5, key))
        symbols_add(&build->ignored, ignore->has_md5, key, 0);
    return OK;
}

static bool
is_ignored(struct pack_build *build, str name, const struct clamav_origin *origin)
{
    uint8_t md5[DIGEST_MAX];
    if (build->ignored.count == 0)
        return false;
    if (symbols_find(&build->ignored, 0, name))
        return true;
    struct arena arena = ARENA;
    digest_of(DIGEST_MD5, origin->entry, md5);
    bool found = symbols_find(&build->ignored, 1, ignored_key(&arena, name, md5)) != NULL;
    arena_clear(&arena);
    return found;
}

/* ClamAV's names need not differ: the second of a name in a file has a name space of its own,
 * FILE#2, and so on. */
static str
space_of_signature(struct pack_build *build, str name, struct buf *out)
{
    const struct symbol *found = symbols_find(&build->signatures, build->source_number, name);
    uint32_t count = 1;
    if (found)
        count = ++((struct symbol *)found)->value;
    else
        symbols_add(&build->signatures, build->source_number, arena_str(&build->arena, name), 1);
    buf_z(out, build->input->below);
    if (count > 1)
        buf_printf(out, "#%u", count);
    return buf_view(out);
}

static void
write_rule(struct buf *out, str name, str body)
{
    buf_z(out, "import \"clamav\" rule \"");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, name.p[i]);
    }
    buf_z(out, "\" {");
    buf_str(out, body);
    buf_char(out, '}');
}

static errcode
add_rule(void *context, str name, str body, const struct clamav_origin *origin, struct err *err)
{
    struct pack_build *build = context;
    if (is_ignored(build, name, origin))
        return OK;
    struct buf text = BUF(LIMIT_CLAMAV_RULE + 1024), space = BUF(PATH_TEXT + 16);
    write_rule(&text, name, body);
    errcode code = buf_check(&text, "the signature's rule", err);
    str below = space_of_signature(build, name, &space);
    build->compiler->options.any_name = true;
    if (code == OK)
        code = build_compile_entry(build, build->compiler, below, buf_view(&text), err);
    build->compiler->options.any_name = false;
    buf_clear(&text);
    buf_clear(&space);
    return code;
}

static errcode
add_hash(void *context, const struct clamav_hash *hash, const struct clamav_origin *origin,
         struct err *err)
{
    struct pack_build *build = context;
    return is_ignored(build, hash->name, origin) ? OK : build_add_hash(build, hash, err);
}

static errcode
add_container(void *context, const struct clamav_container *container,
              const struct clamav_origin *origin, struct err *err)
{
    struct pack_build *build = context;
    return is_ignored(build, container->name, origin) ? OK
                                                      : build_add_container(build, container, err);
}

static void
refused_signature(void *context, const struct clamav_origin *origin, errcode code,
                  const char *reason)
{
    (void)code;
    build_refuse(context, origin->line, 0, (str){NULL, 0}, reason);
}

errcode
build_read_clamav(struct pack_build *build, struct err *err)
{
    struct clamav_sink sink = {.context = build,
                               .rule = add_rule,
                               .hash = add_hash,
                               .container = add_container,
                               .refused = refused_signature};
    return clamav_load(build->input->path, build->input->content, build->macros, &sink,
                       &build->clamav, err);
}

errcode
build_read_ignored(struct pack_build *build, struct err *err)
{
    struct clamav_sink sink = {
        .context = build, .ignored = add_ignored, .refused = refused_signature};
    return clamav_load(build->input->path, build->input->content, NULL, &sink, &build->clamav, err);
}
