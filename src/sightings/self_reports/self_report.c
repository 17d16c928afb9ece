/* SPDX-License-Identifier: Apache-2.0 */
/* One table tells what members there are; bodies and lines are read and written by it. */
#include "sightings/self_reports/self_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"

enum { SUM_TEXT = 32, LINE_MAX_BYTES = 2 * LIMIT_SELF_REPORT };
#define COUNT_MAX INT64_C(1000000000000)

enum member_type { TYPE_ONE, TYPE_ID, TYPE_VERSION, TYPE_WORD, TYPE_FLAG, TYPE_COUNT, TYPE_MAP };
struct member {
    const char *name;
    enum member_type type;
    size_t offset;
    int64_t max;
    const char *const *words; /* of TYPE_WORD; ends with NULL */
};
#define AT(field) offsetof(struct self_report, field)

static const char *const platforms[] = {"linux", "windows", NULL};
static const char *const scopes[] = {"quick", "full", "paths", NULL};
static const struct member members[] = {
    {"version", TYPE_ONE},
    {"id", TYPE_ID, AT(id)},
    {"program", TYPE_VERSION, AT(program)},
    {"system", TYPE_WORD, AT(platform), 0, platforms},
    {"rules_version", TYPE_COUNT, AT(rules_version), INT64_MAX},
    {"scope", TYPE_WORD, AT(scope), 0, scopes},
    {"complete", TYPE_FLAG, AT(is_complete)},
    {"files", TYPE_COUNT, AT(files), COUNT_MAX},
    {"processes", TYPE_COUNT, AT(processes), COUNT_MAX},
    {"malicious", TYPE_COUNT, AT(malicious), LIMIT_SELF_REPORT_FINDINGS},
    {"suspicious", TYPE_COUNT, AT(suspicious), LIMIT_SELF_REPORT_FINDINGS},
    {"look", TYPE_COUNT, AT(look), LIMIT_SELF_REPORT_FINDINGS},
    {"quarantined", TYPE_COUNT, AT(quarantined), LIMIT_SELF_REPORT_FINDINGS},
    {"families", TYPE_MAP},
};
enum { MEMBERS = sizeof members / sizeof *members, LINE_MEMBERS = MEMBERS + 2 };

/* ---- reading ---- */

static bool
set_count(const json_t *value, int64_t min, int64_t max, uint64_t *ret)
{
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return false;
    *ret = (uint64_t)json_integer_value(value);
    return true;
}

static bool
set_version(str text, char out[SELF_REPORT_VERSION])
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_digit(text.p[i]) && text.p[i] != '.')
            return false;
    return text.n && str_copy(text, out, SELF_REPORT_VERSION);
}

static bool
set_word(str text, const char *const *words, const char **ret)
{
    for (; *words; words++)
        if (str_eq(text, str_of(*words))) {
            *ret = *words;
            return true;
        }
    return false;
}

static bool
is_family(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && !ascii_is_digit(name.p[i]) &&
            !(i && (name.p[i] == '-' || name.p[i] == '.')))
            return false;
    return name.n > 0 && name.n < SELF_REPORT_FAMILY;
}

static void
add_family(struct self_report *report, str name, uint64_t count)
{
    size_t at = 0;
    while (at < report->family_count && !str_eq(str_of(report->families[at].name), name))
        at++;
    if (at == report->family_count) {
        report->family_count++;
        str_copy(name, report->families[at].name, SELF_REPORT_FAMILY);
    }
    report->families[at].count += count;
}

/* FAMILIES may be NULL: the names are known already. */
static bool
set_families(const json_t *value, const struct families *families, struct self_report *report)
{
    const char *key;
    json_t *item;
    if (!json_is_object(value) || json_object_size(value) > LIMIT_SELF_REPORT_FAMILIES)
        return false;
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        uint64_t count;
        str name = str_of(key);
        if (!is_family(name) || !set_count(item, 1, LIMIT_SELF_REPORT_FINDINGS, &count))
            return false;
        const struct family *known = families ? families_find(families, name) : NULL;
        if (families)
            name = known && is_family(known->name) ? known->name : STR(SELF_REPORT_OTHER);
        add_family(report, name, count);
    }
    return true;
}

static bool
set_member(const struct member *member, const json_t *value, const struct families *families,
           struct self_report *report)
{
    void *field = (char *)report + member->offset;
    str text = {json_string_value(value), json_string_length(value)};
    switch (member->type) {
    case TYPE_ONE:
        return json_is_integer(value) && json_integer_value(value) == 1;
    case TYPE_ID:
        return hex_parse(text, field, SELF_REPORT_ID_BYTES);
    case TYPE_VERSION:
        return set_version(text, field);
    case TYPE_WORD:
        return set_word(text, member->words, field);
    case TYPE_FLAG:
        *(bool *)field = json_is_true(value);
        return json_is_boolean(value);
    case TYPE_COUNT:
        return set_count(value, 0, member->max, field);
    case TYPE_MAP:
        return set_families(value, families, report);
    }
    return false;
}

