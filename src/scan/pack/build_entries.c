/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are no rules: hashes, patterns of file names, indicators, archive members. */
#include "scan/pack/build.h"

#include "scan/pack/text_key.h"
#include "scan/regex/regex.h"
#include "scan/yara/compiler.h"

errcode
build_add_hash(struct pack_build *build, const struct clamav_hash *hash, struct err *err)
{
    static const enum table_of tables[] = {[CLAMAV_HASH_FILE] = TABLE_OF_FILES,
                                           [CLAMAV_HASH_SECTION] = TABLE_OF_SECTIONS,
                                           [CLAMAV_HASH_IMPORTS] = TABLE_OF_IMPORTS};
    bool is_sized = hash->has_size && hash->of != CLAMAV_HASH_IMPORTS;
    unsigned flags = (is_sized ? TABLE_SIZED : 0) | (hash->is_good ? TABLE_GOOD : 0);
    struct hash_entry entry = {.size = is_sized ? hash->size : 0};
    memcpy(entry.digest, hash->bytes, stored_size(hash->kind));
    errcode code = build_label(build, hash->name, &entry.label, err);
    if (code != OK)
        return code;
    buf_add(&build->hashes[tables[hash->of]][hash->kind][flags], &entry, sizeof entry);
    build->source.entry_count++;
    if (hash->of == CLAMAV_HASH_SECTION)
        build->counts.section_hashes++;
    else if (hash->of == CLAMAV_HASH_IMPORTS)
        build->counts.import_hashes++;
    else if (hash->is_good)
        build->counts.good_files++;
    else
        build->counts.file_hashes++;
    return OK;
}

/* ---- file names ---- */

/* A glob as a regular expression for the end of a path, or all of it when it begins with a
 * separator, a drive or "**". Separators of all systems are one; letters of either case are. */
static void
write_glob(str glob, struct buf *out)
{
    bool is_whole = glob.p[0] == '/' || glob.p[0] == '\\' || (glob.n > 1 && glob.p[1] == ':');
    buf_z(out, is_whole ? "^" : "(^|[\\/\\\\])");
    for (size_t i = 0; i < glob.n; i++) {
        char c = glob.p[i];
        bool is_word = ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                       (uint8_t)c >= 0x80 || c == '_';
        if (c == '*' && i + 1 < glob.n && glob.p[i + 1] == '*') {
            buf_z(out, ".*");
            i++;
        } else if (c == '*') {
            buf_z(out, "[^\\/\\\\]*");
        } else if (c == '?') {
            buf_z(out, "[^\\/\\\\]");
        } else if (c == '/' || c == '\\') {
            buf_z(out, "[\\/\\\\]");
        } else if (is_word) {
            buf_char(out, c);
        } else {
            buf_printf(out, "\\x%02x", (uint8_t)c);
        }
    }
    buf_char(out, '$');
}

/* "/…/" as it stands, but for separators that are not escaped. */
static void
write_regex(str regex, struct buf *out)
{
    for (size_t i = 0; i < regex.n; i++) {
        if (regex.p[i] == '\\' && i + 1 < regex.n)
            buf_char(out, regex.p[i++]);
        else if (regex.p[i] == '/')
            buf_char(out, '\\');
        buf_char(out, regex.p[i]);
    }
}

errcode
build_add_file_name(struct pack_build *build, str pattern, str name, struct err *err)
{
    uint32_t label, number = (uint32_t)(build->name_labels.n / sizeof label);
    struct buf text = BUF(1 << 20);
    bool is_regex = pattern.n > 2 && pattern.p[0] == '/' && str_ends(pattern, STR("/"));
    if (pattern.n == 0 || str_has_control(pattern))
        return err_set(err, ERR_FORMAT, "there is no pattern of a file's name");
    errcode code = build_label(build, name, &label, err);
    if (code != OK)
        return code;
    buf_printf(&text, "rule \"%u\" { strings: $a = /", number);
    if (is_regex)
        write_regex((str){pattern.p + 1, pattern.n - 2}, &text);
    else
        write_glob(pattern, &text);
    buf_z(&text, "/is condition: $a }");
    code = buf_check(&text, "a pattern of file names", err);
    if (code == OK)
        code =
            build_compile_entry(build, build->name_compiler, (str){NULL, 0}, buf_view(&text), err);
    buf_clear(&text);
    if (code != OK)
        return code;
    buf_add(&build->name_labels, &label, sizeof label);
    build->source.entry_count++;
    build->counts.names++;
    return OK;
}

