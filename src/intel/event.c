/* SPDX-License-Identifier: Apache-2.0 */
/* The event's fields by their keys, and the cleaning of values: the types of the IntelMQ Data
 * Format (docs.intelmq.org, "Data Format"). A value that is clean already is kept as a view. */
#include "intel/event.h"

#include "base/json_out.h"
#include "base/limits.h"
#include "intel/idn.h"

#include <stddef.h>

struct class_row {
    str type;
    const char *taxonomy;
};
static const struct class_row classes[CLASS_COUNT] = {
#define X(suffix, type_, taxonomy_) [CLASS_##suffix] = {{type_, sizeof type_ - 1}, taxonomy_},
    EVENT_CLASSES(X)
#undef X
};

/* Names that older IntelMQ versions and other tools use. */
static const struct {
    str type;
    enum event_class class;
} old_classes[] = {
#define OLD(name, suffix)                                                                          \
    {                                                                                              \
        {name, sizeof name - 1}, CLASS_##suffix                                                    \
    }
    OLD("c&c", C2_SERVER),
    OLD("c2server", C2_SERVER),
    OLD("c2", C2_SERVER),
    OLD("botnet drone", INFECTED_SYSTEM),
    OLD("botnet-drone", INFECTED_SYSTEM),
    OLD("drone", INFECTED_SYSTEM),
    OLD("infected system", INFECTED_SYSTEM),
    OLD("ransomware", INFECTED_SYSTEM),
    OLD("vulnerable service", VULNERABLE_SYSTEM),
    OLD("vulnerable-service", VULNERABLE_SYSTEM),
    OLD("vulnerable client", VULNERABLE_SYSTEM),
    OLD("malware configuration", MALWARE_CONFIGURATION),
    OLD("malware distribution", MALWARE_DISTRIBUTION),
    OLD("dga domain", DGA_DOMAIN),
    OLD("ids alert", IDS_ALERT),
    OLD("backdoor", SYSTEM_COMPROMISE),
    OLD("compromised", SYSTEM_COMPROMISE),
    OLD("unauthorized-command", SYSTEM_COMPROMISE),
    OLD("unauthorized-login", SYSTEM_COMPROMISE),
    OLD("defacement", UNAUTHORISED_CHANGE),
    OLD("leak", DATA_LEAK),
    OLD("unauthorised-use-of-resources", UNAUTHORIZED_USE),
    OLD("dropzone", OTHER),
    OLD("unknown", UNDETERMINED),
#undef OLD
};

enum kind {
    KIND_TIME,
    KIND_IP,
    KIND_NETWORK,
    KIND_ASN,
    KIND_PORT,
    KIND_CLASS,
    KIND_TEXT, /* the kinds from here on fill text[] */
    KIND_LOWER_ASCII,
    KIND_TRANSPORT,
    KIND_ASCII,
    KIND_COUNTRY,
    KIND_FQDN,
    KIND_URL,
    KIND_TLP,
};

struct event_field {
    str key;
    enum kind kind;
    size_t at; /* offset in struct event; for text the index */
};

#define FIELD(name, kind_, member)                                                                 \
    {                                                                                              \
        {name, sizeof name - 1}, KIND_##kind_, offsetof(struct event, member)                      \
    }
