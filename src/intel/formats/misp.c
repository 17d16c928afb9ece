/* SPDX-License-Identifier: Apache-2.0 */
/* MISP events as JSON: one, a list, a server's response, or a file of a feed folder. Attributes
 * that are indicators become events; which RSIT class they have say the tags (rsit, ecsirt, circl,
 * kill-chain) and otherwise category and type. to_ids = false marks context and is skipped, unless
 * a tag says which incident it belongs to (as IntelMQ's parser, which knows only that). */
#include "base/cleanup.h"
#include "base/limits.h"
#include "intel/formats/rows.h"

/* ── tags ── */

/* What the tags and galaxies of an event or attribute say. Tags are machine tags,
 * namespace:predicate="value" (MISP taxonomies); galaxies name malware. */
struct misp_tags {
    enum event_class class; /* CLASS_NONE when no tag says it */
    str malware, tlp;       /* empty when no tag says it */
};

struct machine_tag {
    str space, predicate, value;
};

/* "tlp:green" has no value; "osint" is no machine tag. */
static bool
split(str tag, struct machine_tag *ret)
{
    size_t colon = str_find(tag, STR(":"));
    if (colon == SIZE_MAX)
        return false;
    *ret = (struct machine_tag){.space = {tag.p, colon}};
    str rest = str_from(tag, colon + 1);
    size_t equals = str_find(rest, STR("="));
    ret->predicate = equals == SIZE_MAX ? rest : (str){rest.p, equals};
    if (equals == SIZE_MAX)
        return true;
    str value = str_from(rest, equals + 1);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = (str){value.p + 1, value.n - 2};
    ret->value = value;
    return true;
}

struct meaning {
    const char *space, *predicate, *value; /* NULL: any */
    enum event_class class;
};
static const struct meaning meanings[] = {
    {"circl", "incident-classification", "spam", CLASS_SPAM},
    {"circl", "incident-classification", "system-compromise", CLASS_SYSTEM_COMPROMISE},
    {"circl", "incident-classification", "scan", CLASS_SCANNER},
    {"circl", "incident-classification", "denial-of-service", CLASS_DDOS},
    {"circl", "incident-classification", "phishing", CLASS_PHISHING},
    {"circl", "incident-classification", "malware", CLASS_MALWARE_DISTRIBUTION},
    {"circl", "incident-classification", "vulnerability", CLASS_VULNERABLE_SYSTEM},
    {"circl", "incident-classification", "information-leak", CLASS_DATA_LEAK},
    {"kill-chain", "Command and Control", NULL, CLASS_C2_SERVER},
    {"kill-chain", "Delivery", NULL, CLASS_MALWARE_DISTRIBUTION},
    {"kill-chain", "Reconnaissance", NULL, CLASS_SCANNER},
    {"adversary", "infrastructure-type", "c2", CLASS_C2_SERVER},
    {"adversary", "infrastructure-type", "proxy", CLASS_PROXY},
    {"adversary", "infrastructure-type", "exploit-distribution-point", CLASS_EXPLOIT},
};

