/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: the same sets from the archive alone. They grow in a second table, input by input, and
 * take the live table's place in one transaction. Where an archive entry is damaged its sets cannot
 * be built again, so what was stored is then kept by OR. */
#include "sightings/ingest_internal.h"

#include "base/cleanup.h"
#include "sightings/lock.h"

struct replay_run {
    struct sightings *sightings;
    const struct ingest_options *options;
    void (*warn)(void *context, const char *message);
    void *context;
    struct replay_report *report;
};

static void
warn(const struct replay_run *run, const char *message)
{
    if (run->warn)
        run->warn(run->context, message);
}

/* Notes that this entry of the archive was read, inside the caller's transaction if there is one.
 */
static errcode
note_replayed(struct replay_run *run, const struct archive_entry *entry, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(run->sightings->store,
                                 "INSERT OR IGNORE INTO replay_input (sha256, received_day)"
                                 " VALUES (?1, ?2)",
                                 &statement, err);
    if (code != OK)
        return code;
    char text[SHA256_TEXT];
    store_bind_str(statement, 1, str_of(sha256_format(&entry->hash, text)));
    store_bind_i64(statement, 2, day_of(entry->meta.received));
    return store_run(statement, err);
}

static errcode
merge_replayed(struct replay_run *run, const struct archive_entry *entry, struct batch *batch,
               const struct ingest_report *report, struct err *err)
{
    errcode code = store_begin(run->sightings->store, err);
    if (code != OK)
        return code;
    uint64_t added = 0;
    for (size_t i = 0; code == OK && i < batch_count(batch); i++) {
        struct batch_set *set = batch_get(batch, i);
        code = set_merge(run->sightings, SETS_REPLAY, &set->key, set->set, &added, err);
    }
    if (code == OK)
        code = ingest_record(run->sightings, entry, batch, report, "", err);
    if (code == OK)
        code = note_replayed(run, entry, err);
    if (code == OK)
        return store_commit(run->sightings->store, err);
    store_rollback(run->sightings->store);
    return code;
}

/* Parses one intact entry again and merges it beside the live sets. */
static errcode
replay_content(struct replay_run *run, const struct archive_entry *entry, str content,
               struct err *err)
{
    struct ingest_report report = {.first = DAY_NONE, .last = DAY_NONE};
    struct batch *batch =
        batch_new(run->options->families, run->options->networks, entry->meta.received);
    struct err why;
    errcode code = ingest_parse(content, &entry->meta, run->options, run->sightings->folder, batch,
                                &report, &why);
    if (code == OK) {
        ingest_count_batch(batch, &report);
        code = merge_replayed(run, entry, batch, &report, err);
    } else if (!ingest_is_at_fault(code)) {
        err_set(err, code, "%s", why.text);
    } else {
        run->report->refused++;
        warn(run, why.text);
        code = ingest_record_failure(run->sightings, entry, &report, why.text, err);
        if (code == OK)
            code = note_replayed(run, entry, err);
    }
    ingest_report_clear(&report);
    batch_free(batch);
    return code;
}

static errcode
replay_entry(void *context, const char *path, struct err *err)
{
    struct replay_run *run = context;
    struct archive_entry entry;
    struct archive_content *content;
    struct err why;
    errcode code = archive_open(run->sightings->folder, path, &entry, &content, &why);
    if (code == ERR_CORRUPT) {
        run->report->damaged++;
        warn(run, why.text);
        return OK;
    }
    if (code != OK)
        return err_set(err, code, "%s", why.text);
    run->report->inputs++;
    code = replay_content(run, &entry, archive_bytes(content), err);
    archive_close(content);
    if (code == OK && run->options->progress)
        run->options->progress(run->options->context, run->report->inputs, 0);
    return code;
}

static errcode
make_tables(struct sightings *sightings, struct err *err)
{
    return store_exec(sightings->store,
                      "DROP TABLE IF EXISTS replay_set;"
                      "DROP TABLE IF EXISTS replay_input;"
                      "CREATE TABLE replay_input ("
                      "  sha256 TEXT NOT NULL, received_day INTEGER NOT NULL,"
                      "  PRIMARY KEY (sha256, received_day)) STRICT, WITHOUT ROWID;"
                      "CREATE TABLE replay_set ("
                      "  day INTEGER NOT NULL, class TEXT NOT NULL, family TEXT NOT NULL,"
                      "  source TEXT NOT NULL, members INTEGER NOT NULL, checksum BLOB NOT NULL,"
                      "  addresses BLOB NOT NULL,"
                      "  UNIQUE (day, class, family, source)) STRICT",
                      err);
}

