/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of one address, prefix or range a line, with comments and perhaps a second column: IPsum
 * (on how many lists an address is), blocklist.de (a file for each kind of attack) and every other.
 * They say "listed" and no more, so they are blacklist unless the provider says what for. */
#include "intel/formats/rows.h"

#include "base/limits.h"

/* blocklist.de's files, as its export page describes them. */
struct topic {
    const char *name;
    enum event_class class;
    const char *application, *description;
};
#define ATTACKS "IP reported as having run attacks "
static const struct topic topics[] = {
    {"ssh", CLASS_IDS_ALERT, "ssh", ATTACKS "on the service SSH"},
    {"mail", CLASS_IDS_ALERT, "smtp", ATTACKS "on the service Mail, Postfix"},
    {"apache", CLASS_IDS_ALERT, "http", ATTACKS "on the service Apache, Apache-DDoS, RFI-Attacks"},
    {"imap", CLASS_IDS_ALERT, "imap", ATTACKS "on the service IMAP, SASL, POP3"},
    {"ftp", CLASS_IDS_ALERT, "ftp", ATTACKS "on the service FTP"},
    {"sip", CLASS_IDS_ALERT, "sip", ATTACKS "on the service SIP, VOIP, Asterisk"},
    {"bots", CLASS_SPAM, NULL,
     "IP reported as having spammed on IRC, open forums, wikis or registration forms."},
    {"strongips", CLASS_BLACKLIST, NULL, ATTACKS "in last 2 months"},
    {"ircbot", CLASS_INFECTED_SYSTEM, "irc", NULL},
    {"bruteforcelogin", CLASS_BRUTE_FORCE, NULL,
     ATTACKS "on Joomlas, Wordpress and other Web-Logins with Brute-Force Logins"},
    {"all", CLASS_BLACKLIST, NULL, NULL},
};

/* What is the same for every row. */
struct list {
    char name[LIMIT_SOURCE_NAME];
    str feed;
    bool ipsum, ports;
    const struct topic *topic; /* of blocklist.de, or NULL */
    usec time;
    const struct event_field *ip, *network; /* looked up once: these lists are long */
};

/* ── which list it is ── */

static bool
is_word(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Length of a date ("2026-08-22", "20260822") at S, or 0. */
static size_t
date_length(str s)
{
    static const char *const shapes[] = {"0000-00-00", "0000_00_00", "00000000"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t n = strlen(shapes[i]), same = 0;
        while (same < n && same < s.n &&
               (shapes[i][same] == '0' ? ascii_is_digit(s.p[same]) : s.p[same] == shapes[i][same]))
            same++;
        if (same == n && (same == s.n || !ascii_is_digit(s.p[same])))
            return n;
    }
    return 0;
}

static bool
is_ending(str s)
{
    static const char *const endings[] = {".txt", ".csv", ".ipset", ".netset", ".list"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_starts(s, str_of(endings[i])))
            return true;
    return false;
}

/* Adds C to a name: letters and digits, other bytes as one '-' between them. */
static size_t
add_name_byte(char *out, size_t n, char c)
{
    c = is_word(c) || c == '.' ? ascii_lower(c) : '-';
    if (is_word(c) || (n && is_word(out[n - 1])))
        out[n++] = c;
    return n;
}

/* The file's name without its endings and dates, so that a list keeps its name from day to day. */
static void
stem(const struct feed_input *input, char *out, size_t size)
{
    str name = str_of(input->name);
    size_t n = 0;
    for (size_t i = 0; i < name.n && n + 1 < size;) {
        bool inside = i && ascii_is_digit(name.p[i - 1]);
        size_t date = inside ? 0 : date_length(str_from(name, i));
        if (i && is_ending(str_from(name, i)))
            break;
        if (!date)
            n = add_name_byte(out, n, name.p[i]);
        i += date ? date : 1;
    }
    while (n && !is_word(out[n - 1]))
        n--;
    out[n] = 0;
}

/* The last one, "all", for a file of another name. */
static const struct topic *
find_topic(str name)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        str topic = str_of(topics[i].name);
        if (str_ends(name, topic) && (name.n == topic.n || !is_word(name.p[name.n - topic.n - 1])))
            return &topics[i];
    }
    return &topics[sizeof topics / sizeof *topics - 1];
}

static bool
is_blocklistde(str name)
{
    static const char *const words[] = {"blocklistde", "blocklist.de", "blocklist-de"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(name, str_of(words[i])) != SIZE_MAX)
            return true;
    return false;
}

