/* SPDX-License-Identifier: Apache-2.0 */
/* The module pe on images that are made here, part by part; hashes are those of md5sum. */
#include "base/tap.h"
#include "scan/pe/pe_file.h"
#include "tests/scan/pe_image.h"
#include "tests/scan/pe_scan.h"

#define INTEGER(n) value_integer(n)
#define TEXT(text) value_string(str_of(text))

/* An image and the module's run over it. */
struct scan {
    struct image image;
    struct arena arena;
    struct module_run run;
};

static void
scan_start(struct scan *scan)
{
    scan->arena = ARENA;
    pe_scan_init(&scan->run, &scan->arena, (str){scan->image.bytes, scan->image.size});
}

static void
scan_end(struct scan *scan)
{
    arena_clear(&scan->arena);
}

static void
check_integer(struct scan *scan, const char *path, int64_t want)
{
    struct value value = pe_scan_at(&scan->run, path);
    tap_ok(value.kind == VALUE_INTEGER && value.i == want, "%s is %lld", path, (long long)want);
}

static void
check_text(struct scan *scan, const char *path, str want)
{
    struct value value = pe_scan_at(&scan->run, path);
    tap_ok(value.kind == VALUE_STRING && str_eq(value.s, want), "%s is %.*s", path, STR_ARG(want));
}

static void
check_undefined(struct scan *scan, const char *path)
{
    tap_ok(pe_scan_at(&scan->run, path).kind == VALUE_UNDEFINED, "%s is undefined", path);
}

/* WANT below 0 stands for undefined. */
static void
check_call(struct scan *scan, const char *name, const char *letters, struct value a, struct value b,
           struct value c, int64_t want)
{
    const struct value arguments[] = {a, b, c};
    struct value value = pe_scan_call(&scan->run, name, letters, arguments);
    bool good =
        want < 0 ? value.kind == VALUE_UNDEFINED : value.kind == VALUE_INTEGER && value.i == want;
    tap_ok(good, "%s(%s) is %lld", name, letters, (long long)want);
}

static void
check_call1(struct scan *scan, const char *name, const char *letters, struct value a, int64_t want)
{
    check_call(scan, name, letters, a, value_undefined(), value_undefined(), want);
}

static void
check_call2(struct scan *scan, const char *name, const char *letters, struct value a,
            struct value b, int64_t want)
{
    check_call(scan, name, letters, a, b, value_undefined(), want);
}

static void
check_imphash(struct scan *scan, const char *want)
{
    struct value value = pe_scan_call(&scan->run, "imphash", "", NULL);
    tap_ok(value.kind == VALUE_STRING, "there is an import hash");
    tap_eq_str(value.s, str_of(want), "it is that of the imports");
}

static void
test_not_pe(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    struct pe_file pe;
    size_t shortest = IMAGE_HEADER + 24 + 224;
    tap_ok(!pe_file_open(&pe, (str){scan.image.bytes, shortest - 1}), "cut headers are no PE");
    tap_ok(pe_file_open(&pe, (str){scan.image.bytes, shortest}), "headers alone are a PE");
    tap_ok(pe.sections_cut && pe.section_count == 0, "whose sections are missing");
    scan.image.size = shortest - 1;
    scan_start(&scan);
    check_integer(&scan, "is_pe", 0);
    check_undefined(&scan, "machine");
    check_undefined(&scan, "rich_signature.offset");
    check_undefined(&scan, "number_of_imports");
    check_undefined(&scan, "sections[0].name");
    check_call1(&scan, "is_dll", "", INTEGER(0), -1);
    check_call1(&scan, "exports", "s", TEXT("x"), -1);
    check_call2(&scan, "imports", "ss", TEXT("x"), TEXT("x"), -1);
    tap_ok(pe_scan_call(&scan.run, "imphash", "", NULL).kind == VALUE_UNDEFINED,
           "no import hash without a PE");
    scan_end(&scan);
    image_init(&scan.image, false);
    image_put(&scan.image, IMAGE_HEADER + 4, 0x1234, 2);
    tap_ok(pe_file_open(&pe, (str){scan.image.bytes, IMAGE_END}), "any machine will do");
    image_put(&scan.image, 60, 0xfffffff0, 4);
    tap_ok(!pe_file_open(&pe, (str){scan.image.bytes, IMAGE_END}), "a header before the data");
}

