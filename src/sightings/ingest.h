/* SPDX-License-Identifier: Apache-2.0 */
/* Ingest: archive first, then parse into sets in memory, then OR them into the stored sets in one
 * transaction together with the input's record. So a crash at any moment loses nothing that was
 * acknowledged, and adding an input twice, late or out of order changes nothing that it should
 * not. Replay does the same from the archive alone. */
#pragma once

#include "base/hash.h"
#include "sightings/sets.h"

struct ingest_options {
    const char *format;  /* forced feed format, or NULL */
    const char *source;  /* forced source name, or NULL */
    const char *columns; /* the generic CSV's column map, or NULL */
    const struct families *families;
    const struct network_map *networks; /* for attribution in the report; may be NULL */
    bool archive;                       /* false only in benchmarks: nothing is kept to replay */
    void *context;
    /* Rows of the input, or inputs of a replay, so far; TOTAL is 0 when unknown. May be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
};

/* What one input held. Lists are owned by the report. */
struct ingest_count {
    char class[48], family[104];
    uint64_t events, distinct;
};
struct ingest_refusal {
    uint64_t line; /* 0: the document as a whole was passed over */
    char document[96], reason[200];
};
struct ingest_report {
    char name[256], sha256[SHA256_TEXT], format[64];
    bool duplicate; /* this very input was there before; nothing was counted again */
    uint64_t documents, bytes, rows, events, refused, skipped;
    uint64_t without_address; /* events with nothing that a set could hold */
    uint64_t repeats;         /* events whose (key, address) this input had already */
    uint64_t added;           /* members that the stored sets did not have before */
    uint64_t unattributed;    /* addresses' events in no known network, where a registry is there */
    day first, last;          /* DAY_NONE without events */
    struct ingest_count *counts;
    size_t count_count;
    struct ingest_refusal *refusals; /* at most LIMIT_REFUSED_SHOWN */
    size_t refusal_count;
};
void ingest_report_clear(struct ingest_report *report);

/* One input given by path ("-" is standard input). On failure nothing of it is in the sets; if it
 * could be read at all it is in the archive. */
errcode ingest_file(struct sightings *sightings, const char *path,
                    const struct ingest_options *options, struct ingest_report *ret,
                    struct err *err);
/* The same for bytes at hand. NAME is the file name that formats are recognised by. */
errcode ingest_bytes(struct sightings *sightings, const char *name, str content,
                     const struct ingest_options *options, struct ingest_report *ret,
                     struct err *err);

struct replay_report {
    uint64_t inputs, damaged, refused;
    uint64_t sets, sets_repaired; /* stored sets that were missing, damaged or different */
};
/* Builds all sets from the archive again, beside the old ones, and swaps them in one transaction.
 * Damaged archive entries are reported through WARN and left out, their former sets are kept. */
errcode replay(struct sightings *sightings, const struct ingest_options *options,
               void (*warn)(void *context, const char *message), void *context,
               struct replay_report *ret, struct err *err);
/* Archived inputs whose record is missing (a crash came between) are ingested now. */
errcode ingest_pending(struct sightings *sightings, const struct ingest_options *options,
                       uint64_t *ret_count, struct err *err);
/* Checks every archive entry, stored set and the database; each fault goes to FAULT. */
errcode sightings_verify(struct sightings *sightings,
                         void (*fault)(void *context, const char *message), void *context,
                         uint64_t *ret_faults, struct err *err);