/* Columns 0 … 3: day, class, family, source. */
static struct set_key
key_of_row(struct statement *statement)
{
    return (struct set_key){
        .day = (day)store_column_i64(statement, 0),
        .class = event_class_find(store_column_str(statement, 1)),
        .family = store_column_str(statement, 2),
        .source = store_column_str(statement, 3),
    };
}

/* A damaged stored set holds nothing that could be kept. */
static errcode
keep_stored(struct replay_run *run, struct err *err)
{
    struct sightings *sightings = run->sightings;
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(
        sightings->store, "SELECT day, class, family, source FROM sighting_set", &statement, err);
    bool more;
    while (code == OK && (code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        cleanup(cleanup_ipset) struct ipset *set = NULL;
        struct err why;
        errcode loaded = set_load(sightings, SETS_LIVE, &key, &set, &why);
        uint64_t added = 0;
        if (loaded == ERR_CORRUPT)
            warn(run, why.text);
        else if (loaded != OK)
            code = err_set(err, loaded, "%s", why.text);
        else if (set)
            code = set_merge(sightings, SETS_REPLAY, &key, set, &added, err);
    }
    return code;
}

/* An input whose entry is gone or damaged must not pass for known when it comes again. Where sets
 * were kept, so is what is known about their sources. */
static errcode
forget_inputs(struct replay_run *run, struct err *err)
{
    static const char gone[] = "DELETE FROM input WHERE (sha256, received_day) NOT IN"
                               " (SELECT sha256, received_day FROM replay_input);"
                               "DELETE FROM input_day WHERE (sha256, received_day) NOT IN"
                               " (SELECT sha256, received_day FROM input);"
                               "DELETE FROM input_unknown WHERE (sha256, received_day) NOT IN"
                               " (SELECT sha256, received_day FROM input)";
    static const char kept[] = "UPDATE input SET failure = 'its archive entry is damaged or gone'"
                               " WHERE failure = '' AND (sha256, received_day) NOT IN"
                               " (SELECT sha256, received_day FROM replay_input)";
    return store_exec(run->sightings->store, run->report->damaged ? kept : gone, err);
}

static errcode
count_rows(struct sightings *sightings, const char *sql, uint64_t *ret, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store, sql, &statement, err);
    bool more;
    if (code == OK)
        code = store_step(statement, &more, err);
    if (code == OK)
        *ret = (uint64_t)store_column_i64(statement, 0);
    return code;
}

static errcode
swap_within(struct replay_run *run, struct err *err)
{
    struct sightings *sightings = run->sightings;
    errcode code = OK;
    if (run->report->damaged > 0)
        code = keep_stored(run, err);
    if (code == OK)
        code = forget_inputs(run, err);
    if (code == OK)
        code = count_rows(sightings, "SELECT count(*) FROM replay_set", &run->report->sets, err);
    if (code == OK)
        code = count_rows(sightings,
                          "SELECT (SELECT count(*) FROM replay_set r LEFT JOIN sighting_set s"
                          " USING (day, class, family, source) WHERE s.addresses IS NULL"
                          " OR s.addresses <> r.addresses OR s.checksum <> r.checksum"
                          " OR s.members <> r.members)"
                          " + (SELECT count(*) FROM sighting_set s LEFT JOIN replay_set r"
                          " USING (day, class, family, source) WHERE r.day IS NULL)",
                          &run->report->sets_repaired, err);
    if (code == OK)
        code = store_exec(sightings->store,
                          "DELETE FROM sighting_set;"
                          "INSERT INTO sighting_set SELECT * FROM replay_set"
                          " ORDER BY day, class, family, source",
                          err);
    if (code == OK && run->report->sets_repaired > 0)
        code = generation_grow(sightings, err);
    return code;
}

static errcode
swap_tables(struct replay_run *run, struct err *err)
{
    struct store *store = run->sightings->store;
    errcode code = store_begin(store, err);
    if (code != OK)
        return code;
    code = swap_within(run, err);
    if (code == OK)
        code = store_commit(store, err);
    if (code != OK)
        store_rollback(store);
    return code;
}