static void
test_process(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    scan_start(&scan);
    scan.run.is_process = true;
    check_integer(&scan, "entry_point", IMAGE_CODE + 0x10);
    check_call1(&scan, "section_index", "i", INTEGER(IMAGE_CODE + 1), 0);
    scan_end(&scan);
    image_put(&scan.image, IMAGE_HEADER + 22, 0x2000, 2);
    scan_start(&scan);
    check_call1(&scan, "is_dll", "", INTEGER(0), 0x2000);
    scan_end(&scan);
    scan_start(&scan);
    scan.run.is_process = true;
    check_integer(&scan, "is_pe", 0);
    scan_end(&scan);
}

static void
test_headers(void)
{
    struct scan scan;
    for (int is_64bit = 0; is_64bit < 2; is_64bit++) {
        image_init(&scan.image, is_64bit);
        image_put(&scan.image, image_optional(is_64bit ? 72 : 76), 0x123456789, is_64bit ? 8 : 4);
        image_put(&scan.image, image_optional(2), 0x0c0e, 2);
        image_put(&scan.image, image_optional(48), 0x00020006, 4);
        scan_start(&scan);
        check_integer(&scan, "is_pe", 1);
        check_integer(&scan, "machine", is_64bit ? 0x8664 : 0x14c);
        check_integer(&scan, "opthdr_magic", is_64bit ? 0x20b : 0x10b);
        check_integer(&scan, "entry_point", 0x410);
        check_integer(&scan, "entry_point_raw", IMAGE_CODE + 0x10);
        check_integer(&scan, "image_base", 0x400000);
        check_integer(&scan, is_64bit ? "size_of_stack_reserve" : "size_of_stack_commit",
                      is_64bit ? 0x123456789 : 0x23456789);
        check_integer(&scan, "linker_version.major", 14);
        check_integer(&scan, "linker_version.minor", 12);
        check_integer(&scan, "subsystem_version.major", 6);
        check_integer(&scan, "subsystem_version.minor", 2);
        check_integer(&scan, "data_directories[15].size", 0);
        check_undefined(&scan, "data_directories[16].size");
        check_integer(&scan, "number_of_sections", 2);
        check_call1(&scan, "is_64bit", "", INTEGER(0), is_64bit);
        check_call1(&scan, "is_32bit", "", INTEGER(0), !is_64bit);
        struct value data = pe_scan_at(&scan.run, "base_of_data");
        tap_ok((data.kind == VALUE_UNDEFINED) == is_64bit, "PE32+ has no base of data");
        scan_end(&scan);
    }
}

static void
test_sections(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    struct image *image = &scan.image;
    memcpy(image->bytes + image_section(image, 0), "a\0b\0\0\0\0", 8);
    memcpy(image->bytes + image_section(image, 1), "/7\0\0\0\0\0", 8);
    image_put(image, IMAGE_HEADER + 12, IMAGE_END - 64, 4); /* symbols: 2 of 18 bytes */
    image_put(image, IMAGE_HEADER + 16, 2, 4);
    memcpy(image->bytes + IMAGE_END - 64 + 36 + 7, ".debug_info", 12);
    scan_start(&scan);
    check_text(&scan, "sections[0].name", (str){"a\0b", 3});
    check_text(&scan, "sections[1].name", STR("/7"));
    check_text(&scan, "sections[1].full_name", STR(".debug_info"));
    check_integer(&scan, "sections[1].raw_data_offset", 0x600);
    check_integer(&scan, "sections[0].virtual_size", 0x1f0);
    check_undefined(&scan, "sections[2].name");
    check_call1(&scan, "section_index", "s", TEXT("a"), 0);
    check_call1(&scan, "section_index", "s", TEXT("/7"), 1);
    check_call1(&scan, "section_index", "s", TEXT(".debug_info"), -1);
    check_call1(&scan, "section_index", "i", INTEGER(0x600), 1);
    check_call1(&scan, "section_index", "i", INTEGER(0x3ff), -1);
    check_integer(&scan, "overlay.offset", 0);
    check_integer(&scan, "overlay.size", 0);
    scan_end(&scan);
    image->size = IMAGE_END + 7;
    image->bytes[IMAGE_END - 64 + 36 + 9] = 1;
    scan_start(&scan);
    check_undefined(&scan, "sections[1].full_name");
    check_integer(&scan, "overlay.offset", IMAGE_END);
    check_integer(&scan, "overlay.size", 7);
    scan_end(&scan);
}

