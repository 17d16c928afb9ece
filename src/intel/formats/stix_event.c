/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons and observables → events. One record gives many, so the shared part of the event is
 * kept aside and copied back for each. */
#include "intel/formats/stix_event.h"

#include "base/cleanup.h"

enum subject {
    SUBJECT_NONE,
    SUBJECT_ADDRESS,
    SUBJECT_NAME,
    SUBJECT_URL,
    SUBJECT_ACCOUNT,
    SUBJECT_HASH,
};

static enum event_class
class_of(const struct stix_record *record, enum subject subject)
{
    enum event_class class = record->row->event.class;
    if (subject == SUBJECT_HASH)
        return CLASS_MALWARE;
    if (class != CLASS_NONE)
        return class;
    if (!record->has_malware)
        return CLASS_BLACKLIST;
    return subject == SUBJECT_URL ? CLASS_MALWARE_DISTRIBUTION : CLASS_C2_SERVER;
}

/* Hands out the row's event as a SUBJECT, then puts back SHARED. */
static errcode
emit(struct stix_record *record, enum subject subject, const struct event *shared, struct err *err)
{
    struct row *row = record->row;
    row->event.class = class_of(record, subject);
    row->event.extras = row->extras;
    row->event.extra_count = row->extra_count;
    record->events++;
    errcode code = feed_emit(row->sink, &row->event, err);
    row->event = *shared;
    return code;
}

/* "hashes.'SHA-256'" and "SHA-256" → the event's key; NULL for other algorithms. */
static const char *
hash_key(str name)
{
    if (str_starts(name, STR("hashes.")))
        name = str_from(name, 7);
    if (name.n > 1 && name.p[0] == '\'')
        name = (str){name.p + 1, name.n - 2};
    if (str_eq_nocase(name, STR("MD5")))
        return "malware.hash.md5";
    if (str_eq_nocase(name, STR("SHA-1")) || str_eq_nocase(name, STR("SHA1")))
        return "malware.hash.sha1";
    if (str_eq_nocase(name, STR("SHA-256")) || str_eq_nocase(name, STR("SHA256")))
        return "malware.hash.sha256";
    return NULL;
}

static bool
is_object(const struct stix_comparison *comparison, const char *object, const char *path)
{
    return str_eq(comparison->object, str_of(object)) && str_eq(comparison->path, str_of(path));
}

static enum subject
subject_of(const struct stix_comparison *c)
{
    if (is_object(c, "ipv4-addr", "value") || is_object(c, "ipv6-addr", "value"))
        return SUBJECT_ADDRESS;
    if (is_object(c, "network-traffic", "dst_ref.value") ||
        is_object(c, "network-traffic", "src_ref.value")) {
        prefix p;
        return prefix_parse(c->value, true, &p) ? SUBJECT_ADDRESS : SUBJECT_NAME;
    }
    if (is_object(c, "domain-name", "value"))
        return SUBJECT_NAME;
    if (is_object(c, "url", "value"))
        return SUBJECT_URL;
    if (is_object(c, "email-addr", "value") || is_object(c, "email-message", "from_ref.value"))
        return SUBJECT_ACCOUNT;
    if ((str_eq(c->object, STR("file")) || str_eq(c->object, STR("artifact"))) &&
        str_starts(c->path, STR("hashes.")) && hash_key(c->path))
        return SUBJECT_HASH;
    return SUBJECT_NONE;
}

/* STIX writes single addresses as whole-length prefixes too. */
static bool
set_address(struct row *row, str value)
{
    ip addr;
    prefix p;
    bool network = !ip_parse(value, &addr) && prefix_parse(value, true, &p) &&
                   p.bits < (p.addr.version == 4 ? 32 : 128);
    return network ? row_need(row, "source.network", value) : row_need(row, "source.ip", value);
}

