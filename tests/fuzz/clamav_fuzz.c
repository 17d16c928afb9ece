/* SPDX-License-Identifier: Apache-2.0 */
/* ClamAV's signature files, by the first byte: each line becomes one thing or is refused with a
 * reason, and twice the same; ZIP directories; and files as the module clamav sees them. */
#include "base/require.h"
#include "scan/clamav/clamav.h"
#include "scan/modules/modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t things, refused;
    uint64_t hash;
};

static void
mix(struct seen *seen, str text)
{
    seen->hash = seen->hash * 31 + str_hash(text);
}

static errcode
on_rule(void *context, str name, str body, const struct clamav_origin *origin, struct err *err)
{
    (void)err;
    struct seen *seen = context;
    require(name.n && origin->entry.n && str_find(body, STR("condition:\n")) != SIZE_MAX);
    require(!memchr(body.p, 0, body.n) && str_is_utf8(body));
    seen->things++;
    mix(seen, body);
    return OK;
}

static errcode
on_hash(void *context, const struct clamav_hash *hash, const struct clamav_origin *origin,
        struct err *err)
{
    (void)origin;
    (void)err;
    struct seen *seen = context;
    require(hash->name.n && hash->kind <= DIGEST_SHA256 && (!hash->has_size || hash->size));
    seen->things++;
    return OK;
}

static bool
matches(void *context, str regex, str name)
{
    (void)context;
    return regex.n == name.n;
}

static errcode
on_container(void *context, const struct clamav_container *container,
             const struct clamav_origin *origin, struct err *err)
{
    (void)origin;
    (void)err;
    struct seen *seen = context;
    struct clamav_member member = {.type = container->type, .name = container->name_regex};
    seen->things += clamav_container_matches(container, &member, matches, NULL) ? 1 : 1;
    mix(seen, container->name_regex);
    return OK;
}

static errcode
on_ignored(void *context, const struct clamav_ignore *ignore, const struct clamav_origin *origin,
           struct err *err)
{
    (void)origin;
    (void)err;
    require(ignore->name.n);
    ((struct seen *)context)->things++;
    return OK;
}

static void
on_refused(void *context, const struct clamav_origin *origin, errcode code, const char *reason)
{
    require(origin->line && reason[0]);
    require(code == ERR_FORMAT || code == ERR_LIMIT || code == ERR_UNSUPPORTED);
    ((struct seen *)context)->refused++;
}

static struct seen
load(const char *path, str content, const struct clamav_macros *macros)
{
    struct seen seen = {0};
    struct clamav_counts counts = {0};
    const struct clamav_sink sink = {&seen, on_rule, on_hash, on_container, on_ignored, on_refused};
    require(clamav_load(path, content, macros, &sink, &counts, NULL) == OK);
    require(counts.refused == seen.refused);
    require(counts.rules + counts.hashes + counts.containers + counts.ignores == seen.things);
    return seen;
}

static void
load_twice(const char *path, str content)
{
    struct clamav_macros *macros = clamav_macros_new();
    clamav_macros_read(macros, content);
    struct seen a = load(path, content, macros), b = load(path, content, macros);
    require(a.hash == b.hash && a.things == b.things && a.refused == b.refused);
    clamav_macros_free(macros);
}

static bool
on_member(void *context, const struct clamav_member *member)
{
    const str *content = context;
    require(member->name.n == 0 || (member->name.p >= content->p &&
                                    member->name.p + member->name.n <= content->p + content->n));
    return true;
}

static void
look_at(str content)
{
    struct arena arena = ARENA;
    struct module_run run = {
        .module = module_find(STR("clamav")), .arena = &arena, .data = content};
    run.root = module_object(&run, &run.module->shape);
    for (unsigned group = 0; group < 4; group++)
        module_load(&run, group);
    size_t number = shape_find(&run.module->shape, STR("number"));
    static const char *const forms[] = {"il", "ib", "hl", "hbe", "db", "al"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct value arguments[] = {value_string(str_of(forms[i])), value_integer((int64_t)i),
                                    value_integer(8)};
        run.module->shape.fields[number].overloads->call(&run, run.root, arguments);
    }
    arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        char first;
        const char *path;
    } files[] = {
        {'h', "a.hdb"}, {'s', "a.mdb"}, {'f', "a.fp"},   {'i', "a.imp"}, {'n', "a.ndb"},
        {'l', "a.ldb"}, {'g', "a.ign"}, {'G', "a.ign2"}, {'c', "a.cdb"},
    };
    if (size == 0)
        return 0;
    str content = {(const char *)data + 1, size - 1};
    if (data[0] == 'z')
        clamav_zip_each(content, on_member, &content);
    else if (data[0] == 'm')
        look_at(content);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (data[0] == (uint8_t)files[i].first)
            load_twice(files[i].path, content);
    return 0;
}
