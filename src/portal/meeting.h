/* SPDX-License-Identifier: Apache-2.0 */
/* Safe online meetings: the words by which an invitation is judged (data/meeting-domains.tsv,
 * data/meeting-rules.tsv), and the points of the checklist (inner to the part). */
#pragma once

#include "base/buf.h"
#include "base/clock.h"

/* The words of KIND in data/meeting-rules.tsv with '|' between them. */
void meeting_words(const char *kind, struct buf *out);
/* The domains of KIND ("meeting", "owner", "wrapper") that are valid on DAY, likewise. */
void meeting_domains(const char *kind, day today, struct buf *out);
/* The names that look-alikes bear, each once. */
void meeting_brands(day today, struct buf *out);

struct meeting_service {
    str name;
    bool domestic; /* of a Vietnamese provider */
    size_t domain_count;
    str domains[8]; /* that lead into a meeting */
};

enum { MEETING_SERVICES_MAX = 32 };

/* The services with the domains that are valid on DAY, in the table's order; views into the table.
 * Returns how many. */
size_t meeting_services(day today, struct meeting_service out[MEETING_SERVICES_MAX]);

enum meeting_role { MEETING_ORGANISER = 1, MEETING_PARTICIPANT = 2 };
enum meeting_group { MEETING_CONTENT, MEETING_APP, MEETING_ROOM, MEETING_CONDUCT, MEETING_GROUPS };

/* A point of the checklist; texts are English keys of the catalog. */
struct meeting_point {
    const char *name; /* in the query */
    enum meeting_group group;
    unsigned roles;
    const char *statement; /* that it is so */
    const char *remedy;    /* what to do when it is not */
};

extern const struct meeting_point meeting_points[];
extern const size_t meeting_point_count;
/* The first point: a meeting that breaks it must not be held so, whatever else is met. */
enum { MEETING_HARD_POINT = 0, MEETING_POINTS_MAX = 16 };
const char *meeting_group_title(enum meeting_group group);

/* What is looked for in an invitation; NAME as in assets/meeting.js. */
struct meeting_rule {
    const char *name;
    bool danger; /* else something to mind */
    const char *title, *why, *remedy;
};

extern const struct meeting_rule meeting_rules[];
extern const size_t meeting_rule_count;
