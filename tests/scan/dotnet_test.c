/* SPDX-License-Identifier: Apache-2.0 */
/* The dotnet module: all it shows of a real assembly, signatures that no compiler here writes, and
 * files that lie. dotnet/shapes.out was checked against `yara -D` and `monodis`. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/tap.h"
#include "dotnet_file.h"
#include "module_dump.h"
#include "scan/modules/modules.h"

static struct buf
dump(str data)
{
    struct buf text = BUF(1 << 26);
    module_dump(&dotnet_module, data, &text);
    return text;
}

/* What the module shows at PATH, as text; "" when that is undefined. */
static const char *
shown(str data, const char *path)
{
    static char found[256];
    found[0] = 0;
    struct buf text = dump(data);
    str rest = buf_view(&text), line, name;
    while (str_line(&rest, &line))
        if (str_cut(&line, ' ', &name) && str_eq(name, str_of(path)) && line.n > 2)
            str_copy(str_from(line, 2), found, sizeof found);
    buf_clear(&text);
    return found;
}

static void
test_assembly(str shapes)
{
    struct buf want;
    struct err err;
    if (!tap_no_err(file_read("tests/scan/dotnet/shapes.out", 1 << 20, &want, &err), &err, "read"))
        return;
    struct buf got = dump(shapes);
    tap_eq_str(buf_view(&got), buf_view(&want), "all of an assembly");
    buf_clear(&got);
    buf_clear(&want);
}

/* The type of Grid's first parameter when the signature's return type and first parameter
 * (14 bytes, from the compiler) are replaced by "void" and these bytes, padded. */
static const char *
typed(str shapes, const char *bytes, size_t n)
{
    static const char compiled[] = "\x02\x14\x04\x02\x00\x02\x00\x00\x1d\x1d\x05";
    char *copy = mem_strndup(shapes.p, shapes.n);
    size_t at = str_find(shapes, STR(compiled));
    require(at != SIZE_MAX && n <= 9);
    memset(copy + at, 0x08, 11);
    memcpy(copy + at, "\x01\x01", 2); /* one parameter, void */
    memcpy(copy + at + 2, bytes, n);
    const char *type = shown((str){copy, shapes.n}, "classes[1].methods[4].parameters[0].type");
    free(copy);
    return type;
}
#define TYPED(bytes, want) tap_eq_z(typed(shapes, bytes, sizeof bytes - 1), want, "%s", want)

static void
test_signatures(str shapes)
{
    TYPED("\x0f\x10\x1d\x02", "\"Ptr<ref bool[]>\"");
    TYPED("\x14\x08\x01\x00\x00", "\"int[]\"");
    TYPED("\x14\x08\x03\x00\x00", "\"int[,,]\"");
    TYPED("\x14\x08\x02\x02\x04\x85\x00\x00", "\"int[4,1280]\"");
    TYPED("\x14\x08\x01\x01\x05\x01\x7d", "\"int[-2...2]\"");
    TYPED("\x14\x08\x01\x01\x05\x01\x04", "\"int[2...6]\"");
    TYPED("\x14\x08\x02\x00\x01\x80\xc8", "\"int[100...,]\"");
    TYPED("\x14\x08\x01\x00\x01\x80\x81", "\"int[-8128...]\"");
    TYPED("\x14\x08\x01\x00\x01\xc0\x00\x00\x01", "\"int[-268435456...]\"");
    TYPED("\x1b\x00\x02\x01\x0e\x1c", "\"FnPtr<void(string, object)>\"");
    TYPED("\x1b\x00\x00\x18", "\"FnPtr<IntPtr()>\"");
    TYPED("\x1f\x05\x20\x05\x16", "\"TypedReference\"");
    TYPED("\x15\x12\x09\x02\x0b\x0c", "\"System.Object<ulong,float>\"");
    /* An argument that is no type leaves its comma out, and the first of the rest keeps one. */
    TYPED("\x15\x12\x09\x03\x45\x45\x0b", "\"System.Object<,ulong>\"");
    TYPED("\x15\x12\x09\x00", "\"System.Object<>\"");
}

