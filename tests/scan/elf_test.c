/* SPDX-License-Identifier: Apache-2.0 */
/* The elf module's fields are those that `yara -D` prints of the same file: of this machine's
 * programs, of the files of YARA's own tests (MIPS among them), cut short and with bytes changed.
 */
#include "module_runs.h"
#include "oracle.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/tap.h"
#include "scan/modules/elf_file.h"

#include <inttypes.h>

enum { DEPTH_MAX = 4, MUTATIONS = 40, DAMAGES = 12 };

static char folder[PATH_TEXT];

/* As yara prints it. */
static str
value_text(struct arena *arena, struct value value)
{
    struct buf text = BUF(64 << 20);
    if (value.kind == VALUE_STRING) {
        buf_char(&text, '"');
        for (size_t i = 0; i < value.s.n; i++) {
            unsigned char c = (unsigned char)value.s.p[i];
            buf_printf(&text, c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
        }
        buf_char(&text, '"');
    } else if (value.kind == VALUE_INTEGER) {
        buf_i64(&text, value.i);
    } else {
        buf_z(&text, "YR_UNDEFINED");
    }
    str copy = arena_str(arena, buf_view(&text));
    buf_clear(&text);
    return copy;
}

static bool
is_constant(str name)
{
    for (const struct constant *c = elf_module.constants; c->name; c++)
        if (str_eq(str_of(c->name), name))
            return true;
    return false;
}

struct comparison {
    struct module_under_test *test;
    struct buf path[DEPTH_MAX + 1];
    size_t fields, differences, items;
};

static void
compare_field(struct comparison *comparison, str path, str text)
{
    struct arena arena = ARENA;
    str got = value_text(&arena, module_value(comparison->test, path));
    comparison->fields++;
    if (!str_eq(got, text) && comparison->differences++ < 3)
        tap_note("%.*s is %.*s, yara says %.*s", STR_ARG(path), STR_ARG(got), STR_ARG(text));
    arena_clear(&arena);
}

/* A line of the dump: as many tabs as it is deep, then a name, an index or a name and a value. */
static void
compare_line(struct comparison *comparison, str line)
{
    size_t depth = 0;
    while (depth < line.n && line.p[depth] == '\t')
        depth++;
    if (depth == 0 || depth > DEPTH_MAX)
        return;
    line = str_from(line, depth);
    size_t equals = str_find(line, STR(" = "));
    str name = {line.p, equals < line.n ? equals : line.n};
    struct buf *path = &comparison->path[depth], *above = &comparison->path[depth - 1];
    buf_reset(path);
    buf_str(path, buf_view(above));
    if (above->n > 0 && name.p[0] != '[')
        buf_char(path, '.');
    buf_str(path, name);
    if (name.p[0] == '[')
        comparison->items++;
    if (equals < line.n && !(depth == 1 && is_constant(name)))
        compare_field(comparison, buf_view(path), str_from(line, equals + 3));
}

static size_t
array_items(struct module_under_test *test)
{
    static const char *const arrays[] = {"sections", "segments", "dynamic", "symtab", "dynsym"};
    size_t items = 0;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        struct value value = module_value(test, str_of(arrays[i]));
        items += value.kind == VALUE_ARRAY ? value.list->count : 0;
    }
    return items;
}

/* All fields of DATA, which PATH holds, are what yara says; returns how many were compared. */
static size_t
compare_all(const char *path, str data, const char *name)
{
    struct arena arena = ARENA;
    struct module_under_test test;
    char rules[PATH_TEXT];
    path_join(rules, folder, "elf.yar", NULL);
    const char *const arguments[] = {"yara", "-D", rules, path, NULL};
    str dump = program_output(&arena, arguments), line;
    module_open(&test, &elf_module, data);
    struct comparison comparison = {.test = &test};
    for (size_t i = 0; i <= DEPTH_MAX; i++)
        comparison.path[i] = BUF(1 << 20);
    while (str_line(&dump, &line))
        compare_line(&comparison, line);
    if (array_items(&test) != comparison.items) {
        comparison.differences++;
        tap_note("%s: %zu items, yara says %zu", name, array_items(&test), comparison.items);
    }
    if (comparison.differences > 0)
        tap_note("%s: %zu of %zu fields differ", name, comparison.differences, comparison.fields);
    size_t fields = comparison.differences > 0 ? 0 : comparison.fields;
    for (size_t i = 0; i <= DEPTH_MAX; i++)
        buf_clear(&comparison.path[i]);
    module_close(&test);
    arena_clear(&arena);
    return fields;
}

static size_t
compare_copy(str data, const char *name)
{
    char path[PATH_TEXT];
    struct err err;
    path_join(path, folder, "copy", NULL);
    if (file_replace(path, data, &err) != OK)
        tap_no_err(err.code, &err, "a copy is written");
    return compare_all(path, data, name);
}

