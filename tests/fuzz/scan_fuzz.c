/* SPDX-License-Identifier: Apache-2.0 */
/* Data: fixed rules of all kinds say the same of it with every match kept and without, and twice.
 */
#include "base/require.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char source[] =
    "import \"pe\" import \"elf\" import \"dotnet\" import \"math\" import \"hash\"\n"
    "rule texts { strings: $a = \"This program\" nocase wide ascii $b = \"MZ\" xor\n"
    "  $c = \"kernel32\" base64 base64wide $d = \"a\" fullword wide condition: 2 of them }\n"
    "rule hex { strings: $a = { 4d 5a [0-300] 50 45 } $b = { 7f 45 [2-4] (01 | 02 03) ?? 0? }\n"
    "  $c = { 00 [-] 01 [1-] 02 } condition: #a + #b > 1 or @c[2] < filesize or !c > 5 }\n"
    "rule regex { strings: $a = /[a-z]+\\.dll/i wide ascii $b = /(ab|a.*c){2,5}/s\n"
    "  $c = /.text|\\x00[^\\x00]{3}\\x00/ condition: for any i in (1..#a) : (@a[i] > @b) or $c at "
    "60 }\n"
    "rule portable { condition: pe.is_pe and (for any s in pe.sections : (s.name contains \"t\")\n"
    "  or pe.imphash() == \"\" or pe.exports(/a/) or pe.rich_signature.version(1) > 0\n"
    "  or for any k, v in pe.version_info : (k == v) or pe.number_of_signatures > 0\n"
    "  or pe.imports(\"kernel32.dll\") > 3 or pe.locale(1) or pe.entry_point_raw == 5) }\n"
    "rule unix { condition: elf.type == elf.ET_EXEC or for any s in elf.sections : (s.size > 9)\n"
    "  or for any y in elf.dynsym : (y.name == \"x\") or elf.telfhash() == \"\" }\n"
    "rule net { condition: dotnet.is_dotnet and (dotnet.number_of_streams > 2\n"
    "  or for any u in dotnet.user_strings : (u contains \"a\")\n"
    "  or for any c in dotnet.classes : (c.name == \"\")) }\n"
    "rule numbers { condition: math.entropy(0, filesize) > 4.0 or hash.md5(0, 8) == \"\"\n"
    "  or math.mean(4, 90) < 3.0 or hash.crc32(1, 4) % 7 == 3 or math.serial_correlation(0, 64) > "
    "0.5\n"
    "  or uint32be(uint8(3)) \\ int16(2) == 1 or for all i in (0..8) : (uint8(i) < 128) }\n"
    "rule rules { condition: any of (t*, h*) and not portable or 2 of (regex, numbers) }\n";

static struct scan_rules *
compile(void)
{
    struct yara_options options = {0};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules = NULL;
    struct err err;
    require(compiler_read(compiler, "fuzz", (str){NULL, 0}, STR(source), &err) == OK);
    require(scan_rules_of_compiler(compiler, &rules, &err) == OK);
    return rules;
}

static void
check_matches(const struct scan *scan, size_t rule, size_t size)
{
    struct scan_cursor cursor = {0};
    struct scan_match match;
    while (scan_next_match(scan, rule, &cursor, &match))
        require(match.offset <= size && match.length <= size - match.offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scan_rules *rules;
    static struct scan *all, *quick;
    if (!rules) {
        struct scan_options every = {.every_match = true}, few = {0};
        rules = compile();
        all = scan_new(rules, &every);
        quick = scan_new(rules, &few);
    }
    str bytes = {(const char *)data, size};
    struct err err;
    require(scan_data(all, bytes, &err) == OK);
    for (unsigned twice = 0; twice < 2; twice++) {
        require(scan_data(quick, bytes, &err) == OK);
        for (size_t i = 0; i < scan_rule_count(rules); i++)
            require(scan_holds(all, i) == scan_holds(quick, i));
    }
    for (size_t i = 0; i < scan_rule_count(rules); i++)
        check_matches(all, i, size);
    return 0;
}
