/* SPDX-License-Identifier: Apache-2.0 */
/* The names are those of portal/http/metrics.c and portal/admin.c. */
#include "cmd/top/load.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    size_t at; /* in struct load */
} numbers[] = {
    {"khien_http_connections_total", offsetof(struct load, connections)},
    {"khien_http_connections_rejected_total", offsetof(struct load, rejected)},
    {"khien_http_connections_late_total", offsetof(struct load, late)},
    {"khien_http_limited_total", offsetof(struct load, limited)},
    {"khien_snapshot_refused_total", offsetof(struct load, refused_snapshots)},
    {"khien_http_connections", offsetof(struct load, open)},
    {"khien_snapshot_addresses", offsetof(struct load, addresses)},
    {"khien_snapshot_prefixes", offsetof(struct load, prefixes)},
};
enum { COUNTERS = 5 }; /* of them, the first */

static double *
number_of(struct load *load, size_t at)
{
    return (double *)(void *)((char *)load + numbers[at].at);
}

static errcode
not_ours(struct err *err, const char *what)
{
    return err_set(err, ERR_FORMAT, "these are not the metrics of khien serve: %s", what);
}

static bool
is_count(double value)
{
    return value >= 0 && value < 0x1p63;
}

/* Letters, digits and '_' only, since the name goes to a terminal. */
static bool
route_name(str name, char out[LOAD_NAME])
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '_')
            return false;
    }
    return name.n && str_copy(name, out, LOAD_NAME);
}

static struct load_route *
route_of(struct load *load, const char *name)
{
    for (size_t i = 0; i < load->route_count; i++)
        if (strcmp(load->routes[i].name, name) == 0)
            return &load->routes[i];
    if (load->route_count == LOAD_ROUTES_MAX)
        return NULL;
    struct load_route *route = &load->routes[load->route_count++];
    *route = (struct load_route){0};
    snprintf(route->name, sizeof route->name, "%s", name);
    return route;
}

static errcode
read_request(struct load *load, const struct sample *sample, struct err *err)
{
    char name[LOAD_NAME];
    str route, code;
    if (!sample_label(sample, STR("route"), &route) || !sample_label(sample, STR("code"), &code) ||
        !route_name(route, name) || code.n != 3 || code.p[0] < '1' || code.p[0] > '5' ||
        !is_count(sample->value))
        return not_ours(err, "a count of requests without its route and code");
    struct load_route *found = route_of(load, name);
    if (!found)
        return not_ours(err, "too many routes");
    found->codes[code.p[0] - '0'] += sample->value;
    return OK;
}

/* Bounds and counts must both rise, the last bound being +Inf. */
static errcode
read_bucket(struct load *load, const struct sample *sample, struct err *err)
{
    str text;
    char bound_text[32], *end;
    size_t at = load->bucket_count;
    if (at == LOAD_BUCKETS_MAX || !sample_label(sample, STR("le"), &text) || !text.n ||
        !str_copy(text, bound_text, sizeof bound_text) || !is_count(sample->value))
        return not_ours(err, "a histogram without bounds");
    double bound = str_eq(text, STR("+Inf")) ? INFINITY : strtod(bound_text, &end);
    if (isfinite(bound) && *end)
        return not_ours(err, "a histogram without bounds");
    bool rises =
        !isnan(bound) &&
        (at == 0 || (bound > load->bounds[at - 1] && sample->value >= load->within[at - 1]));
    if (!rises)
        return not_ours(err, "a histogram that does not rise");
    load->bounds[at] = bound;
    load->within[at] = sample->value;
    load->bucket_count++;
    return OK;
}

