/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and keeping the configuration. Values are a short list in the order they came; a key
 * that has none there stands at its default. */
#include "cmd/conf/conf.h"

#include "base/limits.h"
#include "base/require.h"
#include "cmd/conf/schema.h"
#include "cmd/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NO_FEED = -1, VALUES_MAX = 10000, FEEDS_MAX = 1000 };

struct value {
    const struct conf_key *key;
    int feed; /* NO_FEED in sections without a name */
    char *text;
    size_t line; /* 0 = environment or command line */
};

struct conf {
    struct value *values;
    size_t count;
    char **feeds;
    size_t feed_count;
};

/* One text being read. */
struct reading {
    struct conf *conf;
    const char *name;
    const struct conf_faults *faults;
    struct err *err; /* the first fault */
    size_t line, fault_count;
    const struct conf_section *section;
    int feed;
    size_t own; /* values before this came from elsewhere */
};

struct conf *
conf_new(void)
{
    return mem_calloc(1, sizeof(struct conf));
}

void
conf_free(struct conf *conf)
{
    if (!conf)
        return;
    for (size_t i = 0; i < conf->count; i++)
        free(conf->values[i].text);
    for (size_t i = 0; i < conf->feed_count; i++)
        free(conf->feeds[i]);
    free(conf->values);
    free(conf->feeds);
    free(conf);
}

static const struct conf_section *
find_section(str name)
{
    for (const struct conf_section *section = conf_sections; section->name; section++) {
        if (str_eq(name, str_of(section->name)))
            return section;
    }
    return NULL;
}

static const struct conf_key *
find_key(const char *section, str name)
{
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->section, section) == 0 && str_eq(name, str_of(key->name)))
            return key;
    }
    return NULL;
}

/* "http.listen"; the key must be there. */
static const struct conf_key *
key_of(const char *full)
{
    const char *dot = strchr(full, '.');
    require(dot);
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (str_eq(str_of(key->section), (str){full, (size_t)(dot - full)}) &&
            strcmp(key->name, dot + 1) == 0)
            return key;
    }
    require(!"a key of the schema");
    return NULL;
}

static const char *
nearest_section(str name)
{
    struct suggestion near = suggestion_for(name);
    for (const struct conf_section *section = conf_sections; section->name; section++)
        suggestion_try(&near, section->name);
    return near.best;
}

static const char *
nearest_key(const char *section, str name)
{
    struct suggestion near = suggestion_for(name);
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->section, section) == 0)
            suggestion_try(&near, key->name);
    }
    return near.best;
}

static void
drop_values(struct conf *conf, const struct conf_key *key, int feed)
{
    size_t kept = 0;
    for (size_t i = 0; i < conf->count; i++) {
        if (conf->values[i].key == key && conf->values[i].feed == feed)
            free(conf->values[i].text);
        else
            conf->values[kept++] = conf->values[i];
    }
    conf->count = kept;
}

static void
add_value(struct conf *conf, const struct conf_key *key, int feed, const char *text, size_t line)
{
    if ((conf->count & (conf->count + 1)) == 0)
        conf->values = mem_resize(conf->values, 2 * conf->count + 2, sizeof *conf->values);
    conf->values[conf->count++] = (struct value){
        .key = key, .feed = feed, .text = mem_strndup(text, strlen(text)), .line = line};
}

__attribute__((format(printf, 2, 3))) static void
fault(struct reading *reading, const char *format, ...)
{
    char what[300], message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (reading->line)
        snprintf(message, sizeof message, "%s:%zu: %s", reading->name, reading->line, what);
    else
        snprintf(message, sizeof message, "%s: %s", reading->name, what);
    if (reading->fault_count++ == 0)
        err_set(reading->err, ERR_FORMAT, "%s", message);
    if (reading->faults && reading->faults->fault)
        reading->faults->fault(reading->faults->context, message);
}

static int
add_feed(struct conf *conf, str name)
{
    conf->feeds = mem_resize(conf->feeds, conf->feed_count + 1, sizeof *conf->feeds);
    conf->feeds[conf->feed_count] = mem_strndup(name.p, name.n);
    return (int)conf->feed_count++;
}

/* Feed names become file names in var/fetch. */
static bool
is_feed_name(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = ascii_lower(name.p[i]);
        if (!((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '-' ||
              (c == '.' && i > 0)))
            return false;
    }
    return name.n > 0 && name.n <= 64;
}

static void
read_feed_section(struct reading *reading, str name)
{
    struct conf *conf = reading->conf;
    if (!is_feed_name(name)) {
        fault(reading, "[%s NAME] needs a name of at most 64 letters, digits, '_', '-' and '.'",
              reading->section->name);
        reading->section = NULL;
        return;
    }
    for (size_t i = 0; i < conf->feed_count; i++) {
        if (str_eq(name, str_of(conf->feeds[i]))) {
            fault(reading, "there already is a [feed %s]", conf->feeds[i]);
            reading->section = NULL;
            return;
        }
    }
    if (conf->feed_count >= FEEDS_MAX) {
        fault(reading, "more than %d feeds", FEEDS_MAX);
        reading->section = NULL;
        return;
    }
    reading->feed = add_feed(conf, name);
}

