/* SPDX-License-Identifier: Apache-2.0 */
/* What the module clamav sees in files made here: kinds, sections, entry points, version keys. */
#include "base/tap.h"
#include "scan/modules/modules.h"

#include "base/require.h"

struct scanned {
    struct arena arena;
    struct module_run run;
};

static void
scan_open(struct scanned *scanned, str data)
{
    *scanned = (struct scanned){.run = {.data = data}};
    scanned->run.module = module_find(STR("clamav"));
    require(scanned->run.module != NULL);
    scanned->run.arena = &scanned->arena;
    scanned->run.root = module_object(&scanned->run, &scanned->run.module->shape);
}

static const struct field *
field_of(const struct scanned *scanned, const char *name, struct value *ret)
{
    size_t i = shape_find(&scanned->run.module->shape, str_of(name));
    require(i != SIZE_MAX);
    *ret = scanned->run.root->fields[i];
    return &scanned->run.module->shape.fields[i];
}

static struct value
get(struct scanned *scanned, const char *name)
{
    struct value value;
    module_load(&scanned->run, field_of(scanned, name, &value)->group);
    field_of(scanned, name, &value);
    return value;
}

static struct value
call(struct scanned *scanned, const char *name, const struct value *arguments)
{
    struct value value;
    const struct field *field = field_of(scanned, name, &value);
    return field->overloads->call(&scanned->run, scanned->run.root, arguments);
}

static int64_t
target_of(str data)
{
    struct scanned scanned;
    scan_open(&scanned, data);
    int64_t target = get(&scanned, "target").i;
    arena_clear(&scanned.arena);
    return target;
}

/* Each was asked of clamscan, by signatures with "0=0" for every target. */
static void
test_kinds(void)
{
    static const struct {
        str data;
        int64_t target;
    } cases[] = {
        {STR("MZ"), 1},
        {STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), 2},
        {STR("\n\n <HTML><body>"), 3},
        {STR("Received: from a by b"), 4},
        {STR("\x89PNG\r\n\x1a\n\0\0"), 5},
        {STR("GIF89a\1\0"), 5},
        {STR("\177ELF\2\1\1\0"), 6},
        {STR("just some words\n"), 7},
        {STR("ch\xe1\xbb\xaf Vi\xe1\xbb\x87t\n"), 7},
        {STR("\xcf\xfa\xed\xfe\7\0\0\1"), 9},
        {STR("%PDF-1.4"), 10},
        {STR("CWS\6\0\0\0\0"), 11},
        {STR("\xca\xfe\xba\xbe\0\0\0\x34"), 12},
        {STR("\xca\xfe\xba\xbe\0\0\0\2"), 14},
        {STR("\1\2\3 no text"), 14},
        {STR(""), 14},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_i64(target_of(cases[i].data), cases[i].target, "kind of case %zu", i);
}

static void
put(uint8_t *data, size_t at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[at + i] = (uint8_t)(value >> 8 * i);
}

/* A 64-bit ELF file: one loaded segment, two section headers. */
static void
test_elf(void)
{
    uint8_t data[400] = {0};
    memcpy(data, "\177ELF\2\1\1", 7);
    put(data, 24, 0x1010, 8); /* entry */
    put(data, 32, 64, 8);     /* program headers */
    put(data, 40, 128, 8);    /* section headers */
    put(data, 54, 56, 2);
    put(data, 56, 1, 2);
    put(data, 58, 64, 2);
    put(data, 60, 2, 2);
    put(data, 64, 1, 4); /* loaded: offset, address, size */
    put(data, 72, 0x20, 8);
    put(data, 80, 0x1000, 8);
    put(data, 96, 0x100, 8);
    put(data, 128 + 64 + 24, 300, 8); /* of the second section */
    put(data, 128 + 64 + 32, 50, 8);
    struct scanned scanned;
    scan_open(&scanned, (str){(const char *)data, sizeof data});
    tap_eq_i64(get(&scanned, "target").i, 6, "an ELF file");
    tap_eq_i64(get(&scanned, "entry_point").i, 0x30, "its entry point's offset");
    tap_eq_i64(get(&scanned, "number_of_sections").i, 2, "its sections");
    struct value sections = get(&scanned, "sections");
    tap_eq_i64(sections.list->items[1].object->fields[0].i, 300, "the second's offset");
    tap_eq_i64(sections.list->items[1].object->fields[1].i, 50, "the second's size");
    tap_eq_i64(get(&scanned, "last_section").i, 300, "which is the last");
    tap_eq_i64(get(&scanned, "version_info").list->count, 0, "no version information");
    tap_eq_i64(get(&scanned, "container").kind, VALUE_UNDEFINED, "in no container");
    arena_clear(&scanned.arena);

    put(data, 60, 0xffff, 2);
    scan_open(&scanned, (str){(const char *)data, sizeof data});
    tap_eq_i64(get(&scanned, "number_of_sections").i, (400 - 128) / 64,
               "no more sections than the file holds");
    arena_clear(&scanned.arena);
    put(data, 24, 0x5000, 8);
    scan_open(&scanned, (str){(const char *)data, sizeof data});
    tap_eq_i64(get(&scanned, "entry_point").kind, VALUE_UNDEFINED, "an entry in no segment");
    arena_clear(&scanned.arena);
}