errcode
replay(struct sightings *sightings, const struct ingest_options *options,
       void (*warn_with)(void *context, const char *message), void *context,
       struct replay_report *ret, struct err *err)
{
    struct replay_report report = {0};
    struct replay_run run = {.sightings = sightings,
                             .options = options,
                             .warn = warn_with,
                             .context = context,
                             .report = &report};
    cleanup(cleanup_close) int lock = -1;
    errcode code = lock_take(sightings->folder, "lock", LOCK_ALONE, &lock, err);
    if (code == OK)
        code = make_tables(sightings, err);
    if (code == OK)
        code = archive_each(sightings->folder, replay_entry, &run, err);
    if (code == OK)
        code = swap_tables(&run, err);
    struct err ignored;
    errcode dropped = store_exec(sightings->store,
                                 "DROP TABLE IF EXISTS replay_set;"
                                 "DROP TABLE IF EXISTS replay_input",
                                 code == OK ? err : &ignored);
    if (code == OK)
        code = dropped;
    if (code == OK)
        *ret = report;
    return code;
}

static errcode
ingest_if_pending(void *context, const char *path, struct err *err)
{
    struct replay_run *run = context;
    struct archive_entry entry;
    bool recorded;
    if (!archive_identify(path, &entry))
        return OK;
    errcode code = ingest_is_recorded(run->sightings, &entry, &recorded, err);
    if (code != OK || recorded)
        return code;
    struct archive_content *content;
    struct err why;
    code = archive_open(run->sightings->folder, path, &entry, &content, &why);
    if (code == ERR_CORRUPT) {
        run->report->damaged++;
        return OK;
    }
    if (code != OK)
        return err_set(err, code, "%s", why.text);
    struct ingest_report report = {.first = DAY_NONE, .last = DAY_NONE};
    code =
        ingest_entry(run->sightings, &entry, archive_bytes(content), run->options, &report, &why);
    archive_close(content);
    ingest_report_clear(&report);
    if (code == ERR_IO || code == ERR_NO_SPACE || code == ERR_BUSY)
        return err_set(err, code, "%s", why.text);
    run->report->inputs += code == OK;
    return OK;
}

errcode
ingest_pending(struct sightings *sightings, const struct ingest_options *options,
               uint64_t *ret_count, struct err *err)
{
    struct replay_report report = {0};
    struct replay_run run = {.sightings = sightings, .options = options, .report = &report};
    cleanup(cleanup_close) int lock = -1;
    errcode code = lock_take(sightings->folder, "lock", LOCK_SHARED, &lock, err);
    if (code == OK)
        code = archive_each(sightings->folder, ingest_if_pending, &run, err);
    if (code == OK)
        *ret_count = report.inputs;
    return code;
}

struct fault_count {
    const char *folder;
    void (*fault)(void *context, const char *message);
    void *context;
    uint64_t count;
};

static errcode
verify_entry(void *context, const char *path, struct err *err)
{
    struct fault_count *faults = context;
    struct archive_entry entry;
    struct err why;
    errcode code = archive_check(faults->folder, path, &entry, &why);
    if (code == OK)
        return OK;
    if (code != ERR_CORRUPT)
        return err_set(err, code, "%s", why.text);
    faults->count++;
    faults->fault(faults->context, why.text);
    return OK;
}

static errcode
verify_sets(struct sightings *sightings, struct fault_count *faults, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(
        sightings->store, "SELECT day, class, family, source FROM sighting_set", &statement, err);
    bool more;
    while (code == OK && (code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        struct ipset *set = NULL;
        struct err why;
        errcode loaded = set_load(sightings, SETS_LIVE, &key, &set, &why);
        if (loaded == OK && !set)
            loaded = err_set(&why, ERR_CORRUPT,
                             "a stored set has the class '%.*s', which does not exist; "
                             "`khien replay` builds the sets again",
                             STR_ARG(store_column_str(statement, 1)));
        if (loaded != OK) {
            faults->count++;
            faults->fault(faults->context, why.text);
        }
        ipset_free(set);
    }
    return code;
}

errcode
sightings_verify(struct sightings *sightings, void (*fault)(void *context, const char *message),
                 void *context, uint64_t *ret_faults, struct err *err)
{
    struct fault_count faults = {sightings->folder, fault, context, 0};
    struct err why;
    if (store_check(sightings->store, &why) != OK) {
        faults.count++;
        fault(context, why.text);
    }
    errcode code = verify_sets(sightings, &faults, err);
    if (code == OK)
        code = archive_each(sightings->folder, verify_entry, &faults, err);
    if (code == OK)
        *ret_faults = faults.count;
    return code;
}
