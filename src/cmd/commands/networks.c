/* SPDX-License-Identifier: Apache-2.0 */
/* khien networks: the registry of who runs which addresses. */
#include "base/cleanup.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"

#include <stdio.h>

enum { REGISTRY_FILE_MAX = 512 << 20 };

static void
show_refused(void *context, uint64_t line, const char *reason)
{
    fprintf(stderr, "%s:%llu: %s\n", (const char *)context, (unsigned long long)line, reason);
}

/* Read on its own first: a file that is refused must not become part of the registry. */
static errcode
import_file(const struct call *call, const char *path, const char *folder, struct table *table,
            struct err *err)
{
    struct buf text = {0};
    errcode code = strcmp(path, "-") == 0
                       ? file_read_fd(0, "standard input", REGISTRY_FILE_MAX, &text, err)
                       : file_read(path, REGISTRY_FILE_MAX, &text, err);
    if (code != OK)
        return code;
    const char *name = call_option(call, "name");
    if (!name)
        name = strcmp(path, "-") == 0 ? "standard-input.csv" : path_base(path);
    cleanup(cleanup_networks) struct networks *alone = networks_new();
    struct networks_report report;
    code = networks_read(alone, name, buf_view(&text), show_refused, (void *)(uintptr_t)name,
                         &report, err);
    if (code == OK)
        code = networks_save(folder, name, buf_view(&text), err);
    if (code == OK) {
        table_row(table);
        table_put_z(table, "name", name);
        table_put_z(table, "format", report.format);
        table_put_u64(table, "rows", report.rows);
        table_put_u64(table, "ranges", report.ranges);
        table_put_u64(table, "refused", report.refused);
    }
    buf_clear(&text);
    return code;
}

static errcode
rebuild(const struct call *call, struct err *err)
{
    char path[PATH_TEXT];
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    errcode code = state_sightings(call, true, &sightings, err);
    if (code == OK)
        code = state_snapshot_build(call, sightings, path, err);
    if (code == OK)
        code = state_figures_follow(call, sightings, "the registry is imported", err);
    return code;
}

static errcode
run_import(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {{"name", TABLE_TEXT, 0},
                                                  {"format", TABLE_TEXT, 0},
                                                  {"rows", TABLE_COUNT, 0},
                                                  {"ranges", TABLE_COUNT, 0},
                                                  {"refused", TABLE_COUNT, 0}};
    char folder[PATH_TEXT];
    errcode code = state_path(call, "networks", folder, err);
    if (code == OK && call_option(call, "name") && call->word_count > 1)
        code = err_set(err, ERR_USAGE, "--name is for one file");
    cleanup(cleanup_table) struct table *table = table_new(columns, 5);
    for (size_t i = 0; i < call->word_count && code == OK; i++)
        code = import_file(call, call->words[i], folder, table, err);
    struct err late;
    errcode shown = output_table(call, table, code == OK ? err : &late);
    if (code == OK)
        code = shown;
    if (code == OK && !call_given(call, "no-snapshot"))
        code = rebuild(call, err);
    return code;
}

static errcode
open_map(const struct call *call, struct networks **ret_networks, struct network_map **ret,
         struct err *err)
{
    day as_of = clock_today();
    errcode code = call_day(call, "on", &as_of, err);
    if (code == OK)
        code = state_networks(call, ret_networks, err);
    return code == OK ? network_map_new(*ret_networks, as_of, ret, err) : code;
}

static struct table *
network_table(const char *first)
{
    const struct table_column columns[] = {
        {first, TABLE_TEXT, 0},         {"asn", TABLE_COUNT, 0},    {"name", TABLE_TEXT, 0},
        {"isp", TABLE_TEXT, 0},         {"country", TABLE_TEXT, 0}, {"province", TABLE_TEXT, 0},
        {"unit", TABLE_TEXT, 0},        {"kind", TABLE_TEXT, 0},    {"dynamic", TABLE_FLAG, 0},
        {"subscribers", TABLE_COUNT, 0}};
    return table_new(columns, sizeof columns / sizeof *columns);
}

static void
put_network(struct table *table, const struct network *network)
{
    if (network->asn)
        table_put_u64(table, "asn", network->asn);
    table_put_str(table, "name", network->name);
    table_put_str(table, "isp", network->isp);
    table_put_z(table, "country", network->country);
    table_put_z(table, "province", network->province);
    table_put_str(table, "unit", network->unit);
    table_put_z(table, "kind", network_kind_name(network->kind));
    table_put_bool(table, "dynamic", network->dynamic);
    if (network->subscribers)
        table_put_u64(table, "subscribers", network->subscribers);
}