/* The values of rsit and ecsirt are the classes' names, some with '-' where others write ' '. */
static enum event_class
class_of_tag(const struct machine_tag *tag, struct arena *arena)
{
    if (str_eq_nocase(tag->space, STR("rsit")) || str_eq_nocase(tag->space, STR("ecsirt"))) {
        struct event event;
        event_init(&event);
        event_set(&event, event_field_find(STR("classification.type")), tag->value, arena);
        return event.class;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (str_eq_nocase(tag->space, str_of(meanings[i].space)) &&
            str_eq_nocase(tag->predicate, str_of(meanings[i].predicate)) &&
            (!meanings[i].value || str_eq_nocase(tag->value, str_of(meanings[i].value))))
            return meanings[i].class;
    return CLASS_NONE;
}

static bool
is_malware_galaxy(str type)
{
    static const char *const galaxies[] = {"botnet",
                                           "malpedia",
                                           "banker",
                                           "rat",
                                           "ransomware",
                                           "stealer",
                                           "mitre-malware",
                                           "android",
                                           "backdoor",
                                           "cryptominers",
                                           "mitre-enterprise-attack-malware"};
    for (size_t i = 0; i < sizeof galaxies / sizeof *galaxies; i++)
        if (str_eq_nocase(type, str_of(galaxies[i])))
            return true;
    return false;
}

/* "Emotet - S0367" is Emotet; "Cerberus (Android)" is Cerberus. */
static str
malware_name(str value)
{
    size_t dash = str_find(value, STR(" - S"));
    if (dash != SIZE_MAX)
        value.n = dash;
    size_t bracket = str_find(value, STR(" ("));
    if (bracket != SIZE_MAX)
        value.n = bracket;
    return str_trim(value);
}

static void
read_tag(struct misp_tags *tags, str name, struct arena *arena)
{
    struct machine_tag tag;
    if (!split(str_trim(name), &tag))
        return;
    if (tags->class == CLASS_NONE)
        tags->class = class_of_tag(&tag, arena);
    if (!tags->tlp.n && str_eq_nocase(tag.space, STR("tlp")))
        tags->tlp = tag.predicate;
    if (!tags->malware.n && str_eq_nocase(tag.space, STR("misp-galaxy")) &&
        is_malware_galaxy(tag.predicate))
        tags->malware = malware_name(tag.value);
}

static void
read_galaxy(struct misp_tags *tags, const json_t *galaxy)
{
    size_t i;
    const json_t *cluster;
    if (!is_malware_galaxy(json_text(galaxy, "type")))
        return;
    json_array_foreach(json_object_get(galaxy, "GalaxyCluster"), i, cluster)
    {
        if (!tags->malware.n)
            tags->malware = malware_name(json_text(cluster, "value"));
    }
}

/* Reads "Tag" and "Galaxy" of OWNER. The first tag that says something counts. Text is a view into
 * the JSON or copied to ARENA. */
static void
read_tags(struct misp_tags *tags, const json_t *owner, struct arena *arena)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(owner, "Tag"), i, item)
    {
        read_tag(tags, json_text(item, "name"), arena);
    }
    json_array_foreach(json_object_get(owner, "Galaxy"), i, item)
    {
        read_galaxy(tags, item);
    }
}

/* ── attributes ── */

enum shape {
    SHAPE_NONE,
    SHAPE_ADDRESS,
    SHAPE_ADDRESS_PORT, /* "address|port" */
    SHAPE_NAME,
    SHAPE_NAME_PORT,
    SHAPE_NAME_ADDRESS, /* "name|address" */
    SHAPE_URL,
    SHAPE_HASH,      /* FIELD says which */
    SHAPE_FILE_HASH, /* "file name|hash" */
    SHAPE_ACCOUNT,
};
struct attribute_type {
    const char *name;
    enum shape shape;
    const char *field;
    enum event_class network; /* the class in "Network activity" */
};
static const struct attribute_type types[] = {
    {"ip-src", SHAPE_ADDRESS, NULL, CLASS_BLACKLIST},
    {"ip-dst", SHAPE_ADDRESS, NULL, CLASS_C2_SERVER},
    {"ip-src|port", SHAPE_ADDRESS_PORT, NULL, CLASS_BLACKLIST},
    {"ip-dst|port", SHAPE_ADDRESS_PORT, NULL, CLASS_C2_SERVER},
    {"domain", SHAPE_NAME, NULL, CLASS_C2_SERVER},
    {"hostname", SHAPE_NAME, NULL, CLASS_C2_SERVER},
    {"hostname|port", SHAPE_NAME_PORT, NULL, CLASS_C2_SERVER},
    {"domain|ip", SHAPE_NAME_ADDRESS, NULL, CLASS_C2_SERVER},
    {"url", SHAPE_URL, NULL, CLASS_C2_SERVER},
    {"md5", SHAPE_HASH, "malware.hash.md5", CLASS_MALWARE},
    {"sha1", SHAPE_HASH, "malware.hash.sha1", CLASS_MALWARE},
    {"sha256", SHAPE_HASH, "malware.hash.sha256", CLASS_MALWARE},
    {"filename|md5", SHAPE_FILE_HASH, "malware.hash.md5", CLASS_MALWARE},
    {"filename|sha1", SHAPE_FILE_HASH, "malware.hash.sha1", CLASS_MALWARE},
    {"filename|sha256", SHAPE_FILE_HASH, "malware.hash.sha256", CLASS_MALWARE},
    {"malware-sample", SHAPE_FILE_HASH, "malware.hash.md5", CLASS_MALWARE},
    {"email-src", SHAPE_ACCOUNT, NULL, CLASS_SPAM},
};
enum { TYPES = sizeof types / sizeof *types };

