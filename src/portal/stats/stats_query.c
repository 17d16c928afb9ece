/* SPDX-License-Identifier: Apache-2.0 */
/* A query string as a measure's request. Parameters are taken in the order of the measures' table,
 * so that the same question has one key however it is written. */
#include "portal/stats/stats.h"

#include "portal/http/target.h"

/* A name in the query that is no parameter would silently answer another question. */
static errcode
check_names(str query, struct err *err)
{
    while (query.n) {
        size_t end = str_find(query, STR("&"));
        str pair = {query.p, end == SIZE_MAX ? query.n : end};
        query = end == SIZE_MAX ? (str){NULL, 0} : str_from(query, end + 1);
        size_t mark = str_find(pair, STR("="));
        str name = {pair.p, mark == SIZE_MAX ? pair.n : mark};
        bool known = !name.n || str_eq(name, STR("format"));
        for (size_t i = 0; measure_parameter(i) && !known; i++)
            known = str_eq(name, str_of(measure_parameter(i)));
        if (!known)
            return err_set(err, ERR_USAGE, "there is no parameter \"%.*s\"",
                           (int)(name.n < 64 ? name.n : 64), name.p);
    }
    return OK;
}

static errcode
take_form(str query, struct stats_query *ret, struct err *err)
{
    char room[16];
    str value;
    if (!query_find(query, STR("format"), room, sizeof room, &value) || str_eq(value, STR("json")))
        return OK;
    if (!str_eq(value, STR("csv")))
        return err_set(err, ERR_USAGE, "format must be json or csv");
    ret->form = STATS_CSV;
    return OK;
}

static errcode
take_parameter(str query, const char *name, struct stats_query *q, struct err *err)
{
    str value;
    if (!query_find(query, str_of(name), q->text + q->used, sizeof q->text - q->used, &value) ||
        !value.n)
        return OK; /* a form sends empty fields for what was not chosen */
    q->used += value.n;
    size_t at = strlen(q->key);
    snprintf(q->key + at, sizeof q->key - at, " %s=%.*s", name, STR_ARG(value));
    return measure_request_set(&q->request, str_of(name), value, err);
}

errcode
stats_query_parse(const struct measure *measure, str query, struct stats_query *ret,
                  struct err *err)
{
    *ret = (struct stats_query){.measure = measure, .request = MEASURE_REQUEST};
    ret->request.target = 0; /* the campaign's */
    errcode code = check_names(query, err);
    if (code == OK)
        code = take_form(query, ret, err);
    /* Today is not over, so what is said of it changes at midnight. */
    snprintf(ret->key, sizeof ret->key, "%s %s %d", measure->name,
             ret->form == STATS_CSV ? "csv" : "json", clock_today());
    for (size_t i = 0; measure_parameter(i) && code == OK; i++)
        code = take_parameter(query, measure_parameter(i), ret, err);
    return code == OK ? measure_request_check(&ret->request, err) : code;
}