static void
name_list(const struct feed_input *input, struct list *list)
{
    char own[LIMIT_SOURCE_NAME - 16];
    stem(input, own, sizeof own);
    str name = str_of(own), forced = str_of(input->feed);
    if (str_starts(name, STR("ipsum")) || str_eq(forced, STR("ipsum")) ||
        rows_sniff_comments(input, "# IPsum ")) {
        list->ipsum = true;
        snprintf(list->name, sizeof list->name, "ipsum");
    } else if (is_blocklistde(name)) {
        list->topic = find_topic(name);
        snprintf(list->name, sizeof list->name, "blocklistde.%s", list->topic->name);
    } else {
        snprintf(list->name, sizeof list->name, "list.%s", *own ? own : "unnamed");
    }
    if (str_starts(forced, STR("blocklistde.")))
        list->topic = find_topic(forced);
    list->feed = feed_name(input, list->name);
}

/* ── ranges ── */

typedef unsigned __int128 wide;

static wide
wide_of(ip address)
{
    return (wide)address.hi << 64 | address.lo;
}

/* The largest prefix that begins at FROM and does not pass TO. */
static prefix
first_prefix(wide from, wide to, uint8_t version)
{
    uint8_t bits = version == 4 ? 32 : 128;
    wide size = 1;
    while (bits > 0 && !(from & size) && to - from >= size + (size - 1)) {
        size <<= 1;
        bits--;
    }
    return (prefix){{.hi = (uint64_t)(from >> 64), .lo = (uint64_t)from, .version = version}, bits};
}

/* An event for each prefix that the range is made of: at most 62 (IPv4) or 254. */
static errcode
emit_range(struct row *row, ip first, ip last, struct err *err)
{
    wide from = wide_of(first), to = wide_of(last);
    row->event.extras = row->extras;
    row->event.extra_count = row->extra_count;
    for (;;) {
        prefix part = first_prefix(from, to, first.version);
        bool single = part.bits == (first.version == 4 ? 32 : 128);
        row->event.source_ip = single ? part.addr : (ip){0};
        row->event.source_network = single ? (prefix){0} : part;
        wide end = wide_of(prefix_last(part));
        if (end >= to)
            return row_emit(row, err);
        errcode code = feed_emit(row->sink, &row->event, err);
        if (code != OK)
            return code;
        from = end + 1;
    }
}

/* ── rows ── */

/* What stands before a comment at the line's end. */
static str
without_comment(str line)
{
    for (size_t i = 1; i < line.n; i++) {
        bool blank = line.p[i - 1] == ' ' || line.p[i - 1] == '\t';
        if (blank && (line.p[i] == '#' || line.p[i] == ';' ||
                      (line.p[i] == '/' && i + 1 < line.n && line.p[i + 1] == '/')))
            return str_trim((str){line.p, i});
    }
    return line;
}

/* The first column; *REST gets the second one without what separates them. */
static str
first_column(str line, str *rest)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t' && line.p[n] != ',')
        n++;
    *rest = str_trim(str_from(line, n));
    if (rest->n && rest->p[0] == ',')
        *rest = str_trim(str_from(*rest, 1));
    return (str){line.p, n};
}

static bool
parse_range(str subject, str rest, ip *ret_first, ip *ret_last)
{
    str first = subject, last = rest;
    size_t dash = str_find(subject, STR("-"));
    if (dash != SIZE_MAX) {
        first = (str){subject.p, dash};
        last = str_from(subject, dash + 1);
    } else if (rest.n && rest.p[0] == '-') {
        last = str_trim(str_from(rest, 1));
    } else {
        return false;
    }
    return ip_parse(first, ret_first) && ip_parse(last, ret_last) &&
           ret_first->version == ret_last->version;
}

static void
set_subject(struct row *row, const struct list *list, str subject)
{
    if (event_set(&row->event, list->ip, subject, &row->arena) && row->event.source_ip.version)
        return;
    if (str_find(subject, STR("/")) != SIZE_MAX &&
        event_set(&row->event, list->network, subject, &row->arena)) {
        if (row->event.source_network.bits == 0)
            row_refuse(row, "'%.*s' is everybody", STR_ARG(subject));
        return;
    }
    if (!row_set_address_port(row, subject))
        row_refuse(row, "'%.*s' is not an address, prefix or range",
                   subject.n > 60 ? 60 : (int)subject.n, subject.p);
}

