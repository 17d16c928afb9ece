/* SPDX-License-Identifier: Apache-2.0 */
/* The record of inputs in SQL, and the one transaction that makes an input count. */
#include "sightings/ingest_internal.h"

#include "base/cleanup.h"

static void
bind_identity(struct statement *statement, const struct archive_entry *entry, const char *hash)
{
    store_bind_str(statement, 1, str_of(hash));
    store_bind_i64(statement, 2, day_of(entry->meta.received));
}

errcode
ingest_is_known(struct sightings *sightings, const struct sha256 *hash, day received,
                struct ingest_report *report, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT format, rows, events, first_day, last_day FROM input"
                                 " WHERE sha256 = ?1 AND failure = ''"
                                 " AND (undated = 0 OR received_day = ?2) LIMIT 1",
                                 &statement, err);
    if (code != OK)
        return code;
    char text[SHA256_TEXT];
    store_bind_str(statement, 1, str_of(sha256_format(hash, text)));
    store_bind_i64(statement, 2, received);
    bool more;
    code = store_step(statement, &more, err);
    if (code != OK || !more)
        return code;
    report->duplicate = true;
    str_copy(store_column_str(statement, 0), report->format, sizeof report->format);
    report->rows = (uint64_t)store_column_i64(statement, 1);
    report->events = (uint64_t)store_column_i64(statement, 2);
    if (!store_column_is_null(statement, 3)) {
        report->first = (day)store_column_i64(statement, 3);
        report->last = (day)store_column_i64(statement, 4);
    }
    return OK;
}

errcode
ingest_is_recorded(struct sightings *sightings, const struct archive_entry *entry, bool *ret,
                   struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT 1 FROM input WHERE sha256 = ?1 AND (received_day = ?2"
                                 " OR (undated = 0 AND failure = '')) LIMIT 1",
                                 &statement, err);
    if (code != OK)
        return code;
    char text[SHA256_TEXT];
    bind_identity(statement, entry, sha256_format(&entry->hash, text));
    return store_step(statement, ret, err);
}

/* Forgets what an earlier record said; of a dated input also the records of other days. */
static errcode
clear_earlier(struct sightings *sightings, const struct archive_entry *entry, const char *hash,
              bool all_days, struct err *err)
{
    static const char *const clears[] = {
        "DELETE FROM input_day WHERE sha256 = ?1 AND received_day = ?2",
        "DELETE FROM input_unknown WHERE sha256 = ?1 AND received_day = ?2",
        "DELETE FROM input_day WHERE sha256 = ?1 AND received_day <> ?2",
        "DELETE FROM input_unknown WHERE sha256 = ?1 AND received_day <> ?2",
        "DELETE FROM input WHERE sha256 = ?1 AND received_day <> ?2",
    };
    size_t count = all_days ? sizeof clears / sizeof *clears : 2;
    for (size_t i = 0; i < count; i++) {
        cleanup(cleanup_statement) struct statement *statement = NULL;
        errcode code = store_prepare(sightings->store, clears[i], &statement, err);
        if (code != OK)
            return code;
        bind_identity(statement, entry, hash);
        code = store_run(statement, err);
        if (code != OK)
            return code;
    }
    return OK;
}

static errcode
record_input(struct sightings *sightings, const struct archive_entry *entry, const char *hash,
             const struct batch *batch, const struct ingest_report *report, const char *failure,
             struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(
        sightings->store,
        "INSERT INTO input (sha256, received_day, path, name, format, received, bytes, rows,"
        " events, refused, first_day, last_day, undated, failure)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (sha256, received_day) DO UPDATE SET path = excluded.path,"
        " name = excluded.name, format = excluded.format, received = excluded.received,"
        " rows = excluded.rows, events = excluded.events, refused = excluded.refused,"
        " first_day = excluded.first_day, last_day = excluded.last_day,"
        " undated = excluded.undated, failure = excluded.failure",
        &statement, err);
    if (code != OK)
        return code;
    bind_identity(statement, entry, hash);
    store_bind_str(statement, 3, str_of(entry->path));
    store_bind_str(statement, 4, str_of(entry->meta.name));
    store_bind_str(statement, 5, str_of(report->format));
    store_bind_i64(statement, 6, entry->meta.received);
    store_bind_i64(statement, 7, (int64_t)entry->meta.bytes);
    store_bind_i64(statement, 8, (int64_t)report->rows);
    store_bind_i64(statement, 9, (int64_t)report->events);
    store_bind_i64(statement, 10, (int64_t)report->refused);
    if (report->first != DAY_NONE) {
        store_bind_i64(statement, 11, report->first);
        store_bind_i64(statement, 12, report->last);
    }
    store_bind_i64(statement, 13, batch && batch_totals(batch).undated);
    store_bind_str(statement, 14, str_of(failure));
    return store_run(statement, err);
}

