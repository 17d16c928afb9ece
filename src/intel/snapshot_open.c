/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a snapshot: chunks become arrays, after the checks that lookups rely on. */
#include "base/require.h"
#include "intel/numbered.h"
#include "intel/snapshot_layout.h"

#define FIND(file, id, type, ret_array, ret_count, err)                                            \
    find_array((file), CHUNK_ID(id), sizeof(type), (const void **)(ret_array), (ret_count), (err))

static errcode
find_array(const struct chunk_file *file, uint32_t id, size_t item, const void **ret_array,
           uint32_t *ret_count, struct err *err)
{
    str content;
    errcode code = chunk_find(file, id, item, &content, err);
    if (code != OK)
        return code;
    if (content.n / item > INT32_MAX)
        return err_set(err, ERR_CORRUPT, "a chunk has more than 2^31 items");
    *ret_array = content.p;
    *ret_count = (uint32_t)(content.n / item);
    return OK;
}

static errcode
open_meta(struct snapshot *s, struct err *err)
{
    const struct snapshot_meta_record *meta = NULL;
    uint32_t count = 0;
    errcode code = FIND(&s->file, "META", struct snapshot_meta_record, &meta, &count, err);
    if (code != OK)
        return code;
    if (count != 1)
        return err_set(err, ERR_CORRUPT, "chunk META has a wrong size");
    /* So that adding an entry's 16 bits cannot overflow. */
    if (meta->epoch > INT32_MAX - UINT16_MAX)
        return err_set(err, ERR_CORRUPT, "chunk META has an impossible epoch");
    s->epoch = meta->epoch;
    s->sighting_count = meta->sightings;
    s->meta = (struct snapshot_meta){
        .as_of = meta->as_of,
        .built = meta->built,
        .window_days = meta->window_days,
        .demonstration = meta->flags & SNAPSHOT_FLAG_DEMONSTRATION,
        .generation = meta->generation,
    };
    return OK;
}

static bool
text_view(str text, uint32_t at, uint16_t size, str *ret)
{
    if (at > text.n || size > text.n - at)
        return false;
    *ret = (str){text.p + at, size};
    return true;
}

static errcode
open_families(struct snapshot *s, struct err *err)
{
    const struct snapshot_family_record *records;
    str text;
    errcode code =
        FIND(&s->file, "FAMR", struct snapshot_family_record, &records, &s->family_count, err);
    if (code == OK)
        code = chunk_find(&s->file, CHUNK_ID("FAMT"), 1, &text, err);
    if (code != OK)
        return code;
    if (s->family_count >= ENTRY_MORE)
        return err_set(err, ERR_CORRUPT, "chunk FAMR has too many families");
    s->families = mem_calloc(s->family_count + 1, sizeof *s->families);
    for (uint32_t i = 0; i < s->family_count; i++) {
        const struct snapshot_family_record *record = &records[i];
        str class;
        if (!text_view(text, record->name, record->name_size, &s->families[i].name) ||
            !text_view(text, record->class, record->class_size, &class))
            return err_set(err, ERR_CORRUPT, "family %u has text outside of chunk FAMT", i);
        enum event_class known = event_class_find(class);
        /* A class that a newer program added. */
        s->families[i].class = known == CLASS_NONE ? CLASS_UNDETERMINED : known;
    }
    return OK;
}

static errcode
open_listed4(struct snapshot *s, struct err *err)
{
    uint32_t dirs = 0, places = 0, maps = 0, lows = 0;
    errcode code = FIND(&s->file, "L4DR", struct snapshot_dir4, &s->dir4, &dirs, err);
    if (code == OK)
        code = FIND(&s->file, "L4BK", uint16_t, &s->blocks4, &places, err);
    if (code == OK)
        code = FIND(&s->file, "L4BM", struct snapshot_bits4, &s->bits4, &maps, err);
    if (code == OK)
        code = FIND(&s->file, "L4LO", uint16_t, &s->low4, &lows, err);
    if (code == OK)
        code = FIND(&s->file, "L4EN", struct snapshot_entry, &s->entries4, &s->count4, err);
    if (code != OK)
        return code;
    if (lows != s->count4 || maps != places)
        return err_set(err, ERR_CORRUPT, "the chunks L4LO and L4EN, or L4BK and L4BM, differ");
    if (dirs != DIR4_COUNT && (dirs || s->count4))
        return err_set(err, ERR_CORRUPT, "chunk L4DR has a wrong size");
    if (dirs == 0)
        s->dir4 = NULL;
    s->block_count = places / BLOCK4_COUNT;
    return OK;
}