static void
test_broken_signatures(str shapes)
{
    static const char unknown[] = "\x17", rank[] = "\x14\x08\x33", sizes[] = "\x14\x08\x01\x02";
    static const char token[] = "\x12\xbf\xff", method[] = "\x1e\x00", class[] = "\x13\x00";
    static const char no_token[] = "\x12\x01";
    tap_eq_z(typed(shapes, unknown, 1), "", "no such element");
    tap_eq_z(typed(shapes, rank, 3), "", "51 dimensions");
    tap_eq_z(typed(shapes, sizes, 4), "", "more sizes than dimensions");
    tap_eq_z(typed(shapes, token, 3), "", "a type that the tables do not have");
    tap_eq_z(typed(shapes, no_token, 2), "", "type 0");
    tap_eq_z(typed(shapes, method, 2), "", "a parameter of a method that is not generic");
    tap_eq_z(typed(shapes, class, 2), "", "a parameter of a class that is not generic");
}

static void
put(struct buf *out, uint32_t value, unsigned size)
{
    dotnet_put(buf_space(out, size), value, size);
}

/* A metadata root with the five streams at the places and sizes given (from the root), and room
 * for their headers and 32 bytes behind: 0x100 bytes. */
enum { STREAMS_AT = 0x100 };
static void
put_root(struct buf *out, const uint32_t places[5][2])
{
    static const char *const names[5] = {"#~", "#Strings", "#US", "#GUID", "#Blob"};
    buf_z(out, "BSJB");
    put(out, 0x10001, 4);
    put(out, 0, 4);
    put(out, 4, 4);
    buf_add(out, "v4\0", 4);
    put(out, 5 << 16, 4);
    for (size_t i = 0; i < 5; i++) {
        put(out, places[i][0], 4);
        put(out, places[i][1], 4);
        size_t room = strlen(names[i]) / 4 * 4 + 4;
        memcpy(memset(buf_space(out, room), 0, room), names[i], strlen(names[i]));
    }
    memset(buf_space(out, STREAMS_AT - out->n), 0, STREAMS_AT - out->n);
}

struct shape_of_file {
    uint32_t types, methods, parameters; /* rows, rows, in the one signature */
    const char *signature;               /* of each parameter */
    uint32_t nested;                     /* rows of NestedClass: each type in the one before */
    uint32_t claimed;                    /* rows of Param that the header claims, without data */
};

/* Types T, each with all the methods; methods m share one signature. Strings "\0T\0m\0". */
static struct buf
make_file(const struct shape_of_file *shape)
{
    struct buf tables = BUF(1 << 24), blob = BUF(1 << 16), root = BUF(1 << 24), file = BUF(1 << 25);
    uint64_t valid = UINT64_C(1) << 2 | UINT64_C(1) << 6 | UINT64_C(1) << 8 | UINT64_C(1) << 41;
    put(&tables, 0, 4);
    put(&tables, 2, 4); /* version and narrow heaps */
    put(&tables, (uint32_t)valid, 4);
    put(&tables, (uint32_t)(valid >> 32), 4);
    memset(buf_space(&tables, 8), 0, 8);
    const uint32_t counts[] = {shape->types, shape->methods, shape->claimed, shape->nested};
    for (size_t i = 0; i < 4; i++)
        put(&tables, counts[i], 4);
    for (uint32_t i = 0; i < shape->types; i++) { /* flags, name, namespace, extends, lists */
        put(&tables, shape->nested ? 2 : 1, 4);
        const uint32_t row[] = {1, 0, 0, 1, i % 2 ? shape->methods + 1 : 1};
        for (size_t j = 0; j < 5; j++)
            put(&tables, row[j], 2);
    }
    for (uint32_t i = 0; i < shape->methods;
         i++) { /* address, flags, name, signature, parameters */
        put(&tables, 0, 4);
        const uint32_t row[] = {0, 6, 3, 1, 1};
        for (size_t j = 0; j < 5; j++)
            put(&tables, row[j], 2);
    }
    for (uint32_t i = 0; i < shape->nested; i++) {
        put(&tables, i + 1, 2);
        put(&tables, i ? i : shape->nested, 2);
    }
    size_t size = 4 + shape->parameters * strlen(shape->signature);
    buf_char(&blob, 0);
    buf_char(&blob, (char)(0x80 | size >> 8));
    buf_char(&blob, (char)size);
    buf_char(&blob, 0);
    buf_char(&blob, (char)(0x80 | shape->parameters >> 8));
    buf_char(&blob, (char)shape->parameters);
    buf_char(&blob, 1);
    for (uint32_t i = 0; i < shape->parameters; i++)
        buf_z(&blob, shape->signature);
    const uint32_t places[5][2] = {
        {STREAMS_AT, (uint32_t)tables.n},
        {STREAMS_AT + (uint32_t)tables.n, 5},
        {0, 0},
        {0, 0},
        {STREAMS_AT + (uint32_t)tables.n + 5, (uint32_t)blob.n},
    };
    put_root(&root, places);
    buf_str(&root, buf_view(&tables));
    buf_add(&root, "\0T\0m", 5);
    buf_str(&root, buf_view(&blob));
    dotnet_file(&file, buf_view(&root));
    buf_clear(&tables);
    buf_clear(&blob);
    buf_clear(&root);
    return file;
}

