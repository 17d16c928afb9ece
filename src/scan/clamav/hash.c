/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are a hash: of files (.hdb, .hsb), of PE sections (.mdb, .msb), of import tables
 * (.imp), of files that are good (.fp, .sfp); and the names of signatures to ignore (.ign, .ign2).
 */
#include "scan/clamav/load.h"

static errcode
read_digest(str hex, struct clamav_hash *ret, struct err *err)
{
    if (digest_parse(hex, &ret->kind, ret->bytes))
        return OK;
    return err_set(err, ERR_FORMAT, "\"%.*s\" is no MD5, SHA-1 or SHA-256",
                   (int)(hex.n < 80 ? hex.n : 80), hex.p);
}

/* `*` for any size is for versions from level 73 on, which is part of the format. */
static errcode
read_size(str size, str min_level, struct clamav_hash *ret, struct err *err)
{
    enum { LEVEL_ANY_SIZE = 73 };
    uint64_t level = 0;
    if (str_eq(size, STR("*"))) {
        if (!str_to_u64(min_level, UINT32_MAX, &level) || level < LEVEL_ANY_SIZE)
            return err_set(err, ERR_FORMAT, "a hash of any size needs level %d or more",
                           LEVEL_ANY_SIZE);
        return OK;
    }
    ret->has_size = true;
    if (!str_to_u64(size, INT64_MAX, &ret->size) || ret->size == 0)
        return err_set(err, ERR_FORMAT, "the size \"%.*s\" is no positive number", STR_ARG(size));
    return OK;
}

static errcode
give_hash(struct load *load, const struct clamav_hash *hash, struct err *err)
{
    errcode code = load_check_name(hash->name, err);
    if (code == OK && load->sink->hash)
        code = load->sink->hash(load->sink->context, hash, &load->origin, err);
    if (code == OK)
        load->counts->hashes++;
    return code;
}

static bool
extension_is(const struct load *load, const char *a, const char *b)
{
    str extension = str_of(load->extension);
    return str_eq(extension, str_of(a)) || str_eq(extension, str_of(b));
}

/* hash:size:name, for sections size:hash:name; then the levels. */
errcode
load_hash(struct load *load, str line, struct err *err)
{
    str fields[5];
    size_t count = load_fields(str_trim(line), ':', fields, 5);
    if (count < 3 || count > 5)
        return err_set(err, ERR_FORMAT, "%zu fields where 3 to 5 are right", count);
    bool of_section = extension_is(load, "mdb", "msb");
    struct clamav_hash hash = {.of = of_section ? CLAMAV_HASH_SECTION : CLAMAV_HASH_FILE,
                               .is_good = extension_is(load, "fp", "sfp"),
                               .name = fields[2]};
    errcode code = read_digest(fields[of_section ? 1 : 0], &hash, err);
    if (code == OK)
        code = read_size(fields[of_section ? 0 : 1], fields[3], &hash, err);
    bool fits = false;
    if (code == OK)
        code = load_level(load, fields[3], fields[4], &fits, err);
    return code == OK && fits ? give_hash(load, &hash, err) : code;
}

/* hash:size:name of a PE's import table, where the size is a count of no use here; or hash:name. */
errcode
load_imports(struct load *load, str line, struct err *err)
{
    str fields[5];
    size_t count = load_fields(str_trim(line), ':', fields, 5);
    if (count < 3 || count > 5)
        return err_set(err, ERR_FORMAT, "%zu fields where 3 to 5 are right", count);
    struct clamav_hash hash = {.of = CLAMAV_HASH_IMPORTS, .name = fields[2]};
    errcode code = read_digest(fields[0], &hash, err);
    if (code == OK && hash.kind != DIGEST_MD5)
        code = err_set(err, ERR_FORMAT, "the hash of an import table is an MD5");
    if (code == OK)
        code = read_size(fields[1], fields[3], &hash, err);
    bool fits = false;
    if (code == OK)
        code = load_level(load, fields[3], fields[4], &fits, err);
    return code == OK && fits ? give_hash(load, &hash, err) : code;
}

/* .ign2: name or name:MD5; .ign: name or file:line:name. */
errcode
load_ignore(struct load *load, str line, struct err *err)
{
    str fields[3];
    size_t count = load_fields(str_trim(line), ':', fields, 3);
    bool is_new = extension_is(load, "ign2", "");
    struct clamav_ignore ignore = {.name = fields[0]};
    if (count == 3 && !is_new)
        ignore.name = fields[2];
    else if (count == 2 && is_new)
        ignore.has_md5 = true;
    else if (count != 1)
        return err_set(err, ERR_FORMAT, "%zu fields do not name a signature", count);
    if (ignore.has_md5 && !hex_parse(fields[1], ignore.md5, sizeof ignore.md5))
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no MD5", STR_ARG(fields[1]));
    errcode code = load_check_name(ignore.name, err);
    if (code == OK && load->sink->ignored)
        code = load->sink->ignored(load->sink->context, &ignore, &load->origin, err);
    if (code == OK)
        load->counts->ignores++;
    return code;
}
