/* SPDX-License-Identifier: Apache-2.0 */
/* Events: what cleaning does to values, and that IntelMQ's own events survive a round trip. */
#include "intel/event.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_in.h"
#include "base/tap.h"

static struct arena arena;
static struct event event;

static bool
set(const char *key, const char *value)
{
    const struct event_field *field = event_field_find(str_of(key));
    tap_ok(field != NULL, "%s is a field", key);
    return field && event_set(&event, field, str_of(value), &arena);
}

static const struct {
    const char *key, *value, *want; /* want: the text after cleaning, NULL = refused */
    enum event_text text;
} texts[] = {
    {"malware.name", " Conficker ", "conficker", TEXT_MALWARE_NAME},
    {"malware.name", "tr\xe1\xbb\x99m", NULL, TEXT_MALWARE_NAME},
    {"source.fqdn", "WWW.Example.COM.", "www.example.com", TEXT_SOURCE_FQDN},
    {"source.fqdn", "_dmarc.example.com", "_dmarc.example.com", TEXT_SOURCE_FQDN},
    {"source.fqdn", "Ti\xe1\xba\xbeNG-Vi\xe1\xbb\x87t.vn", "xn--ting-vit-e50d7c.vn",
     TEXT_SOURCE_FQDN},
    /* RFC 3492, section 7.1, (H) */
    {"source.fqdn",
     "T\xe1\xba\xa1isaoh\xe1\xbb\x8dkh\xc3\xb4ngth\xe1\xbb\x83"
     "ch\xe1\xbb\x89n\xc3\xb3iti\xe1\xba\xbfngVi\xe1\xbb\x87t",
     "xn--tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g", TEXT_SOURCE_FQDN},
    {"source.fqdn", "\xc4\x90\xc3\xa0-N\xe1\xba\xb5ng.VN", "xn---nng-zna70au54p.vn",
     TEXT_SOURCE_FQDN},
    {"source.fqdn", "m\xc3\xbcnchen.de.", "xn--mnchen-3ya.de", TEXT_SOURCE_FQDN},
    {"source.fqdn", "bad\xff.vn", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", "\xc3\xa9 x.vn", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", "localhost", "localhost", TEXT_SOURCE_FQDN},
    {"source.fqdn", "192.0.2.1", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", "192.0.2.1:80", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", "http://example.com/", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", "a..example.com", NULL, TEXT_SOURCE_FQDN},
    {"source.fqdn", ".", NULL, TEXT_SOURCE_FQDN},
    {"source.url", "hxxps://Example.com/A?b", "https://Example.com/A?b", TEXT_SOURCE_URL},
    {"source.url", "file:///etc/passwd", "file://localhost/etc/passwd", TEXT_SOURCE_URL},
    {"source.url", "file://", "file://localhost", TEXT_SOURCE_URL},
    {"source.url", "http:///path", NULL, TEXT_SOURCE_URL},
    {"source.url", "example.com/path", NULL, TEXT_SOURCE_URL},
    {"source.url", "://x", NULL, TEXT_SOURCE_URL},
    {"source.geolocation.cc", "vn", "VN", TEXT_SOURCE_CC},
    {"source.geolocation.cc", "VNM", NULL, TEXT_SOURCE_CC},
    {"protocol.transport", "TCP", "tcp", TEXT_TRANSPORT},
    {"protocol.transport", "6", NULL, TEXT_TRANSPORT},
    {"protocol.application", "HTTP", "http", TEXT_APPLICATION},
    {"tlp", "TLP:amber+strict", "AMBER+STRICT", TEXT_TLP},
    {"tlp", "purple", NULL, TEXT_TLP},
    {"source.geolocation.city", "H\xc3\xa0 N\xe1\xbb\x99i", "H\xc3\xa0 N\xe1\xbb\x99i",
     TEXT_SOURCE_CITY},
    {"malware.hash.md5", "D41D8CD98F00B204E9800998ECF8427E", "D41D8CD98F00B204E9800998ECF8427E",
     TEXT_MD5},
};

static void
check_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        event_init(&event);
        bool done = set(texts[i].key, texts[i].value);
        tap_ok(done == (texts[i].want != NULL), "%s = \"%s\" is %s", texts[i].key, texts[i].value,
               texts[i].want ? "taken" : "refused");
        tap_eq_str(event.text[texts[i].text], str_of(texts[i].want), "%s is cleaned", texts[i].key);
    }
}

static void
check_absent(void)
{
    static const char *const absent[] = {"", "-", "N/A", "  "};
    for (size_t i = 0; i < 4; i++) {
        event_init(&event);
        tap_ok(set("source.ip", absent[i]) && set("source.port", absent[i]) &&
                   set("time.source", absent[i]) && set("malware.name", absent[i]),
               "\"%s\" is absent, not wrong", absent[i]);
        tap_ok(event.source_ip.version == 0 && event.source_port == -1 && event.time == USEC_NONE &&
                   event.text[TEXT_MALWARE_NAME].n == 0,
               "nothing is set");
    }
    tap_ok(set("source.asn", "0") && event.source_asn == 0, "AS 0 is absent");
}