#define FIELD_TEXT(name, kind_, suffix)                                                            \
    [TEXT_##suffix] = {{name, sizeof name - 1}, KIND_##kind_, TEXT_##suffix}

static const struct event_field plain_fields[] = {
    FIELD("time.source", TIME, time),
    FIELD("source.ip", IP, source_ip),
    FIELD("source.network", NETWORK, source_network),
    FIELD("source.port", PORT, source_port),
    FIELD("source.asn", ASN, source_asn),
    FIELD("destination.ip", IP, destination_ip),
    FIELD("destination.port", PORT, destination_port),
    FIELD("destination.asn", ASN, destination_asn),
    FIELD("classification.type", CLASS, class),
};
static const struct event_field text_fields[TEXT_COUNT] = {
    FIELD_TEXT("feed.name", TEXT, FEED_NAME),
    FIELD_TEXT("classification.identifier", TEXT, IDENTIFIER),
    FIELD_TEXT("malware.name", LOWER_ASCII, MALWARE_NAME),
    FIELD_TEXT("source.geolocation.cc", COUNTRY, SOURCE_CC),
    FIELD_TEXT("source.geolocation.region", TEXT, SOURCE_REGION),
    FIELD_TEXT("source.geolocation.city", TEXT, SOURCE_CITY),
    FIELD_TEXT("source.as_name", TEXT, SOURCE_AS_NAME),
    FIELD_TEXT("source.fqdn", FQDN, SOURCE_FQDN),
    FIELD_TEXT("source.reverse_dns", FQDN, SOURCE_REVERSE_DNS),
    FIELD_TEXT("source.url", URL, SOURCE_URL),
    FIELD_TEXT("source.account", TEXT, SOURCE_ACCOUNT),
    FIELD_TEXT("destination.geolocation.cc", COUNTRY, DESTINATION_CC),
    FIELD_TEXT("destination.geolocation.region", TEXT, DESTINATION_REGION),
    FIELD_TEXT("destination.geolocation.city", TEXT, DESTINATION_CITY),
    FIELD_TEXT("destination.as_name", TEXT, DESTINATION_AS_NAME),
    FIELD_TEXT("destination.fqdn", FQDN, DESTINATION_FQDN),
    FIELD_TEXT("destination.reverse_dns", FQDN, DESTINATION_REVERSE_DNS),
    FIELD_TEXT("destination.url", URL, DESTINATION_URL),
    FIELD_TEXT("protocol.transport", TRANSPORT, TRANSPORT),
    FIELD_TEXT("protocol.application", LOWER_ASCII, APPLICATION),
    FIELD_TEXT("malware.version", ASCII, MALWARE_VERSION),
    FIELD_TEXT("malware.hash.md5", ASCII, MD5),
    FIELD_TEXT("malware.hash.sha1", ASCII, SHA1),
    FIELD_TEXT("malware.hash.sha256", ASCII, SHA256),
    FIELD_TEXT("event_description.text", TEXT, DESCRIPTION),
    FIELD_TEXT("event_description.url", URL, DESCRIPTION_URL),
    FIELD_TEXT("event_description.target", TEXT, DESCRIPTION_TARGET),
    FIELD_TEXT("status", TEXT, STATUS),
    FIELD_TEXT("comment", TEXT, COMMENT),
    FIELD_TEXT("tlp", TLP, TLP),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

void
event_init(struct event *event)
{
    *event = (struct event){.time = USEC_NONE, .source_port = -1, .destination_port = -1};
}

const char *event_class_name(enum event_class class)
{
    return class > CLASS_NONE && class < CLASS_COUNT ? classes[class].type.p : "";
}

const char *event_class_taxonomy(enum event_class class)
{
    return class > CLASS_NONE && class < CLASS_COUNT ? classes[class].taxonomy : "";
}

enum event_class
event_class_find(str type)
{
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT; class ++)
        if (str_eq(classes[class].type, type))
            return class;
    return CLASS_NONE;
}

const struct event_field *
event_field_find(str key)
{
    for (size_t i = 0; i < COUNT(plain_fields); i++)
        if (str_eq(plain_fields[i].key, key))
            return &plain_fields[i];
    for (size_t i = 0; i < COUNT(text_fields); i++)
        if (str_eq(text_fields[i].key, key))
            return &text_fields[i];
    return NULL;
}

const char *
event_field_key(const struct event_field *field)
{
    return field->key.p;
}

/* The text itself when it has no capitals. */
static str
lower(str s, struct arena *arena)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return arena_lower(arena, s);
    return s;
}

static str
upper(str s, struct arena *arena)
{
    str copy = arena_str(arena, s);
    char *p = (char *)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        p[i] = ascii_upper(p[i]);
    return copy;
}

static bool
is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static bool
is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

bool
event_is_fqdn(str s)
{
    if (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (str_starts(s, STR("*.")))
        s = str_from(s, 2);
    uint32_t number;
    if (s.n == 0 || s.n > 253 || ip4_parse(s, &number))
        return false;
    size_t label = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if ((!is_letter(c) && !ascii_is_digit(c) && c != '-' && c != '_') || ++label > 63) {
            return false;
        }
    }
    return label > 0;
}

static bool
clean_fqdn(str *s, struct arena *arena)
{
    str name = *s;
    if (!event_is_fqdn(name) && (is_ascii(name) || !idn_to_ascii(name, arena, &name)))
        return false;
    if (!event_is_fqdn(name))
        return false;
    name.n -= name.p[name.n - 1] == '.';
    *s = lower(name, arena);
    return true;
}

/* RFC 3986: a letter, then letters, digits, '+', '-', '.'. */
static bool
is_scheme(str s)
{
    if (s.n == 0 || !is_letter(s.p[0]))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_letter(s.p[i]) && !ascii_is_digit(s.p[i]) && s.p[i] != '+' && s.p[i] != '-' &&
            s.p[i] != '.')
            return false;
    return true;
}