static void
read_section(struct reading *reading, str line)
{
    reading->section = NULL;
    reading->feed = NO_FEED;
    if (line.p[line.n - 1] != ']') {
        fault(reading, "a section is written [NAME]");
        return;
    }
    str rest = str_trim((str){line.p + 1, line.n - 2}), name;
    str_cut(&rest, ' ', &name);
    str own_name = str_trim(rest);
    reading->section = find_section(name);
    if (!reading->section) {
        const char *near = nearest_section(name);
        fault(reading, "there is no section [%.*s]%s%s%s", (int)(name.n < 60 ? name.n : 60),
              name.p ? name.p : "", near ? "; did you mean [" : "", near ? near : "",
              near ? "]?" : "");
    } else if (reading->section->named) {
        read_feed_section(reading, own_name);
    } else if (own_name.n) {
        fault(reading, "the section [%s] has no name of its own", reading->section->name);
    }
}

static const struct value *
own_value(const struct reading *reading, const struct conf_key *key)
{
    for (size_t i = reading->own; i < reading->conf->count; i++) {
        const struct value *value = &reading->conf->values[i];
        if (value->key == key && value->feed == reading->feed)
            return value;
    }
    return NULL;
}

static void
read_pair(struct reading *reading, str name, str value)
{
    const struct conf_key *key = find_key(reading->section->name, name);
    if (!key) {
        const char *near = nearest_key(reading->section->name, name);
        fault(reading, "[%s] has no key \"%.*s\"%s%s%s", reading->section->name,
              (int)(name.n < 60 ? name.n : 60), name.p ? name.p : "",
              near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        return;
    }
    const struct value *before = own_value(reading, key);
    if (before && !key->list) {
        fault(reading, "%s.%s is given twice, first in line %zu", key->section, key->name,
              before->line);
        return;
    }
    char text[CONF_VALUE_MAX];
    struct err err;
    if (conf_check_value(key, value, text, &err) != OK)
        fault(reading, "%s", err.text);
    else if (reading->conf->count >= VALUES_MAX)
        fault(reading, "more than %d values", VALUES_MAX);
    else
        add_value(reading->conf, key, reading->feed, text, reading->line);
}

static void
read_line(struct reading *reading, str line)
{
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return;
    if (line.p[0] == '[') {
        read_section(reading, line);
        return;
    }
    str rest = line, name;
    str_cut(&rest, '=', &name);
    if (!rest.p)
        fault(reading, "expected \"key = value\", \"[section]\" or a line that begins with #");
    else if (reading->section)
        read_pair(reading, str_trim(name), str_trim(rest));
    else if (reading->fault_count == 0)
        fault(reading, "a key must stand below a [section]");
}

/* A feed without an address can only be a mistake. */
static void
check_feeds(struct reading *reading)
{
    reading->line = 0;
    for (size_t i = 0; i < reading->conf->feed_count; i++) {
        if (!conf_feed_text(reading->conf, i, "feed.url")[0])
            fault(reading, "[feed %s] has no url", reading->conf->feeds[i]);
    }
}

errcode
conf_add_text(struct conf *conf, const char *name, str text, const struct conf_faults *faults,
              struct err *err)
{
    struct reading reading = {.conf = conf,
                              .name = name,
                              .faults = faults,
                              .err = err,
                              .feed = NO_FEED,
                              .own = conf->count};
    if (text.n > LIMIT_CONF_BYTES)
        return err_set(err, ERR_LIMIT, "%s is larger than the %d bytes allowed", name,
                       LIMIT_CONF_BYTES);
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    str line;
    while (str_line(&text, &line)) {
        reading.line++;
        read_line(&reading, line);
    }
    check_feeds(&reading);
    return reading.fault_count ? ERR_FORMAT : OK;
}

/* "HTTP_LISTEN" or "FEED_URL" against "http", "listen". */
static bool
variable_is(str variable, const char *section, const char *name)
{
    char full[128];
    int n = snprintf(full, sizeof full, "%s_%s", section, name);
    return n > 0 && str_eq_nocase(variable, (str){full, (size_t)n});
}

static void
set_list(struct reading *reading, const struct conf_key *key, str value)
{
    char text[CONF_VALUE_MAX];
    struct err err;
    drop_values(reading->conf, key, NO_FEED);
    do {
        str item = value;
        if (key->list)
            str_cut(&value, ',', &item);
        else
            value.p = NULL;
        if (conf_check_value(key, str_trim(item), text, &err) != OK)
            fault(reading, "%s", err.text);
        else
            add_value(reading->conf, key, NO_FEED, text, 0);
    } while (value.p);
}

static void
read_variable(struct reading *reading, str variable, str value)
{
    const struct conf_section *section = conf_sections;
    for (; section->name; section++) {
        char head[64];
        int n = snprintf(head, sizeof head, "%s_", section->name);
        str start = {variable.p, variable.n < (size_t)n ? variable.n : (size_t)n};
        if (!section->named && str_eq_nocase(start, (str){head, (size_t)n}))
            break;
    }
    if (!section->name)
        return;
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->section, section->name) == 0 &&
            variable_is(variable, key->section, key->name)) {
            set_list(reading, key, value);
            return;
        }
    }
    char name[64];
    str tail = str_from(variable, strlen(section->name) + 1);
    size_t n = 0;
    for (; n < tail.n && n < sizeof name - 1; n++)
        name[n] = ascii_lower(tail.p[n]);
    const char *near = nearest_key(section->name, (str){name, n});
    fault(reading, "[%s] has no key \"%.*s\"%s%s%s", section->name, (int)n, name,
          near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

errcode
conf_add_environment(struct conf *conf, const char *const *environment,
                     const struct conf_faults *faults, struct err *err)
{
    struct reading reading = {.conf = conf, .faults = faults, .err = err, .feed = NO_FEED};
    for (; *environment; environment++) {
        str rest = str_of(*environment), name;
        str_cut(&rest, '=', &name);
        if (!rest.p || !str_starts(name, STR("KHIEN_")))
            continue;
        char shown[128];
        snprintf(shown, sizeof shown, "the environment's %.*s", (int)(name.n < 80 ? name.n : 80),
                 name.p);
        reading.name = shown;
        read_variable(&reading, str_from(name, 6), str_trim(rest));
    }
    return reading.fault_count ? ERR_FORMAT : OK;
}

errcode
conf_set(struct conf *conf, const char *full, str value, struct err *err)
{
    const struct conf_key *key = key_of(full);
    char text[CONF_VALUE_MAX];
    errcode code = conf_check_value(key, value, text, err);
    if (code != OK)
        return code;
    drop_values(conf, key, NO_FEED);
    add_value(conf, key, NO_FEED, text, 0);
    return OK;
}

/* The AT-th value of a key, or NULL. An empty value is none. */
static const char *
value_at(const struct conf *conf, const struct conf_key *key, int feed, size_t at)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct value *value = &conf->values[i];
        if (value->key == key && value->feed == feed && value->text[0] && at-- == 0)
            return value->text;
    }
    return NULL;
}