/* A block of version information; returns its end. VALUE units are words. */
static size_t
put_block(uint8_t *data, size_t at, const char *key, size_t value_words)
{
    put(data, at + 2, value_words, 2);
    size_t end = at + 6;
    for (const char *c = key; *c; c++, end += 2)
        put(data, end, (uint8_t)*c, 2);
    return (end + 2 + 3) & ~(size_t)3;
}

static void
close_block(uint8_t *data, size_t at, size_t end)
{
    put(data, at, end - at, 2);
}

enum { PE_SIZE = 0x600, CODE = 0x200, RESOURCES = 0x400 };

/* A 32-bit PE of two sections: code at 0x1000, resources at 0x2000 with one version. */
static void
make_pe(uint8_t data[PE_SIZE], size_t ret_keys[2])
{
    enum { HEADER = 0x40, OPTIONAL = HEADER + 24, SECTIONS = OPTIONAL + 224 };
    memset(data, 0, PE_SIZE);
    memcpy(data, "MZ", 2);
    put(data, 0x3c, HEADER, 4);
    memcpy(data + HEADER, "PE\0\0", 4);
    put(data, HEADER + 4, 0x14c, 2);
    put(data, HEADER + 6, 2, 2);
    put(data, HEADER + 20, 224, 2);
    put(data, OPTIONAL, 0x10b, 2);
    put(data, OPTIONAL + 16, 0x1010, 4); /* entry point */
    put(data, OPTIONAL + 32, 0x1000, 4);
    put(data, OPTIONAL + 36, 0x200, 4);
    put(data, OPTIONAL + 92, 16, 4);
    put(data, OPTIONAL + 96 + 8 * 2, 0x2000, 4);
    put(data, OPTIONAL + 96 + 8 * 2 + 4, 0x200, 4);
    for (size_t i = 0; i < 2; i++) {
        size_t section = SECTIONS + 40 * i;
        put(data, section + 8, 0x200, 4);
        put(data, section + 12, 0x1000 * (i + 1), 4);
        put(data, section + 16, 0x200, 4);
        put(data, section + 20, i ? RESOURCES : CODE, 4);
    }
    /* type 16, name 1, language 0x409, the data */
    for (size_t level = 0; level < 3; level++) {
        size_t directory = RESOURCES + 24 * level;
        put(data, directory + 14, 1, 2);
        put(data, directory + 16, level == 0 ? 16 : level == 1 ? 1 : 0x409, 4);
        put(data, directory + 20, 24 * (level + 1) | (level < 2 ? 0x80000000 : 0), 4);
    }
    size_t root = RESOURCES + 0x60;
    put(data, RESOURCES + 72, 0x2060, 4);
    put(data, RESOURCES + 76, 0x1a0, 4);
    size_t at = put_block(data, root, "VS_VERSION_INFO", 4) + 4;
    size_t strings = at, table = put_block(data, strings, "StringFileInfo", 0);
    at = put_block(data, table, "040904E4", 0);
    for (size_t i = 0; i < 2; i++) {
        ret_keys[i] = at + 6;
        size_t end = put_block(data, at, i ? "B" : "Company", 1) + 2;
        close_block(data, at, end);
        at = (end + 3) & ~(size_t)3;
    }
    close_block(data, table, at);
    close_block(data, strings, at);
    close_block(data, root, at);
}