/* What the attributes of one MISP object say about each other, gathered once. */
struct object {
    str values[TYPES]; /* of the hashes, by their place in types[] */
    str port, file_name;
    bool hash_told; /* one of its hashes became the event that carries them all */
};

/* What the attributes of one MISP event share. */
struct misp {
    const struct feed_input *input;
    struct row row;
    const json_t *event;
    struct misp_tags tags;
    str feed, payload; /* PAYLOAD: the malware that an attribute "Payload type" names */
    struct arena arena;
    uint64_t index; /* of the attribute in the document, from 1 */
};

static const struct attribute_type *
type_of(str name)
{
    for (size_t i = 0; i < TYPES; i++)
        if (str_eq(str_of(types[i].name), name))
            return &types[i];
    return NULL;
}

/* What an attribute means that no tag classifies. */
static enum event_class
class_of(const struct attribute_type *type, str category)
{
    if (type->shape == SHAPE_HASH || type->shape == SHAPE_FILE_HASH)
        return CLASS_MALWARE;
    if (type->shape == SHAPE_ACCOUNT)
        return CLASS_SPAM;
    if (str_eq(category, STR("Network activity")))
        return type->network;
    if (str_eq(category, STR("Payload delivery")) || str_eq(category, STR("Artifacts dropped")) ||
        str_eq(category, STR("Payload installation")))
        return CLASS_MALWARE_DISTRIBUTION;
    if (str_eq(category, STR("Financial fraud")))
        return CLASS_PHISHING;
    return CLASS_BLACKLIST;
}

/* The event's tag counts for all it holds. But an incident of infected machines also lists what
 * they talk to, and that must not be taken for one of them. */
static enum event_class
class_in(const struct misp *misp, const struct attribute_type *type, str category)
{
    bool server = type->network == CLASS_C2_SERVER && str_eq(category, STR("Network activity"));
    if (misp->tags.class == CLASS_NONE || (server && misp->tags.class == CLASS_INFECTED_SYSTEM))
        return class_of(type, category);
    return misp->tags.class;
}

/* MISP's own times: RFC 3339 seen by someone, else Unix seconds of the last change. */
static usec
time_of(const struct misp *misp, const json_t *attribute)
{
    usec time;
    int64_t seconds;
    if (time_parse(json_text(attribute, "last_seen"), &time) ||
        time_parse(json_text(attribute, "first_seen"), &time))
        return time;
    if ((json_number(attribute, "timestamp", &seconds) && seconds > 0) ||
        (json_number(misp->event, "timestamp", &seconds) && seconds > 0))
        return seconds < INT64_C(253402300800) ? seconds * USEC_PER_SECOND : USEC_NONE;
    return time_parse(json_text(misp->event, "date"), &time) ? time : USEC_NONE;
}

