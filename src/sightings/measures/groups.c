/* SPDX-License-Identifier: Apache-2.0 */
/* Grouping is by key text, once for each map. */
#include "sightings/measures/groups.h"

#include "base/require.h"

#include <stdio.h>
#include <stdlib.h>

/* The group that NETWORK belongs to; TEXT is room for a key that must be written. */
static str
key_of(const struct network *network, enum measure_by by, char text[16])
{
    str none = STR("unknown"), key = none;
    switch (by) {
    case BY_ISP:
        key = network->isp;
        break;
    case BY_PROVINCE:
        key = str_of(network->province);
        break;
    case BY_KIND:
        key = str_of(network_kind_name(network->kind));
        break;
    case BY_ASN:
        if (network->asn)
            snprintf(text, 16, "AS%u", network->asn);
        key = network->asn ? str_of(text) : none;
        break;
    default:
        require(!"a kind of network");
    }
    return key.n ? key : none;
}

static struct group *
group_add(struct groups *groups, str key)
{
    size_t at = names_index(&groups->keys, key);
    if (at == groups->count) {
        if ((at & (at - 1)) == 0) /* 0 and powers of two: double */
            groups->items = mem_resize(groups->items, at ? at * 2 : 1, sizeof *groups->items);
        groups->items[groups->count++] = (struct group){.key = groups->keys.items[at]};
    }
    return &groups->items[at];
}

void
groups_open(struct groups *ret, const struct network_map *map, enum measure_by by)
{
    uint32_t count = network_map_count(map);
    *ret = (struct groups){.map = map};
    ret->group_of = mem_calloc((size_t)count + 1, sizeof *ret->group_of);
    ret->counts4 = mem_calloc((size_t)count + 1, sizeof *ret->counts4);
    ret->counts6 = mem_calloc((size_t)count + 1, sizeof *ret->counts6);
    uint64_t *sizes = mem_calloc((size_t)count + 1, sizeof *sizes);
    attribution_sizes(map, sizes);
    group_add(ret, STR("unknown"));
    for (uint32_t i = 1; i <= count; i++) {
        struct network network = network_map_get(map, i);
        char text[16];
        struct group *group = group_add(ret, key_of(&network, by, text));
        ret->group_of[i] = (uint32_t)(group - ret->items);
        group->announced += sizes[i];
        group->subscribers += network.subscribers;
        if (by == BY_ASN && !group->name.n)
            group->name = network.name;
    }
    free(sizes);
}

void
groups_close(struct groups *groups)
{
    names_clear(&groups->keys);
    free(groups->items);
    free(groups->group_of);
    free(groups->counts4);
    free(groups->counts6);
    *groups = (struct groups){0};
}

void
groups_count(struct groups *groups, const struct ipset *set)
{
    uint32_t count = network_map_count(groups->map);
    memset(groups->counts4, 0, ((size_t)count + 1) * sizeof *groups->counts4);
    memset(groups->counts6, 0, ((size_t)count + 1) * sizeof *groups->counts6);
    attribution_count(groups->map, set, groups->counts4, groups->counts6);
    groups_take(groups, groups->counts4, groups->counts6);
}

void
groups_take(struct groups *groups, const uint64_t *counts4, const uint64_t *counts6)
{
    uint32_t count = network_map_count(groups->map);
    for (size_t i = 0; i < groups->count; i++)
        groups->items[i].ipv4 = groups->items[i].ipv6 = 0;
    for (uint32_t i = 0; i <= count; i++) {
        groups->items[groups->group_of[i]].ipv4 += counts4[i];
        groups->items[groups->group_of[i]].ipv6 += counts6[i];
    }
}
