/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled map as chunks of a file, and the checks that make a mapped one safe to search. */
#include "base/cleanup.h"
#include "base/require.h"
#include "intel/network_map_layout.h"

void
network_map_chunks(const struct network_map *map, struct chunk out[NETWORK_CHUNKS])
{
    const struct {
        const char *id;
        const void *p;
        size_t n;
    } parts[NETWORK_CHUNKS] = {
        {"NREC", map->records, (map->count + (size_t)1) * sizeof *map->records},
        {"NTXT", map->text, map->text_size},
        {"N4ST", map->starts4, map->count4 * sizeof *map->starts4},
        {"N4IX", map->index4, map->count4 * sizeof *map->index4},
        {"N4PR", map->pairs4, map->count4 * sizeof *map->pairs4},
        {"N4DX", map->direct4, ((size_t)1 << map->bits4) * sizeof *map->direct4},
        {"N6ST", map->starts6, map->count6 * sizeof *map->starts6},
        {"N6IX", map->index6, map->count6 * sizeof *map->index6},
        {"N6FR", map->front6, (((size_t)1 << map->bits6) + 1) * sizeof *map->front6},
    };
    for (int i = 0; i < NETWORK_CHUNKS; i++)
        out[i] = (struct chunk){CHUNK_ID(parts[i].id), {parts[i].p, parts[i].n}};
}

/* How many bits a table of COUNT entries has, or 0. */
static uint32_t
bits_of(size_t count, uint32_t min, uint32_t max)
{
    for (uint32_t bits = min; bits <= max; bits++)
        if (count == (size_t)1 << bits)
            return bits;
    return 0;
}

static errcode
find_arrays(const struct chunk_file *file, struct network_map *map, struct err *err)
{
    static const struct {
        const char *id;
        size_t item;
    } kinds[NETWORK_CHUNKS] = {{"NREC", sizeof(struct network_record)},
                               {"NTXT", 1},
                               {"N4ST", 4},
                               {"N4IX", 4},
                               {"N4PR", 8},
                               {"N4DX", 4},
                               {"N6ST", 8},
                               {"N6IX", 4},
                               {"N6FR", 4}};
    str chunks[NETWORK_CHUNKS];
    size_t counts[NETWORK_CHUNKS];
    for (int i = 0; i < NETWORK_CHUNKS; i++) {
        errcode code = chunk_find(file, CHUNK_ID(kinds[i].id), kinds[i].item, &chunks[i], err);
        if (code != OK)
            return code;
        counts[i] = chunks[i].n / kinds[i].item;
        if (counts[i] > INT32_MAX)
            return err_set(err, ERR_CORRUPT, "chunk %s is too large", kinds[i].id);
    }
    *map = (struct network_map){
        .records = (const void *)chunks[0].p,
        .count = (uint32_t)counts[0] - 1,
        .text = chunks[1].p,
        .text_size = counts[1],
        .starts4 = (const void *)chunks[2].p,
        .count4 = (uint32_t)counts[2],
        .index4 = (const void *)chunks[3].p,
        .pairs4 = (const void *)chunks[4].p,
        .direct4 = (const void *)chunks[5].p,
        .bits4 = bits_of(counts[5], DIRECT_BITS_MIN, DIRECT_BITS_MAX),
        .starts6 = (const void *)chunks[6].p,
        .count6 = (uint32_t)counts[6],
        .index6 = (const void *)chunks[7].p,
        .front6 = (const void *)chunks[8].p,
        .bits6 = bits_of(counts[8] - 1, FRONT_BITS_MIN, FRONT_BITS_MAX),
    };
    if (counts[0] == 0)
        return err_set(err, ERR_CORRUPT, "chunk NREC is empty");
    if (counts[3] != map->count4 || counts[4] != map->count4 || counts[7] != map->count6 ||
        !map->count4 || !map->count6)
        return err_set(err, ERR_CORRUPT, "the chunks of network ranges do not agree");
    if (!map->bits4 || !map->bits6)
        return err_set(err, ERR_CORRUPT, "chunk N4DX or N6FR has a wrong size");
    return OK;
}

static bool
all_at_most(const uint32_t *index, uint32_t count, uint32_t most)
{
    uint32_t max = 0;
    for (uint32_t i = 0; i < count; i++)
        max = index[i] > max ? index[i] : max;
    return max <= most;
}