static void
need_address(struct row *row, str value)
{
    if (str_find(value, STR("/")) != SIZE_MAX && row_set(row, "source.network", value))
        return;
    row_need(row, "source.ip", value);
}

/* Newer servers write "|", very old ones ":". */
static void
set_value(struct row *row, const struct attribute_type *type, str value)
{
    str first = value, second = {NULL, 0};
    bool pair = type->shape == SHAPE_ADDRESS_PORT || type->shape == SHAPE_NAME_PORT ||
                type->shape == SHAPE_NAME_ADDRESS || type->shape == SHAPE_FILE_HASH;
    size_t bar = pair ? str_find(value, STR("|")) : SIZE_MAX;
    if (bar != SIZE_MAX) {
        first = (str){value.p, bar};
        second = str_from(value, bar + 1);
    } else if (pair) {
        row_refuse(row, "'%.*s' has no '|'", (int)(value.n < 80 ? value.n : 80), value.p);
        return;
    }
    switch (type->shape) {
    case SHAPE_ADDRESS:
    case SHAPE_ADDRESS_PORT:
        need_address(row, first);
        break;
    case SHAPE_URL:
        row_need_url(row, value);
        break;
    case SHAPE_HASH:
        row_need(row, type->field, value);
        break;
    case SHAPE_FILE_HASH:
        row_need(row, type->field, second);
        row_extra(row, "file.name", first);
        break;
    case SHAPE_ACCOUNT:
        row_need(row, "source.account", value);
        break;
    default:
        row_need(row, "source.fqdn", first);
        break;
    }
    if (type->shape == SHAPE_ADDRESS_PORT || type->shape == SHAPE_NAME_PORT)
        row_need(row, "source.port", second);
    if (type->shape == SHAPE_NAME_ADDRESS)
        need_address(row, second);
}

static void
gather(const json_t *list, struct object *ret)
{
    *ret = (struct object){0};
    size_t i;
    const json_t *attribute;
    json_array_foreach(list, i, attribute)
    {
        str name = json_text(attribute, "type"), value = json_text(attribute, "value");
        const struct attribute_type *type = type_of(name);
        if (json_is_true(json_object_get(attribute, "deleted")))
            continue;
        if (type && type->shape == SHAPE_HASH)
            ret->values[type - types] = value;
        else if (str_eq(name, STR("port")))
            ret->port = value;
        else if (str_eq(name, STR("filename")))
            ret->file_name = value;
    }
}

/* The port of an "ip-port" object, and the other hashes of a "file" object. */
static void
set_siblings(struct row *row, const struct attribute_type *type, const struct object *object)
{
    if (type->shape == SHAPE_ADDRESS)
        row_set(row, "source.port", object->port);
    if (type->shape != SHAPE_HASH)
        return;
    for (size_t i = 0; i < TYPES; i++)
        if (&types[i] != type)
            row_set(row, types[i].field, object->values[i]);
    row_extra(row, "file.name", object->file_name);
}

static bool
is_wanted(const struct misp *misp, const json_t *attribute, const struct attribute_type *type,
          const struct misp_tags *tags)
{
    const json_t *to_ids = json_object_get(attribute, "to_ids");
    bool classified = tags->class != CLASS_NONE || misp->tags.class != CLASS_NONE;
    bool detects = json_is_true(to_ids) || str_eq(json_text(attribute, "to_ids"), STR("1"));
    return type && !json_is_true(json_object_get(attribute, "deleted")) &&
           !str_eq(json_text(attribute, "category"), STR("Targeting data")) &&
           (detects || classified || !to_ids);
}

static void
set_context(struct misp *misp, const json_t *attribute, const struct misp_tags *tags)
{
    struct row *row = &misp->row;
    str malware = tags->malware.n   ? tags->malware
                  : misp->payload.n ? misp->payload
                                    : misp->tags.malware;
    row_set(row, "malware.name", malware);
    row_set(row, "tlp", tags->tlp.n ? tags->tlp : misp->tags.tlp);
    row_set(row, "event_description.text", json_text(attribute, "category"));
    row_set(row, "comment", json_text(attribute, "comment"));
    row_extra(row, "misp.event_uuid", json_text(misp->event, "uuid"));
    row_extra(row, "misp.attribute_uuid", json_text(attribute, "uuid"));
    row_extra(row, "misp.info", json_text(misp->event, "info"));
}