static errcode
open_listed6(struct snapshot *s, struct err *err)
{
    uint32_t dirs = 0, keys = 0;
    errcode code = FIND(&s->file, "L6DR", uint32_t, &s->dir6, &dirs, err);
    if (code == OK)
        code = FIND(&s->file, "L6KY", uint64_t, &s->keys6, &keys, err);
    if (code == OK)
        code = FIND(&s->file, "L6EN", struct snapshot_entry, &s->entries6, &s->count6, err);
    if (code == OK)
        code = FIND(&s->file, "MORE", struct snapshot_entry, &s->more, &s->more_count, err);
    if (code != OK)
        return code;
    if (keys != s->count6)
        return err_set(err, ERR_CORRUPT, "chunks L6KY and L6EN do not agree");
    if (s->count6 == 0)
        return OK;
    for (uint32_t bits = DIR6_BITS_MIN; bits <= DIR6_BITS_MAX; bits++)
        if (dirs == (1u << bits) + 1)
            s->bits6 = bits;
    if (s->bits6 == 0)
        return err_set(err, ERR_CORRUPT, "chunk L6DR has a wrong size");
    return OK;
}

static errcode
open_parts(struct snapshot *s, enum snapshot_depth depth, struct err *err)
{
    errcode code = open_meta(s, err);
    if (code == OK)
        code = network_map_from_chunks(&s->file, depth == SNAPSHOT_RIGHT, &s->networks, err);
    if (code == OK)
        code = open_families(s, err);
    if (code == OK)
        code = open_listed4(s, err);
    if (code == OK)
        code = open_listed6(s, err);
    if (code == OK && depth == SNAPSHOT_RIGHT)
        code = snapshot_check(s, err);
    return code;
}

errcode
snapshot_open(const char *path, enum snapshot_depth depth, struct snapshot **ret, struct err *err)
{
    struct snapshot *s = mem_calloc(1, sizeof *s);
    atomic_init(&s->refs, 1);
    errcode code = chunk_file_open(path, SNAPSHOT_MAGIC, depth != SNAPSHOT_SAFE, &s->file, err);
    if (code != OK) {
        free(s);
        return code;
    }
    s->path = mem_strndup(path, strlen(path));
    code = open_parts(s, depth, err);
    if (code != OK) {
        snapshot_unref(s);
        return err_prefix(err, "%s is damaged", path);
    }
    *ret = s;
    return OK;
}

struct opening {
    enum snapshot_depth depth;
    struct snapshot **ret;
};

static errcode
open_one(void *context, const char *path, struct err *err)
{
    const struct opening *opening = context;
    return snapshot_open(path, opening->depth, opening->ret, err);
}

errcode
snapshot_open_newest(const char *folder, enum snapshot_depth depth, struct snapshot **ret,
                     struct err *warning, struct err *err)
{
    struct opening opening = {depth, ret};
    errcode code = numbered_open_newest(folder, SNAPSHOT_SUFFIX, open_one, &opening, warning, err);
    if (code == ERR_NOT_FOUND)
        err_set(err, code, "no usable snapshot in %s: `khien snapshot build` makes one", folder);
    return code;
}

errcode
snapshot_next_path(const char *folder, char out[], size_t size, struct err *err)
{
    return numbered_next_path(folder, SNAPSHOT_SUFFIX, out, size, err);
}

errcode
snapshot_remove_old(const char *folder, unsigned keep, struct err *err)
{
    return numbered_remove_old(folder, SNAPSHOT_SUFFIX, keep, err);
}