static void
check_offset(const struct image *image, uint64_t rva, int64_t want, const char *why)
{
    struct pe_file pe;
    size_t offset = 0;
    require(pe_file_open(&pe, (str){image->bytes, image->size}));
    bool found = pe_offset(&pe, rva, &offset);
    tap_ok(found == (want >= 0) && (!found || (int64_t)offset == want), "%s", why);
}

static void
test_offsets(void)
{
    struct image image;
    image_init(&image, false);
    check_offset(&image, 0x10, 0x10, "what comes before the sections is mapped as it stands");
    check_offset(&image, IMAGE_CODE, 0x400, "a section's first byte");
    check_offset(&image, IMAGE_CODE + 0x1ff, 0x5ff,
                 "the last of its raw data, though in no memory");
    check_offset(&image, IMAGE_CODE + 0x200, -1, "nothing behind it");
    check_offset(&image, UINT64_C(1) << 32 | IMAGE_CODE, -1, "an address of more than 32 bits");
    image_put(&image, image_section(&image, 1) + 16, 0x100, 4);
    check_offset(&image, IMAGE_DATA + 0x100, -1, "memory without raw data");
    image_put(&image, image_section(&image, 0) + 20, 0x4f0, 4);
    check_offset(&image, IMAGE_CODE, 0x400, "an offset is rounded down to a sector");
    image_put(&image, image_optional(36), 0x20, 4);
    check_offset(&image, IMAGE_CODE, 0x400, "… whatever the alignment, when sections are pages");
    image_put(&image, image_optional(32), 0x20, 4);
    check_offset(&image, IMAGE_CODE, 0x4e0, "… else to the alignment");
    image_put(&image, image_section(&image, 1) + 12, IMAGE_CODE, 4);
    check_offset(&image, IMAGE_CODE, 0x600, "of two sections with an address the last counts");
    image_put(&image, IMAGE_HEADER + 6, 0xffff, 2);
    image.size = image_section(&image, 95);
    check_offset(&image, IMAGE_CODE, -1, "no address when the table of sections is cut");
}

static void
test_entry_point(void)
{
    struct image image;
    image_init(&image, false);
    str data = {image.bytes, image.size};
    uint64_t at = 1;
    tap_ok(pe_entry_point(data, &at) && at == 0x410, "entrypoint is an offset");
    tap_ok(pe_entry_point_memory(data, 0x10000, &at) && at == 0x10000 + IMAGE_CODE + 0x10,
           "or an address");
    image_put(&image, IMAGE_HEADER + 22, 0x2000, 2);
    tap_ok(!pe_entry_point_memory(data, 0, &at), "not of a library");
    image_put(&image, IMAGE_HEADER + 6, 60, 2);
    tap_ok(pe_entry_point((str){image.bytes, image_section(&image, 3)}, &at) && at == 0,
           "0 when the sections are cut");
    image_put(&image, IMAGE_HEADER + 4, 0x1c0, 2);
    tap_ok(!pe_entry_point(data, &at), "none for another machine");
}

static void
put_rich(struct image *image, uint32_t key)
{
    static const uint32_t words[] = {0x536e6144, 0, 0, 0, 0x00ab9d1b, 7, 0x00019d1b, 3};
    for (size_t i = 0; i < 8; i++)
        image_put(image, 64 + 4 * i, words[i] ^ key, 4);
    memcpy(image->bytes + 96, "Rich", 4);
    image_put(image, 100, key, 4);
}