static void
test_pe(void)
{
    uint8_t data[PE_SIZE];
    size_t keys[2];
    make_pe(data, keys);
    struct scanned scanned;
    scan_open(&scanned, (str){(const char *)data, sizeof data});
    tap_eq_i64(get(&scanned, "target").i, 1, "a PE file");
    tap_eq_i64(get(&scanned, "entry_point").i, CODE + 0x10, "its entry point's offset");
    tap_eq_i64(get(&scanned, "number_of_sections").i, 2, "its sections");
    tap_eq_i64(get(&scanned, "last_section").i, RESOURCES, "the last");
    struct value version = get(&scanned, "version_info");
    tap_eq_i64(version.list->count, 2, "two keys of its version information");
    for (size_t i = 0; i < 2 && i < version.list->count; i++)
        tap_eq_i64(version.list->items[i].i, keys[i], "key %zu", i);
    arena_clear(&scanned.arena);

    /* Lies of any kind end somewhere. */
    size_t found = 0;
    for (size_t at = 0; at < PE_SIZE; at++) {
        uint8_t was = data[at];
        data[at] = 0xff;
        scan_open(&scanned, (str){(const char *)data, sizeof data});
        get(&scanned, "entry_point");
        found += get(&scanned, "version_info").list->count;
        arena_clear(&scanned.arena);
        data[at] = was;
    }
    tap_ok(found > PE_SIZE, "most single bytes do not matter");
    for (size_t n = 0; n < PE_SIZE; n++) {
        uint8_t *cut = mem_alloc(n + 1);
        memcpy(cut, data, n);
        scan_open(&scanned, (str){(const char *)cut, n});
        get(&scanned, "entry_point");
        get(&scanned, "version_info");
        arena_clear(&scanned.arena);
        free(cut);
    }
    tap_ok(true, "cut anywhere");
}

static void
test_when(void)
{
    struct scanned scanned;
    scan_open(&scanned, STR("x"));
    struct value arguments[] = {value_integer(1), value_integer(5)};
    tap_eq_i64(call(&scanned, "when", arguments).i, 5, "when it holds");
    arguments[0].i = 0;
    tap_eq_i64(call(&scanned, "when", arguments).i, 0, "and when not");
    arena_clear(&scanned.arena);
}

/* What clamscan took each for. */
static void
test_number(void)
{
    static const struct {
        const char *form;
        str data;
        int64_t size, want; /* -1: undefined */
    } cases[] = {
        {"il", STR("\2\1"), 2, 258},
        {"ib", STR("\1\2"), 2, 258},
        {"il", STR("\2\1\0\0\0\0\0\0"), 8, 258},
        {"ib", STR("\1"), 2, -1},
        {"db", STR("258zz"), 4, 258},
        {"db", STR("0258"), 4, 258},
        {"db", STR(" 258"), 4, 258},
        {"db", STR("258"), 4, 258},
        {"db", STR("-258"), 4, -1},
        {"dbe", STR("258zz"), 4, -1},
        {"dbe", STR("0258"), 4, 258},
        {"dbe", STR("258zz"), 2, 25},
        {"hb", STR("102zz"), 4, 258},
        {"hb", STR("ffFF"), 4, 65535},
        {"hbe", STR("102zz"), 4, -1},
        {"hl", STR("0201"), 4, 258},
        {"hl", STR("0102"), 2, 1},
        {"hl", STR("2010"), 3, 258},
        {"hl", STR("102zz"), 4, -1},
        {"hle", STR("0201"), 4, 258},
        {"ab", STR("258"), 4, 258},
        {"ab", STR("0x102"), 5, 258},
        {"ab", STR("0x102"), 4, 16},
        {"db", STR("99999999999999999999"), 20, -1},
        {"db", STR("zz"), 2, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scanned scanned;
        scan_open(&scanned, cases[i].data);
        struct value arguments[] = {value_string(str_of(cases[i].form)), value_integer(0),
                                    value_integer(cases[i].size)};
        struct value value = call(&scanned, "number", arguments);
        tap_eq_i64(value.kind == VALUE_INTEGER ? value.i : -1, cases[i].want, "%s of \"%.*s\"",
                   cases[i].form, STR_ARG(cases[i].data));
        arguments[1] = value_integer(-1);
        tap_eq_i64(call(&scanned, "number", arguments).kind, VALUE_UNDEFINED, "not before it");
        arguments[1] = value_integer((int64_t)cases[i].data.n);
        tap_eq_i64(call(&scanned, "number", arguments).kind, VALUE_UNDEFINED, "not behind it");
        arena_clear(&scanned.arena);
    }
}

int
main(void)
{
    test_kinds();
    test_elf();
    test_pe();
    test_when();
    test_number();
    return tap_done();
}
