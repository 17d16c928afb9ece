/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: what goes in comes out, and nothing opens that is not what its maker signed. */
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "scan/scan.h"

#include <stdio.h>

static const char *folder;
static uint8_t public_key[SIGN_PUBLIC], secret_key[SIGN_SECRET], other_key[SIGN_PUBLIC];
static struct buf refusals = BUF(1 << 16);

static const char *
path_of(const char *name)
{
    static char path[PATH_TEXT];
    require(path_join(path, folder, name, NULL) == OK);
    return path;
}

/* ---- building ---- */

struct file {
    const char *path, *content;
};

static void
note_refused(void *context, const struct pack_fault *fault)
{
    (void)context;
    buf_printf(&refusals, "%s:%zu: %s\n", fault->file, fault->line, fault->reason);
}

static struct pack_build *
build_of(const struct file *files, size_t count)
{
    struct pack_build_options options = {.refused = note_refused};
    struct pack_build *build = pack_build_new(&options);
    struct err err;
    buf_reset(&refusals);
    for (enum pack_pass pass = 0; pass < PACK_PASSES; pass++)
        for (size_t i = 0; i < count; i++) {
            struct pack_input input = {files[i].path, files[i].path, str_of(files[i].content)};
            if (pack_build_wants(pass, input.path))
                require(pack_build_read(build, pass, &input, &err) == OK);
        }
    return build;
}

static void
write_pack(const char *name, struct pack_build *build, uint64_t version, bool sign)
{
    struct pack_write_options options = {version, sign ? secret_key : NULL};
    struct err err;
    tap_no_err(pack_build_write(build, path_of(name), &options, &err), &err, "%s is written", name);
    pack_build_free(build);
}

static struct scan_rules *
open_pack(const char *name)
{
    struct pack_options options = {0};
    struct scan_rules *rules = NULL;
    struct err err;
    tap_no_err(scan_pack_open(path_of(name), &options, &rules, &err), &err, "%s opens", name);
    require(rules != NULL);
    return rules;
}

static struct scan *
new_scan(const struct scan_rules *rules)
{
    struct scan_options options = {0};
    return scan_new(rules, &options);
}

/* "rule rule | name of source (good) …" of DATA. */
static const char *
found_in(struct scan *scan, const struct scan_rules *rules, str data)
{
    static struct buf out = BUF(1 << 16);
    struct err err;
    buf_reset(&out);
    require(scan_data(scan, data, &err) == OK);
    for (size_t i = 0; i < scan_rule_count(rules); i++)
        if (scan_holds(scan, i)) {
            buf_str(&out, scan_rule_at(rules, i).name);
            buf_char(&out, ' ');
        }
    buf_char(&out, '|');
    for (size_t i = 0; i < scan_listed_count(scan); i++) {
        struct pack_listed listed = scan_listed_at(scan, i);
        buf_printf(&out, " %.*s of %.*s%s", STR_ARG(listed.name), STR_ARG(listed.source),
                   listed.is_good ? " good" : "");
    }
    return out.p;
}

/* ---- what goes in ---- */

#define ABC_MD5 "900150983cd24fb0d6963f7d28e17f72"
#define ABC_SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define DEF_MD5 "4ed9407630eb1000c0f6b63842defa7d"

static const struct file files[] = {
    {"set/pack.conf", "licence = MIT\nauthor = Someone\nurl = https://rules.example/\n"},
    {"set/a.yar",
     "rule needle : t { meta: author = \"me\" strings: $a = \"a needle\" condition: $a }\n"
     "rule broken { condition: nothing }\n"
     "rule \"quoted\" { condition: true }\n"},
    {"set/b.yar", "// SPDX-License-Identifier: BSD-2-Clause\n"
                  "private rule hidden { strings: $a = \"abc\" condition: $a }\n"
                  "rule needle { condition: hidden }\n"},
    {"sig/x.ndb", "Sig.Twice:0:*:6162\nSig.Twice:0:*:6566\nSig.Ignored:0:*:6162\nbad line\n"},
    {"sig/x.ign2", "Sig.Ignored\nHash.Ignored:8eba5374349084f538b89a12e12b7e3b\nHash.Md5:"
                   "00000000000000000000000000000000\n"},
    {"sig/x.hdb", ABC_MD5 ":3:Hash.Md5\n" ABC_MD5 ":4:Hash.OtherSize\n" DEF_MD5
                          ":3:Hash.Def\n" ABC_MD5 ":3:Hash.Ignored\n"},
    {"sig/x.hsb", ABC_SHA1 ":3:Hash.Sha1\n" ABC_SHA256 ":*:Hash.Sha256:73\n"},
    {"sig/x.sfp", "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34:3:Good.Def\n"},
    {"lists/plain.sha256", "# of a feed\n" ABC_SHA256 "  file name.exe\n" ABC_SHA256 "\nxyz\n"},
    {"lists/feed.csv",
     "# comment\n# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"signature\"\n"
     "\"2026-01-01 00:00:00\", \"" ABC_SHA256 "\", \"x\", \"Emotet\"\n"
     "\"2026-01-01 00:00:00\", \"" ABC_SHA256 "\", \"x\", \"n/a\"\n"},
    {"lists/other.csv", "a,b\n1,2\n"},
    {"lists/bad.names",
     "*.scr\tSaver\nTemp\\svch?st.exe\tSvchost\n/\\\\run\\d+\\.(vbs|js)$/\tScript\n"
     "/etc/cron.d/**\tCron\n/(/\tBroken\n"},
    {"lists/servers.c2", "bad.example\tBot\n192.0.2.0/24\tNet\n192.0.2.7:443\tOne\n2001:db8::/32\n"
                         "hxxp://EVIL[.]example/Gate.php?x=1\tGate\nnot an indicator\n"},
};