static bool
set_subject(struct row *row, enum subject subject, str value)
{
    switch (subject) {
    case SUBJECT_ADDRESS:
        return set_address(row, value);
    case SUBJECT_NAME:
        return row_need(row, "source.fqdn", value);
    case SUBJECT_URL:
        return row_need_url(row, value);
    default:
        return row_need(row, "source.account", value);
    }
}

/* The port and protocol that an observation asks for, when it asks for one. */
static void
set_traffic(struct row *row, const struct stix_comparison *list, size_t count)
{
    size_t ports = 0, at = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_object(&list[i], "network-traffic", "dst_port")) {
            ports++;
            at = i;
        }
        if (str_eq(list[i].object, STR("network-traffic")) &&
            str_starts(list[i].path, STR("protocols[")) &&
            (str_eq(list[i].value, STR("tcp")) || str_eq(list[i].value, STR("udp"))))
            row_set(row, "protocol.transport", list[i].value);
    }
    if (ports == 1)
        row_need(row, "source.port", list[at].value);
}

/* All hashes of one file; a second hash of the same kind is of another file. */
static errcode
emit_hashes(struct stix_record *record, const struct stix_comparison *list, size_t count,
            struct err *err)
{
    struct row *row = record->row;
    const struct event shared = row->event;
    unsigned have = 0;
    errcode code = OK;
    for (size_t i = 0; i < count && code == OK; i++) {
        if (subject_of(&list[i]) != SUBJECT_HASH)
            continue;
        const char *key = hash_key(list[i].path);
        unsigned bit = strstr(key, "256") ? 4 : strstr(key, "sha1") ? 2 : 1;
        if (have & bit) {
            code = emit(record, SUBJECT_HASH, &shared, err);
            have = 0;
        }
        have |= row_need(row, key, list[i].value) ? bit : 0;
    }
    if (code == OK && have)
        code = emit(record, SUBJECT_HASH, &shared, err);
    row->event = shared;
    return code;
}

static errcode
emit_observation(struct stix_record *record, const struct stix_comparison *list, size_t count,
                 struct err *err)
{
    const struct event shared = record->row->event;
    for (size_t i = 0; i < count; i++) {
        enum subject subject = subject_of(&list[i]);
        if (subject == SUBJECT_NONE || subject == SUBJECT_HASH)
            continue;
        if (!set_subject(record->row, subject, list[i].value)) {
            record->row->event = shared;
            continue;
        }
        set_traffic(record->row, list, count);
        errcode code = emit(record, subject, &shared, err);
        if (code != OK)
            return code;
    }
    return emit_hashes(record, list, count, err);
}

errcode
stix_emit_pattern(struct stix_record *record, const struct stix_pattern *pattern, struct err *err)
{
    for (size_t from = 0, to; from < pattern->count; from = to) {
        for (to = from; to < pattern->count &&
                        pattern->list[to].observation == pattern->list[from].observation;
             to++)
            continue;
        errcode code = emit_observation(record, pattern->list + from, to - from, err);
        if (code != OK)
            return code;
    }
    return OK;
}

/* ── observed ── */

struct observed {
    struct stix_record *record;
    const json_t *objects;
    json_t *used; /* ids that stand in a connection, which is told whole */
};

static const json_t *
find(const json_t *objects, const json_t *id)
{
    return json_is_string(id) ? json_object_get(objects, json_string_value(id)) : NULL;
}

/* One end of a connection. */
static void
set_end(struct observed *observed, const json_t *traffic, const char *reference,
        const char *address_key, const char *name_key)
{
    struct row *row = observed->record->row;
    const json_t *id = json_object_get(traffic, reference), *end = find(observed->objects, id);
    if (!end)
        return;
    json_object_set_new(observed->used, json_string_value(id), json_true());
    str type = json_text(end, "type"), value = json_text(end, "value");
    if (str_eq(type, STR("domain-name")))
        row_need(row, name_key, value);
    else if (str_eq(type, STR("ipv4-addr")) || str_eq(type, STR("ipv6-addr")))
        row_need(row, address_key, value);
}

