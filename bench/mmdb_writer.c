/* SPDX-License-Identifier: Apache-2.0 */
/* A MaxMind DB from disjoint ranges: the ranges are cut into prefixes, which become a binary tree.
 */
#include "mmdb_writer.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/require.h"

enum {
    TYPE_STRING = 2,
    TYPE_UINT16 = 5,
    TYPE_UINT32 = 6,
    TYPE_MAP = 7,
    TYPE_UINT64 = 9,
    TYPE_ARRAY = 11
};
enum { DATA_GAP = 16 }; /* zero bytes between the tree and the data */
#define EMPTY UINT32_MAX
#define LEAF UINT32_C(0x80000000) /* with the network's index */

struct tree {
    uint32_t (*nodes)[2];
    uint32_t count, room;
};

static uint32_t
new_node(struct tree *tree)
{
    if (tree->count == tree->room) {
        tree->room = tree->room ? tree->room * 2 : 1024;
        tree->nodes = mem_resize(tree->nodes, tree->room, sizeof *tree->nodes);
    }
    tree->nodes[tree->count][0] = tree->nodes[tree->count][1] = EMPTY;
    return tree->count++;
}

static void
add_prefix(struct tree *tree, uint32_t addr, unsigned bits, uint32_t index)
{
    uint32_t node = 0;
    for (unsigned bit = 0; bit + 1 < bits; bit++) {
        unsigned side = addr >> (31 - bit) & 1;
        if (tree->nodes[node][side] == EMPTY) {
            uint32_t child = new_node(tree);
            tree->nodes[node][side] = child;
        }
        node = tree->nodes[node][side];
        require(!(node & LEAF));
    }
    tree->nodes[node][addr >> (32 - bits) & 1] = LEAF | index;
}

/* The fewest prefixes that make up FIRST … LAST. */
static void
add_range(struct tree *tree, uint64_t first, uint64_t last, uint32_t index)
{
    while (first <= last) {
        unsigned bits = first ? 32 - (unsigned)__builtin_ctzll(first) : 1;
        bits = bits < 1 ? 1 : bits;
        while (first + (UINT64_C(1) << (32 - bits)) - 1 > last)
            bits++;
        add_prefix(tree, (uint32_t)first, bits, index);
        first += UINT64_C(1) << (32 - bits);
    }
}

static void
put_control(struct buf *out, unsigned type, size_t size)
{
    unsigned small = size < 29 ? (unsigned)size : size < 285 ? 29 : 30;
    buf_char(out, (char)((type <= 7 ? type : 0) << 5 | small));
    if (type > 7)
        buf_char(out, (char)(type - 7));
    if (small == 29)
        buf_char(out, (char)(size - 29));
    if (small == 30) {
        buf_char(out, (char)((size - 285) >> 8));
        buf_char(out, (char)(size - 285));
    }
}

static void
put_string(struct buf *out, str s)
{
    put_control(out, TYPE_STRING, s.n);
    buf_str(out, s);
}

static void
put_number(struct buf *out, unsigned type, uint64_t value)
{
    unsigned size = 0;
    while (size < 8 && value >> (8 * size))
        size++;
    put_control(out, type, size);
    while (size-- > 0)
        buf_char(out, (char)(value >> (8 * size)));
}

static void
put_record(struct buf *out, uint32_t record)
{
    require(record < 1u << 24);
    buf_char(out, (char)(record >> 16));
    buf_char(out, (char)(record >> 8));
    buf_char(out, (char)record);
}

static void
put_metadata(struct buf *out, uint32_t node_count)
{
    buf_str(out, STR("\xab\xcd\xef"));
    buf_str(out, STR("MaxMind.com"));
    put_control(out, TYPE_MAP, 9);
    put_string(out, STR("node_count"));
    put_number(out, TYPE_UINT32, node_count);
    put_string(out, STR("record_size"));
    put_number(out, TYPE_UINT16, 24);
    put_string(out, STR("ip_version"));
    put_number(out, TYPE_UINT16, 4);
    put_string(out, STR("database_type"));
    put_string(out, STR("bench-ASN"));
    put_string(out, STR("binary_format_major_version"));
    put_number(out, TYPE_UINT16, 2);
    put_string(out, STR("binary_format_minor_version"));
    put_number(out, TYPE_UINT16, 0);
    put_string(out, STR("build_epoch"));
    put_number(out, TYPE_UINT64, 1700000000);
    put_string(out, STR("languages"));
    put_control(out, TYPE_ARRAY, 0);
    put_string(out, STR("description"));
    put_control(out, TYPE_MAP, 0);
}

static uint32_t *
put_networks(struct buf *data, const struct network_map *map)
{
    uint32_t *offsets = mem_calloc(network_map_count(map) + 1, sizeof *offsets);
    for (uint32_t i = 1; i <= network_map_count(map); i++) {
        struct network network = network_map_get(map, i);
        offsets[i] = (uint32_t)data->n;
        put_control(data, TYPE_MAP, 2);
        put_string(data, STR("autonomous_system_number"));
        put_number(data, TYPE_UINT32, network.asn);
        put_string(data, STR("autonomous_system_organization"));
        put_string(data, network.name);
    }
    return offsets;
}

void
mmdb_write(const struct network_map *map, const char *path, uint32_t **ret_offsets)
{
    struct tree tree = {0};
    new_node(&tree);
    struct network_ranges ranges = network_map_ranges(map);
    for (size_t i = 0; i < ranges.count; i++) {
        uint64_t last = i + 1 < ranges.count ? ranges.starts[i + 1] - 1 : UINT32_MAX;
        if (ranges.index[i])
            add_range(&tree, ranges.starts[i], last, ranges.index[i]);
    }
    struct buf data = BUF(64 << 20), file = BUF(256 << 20);
    uint32_t *offsets = put_networks(&data, map);
    for (uint32_t node = 0; node < tree.count; node++)
        for (int side = 0; side < 2; side++) {
            uint32_t to = tree.nodes[node][side];
            bool leaf = to != EMPTY && to & LEAF;
            put_record(&file, to == EMPTY ? tree.count
                              : leaf      ? tree.count + DATA_GAP + offsets[to & ~LEAF]
                                          : to);
        }
    for (int i = 0; i < DATA_GAP; i++)
        buf_char(&file, 0);
    buf_str(&file, buf_view(&data));
    put_metadata(&file, tree.count);
    struct err err;
    require(buf_check(&file, "the MaxMind DB", &err) == OK);
    require(file_replace(path, buf_view(&file), &err) == OK);
    buf_clear(&data);
    buf_clear(&file);
    free(tree.nodes);
    *ret_offsets = offsets;
}
