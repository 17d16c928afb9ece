/* SPDX-License-Identifier: Apache-2.0 */
/* STIX 2.1 (and 2.0) bundles: indicators with STIX patterns, observed data, and sightings of
 * indicators. Relationships say which malware they are about; nothing else of a bundle is an
 * event. Objects are found by id in one index made before. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"
#include "intel/formats/stix_event.h"

/* Bytes of patterns that sightings may make be read again: a bundle can refer to a long pattern
 * from very many of them. */
enum { REREAD_MAX = 256 << 20 };

struct stix {
    const struct feed_input *input;
    struct row row;
    json_t *index;   /* id → object, the newest version */
    json_t *malware; /* id of what indicates it, or of the data it was seen in → malware */
    struct stix_pattern pattern;
    size_t reread;
};

static const json_t *
find(const json_t *map, const json_t *id)
{
    return json_is_string(id) ? json_object_get(map, json_string_value(id)) : NULL;
}

static bool
is_type(const json_t *object, const char *type)
{
    return str_eq(json_text(object, "type"), str_of(type));
}

/* Of several versions of one object the one modified last counts. */
static void
index_object(struct stix *stix, json_t *object)
{
    const json_t *id = json_object_get(object, "id"), *known = find(stix->index, id);
    if (json_is_string(id) &&
        (!known || str_compare(json_text(object, "modified"), json_text(known, "modified")) >= 0))
        json_object_set(stix->index, json_string_value(id), object);
}

/* FROM "indicates" or "was seen with" malware TO. */
static void
link_malware(struct stix *stix, const json_t *from, const json_t *to)
{
    const json_t *malware = find(stix->index, to);
    if (json_is_string(from) && is_type(malware, "malware"))
        json_object_set(stix->malware, json_string_value(from), (json_t *)(uintptr_t)malware);
}

static void
read_links(struct stix *stix, const json_t *object)
{
    if (is_type(object, "relationship") &&
        str_eq(json_text(object, "relationship_type"), STR("indicates")))
        link_malware(stix, json_object_get(object, "source_ref"),
                     json_object_get(object, "target_ref"));
    if (!is_type(object, "sighting"))
        return;
    size_t i;
    const json_t *data;
    json_array_foreach(json_object_get(object, "observed_data_refs"), i, data)
    {
        link_malware(stix, data, json_object_get(object, "sighting_of_ref"));
    }
}

/* Labels, indicator types and kill chain phases that say more than "malicious". */
static const struct {
    const char *word;
    enum event_class class;
} words[] = {
    {"c2", CLASS_C2_SERVER},
    {"c&c", CLASS_C2_SERVER},
    {"command-and-control", CLASS_C2_SERVER},
    {"compromised", CLASS_SYSTEM_COMPROMISE},
    {"anonymization", CLASS_PROXY},
    {"tor-exit-node", CLASS_TOR},
    {"scanning", CLASS_SCANNER},
    {"reconnaissance", CLASS_SCANNER},
    {"bruteforce", CLASS_BRUTE_FORCE},
    {"delivery", CLASS_MALWARE_DISTRIBUTION},
    {"malware-download", CLASS_MALWARE_DISTRIBUTION},
    {"bot", CLASS_INFECTED_SYSTEM},
};

static enum event_class
class_of_word(str word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(word, str_of(words[i].word)))
            return words[i].class;
    enum event_class class = event_class_find(word);
    bool vague = class == CLASS_MALWARE || class == CLASS_OTHER || class == CLASS_TEST ||
                 class == CLASS_UNDETERMINED;
    return vague ? CLASS_NONE : class;
}

/* KEY: an array of words, or of objects whose member MEMBER is one. */
static enum event_class
class_of_list(const json_t *object, const char *key, const char *member)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(object, key), i, item)
    {
        str word = member ? json_text(item, member)
                          : (str){json_string_value(item), json_string_length(item)};
        enum event_class class = class_of_word(word);
        if (class != CLASS_NONE)
            return class;
    }
    return CLASS_NONE;
}

static enum event_class
class_of(const json_t *object)
{
    enum event_class class = class_of_list(object, "labels", NULL);
    if (class == CLASS_NONE)
        class = class_of_list(object, "indicator_types", NULL);
    return class != CLASS_NONE ? class : class_of_list(object, "kill_chain_phases", "phase_name");
}