static struct pack_build *
build_all(void)
{
    return build_of(files, sizeof files / sizeof *files);
}

static void
test_refusals(void)
{
    struct pack_build *build = build_all();
    struct pack_counts counts = pack_build_counts(build);
    tap_eq_z(refusals.p,
             "set/a.yar:2: undefined identifier \"nothing\"\n"
             "set/a.yar:3: \"\"quoted\"\" stands where the rule's name should follow\n"
             "sig/x.ndb:4: 1 fields where 4 to 6 are right\n"
             "lists/plain.sha256:4: \"xyz\" is no MD5, SHA-1 or SHA-256\n"
             "lists/other.csv:1: no heading before it names a column sha256_hash, sha1_hash or "
             "md5_hash\n"
             "lists/bad.names:5: string \"$a\": regular expression, character 1: syntax error, an "
             "expression is missing\n"
             "lists/servers.c2:6: \"not an indicator\" is no domain, address, prefix or URL\n",
             "all that is refused is told");
    tap_eq_i64(counts.rules, 5, "rules");
    tap_eq_i64(counts.refused, 7, "refused entries");
    tap_eq_i64(counts.names, 4, "patterns of file names");
    pack_build_free(build);
}

/* ---- what comes out ---- */

static void
test_scans(const struct scan_rules *rules)
{
    struct scan *scan = new_scan(rules);
    tap_eq_z(found_in(scan, rules, STR("abc")),
             "hidden needle Sig.Twice | Hash.Md5 of sig/x.hdb Hash.Sha1 of sig/x.hsb "
             "Hash.Sha256 of sig/x.hsb file name.exe of lists/plain.sha256 "
             "plain of lists/plain.sha256 Emotet of lists/feed.csv feed of lists/feed.csv",
             "rules and hashes of a file");
    tap_eq_z(found_in(scan, rules, STR("abcd a needle")), "needle hidden needle Sig.Twice |",
             "rules alone");
    tap_eq_z(found_in(scan, rules, STR("def")), "| Good.Def of sig/x.sfp good",
             "a good file has no detection, by rule or hash");
    tap_eq_i64(scan_holding_count(scan), 0, "nor a rule that holds");
    tap_ok(scan_is_good(scan), "and the result says so");
    tap_eq_z(found_in(scan, rules, STR("")), "|", "an empty file");
    tap_ok(!scan_is_good(scan), "the next file is judged afresh");
    scan_free(scan);
}

static void
note_name(void *context, const struct pack_listed *listed)
{
    buf_printf(context, "%.*s ", STR_ARG(listed->name));
}

static void
test_file_names(const struct scan_rules *rules)
{
    static const char *const cases[][2] = {
        {"C:\\Windows\\x.SCR", "Saver "},
        {"/home/x.scr", "Saver "},
        {"x.scr.txt", ""},
        {"C:\\Temp\\svchXst.exe", "Svchost "},
        {"/mnt/temp/svchost.exe", "Svchost "},
        {"/mnt/xtemp/svchost.exe", ""},
        {"C:\\run12.VBS", "Script "},
        {"/etc/cron.d/a/b", "Cron "},
        {"/x/etc/cron.d/a", ""},
    };
    struct scan *scan = new_scan(rules);
    struct buf out = BUF(1 << 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_reset(&out);
        buf_z(&out, "");
        scan_file_name(scan, str_of(cases[i][0]), note_name, &out);
        tap_eq_str(buf_view(&out), str_of(cases[i][1]), "the name %s", cases[i][0]);
    }
    buf_clear(&out);
    scan_free(scan);
}

