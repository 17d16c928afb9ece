/* SPDX-License-Identifier: Apache-2.0 */
/* One event, normalised: what every feed format makes and everything else uses. Keys are those of
 * the IntelMQ Data Format, classes those of the Reference Security Incident Taxonomy (RSIT).
 * All text is a view into the feed's bytes or the parse's arena, valid during the callback only. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ip.h"

/* classification.type → its taxonomy. The first name of a row is the enum's suffix. The stored
 * form is the text, so rows may be added anywhere. */
#define EVENT_CLASSES(X)                                                                           \
    X(SPAM, "spam", "abusive-content")                                                             \
    X(HARMFUL_SPEECH, "harmful-speech", "abusive-content")                                         \
    X(VIOLENCE, "violence", "abusive-content")                                                     \
    X(DDOS, "ddos", "availability")                                                                \
    X(DOS, "dos", "availability")                                                                  \
    X(MISCONFIGURATION, "misconfiguration", "availability")                                        \
    X(OUTAGE, "outage", "availability")                                                            \
    X(SABOTAGE, "sabotage", "availability")                                                        \
    X(COPYRIGHT, "copyright", "fraud")                                                             \
    X(MASQUERADE, "masquerade", "fraud")                                                           \
    X(PHISHING, "phishing", "fraud")                                                               \
    X(UNAUTHORIZED_USE, "unauthorized-use-of-resources", "fraud")                                  \
    X(DATA_LEAK, "data-leak", "information-content-security")                                      \
    X(DATA_LOSS, "data-loss", "information-content-security")                                      \
    X(UNAUTHORISED_ACCESS, "unauthorised-information-access", "information-content-security")      \
    X(UNAUTHORISED_CHANGE, "unauthorised-information-modification",                                \
      "information-content-security")                                                              \
    X(SCANNER, "scanner", "information-gathering")                                                 \
    X(SNIFFING, "sniffing", "information-gathering")                                               \
    X(SOCIAL_ENGINEERING, "social-engineering", "information-gathering")                           \
    X(BRUTE_FORCE, "brute-force", "intrusion-attempts")                                            \
    X(EXPLOIT, "exploit", "intrusion-attempts")                                                    \
    X(IDS_ALERT, "ids-alert", "intrusion-attempts")                                                \
    X(APPLICATION_COMPROMISE, "application-compromise", "intrusions")                              \
    X(BURGLARY, "burglary", "intrusions")                                                          \
    X(PRIVILEGED_ACCOUNT, "privileged-account-compromise", "intrusions")                           \
    X(UNPRIVILEGED_ACCOUNT, "unprivileged-account-compromise", "intrusions")                       \
    X(SYSTEM_COMPROMISE, "system-compromise", "intrusions")                                        \
    X(C2_SERVER, "c2-server", "malicious-code")                                                    \
    X(INFECTED_SYSTEM, "infected-system", "malicious-code")                                        \
    X(MALWARE_CONFIGURATION, "malware-configuration", "malicious-code")                            \
    X(MALWARE_DISTRIBUTION, "malware-distribution", "malicious-code")                              \
    X(BLACKLIST, "blacklist", "other")                                                             \
    X(DGA_DOMAIN, "dga-domain", "other")                                                           \
    X(MALWARE, "malware", "other")                                                                 \
    X(OTHER, "other", "other")                                                                     \
    X(PROXY, "proxy", "other")                                                                     \
    X(TOR, "tor", "other")                                                                         \
    X(UNDETERMINED, "undetermined", "other")                                                       \
    X(TEST, "test", "test")                                                                        \
    X(DDOS_AMPLIFIER, "ddos-amplifier", "vulnerable")                                              \
    X(INFORMATION_DISCLOSURE, "information-disclosure", "vulnerable")                              \
    X(POTENTIALLY_UNWANTED, "potentially-unwanted-accessible", "vulnerable")                       \
    X(VULNERABLE_SYSTEM, "vulnerable-system", "vulnerable")                                        \
    X(WEAK_CRYPTO, "weak-crypto", "vulnerable")

enum event_class {
    CLASS_NONE,
#define X(suffix, type, taxonomy) CLASS_##suffix,
    EVENT_CLASSES(X)
#undef X
        CLASS_COUNT
};

/* Text fields of an event; the keys and how they are cleaned stand in event.c. */
enum event_text {
    TEXT_FEED_NAME, /* always set by the format: the source of the sighting */
    TEXT_IDENTIFIER,
    TEXT_MALWARE_NAME,
    TEXT_SOURCE_CC,
    TEXT_SOURCE_REGION,
    TEXT_SOURCE_CITY,
    TEXT_SOURCE_AS_NAME,
    TEXT_SOURCE_FQDN,
    TEXT_SOURCE_REVERSE_DNS,
    TEXT_SOURCE_URL,
    TEXT_SOURCE_ACCOUNT,
    TEXT_DESTINATION_CC,
    TEXT_DESTINATION_REGION,
    TEXT_DESTINATION_CITY,
    TEXT_DESTINATION_AS_NAME,
    TEXT_DESTINATION_FQDN,
    TEXT_DESTINATION_REVERSE_DNS,
    TEXT_DESTINATION_URL,
    TEXT_TRANSPORT,
    TEXT_APPLICATION,
    TEXT_MALWARE_VERSION,
    TEXT_MD5,
    TEXT_SHA1,
    TEXT_SHA256,
    TEXT_DESCRIPTION,
    TEXT_DESCRIPTION_URL,
    TEXT_DESCRIPTION_TARGET,
    TEXT_STATUS,
    TEXT_COMMENT,
    TEXT_TLP,
    TEXT_COUNT
};

struct event_extra {
    str key; /* without "extra." */
    str value;
};

struct event {
    usec time; /* time.source; USEC_NONE when the feed gives none */
    ip source_ip, destination_ip;
    prefix source_network;                 /* addr.version 0 when absent */
    uint32_t source_asn, destination_asn;  /* 0 when absent */
    int32_t source_port, destination_port; /* -1 when absent */
    enum event_class class;
    const char *taxonomy; /* only where it is not the class's own; else NULL */
    str text[TEXT_COUNT];
    const struct event_extra *extras;
    size_t extra_count;
};

/* An empty event. */
void event_init(struct event *event);
const char *event_class_name(enum event_class class);
const char *event_class_taxonomy(enum event_class class);
/* CLASS_NONE when there is no such type. */
enum event_class event_class_find(str type);

/* A field of the event by its IntelMQ key ("source.ip"); NULL when it is none (extra.* is none). */
struct event_field;
const struct event_field *event_field_find(str key);
const char *event_field_key(const struct event_field *field);
/* Checks and cleans VALUE as IntelMQ's harmonisation does (lower case where it does, empty and "-"
 * and ASN 0 are absent, FQDN without the last dot, …) and puts it into the event. False when the
 * value is not of the field's kind; the event is then unchanged. Cleaned text goes to ARENA. */
bool event_set(struct event *event, const struct event_field *field, str value,
               struct arena *arena);
/* One JSON object with IntelMQ keys, without a newline; absent fields are left out. */
void event_write_json(const struct event *event, struct buf *out);

/* Checks that other formats need: */
bool event_is_fqdn(str s);