static void
test_made(void)
{
    struct shape_of_file shape = {.types = 1, .methods = 2, .parameters = 2, .signature = "\x08"};
    struct buf file = make_file(&shape);
    str data = buf_view(&file);
    tap_eq_z(shown(data, "number_of_classes"), "1", "a file made by hand");
    tap_eq_z(shown(data, "classes[0].number_of_methods"), "2", "its methods");
    tap_eq_z(shown(data, "classes[0].methods[1].parameters[1].name"), "\"P_1\"",
             "a parameter without a row gets a name");
    tap_eq_z(shown(data, "classes[0].methods[1].parameters[1].type"), "\"int\"",
             "and has its type");
    tap_eq_z(shown(data, "number_of_assembly_refs"), "", "a table that is not there has no count");
    buf_clear(&file);

    shape = (struct shape_of_file){.types = 12, .methods = 0, .signature = "", .nested = 12};
    file = make_file(&shape);
    tap_eq_z(shown(buf_view(&file), "classes[4].namespace"), "\"T.T.T.T.T.T.T.T.T.T\"",
             "types that enclose each other in a ring have ten levels");
    buf_clear(&file);

    shape = (struct shape_of_file){.types = 1, .methods = 1, .signature = "", .claimed = 15001};
    file = make_file(&shape);
    tap_eq_z(shown(buf_view(&file), "number_of_classes"), "", "15,001 rows are too many");
    buf_clear(&file);
    shape.claimed = 15000;
    file = make_file(&shape);
    tap_eq_z(shown(buf_view(&file), "number_of_classes"), "1", "15,000 are not");
    buf_clear(&file);
}

/* A heap of one-letter strings, more than can be asked for: each is counted all the same. */
static void
test_user_strings(void)
{
    enum { COUNT = LIMIT_DOTNET_USER_STRINGS + 10 };
    struct buf root = BUF(1 << 23), file = BUF(1 << 23);
    const uint32_t places[5][2] = {{0, 0}, {0, 0}, {STREAMS_AT, 1 + 3 * COUNT}, {0, 0}, {0, 0}};
    put_root(&root, places);
    buf_char(&root, 0);
    for (size_t i = 0; i < COUNT; i++)
        buf_add(&root, "\2u", 3);
    dotnet_file(&file, buf_view(&root));
    struct arena arena = ARENA;
    struct value *fields = module_run_all(&dotnet_module, buf_view(&file), &arena)->fields;
    const struct value *count =
        &fields[shape_find(&dotnet_module.shape, STR("number_of_user_strings"))];
    const struct value *list = &fields[shape_find(&dotnet_module.shape, STR("user_strings"))];
    tap_eq_i64(count->i, COUNT, "all user strings are counted");
    tap_eq_i64(list->list->count, LIMIT_DOTNET_USER_STRINGS, "and so many can be asked for");
    tap_eq_str(list->list->items[LIMIT_DOTNET_USER_STRINGS - 1].s, STR("u"), "the last of those");
    arena_clear(&arena);
    buf_clear(&root);
    buf_clear(&file);
}