static void
set_protocols(struct row *row, const json_t *traffic)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(traffic, "protocols"), i, item)
    {
        str name = {json_string_value(item), json_string_length(item)};
        if (!name.p || str_eq(name, STR("ipv4")) || str_eq(name, STR("ipv6")))
            continue;
        bool transport =
            str_eq(name, STR("tcp")) || str_eq(name, STR("udp")) || str_eq(name, STR("icmp"));
        row_set(row, transport ? "protocol.transport" : "protocol.application", name);
    }
}

static errcode
emit_traffic(struct observed *observed, const json_t *traffic, struct err *err)
{
    struct row *row = observed->record->row;
    const struct event shared = row->event;
    set_end(observed, traffic, "src_ref", "source.ip", "source.fqdn");
    set_end(observed, traffic, "dst_ref", "destination.ip", "destination.fqdn");
    row_set(row, "source.port", row_json(row, traffic, "src_port"));
    row_set(row, "destination.port", row_json(row, traffic, "dst_port"));
    set_protocols(row, traffic);
    bool has_end = row->event.source_ip.version || row->event.destination_ip.version ||
                   row->event.text[TEXT_SOURCE_FQDN].n || row->event.text[TEXT_DESTINATION_FQDN].n;
    if (has_end)
        return emit(observed->record, SUBJECT_ADDRESS, &shared, err);
    row->event = shared;
    return OK;
}

static errcode
emit_file(struct stix_record *record, const json_t *file, struct err *err)
{
    struct row *row = record->row;
    const struct event shared = row->event;
    bool any = false;
    const char *algorithm;
    json_t *value;
    json_object_foreach(json_object_get(file, "hashes"), algorithm, value)
    {
        const char *key = hash_key(str_of(algorithm));
        if (key && json_is_string(value))
            any |= row_need(row, key, str_of(json_string_value(value)));
    }
    if (any)
        return emit(record, SUBJECT_HASH, &shared, err);
    row->event = shared;
    return OK;
}

static errcode
emit_observable(struct stix_record *record, const json_t *object, struct err *err)
{
    str type = json_text(object, "type");
    if (str_eq(type, STR("file")) || str_eq(type, STR("artifact")))
        return emit_file(record, object, err);
    struct stix_comparison as_if = {type, STR("value"), json_text(object, "value"), 0};
    enum subject subject = subject_of(&as_if);
    const struct event shared = record->row->event;
    if (subject == SUBJECT_NONE)
        return OK;
    if (set_subject(record->row, subject, as_if.value))
        return emit(record, subject, &shared, err);
    record->row->event = shared;
    return OK;
}

/* Connections first, so that what they hold is known when the rest comes. */
static errcode
emit_one(struct observed *observed, const char *id, const json_t *object, bool connections,
         struct err *err)
{
    bool traffic = str_eq(json_text(object, "type"), STR("network-traffic"));
    if (!object || traffic != connections)
        return OK;
    if (traffic)
        return emit_traffic(observed, object, err);
    if (json_object_get(observed->used, id))
        return OK;
    return emit_observable(observed->record, object, err);
}

static errcode
emit_pass(struct observed *observed, const json_t *list, bool connections, struct err *err)
{
    errcode code = OK;
    size_t i;
    const json_t *id;
    if (list) {
        json_array_foreach(list, i, id)
        {
            const json_t *object = find(observed->objects, id);
            if (object && code == OK)
                code = emit_one(observed, json_string_value(id), object, connections, err);
        }
        return code;
    }
    const char *key;
    json_t *object;
    json_object_foreach((json_t *)(uintptr_t)observed->objects, key, object)
    {
        if (code == OK)
            code = emit_one(observed, key, object, connections, err);
    }
    return code;
}

errcode
stix_emit_observed(struct stix_record *record, const json_t *objects, const json_t *list,
                   struct err *err)
{
    cleanup(cleanup_json) json_t *used = json_object();
    struct observed observed = {record, objects, used};
    errcode code = emit_pass(&observed, list, true, err);
    return code == OK ? emit_pass(&observed, list, false, err) : code;
}
