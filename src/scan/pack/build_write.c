/* SPDX-License-Identifier: Apache-2.0 */
/* From what was collected to the file. The same inputs and the same clock give the same bytes. */
#include "scan/pack/build.h"

#include "base/limits.h"
#include "scan/pack/image_chunk.h"
#include "scan/pack/seal.h"
#include "scan/pack/veil.h"
#include "scan/rules/rules.h"

#include <stdlib.h>

static int
compare_indicators(const void *a, const void *b)
{
    const struct indicator_record *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->label < y->label ? -1 : x->label > y->label;
}

static int
compare_addresses(const void *a, const void *b)
{
    const struct address_record *x = a, *y = b;
    if (x->version != y->version)
        return x->version < y->version ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return memcmp(x->bytes, y->bytes, sizeof x->bytes);
}

static void
sort(struct buf *records, size_t size, int (*compare)(const void *, const void *))
{
    if (records->n)
        qsort(records->p, records->n / size, size, compare);
}

/* The image must open here as it must where the pack is used. */
static errcode
write_image(struct compiler *compiler, struct buf *out, struct err *err)
{
    struct image image;
    struct rules *rules;
    errcode code = compiler_finish(compiler, &image, err);
    if (code == OK)
        code = rules_open(&image, &rules, err);
    if (code != OK)
        return code;
    rules_free(rules);
    image_chunk_write(&image, out);
    return buf_check(out, "the compiled rules", err);
}

struct chunks {
    struct chunk items[PACK_CHUNKS];
    size_t count;
};

static void
add(struct chunks *chunks, uint32_t id, str content)
{
    static const uint64_t nothing;
    if (!content.p)
        content = (str){(const char *)&nothing, 0};
    chunks->items[chunks->count++] = (struct chunk){id, content};
}

static void
list_chunks(struct pack_build *build, struct built_tables *tables, struct buf *rules,
            struct buf *file_names, struct chunks *chunks)
{
    add(chunks, PACK_TEXT, buf_view(&build->texts));
    add(chunks, PACK_SOURCES, buf_view(&build->sources));
    add(chunks, PACK_RULES, buf_view(rules));
    add(chunks, PACK_FILE_NAMES, buf_view(file_names));
    add(chunks, PACK_NAME_LABELS, buf_view(&build->name_labels));
    add(chunks, PACK_LABELS, buf_view(&build->labels));
    add(chunks, PACK_NAMES, buf_view(&build->names));
    add(chunks, PACK_TABLES, buf_view(&tables->tables));
    add(chunks, PACK_BUCKETS, buf_view(&tables->buckets));
    add(chunks, PACK_DIGESTS, buf_view(&tables->digests));
    add(chunks, PACK_HASH_LABELS, buf_view(&tables->labels));
    add(chunks, PACK_HASH_SIZES, buf_view(&tables->sizes));
    add(chunks, PACK_SIZE_SETS, buf_view(&tables->sets));
    add(chunks, PACK_INDICATORS, buf_view(&build->indicators));
    add(chunks, PACK_ADDRESSES, buf_view(&build->addresses));
    add(chunks, PACK_CONTAINERS, buf_view(&build->containers));
    add(chunks, PACK_CONTAINER_REGEX, buf_view(&build->container_regex));
}

/* The seed follows from the content. */
static struct pack_meta
make_meta(const struct chunks *chunks, uint64_t version)
{
    struct pack_meta meta = {.version = version,
                             .built = clock_now(),
                             .format_min = PACK_FORMAT,
                             .rules_format = IMAGE_FORMAT};
    for (size_t i = 0; i < chunks->count; i++)
        meta.seed = meta.seed * 31 + checksum_of(chunks->items[i].content).low;
    str_copy(str_of("khien " KHIEN_VERSION), meta.program, sizeof meta.program);
    return meta;
}

static void
put_veils(const struct chunks *chunks, uint64_t seed)
{
    for (size_t i = 0; i < chunks->count; i++)
        if (chunk_is_veiled(chunks->items[i].id)) {
            char *bytes = (char *)chunks->items[i].content.p;
            veil(veil_seed(seed, chunks->items[i].id), 0, bytes, bytes, chunks->items[i].content.n);
        }
}

static errcode
check_all(struct pack_build *build, struct built_tables *tables, struct err *err)
{
    struct buf *bufs[] = {&build->sources,    &build->texts,       &build->names,
                          &build->labels,     &build->indicators,  &build->addresses,
                          &build->containers, &build->name_labels, &build->container_regex,
                          &tables->tables,    &tables->buckets,    &tables->digests,
                          &tables->labels,    &tables->sizes,      &tables->sets};
    errcode code = OK;
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs && code == OK; i++)
        code = buf_check(bufs[i], "a chunk of the pack", err);
    return code;
}

static errcode
write_chunks(const char *path, struct chunks *chunks, const struct pack_write_options *options,
             struct err *err)
{
    struct pack_meta meta = make_meta(chunks, options->version);
    struct pack_seal seal;
    put_veils(chunks, meta.seed);
    add(chunks, PACK_META, (str){(const char *)&meta, sizeof meta});
    seal_make(chunks->items, chunks->count, options->secret, &seal);
    add(chunks, PACK_SEAL, (str){(const char *)&seal, sizeof seal});
    return chunk_file_write(path, PACK_MAGIC, chunks->items, chunks->count, err);
}

errcode
pack_build_write(struct pack_build *build, const char *path,
                 const struct pack_write_options *options, struct err *err)
{
    struct buf rules = BUF(LIMIT_PACK_CHUNK), file_names = BUF(LIMIT_PACK_CHUNK);
    struct built_tables tables;
    struct chunks chunks = {.count = 0};
    sort(&build->indicators, sizeof(struct indicator_record), compare_indicators);
    sort(&build->addresses, sizeof(struct address_record), compare_addresses);
    build_tables(build, &tables);
    errcode code = check_all(build, &tables, err);
    if (code == OK)
        code = write_image(build->compiler, &rules, err);
    if (code == OK)
        code = write_image(build->name_compiler, &file_names, err);
    if (code == OK) {
        list_chunks(build, &tables, &rules, &file_names, &chunks);
        code = write_chunks(path, &chunks, options, err);
    }
    struct buf *bufs[] = {&rules,          &file_names,    &tables.tables, &tables.buckets,
                          &tables.digests, &tables.labels, &tables.sizes,  &tables.sets};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_clear(bufs[i]);
    return code;
}