/* What cannot be, whoever says it. */
static bool
agrees(const struct self_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->family_count; i++)
        sum += report->families[i].count;
    return sum == report->malicious;
}

/* COUNT: how many members the object must have. */
static errcode
read_members(const json_t *json, size_t count, const struct families *families,
             struct self_report *ret, struct err *err)
{
    if (!json_is_object(json))
        return err_set(err, ERR_FORMAT, "it is no object");
    for (size_t i = 0; i < MEMBERS; i++) {
        const json_t *value = json_object_get(json, members[i].name);
        if (!value)
            return err_set(err, ERR_FORMAT, "the member \"%s\" is missing", members[i].name);
        if (!set_member(&members[i], value, families, ret))
            return err_set(err, ERR_FORMAT, "\"%s\" is not what it must be", members[i].name);
    }
    if (json_object_size(json) != count)
        return err_set(err, ERR_FORMAT, "there are members that have no place in a report");
    if (!agrees(ret))
        return err_set(err, ERR_FORMAT, "\"families\" must add up to \"malicious\"");
    return OK;
}

errcode
self_report_parse(str body, const struct families *families, struct self_report *ret,
                  struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    struct self_report report = {0};
    errcode code = json_read(body, LIMIT_SELF_REPORT, &json, err);
    if (code == OK)
        code = read_members(json, MEMBERS, families, &report, err);
    if (code == OK)
        *ret = report;
    return code;
}

static void
sum_of(str text, char out[SUM_TEXT + 1])
{
    struct checksum sum = checksum_of(text);
    snprintf(out, SUM_TEXT + 1, "%016" PRIx64 "%016" PRIx64, sum.high, sum.low);
}

static bool
is_sum(str text, str sum)
{
    char made[SUM_TEXT + 1];
    sum_of(text, made);
    return str_eq(sum, str_of(made));
}

errcode
self_report_read_line(str line, struct self_report *ret, struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    struct self_report report = {0};
    if (line.n <= SUM_TEXT + 1 || line.n > LINE_MAX_BYTES || line.p[line.n - SUM_TEXT - 1] != ' ' ||
        !is_sum((str){line.p, line.n - SUM_TEXT - 1}, str_from(line, line.n - SUM_TEXT)))
        return err_set(err, ERR_CORRUPT, "a line's checksum does not agree with it");
    errcode code = json_read((str){line.p, line.n - SUM_TEXT - 1}, LINE_MAX_BYTES, &json, err);
    if (code == OK)
        code = read_members(json, LINE_MEMBERS, NULL, &report, err);
    if (code != OK)
        return code;
    str by = json_text(json, "by");
    report.by_token = str_eq(by, STR("token"));
    if ((!report.by_token && !str_eq(by, STR("proof"))) ||
        !day_parse(json_text(json, "day"), &report.day))
        return err_set(err, ERR_FORMAT, "\"day\" or \"by\" is not what it must be");
    *ret = report;
    return OK;
}

/* ---- writing ---- */

static void
write_families(struct json_out *json, const struct self_report *report)
{
    json_out_object_begin(json);
    for (size_t i = 0; i < report->family_count; i++)
        json_out_pair_u64(json, report->families[i].name, report->families[i].count);
    json_out_object_end(json);
}

static void
write_member(struct json_out *json, const struct member *member, const struct self_report *report)
{
    const void *field = (const char *)report + member->offset;
    char id[2 * SELF_REPORT_ID_BYTES + 1];
    json_out_key(json, member->name);
    switch (member->type) {
    case TYPE_ONE:
        json_out_u64(json, 1);
        break;
    case TYPE_ID:
        json_out_z(json, hex_format(field, SELF_REPORT_ID_BYTES, id));
        break;
    case TYPE_VERSION:
        json_out_z(json, field);
        break;
    case TYPE_WORD:
        json_out_z(json, *(const char *const *)field);
        break;
    case TYPE_FLAG:
        json_out_bool(json, *(const bool *)field);
        break;
    case TYPE_COUNT:
        json_out_u64(json, *(const uint64_t *)field);
        break;
    case TYPE_MAP:
        write_families(json, report);
        break;
    }
}

void
self_report_write_line(const struct self_report *report, struct buf *out)
{
    size_t begin = out->n;
    char sum[SUM_TEXT + 1];
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_day(&json, "day", report->day);
    json_out_pair_z(&json, "by", report->by_token ? "token" : "proof");
    for (size_t i = 0; i < MEMBERS; i++)
        write_member(&json, &members[i], report);
    json_out_object_end(&json);
    sum_of(str_from(buf_view(out), begin), sum);
    buf_printf(out, " %s\n", sum);
}