static void
test_indicators(const struct pack *pack)
{
    struct arena arena = ARENA;
    struct pack_listed listed = {0};
    ip address;
    tap_ok(pack_find_domain(pack, STR("www.BAD.example."), &arena, &listed) &&
               str_eq(listed.name, STR("Bot")),
           "a domain below a listed one");
    tap_ok(!pack_find_domain(pack, STR("xbad.example"), &arena, &listed), "another domain");
    tap_ok(!pack_find_domain(pack, STR("example"), &arena, &listed), "the one above");
    ip_parse(STR("192.0.2.8"), &address);
    tap_ok(pack_find_address(pack, address, &arena, &listed) && str_eq(listed.name, STR("Net")),
           "an address of a prefix");
    ip_parse(STR("::ffff:192.0.2.7"), &address);
    tap_ok(pack_find_address(pack, address, &arena, &listed) && str_eq(listed.name, STR("One")),
           "the longest prefix, of a mapped address too");
    ip_parse(STR("2001:db8:1::"), &address);
    tap_ok(pack_find_address(pack, address, &arena, &listed) && str_eq(listed.name, STR("servers")),
           "without a name, the file's");
    ip_parse(STR("198.51.100.1"), &address);
    tap_ok(!pack_find_address(pack, address, &arena, &listed), "another address");
    tap_ok(pack_find_url(pack, STR("HTTP://evil.example/Gate.php?x=1"), &arena, &listed) &&
               str_eq(listed.name, STR("Gate")) && str_eq(listed.source, STR("lists/servers.c2")),
           "a URL");
    tap_ok(!pack_find_url(pack, STR("http://evil.example/gate.php?x=1"), &arena, &listed),
           "a path in other letters is another URL");
    arena_clear(&arena);
}

static void
test_sources(const struct scan_rules *rules)
{
    const struct pack *pack = scan_rules_pack(rules);
    struct pack_source source = {0};
    struct pack_info info = pack_info(pack);
    tap_eq_i64(info.version, 7, "the version");
    tap_eq_i64(info.counts.refused, 7, "what was refused is counted in the pack");
    tap_eq_i64(info.counts.rules, 5, "rules");
    tap_eq_i64(info.counts.domains + info.counts.addresses + info.counts.urls, 5, "indicators");
    tap_ok(pack_source_of_rule(pack, 0, &source), "a rule has a source");
    tap_eq_str(source.path, STR("set/a.yar"), "its path");
    tap_eq_str(source.about.licence, STR("MIT"), "its licence is of pack.conf");
    tap_eq_str(source.about.author, STR("Someone"), "and its author");
    tap_eq_i64(source.refused, 2, "and it knows what was refused of it");
    tap_ok(pack_source_of_rule(pack, 2, &source), "another");
    tap_eq_str(source.about.licence, STR("BSD-2-Clause"), "an SPDX line goes before");
    tap_eq_str(source.about.url, STR("https://rules.example/"), "the rest is of pack.conf");
    tap_ok(pack_source_of_rule(pack, 4, &source), "the last");
    tap_eq_str(scan_rule_at(rules, 4).space, STR("sig/x.ndb#2"), "a name that came before");
}

