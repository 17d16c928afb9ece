/* SPDX-License-Identifier: Apache-2.0 */
/* Which state and which notes an address gets, and the JSON that tells them. */
#include "portal/check.h"

#include "base/json_in.h"
#include "portal/words.h"
#include "tests/portal/fixture.h"

#define NOTE(state) (1U << CHECK_##state)

static const struct {
    const char *addr;
    enum check_state state;
    unsigned notes;
    size_t own, other;
} cases[] = {
    {AT_RECENT, CHECK_RECENT, NOTE(DYNAMIC), 1, 1},
    {AT_OLD, CHECK_OLD, NOTE(DYNAMIC), 1, 0},
    {AT_EDGE_IN, CHECK_RECENT, NOTE(DYNAMIC), 1, 0},
    {AT_EDGE_OUT, CHECK_OLD, NOTE(DYNAMIC), 1, 0},
    {AT_C2, CHECK_RECENT, NOTE(DYNAMIC), 1, 0},
    {AT_OTHER, CHECK_NOT_FOUND, NOTE(DYNAMIC), 0, 1},
    {AT_SCANNER, CHECK_NOT_FOUND, NOTE(DYNAMIC), 0, 2},
    {AT_FIXED, CHECK_NOT_FOUND, NOTE(DYNAMIC), 0, 0},
    {AT_NOWHERE, CHECK_NOT_FOUND, 0, 0, 0},
    {AT_MOBILE, CHECK_SHARED, NOTE(DYNAMIC), 0, 0},
    {AT_MOBILE_SEEN, CHECK_RECENT, NOTE(SHARED) | NOTE(DYNAMIC), 1, 0},
    {AT_CGNAT, CHECK_SHARED, NOTE(DYNAMIC), 0, 0},
    {AT_FOREIGN, CHECK_FOREIGN, 0, 0, 0},
    {AT_ASSIGNED, CHECK_IPV6, NOTE(DYNAMIC), 0, 0},
    {AT_IPV6, CHECK_IPV6, 0, 0, 0},
    {AT_IPV6_SEEN, CHECK_RECENT, NOTE(IPV6), 1, 0},
    {"2405:4800:0:1:ffff::9", CHECK_RECENT, NOTE(IPV6), 1, 0},
    {"127.0.0.1", CHECK_LOCAL, 0, 0, 0},
    {"192.168.1.7", CHECK_LOCAL, 0, 0, 0},
    {"::1", CHECK_LOCAL, NOTE(IPV6), 0, 0},
};

static void
check_states(const struct snapshot *snapshot)
{
    struct check check;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_address(snapshot, fixture_ip(cases[i].addr), clock_now(), "VN", &check);
        tap_eq_z(check_state_name(check.state), check_state_name(cases[i].state), "state of %s",
                 cases[i].addr);
        tap_eq_i64(check.notes, cases[i].notes, "notes of %s", cases[i].addr);
        tap_eq_i64(check.own_count, cases[i].own, "own sightings of %s", cases[i].addr);
        tap_eq_i64(check.other_count, cases[i].other, "other sightings of %s", cases[i].addr);
    }
}

static enum check_state
state_at(const struct snapshot *snapshot, const char *addr, usec now)
{
    struct check check;
    check_address(snapshot, fixture_ip(addr), now, "VN", &check);
    return check.state;
}

static void
check_old_data(const struct snapshot *snapshot)
{
    usec soon = clock_now() + 6 * USEC_PER_DAY, later = clock_now() + 7 * USEC_PER_DAY;
    tap_eq_i64(state_at(snapshot, AT_FIXED, soon), CHECK_NOT_FOUND, "data of a week say not found");
    tap_eq_i64(state_at(snapshot, AT_FIXED, later), CHECK_NO_DATA, "older data never do");
    tap_eq_i64(state_at(snapshot, AT_MOBILE, later), CHECK_NO_DATA, "nor about shared addresses");
    tap_eq_i64(state_at(snapshot, AT_RECENT, later), CHECK_RECENT,
               "a sighting is told all the same");
    tap_eq_i64(state_at(NULL, AT_RECENT, later), CHECK_NO_DATA, "no snapshot is no data");
    tap_eq_i64(state_at(NULL, "127.0.0.1", later), CHECK_LOCAL, "local without a snapshot");
}

static json_t *
json_of(const struct snapshot *snapshot, const char *addr, enum language language)
{
    struct buf out = BUF(1 << 16);
    struct err err = {0};
    json_t *json = NULL;
    portal_check_json(snapshot, fixture_ip(addr), clock_now(), "VN", language, &out);
    tap_no_err(json_read(buf_view(&out), 1 << 16, &json, &err), &err, "JSON of %s is valid", addr);
    tap_ok(str_find(buf_view(&out), str_of(addr)) == SIZE_MAX, "JSON of %s does not hold it", addr);
    buf_clear(&out);
    return json;
}