static bool
has_word(const json_t *object, const char *key, str word)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(object, key), i, item)
    {
        if (json_is_string(item) && str_eq(str_of(json_string_value(item)), word))
            return true;
    }
    return false;
}

/* Marking definitions that the standards fix; bundles need not carry them. */
static const struct {
    const char *id, *tlp;
} markings[] = {
    {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "WHITE"},
    {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "GREEN"},
    {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "AMBER"},
    {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "RED"},
    {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "CLEAR"},
    {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "GREEN"},
    {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "AMBER"},
    {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "AMBER+STRICT"},
    {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "RED"},
};

static str
tlp_of(const struct stix *stix, const json_t *object)
{
    for (size_t i = 0; i < sizeof markings / sizeof *markings; i++)
        if (has_word(object, "object_marking_refs", str_of(markings[i].id)))
            return str_of(markings[i].tlp);
    size_t i;
    const json_t *id;
    json_array_foreach(json_object_get(object, "object_marking_refs"), i, id)
    {
        str tlp = json_text(json_object_get(find(stix->index, id), "definition"), "tlp");
        if (tlp.n)
            return tlp;
    }
    return (str){NULL, 0};
}

/* "stix." and the name of the identity that made the object, when the bundle has it. */
static str
feed_of(struct stix *stix, const json_t *object)
{
    const json_t *maker = find(stix->index, json_object_get(object, "created_by_ref"));
    str name = json_text(maker, "name");
    if (stix->input->feed || name.n == 0 || name.n > 64)
        return feed_name(stix->input, "stix");
    char *text = arena_alloc(&stix->row.arena, name.n + 6);
    memcpy(text, "stix.", 5);
    for (size_t i = 0; i < name.n; i++) {
        char c = ascii_lower(name.p[i]);
        bool plain = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '.';
        text[5 + i] = plain ? c : '-';
    }
    return (str){text, name.n + 5};
}

/* The first of the members that is a time. */
static usec
time_of(const json_t *object, const char *first, const char *second)
{
    const char *const keys[] = {first, second, "created"};
    for (size_t i = 0; i < 3; i++) {
        usec time;
        if (time_parse(json_text(object, keys[i]), &time))
            return time;
    }
    return USEC_NONE;
}

/* What all events of the object share. */
static struct stix_record
begin(struct stix *stix, const json_t *object)
{
    struct row *row = &stix->row;
    const json_t *malware = find(stix->malware, json_object_get(object, "id"));
    row->event.text[TEXT_FEED_NAME] = feed_of(stix, object);
    row_set(row, "malware.name", json_text(malware, "name"));
    row_set(row, "tlp", tlp_of(stix, object));
    row_set(row, "event_description.text", json_text(object, "name"));
    row_set(row, "comment", json_text(object, "description"));
    row_extra(row, "stix.id", json_text(object, "id"));
    row_extra(row, "confidence", row_json(row, object, "confidence"));
    row_extra(row, "valid_until", json_text(object, "valid_until"));
    row_extra(row, "number_observed", row_json(row, object, "number_observed"));
    return (struct stix_record){.row = row, .has_malware = malware != NULL};
}

/* Understood, but nothing in it can be an event. */
static void
skip(struct stix *stix)
{
    if (!stix->row.refused)
        stix->row.sink->rows_skipped++;
}

/* SIGHTING: when it was seen again, or NULL. */
static errcode
parse_indicator(struct stix *stix, const json_t *indicator, const json_t *sighting, struct err *err)
{
    struct row *row = &stix->row;
    str language = json_text(indicator, "pattern_type");
    if (json_is_true(json_object_get(indicator, "revoked")) ||
        has_word(indicator, "indicator_types", STR("benign")) ||
        (language.n && !str_eq(language, STR("stix")))) {
        skip(stix);
        return OK;
    }
    str pattern = json_text(indicator, "pattern");
    stix->reread += sighting ? pattern.n : 0;
    if (stix->reread > REREAD_MAX) {
        row_refuse(row, "the sightings before it repeat more than %d bytes of patterns",
                   REREAD_MAX);
        return OK;
    }
    struct err why;
    if (stix_pattern_read(pattern, &row->arena, &stix->pattern, &why) != OK) {
        row_refuse(row, "%s", why.text);
        return OK;
    }
    struct stix_record record = begin(stix, indicator);
    row->event.class = class_of(indicator);
    row->event.time = sighting ? time_of(sighting, "last_seen", "first_seen")
                               : time_of(indicator, "valid_from", "created");
    if (sighting)
        row_extra(row, "sighting.count", row_json(row, sighting, "count"));
    errcode code = stix_emit_pattern(&record, &stix->pattern, err);
    if (code == OK && record.events == 0)
        skip(stix);
    return code;
}