static void
set_second(struct row *row, const struct list *list, str second)
{
    uint64_t number;
    if (!second.n)
        return;
    if (!str_to_u64(second, UINT32_MAX, &number))
        row_extra(row, "comment", second);
    else if (list->ipsum)
        row_extra(row, "blacklists", second);
    else if (list->ports)
        row_need(row, "source.port", second);
    else
        row_extra(row, "count", second);
}

static void
set_list(struct row *row, const struct list *list)
{
    const struct topic *topic = list->topic;
    row->event.time = list->time;
    if (!topic) {
        bool own = str_starts(list->feed, STR("list."));
        row->event.text[TEXT_IDENTIFIER] = own ? str_from(list->feed, 5) : list->feed;
        return;
    }
    row->event.class = topic->class;
    row->event.text[TEXT_APPLICATION] = str_of(topic->application);
    row->event.text[TEXT_DESCRIPTION] = str_of(topic->description);
}

static errcode
parse_row(struct row *row, const struct list *list, str line, struct err *err)
{
    str rest, subject = first_column(without_comment(line), &rest);
    ip first, last;
    set_list(row, list);
    if (parse_range(subject, rest, &first, &last)) {
        if (ip_compare(first, last) > 0)
            row_refuse(row, "the range ends before it begins");
        else if (first_prefix(wide_of(first), wide_of(last), first.version).bits == 0)
            row_refuse(row, "the range is everybody");
        else
            return emit_range(row, first, last, err);
    } else {
        set_subject(row, list, subject);
        set_second(row, list, rest);
    }
    return row_emit(row, err);
}

/* "IP,Port" names the columns; "Reported IPs" does not. */
static bool
names_port(str comment)
{
    str second, first = first_column(comment, &second);
    bool address = str_eq_nocase(first, STR("ip")) || str_eq_nocase(first, STR("address")) ||
                   str_eq_nocase(first, STR("dst_ip"));
    return address &&
           (str_eq_nocase(second, STR("port")) || str_eq_nocase(second, STR("dst_port")));
}

static void
read_comment(struct list *list, str comment)
{
    if (list->time == USEC_NONE)
        rows_comment_time(comment, &list->time);
    list->ports |= names_port(comment);
}

static bool
is_slashes(str line)
{
    return str_starts(line, STR("//"));
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct list list = {.time = USEC_NONE,
                        .ip = event_field_find(STR("source.ip")),
                        .network = event_field_find(STR("source.network"))};
    name_list(input, &list);
    struct rows rows = rows_open(input->bytes, "#;");
    enum rows_kind kind;
    str line;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT || is_slashes(line)) {
            read_comment(&list, line);
            continue;
        }
        row_begin(&row, rows.line, list.feed, CLASS_BLACKLIST);
        code = parse_row(&row, &list, line, err);
    }
    row_clear(&row);
    return code;
}

/* ── sniffing ── */

/* Whether the line begins as a row of such a list does. */
static bool
is_row(str line)
{
    str rest, subject = first_column(without_comment(line), &rest);
    ip first, last;
    prefix network;
    if (parse_range(subject, rest, &first, &last) || prefix_parse(subject, true, &network))
        return true;
    size_t colon = str_find(subject, STR(":"));
    return colon != SIZE_MAX && ip_parse((str){subject.p, colon}, &first);
}

/* Lowest of all: most of the first rows are addresses, and no other format knew the file. */
static int
sniff(const struct feed_input *input)
{
    struct feed_sink nobody = {0};
    struct rows rows = rows_open(input->bytes, "#;");
    bool cut = rows.rest.n > 8192;
    if (cut)
        rows.rest.n = 8192;
    int good = 0, all = 0;
    enum rows_kind kind;
    str line;
    while (all < 20 && (kind = rows_next(&rows, &nobody, &line)) != ROWS_END) {
        bool last = cut && !rows.rest.n; /* perhaps half a line */
        if (kind == ROWS_COMMENT || is_slashes(line) || last)
            continue;
        all++;
        good += is_row(line);
    }
    bool named = rows_sniff_comments(input, "# IPsum ") || rows_name_has(input, "blocklistde");
    if (all == 0) /* nothing listed today */
        return named && !rows.rest.n && str_trim(input->bytes).n ? 60 : 0;
    return good * 2 <= all ? 0 : named ? 60 : 10;
}

const struct feed_format format_plain_list = {
    .name = "plain_list",
    .summary = "addresses, prefixes or ranges, one a line: IPsum, blocklist.de and any other list",
    .provider = "anyone",
    .sniff = sniff,
    .parse = parse,
};
