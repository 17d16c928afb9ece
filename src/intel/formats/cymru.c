/* SPDX-License-Identifier: Apache-2.0 */
/* Team Cymru's CSIRT Assistance Program: six cells between '|', one record an incident. What the
 * fifth says depends on the category and on the form: the old one ("infected_DATE.txt") has words,
 * the new one ("CERT_DATE.txt") has "key: value;" pairs. A list of ports becomes an event each. */
#include "intel/formats/rows.h"

enum cell { CATEGORY, ADDRESS, ASN, TIME, COMMENT, AS_NAME, CELLS };
enum { PORTS_MAX = 1024 };

/* What the comment of the old form means. */
enum comment {
    IGNORED,
    WORDS,   /* "srcport N mwtype TYPE destaddr ADDRESS text" */
    SERVICE, /* the attacked protocol */
    URL,     /* an address and, behind a blank, a number or an MD5 */
    NAME,    /* a domain */
    DEVICE,  /* of a router */
    REQUEST, /* to a proxy */
    PORT,
};

struct category {
    const char *name;
    enum event_class class;
    const char *identifier;
    enum comment comment;
};
static const struct category categories[] = {
    {"bot", CLASS_INFECTED_SYSTEM, NULL, WORDS},
    {"bots", CLASS_INFECTED_SYSTEM, NULL, WORDS},
    {"bruteforce", CLASS_BRUTE_FORCE, NULL, SERVICE},
    {"controller", CLASS_C2_SERVER, NULL, IGNORED},
    {"darknet", CLASS_SCANNER, "darknet", IGNORED},
    {"defacement", CLASS_SYSTEM_COMPROMISE, "defacement", URL},
    {"fastflux", CLASS_SYSTEM_COMPROMISE, "fastflux", NAME},
    {"honeypot", CLASS_SCANNER, NULL, IGNORED},
    {"malwareurl", CLASS_MALWARE_DISTRIBUTION, "malwareurl", URL},
    {"openresolver", CLASS_VULNERABLE_SYSTEM, "dns-open-resolver", IGNORED},
    {"openresolvers", CLASS_VULNERABLE_SYSTEM, "dns-open-resolver", IGNORED},
    {"phishing", CLASS_PHISHING, "phishing", URL},
    {"proxy", CLASS_PROXY, "openproxy", REQUEST},
    {"routers", CLASS_SYSTEM_COMPROMISE, NULL, DEVICE},
    {"scanner", CLASS_SCANNER, "scanner", IGNORED},
    {"scanners", CLASS_SCANNER, "scanner", PORT},
    {"spam", CLASS_SPAM, "spam", IGNORED},
    {"spreaders", CLASS_MALWARE_DISTRIBUTION, "spreader", URL},
};
/* Worms and bots that have a category of their own. */
static const char *const families[] = {"beagle", "blaster", "conficker", "dameware",
                                       "dipnet", "mydoom",  "nachi",     "phatbot",
                                       "sinit",  "slammer", "stormworm", "toxbot"};

static int
sniff(const struct feed_input *input)
{
    bool header = rows_sniff_head(input, "report|ip|asn|timestamp|") ||
                  rows_sniff_head(input, "category|address|asn|timestamp|");
    return header ? 95 : 0;
}

static const struct category *
find_category(str name)
{
    static const struct category family = {"", CLASS_INFECTED_SYSTEM, "", WORDS};
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        if (str_eq(name, str_of(categories[i].name)))
            return &categories[i];
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (str_eq(name, str_of(families[i])))
            return &family;
    return NULL;
}

static void
set_family(struct row *row, str name)
{
    if (row_set(row, "malware.name", name))
        row_set(row, "classification.identifier", arena_lower(&row->arena, name));
}

static void
set_service(struct row *row, str name)
{
    row_set(row, "classification.identifier", name);
    row_set(row, "protocol.application", name);
}

/* ── the old form's words ── */

static bool
is_word_key(str word)
{
    return str_eq(word, STR("srcport")) || str_eq(word, STR("mwtype")) ||
           str_eq(word, STR("destaddr")) || str_eq(word, STR("dstaddr"));
}

static void
set_words(struct row *row, str key, str value)
{
    str rest = value;
    if (str_eq(key, STR("srcport"))) {
        row_extra(row, "source_port", value);
    } else if (str_eq(key, STR("mwtype"))) {
        set_family(row, value);
    } else if (key.n) { /* an address, then perhaps the name of the network of bots */
        str_cut(&rest, ' ', &value);
        row_set(row, "destination.ip", value);
        row_set(row, "event_description.text", str_trim(rest));
    }
}

