/* SPDX-License-Identifier: Apache-2.0 */
/* The keys, and what each type of value may be. */
#include "cmd/conf/schema.h"

#include "base/clock.h"
#include "base/ip.h"
#include "cmd/conf/conf.h"

#include <stdio.h>

const struct conf_section conf_sections[] = {
    {"state", "Where the installation keeps its data.", false},
    {"check", "What a check of an address looks at.", false},
    {"campaign", "The campaign that the pages and the target gauge are about.", false},
    {"http", "The web server (khien serve).", false},
    {"content", "What the pages say.", false},
    {"rules", "Packs of rules that are published and fetched.", false},
    {"self_reports", "What users of khien scan send in of their own accord.", false},
    {"downloads", "Files that the pages offer.", false},
    {"security", "What /.well-known/security.txt says (RFC 9116).", false},
    {"theme", "The operator's own name, emblem and colour on the pages.", false},
    {"families", "Names of malware families.", false},
    {"data", "Replacements for tables that are built into the program.", false},
    {"fetch", "Bounds for khien fetch and khien mirror.", false},
    {"node", "Several servers that answer from one node's data.", false},
    {"feed", "One feed that khien fetch gets. NAME is yours to choose.", true},
    {0},
};

const struct conf_key conf_keys[] = {
    {"state", "folder", CONF_PATH, "var", .help = "The folder of database, archive and snapshots."},

    {"check", "window_days", CONF_NUMBER, "30", 1, 366,
     .help = "A sighting counts as recent for so many days."},
    {"check", "history_days", CONF_NUMBER, "3650", 30, 36500,
     .help = "Older sightings are not told to a visitor."},
    {"check", "home_country", CONF_COUNTRY, "VN",
     .help = "Visitors from other countries are told about VPN and proxies."},

    {"campaign", "slug", CONF_WORD, "chien-dich",
     .help = "A short name for addresses and file names."},
    {"campaign", "name_vi", CONF_TEXT, "Chiến dịch làm sạch mã độc trên không gian mạng",
     .help = "Its name in Vietnamese."},
    {"campaign", "name_en", CONF_TEXT, "Malware clean-up campaign", .help = "Its name in English."},
    {"campaign", "demonstration", CONF_YES_NO, "no",
     .help = "The data are simulated; every page and answer then says so."},
    {"campaign", "baseline_from", CONF_DAY, "", .help = "First day of the baseline window.",
     .example = "2026-09-01"},
    {"campaign", "baseline_to", CONF_DAY, "",
     .help = "Last day of the baseline window. Freeze it with `khien baseline freeze`.",
     .example = "2026-09-30"},
    {"campaign", "result_from", CONF_DAY, "",
     .help = "First day of the result window; it has the baseline's length.",
     .example = "2026-11-01"},
    {"campaign", "result_to", CONF_DAY, "", .help = "Last day of the result window.",
     .example = "2026-11-30"},
    {"campaign", "target_percent", CONF_NUMBER, "50", 1, 100,
     .help = "By how many percent the infected addresses shall fall."},
    {"campaign", "hotline_scope", CONF_WORD, "national",
     .help = "Whose hotlines the pages name: national, or the code of a province."},

    {"http", "listen", CONF_LISTEN, "127.0.0.1:8080",
     .help = "Where the public pages are served; nginx or the like stands in front for TLS."},
    {"http", "site_url", CONF_URL, "",
     .help = "Where the public finds the pages, with https:// and without a slash at the end: "
             "share links, QR codes, posters, feeds and security.txt name it.",
     .example = "https://chiendich.example.vn"},
    {"http", "node", CONF_WORD, "node",
     .help = "The name of this node's file of counters, where several nodes share var/counters "
             "otherwise than by one file system."},
    {"http", "admin_listen", CONF_LISTEN, "",
     .help = "Where metrics and health are served, and files for other nodes. Keep it private. "
             "Unset: nowhere.",
     .example = "127.0.0.1:8081"},
    {"http", "admin_connections", CONF_NUMBER, "64", 1, 100000,
     .help = "The most connections at a time there; each live view of an operator is one."},
    {"http", "trusted_proxy", CONF_PREFIX, "", .list = true,
     .help = "X-Forwarded-For is believed from these addresses only.", .example = "127.0.0.1"},
    {"http", "rate_per_minute", CONF_NUMBER, "3000", 0, 1000000,
     .help = "Requests a minute from one IPv4 /24 or IPv6 /48; 0 is no limit."},
    {"http", "files_per_minute", CONF_NUMBER, "600", 0, 1000000,
     .help = "Packs of rules and downloads over 64 KiB a minute for one IPv4 /24 or IPv6 /48; 0 is "
             "no limit."},
    {"http", "connections", CONF_NUMBER, "16384", 16, 1000000,
     .help = "The most connections at a time."},
    {"http", "connections_per_prefix", CONF_NUMBER, "512", 0, 1000000,
     .help = "The most connections at a time from one IPv4 /24 or IPv6 /48; 0 is no limit."},
    {"http", "header_seconds", CONF_NUMBER, "15", 1, 3600,
     .help = "A request's headers must be there after so many seconds, however they drip."},
    {"http", "body_seconds", CONF_NUMBER, "30", 1, 3600,
     .help = "The same for a request's body and the answer."},
    {"http", "idle_seconds", CONF_NUMBER, "75", 1, 86400,
     .help = "A connection without a request is closed after so many seconds."},
    {"http", "threads", CONF_NUMBER, "0", 0, 256,
     .help = "Threads that answer; 0 is one for each processor core."},

    {"content", "folder", CONF_PATH, "",
     .help = "A folder of Markdown files that replace or add to the built-in texts; see "
             "`khien content`.",
     .example = "/etc/khien/content"},

    {"rules", "from", CONF_URL, "",
     .help = "Where khien rules update gets packs: the address below which `latest.json` is.",
     .example = "https://chiendich.example.vn/rules"},
    {"rules", "public_key", CONF_PATH, "",
     .help = "The public key of those who sign packs, for khien rules publish and update.",
     .example = "/etc/khien/rules.pub"},

    {"self_reports", "accept", CONF_YES_NO, "yes",
     .help = "Whether khien serve takes them, with figures of their own."},
    {"self_reports", "bits", CONF_NUMBER, "20", 0, 26,
     .help = "The work that a report costs its sender: about 2 to the power of this many hashes."},
    {"self_reports", "per_minute", CONF_NUMBER, "30", 0, 1000000,
     .help = "Reports a minute from one IPv4 /24 or IPv6 /48; 0 is no limit."},
    {"self_reports", "token_file", CONF_PATH, "",
     .help = "Tokens of fleets, one a line: who shows one does no work and has no limit.",
     .example = "/etc/khien/self-report-tokens"},

    {"downloads", "folder", CONF_PATH, "",
     .help = "Files that visitors may have, at /downloads/; unset: the folder `downloads` of the "
             "state folder.",
     .example = "/srv/khien/downloads"},

    {"security", "contact", CONF_TEXT, "", .list = true,
     .help = "Where to report a weakness of this site: mailto:, https:// or tel:.",
     .example = "mailto:security@khien.example.vn"},
    {"security", "expires", CONF_DAY, "",
     .help = "The day from which that must not be relied on; renew it within a year.",
     .example = "2027-06-30"},
    {"theme", "name_vi", CONF_TEXT, "Khiên",
     .help = "The site's name in Vietnamese, beside the emblem and in titles.",
     .example = "Khiên Hải Phòng"},
    {"theme", "name_en", CONF_TEXT, "Khiên", .help = "Its name in English.",
     .example = "Khiên Hai Phong"},
    {"theme", "emblem", CONF_PATH, "",
     .help = "A PNG or SVG picture of at most 64 KiB instead of the shield. An SVG with scripts is "
             "refused.",
     .example = "/etc/khien/emblem.svg"},
    {"theme", "colour", CONF_TEXT, "",
     .help =
         "The ground of the header, as #rrggbb; other shades are derived from it. White text on "
         "it needs a contrast of at least 4.5, else the program does not start.",
     .example = "#7a1f1f"},

    {"families", "file", CONF_PATH, "",
     .help = "A table of family names and aliases that replaces the built-in one.",
     .example = "/etc/khien/families.tsv"},

    {"data", "hotlines", CONF_PATH, "", .help = "Replaces hotlines.tsv.",
     .example = "/etc/khien/hotlines.tsv"},

    {"fetch", "max_megabytes", CONF_NUMBER, "1024", 1, 8192,
     .help = "A larger download is broken off."},
    {"fetch", "timeout_seconds", CONF_NUMBER, "600", 1, 86400,
     .help = "A slower download is broken off."},

    {"node", "from", CONF_URL, "",
     .help = "Where khien mirror gets snapshot and figures: another node's http.admin_listen, or "
             "the proxy with TLS in front of it.",
     .example = "https://node1.example.vn:9443"},
    {"node", "every", CONF_DURATION, "10s", 1, 86400,
     .help = "How often khien mirror asks whether there is something new."},
    {"node", "key_file", CONF_PATH, "",
     .help = "A file of one line, the key that nodes show each other: at least 16 characters, the "
             "same on all. Unset: files are given to this machine only.",
     .example = "/etc/khien/secret/node.key"},

    {"feed", "url", CONF_URL, "", .help = "Where it is.",
     .example = "https://lists.blocklist.de/lists/imap.txt"},
    {"feed", "format", CONF_WORD, "",
     .help = "Its format (see `khien feed formats`); unset: the file itself shows it.",
     .example = "list"},
    {"feed", "source", CONF_TEXT, "",
     .help = "The source's name in statistics; unset: the format's own.",
     .example = "blocklist.de imap"},
    {"feed", "columns", CONF_TEXT, "", .help = "The column map of a generic CSV.",
     .example = "seen=time.source addr=source.ip bot=malware.name; class=infected-system"},
    {"feed", "every", CONF_DURATION, "1d", 60, 366 * 86400,
     .help = "How often it is asked for when khien fetch keeps running."},
    {"feed", "header_file", CONF_PATH, "",
     .help = "A file with HTTP header lines to send, such as a key that the provider gave. "
             "Secrets stand in files only, never here.",
     .example = "/etc/khien/secret/provider.header"},
    {0},
};

