/* SPDX-License-Identifier: Apache-2.0 */
/* Day by day: the population moves, then each infected host may show itself in the reports. */
#include "sightings/simulate/simulate.h"

#include "base/file.h"
#include "base/require.h"
#include "sightings/simulate/report_file.h"
#include "sightings/simulate/truth.h"

#include <math.h>

enum { HOST_ROWS_MAX = 5 };
static const double SHARE6 = 0.1;

/* The files of one day; a file that is not delivered has no descriptor. */
struct deliveries {
    struct report_file sinkhole4, sinkhole6, second;
    bool sinkhole, has_second;
};

struct simulation {
    const struct simulate_options *options;
    struct population population;
    struct truth truth;
    struct simulate_report report;
    day first;
};

static errcode
check(const struct simulate_options *options, struct err *err)
{
    if (options->days < 1 || options->days > SIMULATE_DAYS_MAX)
        return err_set(err, ERR_USAGE, "a simulation has 1 to %d days", SIMULATE_DAYS_MAX);
    if (options->daily < 1 || options->daily > 100000000)
        return err_set(err, ERR_USAGE, "a simulated day has 1 to 100,000,000 rows");
    if (options->country &&
        (strlen(options->country) != 2 || options->country[0] < 'A' || options->country[0] > 'Z' ||
         options->country[1] < 'A' || options->country[1] > 'Z'))
        return err_set(err, ERR_USAGE, "a country is two capital letters (ISO 3166), such as VN");
    return OK;
}

static errcode
deliveries_open(struct deliveries *d, const struct simulate_options *options, uint32_t nth, day at,
                struct err *err)
{
    bool outage = nth >= options->outage_day && nth - options->outage_day < options->outage_days;
    d->sinkhole4.fd = d->sinkhole6.fd = d->second.fd = -1;
    d->sinkhole = !outage;
    d->has_second = options->second_source;
    errcode code = OK;
    if (d->sinkhole)
        code = report_file_open(&d->sinkhole4, options->out, at, "event4_sinkhole", options->wide,
                                err);
    if (d->sinkhole && code == OK)
        code = report_file_open(&d->sinkhole6, options->out, at, "event6_sinkhole", options->wide,
                                err);
    if (d->has_second && code == OK)
        code = report_file_open(&d->second, options->out, at, "event4_microsoft_sinkhole",
                                options->wide, err);
    return code;
}

static errcode
deliveries_close(struct deliveries *d, struct simulate_report *report, errcode code,
                 struct err *err)
{
    struct report_file *files[] = {&d->sinkhole4, &d->sinkhole6, &d->second};
    for (size_t i = 0; i < 3; i++) {
        bool was_open = files[i]->fd >= 0;
        errcode closed = report_file_close(files[i], code ? NULL : err);
        code = code ? code : closed;
        report->files += was_open;
        report->rows += files[i]->rows;
        report->bytes += files[i]->bytes;
    }
    return code;
}

/* A property of the host that does not change: whether a source knows it at all. */
static uint64_t
host_mark(const struct host *host)
{
    struct rng rng = {(uint64_t)host->subscriber << 24 ^ (uint64_t)host->family << 16 ^
                      (uint16_t)host->first};
    return rng_next(&rng);
}

/* The rows of one host that shows itself. Rows before the day's change of address have the old
 * one; behind carrier-grade NAT every connection may have another. */
static errcode
host_rows(struct simulation *s, struct deliveries *d, const struct host *host, uint32_t nth,
          struct err *err)
{
    struct population *p = &s->population;
    struct subscriber *subscriber = &p->subscribers[host->subscriber];
    const struct pool *pool = &p->pools.items[subscriber->pool];
    uint64_t mark = host_mark(host);
    bool policy = s->options->policy_day && nth >= s->options->policy_day && mark % 5 != 0;
    subscriber_update(p, subscriber, nth);
    bool changed = subscriber->changed_day == (int16_t)nth;
    uint32_t rows = 1 + (uint32_t)rng_below(&p->rng, HOST_ROWS_MAX);
    errcode code = OK;
    for (uint32_t i = 0; i < rows && code == OK; i++) {
        uint64_t random = rng_next(&p->rng);
        uint32_t second = (uint32_t)(random % 86400);
        uint16_t port = (uint16_t)(1024 + (random >> 17) % 64512);
        bool early = changed && second < 43200;
        uint32_t address = early ? subscriber->last : subscriber->address;
        if (subscriber->shared)
            address = pool_address(pool, (mark + (random >> 40) % 4) % (pool->size / 64 + 1));
        bool six = subscriber->has6 && (double)(random >> 34 & 1023) < SHARE6 * 1024;
        if (d->sinkhole && !policy)
            code = report_file_row(six ? &d->sinkhole6 : &d->sinkhole4, second, address,
                                   six ? subscriber->half6 : 0, port, pool, host->family, err);
        if (code == OK && d->has_second && mark >> 63 && !six)
            code = report_file_row(&d->second, second, address, 0, port, pool, host->family, err);
    }
    return code;
}

static errcode
simulate_day(struct simulation *s, uint32_t nth, struct err *err)
{
    struct population *p = &s->population;
    struct deliveries d = {0};
    uint64_t seen = 0, rows = s->report.rows;
    if (nth > 0)
        population_step(p, nth);
    errcode code = deliveries_open(&d, s->options, nth, s->first + (day)nth, err);
    for (size_t i = 0; i < p->host_count && code == OK; i++) {
        struct host host = p->hosts[i];
        if (rng_unit(&p->rng) >= simulated_families[host.family].seen)
            continue;
        seen++;
        code = host_rows(s, &d, &host, nth, err);
    }
    code = deliveries_close(&d, &s->report, code, err);
    truth_day(&s->truth, p, nth, seen, s->report.rows - rows);
    if (s->options->progress)
        s->options->progress(s->options->context, nth + 1, s->options->days);
    return code;
}

errcode
simulate(const struct simulate_options *options, struct simulate_report *ret, struct err *err)
{
    struct simulation s = {.options = options};
    errcode code = check(options, err);
    if (code == OK)
        code = folder_make(options->out, err);
    if (code == OK)
        code = population_make(&s.population, options, err);
    if (code)
        return code;
    s.first = options->first == DAY_NONE ? clock_today() - (day)options->days : options->first;
    truth_begin(&s.truth, &s.population, s.first);
    s.population.ended = truth_host;
    s.population.context = &s.truth;
    for (uint32_t nth = 0; nth < options->days && code == OK; nth++)
        code = simulate_day(&s, nth, err);
    population_finish(&s.population);
    if (code == OK)
        code = truth_write(&s.truth, &s.population, err);
    if (code == OK) {
        s.report.hosts = s.population.ever;
        s.report.subscribers = s.population.subscriber_count;
        s.report.first = s.first;
        s.report.last = s.first + (day)options->days - 1;
        *ret = s.report;
    }
    truth_clear(&s.truth);
    population_clear(&s.population);
    return code;
}
