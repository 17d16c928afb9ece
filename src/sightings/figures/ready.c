/* SPDX-License-Identifier: Apache-2.0 */
/* Health of each class, and what the measures say in full. */
#include "sightings/figures/building.h"

#include "base/require.h"

/* ---- health ---- */

static errcode
health_put(struct figures_building *b, enum event_class class, struct err *err)
{
    struct measure_request request = figures_request(b);
    struct scope scope;
    struct health health;
    request.class = class;
    request.networks = NULL;
    errcode code = scope_open(&scope, &request, class, err);
    if (code)
        return code;
    if (!scope_empty(&scope)) {
        code = health_load(&health, &scope, scope.from, health_last_day(&scope), err);
        if (code == OK) {
            figures_writer_health(b->writer, class, &health, &b->parts[class].kept);
            health_clear(&health);
        }
    }
    scope_close(&scope);
    return code;
}

errcode
figures_put_health(struct figures_building *b, struct err *err)
{
    errcode code = OK;
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT && code == OK; class ++)
        if (b->parts[class].families.count)
            code = health_put(b, class, err);
    return code;
}

/* ---- ready answers ---- */

static const struct {
    const char *name, *measure;
    enum measure_by by;
    bool windows; /* takes the campaign's */
} answers[] = {
    {"compare", "compare", BY_DEFAULT, true},
    {"churn", "churn", BY_DEFAULT, true},
    {"top", "top", BY_DEFAULT, false},
    {"estimate", "estimate", BY_DEFAULT, false},
    {"health", "health", BY_DEFAULT, false},
    {"networks-isp", "networks", BY_ISP, false},
    {"networks-province", "networks", BY_PROVINCE, false},
    {"networks-kind", "networks", BY_KIND, false},
};

static struct measure_request
answer_request(const struct figures_building *b, size_t which)
{
    struct measure_request request = figures_request(b);
    request.by = answers[which].by;
    request.target = b->plan->target;
    if (!answers[which].windows)
        return request;
    request.baseline = b->meta.baseline;
    request.result = b->meta.result;
    if (strcmp(answers[which].measure, "compare") == 0 && b->meta.baseline_name.n)
        request.baseline_name = b->meta.baseline_name;
    return request;
}

/* TABLE (NULL: FAULT says why) as `khien stats` prints it; it is freed. What the configuration asks
 * for and the measure refuses is told, not a failure. */
static errcode
answer_put(struct figures_building *b, str name, struct table *table, const struct err *fault,
           struct err *err)
{
    enum { TEXT_MOST = 1 << 30 };
    struct buf text = BUF(TEXT_MOST);
    errcode code = OK;
    if (!table && fault->code != ERR_USAGE && fault->code != ERR_NOT_FOUND &&
        fault->code != ERR_LIMIT) {
        *err = *fault;
        return fault->code;
    }
    if (!table) {
        figures_writer_ready(b->writer, name, str_of(fault->text), true);
        return OK;
    }
    if (b->plan->demonstration)
        table_note(table, "DEMONSTRATION: these data are simulated");
    table_write_json(table, &text);
    code = buf_check(&text, "a ready answer", err);
    if (code == OK)
        figures_writer_ready(b->writer, name, buf_view(&text), false);
    table_free(table);
    buf_clear(&text);
    return code;
}

/* The two that take longest, together. */
static errcode
spells_put(struct figures_building *b, struct err *err)
{
    struct measure_request request = figures_request(b);
    struct table *survival = NULL, *recurrence = NULL;
    struct err fault;
    errcode code = measure_spells(&request, &survival, &recurrence, &fault);
    if (code)
        survival = recurrence = NULL;
    code = answer_put(b, STR("survival"), survival, &fault, err);
    if (code == OK)
        return answer_put(b, STR("recurrence"), recurrence, &fault, err);
    table_free(recurrence);
    return code;
}

errcode
figures_put_ready(struct figures_building *b, struct err *err)
{
    errcode code = spells_put(b, err);
    for (size_t i = 0; i < sizeof answers / sizeof *answers && code == OK; i++) {
        struct measure_request request = answer_request(b, i);
        struct table *table = NULL;
        struct err fault;
        if (measure_find(str_of(answers[i].measure))->compute(&request, &table, &fault) != OK)
            table = NULL;
        code = answer_put(b, str_of(answers[i].name), table, &fault, err);
    }
    return code;
}