void
conf_type_words(const struct conf_key *key, char *out, size_t size)
{
    static const char *const words[] = {
        [CONF_TEXT] = "text",
        [CONF_PATH] = "a path",
        [CONF_WORD] = "a word of small letters, digits and '-'",
        [CONF_YES_NO] = "yes or no",
        [CONF_COUNTRY] = "the two capital letters of a country",
        [CONF_DAY] = "a day such as 2026-11-21",
        [CONF_LISTEN] = "ADDRESS:PORT, IPv6 as [ADDRESS]:PORT",
        [CONF_PREFIX] = "an address or prefix such as 192.0.2.0/24",
        [CONF_URL] = "a URL that begins with https://, http:// or file:///",
    };
    if (key->type == CONF_NUMBER)
        snprintf(out, size, "a number from %llu to %llu", (unsigned long long)key->min,
                 (unsigned long long)key->max);
    else if (key->type == CONF_DURATION)
        snprintf(out, size, "a time such as 15m, 6h or 1d, from %llus to %llud",
                 (unsigned long long)key->min, (unsigned long long)key->max / 86400);
    else
        snprintf(out, size, "%s", words[key->type]);
}

bool
conf_parse_listen(str s, ip *ret_addr, uint16_t *ret_port)
{
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    str host = {s.p, colon - 1};
    uint64_t port;
    if (!str_to_u64(str_from(s, colon), 65535, &port))
        return false;
    bool brackets = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (brackets)
        host = (str){host.p + 1, host.n - 2};
    ip addr;
    if (!ip_parse(host, &addr) || addr.version != (brackets ? 6 : 4))
        return false;
    *ret_addr = addr;
    *ret_port = (uint16_t)port;
    return true;
}