static void
test_rich(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    put_rich(&scan.image, 0x89abcdef);
    scan_start(&scan);
    check_integer(&scan, "rich_signature.offset", 64);
    check_integer(&scan, "rich_signature.length", 32);
    check_integer(&scan, "rich_signature.key", 0x89abcdef);
    check_text(&scan, "rich_signature.version_data", (str){"\x1b\x9d\xab\0\x1b\x9d\x01\0", 8});
    check_text(&scan, "rich_signature.raw_data", (str){scan.image.bytes + 64, 32});
    struct value clear = pe_scan_at(&scan.run, "rich_signature.clear_data");
    tap_ok(clear.s.n == 32 && memcmp(clear.s.p, "DanS\0\0\0\0", 8) == 0, "cleared of its key");
    const struct shape *shape = NULL;
    for (size_t i = 0; i < scan.run.module->shape.count; i++)
        if (scan.run.module->shape.fields[i].name &&
            strcmp(scan.run.module->shape.fields[i].name, "rich_signature") == 0)
            shape = scan.run.module->shape.fields[i].shape;
    const struct overload *version = shape->fields[shape_find(shape, STR("version"))].overloads;
    const struct overload *tool = shape->fields[shape_find(shape, STR("toolid"))].overloads;
    const struct value any[] = {INTEGER(0x9d1b), INTEGER(1)},
                       one[] = {INTEGER(0xab), INTEGER(0x9d1b)};
    tap_eq_i64(version[0].call(&scan.run, NULL, any).i, 10, "times of a version");
    tap_eq_i64(version[1].call(&scan.run, NULL, any).i, 3, "of a version and tool");
    tap_eq_i64(tool[0].call(&scan.run, NULL, one).i, 7, "of a tool");
    tap_eq_i64(tool[1].call(&scan.run, NULL, one).i, 7, "of a tool and version");
    scan_end(&scan);
    put_rich(&scan.image, 0);
    scan_start(&scan);
    check_undefined(&scan, "rich_signature.offset");
    scan_end(&scan);
}

static const struct image_library libraries[] = {
    {"KERNEL32.dll", {{"ExitProcess", 0}, {"not a name", 0}, {NULL, 77}}},
    {"bad|name.dll", {{"Lost", 0}}},
    {"empty.dll", {{NULL, 0}}},
    {"WS2_32.dll", {{NULL, 23}}},
    {"my.lib.DLL", {{"Run", 0}}},
};

static void
check_imports(struct scan *scan)
{
    size_t pointer = scan->image.is_64bit ? 8 : 4;
    check_integer(scan, "number_of_imports", 3);
    check_integer(scan, "number_of_imported_functions", 4);
    check_text(scan, "import_details[0].library_name", STR("KERNEL32.dll"));
    check_integer(scan, "import_details[0].number_of_functions", 2);
    check_text(scan, "import_details[0].functions[0].name", STR("ExitProcess"));
    check_undefined(scan, "import_details[0].functions[0].ordinal");
    check_text(scan, "import_details[0].functions[1].name", STR("ord77"));
    check_integer(scan, "import_details[0].functions[1].ordinal", 77);
    check_integer(scan, "import_details[0].functions[1].rva", (int64_t)(0x4000 + 2 * pointer));
    check_text(scan, "import_details[1].functions[0].name", STR("socket"));
    check_undefined(scan, "import_details[0].functions[2].name");
    check_call2(scan, "imports", "ss", TEXT("kernel32.DLL"), TEXT("exitprocess"), 1);
    check_call2(scan, "imports", "ss", TEXT("kernel32.dll"), TEXT("Run"), 0);
    check_call2(scan, "imports", "ss", TEXT("ws2_32.dll"), TEXT("socket"), 1);
    check_call2(scan, "imports", "si", TEXT("ws2_32.dll"), INTEGER(23), 1);
    check_call2(scan, "imports", "si", TEXT("ws2_32.dll"), INTEGER(0x10017), 0);
    check_call2(scan, "imports", "si", TEXT("kernel32.dll"), INTEGER(0), 0);
    check_call1(scan, "imports", "s", TEXT("kernel32.dll"), 2);
    check_call1(scan, "imports", "s", TEXT("empty.dll"), 0);
    struct value any = {.kind = VALUE_REGEX, .regex = 0}, none = {.kind = VALUE_REGEX, .regex = 1};
    check_call2(scan, "imports", "rr", any, any, 4);
    check_call2(scan, "imports", "rr", any, none, 0);
    check_call(scan, "imports", "iss", INTEGER(2), TEXT("kernel32.dll"), TEXT("ExitProcess"), 0);
    check_call(scan, "imports", "iss", INTEGER(-1), TEXT("kernel32.dll"), TEXT("ExitProcess"), 1);
    check_call2(scan, "import_rva", "ss", TEXT("my.lib.dll"), TEXT("RUN"), 0x4400);
    check_call2(scan, "import_rva", "si", TEXT("kernel32.dll"), INTEGER(77),
                (int64_t)(0x4000 + 2 * pointer));
    check_call2(scan, "import_rva", "ss", TEXT("my.lib.dll"), TEXT("Walk"), -1);
    check_imphash(scan, "1086aa4aa63a305fe6f81d83b3a997fc");
}

