/* SPDX-License-Identifier: Apache-2.0 */
/* What is written from the schema: the configuration itself, the sample file, khien.conf(5). */
#include "cmd/conf/conf.h"
#include "cmd/conf/schema.h"
#include "cmd/mdoc.h"

#include <stdio.h>

static const char *
full_name(const struct conf_key *key, char out[128])
{
    snprintf(out, 128, "%s.%s", key->section, key->name);
    return out;
}

static void
print_value(struct buf *out, const struct conf_key *key, const char *value)
{
    if (value[0])
        buf_printf(out, "%s = %s\n", key->name, value);
    else /* where there is a default, an empty value says something */
        buf_printf(out, "%s%s =\n", key->fallback[0] ? "" : "# ", key->name);
}

static void
print_plain(const struct conf *conf, const struct conf_section *section, struct buf *out)
{
    char name[128];
    buf_printf(out, "[%s]\n", section->name);
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->section, section->name) != 0)
            continue;
        full_name(key, name);
        size_t count = key->list ? conf_count(conf, name) : 0;
        for (size_t i = 0; i < count; i++)
            print_value(out, key, conf_item(conf, name, i));
        if (count == 0)
            print_value(out, key, key->list ? "" : conf_text(conf, name));
    }
}

static void
print_feeds(const struct conf *conf, struct buf *out)
{
    char name[128];
    for (size_t feed = 0; feed < conf_feeds(conf); feed++) {
        buf_printf(out, "\n[feed %s]\n", conf_feed_name(conf, feed));
        for (const struct conf_key *key = conf_keys; key->name; key++) {
            if (strcmp(key->section, "feed") == 0)
                print_value(out, key, conf_feed_text(conf, feed, full_name(key, name)));
        }
    }
}

void
conf_print(const struct conf *conf, struct buf *out)
{
    for (const struct conf_section *section = conf_sections; section->name; section++) {
        if (section->named)
            continue;
        if (section != conf_sections)
            buf_char(out, '\n');
        print_plain(conf, section, out);
    }
    print_feeds(conf, out);
}

/* TEXT as comment lines of at most 90 columns. */
static void
comment(struct buf *out, const char *text)
{
    enum { WIDTH = 90 };
    size_t column = 0;
    str rest = str_of(text), word;
    while (str_cut(&rest, ' ', &word)) {
        if (column == 0 || column + 1 + word.n > WIDTH) {
            buf_z(out, column ? "\n#" : "#");
            column = 1;
        }
        buf_char(out, ' ');
        buf_str(out, word);
        column += 1 + word.n;
    }
    buf_char(out, '\n');
}

static void
sample_key(struct buf *out, const struct conf_key *key)
{
    char type[128], line[400];
    conf_type_words(key, type, sizeof type);
    snprintf(line, sizeof line, "%s (%s%s)", key->help, type, key->list ? "; repeat for more" : "");
    comment(out, line);
    buf_printf(out, "#%s = %s\n", key->name,
               key->fallback[0] ? key->fallback
               : key->example   ? key->example
                                : "");
}

void
conf_sample(struct buf *out)
{
    buf_z(out, "# Khiên's configuration; see khien.conf(5). Everything may stay as it is: what is\n"
               "# commented out shows the default or an example. Check with `khien conf check`.\n");
    for (const struct conf_section *section = conf_sections; section->name; section++) {
        buf_char(out, '\n');
        comment(out, section->help);
        if (section->named)
            buf_printf(out, "#[%s NAME]\n", section->name);
        else
            buf_printf(out, "[%s]\n", section->name);
        for (const struct conf_key *key = conf_keys; key->name; key++) {
            if (strcmp(key->section, section->name) == 0)
                sample_key(out, key);
        }
    }
}

static void
manual_key(struct buf *out, const struct conf_key *key)
{
    char type[128];
    conf_type_words(key, type, sizeof type);
    buf_printf(out, ".It Cm %s No = ", key->name);
    buf_printf(out, "Ar %s\n", key->list ? "value ..." : "value");
    mdoc_text(out, key->help);
    buf_z(out, "It is ");
    mdoc_inline(out, type);
    buf_z(out, key->list ? "; the line may be repeated.\n" : ".\n");
    if (key->fallback[0]) {
        buf_z(out, "Default:\n.Ql \\&");
        mdoc_inline(out, key->fallback);
        buf_z(out, " .\n");
    }
    if (key->example) {
        buf_z(out, "Example:\n.Ql \\&");
        mdoc_inline(out, key->example);
        buf_z(out, " .\n");
    }
}

static void
manual_section(struct buf *out, const struct conf_section *section)
{
    buf_printf(out, ".Ss [%s%s]\n", section->name, section->named ? " NAME" : "");
    mdoc_text(out, section->help);
    buf_z(out, ".Bl -tag -width Ds\n");
    for (const struct conf_key *key = conf_keys; key->name; key++) {
        if (strcmp(key->section, section->name) == 0)
            manual_key(out, key);
    }
    buf_z(out, ".El\n");
}

void
conf_manual(struct buf *out)
{
    mdoc_head(out, "khien.conf", 5, "configuration of Khiên");
    buf_z(out, ".Sh DESCRIPTION\n"
               "The file is UTF-8 text: sections in brackets, below each of them lines\n"
               ".Ql key = value .\n"
               "A line that begins with\n"
               ".Ql #\n"
               "is a comment.\n"
               "A key that is left out has its default, an empty value unsets it (a number, a\n"
               "path and what else is always needed keep their default then), and an unknown\n"
               "one is refused.\n"
               "Nothing has to be configured.\n"
               ".Pp\n"
               "The first of these is read: the file of\n"
               ".Fl -config ,\n"
               "the file that\n"
               ".Ev KHIEN_CONF\n"
               "names,\n"
               ".Pa ./khien.conf ,\n"
               ".Pa ./var/khien.conf ,\n"
               ".Pa /etc/khien/khien.conf .\n");
    for (const struct conf_section *section = conf_sections; section->name; section++)
        manual_section(out, section);
    buf_z(out, ".Sh ENVIRONMENT\n"
               "For containers, each key outside of\n"
               ".Ql [feed NAME]\n"
               "can be set by a variable\n"
               ".Ev KHIEN_SECTION_KEY\n"
               "such as\n"
               ".Ev KHIEN_HTTP_LISTEN ,\n"
               "which goes before the file.\n"
               "Items of a list stand between commas.\n"
               ".Sh FILES\n"
               ".Bl -tag -width Ds\n"
               ".It Pa khien.conf.sample\n"
               "every key with its explanation; the output of\n"
               ".Ql khien conf sample\n"
               ".El\n"
               ".Sh SEE ALSO\n"
               ".Xr khien 1 ,\n"
               ".Xr khien-conf 1\n");
}