/* ---- indicators ---- */

static errcode
add_text(struct pack_build *build, enum indicator_kind kind, str key, uint32_t label)
{
    struct indicator_record record = {.hash = text_key_hash(key),
                                      .text = {(uint32_t)build->names.n, (uint32_t)key.n},
                                      .label = label,
                                      .kind = kind};
    buf_str(&build->names, key);
    buf_add(&build->indicators, &record, sizeof record);
    if (kind == INDICATOR_DOMAIN)
        build->counts.domains++;
    else
        build->counts.urls++;
    return OK;
}

static errcode
add_address(struct pack_build *build, prefix range, uint32_t label)
{
    struct address_record record = {
        .label = label, .version = range.addr.version, .length = range.bits};
    ip_to_bytes(range.addr, record.bytes);
    buf_add(&build->addresses, &record, sizeof record);
    build->counts.addresses++;
    return OK;
}

/* An address may have a port behind it. */
static bool
read_prefix(str s, prefix *ret)
{
    uint64_t port;
    size_t colon = str_find(s, STR(":"));
    if (prefix_parse(s, true, ret))
        return true;
    return colon != SIZE_MAX && str_to_u64(str_from(s, colon + 1), UINT16_MAX, &port) &&
           prefix_parse((str){s.p, colon}, true, ret);
}

errcode
build_add_indicator(struct pack_build *build, str indicator, str name, struct err *err)
{
    struct arena arena = ARENA;
    uint32_t label;
    prefix range;
    str key;
    errcode code = build_label(build, name, &label, err);
    if (code == OK && text_key_url(indicator, &arena, &key))
        code = add_text(build, INDICATOR_URL, key, label);
    else if (code == OK && read_prefix(text_key_armed(indicator, &arena), &range))
        code = add_address(build, range, label);
    else if (code == OK && text_key_domain(indicator, &arena, &key))
        code = add_text(build, INDICATOR_DOMAIN, key, label);
    else if (code == OK)
        code = err_set(err, ERR_FORMAT, "\"%.*s\" is no domain, address, prefix or URL",
                       (int)(indicator.n < 80 ? indicator.n : 80), indicator.p);
    arena_clear(&arena);
    if (code == OK)
        build->source.entry_count++;
    return code;
}

/* ---- archive members ---- */

/* TEXT is "/…/is". */
static errcode
compile_regex(struct pack_build *build, str text, uint32_t *ret, struct err *err)
{
    struct arena arena = ARENA;
    struct regex *regex;
    unsigned flags = 0;
    for (; text.n > 0 && text.p[text.n - 1] != '/'; text.n--)
        flags |= text.p[text.n - 1] == 'i' ? REGEX_NOCASE : REGEX_DOTALL;
    if (text.n < 3)
        return err_set(err, ERR_FORMAT, "the member's name is no regular expression");
    text = (str){text.p + 1, text.n - 2};
    errcode code = regex_parse(text, flags, &arena, &regex, err);
    if (code == OK)
        code = regex_compile_search(regex, flags, &build->container_regex, ret, err);
    arena_clear(&arena);
    return code;
}

errcode
build_add_container(struct pack_build *build, const struct clamav_container *container,
                    struct err *err)
{
    const struct clamav_range *ranges[CONTAINER_RANGES] = {&container->container_size,
                                                           &container->packed_size,
                                                           &container->real_size,
                                                           &container->position};
    struct container_record record = {.type = build_text(build, container->type),
                                      .regex = NO_INDEX,
                                      .encrypted = container->encrypted,
                                      .has_crc = container->has_crc,
                                      .crc = container->crc};
    for (unsigned i = 0; i < CONTAINER_RANGES; i++) {
        record.any |= (uint32_t)ranges[i]->any << i;
        record.ranges[i].min = ranges[i]->min;
        record.ranges[i].max = ranges[i]->max;
    }
    errcode code = build_label(build, container->name, &record.label, err);
    if (code == OK && container->name_regex.n > 0)
        code = compile_regex(build, container->name_regex, &record.regex, err);
    if (code != OK)
        return code;
    buf_add(&build->containers, &record, sizeof record);
    build->source.entry_count++;
    build->counts.containers++;
    return OK;
}
