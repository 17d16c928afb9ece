/* SPDX-License-Identifier: Apache-2.0 */
/* The stored sets: one row (day, class, family, source) → ipset in var/khien.db, with the number of
 * members as a column and a checksum, because Roaring does not validate itself. */
#pragma once

#include "base/clock.h"
#include "intel/intel.h"
#include "sightings/ipset.h"

struct sightings;

/* Opens var/khien.db below FOLDER; WRITE makes it (and the folder) when it is not there and brings
 * its schema up to date. Reading an installation that does not exist yet is ERR_NOT_FOUND with
 * words that say how to begin. Any number of processes may have it open. */
errcode sightings_open(const char *folder, bool write, struct sightings **ret, struct err *err);
void sightings_close(struct sightings *sightings);
const char *sightings_folder(const struct sightings *sightings);
/* Grows with every change of the sets; 0 when there never was one. */
errcode sightings_generation(struct sightings *sightings, uint64_t *ret, struct err *err);

/* Which sets: DAY_NONE, CLASS_NONE and empty text mean any. The family is the canonical name. */
struct set_query {
    day from, to;
    enum event_class class;
    str family, source;
};
#define SET_QUERY_ALL ((struct set_query){.from = DAY_NONE, .to = DAY_NONE})

struct set_key {
    day day;
    enum event_class class;
    str family, source;
    uint64_t members;
};

/* Each matching set in the order day, class, family, source. A damaged one stops with ERR_CORRUPT,
 * which names it and the repair (`khien replay`). SET is the callee's only during the call. */
errcode sightings_each(struct sightings *sightings, const struct set_query *query,
                       errcode (*each)(void *context, const struct set_key *key,
                                       const struct ipset *set, struct err *err),
                       void *context, struct err *err);
/* The same without loading the sets: keys and member counts only. */
errcode sightings_each_key(struct sightings *sightings, const struct set_query *query,
                           errcode (*each)(void *context, const struct set_key *key,
                                           struct err *err),
                           void *context, struct err *err);
/* The union of all matching sets. */
errcode sightings_union(struct sightings *sightings, const struct set_query *query,
                        struct ipset **ret, struct err *err);
/* First and last day with any set that matches; DAY_NONE for both when there is none. */
errcode sightings_days(struct sightings *sightings, const struct set_query *query, day *ret_first,
                       day *ret_last, struct err *err);

/* What one source delivered for one day: events over all its inputs, repeats counted. */
struct source_day {
    str source;
    day day;
    uint64_t rows;
};
/* In the order source, day. */
errcode sightings_each_source_day(struct sightings *sightings, day from, day to,
                                  errcode (*each)(void *context, const struct source_day *row,
                                                  struct err *err),
                                  void *context, struct err *err);

/* What one source delivered of late: when its last input came, and the events of the inputs that
 * came on the day ON. In the order of their names. */
struct source_input {
    str source;
    usec last;
    uint64_t rows;
};
errcode sightings_each_source(struct sightings *sightings, day on,
                              errcode (*each)(void *context, const struct source_input *row,
                                              struct err *err),
                              void *context, struct err *err);

/* The archive path (below the folder) of each input that has events between FROM and TO. */
errcode sightings_each_input(struct sightings *sightings, day from, day to,
                             errcode (*each)(void *context, str path, struct err *err),
                             void *context, struct err *err);

/* What the operator knows about a source: from day ON its policy or coverage is another one
 * (STATE "policy-change"), or a gap is explained. One note a source and day ON; an empty TEXT
 * removes it. */
errcode sightings_note_set(struct sightings *sightings, str source, day on, str text,
                           struct err *err);
errcode sightings_each_note(struct sightings *sightings,
                            errcode (*each)(void *context, str source, day on, str text,
                                            struct err *err),
                            void *context, struct err *err);

/* Small named values of the installation ("demonstration", "ranking", "baseline.<name>"). */
errcode sightings_setting(struct sightings *sightings, const char *name, struct buf *ret,
                          struct err *err); /* empty when unset */
errcode sightings_set_setting(struct sightings *sightings, const char *name, str value,
                              struct err *err);

/* Malware names without a canonical family, with how many events they had, most first. */
errcode sightings_each_unknown(struct sightings *sightings,
                               errcode (*each)(void *context, str name, str source, uint64_t events,
                                               struct err *err),
                               void *context, struct err *err);

/* Writes the next var/snapshot/<n>.snap from the sets and the registry (var/networks) as of today,
 * and removes all but the newest three. HISTORY_DAYS: how far back sightings are listed. */
struct snapshot_plan {
    uint32_t window_days, history_days;
    bool demonstration;
};
errcode sightings_snapshot_build(struct sightings *sightings, const struct snapshot_plan *plan,
                                 char *ret_path, size_t path_size, struct err *err);