static void
test_imports(void)
{
    struct scan scan;
    for (int is_64bit = 0; is_64bit < 2; is_64bit++) {
        image_init(&scan.image, is_64bit);
        image_imports(&scan.image, libraries, sizeof libraries / sizeof libraries[0]);
        scan_start(&scan);
        check_imports(&scan);
        scan_end(&scan);
    }
    image_init(&scan.image, false);
    scan_start(&scan);
    check_integer(&scan, "number_of_imports", 0);
    check_imphash(&scan, "d41d8cd98f00b204e9800998ecf8427e");
    scan_end(&scan);
}

static void
test_delayed(void)
{
    static const struct image_library library = {"user32.dll",
                                                 {{"MessageBoxA", 0}, {NULL, 9}, {"any name", 0}}};
    struct scan scan;
    for (int kind = 0; kind < 3; kind++) { /* 32 bits, the same with addresses, 64 bits */
        image_init(&scan.image, kind == 2);
        image_delayed(&scan.image, &library, kind == 1 ? 0x400000 : 0);
        scan_start(&scan);
        check_integer(&scan, "number_of_delayed_imports", 1);
        check_integer(&scan, "number_of_delayed_imported_functions", 3);
        check_text(&scan, "delayed_import_details[0].library_name", STR("user32.dll"));
        check_text(&scan, "delayed_import_details[0].functions[2].name", STR("any name"));
        check_integer(&scan, "delayed_import_details[0].functions[1].ordinal", 9);
        check_call(&scan, "imports", "iss", INTEGER(2), TEXT("USER32.DLL"), TEXT("MessageBoxA"), 1);
        check_call(&scan, "imports", "isi", INTEGER(2), TEXT("user32.dll"), INTEGER(9), 1);
        check_call2(&scan, "imports", "is", INTEGER(3), TEXT("user32.dll"), 3);
        check_call2(&scan, "imports", "ss", TEXT("user32.dll"), TEXT("MessageBoxA"), 0);
        int64_t rva = pe_scan_at(&scan.run, "delayed_import_details[0].functions[1].rva").i;
        tap_ok(rva > IMAGE_DATA, "a place in the table of addresses");
        check_call2(&scan, "delayed_import_rva", "si", TEXT("user32.dll"), INTEGER(9), rva);
        scan_end(&scan);
    }
}

static void
test_many_imports(void)
{
    /* Every library's table is the same one, to its end full of one name. */
    struct scan scan;
    image_init(&scan.image, false);
    struct image *image = &scan.image;
    uint32_t table = image_room(image, 20 * 200), name = image_text(image, "a.dll");
    uint32_t hint = image_hint(image, "f"), thunks = image_room(image, 4);
    for (size_t at = image_at(thunks); at + 4 <= IMAGE_END; at += 4)
        image_put(image, at, hint, 4);
    for (size_t i = 0; i < 199; i++) {
        image_put(image, image_at(table) + 20 * i, thunks, 4);
        image_put(image, image_at(table) + 20 * i + 12, name, 4);
    }
    image_directory(image, 1, table, 20 * 200);
    scan_start(&scan);
    check_integer(&scan, "number_of_imported_functions", 16384);
    check_call1(&scan, "imports", "s", TEXT("A.DLL"), 16384);
    check_call2(&scan, "imports", "ss", TEXT("a.dll"), TEXT("F"), 1);
    scan_end(&scan);
}