static errcode
run_lookup(const struct call *call, struct err *err)
{
    cleanup(cleanup_networks) struct networks *networks = NULL;
    cleanup(cleanup_network_map) struct network_map *map = NULL;
    errcode code = open_map(call, &networks, &map, err);
    if (code != OK)
        return code;
    cleanup(cleanup_table) struct table *table = network_table("address");
    for (size_t i = 0; i < call->word_count; i++) {
        ip addr;
        if (!ip_parse(str_of(call->words[i]), &addr))
            return err_set(err, ERR_USAGE, "\"%s\" is no address", call->words[i]);
        table_row(table);
        table_put_z(table, "address", call->words[i]);
        uint32_t index = network_map_find(map, ip_unmap(addr));
        if (index) {
            struct network network = network_map_get(map, index);
            put_network(table, &network);
        }
    }
    return output_table(call, table, err);
}

static bool
is_wanted(const struct call *call, const struct network *network)
{
    const char *country = call_option(call, "country"), *isp = call_option(call, "isp");
    return (!country || str_eq_nocase(str_of(country), str_of(network->country))) &&
           (!isp || str_eq(str_of(isp), network->isp));
}

/* Networks, not prefixes: what shares every field is one row, with the IPv4 addresses it has. */
static errcode
run_list(const struct call *call, struct err *err)
{
    cleanup(cleanup_networks) struct networks *networks = NULL;
    cleanup(cleanup_network_map) struct network_map *map = NULL;
    errcode code = open_map(call, &networks, &map, err);
    if (code != OK)
        return code;
    uint32_t count = network_map_count(map);
    uint64_t *addresses = mem_calloc((size_t)count + 1, sizeof *addresses);
    struct network_ranges ranges = network_map_ranges(map);
    for (size_t i = 0; i < ranges.count; i++) {
        uint64_t end = i + 1 < ranges.count ? ranges.starts[i + 1] : UINT64_C(1) << 32;
        addresses[ranges.index[i]] += end - ranges.starts[i];
    }
    cleanup(cleanup_table) struct table *table = network_table("addresses4");
    for (uint32_t index = 1; index <= count; index++) {
        struct network network = network_map_get(map, index);
        if (!is_wanted(call, &network))
            continue;
        char number[24];
        snprintf(number, sizeof number, "%llu", (unsigned long long)addresses[index]);
        table_row(table);
        table_put_z(table, "addresses4", number);
        put_network(table, &network);
    }
    free(addresses);
    return output_table(call, table, err);
}

static const struct option import_options[] = {
    {"name", "NAME", NULL, "keep it under this name; the next import of the name replaces it", 0},
    {"no-snapshot", NULL, NULL, "leave the snapshot and the public figures as they are", 0},
    OPTION_JSON,
    OPTION_CSV,
    {0},
};
static const struct option lookup_options[] = {
    {"on", "DAY", NULL, "as the registry stood on that day instead of today", 0},
    OPTION_JSON,
    OPTION_CSV,
    {0},
};
static const struct option list_options[] = {
    {"on", "DAY", NULL, "as the registry stood on that day instead of today", 0},
    {"country", "CC", NULL, "only networks of this country", 0},
    {"isp", "KEY", NULL, "only networks of this provider", 0},
    OPTION_JSON,
    OPTION_CSV,
    {0},
};
static const struct action actions[] = {
    {.name = "import",
     .words = "FILE…",
     .summary = "add or replace sources of the registry",
     .words_min = 1,
     .words_max = SIZE_MAX,
     .needs = NEED_READ | NEED_WRITE,
     .options = import_options,
     .run = run_import},
    {.name = "list",
     .words = "",
     .summary = "list the networks with their IPv4 addresses",
     .needs = NEED_STATE,
     .options = list_options,
     .run = run_list},
    {.name = "lookup",
     .words = "ADDRESS…",
     .summary = "show whose addresses these are",
     .words_min = 1,
     .words_max = SIZE_MAX,
     .needs = NEED_STATE,
     .options = lookup_options,
     .run = run_lookup},
    {0},
};
const struct command command_networks = {
    .name = "networks",
    .group = "Feeds in",
    .summary = "keep the registry of networks: provider, province, unit, kind",
    .details =
        "Sources are the ASN and country files of ip-location-db, delegated files of the address "
        "registries, and a CSV of one's own with the header "
        "`prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to`. Where "
        "prefixes overlap the longer one wins field by field. Kinds are fixed, mobile, cgnat, "
        "mixed, hosting and government.\n\n"
        "Refused rows go to standard error with line and reason; a file with too many of them is "
        "refused whole and changes nothing.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien networks import asn-ipv4.csv geo-whois-asn-country-ipv4.csv pools.csv",
             "Fill the registry:"},
            {"khien networks lookup 203.113.131.1", "Who runs an address:"},
            {0}},
    .see_also = "khien-snapshot khien-stats",
};