/* "scheme://host…"; hxxp is http defanged; a file without a host is of localhost. */
static bool
clean_url(str *s, struct arena *arena)
{
    size_t mark = str_find(*s, STR("://"));
    if (mark == SIZE_MAX || !is_scheme((str){s->p, mark}))
        return false;
    str scheme = {s->p, mark}, rest = str_from(*s, mark + 3);
    bool no_host = rest.n == 0 || rest.p[0] == '/' || rest.p[0] == '?' || rest.p[0] == '#';
    bool local = no_host && str_eq_nocase(scheme, STR("file"));
    bool defanged = mark >= 4 && str_eq_nocase((str){scheme.p, 4}, STR("hxxp"));
    if (no_host && !local)
        return false;
    if (!local && !defanged)
        return true;
    str host = local ? STR("localhost") : STR("");
    char *p = arena_alloc(arena, s->n + host.n + 1);
    memcpy(p, s->p, mark + 3);
    memcpy(p + mark + 3, host.p, host.n);
    if (rest.n)
        memcpy(p + mark + 3 + host.n, rest.p, rest.n);
    if (defanged)
        p[1] = p[2] = 't';
    *s = (str){p, s->n + host.n};
    return true;
}

static bool
clean_transport(str *s, struct arena *arena)
{
    bool letter = false;
    for (size_t i = 0; i < s->n; i++) {
        letter |= is_letter(s->p[i]);
        if (!is_letter(s->p[i]) && !ascii_is_digit(s->p[i]) &&
            !(s->p[i] && strchr("+-./", s->p[i])))
            return false;
    }
    *s = lower(*s, arena);
    return letter && s->n <= 11;
}

static bool
clean_country(str *s, struct arena *arena)
{
    if (s->n != 2)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (!is_letter(s->p[i]) && !ascii_is_digit(s->p[i]))
            return false;
    if (s->p[0] >= 'a' || s->p[1] >= 'a')
        *s = upper(*s, arena);
    return true;
}

/* Traffic Light Protocol 1.0 and 2.0 labels (FIRST), with or without "TLP:". */
static bool
clean_tlp(str *s, struct arena *arena)
{
    static const char *const labels[] = {"CLEAR", "WHITE", "GREEN", "AMBER", "AMBER+STRICT", "RED"};
    if (s->n > 4 && str_eq_nocase((str){s->p, 4}, STR("tlp:")))
        *s = str_trim(str_from(*s, 4));
    (void)arena;
    for (size_t i = 0; i < COUNT(labels); i++) {
        if (str_eq_nocase(*s, str_of(labels[i]))) {
            *s = str_of(labels[i]);
            return true;
        }
    }
    return false;
}

static bool
clean_text(enum kind kind, str *s, struct arena *arena)
{
    if (s->n > LIMIT_CELL)
        return false;
    switch (kind) {
    case KIND_LOWER_ASCII:
        *s = lower(*s, arena);
        return is_ascii(*s);
    case KIND_ASCII:
        return is_ascii(*s);
    case KIND_TRANSPORT:
        return clean_transport(s, arena);
    case KIND_COUNTRY:
        return clean_country(s, arena);
    case KIND_FQDN:
        return clean_fqdn(s, arena);
    case KIND_URL:
        return clean_url(s, arena);
    case KIND_TLP:
        return clean_tlp(s, arena);
    default:
        return true;
    }
}

/* What time_parse does not read: mail dates, YYYYMMDD, Unix seconds and milliseconds. */
static bool
parse_time(str s, usec *ret)
{
    if (time_parse(s, ret) || time_parse_mail(s, ret))
        return true;
    uint64_t number;
    if (!str_to_u64(s, UINT64_C(99999999999999), &number))
        return false;
    if (s.n == 8) {
        char text[] = {s.p[0], s.p[1], s.p[2], s.p[3], '-', s.p[4], s.p[5], '-', s.p[6], s.p[7]};
        return time_parse((str){text, sizeof text}, ret);
    }
    if (s.n != 9 && s.n != 10 && s.n != 13)
        return false;
    *ret = (usec)number * (s.n == 13 ? 1000 : USEC_PER_SECOND);
    return true;
}

/* One address, perhaps written as a whole-length prefix. 0.0.0.0 and :: are nobody's. */
static bool
parse_ip(str s, ip *ret)
{
    ip addr;
    prefix p;
    if (!ip_parse(s, &addr)) {
        if (!prefix_parse(s, false, &p) || p.bits != (p.addr.version == 4 ? 32 : 128))
            return false;
        addr = p.addr;
    }
    addr = ip_unmap(addr);
    if (addr.hi == 0 && addr.lo == 0)
        return false;
    *ret = addr;
    return true;
}