/* Three addresses from ordinal 5; names for the third and first; the second is a forward. */
static void
put_exports(struct image *image)
{
    uint32_t table = image_room(image, 40), name = image_text(image, "lib.dll");
    uint32_t second = image_text(image, "Second"), first = image_text(image, "First");
    uint32_t forward = image_text(image, "other.Function");
    uint32_t addresses = image_room(image, 12), names = image_room(image, 8);
    uint32_t ordinals = image_room(image, 6);
    const uint32_t numbers[] = {0, 1234, 0, name, 5, 3, 2, addresses, names, ordinals};
    for (size_t i = 0; i < 10; i++)
        image_put(image, image_at(table) + 4 * i, numbers[i], 4);
    image_put(image, image_at(addresses), IMAGE_CODE + 8, 4);
    image_put(image, image_at(addresses) + 4, forward, 4);
    image_put(image, image_at(addresses) + 8, 0x900000, 4);
    image_put(image, image_at(names), second, 4);
    image_put(image, image_at(names) + 4, first, 4);
    image_put(image, image_at(ordinals), 2, 2);
    image_put(image, image_at(ordinals) + 2, 0, 2);
    image_directory(image, 0, table, addresses - table);
}

static void
test_exports(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    put_exports(&scan.image);
    scan_start(&scan);
    check_integer(&scan, "number_of_exports", 3);
    check_integer(&scan, "export_timestamp", 1234);
    check_text(&scan, "dll_name", STR("lib.dll"));
    check_text(&scan, "export_details[0].name", STR("First"));
    check_integer(&scan, "export_details[0].ordinal", 5);
    check_integer(&scan, "export_details[0].offset", 0x408);
    check_text(&scan, "export_details[1].forward_name", STR("other.Function"));
    check_undefined(&scan, "export_details[1].name");
    check_undefined(&scan, "export_details[1].offset");
    check_text(&scan, "export_details[2].name", STR("Second"));
    check_undefined(&scan, "export_details[2].offset");
    check_integer(&scan, "export_details[2].rva", 0x900000);
    check_call1(&scan, "exports", "s", TEXT("SECOND"), 1);
    check_call1(&scan, "exports", "s", TEXT("Third"), 0);
    check_call1(&scan, "exports_index", "s", TEXT("second"), 2);
    check_call1(&scan, "exports_index", "s", TEXT("third"), -1);
    check_call1(&scan, "exports", "r", (struct value){.kind = VALUE_REGEX}, 1);
    check_call1(&scan, "exports", "i", INTEGER(6), 0); /* beyond the count, as in libyara */
    check_call1(&scan, "exports_index", "i", INTEGER(6), -1);
    scan_end(&scan);
    image_put(&scan.image, image_at(IMAGE_DATA) + 16, 1, 4);
    scan_start(&scan);
    check_call1(&scan, "exports", "i", INTEGER(3), 1);
    check_call1(&scan, "exports_index", "i", INTEGER(3), 2);
    check_call1(&scan, "exports", "i", INTEGER(0), 0);
    scan_end(&scan);
}

/* A directory of COUNT entries behind the last one; returns where its entries start. */
static size_t
put_directory(struct image *image, uint32_t named, uint32_t count, uint32_t *ret_rva)
{
    *ret_rva = image_room(image, 16 + 8 * count);
    image_put(image, image_at(*ret_rva) + 12, named, 2);
    image_put(image, image_at(*ret_rva) + 14, count - named, 2);
    return image_at(*ret_rva) + 16;
}

static void
put_entry(struct image *image, size_t at, uint32_t name, uint32_t target)
{
    image_put(image, at, name, 4);
    image_put(image, at + 4, target, 4);
}

static uint32_t
put_wide(struct image *image, const char *text)
{
    uint32_t rva = image_room(image, (uint32_t)(2 * strlen(text) + 2));
    for (size_t i = 0; i < strlen(text); i++)
        image_put(image, image_at(rva) + 2 * i, (uint8_t)text[i], 2);
    return rva;
}

/* A block of a version resource: its head and key; the length is put in by close_block. */
static uint32_t
open_block(struct image *image, const char *key, uint16_t value_length)
{
    uint32_t rva = image_room(image, 6);
    image_put(image, image_at(rva) + 2, value_length, 2);
    for (size_t i = 0; i <= strlen(key); i++)
        image_put(image, image_at(rva) + 6 + 2 * i, (uint8_t)key[i], 2);
    image->next = rva + 6 + 2 * ((uint32_t)strlen(key) + 1);
    return rva;
}

static void
close_block(struct image *image, uint32_t rva)
{
    image_put(image, image_at(rva), image->next - rva, 2);
}

