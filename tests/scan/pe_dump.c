/* SPDX-License-Identifier: Apache-2.0 */
/* pe_dump [-r TIMES] FILE…: every field of the module pe as a line "path = value", and what the
 * functions without arguments give; to be compared with what `yara -D` says. */
#include "base/cleanup.h"
#include "base/file.h"
#include "scan/pe/pe_file.h"
#include "tests/scan/pe_scan.h"

struct path {
    char text[256];
    size_t n;
};

static void
print_text(str s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c <= 0x7e)
            putchar(c);
        else
            printf("\\x%02x", c);
    }
    putchar('"');
}

static void
print_scalar(const char *path, struct value value)
{
    printf("%s = ", path);
    if (value.kind == VALUE_INTEGER)
        printf("%lld", (long long)value.i);
    else if (value.kind == VALUE_STRING)
        print_text(value.s);
    else
        printf("undefined");
    putchar('\n');
}

static void
extend(struct path *path, const char *format, const char *name, size_t i)
{
    int n = name ? snprintf(path->text + path->n, sizeof path->text - path->n, "%s%s", format, name)
                 : snprintf(path->text + path->n, sizeof path->text - path->n, "[%zu]", i);
    path->n += (size_t)n;
}

static void print_object(struct path path, const struct shape *shape, const struct object *object);

/* Shapes are nested a few deep, so that this recursion has a floor. */
static void
print_value(struct path path, const struct field *field, struct value value)
{
    if (value.kind == VALUE_STRUCT) {
        print_object(path, field->shape, value.object);
    } else if (value.kind == VALUE_ARRAY || value.kind == VALUE_DICTIONARY) {
        for (size_t i = 0; i < value.list->count; i++) {
            struct path item = path;
            if (value.list->keys) {
                char key[65];
                snprintf(key, sizeof key, "%.*s", STR_ARG(value.list->keys[i]));
                extend(&item, ".", key, 0);
            } else {
                extend(&item, NULL, NULL, i);
            }
            if (field->item == FIELD_STRUCT)
                print_object(item, field->shape, value.list->items[i].object);
            else
                print_scalar(item.text, value.list->items[i]);
        }
    } else {
        print_scalar(path.text, value);
    }
}

static void
print_object(struct path path, const struct shape *shape, const struct object *object)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!field->name || field->kind == FIELD_FUNCTION)
            continue;
        struct path inner = path;
        extend(&inner, path.n ? "." : "", field->name, 0);
        print_value(inner, field, object->fields[i]);
    }
}

static void
dump(str data)
{
    static const char *const calls[] = {"imphash", "calculate_checksum", "is_dll", "is_32bit",
                                        "is_64bit"};
    struct arena arena = ARENA;
    struct module_run run;
    pe_scan_init(&run, &arena, data);
    for (unsigned group = 0; group < 64; group++)
        for (size_t i = 0; i < run.module->shape.count; i++)
            if (run.module->shape.fields[i].group == group)
                module_load(&run, group);
    print_object((struct path){.n = 0}, &run.module->shape, run.root);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s()", calls[i]);
        print_scalar(name, pe_scan_call(&run, calls[i], "", NULL));
    }
    uint64_t entry_point;
    if (pe_entry_point(data, &entry_point))
        print_scalar("entrypoint", value_integer((int64_t)entry_point));
    arena_clear(&arena);
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        cleanup(buf_clear) struct buf content = {0};
        struct err err;
        printf("FILE %s\n", argv[i]);
        if (file_read(argv[i], (size_t)1 << 30, &content, &err) != OK)
            return 1;
        dump((str){content.p, content.n});
    }
    return 0;
}
