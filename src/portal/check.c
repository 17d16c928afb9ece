/* SPDX-License-Identifier: Apache-2.0 */
/* A sighting is always told; where there is none, what is known about the network decides how
 * much that means. Only classes that say "this machine is in foreign hands" make a state: a
 * vulnerable, scanning or blocklisted address is listed apart and never called infected. */
#include "portal/check.h"

#include "base/json_out.h"
#include "portal/words.h"

static const char *const state_names[CHECK_STATE_COUNT] = {
#define X(suffix, name) name,
    CHECK_STATES(X)
#undef X
};

const char *
check_state_name(enum check_state state)
{
    return state_names[state];
}

bool
check_state_find(str name, enum check_state *ret)
{
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++)
        if (str_eq(name, str_of(state_names[i]))) {
            *ret = (enum check_state)i;
            return true;
        }
    return false;
}

bool check_class_is_own(enum event_class class)
{
    switch (class) {
    case CLASS_INFECTED_SYSTEM:
    case CLASS_C2_SERVER:
    case CLASS_MALWARE_DISTRIBUTION:
    case CLASS_SYSTEM_COMPROMISE:
    case CLASS_PRIVILEGED_ACCOUNT:
    case CLASS_UNPRIVILEGED_ACCOUNT:
        return true;
    default:
        return false;
    }
}

/* Own sightings first; within each kind the order (newest first) stays. */
static void
take_sightings(struct check *check, const struct snapshot_answer *answer)
{
    size_t n = 0;
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < answer->count && i < SNAPSHOT_SIGHTINGS_MAX; i++)
            if (check_class_is_own(answer->sightings[i].class) == own) {
                check->sightings[n++] = answer->sightings[i];
                ++*(own ? &check->own_count : &check->other_count);
            }
}

/* Data that end long ago say nothing about now. Simulated data are dated when they were made and
 * are looked at later: their own end counts as now. */
static bool
has_data(const struct check *check, usec now)
{
    if (check->as_of == DAY_NONE)
        return false;
    return check->demonstration || day_of(now) - check->as_of <= CHECK_STALE_DAYS;
}

/* Country tables go by who holds the registration: 2001:ee0::/30 is VNPT's and stands under AU. A
 * provider of our own table is at home whatever they say. */
static bool
is_foreign(const struct check *check, const char *home)
{
    const struct network *network = &check->network;
    return check->has_network && network->country[0] && network->isp.n == 0 &&
           strcmp(network->country, home) != 0;
}

static unsigned
notes_of(const struct check *check, ip addr, usec now, const char *home)
{
    const struct network *network = &check->network;
    bool carrier = ip_is_cgnat(addr);
    unsigned notes = 0;
    if (ip_is_special(addr) && !carrier)
        notes |= 1 << CHECK_LOCAL;
    if (!has_data(check, now))
        notes |= 1 << CHECK_NO_DATA;
    if (is_foreign(check, home))
        notes |= 1 << CHECK_FOREIGN;
    if (carrier ||
        (check->has_network && (network->kind == NETWORK_CGNAT || network->kind == NETWORK_MOBILE)))
        notes |= 1 << CHECK_SHARED;
    if (check->has_network && network->dynamic)
        notes |= 1 << CHECK_DYNAMIC;
    if (addr.version == 6)
        notes |= 1 << CHECK_IPV6;
    return notes;
}

/* "dynamic" qualifies a sighting and is a note only: without one it changes nothing. */
static enum check_state
state_of(const struct check *check)
{
    if (check->own_count)
        return check->sightings[0].last > check->as_of - (day)check->window_days ? CHECK_RECENT
                                                                                 : CHECK_OLD;
    for (unsigned state = 0; state < CHECK_NOT_FOUND; state++)
        if (state != CHECK_DYNAMIC && check->notes & 1U << state)
            return (enum check_state)state;
    return CHECK_NOT_FOUND;
}

static void
check_begin(const struct snapshot *snapshot, struct check *ret)
{
    const struct snapshot_meta *meta = snapshot ? snapshot_meta(snapshot) : NULL;
    memset(ret, 0, offsetof(struct check, sightings));
    ret->as_of = meta ? meta->as_of : DAY_NONE;
    ret->window_days = meta && meta->window_days ? meta->window_days : CHECK_WINDOW_DAYS;
    ret->demonstration = meta && meta->demonstration;
}