static errcode
read_snapshot(struct load *load, const struct samples *samples, struct err *err)
{
    double loaded, days, seconds;
    if (!samples_value(samples, STR("khien_snapshot_loaded"), &loaded) ||
        !samples_value(samples, STR("khien_snapshot_as_of_days"), &days) ||
        !samples_value(samples, STR("khien_snapshot_built_seconds"), &seconds) ||
        !(days >= 0 && days < 3e6) || !(seconds >= 0 && seconds < 2.5e11))
        return not_ours(err, "nothing about a snapshot");
    load->has_snapshot = loaded == 1;
    load->as_of = load->has_snapshot && days > 0 ? (day)days : DAY_NONE;
    load->built = load->has_snapshot ? (usec)(seconds * (double)USEC_PER_SECOND) : USEC_NONE;
    return OK;
}

errcode
load_read(const struct samples *samples, struct load *ret, struct err *err)
{
    struct load load = {0};
    errcode code = OK;
    for (size_t i = 0; i < samples->count && code == OK; i++) {
        const struct sample *sample = &samples->items[i];
        if (str_eq(sample->name, STR("khien_http_requests_total")))
            code = read_request(&load, sample, err);
        else if (str_eq(sample->name, STR("khien_http_handler_seconds_bucket")))
            code = read_bucket(&load, sample, err);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && code == OK; i++) {
        double *number = number_of(&load, i);
        if (!samples_value(samples, str_of(numbers[i].name), number) || !is_count(*number))
            code = not_ours(err, numbers[i].name);
    }
    if (code == OK && (!load.bucket_count || isfinite(load.bounds[load.bucket_count - 1])))
        code = not_ours(err, "a histogram without an end");
    if (code == OK)
        code = read_snapshot(&load, samples, err);
    if (code == OK)
        *ret = load;
    return code;
}

/* Subtracts BEFORE's route of the same name; a route that was not there yet had none. */
static bool
route_since(struct load_route *route, const struct load *before)
{
    for (size_t i = 0; i < before->route_count; i++) {
        if (strcmp(before->routes[i].name, route->name) != 0)
            continue;
        for (int class = 0; class < LOAD_CLASSES; class ++) {
            route->codes[class] -= before->routes[i].codes[class];
            if (route->codes[class] < 0)
                return false;
        }
    }
    return true;
}

bool
load_since(const struct load *now, const struct load *before, struct load *ret)
{
    struct load change = *now, old = *before;
    bool same = now->bucket_count == before->bucket_count;
    for (size_t i = 0; i < COUNTERS && same; i++) {
        double *number = number_of(&change, i);
        *number -= *number_of(&old, i);
        same = *number >= 0;
    }
    for (size_t i = 0; i < change.route_count && same; i++)
        same = route_since(&change.routes[i], before);
    for (size_t i = 0; i < change.bucket_count && same; i++) {
        change.within[i] -= before->within[i];
        same = change.within[i] >= (i ? change.within[i - 1] : 0);
    }
    if (same)
        *ret = change;
    return same;
}

double
load_route_requests(const struct load_route *route)
{
    double sum = 0;
    for (int class = 0; class < LOAD_CLASSES; class ++)
        sum += route->codes[class];
    return sum;
}

double
load_requests(const struct load *load)
{
    double sum = 0;
    for (size_t i = 0; i < load->route_count; i++)
        sum += load_route_requests(&load->routes[i]);
    return sum;
}

double
load_checks(const struct load *load)
{
    double sum = 0;
    for (size_t i = 0; i < load->route_count; i++) {
        const struct load_route *route = &load->routes[i];
        if (strcmp(route->name, "check") == 0 || strcmp(route->name, "api") == 0)
            sum += load_route_requests(route);
    }
    return sum;
}

double
load_quantile(const struct load *load, double q)
{
    double all = load->bucket_count ? load->within[load->bucket_count - 1] : 0;
    double rank = q * all;
    if (!(all > 0))
        return NAN;
    for (size_t i = 0; i < load->bucket_count; i++) {
        double below = i ? load->within[i - 1] : 0, from = i ? load->bounds[i - 1] : 0;
        if (load->within[i] < rank || load->within[i] <= below)
            continue;
        if (!isfinite(load->bounds[i]))
            return INFINITY;
        return from + (load->bounds[i] - from) * (rank - below) / (load->within[i] - below);
    }
    return INFINITY;
}