/* Other scanners find nothing of what they look for. */
static void
test_veil(const char *name)
{
    static const char *const words[] = {"needle",    "Hash.Md5", "bad.example", "Gate",
                                        "Sig.Twice", "svch",     "set/a.yar"};
    struct buf bytes;
    require(file_read(path_of(name), 1 << 24, &bytes, NULL) == OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        tap_ok(str_find(buf_view(&bytes), str_of(words[i])) == SIZE_MAX, "%s is veiled", words[i]);
    buf_clear(&bytes);
}

static void
test_content(void)
{
    write_pack("all.pack", build_all(), 7, false);
    struct scan_rules *rules = open_pack("all.pack");
    test_scans(rules);
    test_file_names(rules);
    test_indicators(scan_rules_pack(rules));
    test_sources(rules);
    scan_rules_free(rules);
    test_veil("all.pack");
}

/* ---- trust ---- */

static const char *
opening(const char *name, const uint8_t *key, uint64_t version_min)
{
    static struct err err;
    struct pack_options options = {key, version_min};
    struct scan_rules *rules;
    if (scan_pack_open(path_of(name), &options, &rules, &err) != OK)
        return err_code_name(err.code);
    scan_rules_free(rules);
    return "ok";
}

/* Changes the byte at AT, and makes the checksum right again when MENDED. */
static void
write_changed(const char *name, const struct buf *right, size_t at, bool mended)
{
    enum { CHECKSUM = 16 };
    struct buf copy = BUF(right->n);
    buf_str(&copy, buf_view(right));
    copy.p[at] ^= 0x20;
    struct checksum sum = checksum_of((str){copy.p, copy.n - CHECKSUM});
    const uint64_t trailer[2] = {sum.high, sum.low};
    if (mended)
        memcpy(copy.p + copy.n - CHECKSUM, trailer, CHECKSUM);
    require(file_replace(path_of(name), buf_view(&copy), NULL) == OK);
    buf_clear(&copy);
}

/* Whoever changes a byte and makes the checksum right again is found out, asked for a signature or
 * not. */
static void
test_changes(const struct buf *right)
{
    size_t damaged = 0, tried = 0, refused = 0;
    for (size_t at = 0; at < right->n - 16; at += 41, tried++) {
        write_changed("changed.pack", right, at, false);
        damaged += strcmp(opening("changed.pack", NULL, 0), "corrupt") == 0;
        write_changed("changed.pack", right, at, true);
        refused += strcmp(opening("changed.pack", public_key, 0), "ok") != 0 &&
                   strcmp(opening("changed.pack", NULL, 0), "ok") != 0;
    }
    tap_eq_i64(damaged, tried, "no damaged pack opens");
    tap_eq_i64(refused, tried, "no forged one either");
}

/* What was checked is what is used, whatever becomes of the file. */
static void
test_cut_later(const struct buf *right)
{
    require(file_replace(path_of("later.pack"), buf_view(right), NULL) == OK);
    struct scan_rules *rules = open_pack("later.pack");
    FILE *file = fopen(path_of("later.pack"), "wb");
    require(file && fclose(file) == 0);
    test_sources(rules);
    struct scan *scan = new_scan(rules);
    tap_ok(scan_data(scan, STR("a needle in it"), NULL) == OK && scan_holding_count(scan) > 0,
           "a pack that is emptied while it is open is not missed");
    scan_free(scan);
    scan_rules_free(rules);
}

static void
test_trust(void)
{
    struct buf right;
    write_pack("signed.pack", build_all(), 7, true);
    tap_eq_z(opening("signed.pack", NULL, 0), "ok", "a signed pack opens for all");
    tap_eq_z(opening("signed.pack", public_key, 7), "ok", "and with its key and version");
    tap_eq_z(opening("signed.pack", other_key, 0), "denied", "not with another key");
    tap_eq_z(opening("signed.pack", public_key, 8), "denied", "not when it is too old");
    tap_eq_z(opening("signed.pack", NULL, 8), "denied", "with or without a key");
    tap_eq_z(opening("all.pack", public_key, 0), "denied", "an unsigned one is refused");
    require(file_read(path_of("signed.pack"), 1 << 24, &right, NULL) == OK);
    test_changes(&right);
    test_cut_later(&right);
    size_t cut = 0;
    for (size_t n = 0; n < 100; n++) {
        str part = {right.p, right.n * n / 100};
        require(file_replace(path_of("cut.pack"), part, NULL) == OK);
        cut += strcmp(opening("cut.pack", public_key, 0), "corrupt") == 0;
        cut += strcmp(opening("cut.pack", NULL, 0), "corrupt") == 0;
    }
    tap_eq_i64(cut, 200, "no truncated pack opens");
    tap_eq_z(opening("absent.pack", NULL, 0), "not-found", "one that is not there");
    buf_clear(&right);
}

/* The same inputs at the same time give the same bytes. */
static void
test_repeats(void)
{
    struct buf one, two;
    tap_set_variable("KHIEN_NOW", "2026-11-26T00:00:00Z");
    write_pack("one.pack", build_all(), 7, true);
    write_pack("two.pack", build_all(), 7, true);
    tap_set_variable("KHIEN_NOW", NULL);
    require(file_read(path_of("one.pack"), 1 << 24, &one, NULL) == OK);
    require(file_read(path_of("two.pack"), 1 << 24, &two, NULL) == OK);
    tap_ok(str_eq(buf_view(&one), buf_view(&two)), "a build can be repeated");
    buf_clear(&one);
    buf_clear(&two);
}

/* ---- many hashes ---- */

enum { MANY = 20000 };

static void
content_of(uint32_t i, char out[16])
{
    snprintf(out, 16, "file %u", i);
}

/* The even ones are listed, a third of them by size too, and some digests begin alike. */
static void
test_many_hashes(void)
{
    struct buf list = BUF(1 << 24), sized = BUF(1 << 24);
    char content[16], hex[2 * DIGEST_MAX + 1];
    uint8_t digest[DIGEST_MAX];
    for (uint32_t i = 0; i < MANY; i += 2) {
        content_of(i, content);
        digest_of(DIGEST_SHA256, str_of(content), digest);
        hex_format(digest, SHA256_BYTES, hex);
        buf_printf(&list, "%s  name %u\n", hex, i);
        hex[39] = hex[39] == '0' ? '1' : '0';
        buf_printf(&list, "%s  alike\n", hex);
        digest_of(DIGEST_MD5, str_of(content), digest);
        if (i % 3 == 0)
            buf_printf(&sized, "%s:%zu:Sized.%u\n", hex_format(digest, 16, hex), strlen(content),
                       i);
    }
    const struct file many[] = {{"m.sha256", list.p}, {"m.hdb", sized.p}};
    write_pack("many.pack", build_of(many, 2), 1, false);
    struct scan_rules *rules = open_pack("many.pack");
    struct scan *scan = new_scan(rules);
    size_t right = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        char want[100] = "|";
        content_of(i, content);
        if (i % 2 == 0 && i % 3 == 0)
            snprintf(want, sizeof want, "| Sized.%u of m.hdb name %u of m.sha256", i, i);
        else if (i % 2 == 0)
            snprintf(want, sizeof want, "| name %u of m.sha256", i);
        right += strcmp(found_in(scan, rules, str_of(content)), want) == 0;
    }
    tap_eq_i64(right, MANY, "each of many hashes is found, and no other");
    scan_free(scan);
    scan_rules_free(rules);
    buf_clear(&list);
    buf_clear(&sized);
}

