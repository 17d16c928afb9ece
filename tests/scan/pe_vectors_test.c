/* SPDX-License-Identifier: Apache-2.0 */
/* What YARA's own tests say of real files: their data, and the fields that their rules state. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/tap.h"
#include "tests/scan/pe_scan.h"

#include <zlib.h>

static const char path[] = "../shared/data/yara-vectors/pe.txt.gz";

/* Of the vector whose rule has this text. A path that ends with ) is a call with one or two
 * arguments, of which numbers start with a digit. Expected is a number unless TEXT is given; one
 * that starts with * is how the value ends. */
struct statement {
    const char *rule, *path, *text;
    int64_t number;
};
static const struct statement statements[] = {
    {"not pe.is_pe", "is_pe", NULL, 0},
    {"number_of_imported_functions == 48", "number_of_imports", NULL, 2},
    {"number_of_imported_functions == 48", "number_of_imported_functions", NULL, 48},
    {"number_of_imported_functions == 48", "imports(KERNEL32.dll,DeleteCriticalSection)", NULL, 1},
    {"number_of_imported_functions == 48", "imports(kernel32.dll)", NULL, 21},
    {"pe.number_of_sections == 7", "number_of_sections", NULL, 7},
    {"pe.linker_version.major == 2", "linker_version.major", NULL, 2},
    {"pe.linker_version.major == 2", "linker_version.minor", NULL, 26},
    {"pe.sections[6].name", "sections[0].name", ".text", 0},
    {"pe.sections[6].name", "sections[6].name", ".tls", 0},
    {"pe.section_index(", "section_index(.text)", NULL, 0},
    {"pe.is_32bit()", "is_32bit()", NULL, 1},
    {"pe.overlay.offset", "overlay.offset", NULL, 0x8000},
    {"pe.overlay.offset", "overlay.size", NULL, 7},
    {"custprof.pdb", "pdb_path",
     "D:\\workspace\\2018_R9_RelBld\\target\\checkout\\custprof\\Release\\custprof.pdb", 0},
    {"ChipTune.dll", "pdb_path", "*/ChipTune/ChipTune/DEBUG/ChipTune.dll", 0},
    {"mtxex.dll", "number_of_exports", NULL, 4},
    {"mtxex.dll", "dll_name", "mtxex.dll", 0},
    {"mtxex.dll", "export_timestamp", NULL, 1827812126},
    {"mtxex.dll", "export_details[0].offset", NULL, 1072},
    {"mtxex.dll", "export_details[0].name", "DllGetClassObject", 0},
    {"mtxex.dll", "export_details[3].rva", NULL, 0x26ca},
    {"mtxex.dll", "export_details[1].forward_name", "COMSVCS.GetObjectContext", 0},
    {"pe.exports(\"saferef\")", "exports(saferef)", NULL, 1},
    {"pe.exports(\"saferef\")", "exports(4)", NULL, 1},
    {"rich_signature.length == 4", "rich_signature.length", NULL, 4},
    {"pe.language(0x09)", "language(9)", NULL, 1},
    {"pe.language(0x09)", "locale(1033)", NULL, 1},
    {"import_details_rva_32_v1_catch", "import_rva(MSVCR100.dll,_initterm)", NULL, 0x3084},
    {"import_details_rva_32_v3_catch", "import_rva(KERNEL32.dll,CloseHandle)", NULL, 0xd10c},
    {"import_details_rva_64_v1_catch", "import_rva(KERNEL32.dll,LoadLibraryExW)", NULL, 0x2118},
    {"delayed_import_details_rva_32_v2", "delayed_import_rva(USER32.dll,MessageBeep)", NULL,
     0x13880},
    {"import_delayed_import_details", "delayed_import_details[0].number_of_functions", NULL, 2},
    {"import_delayed_import_details", "delayed_import_details[0].functions[1].name", "MessageBoxA",
     0},
    {"import_details[1].functions[26]", "import_details[0].functions[20].name", "VirtualQuery", 0},
    {"import_details[1].functions[26]", "import_details[1].functions[26].name", "vfprintf", 0},
    {"zero_length_version_info_value", "number_of_version_infos", NULL, 12},
    {"zero_length_version_info_value", "version_info[Comments]", "", 0},
    {"zero_length_version_info_value", "version_info[SpecialBuild]", "", 0},
    {"section.full_name == \".debug_aranges\"", "sections[9].name", "/4", 0},
    {"section.full_name == \".debug_aranges\"", "sections[9].full_name", ".debug_aranges", 0},
    {"ptimagerw.dll", "import_rva(ptimagerw.dll,ORD4)", NULL, 254924},
    {"ptimagerw.dll", "import_rva(ptPDF417decode.dll,4)", NULL, 254948},
    {"rva_to_offset_weird_sections", "rva_to_offset(4096)", NULL, 1024},
};

