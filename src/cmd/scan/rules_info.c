/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules info, verify, list. */
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "cmd/output.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/rule_files.h"
#include "cmd/scan/rules.h"

static void
cleanup_rules(struct scan_rules **rules)
{
    scan_rules_free(*rules);
}

/* ---- info ---- */

static const struct count_name {
    size_t offset;
    const char *key, *words;
} count_names[] = {
#define COUNT_AS(key, field, words)                                                                \
    {                                                                                              \
        offsetof(struct pack_counts, field), key, words                                            \
    }
#define COUNT(field, words) COUNT_AS(#field, field, words)
    COUNT(rules, "rules"),
    COUNT(file_hashes, "hashes of files"),
    COUNT(good_files, "hashes of good files"),
    COUNT(section_hashes, "hashes of PE sections"),
    COUNT(import_hashes, "hashes of import tables"),
    COUNT(containers, "descriptions of archive members"),
    COUNT(names, "patterns of file names"),
    COUNT(domains, "domains"),
    COUNT(addresses, "addresses and prefixes"),
    COUNT(urls, "URLs"),
    COUNT_AS("source_count", sources, "sources"),
    COUNT(refused, "entries refused when it was built"),
#undef COUNT
#undef COUNT_AS
};

static size_t
count_at(const struct pack_counts *counts, size_t i)
{
    size_t count;
    memcpy(&count, (const char *)counts + count_names[i].offset, sizeof count);
    return count;
}

void
rules_write_counts(const struct pack_counts *counts, struct buf *out)
{
    for (size_t i = 0; i < sizeof count_names / sizeof *count_names; i++)
        if (count_at(counts, i) > 0)
            buf_printf(out, "%12zu %s\n", count_at(counts, i), count_names[i].words);
}

static void
write_json(const struct pack *pack, const struct pack_info *info, struct buf *out)
{
    char id[SHA256_TEXT], key[PACK_KEY_TEXT], built[TIME_TEXT];
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "id", hex_format(info->id, sizeof info->id, id));
    json_out_pair_u64(&json, "version", info->version);
    json_out_pair_z(&json, "built", time_format(info->built, built));
    json_out_pair_str(&json, "program", info->program);
    json_out_pair_u64(&json, "format", info->format);
    json_out_pair_u64(&json, "bytes", info->bytes);
    json_out_pair_z(&json, "public_key",
                    info->is_signed ? hex_format(info->public_key, SIGN_PUBLIC, key) : NULL);
    for (size_t i = 0; i < sizeof count_names / sizeof *count_names; i++)
        json_out_pair_u64(&json, count_names[i].key, count_at(&info->counts, i));
    json_out_key(&json, "sources");
    json_out_array_begin(&json);
    for (size_t i = 0; i < pack_source_count(pack); i++) {
        struct pack_source source = pack_source_at(pack, i);
        json_out_object_begin(&json);
        json_out_pair_str(&json, "path", source.path);
        json_out_pair_str(&json, "licence", source.about.licence);
        json_out_pair_str(&json, "author", source.about.author);
        json_out_pair_str(&json, "url", source.about.url);
        json_out_pair_u64(&json, "entries", source.entries);
        json_out_pair_u64(&json, "refused", source.refused);
        json_out_object_end(&json);
    }
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

static void
write_text(const struct pack *pack, const struct pack_info *info, struct buf *out)
{
    char id[SHA256_TEXT], key[PACK_KEY_TEXT], built[TIME_TEXT];
    buf_printf(out, "id         %s\n", hex_format(info->id, sizeof info->id, id));
    buf_printf(out, "version    %llu\n", (unsigned long long)info->version);
    buf_printf(out, "built      %s by %.*s\n", time_format(info->built, built),
               STR_ARG(info->program));
    buf_printf(out, "signed by  %s\n",
               info->is_signed ? hex_format(info->public_key, SIGN_PUBLIC, key)
                               : "nobody: the pack is not signed");
    buf_printf(out, "size       %llu bytes\n\n", (unsigned long long)info->bytes);
    rules_write_counts(&info->counts, out);
    buf_z(out, "\nentries  refused  source (licence; author; URL)\n");
    for (size_t i = 0; i < pack_source_count(pack); i++) {
        struct pack_source source = pack_source_at(pack, i);
        const str parts[] = {source.about.licence, source.about.author, source.about.url};
        buf_printf(out, "%7u  %7u  %.*s", source.entries, source.refused, STR_ARG(source.path));
        for (size_t k = 0, any = 0; k < sizeof parts / sizeof *parts; k++)
            if (parts[k].n > 0)
                buf_printf(out, "%s%.*s", any++ ? "; " : " (", STR_ARG(parts[k]));
        bool has_any = parts[0].n + parts[1].n + parts[2].n > 0;
        buf_z(out, has_any ? ")\n" : "\n");
    }
}