/* ---- an empty pack, and lints ---- */

static void
note_lint(void *context, const struct lint *lint)
{
    buf_printf(context, "%s %zu %.*s; ", lint_name(lint->kind), lint->rule, STR_ARG(lint->string));
}

static void
test_lints(void)
{
    static const struct file slow[] = {
        {"s.yar",
         "rule short { strings: $a = \"abc\" condition: $a }\n"
         "rule common { strings: $a = { 00 00 00 00 00 00 00 00 } condition: $a }\n"
         "rule jump { strings: $a = { 61 62 63 64 [-] 65 66 67 68 } condition: $a }\n"
         "rule loop { strings: $a = \"abcdefgh\"\n"
         "  condition: $a and for any i in (0..filesize - 1) : (uint8(i) == 1 and $a) }\n"
         "rule every { strings: $a = \"unusual words\" condition: not $a }\n"
         "rule guarded { strings: $a = \"unusual words\"\n"
         "  condition: uint16(0) == 0x5a4d and not $a }\n"
         "rule same1 { strings: $a = \"first words\" $b = /sec[o0]nd/ condition: $a and #b > 2 }\n"
         "rule same2 { strings: $x = /sec[o0]nd/ $y = \"first words\" condition: $y and #x > 2 }\n"
         "rule other { strings: $x = /sec[o0]nd/ $y = \"first words\" condition: $y and #x > 3 }\n"
         "rule fine { strings: $a = \"nothing is wrong\" condition: $a }\n"}};
    struct pack_build *build = build_of(slow, 1);
    struct scan_rules *rules;
    struct buf out = BUF(1 << 12);
    struct err err;
    tap_no_err(scan_rules_of_build(build, &rules, &err), &err, "rules of a build");
    lint_rules(rules, note_lint, &out);
    tap_eq_str(buf_view(&out),
               STR("no-literal 0 $a; common-literal 1 $a; large-jump 2 $a; file-loop 3 ; "
                   "every-file 4 ; duplicate 7 ; "),
               "what slows and what is double");
    scan_rules_free(rules);
    pack_build_free(build);
    buf_clear(&out);
}

static void
test_empty(void)
{
    write_pack("empty.pack", build_of(NULL, 0), 0, false);
    struct scan_rules *rules = open_pack("empty.pack");
    struct scan *scan = new_scan(rules);
    tap_eq_z(found_in(scan, rules, STR("abc")), "|", "an empty pack finds nothing");
    scan_free(scan);
    scan_rules_free(rules);
}

int
main(void)
{
    uint8_t seed[SIGN_SEED] = {1}, other[SIGN_SEED] = {2}, ignored[SIGN_SECRET];
    folder = tap_folder("pack");
    sign_keys(seed, public_key, secret_key);
    sign_keys(other, other_key, ignored);
    test_refusals();
    test_content();
    test_trust();
    test_repeats();
    test_many_hashes();
    test_lints();
    test_empty();
    buf_clear(&refusals);
    return tap_done();
}