static struct value
call(struct module_run *run, str text)
{
    struct value arguments[2] = {0};
    char name[64], letters[3] = "";
    str rest = text, part;
    str_cut(&rest, '(', &part);
    require(str_copy(part, name, sizeof name));
    rest.n--; /* the closing parenthesis */
    for (size_t i = 0; i < 2 && rest.n && str_cut(&rest, ',', &part); i++) {
        uint64_t number = 0;
        bool is_number = str_to_u64(part, INT64_MAX, &number);
        arguments[i] = is_number ? value_integer((int64_t)number) : value_string(part);
        letters[i] = is_number ? 'i' : 's';
    }
    return pe_scan_call(run, name, letters, arguments);
}

static void
check(str data, const struct statement *statement)
{
    struct arena arena = ARENA;
    struct module_run run;
    pe_scan_init(&run, &arena, data);
    str what = str_of(statement->path);
    struct value value =
        str_ends(what, STR(")")) ? call(&run, what) : pe_scan_at(&run, statement->path);
    str text = str_of(statement->text);
    if (text.n && text.p[0] == '*')
        tap_ok(value.kind == VALUE_STRING && str_ends(value.s, str_from(text, 1)), "%s ends as %s",
               statement->path, statement->text);
    else if (text.p)
        tap_ok(value.kind == VALUE_STRING && str_eq(value.s, text), "%s is %s", statement->path,
               statement->text);
    else
        tap_ok(value.kind == VALUE_INTEGER && value.i == statement->number, "%s is %lld",
               statement->path, (long long)statement->number);
    arena_clear(&arena);
}

/* Offsets of exports that lie in no section. */
static void
check_undefined_exports(str data)
{
    static const char *const paths[] = {"export_details[0].offset", "export_details[7].offset",
                                        "export_details[15].offset", "export_details[21].offset"};
    struct arena arena = ARENA;
    struct module_run run;
    pe_scan_init(&run, &arena, data);
    for (size_t i = 0; i < 4; i++)
        tap_ok(pe_scan_at(&run, paths[i]).kind == VALUE_UNDEFINED, "%s is undefined", paths[i]);
    arena_clear(&arena);
}

static int
digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static str
decode(struct arena *arena, str hex)
{
    char *bytes = arena_alloc(arena, hex.n / 2 + 1);
    for (size_t i = 0; i + 1 < hex.n; i += 2)
        bytes[i / 2] = (char)(digit(hex.p[i]) * 16 + digit(hex.p[i + 1]));
    return (str){bytes, hex.n / 2};
}

/* The statements that belong to a line of the vectors; returns how many. */
static size_t
check_line(str line)
{
    struct arena arena = ARENA;
    str kind, rule, data;
    size_t checked = 0;
    if (str_cut(&line, ' ', &kind) && str_eq(kind, STR("M")) && str_cut(&line, ' ', &rule) &&
        str_cut(&line, ' ', &data)) {
        rule = decode(&arena, rule);
        data = decode(&arena, data);
        for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
            if (str_find(rule, str_of(statements[i].rule)) != SIZE_MAX) {
                check(data, &statements[i]);
                checked++;
            }
        if (str_find(rule, STR("rule invalid_offset")) != SIZE_MAX)
            check_undefined_exports(data);
    }
    arena_clear(&arena);
    return checked;
}

int
main(void)
{
    gzFile file = gzopen(path, "rb");
    if (!file) {
        tap_skip("the vectors are not here");
        return tap_done();
    }
    cleanup(buf_clear) struct buf lines = BUF((size_t)64 << 20);
    char piece[65536];
    int n;
    while ((n = gzread(file, piece, sizeof piece)) > 0)
        buf_add(&lines, piece, (size_t)n);
    gzclose(file);
    tap_ok(n == 0 && !lines.full, "the vectors were read");
    str rest = {lines.p, lines.n}, line;
    size_t checked = 0;
    while (str_line(&rest, &line))
        checked += check_line(line);
    tap_ok(checked >= sizeof statements / sizeof statements[0], "every statement was checked");
    return tap_done();
}