/* Far more parameters than the file has bytes: the list is cut, not the machine's memory. */
static void
test_budget(const struct shape_of_file *shape, const char *what)
{
    struct buf file = make_file(shape);
    struct arena arena = ARENA;
    struct object *root = module_run_all(&dotnet_module, buf_view(&file), &arena);
    size_t count = shape_find(&dotnet_module.shape, STR("number_of_classes"));
    tap_ok(root->fields[count].kind == VALUE_INTEGER &&
               root->fields[count].i < (int64_t)shape->types,
           "%s: not all classes", what);
    tap_ok(arena.total < 1 << 20 || arena.total < 150 * file.n, "%s: %zu bytes for %zu", what,
           arena.total, file.n);
    arena_clear(&arena);
    buf_clear(&file);
}

/* The assembly cut at many places, and bytes of it changed, under sanitizers. */
static void
test_damage(str shapes)
{
    size_t dotnet = 0;
    for (size_t n = 0; n < shapes.n; n += 7) {
        char *cut = mem_strndup(shapes.p, n);
        struct buf text = dump((str){cut, n});
        dotnet += str_starts(buf_view(&text), STR("is_dotnet = 1"));
        buf_clear(&text);
        free(cut);
    }
    tap_ok(dotnet > 0 && dotnet < shapes.n / 7, "%zu cuts are still .NET", dotnet);
    char *copy = mem_strndup(shapes.p, shapes.n);
    size_t different = 0;
    struct buf whole = dump(shapes);
    for (size_t i = 0; i < shapes.n; i += 3) {
        copy[i] ^= 0xff;
        struct buf text = dump((str){copy, shapes.n});
        different += !str_eq(buf_view(&text), buf_view(&whole));
        buf_clear(&text);
        copy[i] ^= 0xff;
    }
    tap_ok(different > shapes.n / 3 / 8, "%zu changed bytes show", different);
    buf_clear(&whole);
    free(copy);
}

static void
test_other_files(str shapes)
{
    struct buf text = dump(STR("MZ"));
    tap_eq_str(buf_view(&text), STR(""), "what is no PE has nothing defined");
    buf_clear(&text);
    char *copy = mem_strndup(shapes.p, shapes.n);
    memcpy(copy + str_find(shapes, STR("BSJB")), "XXXX", 4);
    text = dump((str){copy, shapes.n});
    tap_eq_str(buf_view(&text), STR("is_dotnet = 0\n"), "a PE without metadata is not .NET");
    buf_clear(&text);
    free(copy);
    struct arena arena = ARENA;
    struct module_run run = {
        .module = &dotnet_module, .arena = &arena, .data = shapes, .is_process = true};
    run.root = module_object(&run, &dotnet_module.shape);
    module_load(&run, 0);
    tap_eq_i64(run.root->fields[0].kind, VALUE_UNDEFINED, "a DLL in a process is left alone");
    arena_clear(&arena);
}

int
main(void)
{
    struct buf content;
    struct err err;
    if (!tap_no_err(file_read("tests/scan/dotnet/shapes.dll", 1 << 20, &content, &err), &err,
                    "read the assembly"))
        return tap_done();
    str shapes = buf_view(&content);
    test_assembly(shapes);
    test_signatures(shapes);
    test_broken_signatures(shapes);
    test_made();
    test_user_strings();
    test_budget(
        &(struct shape_of_file){
            .types = 50, .methods = 500, .parameters = 2000, .signature = "\x08"},
        "500 methods with 2,000 parameters");
    test_budget(&(struct shape_of_file){.types = 15000, .methods = 15000, .signature = ""},
                "15,000 classes with 15,000 methods");
    test_damage(shapes);
    test_other_files(shapes);
    buf_clear(&content);
    return tap_done();
}