errcode
rules_run_info(const struct call *call, struct err *err)
{
    cleanup(cleanup_rules) struct scan_rules *rules = NULL;
    struct buf out = BUF(1 << 30);
    errcode code = rule_files_open_pack(call, call->words[0], &rules, err);
    if (code != OK)
        return code;
    const struct pack *pack = scan_rules_pack(rules);
    struct pack_info info = pack_info(pack);
    if (call_given(call, "json"))
        write_json(pack, &info, &out);
    else
        write_text(pack, &info, &out);
    return output_buf(&out, "the description", err);
}

/* ---- verify ---- */

errcode
rules_run_verify(const struct call *call, struct err *err)
{
    char key[PACK_KEY_TEXT];
    cleanup(cleanup_rules) struct scan_rules *rules = NULL;
    enum report_origin origin;
    errcode code = rule_files_open_trusted(call, call->words[0], false, &rules, &origin, err);
    if (code != OK)
        return code;
    struct pack_info info = pack_info(scan_rules_pack(rules));
    if (!info.is_signed)
        puts("the pack is sound, but not signed: nobody vouches for it");
    else if (origin == ORIGIN_BUILT_IN)
        puts("the pack is sound and signed with the key that this program was built with");
    else if (origin == ORIGIN_NAMED)
        puts("the pack is sound and signed with the required key");
    else
        printf("the pack is sound and signed with %s; --public-key FILE requires a key\n",
               hex_format(info.public_key, sizeof info.public_key, key));
    return OK;
}

/* ---- list ---- */

/* The first of NAMES that the rule has as a text. */
static str
meta_text(const struct scan_rules *rules, size_t rule, const char *const *names)
{
    size_t count = scan_rule_at(rules, rule).meta_count;
    for (; *names; names++)
        for (size_t i = 0; i < count; i++) {
            struct scan_meta meta = scan_rule_meta(rules, rule, i);
            if (meta.kind == SCAN_META_STRING && str_eq_nocase(meta.name, str_of(*names)))
                return meta.text;
        }
    return (str){NULL, 0};
}

static void
put_either(struct table *table, const char *column, str first, str second)
{
    if (first.n > 0 || second.n > 0)
        table_put_str(table, column, first.n > 0 ? first : second);
}

static void
list_rule(const struct scan_rules *rules, size_t rule, struct table *table)
{
    static const char *const authors[] = {"author", "authors", NULL};
    static const char *const licences[] = {"license", "licence", "license_url", NULL};
    static const char *const references[] = {"reference", "reference1", "source_url", "url", NULL};
    struct scan_rule about = scan_rule_at(rules, rule);
    struct pack_source source = {0};
    pack_source_of_rule(scan_rules_pack(rules), rule, &source);
    table_row(table);
    table_put_str(table, "rule", about.name);
    table_put_str(table, "namespace", about.space);
    table_put_list(table, "tags");
    for (size_t i = 0; i < about.tag_count; i++)
        table_add(table, "tags", scan_rule_tag(rules, rule, i));
    put_either(table, "author", meta_text(rules, rule, authors), source.about.author);
    put_either(table, "licence", meta_text(rules, rule, licences), source.about.licence);
    table_put_str(table, "source", source.path);
    put_either(table, "reference", meta_text(rules, rule, references), source.about.url);
}

errcode
rules_run_list(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"rule", TABLE_TEXT, 0},      {"namespace", TABLE_TEXT, 0}, {"tags", TABLE_LIST, 0},
        {"author", TABLE_TEXT, 0},    {"licence", TABLE_TEXT, 0},   {"source", TABLE_TEXT, 0},
        {"reference", TABLE_TEXT, 0},
    };
    cleanup(cleanup_rules) struct scan_rules *rules = NULL;
    cleanup(cleanup_table) struct table *table = NULL;
    errcode code = rule_files_open_pack(call, call->words[0], &rules, err);
    if (code != OK)
        return code;
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < scan_rule_count(rules); i++)
        list_rule(rules, i, table);
    return output_table(call, table, err);
}

errcode
rules_grant_public_key(const struct call *call, struct grants *grants, struct err *err)
{
    return grant_read(grants, call_option(call, "public-key"), err);
}

const struct option rules_info_options[] = {OPTION_JSON, OPTIONS_TRUST, {0}};
const struct option rules_verify_options[] = {OPTIONS_TRUST, {0}};
const struct option rules_list_options[] = {OPTION_JSON, OPTION_CSV, OPTIONS_TRUST, {0}};