static bool
is_country(str s)
{
    return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z';
}

static bool
is_word(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || ascii_is_digit(c) || (c == '-' && i > 0) || c == '_'))
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

/* Numbers are written again without leading zeros. */
static bool
clean_number(str s, uint64_t min, uint64_t max, char *out)
{
    uint64_t value;
    if (!str_to_u64(s, max, &value) || value < min)
        return false;
    snprintf(out, CONF_VALUE_MAX, "%llu", (unsigned long long)value);
    return true;
}

static bool
clean_yes_no(str s, char *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq_nocase(s, str_of(words[i])))
            return str_copy(str_of(words[i % 2]), out, CONF_VALUE_MAX);
    }
    return false;
}

/* Spelled in the largest unit that fits. */
static bool
clean_duration(str s, uint64_t min, uint64_t max, char *out)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    uint64_t value;
    if (s.n < 2 || !str_to_u64((str){s.p, s.n - 1}, max, &value))
        return false;
    uint64_t seconds = 0;
    for (size_t i = 0; i < 4; i++) {
        if (s.p[s.n - 1] == units[i].letter)
            seconds = value * units[i].seconds;
    }
    if (seconds < min || seconds > max)
        return false;
    for (size_t i = 0; i < 4; i++) {
        if (seconds % units[i].seconds == 0) {
            snprintf(out, CONF_VALUE_MAX, "%llu%c",
                     (unsigned long long)(seconds / units[i].seconds), units[i].letter);
            return true;
        }
    }
    return false;
}

