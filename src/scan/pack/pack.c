/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a pack: checksum and signature, the veil, the bounds. Nothing is done per entry. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/pack/image_chunk.h"
#include "scan/pack/inner.h"
#include "scan/pack/seal.h"
#include "scan/pack/veil.h"

/* ---- trust ---- */

static errcode
check_seal(const struct pack *pack, const char *path, const uint8_t *public_key, struct err *err)
{
    uint8_t digest[SHA256_BYTES];
    bool is_signed = seal_is_signed(&pack->seal);
    if (public_key && !is_signed)
        return err_set(err, ERR_DENIED, "%s is not signed, and a signature is required", path);
    if (public_key && memcmp(pack->seal.public_key, public_key, SIGN_PUBLIC) != 0)
        return err_set(err, ERR_DENIED, "%s is signed with another key than the required one",
                       path);
    seal_digest(pack->file.chunks, pack->file.count, digest);
    if (memcmp(digest, pack->seal.digest, sizeof digest) != 0)
        return err_set(err, ERR_CORRUPT,
                       "%s was changed: its content is not what its seal was made for", path);
    if (is_signed && !seal_holds(&pack->seal, digest))
        return err_set(err, ERR_DENIED, "%s has a forged signature", path);
    return OK;
}

static errcode
check_meta(const struct pack *pack, const char *path, uint64_t version_min, struct err *err)
{
    const struct pack_meta *meta = &pack->meta;
    if (meta->format_min > PACK_FORMAT)
        return err_set(err, ERR_UNSUPPORTED, "%s needs a newer program (pack format %u)", path,
                       meta->format_min);
    if (meta->rules_format != IMAGE_FORMAT)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s has rules of another version of this program; build it again", path);
    if (meta->version < version_min)
        return err_set(err, ERR_DENIED,
                       "%s is older than allowed: version %llu, at least %llu is required", path,
                       (unsigned long long)meta->version, (unsigned long long)version_min);
    return OK;
}

/* ---- chunks ---- */

static errcode
find_one(const struct pack *pack, uint32_t id, void *out, size_t size, struct err *err)
{
    str bytes;
    errcode code = chunk_find(&pack->file, id, size, &bytes, err);
    if (code == OK && bytes.n != size)
        code = err_set(err, ERR_CORRUPT, "a chunk of the pack's head has %zu bytes", bytes.n);
    if (code == OK)
        memcpy(out, bytes.p, size);
    return code;
}

struct array {
    uint32_t id;
    size_t item;
    const void **items;
    uint32_t *count;
};

static errcode
find_arrays(struct pack *pack, struct err *err)
{
    const struct array arrays[] = {
        {PACK_SOURCES, sizeof *pack->sources, (const void **)&pack->sources, &pack->source_count},
        {PACK_LABELS, sizeof *pack->labels, (const void **)&pack->labels, &pack->label_count},
        {PACK_NAME_LABELS, 4, (const void **)&pack->name_labels, &pack->name_count},
        {PACK_TABLES, sizeof *pack->tables, (const void **)&pack->tables, &pack->table_count},
        {PACK_BUCKETS, 4, (const void **)&pack->buckets, &pack->bucket_count},
        {PACK_HASH_LABELS, 4, (const void **)&pack->hash_labels, &pack->hash_count},
        {PACK_HASH_SIZES, 8, (const void **)&pack->hash_sizes, &pack->size_count},
        {PACK_SIZE_SETS, 8, (const void **)&pack->size_sets, &pack->set_count},
        {PACK_INDICATORS, sizeof *pack->indicators, (const void **)&pack->indicators,
         &pack->indicator_count},
        {PACK_ADDRESSES, sizeof *pack->addresses, (const void **)&pack->addresses,
         &pack->address_count},
        {PACK_CONTAINERS, sizeof *pack->containers, (const void **)&pack->containers,
         &pack->container_count},
    };
    errcode code = OK;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays && code == OK; i++) {
        str bytes = {0};
        code = chunk_find(&pack->file, arrays[i].id, arrays[i].item, &bytes, err);
        if (code == OK && bytes.n / arrays[i].item > UINT32_MAX)
            code = err_set(err, ERR_CORRUPT, "a chunk of the pack is too large");
        *arrays[i].items = bytes.p;
        *arrays[i].count = (uint32_t)(bytes.n / arrays[i].item);
    }
    str bytes = {0};
    if (code == OK)
        code = chunk_find(&pack->file, PACK_DIGESTS, 1, &bytes, err);
    pack->digests = (const uint8_t *)bytes.p;
    pack->digest_bytes = bytes.n;
    return code == OK ? chunk_find(&pack->file, PACK_NAMES, 1, &pack->names, err) : code;
}

/* ---- the veil ---- */

/* Takes a chunk off its veil where it stands. */
static errcode
unveil(struct pack *pack, uint32_t id, str *ret, struct err *err)
{
    errcode code = chunk_find(&pack->file, id, 1, ret, err);
    if (code != OK)
        return code;
    char *bytes = pack->file.copy + (ret->p - pack->file.copy);
    veil(veil_seed(pack->meta.seed, id), 0, bytes, bytes, ret->n);
    return OK;
}

static errcode
unveil_all(struct pack *pack, struct err *err)
{
    str rules = {0}, names = {0};
    errcode code = unveil(pack, PACK_TEXT, &pack->texts, err);
    if (code == OK)
        code = unveil(pack, PACK_CONTAINER_REGEX, &pack->regex, err);
    if (code == OK)
        code = unveil(pack, PACK_RULES, &rules, err);
    if (code == OK)
        code = image_chunk_read(rules, &pack->rules, err);
    if (code == OK)
        code = unveil(pack, PACK_FILE_NAMES, &names, err);
    return code == OK ? image_chunk_read(names, &pack->file_names, err) : code;
}

/* ---- opening ---- */

static errcode
read_pack(struct pack *pack, const char *path, const struct pack_options *options, struct err *err)
{
    const struct chunk_file *file = &pack->file;
    errcode code = find_one(pack, PACK_META, &pack->meta, sizeof pack->meta, err);
    if (code == OK)
        code = find_one(pack, PACK_SEAL, &pack->seal, sizeof pack->seal, err);
    if (code == OK && file->chunks[file->count - 1].id != PACK_SEAL)
        code = err_set(err, ERR_CORRUPT, "%s: something stands behind its seal", path);
    if (code == OK)
        code = check_seal(pack, path, options->public_key, err);
    if (code == OK)
        code = check_meta(pack, path, options->version_min, err);
    if (code == OK)
        code = find_arrays(pack, err);
    if (code == OK)
        code = unveil_all(pack, err);
    if (code == OK)
        code = pack_check(pack, err);
    if (code == OK)
        code = rules_open(&pack->file_names, &pack->name_rules, err);
    if (code == OK && pack->name_rules->rule_count != pack->name_count)
        code = err_set(err, ERR_CORRUPT, "the pack's patterns of file names have no labels");
    return code;
}

errcode
pack_open(const char *path, const struct pack_options *options, struct pack **ret, struct err *err)
{
    enum { PACK_MAX = 1 << 30 };
    struct pack *pack = mem_calloc(1, sizeof *pack);
    errcode code = chunk_file_read(path, PACK_MAGIC, PACK_MAX, &pack->file, err);
    if (code == OK)
        code = read_pack(pack, path, options, err);
    if (code == OK)
        *ret = pack;
    else
        pack_close(pack);
    return code;
}

void
pack_close(struct pack *pack)
{
    if (!pack)
        return;
    rules_free(pack->name_rules);
    chunk_file_close(&pack->file);
    free(pack);
}