/* "srcport 1337 mwtype Some Bot destaddr 192.0.2.1 Some Botnet": a value ends at the next key. */
static void
parse_words(struct row *row, str text)
{
    str key = {NULL, 0}, value = {NULL, 0}, word;
    while (str_cut(&text, ' ', &word)) {
        if (is_word_key(word)) {
            set_words(row, key, value);
            key = word;
            value = (str){NULL, 0};
        } else if (!value.n) {
            value = word;
        } else {
            value.n = (size_t)(word.p + word.n - value.p);
        }
    }
    set_words(row, key, value);
}

static void
parse_url(struct row *row, str category, str text)
{
    str url;
    str_cut(&text, ' ', &url);
    row_set(row, "source.url", url);
    text = str_trim(text);
    if (str_eq(category, STR("defacement")))
        row_extra(row, "zoneh.id", text);
    else if (str_eq(category, STR("spreaders")) && text.n == 32)
        row_set(row, "malware.hash.md5", text);
}

static void
parse_old(struct row *row, const struct category *category, str name, str text)
{
    switch (category->comment) {
    case IGNORED:
        row_extra(row, "comment", text);
        break;
    case WORDS:
        parse_words(row, text);
        break;
    case SERVICE:
        set_service(row, text);
        break;
    case URL:
        parse_url(row, name, text);
        break;
    case NAME:
        row_set(row, "source.reverse_dns", text);
        break;
    case DEVICE:
        row_set(row, "classification.identifier", text);
        break;
    case REQUEST:
        row_extra(row, "request", text);
        break;
    case PORT:
        if (!row_set(row, "source.port", text))
            row_extra(row, "ports", text);
        break;
    }
}

/* ── the new form's pairs ── */

struct ports {
    size_t count;
    int32_t numbers[PORTS_MAX];
};

/* "17875,24526, 54449 (total_count:19)" */
static void
add_ports(struct row *row, struct ports *ports, str text)
{
    size_t total = str_find(text, STR("(total_count"));
    if (total != SIZE_MAX)
        text.n = total;
    str part;
    uint64_t number;
    while (str_cut(&text, ',', &part)) {
        if (!str_to_u64(str_trim(part), 65535, &number))
            row_refuse(row, "'%.*s' is not a port", part.n > 40 ? 40 : (int)part.n, part.p);
        else if (ports->count == PORTS_MAX)
            row_refuse(row, "more than %d ports", PORTS_MAX);
        if (row->refused)
            return;
        ports->numbers[ports->count++] = (int32_t)number;
    }
}