/* OBJECT: what it stands in, or NULL. */
static errcode
parse_attribute(struct misp *misp, const json_t *attribute, struct object *object, struct err *err)
{
    struct row *row = &misp->row;
    row_begin(row, ++misp->index, misp->feed, CLASS_NONE);
    if (!json_is_object(attribute)) {
        row_refuse(row, "an attribute must be an object");
        return row_emit(row, err);
    }
    const struct attribute_type *type = type_of(json_text(attribute, "type"));
    struct misp_tags tags = {0};
    read_tags(&tags, attribute, &row->arena);
    bool hash = object && type && type->shape == SHAPE_HASH;
    if (!is_wanted(misp, attribute, type, &tags) || (hash && object->hash_told)) {
        row->sink->rows_skipped++;
        arena_reset(&row->arena);
        return OK;
    }
    str category = json_text(attribute, "category");
    row->event.class = tags.class != CLASS_NONE ? tags.class : class_in(misp, type, category);
    row->event.time = time_of(misp, attribute);
    set_context(misp, attribute, &tags);
    set_value(row, type, str_trim(json_text(attribute, "value")));
    if (object) {
        set_siblings(row, type, object);
        object->hash_told |= hash && !row->refused;
    }
    return row_emit(row, err);
}

static errcode
parse_attributes(struct misp *misp, const json_t *list, struct object *object, struct err *err)
{
    size_t i;
    const json_t *attribute;
    errcode code = OK;
    json_array_foreach(list, i, attribute)
    {
        code = parse_attribute(misp, attribute, object, err);
        if (code != OK)
            break;
    }
    return code;
}

/* "misp." and the name of the organisation that made the event. */
static void
set_feed(struct misp *misp)
{
    str org = json_text(json_object_get(misp->event, "Orgc"), "name");
    if (misp->input->feed || org.n == 0 || org.n > 64) {
        misp->feed = feed_name(misp->input, "misp");
        return;
    }
    char *name = arena_alloc(&misp->arena, org.n + 6);
    memcpy(name, "misp.", 5);
    for (size_t i = 0; i < org.n; i++) {
        char c = ascii_lower(org.p[i]);
        bool plain = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '.';
        name[5 + i] = plain ? c : '-';
    }
    misp->feed = (str){name, org.n + 5};
}

static void
set_payload(struct misp *misp)
{
    size_t i;
    const json_t *attribute;
    misp->payload = (str){NULL, 0};
    json_array_foreach(json_object_get(misp->event, "Attribute"), i, attribute)
    {
        if (str_eq(json_text(attribute, "category"), STR("Payload type")))
            misp->payload = json_text(attribute, "value");
    }
}

static errcode
parse_event(struct misp *misp, const json_t *event, struct err *err)
{
    misp->event = event;
    misp->tags = (struct misp_tags){0};
    read_tags(&misp->tags, event, &misp->arena);
    set_feed(misp);
    set_payload(misp);
    errcode code = parse_attributes(misp, json_object_get(event, "Attribute"), NULL, err);
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(event, "Object"), i, item)
    {
        const json_t *list = json_object_get(item, "Attribute");
        struct object object;
        if (code != OK || json_is_true(json_object_get(item, "deleted")))
            continue;
        gather(list, &object);
        code = parse_attributes(misp, list, &object, err);
    }
    arena_reset(&misp->arena);
    return code;
}

static bool
is_event(const json_t *object)
{
    return json_is_array(json_object_get(object, "Attribute")) ||
           json_is_array(json_object_get(object, "Object"));
}