static errcode
parse_observed(struct stix *stix, const json_t *data, struct err *err)
{
    const json_t *objects = json_object_get(data, "objects");
    const json_t *list = json_object_get(data, "object_refs");
    struct stix_record record = begin(stix, data);
    stix->row.event.class = class_of(data);
    if (stix->row.event.class == CLASS_NONE)
        stix->row.event.class = record.has_malware ? CLASS_INFECTED_SYSTEM : CLASS_UNDETERMINED;
    stix->row.event.time = time_of(data, "first_observed", "last_observed");
    errcode code = OK;
    if (json_is_array(list))
        code = stix_emit_observed(&record, stix->index, list, err);
    else if (json_is_object(objects))
        code = stix_emit_observed(&record, objects, NULL, err);
    if (code == OK && record.events == 0)
        skip(stix);
    return code;
}

/* A sighting of an indicator is one more time at which it was true. */
static errcode
parse_sighting(struct stix *stix, const json_t *sighting, struct err *err)
{
    const json_t *seen = find(stix->index, json_object_get(sighting, "sighting_of_ref"));
    if (is_type(seen, "indicator"))
        return parse_indicator(stix, seen, sighting, err);
    skip(stix);
    return OK;
}

static errcode
parse_object(struct stix *stix, uint64_t number, const json_t *object, struct err *err)
{
    bool indicator = is_type(object, "indicator"), sighting = is_type(object, "sighting");
    if (!indicator && !sighting && !is_type(object, "observed-data"))
        return OK;
    row_begin(&stix->row, number, feed_name(stix->input, "stix"), CLASS_NONE);
    errcode code = OK;
    const json_t *newest = find(stix->index, json_object_get(object, "id"));
    if (newest && newest != object)
        skip(stix);
    else if (indicator)
        code = parse_indicator(stix, object, NULL, err);
    else
        code = sighting ? parse_sighting(stix, object, err) : parse_observed(stix, object, err);
    arena_reset(&stix->row.arena);
    return code;
}

static errcode
parse_objects(struct stix *stix, const json_t *list, struct err *err)
{
    size_t i;
    json_t *object;
    errcode code = OK;
    json_array_foreach(list, i, object)
    {
        index_object(stix, object);
    }
    json_array_foreach(list, i, object)
    {
        read_links(stix, object);
    }
    json_array_foreach(list, i, object)
    {
        code = parse_object(stix, i + 1, object, err);
        if (code != OK)
            break;
    }
    return code;
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    errcode code = json_read(input->bytes, LIMIT_JSON_BYTES, &json, err);
    if (code != OK)
        return code;
    const json_t *list = json_is_array(json) ? json : json_object_get(json, "objects");
    if (!list && is_type(json, "bundle"))
        return OK; /* it may be empty (STIX 2.1, 8) */
    if (!json_is_array(list))
        return err_set(err, ERR_FORMAT, "it is no STIX bundle: there is no list of objects");
    struct stix *stix = mem_calloc(1, sizeof *stix);
    stix->input = input;
    stix->row.sink = sink;
    stix->index = json_object();
    stix->malware = json_object();
    code = parse_objects(stix, list, err);
    json_decref(stix->index);
    json_decref(stix->malware);
    row_clear(&stix->row);
    free(stix);
    return code;
}

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    if (first != '{' && first != '[')
        return 0;
    if (rows_sniff(input, "\"bundle--") || rows_sniff(input, "\"bundle\""))
        return 95;
    return rows_sniff(input, "\"spec_version\"") &&
                   (rows_sniff(input, "\"objects\"") || first == '[')
               ? 90
               : 0;
}

const struct feed_format format_stix = {
    .name = "stix",
    .summary = "STIX 2.1 bundles: indicators, observed data, sightings",
    .provider = "OASIS STIX and TAXII communities",
    .sniff = sniff,
    .parse = parse,
};
