/* SPDX-License-Identifier: Apache-2.0 */
/* What one scan found, and what it could not see: gathered by all threads, written as text for
 * people, as JSON, or as one HTML file. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "scan/checks/checks.h"
#include "scan/quarantine/quarantine.h"

enum report_language { REPORT_VI, REPORT_EN };

/* What was done, or tried, besides taking a finding's file away. */
enum report_deed_kind {
    DEED_PROCESS, /* that ran the file: ended */
    DEED_LINE,    /* that starts it, of a text file: taken */
    DEED_FILE,    /* that starts it: taken */
    DEED_VALUE,   /* of the registry, that starts it: taken, */
    DEED_SETTING, /* or set to what it is without malware */
    DEED_TASK,    /* that starts it: disabled */
    DEED_KINDS,
};
struct report_deed {
    struct report_deed *next;
    enum report_deed_kind kind;
    const char *subject; /* "12 (name)", a path, "KEY\VALUE", a task's name */
    size_t line;         /* of the file, from 1; 0: of none */
    uint64_t number;     /* in quarantine; 0: it was not done */
    const char *refused; /* why not */
};

enum report_of { REPORT_FILE, REPORT_PROCESS, REPORT_CHECK };
struct report_item {
    enum report_of of;
    enum finding_level level;
    const char *name;    /* of the rule, signature or hash; of a check its id */
    const char *source;  /* where that came from; may be NULL */
    const char *subject; /* a path, "process 12 (name)", an address */
    const char *inside;  /* the path of the member it was found in; NULL: the file itself */
    const char *detail;  /* one line; may be NULL */
    const struct check *check;
    const struct check_reason *reason; /* of the check, more exactly; may be NULL */
    const char *file;                  /* that holds it; NULL when there is none */
    uint32_t pid;
    size_t line;
    bool has_identity;
    struct file_identity identity;
    /* What was done with it. */
    uint64_t quarantined; /* its number in quarantine; 0: it was not taken */
    const char *refused;  /* why not, when it was tried */
    struct report_deed *deeds;
};

/* Why something was not looked at. */
enum report_skip {
    SKIP_UNREADABLE, /* no right, a fault of the disk */
    SKIP_CHANGED,    /* it changed or vanished while it was read */
    SKIP_TIME,       /* it took too long */
    SKIP_FOLDER,     /* a file system that is none of files (/proc), or of the network */
    SKIP_PROCESS,    /* a process that may not be read */
    SKIP_CHECK,      /* something that a check may not see */
    SKIP_ENCRYPTED,  /* inside of a file: needs a password, */
    SKIP_DAMAGED,    /* is damaged, */
    SKIP_UNKNOWN,    /* of a format that is not read, */
    SKIP_CAPPED,     /* beyond a cap */
    SKIP_REASONS,
};

struct report_counts {
    uint64_t files, bytes, unchanged, members, member_bytes, processes, process_bytes, checks;
};
/* By what key the signature of the rules was checked. */
enum report_origin {
    ORIGIN_UNCHECKED, /* by none */
    ORIGIN_NAMED,     /* one that was named for this scan */
    ORIGIN_BESIDE,    /* one that lies beside the rules */
    ORIGIN_UPDATE,    /* the one that `rules update` had when it installed them */
    ORIGIN_BUILT_IN,  /* the one that the program was built with */
};
struct report_about {
    const char *scope; /* "quick", "full", "paths" */
    usec started, ended;
    usec waited;     /* of that, for mains instead of the battery */
    bool is_partial; /* it was interrupted */
    bool is_root;
    uint64_t rules_version;
    const char *rules_id; /* in hexadecimal digits; "" without a pack */
    size_t rules;
    enum report_origin rules_origin;
};

struct report;
struct report *report_new(void);
void report_free(struct report *report);
/* By any thread; strings are copied. The same finding of the same subject is kept once. */
void report_add(struct report *report, const struct report_item *item);
void report_skip(struct report *report, enum report_skip why, const char *subject,
                 const char *detail);
void report_count(struct report *report, const struct report_counts *more);
/* All that is in MORE, which is of one thread now. */
void report_merge(struct report *report, struct report *more);

/* The rest by one thread, when the scan is over. Items are in the order of their level, the worst
 * first. */
size_t report_item_count(const struct report *report);
struct report_item *report_item_at(struct report *report, size_t i);
/* Notes a copy of what was done for ITEM, which report_item_at gave, after the others. */
void report_note_deed(struct report *report, struct report_item *item,
                      const struct report_deed *deed);
/* Notes why ITEM was not taken. */
void report_note_refused(struct report *report, struct report_item *item, const char *why);
size_t report_count_of(const struct report *report, enum finding_level level);
struct report_counts report_counts(const struct report *report);
uint64_t report_skipped(const struct report *report, enum report_skip why);
const char *report_skip_name(enum report_skip why);      /* "unreadable", … */
const char *report_level_name(enum finding_level level); /* "look", "suspicious", "malicious" */

/* "the line that started it is in quarantine, number", to be put before that number. */
const char *report_deed_words(enum report_deed_kind kind, enum report_language language);

/* For a terminal, without characters that would do something to it. */
void report_write_text(struct report *report, const struct report_about *about,
                       enum report_language language, struct buf *out);
void report_write_json(struct report *report, const struct report_about *about, struct buf *out);
/* One file with all that it shows. */
void report_write_html(struct report *report, const struct report_about *about,
                       enum report_language language, struct buf *out);
/* One line for each finding, and one for the end, as syslog(3) takes them. */
void report_each_line(struct report *report, const struct report_about *about,
                      void (*line)(void *context, bool is_finding, const char *text),
                      void *context);