static void
put_string(struct image *image, const char *key, const char *value)
{
    uint32_t block = open_block(image, key, (uint16_t)(*value ? strlen(value) + 1 : 0));
    put_wide(image, *value ? value : "left over");
    close_block(image, block);
}

static uint32_t
put_version(struct image *image)
{
    uint32_t rva = open_block(image, "VS_VERSION_INFO", 52);
    image_room(image, 52);
    uint32_t other = open_block(image, "VarFileInfo", 0);
    image_room(image, 8);
    close_block(image, other);
    uint32_t strings = open_block(image, "StringFileInfo", 0);
    uint32_t table = open_block(image, "040904b0", 0);
    put_string(image, "CompanyName", "Nobody");
    put_string(image, "Comments", "");
    put_string(image, "CompanyName", "Somebody");
    close_block(image, table);
    close_block(image, strings);
    close_block(image, rva);
    return rva;
}

/* Type 16 / id 1 / language 0x409: a version; type "AB" with data at once; type 10 whose directory
 * has an entry, a zero entry and one that is never reached. */
static void
put_resources(struct image *image)
{
    uint32_t root, types, names, others;
    size_t entries = put_directory(image, 1, 3, &root);
    size_t type = put_directory(image, 0, 1, &types), name = put_directory(image, 0, 1, &names);
    size_t other = put_directory(image, 0, 3, &others);
    uint32_t text = image_room(image, 6), leaf = image_room(image, 16);
    uint32_t version_leaf = image_room(image, 16);
    memcpy(image->bytes + image_at(text), "\2\0A\0B", 6);
    image_put(image, image_at(leaf), 0x700000, 4);
    image_put(image, image_at(leaf) + 4, 99, 4);
    put_entry(image, entries, 0x80000000 | (text - root), leaf - root);
    put_entry(image, entries + 8, 10, 0x80000000 | (others - root));
    put_entry(image, entries + 16, 16, 0x80000000 | (types - root));
    put_entry(image, other, 3, leaf - root);
    put_entry(image, other + 16, 4, leaf - root);
    put_entry(image, type, 1, 0x80000000 | (names - root));
    put_entry(image, name, 0x409, version_leaf - root);
    uint32_t version = put_version(image);
    image_put(image, image_at(version_leaf), version, 4);
    image_put(image, image_at(version_leaf) + 4, image->next - version, 4);
    image_put(image, image_at(root) + 4, 4321, 4);
    image_put(image, image_at(root) + 8, 7, 2);
    image_directory(image, 2, root, 0x400);
}

static void
test_resources(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    put_resources(&scan.image);
    scan_start(&scan);
    check_integer(&scan, "resource_timestamp", 4321);
    check_integer(&scan, "resource_version.major", 7);
    check_integer(&scan, "number_of_resources", 3);
    check_text(&scan, "resources[0].type_string", (str){"A\0B\0", 4});
    check_undefined(&scan, "resources[0].type");
    check_undefined(&scan, "resources[0].id");
    check_undefined(&scan, "resources[0].offset");
    check_integer(&scan, "resources[0].length", 99);
    check_integer(&scan, "resources[1].type", 10);
    check_integer(&scan, "resources[1].id", 3);
    check_undefined(&scan, "resources[1].language");
    check_integer(&scan, "resources[2].type", 16);
    check_integer(&scan, "resources[2].language", 0x409);
    check_undefined(&scan, "resources[2].language_string");
    check_call1(&scan, "locale", "i", INTEGER(0x409), 1);
    check_call1(&scan, "locale", "i", INTEGER(9), 0);
    check_call1(&scan, "language", "i", INTEGER(9), 1);
    check_integer(&scan, "number_of_version_infos", 3);
    check_text(&scan, "version_info[CompanyName]", STR("Somebody"));
    check_text(&scan, "version_info[Comments]", STR(""));
    check_undefined(&scan, "version_info[comments]");
    check_text(&scan, "version_info_list[0].value", STR("Nobody"));
    check_text(&scan, "version_info_list[1].key", STR("Comments"));
    scan_end(&scan);
}