static bool
parse_asn(str s, uint32_t *ret)
{
    uint64_t asn;
    if (s.n > 2 && str_eq_nocase((str){s.p, 2}, STR("as")))
        s = str_from(s, 2);
    if (!str_to_u64(s, UINT32_MAX, &asn))
        return false;
    if (asn)
        *ret = (uint32_t)asn;
    return true;
}

static bool
parse_class(str s, enum event_class *ret)
{
    char text[64];
    if (s.n >= sizeof text)
        return false;
    for (size_t i = 0; i < s.n; i++)
        text[i] = ascii_lower(s.p[i]);
    s.p = text;
    enum event_class class = event_class_find(s);
    for (size_t i = 0; i < COUNT(old_classes) && class == CLASS_NONE; i++)
        if (str_eq(old_classes[i].type, s))
            class = old_classes[i].class;
    if (class != CLASS_NONE)
        *ret = class;
    return class != CLASS_NONE;
}

static bool
parse_port(str s, int32_t *ret)
{
    uint64_t port;
    if (!str_to_u64(s, 65535, &port))
        return false;
    *ret = (int32_t)port;
    return true;
}

bool
event_set(struct event *event, const struct event_field *field, str value, struct arena *arena)
{
    value = str_trim(value);
    if (value.n == 0 || (value.n == 1 && value.p[0] == '-') || str_eq(value, STR("N/A")))
        return true;
    void *at = (char *)event + field->at;
    switch (field->kind) {
    case KIND_TIME:
        return parse_time(value, at);
    case KIND_IP:
        return parse_ip(value, at);
    case KIND_NETWORK:
        return prefix_parse(value, true, at);
    case KIND_ASN:
        return parse_asn(value, at);
    case KIND_PORT:
        return parse_port(value, at);
    case KIND_CLASS:
        return parse_class(value, at);
    default:
        if (!clean_text(field->kind, &value, arena))
            return false;
        event->text[field->at] = value;
        return true;
    }
}

static void
write_addresses(struct json_out *out, const struct event *event)
{
    char text[PREFIX_TEXT];
    if (event->source_ip.version)
        json_out_pair_z(out, "source.ip", ip_format(event->source_ip, text));
    if (event->source_network.addr.version)
        json_out_pair_z(out, "source.network", prefix_format(event->source_network, text));
    if (event->source_port >= 0)
        json_out_pair_i64(out, "source.port", event->source_port);
    if (event->source_asn)
        json_out_pair_u64(out, "source.asn", event->source_asn);
    if (event->destination_ip.version)
        json_out_pair_z(out, "destination.ip", ip_format(event->destination_ip, text));
    if (event->destination_port >= 0)
        json_out_pair_i64(out, "destination.port", event->destination_port);
    if (event->destination_asn)
        json_out_pair_u64(out, "destination.asn", event->destination_asn);
}

/* Two columns may have one name; JSON must not have a key twice. */
static bool
is_repeated(const struct event *event, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (str_eq(event->extras[j].key, event->extras[i].key))
            return true;
    return false;
}

static void
write_extras(struct json_out *out, const struct event *event)
{
    struct buf key = BUF(sizeof "extra." + LIMIT_CELL);
    for (size_t i = 0; i < event->extra_count; i++) {
        if (is_repeated(event, i))
            continue;
        buf_reset(&key);
        buf_str(&key, STR("extra."));
        buf_str(&key, event->extras[i].key);
        json_out_key_str(out, buf_view(&key));
        json_out_str(out, event->extras[i].value);
    }
    buf_clear(&key);
}

void
event_write_json(const struct event *event, struct buf *buf)
{
    struct json_out out = json_out_to(buf);
    char text[TIME_TEXT];
    json_out_object_begin(&out);
    if (event->time != USEC_NONE)
        json_out_pair_z(&out, "time.source", time_format(event->time, text));
    write_addresses(&out, event);
    if (event->class != CLASS_NONE) {
        json_out_pair_z(&out, "classification.taxonomy",
                        event->taxonomy ? event->taxonomy : event_class_taxonomy(event->class));
        json_out_pair_str(&out, "classification.type", classes[event->class].type);
    }
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (event->text[i].n)
            json_out_pair_str(&out, text_fields[i].key.p, event->text[i]);
    write_extras(&out, event);
    json_out_object_end(&out);
}