/* Assigned Internet Protocol Numbers (IANA), by the names of protocols(5). */
static void
set_transport(struct row *row, str number)
{
    static const struct {
        const char *number, *name;
    } names[] = {
        {"1", "icmp"},    {"2", "igmp"},   {"4", "ipencap"},    {"6", "tcp"},
        {"11", "nvp-ii"}, {"17", "udp"},   {"41", "ipv6"},      {"47", "gre"},
        {"50", "esp"},    {"51", "ah"},    {"58", "ipv6-icmp"}, {"59", "ipv6-nonxt"},
        {"89", "ospf"},   {"132", "sctp"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(number, str_of(names[i].number))) {
            row_set(row, "protocol.transport", str_of(names[i].name));
            return;
        }
    row_extra(row, "protocol.transport", number);
}

/* "http-34320", "socks4" */
static void
set_proxy(struct row *row, str text)
{
    str protocol;
    str_cut(&text, '-', &protocol);
    row_set(row, "protocol.application", protocol);
    row_set(row, "source.port", text);
}

/* The separator is missing now and then: "sub.example.comport: 80". */
static void
set_host(struct row *row, str text)
{
    size_t port = str_find(text, STR("port:"));
    if (port != SIZE_MAX) {
        row_set(row, "source.port", str_trim(str_from(text, port + 5)));
        text.n = port;
    }
    row_set(row, "source.fqdn", text);
}

/* All AS numbers that announce the address, the first one too. */
static void
add_asns(struct row *row, str others)
{
    char text[256];
    int length = snprintf(text, sizeof text, "%u,%.*s", row->event.source_asn,
                          others.n > 200 ? 200 : (int)others.n, others.n ? others.p : "");
    row_extra(row, "source.asns", (str){text, length > 0 ? (size_t)length : 0});
}

static void
set_pair(struct row *row, struct ports *ports, str key, str value)
{
    static const char *const port_keys[] = {"dest_port", "ports_scanned", "honeypot_port",
                                            "darknet_port", "destination_port_numbers"};
    for (size_t i = 0; i < sizeof port_keys / sizeof *port_keys; i++)
        if (str_eq(key, str_of(port_keys[i]))) {
            add_ports(row, ports, value);
            return;
        }
    if (str_eq(key, STR("family")))
        set_family(row, value);
    else if (str_eq(key, STR("dest_addr")) || str_eq(key, STR("destaddr")))
        row_set(row, "destination.ip", value);
    else if (str_eq(key, STR("protocol")))
        set_transport(row, value);
    else if (str_eq(key, STR("hostname")))
        set_host(row, value);
    else if (str_eq(key, STR("proxy_type")))
        set_proxy(row, value);
    else if (str_eq(key, STR("port")) || str_eq(key, STR("srcport")))
        row_set(row, "source.port", value);
    else if (str_eq(key, STR("username")))
        row_set(row, "source.account", value);
    else if (str_eq(key, STR("additional_asns")))
        add_asns(row, value);
    else
        row_extra(row, "comment", value);
}

static void
parse_new(struct row *row, const struct category *category, struct ports *ports, str text)
{
    str all = text, part, key;
    while (str_cut(&text, ';', &part)) {
        part = str_trim(part);
        str rest = part;
        if (!part.n)
            continue;
        if (category->comment == URL) { /* an address holds ':' itself */
            row_set(row, "source.url", part);
            return;
        }
        str_cut(&rest, ':', &key);
        if (rest.p)
            set_pair(row, ports, str_trim(key), str_trim(rest));
        else if (category->comment == REQUEST)
            set_proxy(row, part);
        else if (category->comment == SERVICE)
            set_service(row, part);
        else if (category->comment == WORDS) {
            parse_words(row, all);
            return;
        } else
            row_extra(row, "comment", part);
    }
}

/* ── both ── */

/* "Example AS Name, AT": the country stands at the end in the new form. */
static void
set_as_name(struct row *row, str text, bool new_form)
{
    if (new_form && text.n > 4 && str_eq((str){text.p + text.n - 4, 2}, STR(", ")) &&
        row_set(row, "source.geolocation.cc", str_from(text, text.n - 2)))
        text.n -= 4;
    row_set(row, "source.as_name", text);
}

static errcode
emit(struct row *row, const struct ports *ports, struct err *err)
{
    row->event.extras = row->extras;
    row->event.extra_count = row->extra_count;
    errcode code = OK;
    for (size_t i = 1; i < ports->count && !row->refused && code == OK; i++) {
        row->event.destination_port = ports->numbers[i - 1];
        code = feed_emit(row->sink, &row->event, err);
    }
    if (ports->count)
        row->event.destination_port = ports->numbers[ports->count - 1];
    return code == OK ? row_emit(row, err) : code;
}

static errcode
parse_record(struct row *row, str line, bool new_form, struct err *err)
{
    str cells[CELLS], rest = line;
    size_t count = 0;
    while (count < CELLS && str_cut(&rest, '|', &cells[count]))
        count++;
    struct ports ports;
    ports.count = 0;
    const struct category *category = count == CELLS ? find_category(cells[CATEGORY]) : NULL;
    if (count < CELLS || rest.p)
        row_refuse(row, "not the six cells of this report");
    else if (!category)
        row_refuse(row, "unknown category '%.*s'",
                   cells[CATEGORY].n > 40 ? 40 : (int)cells[CATEGORY].n, cells[CATEGORY].p);
    if (row->refused)
        return row_emit(row, err);
    row->event.class = category->class;
    row_need(row, "source.ip", cells[ADDRESS]);
    row_need_time(row, cells[TIME]);
    row_set(row, "source.asn", cells[ASN]);
    set_as_name(row, cells[AS_NAME], new_form);
    if (category->identifier && !*category->identifier)
        set_family(row, cells[CATEGORY]);
    else if (category->identifier)
        row_set(row, "classification.identifier", str_of(category->identifier));
    if (category->class == CLASS_VULNERABLE_SYSTEM)
        row_set(row, "protocol.application", STR("dns"));
    if (new_form)
        parse_new(row, category, &ports, cells[COMMENT]);
    else
        parse_old(row, category, cells[CATEGORY], cells[COMMENT]);
    return emit(row, &ports, err);
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct rows rows = rows_open(input->bytes, "#");
    bool new_form = !rows_name_has(input, "infected_");
    enum rows_kind kind;
    str line;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT) {
            if (str_contains_nocase(line, STR("category|address|")))
                new_form = true;
            else if (str_contains_nocase(line, STR("report|ip|")))
                new_form = false;
            continue;
        }
        row_begin(&row, rows.line, feed_name(input, "cymru.cap"), CLASS_NONE);
        code = parse_record(&row, line, new_form, err);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_cymru = {
    .name = "cymru",
    .summary = "CSIRT Assistance Program reports, old and new form: bots, controllers, scanners, …",
    .provider = "Team Cymru",
    .sniff = sniff,
    .parse = parse,
};