static bool
pairs4_safe(const struct network_map *map)
{
    uint32_t max = 0;
    for (uint32_t i = 0; i < map->count4; i++)
        max = map->pairs4[i].index > max ? map->pairs4[i].index : max;
    return max <= map->count;
}

static bool
direct4_safe(const struct network_map *map)
{
    bool safe = true;
    for (uint32_t i = 0; i < 1u << map->bits4; i++) {
        uint32_t entry = map->direct4[i];
        uint32_t place = entry >> 8 & ((1u << DIRECT_PLACE_BITS) - 1), more = entry & 0xff;
        bool long_run = more == DIRECT_MORE;
        bool in_ranges = place < map->count4 && (long_run || more < map->count4 - place);
        safe &= entry & DIRECT_IN_RANGES ? in_ranges : entry <= map->count;
    }
    return safe;
}

static bool
front6_safe(const struct network_map *map)
{
    uint32_t blocks = 1u << map->bits6;
    for (uint32_t i = 0; i < blocks; i++)
        if (map->front6[i] > map->front6[i + 1])
            return false;
    return map->front6[blocks] == map->count6;
}

static bool
text_inside(const struct network_map *map, uint32_t at, uint16_t size)
{
    return at <= map->text_size && size <= map->text_size - at;
}

static bool
records_safe(const struct network_map *map)
{
    bool safe = true;
    for (uint32_t i = 0; i <= map->count; i++) {
        const struct network_record *record = &map->records[i];
        safe &= text_inside(map, record->name, record->name_size) &&
                text_inside(map, record->isp, record->isp_size) &&
                text_inside(map, record->unit, record->unit_size) &&
                record->kind < NETWORK_KIND_COUNT;
    }
    return safe;
}

static errcode
check_safe(const struct network_map *map, struct err *err)
{
    if (!all_at_most(map->index4, map->count4, map->count) ||
        !all_at_most(map->index6, map->count6, map->count) || !pairs4_safe(map))
        return err_set(err, ERR_CORRUPT, "a range belongs to a network that is not there");
    if (!records_safe(map))
        return err_set(err, ERR_CORRUPT, "a network's text lies outside of chunk NTXT");
    if (!direct4_safe(map))
        return err_set(err, ERR_CORRUPT, "chunk N4DX points outside of the ranges");
    if (!front6_safe(map))
        return err_set(err, ERR_CORRUPT, "chunk N6FR points outside of the ranges");
    return OK;
}

static bool
ascending(const struct network_map *map)
{
    bool right = map->starts4[0] == 0 && map->starts6[0] == 0;
    for (uint32_t i = 1; i < map->count4; i++)
        right &= map->starts4[i - 1] < map->starts4[i];
    for (uint32_t i = 0; i < map->count4; i++)
        right &= map->pairs4[i].start == map->starts4[i] && map->pairs4[i].index == map->index4[i];
    for (uint32_t i = 1; i < map->count6; i++)
        right &= map->starts6[i - 1] < map->starts6[i];
    return right && map->count4 <= 1u << DIRECT_PLACE_BITS;
}

static errcode
check_deep(const struct network_map *map, struct err *err)
{
    if (!ascending(map))
        return err_set(err, ERR_CORRUPT, "the network ranges are not in order");
    cleanup(cleanup_free) uint32_t *direct4 =
        network_direct4_new(map->starts4, map->index4, map->count4, map->bits4);
    cleanup(cleanup_free) uint32_t *front6 =
        network_front6_new(map->starts6, map->count6, map->bits6);
    if (memcmp(direct4, map->direct4, sizeof *direct4 << map->bits4) != 0 ||
        memcmp(front6, map->front6, sizeof *front6 * ((1u << map->bits6) + 1)) != 0)
        return err_set(err, ERR_CORRUPT, "chunk N4DX or N6FR does not fit the ranges");
    static const struct network_record empty;
    if (memcmp(&map->records[0], &empty, sizeof empty) != 0)
        return err_set(err, ERR_CORRUPT, "the network of index 0 is not empty");
    return OK;
}

errcode
network_map_from_chunks(const struct chunk_file *file, bool deep, struct network_map *ret,
                        struct err *err)
{
    struct network_map map;
    errcode code = find_arrays(file, &map, err);
    if (code == OK)
        code = check_safe(&map, err);
    if (code == OK && deep)
        code = check_deep(&map, err);
    if (code == OK)
        *ret = map;
    return code;
}