static errcode
record_set(struct sightings *sightings, const struct archive_entry *entry, const char *hash,
           const struct batch_set *set, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "INSERT INTO input_day (sha256, received_day, source, day, rows)"
                                 " VALUES (?1, ?2, ?3, ?4, ?5)"
                                 " ON CONFLICT (sha256, received_day, source, day)"
                                 " DO UPDATE SET rows = rows + excluded.rows",
                                 &statement, err);
    if (code != OK)
        return code;
    bind_identity(statement, entry, hash);
    store_bind_str(statement, 3, set->key.source);
    store_bind_i64(statement, 4, set->key.day);
    store_bind_i64(statement, 5, (int64_t)set->events);
    return store_run(statement, err);
}

static errcode
record_unknown(struct sightings *sightings, const struct archive_entry *entry, const char *hash,
               const struct batch_set *set, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code =
        store_prepare(sightings->store,
                      "INSERT INTO input_unknown (sha256, received_day, name, source, events)"
                      " VALUES (?1, ?2, ?3, ?4, ?5)"
                      " ON CONFLICT (sha256, received_day, name, source)"
                      " DO UPDATE SET events = events + excluded.events",
                      &statement, err);
    if (code != OK)
        return code;
    bind_identity(statement, entry, hash);
    store_bind_str(statement, 3, set->key.family);
    store_bind_str(statement, 4, set->key.source);
    store_bind_i64(statement, 5, (int64_t)set->events);
    return store_run(statement, err);
}

errcode
ingest_record(struct sightings *sightings, const struct archive_entry *entry, struct batch *batch,
              const struct ingest_report *report, const char *failure, struct err *err)
{
    char hash[SHA256_TEXT];
    sha256_format(&entry->hash, hash);
    errcode code = record_input(sightings, entry, hash, batch, report, failure, err);
    if (code == OK)
        code = clear_earlier(sightings, entry, hash, batch && !batch_totals(batch).undated, err);
    for (size_t i = 0; code == OK && batch && i < batch_count(batch); i++) {
        const struct batch_set *set = batch_get(batch, i);
        code = record_set(sightings, entry, hash, set, err);
        if (code == OK && set->unknown_name)
            code = record_unknown(sightings, entry, hash, set, err);
    }
    return code;
}

static errcode
commit_within(struct sightings *sightings, const struct archive_entry *entry, struct batch *batch,
              struct ingest_report *report, struct err *err)
{
    /* Another ingest of the same input may have been quicker. */
    errcode code =
        ingest_is_known(sightings, &entry->hash, day_of(entry->meta.received), report, err);
    if (code != OK || report->duplicate)
        return code;
    for (size_t i = 0; code == OK && i < batch_count(batch); i++) {
        struct batch_set *set = batch_get(batch, i);
        code = set_merge(sightings, SETS_LIVE, &set->key, set->set, &report->added, err);
    }
    if (code == OK)
        code = ingest_record(sightings, entry, batch, report, "", err);
    if (code == OK && report->added > 0)
        code = generation_grow(sightings, err);
    return code;
}

errcode
ingest_commit(struct sightings *sightings, const struct archive_entry *entry, struct batch *batch,
              struct ingest_report *report, struct err *err)
{
    errcode code = store_begin(sightings->store, err);
    if (code != OK)
        return code;
    code = commit_within(sightings, entry, batch, report, err);
    if (code == OK)
        return store_commit(sightings->store, err);
    store_rollback(sightings->store);
    return code;
}

errcode
ingest_record_failure(struct sightings *sightings, const struct archive_entry *entry,
                      const struct ingest_report *report, const char *reason, struct err *err)
{
    errcode code = store_begin(sightings->store, err);
    if (code != OK)
        return code;
    code = ingest_record(sightings, entry, NULL, report, reason, err);
    if (code == OK)
        return store_commit(sightings->store, err);
    store_rollback(sightings->store);
    return code;
}