void
check_address(const struct snapshot *snapshot, ip addr, usec now, const char *home,
              struct check *ret)
{
    check_begin(snapshot, ret);
    if (snapshot) {
        struct snapshot_answer answer;
        snapshot_lookup(snapshot, addr, &answer);
        ret->has_network = answer.has_network;
        ret->network = answer.network;
        take_sightings(ret, &answer);
    }
    ret->notes = notes_of(ret, addr, now, home);
    ret->state = state_of(ret);
    ret->notes &= ~(1U << ret->state);
}

void
check_example(const struct snapshot *snapshot, enum check_state state, struct check *ret)
{
    check_begin(snapshot, ret);
    ret->state = state == CHECK_DYNAMIC ? CHECK_OLD : state;
    ret->notes = state == CHECK_DYNAMIC ? 1 << CHECK_DYNAMIC : 0;
    if (ret->state != CHECK_RECENT && ret->state != CHECK_OLD)
        return;
    day last = ret->as_of - (ret->state == CHECK_RECENT ? 2 : (day)ret->window_days + 12);
    ret->own_count = 1;
    ret->sightings[0] = (struct snapshot_sighting){
        .family = STR("mirai"),
        .class = CLASS_INFECTED_SYSTEM,
        .first = last - 9,
        .last = last,
        .days = 4,
    };
}

static void
write_sighting(struct json_out *out, const struct snapshot_sighting *sighting)
{
    json_out_object_begin(out);
    json_out_pair_str(out, "name", sighting->family);
    json_out_pair_z(out, "class", event_class_name(sighting->class));
    json_out_pair_day(out, "first_seen", sighting->first);
    json_out_pair_day(out, "last_seen", sighting->last);
    json_out_pair_u64(out, "days", sighting->days);
    json_out_object_end(out);
}

static void
write_sightings(struct json_out *out, const char *key, const struct snapshot_sighting *sightings,
                size_t count)
{
    json_out_key(out, key);
    json_out_array_begin(out);
    for (size_t i = 0; i < count; i++)
        write_sighting(out, &sightings[i]);
    json_out_array_end(out);
}

static void
write_network(struct json_out *out, const struct check *check)
{
    const struct network *network = &check->network;
    json_out_key(out, "network");
    if (!check->has_network) {
        json_out_null(out);
        return;
    }
    json_out_object_begin(out);
    json_out_pair_u64(out, "asn", network->asn);
    json_out_pair_str(out, "name", network->name);
    json_out_pair_z(out, "kind", network_kind_name(network->kind));
    json_out_pair_z(out, "province", network->province[0] ? network->province : NULL);
    json_out_pair_z(out, "country", network->country[0] ? network->country : NULL);
    json_out_pair_bool(out, "dynamic", network->dynamic);
    json_out_object_end(out);
}

void
check_write_json(const struct check *check, enum language language, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    json_out_object_begin(&out);
    json_out_pair_z(&out, "state", check_state_name(check->state));
    json_out_key(&out, "notes");
    json_out_array_begin(&out);
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++)
        if (check->notes & 1U << i)
            json_out_z(&out, state_names[i]);
    json_out_array_end(&out);
    write_sightings(&out, "families", check->sightings, check->own_count);
    write_sightings(&out, "other", check->sightings + check->own_count, check->other_count);
    json_out_pair_u64(&out, "window_days", check->window_days);
    write_network(&out, check);
    json_out_pair_day(&out, "as_of", check->as_of);
    json_out_pair_bool(&out, "demonstration", check->demonstration);
    json_out_pair_z(&out, "advice", catalog_text(language, words_advice(check->state)));
    json_out_object_end(&out);
}

void
portal_check_json(const struct snapshot *snapshot, ip addr, usec now, const char *home,
                  enum language language, struct buf *out)
{
    struct check check;
    check_address(snapshot, ip_unmap(addr), now, home, &check);
    check_write_json(&check, language, out);
}