static void
check_json(const struct snapshot *snapshot)
{
    cleanup(cleanup_json) json_t *json = json_of(snapshot, AT_RECENT, LANGUAGE_VI);
    tap_eq_str(json_text(json, "state"), STR("recent"), "state");
    const json_t *families = json_object_get(json, "families");
    tap_eq_i64(json_array_size(families), 1, "one family");
    const json_t *family = json_array_get(families, 0);
    char text[DAY_TEXT];
    tap_eq_str(json_text(family, "name"), STR("mirai"), "its name");
    tap_eq_str(json_text(family, "first_seen"), str_of(day_format(clock_today() - 10, text)),
               "its first day");
    tap_eq_str(json_text(family, "last_seen"), str_of(day_format(clock_today() - 3, text)),
               "its last day");
    tap_eq_i64(json_integer_value(json_object_get(family, "days")), 2, "its days");
    tap_eq_i64(json_integer_value(json_object_get(json, "window_days")), FIXTURE_WINDOW, "window");
    const json_t *network = json_object_get(json, "network");
    tap_eq_i64(json_integer_value(json_object_get(network, "asn")), 45899, "AS number");
    tap_eq_str(json_text(network, "name"), STR("VNPT Corp"), "network name");
    tap_eq_str(json_text(network, "kind"), STR("fixed"), "network kind");
    tap_eq_str(json_text(network, "province"), STR("01"), "province");
    tap_eq_str(json_text(json, "advice"),
               str_of(catalog_text(LANGUAGE_VI, words_advice(CHECK_RECENT))), "advice, Vietnamese");
    const json_t *other = json_array_get(json_object_get(json, "other"), 0);
    tap_eq_str(json_text(other, "class"), STR("vulnerable-system"), "vulnerable is listed apart");

    cleanup(cleanup_json) json_t *unknown = json_of(snapshot, AT_NOWHERE, LANGUAGE_EN);
    tap_ok(json_is_null(json_object_get(unknown, "network")), "an unknown network is null");
    tap_eq_str(json_text(unknown, "advice"), str_of(words_advice(CHECK_NOT_FOUND)),
               "advice, English");
    cleanup(cleanup_json) json_t *none = json_of(NULL, AT_NOWHERE, LANGUAGE_EN);
    tap_eq_str(json_text(none, "state"), STR("no-data"), "no snapshot: no-data");
    tap_ok(json_is_null(json_object_get(none, "as_of")), "no snapshot: no as_of");
}

/* No words for any state may claim that a device is clean. */
static void
check_words(void)
{
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++) {
        enum check_state state = (enum check_state)i, found;
        const char *name = check_state_name(state);
        tap_ok(check_state_find(str_of(name), &found) && found == state, "%s is found", name);
        tap_ok(words_headline(state) && words_meaning(state) && words_advice(state) &&
                   words_tone(state) && words_steps(state)[0],
               "%s has its words", name);
        tap_ok(!strstr(words_headline(state), "clean"), "%s does not claim clean", name);
    }
}

static void
check_empty(void)
{
    char folder[PATH_TEXT];
    struct snapshot *snapshot = NULL;
    struct err err;
    struct snapshot_meta meta = fixture_meta();
    meta.as_of = DAY_NONE;
    fixture_folder(folder);
    if (tap_ok(fixture_write(folder, &meta), "an empty snapshot is written") &&
        tap_no_err(snapshot_open_newest(folder, true, &snapshot, NULL, &err), &err, "and opens")) {
        tap_eq_i64(state_at(snapshot, AT_FIXED, clock_now()), CHECK_NO_DATA,
                   "an empty snapshot is no data");
        snapshot_unref(snapshot);
    }
    fixture_remove(folder);
}

int
main(void)
{
    char folder[PATH_TEXT];
    struct snapshot *snapshot = NULL;
    struct err err;
    struct snapshot_meta meta = fixture_meta();
    fixture_folder(folder);
    if (tap_ok(fixture_write(folder, &meta), "the snapshot is written") &&
        tap_no_err(snapshot_open_newest(folder, true, &snapshot, NULL, &err), &err, "it opens")) {
        check_states(snapshot);
        check_old_data(snapshot);
        check_json(snapshot);
        snapshot_unref(snapshot);
    }
    fixture_remove(folder);
    check_words();
    check_empty();
    return tap_done();
}