static bool
clean_prefix(str s, char *out)
{
    prefix network;
    if (!prefix_parse(s, false, &network))
        return false;
    char text[PREFIX_TEXT];
    prefix_format(network, text);
    return str_copy(str_of(text), out, CONF_VALUE_MAX);
}

static bool
is_url(str s)
{
    static const char *const heads[] = {"https://", "http://", "file:///"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (str_starts(s, str_of(heads[i])) && s.n > strlen(heads[i]))
            return str_find(s, STR(" ")) == SIZE_MAX;
    }
    return false;
}

static bool
clean(const struct conf_key *key, str value, char *out)
{
    day parsed_day;
    ip addr;
    uint16_t port;
    switch (key->type) {
    case CONF_NUMBER:
        return clean_number(value, key->min, key->max, out);
    case CONF_YES_NO:
        return clean_yes_no(value, out);
    case CONF_DURATION:
        return clean_duration(value, key->min, key->max, out);
    case CONF_PREFIX:
        return clean_prefix(value, out);
    case CONF_WORD:
        return is_word(value) && str_copy(value, out, CONF_VALUE_MAX);
    case CONF_COUNTRY:
        return is_country(value) && str_copy(value, out, CONF_VALUE_MAX);
    case CONF_DAY:
        return day_parse(value, &parsed_day) && str_copy(value, out, CONF_VALUE_MAX);
    case CONF_LISTEN:
        return conf_parse_listen(value, &addr, &port) && str_copy(value, out, CONF_VALUE_MAX);
    case CONF_URL:
        return is_url(value) && str_copy(value, out, CONF_VALUE_MAX);
    case CONF_TEXT:
    case CONF_PATH:
        break;
    }
    return str_copy(value, out, CONF_VALUE_MAX);
}

errcode
conf_check_value(const struct conf_key *key, str value, char out[CONF_VALUE_MAX], struct err *err)
{
    char words[128];
    conf_type_words(key, words, sizeof words);
    if (value.n == 0) {
        out[0] = 0;
        return OK;
    }
    if (str_has_control(value) || !str_is_utf8(value))
        return err_set(err, ERR_FORMAT, "%s.%s holds bytes that are no text", key->section,
                       key->name);
    if (value.n >= CONF_VALUE_MAX)
        return err_set(err, ERR_FORMAT, "%s.%s is longer than %d bytes", key->section, key->name,
                       CONF_VALUE_MAX - 1);
    if (!clean(key, value, out))
        return err_set(err, ERR_FORMAT, "%s.%s must be %s, not \"%.*s\"", key->section, key->name,
                       words, (int)(value.n < 80 ? value.n : 80), value.p);
    return OK;
}