/* A directory whose only kind of entry leads back to itself: bounded, not endless. */
static void
test_resource_loop(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    uint32_t root;
    size_t entries = put_directory(&scan.image, 0, 500, &root);
    for (size_t i = 0; i < 500; i++)
        put_entry(&scan.image, entries + 8 * i, 1, 0x80000000);
    image_directory(&scan.image, 2, root, 100);
    scan_start(&scan);
    tap_ok(pe_scan_at(&scan.run, "number_of_resources").i <= 65536, "a loop of resources ends");
    scan_end(&scan);
}

static void
test_debug(void)
{
    static const struct {
        const char *mark;
        uint32_t head;
    } kinds[] = {{"NB10", 16}, {"RSDS", 24}, {"MTOC", 20}};
    for (size_t i = 0; i < 3; i++)
        for (int raw = 0; raw < 2; raw++) {
            struct scan scan;
            image_init(&scan.image, false);
            uint32_t table = image_room(&scan.image, 56);
            uint32_t record = image_room(&scan.image, kinds[i].head + 8);
            memcpy(scan.image.bytes + image_at(record), kinds[i].mark, 4);
            memcpy(scan.image.bytes + image_at(record) + kinds[i].head, "a.pdb", 6);
            image_put(&scan.image, image_at(table) + 12, 1, 4);
            image_put(&scan.image, image_at(table) + 40, 2, 4);
            image_put(&scan.image, image_at(table) + 48, raw ? 0x900000 : record, 4);
            image_put(&scan.image, image_at(table) + 52, raw ? image_at(record) : 0, 4);
            image_directory(&scan.image, 6, table, 60);
            scan_start(&scan);
            check_text(&scan, "pdb_path", STR("a.pdb"));
            scan_end(&scan);
        }
}

static void
test_checksum(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    image_put(&scan.image, image_optional(64), 0xdeadbeef, 4);
    for (size_t i = 0; i < 64; i++)
        scan.image.bytes[0x400 + i] = (char)(i * 37);
    scan.image.size = IMAGE_END - 1;
    uint32_t sum = 0; /* word by word of 16 bits, as Windows does it */
    for (size_t i = 0; i < scan.image.size; i += 2) {
        bool own = i == image_optional(64) || i == image_optional(66);
        sum += own ? 0 : pe_u16(scan.image.bytes + i);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    scan_start(&scan);
    check_call1(&scan, "calculate_checksum", "", INTEGER(0), (int64_t)(sum + scan.image.size));
    scan_end(&scan);
}

/* Everything at once, cut at every length: nothing is read past the end (a sanitizer sees it). */
static void
test_cut(void)
{
    struct scan scan;
    image_init(&scan.image, false);
    put_rich(&scan.image, 0x11111111);
    image_imports(&scan.image, libraries, sizeof libraries / sizeof libraries[0]);
    image_delayed(&scan.image, &libraries[0], 0);
    put_exports(&scan.image);
    put_resources(&scan.image);
    size_t full = image_at(scan.image.next);
    for (size_t size = 0; size < full; size++) {
        char *exact = malloc(size ? size : 1);
        require(exact);
        memcpy(exact, scan.image.bytes, size);
        struct arena arena = ARENA;
        struct module_run run;
        pe_scan_init(&run, &arena, (str){exact, size});
        for (size_t i = 0; i < run.module->shape.count; i++)
            module_load(&run, run.module->shape.fields[i].group);
        arena_clear(&arena);
        free(exact);
    }
    tap_ok(true, "cut at each of %zu lengths", full);
}

static void
test_tables(void)
{
    const struct module *module = module_find(STR("pe"));
    tap_ok(module != NULL, "the module is listed");
    size_t count = 0;
    for (const struct constant *c = module->constants; c->name; c++) {
        for (const struct constant *other = module->constants; other != c; other++)
            require(strcmp(c->name, other->name) != 0);
        require(shape_find(&module->shape, str_of(c->name)) == SIZE_MAX);
        count++;
    }
    tap_eq_i64(count, 171, "as many constants as libyara 4.5 has, all different");
}

int
main(void)
{
    test_not_pe();
    test_process();
    test_headers();
    test_sections();
    test_offsets();
    test_entry_point();
    test_rich();
    test_imports();
    test_delayed();
    test_many_imports();
    test_exports();
    test_resources();
    test_resource_loop();
    test_debug();
    test_checksum();
    test_cut();
    test_tables();
    return tap_done();
}