static void
check_files(void)
{
    static const char *const paths[] = {
        "/bin/true",
        "/usr/bin/yara",
        "/lib64/ld-linux-x86-64.so.2",
        "/usr/lib/x86_64-linux-gnu/crt1.o",
        "/usr/lib/x86_64-linux-gnu/libm.so.6",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct file_map map;
        struct err err;
        if (file_map_open(paths[i], &map, &err) != OK) {
            tap_skip("a file of other machines");
            continue;
        }
        size_t fields = compare_all(paths[i], map.bytes, paths[i]);
        tap_ok(fields > 20, "%s has the %zu fields that yara prints", paths[i], fields);
        file_map_close(&map);
    }
}

/* Bytes of the headers and of the tables' ends are changed most. */
static size_t
change(struct rng *rng, char *p, size_t n)
{
    for (size_t i = 0; i < DAMAGES; i++) {
        size_t where = rng_below(rng, 4) ? rng_below(rng, n < 512 ? n : 512) : rng_below(rng, n);
        static const char values[] = {0, 1, 2, 8, 0x7f, (char)0x80, (char)0xff, 0x40};
        p[where] = values[rng_below(rng, sizeof values)];
    }
    memcpy(p, "\177ELF", 4);
    return rng_below(rng, 3) ? n : rng_below(rng, n) + 1;
}

static void
check_damaged(str data, const char *name)
{
    struct rng rng = {4};
    size_t same = 0;
    for (size_t i = 0; i < MUTATIONS; i++) {
        cleanup(cleanup_free) char *copy = malloc(data.n);
        memcpy(copy, data.p, data.n);
        size_t n = change(&rng, copy, data.n);
        char label[64];
        snprintf(label, sizeof label, "change %zu (%zu bytes)", i, n);
        same += compare_copy((str){copy, n}, label) > 0 ||
                !elf_file_open(&(struct elf_file){0}, (str){copy, n});
    }
    tap_eq_i64(same, MUTATIONS, "%s changed at random: the same fields", name);
}

static void
check_vectors(void)
{
    struct arena arena = ARENA;
    size_t count = 0;
    const struct vector *vectors = vectors_read(&arena, "elf", &count);
    if (!vectors)
        tap_skip("the vectors are not there");
    str last = {0};
    for (size_t i = 0; vectors && i < count; i++) {
        str data = vectors[i].data;
        if (str_eq(data, last))
            continue;
        last = data;
        size_t fields = compare_copy(data, "vector");
        tap_ok(fields > 10, "vector %zu of %zu bytes: the %zu fields that yara prints", i, data.n,
               fields);
        check_damaged(data, "the vector");
    }
    arena_clear(&arena);
}

/* Small files of each kind; the first byte is the fuzz target's. */
static void
check_corpus(void)
{
    static const char *const names[] = {"big", "32", "so", "o", "exe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_TEXT];
        struct buf content;
        struct err err;
        path_join(path, "tests/fuzz/corpus/elf", names[i], NULL);
        if (file_read(path, 1 << 20, &content, &err) != OK) {
            tap_no_err(err.code, &err, "%s is read", path);
            continue;
        }
        str data = str_from(buf_view(&content), 1);
        tap_ok(compare_copy(data, names[i]) > 20, "%s has the fields that yara prints", names[i]);
        check_damaged(data, names[i]);
        buf_clear(&content);
    }
}

static struct value
digest_of_symbols(str data, const char *function, struct arena *arena)
{
    struct module_under_test test;
    module_open(&test, &elf_module, data);
    struct value value = module_call(&test, function, "", NULL);
    struct value again = module_call(&test, function, "", NULL);
    tap_ok(value.kind == again.kind, "%s says the same when asked again", function);
    if (value.kind == VALUE_STRING)
        value.s = arena_str(arena, value.s);
    module_close(&test);
    return value;
}

/* The condition is `elf.telfhash() == "T1…"`. */
static void
check_telfhash(void)
{
    struct arena arena = ARENA;
    size_t count = 0, tried = 0;
    const struct vector *vectors = vectors_read(&arena, "elf", &count);
    for (size_t i = 0; vectors && i < count; i++) {
        size_t at = str_find(vectors[i].rule, STR("\"T1"));
        if (at == SIZE_MAX)
            continue;
        str expected = {vectors[i].rule.p + at + 1, 72};
        struct value value = digest_of_symbols(vectors[i].data, "telfhash", &arena);
        tap_ok(value.kind == VALUE_STRING, "there is a telfhash");
        tap_eq_str(value.s, expected, "it is the vector's");
        tried++;
    }
    if (vectors)
        tap_ok(tried > 0, "a vector has a telfhash");
    else
        tap_skip("the vectors are not there");
    arena_clear(&arena);
}

