/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a registry source: they are refused or compile to a map whose ranges are in order
 * and agree with its lookups. */
#include "intel/networks.h"

#include "base/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_map(const struct network_map *map)
{
    struct network_ranges ranges = network_map_ranges(map);
    require(ranges.count > 0 && ranges.starts[0] == 0);
    for (size_t i = 0; i < ranges.count; i++) {
        require(i == 0 || ranges.starts[i - 1] < ranges.starts[i]);
        require(i == 0 || ranges.index[i - 1] != ranges.index[i]);
        require(ranges.index[i] <= network_map_count(map));
        require(network_map_find4(map, ranges.starts[i]) == ranges.index[i]);
        require(i == 0 || network_map_find4(map, ranges.starts[i] - 1) == ranges.index[i - 1]);
    }
    for (uint32_t i = 1; i <= network_map_count(map); i++) {
        struct network network = network_map_get(map, i);
        require(str_is_utf8(network.name) && str_is_utf8(network.unit));
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        ip addr = {.hi = UINT64_C(1) << bit, .version = 6};
        require(network_map_find(map, addr) <= network_map_count(map));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct networks *networks = networks_new();
    struct networks_report report;
    struct network_map *map;
    struct err err;
    str text = {(const char *)data, size};
    if (networks_read(networks, "input", text, NULL, NULL, &report, &err) == OK) {
        day days[4] = {20000};
        networks_changes(networks, 0, INT32_MAX, days, 4);
        require(network_map_new(networks, days[0], &map, &err) == OK);
        check_map(map);
        network_map_free(map);
    }
    networks_free(networks);
    return 0;
}
