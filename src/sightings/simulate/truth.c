/* SPDX-License-Identifier: Apache-2.0 */
/* JSON and TSV of what really happened in the simulation. */
#include "sightings/simulate/truth.h"

#include "base/file.h"

#include <math.h>

static void
write_families(struct truth *truth)
{
    json_out_key(&truth->out, "families");
    json_out_array_begin(&truth->out);
    for (int f = 0; f < SIMULATED_FAMILIES; f++) {
        const struct simulated_family *family = &simulated_families[f];
        json_out_object_begin(&truth->out);
        json_out_pair_z(&truth->out, "name", family->name);
        json_out_pair_double(&truth->out, "share_at_start", family->weight, 4);
        json_out_pair_double(&truth->out, "hazard_per_day", family->hazard, 4);
        /* Geometric: the first day by which at least half are clean, and the mean. */
        json_out_pair_double(&truth->out, "median_days", ceil(log(0.5) / log(1 - family->hazard)),
                             1);
        json_out_pair_double(&truth->out, "mean_days", 1 / family->hazard, 1);
        json_out_pair_double(&truth->out, "seen_share", family->seen, 4);
        json_out_object_end(&truth->out);
    }
    json_out_array_end(&truth->out);
}

void
truth_begin(struct truth *truth, const struct population *population, day first)
{
    const struct simulate_options *options = population->options;
    *truth = (struct truth){.json = BUF((size_t)64 << 20), .hosts = BUF((size_t)256 << 20)};
    truth->out = json_out_to(&truth->json);
    truth->first = first;
    buf_z(&truth->hosts, "# family\tsubscriber\tfirst_day\tlast_day\tclean\n");
    struct json_out *out = &truth->out;
    json_out_object_begin(out);
    json_out_pair_bool(out, "simulated", true);
    json_out_pair_u64(out, "seed", options->seed);
    json_out_pair_u64(out, "daily", options->daily);
    json_out_pair_day(out, "campaign_from",
                      options->campaign_day < options->days ? first + (day)options->campaign_day
                                                            : DAY_NONE);
    json_out_pair_day(out, "outage_from",
                      options->outage_days ? first + (day)options->outage_day : DAY_NONE);
    json_out_pair_u64(out, "outage_days", options->outage_days);
    json_out_pair_day(out, "policy_from",
                      options->policy_day ? first + (day)options->policy_day : DAY_NONE);
    write_families(truth);
    json_out_key(out, "days");
    json_out_array_begin(out);
}

void
truth_day(struct truth *truth, const struct population *population, uint32_t nth, uint64_t seen,
          uint64_t rows)
{
    struct json_out *out = &truth->out;
    json_out_object_begin(out);
    json_out_pair_day(out, "day", truth->first + (day)nth);
    json_out_pair_u64(out, "infected_hosts", population->host_count);
    json_out_pair_u64(out, "infected_subscribers", population->any_household);
    json_out_pair_u64(out, "seen_hosts", seen);
    json_out_pair_u64(out, "rows", rows);
    json_out_key(out, "families");
    json_out_object_begin(out);
    for (int f = 0; f < SIMULATED_FAMILIES; f++) {
        json_out_key(out, simulated_families[f].name);
        json_out_object_begin(out);
        json_out_pair_u64(out, "hosts", population->infected[f]);
        json_out_pair_u64(out, "subscribers", population->households[f]);
        json_out_object_end(out);
    }
    json_out_object_end(out);
    json_out_object_end(out);
}

void
truth_host(void *context, const struct host *host, uint32_t last, bool alive)
{
    struct truth *truth = context;
    char text[DAY_TEXT];
    if (truth->listed++ >= TRUTH_HOSTS_MAX)
        return;
    buf_z(&truth->hosts, simulated_families[host->family].name);
    buf_char(&truth->hosts, '\t');
    buf_u64(&truth->hosts, host->subscriber);
    buf_char(&truth->hosts, '\t');
    buf_z(&truth->hosts, day_format(truth->first + host->first, text));
    buf_char(&truth->hosts, '\t');
    buf_z(&truth->hosts, day_format(truth->first + (day)last, text));
    buf_char(&truth->hosts, '\t');
    buf_z(&truth->hosts, alive ? "no\n" : "yes\n");
}

static errcode
write_file(const struct population *population, const char *name, str text, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = path_join(path, population->options->out, name, err);
    return code ? code : file_replace(path, text, err);
}

errcode
truth_write(struct truth *truth, const struct population *population, struct err *err)
{
    struct buf readme = BUF(1 << 16);
    json_out_array_end(&truth->out);
    json_out_pair_u64(&truth->out, "infections", population->ever);
    json_out_pair_u64(&truth->out, "subscribers_ever_infected", population->subscriber_count);
    json_out_pair_bool(&truth->out, "hosts_complete", truth->listed <= TRUTH_HOSTS_MAX);
    json_out_object_end(&truth->out);
    buf_char(&truth->json, '\n');
    buf_printf(
        &readme,
        "SIMULATED DATA. None of these infections exists.\n\n"
        "Written by `khien simulate` with seed %llu. Addresses were drawn at random from %s;\n"
        "an address in these files says nothing about its real user. Every row has\n"
        "public_source \"khien-simulation\".\n\n"
        "truth.json  infected hosts and subscribers per day and family, as simulated\n"
        "hosts.tsv   each infection with its true first and last day\n",
        (unsigned long long)population->options->seed, population->pools.from);
    errcode code = buf_check(&truth->json, "truth.json", err);
    if (code == OK)
        code = buf_check(&truth->hosts, "hosts.tsv", err);
    if (code == OK)
        code = write_file(population, "truth.json", buf_view(&truth->json), err);
    if (code == OK)
        code = write_file(population, "hosts.tsv", buf_view(&truth->hosts), err);
    if (code == OK)
        code = write_file(population, "README.txt", buf_view(&readme), err);
    buf_clear(&readme);
    return code;
}

void
truth_clear(struct truth *truth)
{
    buf_clear(&truth->json);
    buf_clear(&truth->hosts);
}