static void
check_values(void)
{
    char text[PREFIX_TEXT];
    event_init(&event);
    tap_ok(set("source.ip", "2001:DB8::1"), "IPv6");
    tap_eq_z(ip_format(event.source_ip, text), "2001:db8::1", "canonical");
    tap_ok(set("source.ip", "192.0.2.7/32"), "a whole-length prefix is an address");
    tap_eq_z(ip_format(event.source_ip, text), "192.0.2.7", "that address");
    tap_ok(!set("source.ip", "192.0.2.0/24") && !set("source.ip", "0.0.0.0") &&
               !set("source.ip", "148.81.111.11.12"),
           "a network, 0.0.0.0 and five numbers are refused");
    tap_eq_z(ip_format(event.source_ip, text), "192.0.2.7", "refusing leaves the event alone");
    tap_ok(set("source.network", "192.0.2.0/24") && set("source.network", "192.0.2.1/24"),
           "a network; host bits are ignored");
    tap_ok(set("source.asn", "AS45899") && event.source_asn == 45899, "AS prefix");
    tap_ok(!set("source.asn", "4294967296") && !set("source.asn", "x"), "not AS numbers");
    tap_ok(set("source.port", "65535") && event.source_port == 65535, "the last port");
    tap_ok(!set("source.port", "65536") && !set("source.port", "-1"), "not ports");
    tap_ok(set("classification.type", "C2-Server") && event.class == CLASS_C2_SERVER, "a class");
    tap_ok(set("classification.type", "botnet drone") && event.class == CLASS_INFECTED_SYSTEM,
           "an old name of a class");
    tap_ok(!set("classification.type", "nonsense") && event.class == CLASS_INFECTED_SYSTEM,
           "no class");
    const char *const times[] = {"2021-03-04 00:00:00",
                                 "2021-03-04T07:00:00+07:00",
                                 "1614816000",
                                 "1614816000000",
                                 "20210304",
                                 "Thu, 04 Mar 2021 00:00:00 +0000"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        event.time = USEC_NONE;
        tap_ok(set("time.source", times[i]), "the time %s", times[i]);
        tap_eq_i64(event.time, INT64_C(1614816000000000), "is that moment");
    }
    tap_ok(!set("time.source", "yesterday") && !set("time.source", "99991399"), "not times");
}

static void
check_classes(void)
{
    for (enum event_class class = CLASS_NONE + 1; class < CLASS_COUNT; class ++)
        if (event_class_find(str_of(event_class_name(class))) != class ||
            !event_class_taxonomy(class)[0])
            tap_ok(false, "class %d has a name and a taxonomy", class);
    tap_eq_z(event_class_taxonomy(CLASS_INFECTED_SYSTEM), "malicious-code", "a taxonomy");
    tap_ok(event_class_find(STR("")) == CLASS_NONE && event_class_name(CLASS_NONE)[0] == 0,
           "no class has no name");
}

static void
check_written(void)
{
    event_init(&event);
    struct event_extra extras[] = {{STR("tag"), STR("a\"b")}, {STR("tag"), STR("twice")}};
    event.extras = extras;
    event.extra_count = 2;
    tap_ok(set("source.port", "0") && set("time.source", "2026-01-02T03:04:05.5Z"), "set");
    event.class = CLASS_SCANNER;
    struct buf out = BUF(4096);
    event_write_json(&event, &out);
    tap_eq_str(buf_view(&out),
               STR("{\"time.source\":\"2026-01-02T03:04:05.500000+00:00\",\"source.port\":0,"
                   "\"classification.taxonomy\":\"information-gathering\","
                   "\"classification.type\":\"scanner\",\"extra.tag\":\"a\\\"b\"}"),
               "the JSON text");
    buf_clear(&out);
}

/* Keys that are not the event's: the harness's own, and what goes to extra. */
static bool
passed_over(const char *key)
{
    str k = str_of(key);
    return str_starts(k, STR("extra.")) || str_eq(k, STR("raw")) ||
           str_eq(k, STR("time.observation")) || str_eq(k, STR("classification.taxonomy"));
}

static bool
round_trip(str line)
{
    struct err err;
    cleanup(cleanup_json) json_t *want = NULL, *got = NULL;
    if (json_read(line, 1 << 20, &want, &err) != OK)
        return false;
    event_init(&event);
    const char *key;
    json_t *value;
    char number[32];
    bool good = true;
    json_object_foreach(want, key, value)
    {
        if (passed_over(key))
            continue;
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        str text = json_is_integer(value) ? str_of(number) : json_text(want, key);
        const struct event_field *field = event_field_find(str_of(key));
        good = good && field && event_set(&event, field, text, &arena);
    }
    struct buf out = BUF(1 << 20);
    event_write_json(&event, &out);
    good = good && json_read(buf_view(&out), 1 << 20, &got, &err) == OK;
    buf_clear(&out);
    json_object_foreach(want, key, value)
    {
        bool derived = !strcmp(key, "classification.taxonomy");
        good = good &&
               ((passed_over(key) && !derived) || json_equal(value, json_object_get(got, key)));
    }
    return good;
}

static void
check_sample(const char *name)
{
    char path[PATH_TEXT];
    struct buf content = BUF(0);
    snprintf(path, sizeof path, "../shared/data/feeds/shadowserver/%s.expected.jsonl", name);
    if (file_read(path, 16 << 20, &content, NULL) != OK) {
        tap_skip("no samples in ../shared/data");
        return;
    }
    str rest = buf_view(&content), line;
    size_t lines = 0, good = 0;
    while (str_line(&rest, &line)) {
        lines++;
        good += round_trip(line);
    }
    tap_ok(lines > 0, "%s has events", name);
    tap_eq_i64(good, lines, "all of them survive");
    buf_clear(&content);
}

int
main(void)
{
    check_texts();
    check_absent();
    check_values();
    check_classes();
    check_written();
    check_sample("compromised_website");
    check_sample("event4_honeypot_brute_force");
    check_sample("event4_sinkhole");
    check_sample("scan_redis");
    arena_clear(&arena);
    return tap_done();
}