static bool
is_given(const struct conf *conf, const struct conf_key *key, int feed)
{
    for (size_t i = 0; i < conf->count; i++) {
        if (conf->values[i].key == key && conf->values[i].feed == feed)
            return true;
    }
    return false;
}

/* What the program cannot do without: an empty value leaves the default. */
static bool
is_needed(const struct conf_key *key)
{
    return key->type == CONF_PATH || key->type == CONF_LISTEN || key->type == CONF_COUNTRY;
}

static const char *
text_of(const struct conf *conf, const struct conf_key *key, int feed)
{
    const char *text = value_at(conf, key, feed, 0);
    if (text)
        return text;
    return is_given(conf, key, feed) && !is_needed(key) ? "" : key->fallback;
}

/* A number, or a duration in seconds; both were checked. */
static uint64_t
number_of(const struct conf_key *key, const char *text)
{
    require(key->type == CONF_NUMBER || key->type == CONF_DURATION);
    if (!text[0])
        text = key->fallback;
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}};
    for (size_t i = 0; i < 3; i++) {
        if (*end == units[i].letter)
            value *= units[i].seconds;
    }
    return value;
}

const char *
conf_text(const struct conf *conf, const char *key)
{
    return text_of(conf, key_of(key), NO_FEED);
}

uint64_t
conf_number(const struct conf *conf, const char *key)
{
    return number_of(key_of(key), conf_text(conf, key));
}

bool
conf_yes(const struct conf *conf, const char *key)
{
    require(key_of(key)->type == CONF_YES_NO);
    return strcmp(conf_text(conf, key), "yes") == 0;
}

day
conf_day(const struct conf *conf, const char *key)
{
    day value = DAY_NONE;
    day_parse(str_of(conf_text(conf, key)), &value);
    return value;
}

size_t
conf_count(const struct conf *conf, const char *full)
{
    const struct conf_key *key = key_of(full);
    size_t count = 0;
    while (value_at(conf, key, NO_FEED, count))
        count++;
    return count;
}

const char *
conf_item(const struct conf *conf, const char *key, size_t at)
{
    const char *text = value_at(conf, key_of(key), NO_FEED, at);
    require(text);
    return text;
}

size_t
conf_feeds(const struct conf *conf)
{
    return conf->feed_count;
}

const char *
conf_feed_name(const struct conf *conf, size_t feed)
{
    require(feed < conf->feed_count);
    return conf->feeds[feed];
}

const char *
conf_feed_text(const struct conf *conf, size_t feed, const char *key)
{
    require(feed < conf->feed_count);
    return text_of(conf, key_of(key), (int)feed);
}

uint64_t
conf_feed_number(const struct conf *conf, size_t feed, const char *key)
{
    return number_of(key_of(key), conf_feed_text(conf, feed, key));
}