/* The names that readelf lists, digested by md5sum. */
static void
check_import_md5(const char *path)
{
    static const char script[] =
        "readelf -W --dyn-syms \"$1\" | awk '$7 == \"UND\" && $8 != \"\" {print tolower($8)}' |"
        "sed 's/@.*//' | LC_ALL=C sort | paste -sd, | tr -d '\\n' | md5sum | cut -c1-32";
    struct arena arena = ARENA;
    struct file_map map;
    struct err err;
    const char *const arguments[] = {"sh", "-c", script, "sh", path, NULL};
    if (!program_exists("readelf") || file_map_open(path, &map, &err) != OK) {
        tap_skip("no readelf or no such file");
        return;
    }
    str expected = str_trim(program_output(&arena, arguments));
    struct value value = digest_of_symbols(map.bytes, "import_md5", &arena);
    tap_ok(value.kind == VALUE_STRING && expected.n == 32, "there is an import_md5");
    tap_eq_str(value.s, expected, "%s: it is the MD5 of what readelf lists", path);
    file_map_close(&map);
    arena_clear(&arena);
}

/* `entrypoint` as libyara has it, found by a rule with it. */
static void
check_entry_point(const char *path)
{
    struct arena arena = ARENA;
    struct file_map map;
    struct err err;
    char rules[PATH_TEXT], rule[128];
    uint64_t entry;
    if (file_map_open(path, &map, &err) != OK) {
        tap_skip("no such file");
        return;
    }
    tap_ok(elf_entry_point(map.bytes, &entry), "%s has an entry point", path);
    snprintf(rule, sizeof rule, "rule same { condition: entrypoint == %" PRIu64 " }\n", entry);
    path_join(rules, folder, "entry.yar", NULL);
    file_replace(rules, str_of(rule), &err);
    const char *const arguments[] = {"yara", "-w", rules, path, NULL};
    str said = program_output(&arena, arguments);
    tap_ok(str_starts(said, STR("same ")), "it is %" PRIu64 ", as yara has it", entry);
    file_map_close(&map);
    arena_clear(&arena);
}

static void
check_not_elf(void)
{
    static const char *const names[] = {"type", "entry_point", "sections[0].name",
                                        "symtab_entries"};
    struct module_under_test test;
    uint64_t entry = 7;
    module_open(&test, &elf_module, STR("\177ELF, but no more"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        tap_ok(module_value(&test, str_of(names[i])).kind == VALUE_UNDEFINED,
               "no ELF file: %s is undefined", names[i]);
    tap_ok(module_call(&test, "telfhash", "", NULL).kind == VALUE_UNDEFINED, "so is telfhash");
    tap_ok(!elf_entry_point(test.run.data, &entry) && entry == 7, "there is no entry point");
    module_close(&test);
}

static void
check_constants(void)
{
    struct arena arena = ARENA;
    char rules[PATH_TEXT];
    path_join(rules, folder, "elf.yar", NULL);
    const char *const arguments[] = {"yara", "-D", rules, "/bin/true", NULL};
    str dump = program_output(&arena, arguments), line, name;
    size_t same = 0, all = 0, ours = 0;
    for (const struct constant *c = elf_module.constants; c->name; c++)
        ours++;
    while (str_line(&dump, &line)) {
        if (line.n < 2 || line.p[0] != '\t' || line.p[1] < 'A' || line.p[1] > 'Z')
            continue;
        line = str_from(line, 1);
        str_cut(&line, ' ', &name);
        all++;
        for (const struct constant *c = elf_module.constants; c->name; c++) {
            char text[32];
            snprintf(text, sizeof text, "= %" PRId64, c->integer);
            same += str_eq(str_of(c->name), name) && str_eq(str_of(text), line);
        }
    }
    tap_eq_i64(ours, all, "there are as many constants as yara prints");
    tap_eq_i64(same, all, "they are the same");
    arena_clear(&arena);
}

int
main(void)
{
    struct err err;
    char rules[PATH_TEXT];
    const char *temporary = getenv("TMPDIR");
    path_join(folder, temporary ? temporary : "/tmp", "khien-elf-test", NULL);
    path_join(rules, folder, "elf.yar", NULL);
    folder_make(folder, &err);
    tap_no_err(file_replace(rules, STR("import \"elf\" rule elf_file { condition: true }\n"), &err),
               &err, "the rule is written");
    check_not_elf();
    check_telfhash();
    check_import_md5("/bin/true");
    check_import_md5("/usr/bin/yara");
    if (!program_exists("yara")) {
        tap_skip("no yara to compare with");
        return tap_done();
    }
    check_constants();
    check_files();
    check_vectors();
    check_corpus();
    check_entry_point("/bin/true");
    check_entry_point("/lib64/ld-linux-x86-64.so.2");
    return tap_done();
}
