/* SPDX-License-Identifier: Apache-2.0 */
/* Feed formats, one file each in formats/, listed once in formats/formats.c. A format reads a whole
 * document (mapped or decompressed) and hands one event at a time to the sink. */
#pragma once

#include "intel/event.h"

struct feed_input {
    const char *name; /* the file's own name without folders, from which some formats learn */
    str bytes;        /* after decompression */
    usec received;    /* when it was archived */
    const char *feed; /* forced feed name ("source"), or NULL: the format's own */
    const struct feed_columns *columns; /* the generic CSV's column map, or NULL */
};

/* Where events go. The consumer fills the first part; feed_parse counts in the second. */
struct feed_sink {
    bool want_extra; /* also fill fields and extras that only `feed parse` shows */
    void *context;
    /* An error ends the parse and is returned. */
    errcode (*event)(void *context, const struct event *event, struct err *err);
    /* One of the first LIMIT_REFUSED_SHOWN refused rows. May be NULL. */
    void (*refused)(void *context, uint64_t line, const char *reason);

    uint64_t rows;         /* records seen: every format counts them with feed_row */
    uint64_t rows_refused; /* by feed_refuse; the first one's line and reason: */
    uint64_t first_line;
    char first_reason[160];
    uint64_t rows_skipped; /* understood and rightly without an event */
    uint64_t events;
};

struct feed_format {
    const char *name;     /* "shadowserver" */
    const char *summary;  /* one line for `khien feed formats` */
    const char *provider; /* who publishes it */
    /* How sure it is that INPUT is its own: 0 no, 1–100. Looks at the name and the first bytes. */
    int (*sniff)(const struct feed_input *input);
    errcode (*parse)(const struct feed_input *input, struct feed_sink *sink, struct err *err);
};

extern const struct feed_format *const feed_formats[]; /* ends with NULL */
const struct feed_format *feed_format_find(str name);

/* The surest format, or NULL with the reason in ERR (ERR_UNSUPPORTED: says what was looked for and
 * that --feed NAME forces one). */
const struct feed_format *feed_sniff(const struct feed_input *input, struct err *err);
/* Parses with FORMAT. Fails as a whole when the format says so, when the sink fails, or when more
 * than LIMIT_REFUSED_PERCENT of the rows (and more than LIMIT_REFUSED_FEW) were refused; events
 * handed out before that must then be discarded by the consumer. */
errcode feed_parse(const struct feed_format *format, const struct feed_input *input,
                   struct feed_sink *sink, struct err *err);

/* For formats: */
static inline void
feed_row(struct feed_sink *sink)
{
    sink->rows++;
}
/* Refuses one row: line (1-based), reason in printf form. */
void feed_refuse(struct feed_sink *sink, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline errcode
feed_emit(struct feed_sink *sink, const struct event *event, struct err *err)
{
    sink->events++;
    return sink->event(sink->context, event, err);
}
/* The source's name: the forced one or OWN. */
static inline str
feed_name(const struct feed_input *input, const char *own)
{
    return str_of(input->feed ? input->feed : own);
}

/* The generic CSV's column map, one line of configuration:
 * "timestamp=time.source ip=source.ip family=malware.name; class=infected-system; delimiter=," */
struct feed_columns;
errcode feed_columns_parse(str text, struct feed_columns **ret, struct err *err);
void feed_columns_free(struct feed_columns *columns);