/* A feed folder's manifest: UUID → what the event of that UUID is about. */
static bool
is_manifest(const json_t *object)
{
    if (json_is_object(object) && json_object_size(object) == 0)
        return true;
    const json_t *first = json_object_iter_value(json_object_iter((json_t *)(uintptr_t)object));
    return json_is_object(first) && json_is_string(json_object_get(first, "info")) &&
           json_object_get(first, "Orgc") && !json_object_get(first, "Attribute");
}

/* {"Event":…} or the event itself. */
static errcode
parse_item(struct misp *misp, const json_t *item, struct err *err)
{
    const json_t *event = json_object_get(item, "Event");
    if (json_is_object(event))
        return parse_event(misp, event, err);
    if (is_event(item))
        return parse_event(misp, item, err);
    feed_row(misp->row.sink);
    misp->index++;
    if (is_manifest(item))
        misp->row.sink->rows_skipped++;
    else
        feed_refuse(misp->row.sink, misp->index, "neither a MISP event nor a list of them");
    return OK;
}

static errcode
parse_document(struct misp *misp, const json_t *json, struct err *err)
{
    const json_t *response = json_object_get(json, "response");
    const json_t *root = response ? response : json;
    if (!json_is_array(root))
        return parse_item(misp, root, err);
    size_t i;
    const json_t *item;
    errcode code = OK;
    json_array_foreach(root, i, item)
    {
        code = parse_item(misp, item, err);
        if (code != OK)
            break;
    }
    return code;
}

/* A feed folder's hashes.csv, "md5,event UUID" a line: an index without content of its own. */
static bool
is_hash_index(const struct feed_input *input)
{
    str rest = input->bytes, line;
    return str_eq(str_of(input->name), STR("hashes.csv")) && str_line(&rest, &line) &&
           line.n == 69 && line.p[32] == ',' && line.p[41] == '-';
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    if (is_hash_index(input)) {
        feed_row(sink);
        sink->rows_skipped++;
        return OK;
    }
    cleanup(cleanup_json) json_t *json = NULL;
    errcode code = json_read(input->bytes, LIMIT_JSON_BYTES, &json, err);
    if (code != OK)
        return code;
    struct misp misp = {.input = input, .row = {.sink = sink}};
    code = parse_document(&misp, json, err);
    row_clear(&misp.row);
    arena_clear(&misp.arena);
    return code;
}

/* What a server answers to a search that finds nothing, and the manifest of an empty feed. */
static bool
has_no_events(const struct feed_input *input)
{
    str text = str_trim(input->bytes);
    return (str_eq(text, STR("{}")) && str_eq(str_of(input->name), STR("manifest.json"))) ||
           str_eq(text, STR("{\"response\":[]}")) || str_eq(text, STR("{\"response\": []}"));
}

static int
sniff(const struct feed_input *input)
{
    static const char *const keys[] = {
        "\"Event\"",           "\"Attribute\"",       "\"Orgc\"",
        "\"to_ids\"",          "\"threat_level_id\"", "\"publish_timestamp\"",
        "\"ShadowAttribute\"", "\"RelatedEvent\""};
    char first = rows_first(input);
    if (is_hash_index(input))
        return 95;
    if (first != '{' && first != '[')
        return 0;
    int found = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        found += rows_sniff(input, keys[i]);
    if (found >= 2)
        return 95;
    if (has_no_events(input))
        return 60;
    return found == 1 && rows_sniff(input, "\"uuid\"")                                          ? 75
           : str_eq(str_of(input->name), STR("manifest.json")) && rows_sniff(input, "\"Orgc\"") ? 95
                                                                                                : 0;
}

const struct feed_format format_misp = {
    .name = "misp",
    .summary = "MISP events as JSON, and the files of a MISP feed folder",
    .provider = "MISP communities",
    .sniff = sniff,
    .parse = parse,
};
