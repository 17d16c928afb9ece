/* SPDX-License-Identifier: Apache-2.0 */
/* The stored sets in SQL. A row's checksum covers its key and its bytes, so that a set that ended
 * up under a wrong key is found too. */
#include "sightings/sets_internal.h"

#include "sightings/ipset_union.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

static const struct migration migrations[] = {
    {"sightings-1",
     "CREATE TABLE input ("
     "  sha256 TEXT NOT NULL, received_day INTEGER NOT NULL, path TEXT NOT NULL,"
     "  name TEXT NOT NULL, format TEXT NOT NULL, received INTEGER NOT NULL,"
     "  bytes INTEGER NOT NULL, rows INTEGER NOT NULL, events INTEGER NOT NULL,"
     "  refused INTEGER NOT NULL, first_day INTEGER, last_day INTEGER,"
     "  undated INTEGER NOT NULL, failure TEXT NOT NULL,"
     "  PRIMARY KEY (sha256, received_day)) STRICT, WITHOUT ROWID;"
     "CREATE TABLE input_day ("
     "  sha256 TEXT NOT NULL, received_day INTEGER NOT NULL, source TEXT NOT NULL,"
     "  day INTEGER NOT NULL, rows INTEGER NOT NULL,"
     "  PRIMARY KEY (sha256, received_day, source, day)) STRICT, WITHOUT ROWID;"
     "CREATE INDEX input_day_by_source ON input_day (source, day);"
     "CREATE INDEX input_day_by_day ON input_day (day);"
     "CREATE TABLE input_unknown ("
     "  sha256 TEXT NOT NULL, received_day INTEGER NOT NULL, name TEXT NOT NULL,"
     "  source TEXT NOT NULL, events INTEGER NOT NULL,"
     "  PRIMARY KEY (sha256, received_day, name, source)) STRICT, WITHOUT ROWID;"
     "CREATE TABLE sighting_set ("
     "  day INTEGER NOT NULL, class TEXT NOT NULL, family TEXT NOT NULL, source TEXT NOT NULL,"
     "  members INTEGER NOT NULL, checksum BLOB NOT NULL, addresses BLOB NOT NULL,"
     "  UNIQUE (day, class, family, source)) STRICT;"
     "CREATE TABLE source_note ("
     "  source TEXT NOT NULL, day INTEGER NOT NULL, text TEXT NOT NULL,"
     "  PRIMARY KEY (source, day)) STRICT, WITHOUT ROWID;"
     "CREATE TABLE setting ("
     "  name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"},
    {"sightings-2",
     "CREATE INDEX sighting_set_by_family ON sighting_set (class, family, day, source);"},
};
enum { MIGRATIONS = sizeof migrations / sizeof *migrations };

static errcode
no_data_yet(const char *folder, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND,
                   "there are no data in %s yet; begin with `khien ingest FILE`", folder);
}

errcode
sightings_open(const char *folder, bool write, struct sightings **ret, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = path_join(path, folder, "khien.db", err);
    if (code == OK && write)
        code = folder_make(folder, err);
    if (code != OK)
        return code;
    if (!write && !file_exists(path))
        return no_data_yet(folder, err);
    struct sightings *sightings = mem_calloc(1, sizeof *sightings);
    sightings->folder = mem_strndup(folder, strlen(folder));
    code = store_open(path, write, &sightings->store, err);
    if (code == OK)
        code = write ? store_migrate(sightings->store, "sightings", migrations, MIGRATIONS, err)
                     : store_expect(sightings->store, "sightings", MIGRATIONS, err);
    /* One that its first writer has not finished making holds as little as none. */
    if (!write && code == ERR_NOT_FOUND)
        code = no_data_yet(folder, err);
    if (code != OK) {
        sightings_close(sightings);
        return code;
    }
    *ret = sightings;
    return OK;
}

void
sightings_close(struct sightings *sightings)
{
    if (!sightings)
        return;
    store_close(sightings->store);
    free(sightings->folder);
    free(sightings);
}

const char *
sightings_folder(const struct sightings *sightings)
{
    return sightings->folder;
}

struct checksum
set_checksum(const struct set_key *key, str stored)
{
    struct {
        struct checksum content;
        uint64_t day, members, class, family, source;
    } parts = {
        .content = checksum_of(stored),
        .day = (uint64_t)(int64_t)key->day,
        .members = key->members,
        .class = checksum_of(str_of(event_class_name(key->class))).low,
        .family = checksum_of(key->family).low,
        .source = checksum_of(key->source).low,
    };
    return checksum_of((str){(const char *)&parts, sizeof parts});
}

/* What the WHERE clause of every query over sets is bound to. The second form, for one family, is
 * one that SQLite finds by its index. */
#define SET_WHERE                                                                                  \
    " WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR class = ?3)"                                  \
    " AND (?4 IS NULL OR family = ?4) AND (?5 IS NULL OR source = ?5)"
#define SET_WHERE_FAMILY                                                                           \
    " WHERE day BETWEEN ?1 AND ?2 AND class = ?3 AND family = ?4"                                  \
    " AND (?5 IS NULL OR source = ?5)"
#define SET_ORDER " ORDER BY day, class, family, source"

static void
bind_text_or_any(struct statement *statement, int at, str value)
{
    if (value.n)
        store_bind_str(statement, at, value);
    else
        store_bind_null(statement, at);
}

/* As 1 and 2; DAY_NONE is the first of all days. */
static void
bind_days(struct statement *statement, day from, day to)
{
    store_bind_i64(statement, 1, from);
    store_bind_i64(statement, 2, to == DAY_NONE ? INT32_MAX : to);
}

static void
bind_query(struct statement *statement, const struct set_query *query)
{
    bind_days(statement, query->from, query->to);
    bind_text_or_any(statement, 3,
                     query->class == CLASS_NONE ? (str){NULL, 0}
                                                : str_of(event_class_name(query->class)));
    bind_text_or_any(statement, 4, query->family);
    bind_text_or_any(statement, 5, query->source);
}

/* Columns 0 … 4: day, class, family, source, members. */
static struct set_key
key_of_row(struct statement *statement)
{
    return (struct set_key){
        .day = (day)store_column_i64(statement, 0),
        .class = event_class_find(store_column_str(statement, 1)),
        .family = store_column_str(statement, 2),
        .source = store_column_str(statement, 3),
        .members = (uint64_t)store_column_i64(statement, 4),
    };
}

static errcode
set_damaged(const struct set_key *key, const char *why, struct err *err)
{
    char text[DAY_TEXT];
    return err_set(err, ERR_CORRUPT,
                   "the stored set of %s, %s, family %.*s, source %.*s is damaged (%s); "
                   "`khien replay` builds it again",
                   day_format(key->day, text), event_class_name(key->class), STR_ARG(key->family),
                   STR_ARG(key->source), why);
}

/* Columns 5 and 6 of the row: checksum and addresses. The view lives until the next step. */
static errcode
stored_of_row(struct statement *statement, const struct set_key *key, str *ret, struct err *err)
{
    str sum = store_column_blob(statement, 5), stored = store_column_blob(statement, 6);
    struct checksum now = set_checksum(key, stored);
    if (sum.n != sizeof now || memcmp(sum.p, &now, sizeof now) != 0)
        return set_damaged(key, "its checksum does not match", err);
    *ret = stored;
    return OK;
}

static errcode
set_of_row(struct statement *statement, const struct set_key *key, struct ipset **ret,
           struct err *err)
{
    str stored;
    errcode code = stored_of_row(statement, key, &stored, err);
    if (code != OK)
        return code;
    struct err why;
    struct ipset *set;
    if (ipset_load(stored, &set, &why) != OK)
        return set_damaged(key, why.text, err);
    *ret = set;
    return OK;
}

errcode
sightings_each(struct sightings *sightings, const struct set_query *query,
               errcode (*each)(void *context, const struct set_key *key, const struct ipset *set,
                               struct err *err),
               void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    bool one_family = query->class != CLASS_NONE && query->family.n > 0;
    errcode code =
        store_prepare(sightings->store,
                      one_family ? "SELECT day, class, family, source, members, checksum, addresses"
                                   " FROM sighting_set" SET_WHERE_FAMILY SET_ORDER
                                 : "SELECT day, class, family, source, members, checksum, addresses"
                                   " FROM sighting_set" SET_WHERE SET_ORDER,
                      &statement, err);
    if (code != OK)
        return code;
    bind_query(statement, query);
    bool more;
    while ((code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        struct ipset *set;
        code = set_of_row(statement, &key, &set, err);
        if (code != OK)
            return code;
        code = each(context, &key, set, err);
        ipset_free(set);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sightings_each_key(struct sightings *sightings, const struct set_query *query,
                   errcode (*each)(void *context, const struct set_key *key, struct err *err),
                   void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT day, class, family, source, members"
                                 " FROM sighting_set" SET_WHERE SET_ORDER,
                                 &statement, err);
    if (code != OK)
        return code;
    bind_query(statement, query);
    bool more;
    while ((code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        code = each(context, &key, err);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sets_each_checksum(struct sightings *sightings, const struct set_query *query,
                   errcode (*each)(void *context, const struct set_key *key, struct checksum sum,
                                   struct err *err),
                   void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT day, class, family, source, members, checksum"
                                 " FROM sighting_set" SET_WHERE SET_ORDER,
                                 &statement, err);
    if (code != OK)
        return code;
    bind_query(statement, query);
    bool more;
    while ((code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        struct checksum sum;
        str stored = store_column_blob(statement, 5);
        if (stored.n != sizeof sum)
            return set_damaged(&key, "its checksum is none", err);
        memcpy(&sum, stored.p, sizeof sum);
        code = each(context, &key, sum, err);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sightings_union(struct sightings *sightings, const struct set_query *query, struct ipset **ret,
                struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    bool one_family = query->class != CLASS_NONE && query->family.n > 0;
    errcode code =
        store_prepare(sightings->store,
                      one_family ? "SELECT day, class, family, source, members, checksum, addresses"
                                   " FROM sighting_set" SET_WHERE_FAMILY
                                 : "SELECT day, class, family, source, members, checksum, addresses"
                                   " FROM sighting_set" SET_WHERE,
                      &statement, err);
    if (code != OK)
        return code;
    bind_query(statement, query);
    struct ipset_union *all = ipset_union_new();
    bool more;
    while (code == OK && (code = store_step(statement, &more, err)) == OK && more) {
        struct set_key key = key_of_row(statement);
        str stored;
        struct err why;
        code = stored_of_row(statement, &key, &stored, err);
        if (code == OK && ipset_union_add(all, stored, &why) != OK)
            code = set_damaged(&key, why.text, err);
    }
    if (code != OK) {
        ipset_union_free(all);
        return code;
    }
    *ret = ipset_union_finish(all);
    return OK;
}

errcode
sightings_days(struct sightings *sightings, const struct set_query *query, day *ret_first,
               day *ret_last, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(
        sightings->store, "SELECT min(day), max(day) FROM sighting_set" SET_WHERE, &statement, err);
    if (code != OK)
        return code;
    bind_query(statement, query);
    bool more;
    code = store_step(statement, &more, err);
    if (code != OK)
        return code;
    bool none = store_column_is_null(statement, 0);
    *ret_first = none ? DAY_NONE : (day)store_column_i64(statement, 0);
    *ret_last = none ? DAY_NONE : (day)store_column_i64(statement, 1);
    return OK;
}

errcode
sightings_each_source_day(struct sightings *sightings, day from, day to,
                          errcode (*each)(void *context, const struct source_day *row,
                                          struct err *err),
                          void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT source, day, sum(rows) FROM input_day"
                                 " WHERE day BETWEEN ?1 AND ?2"
                                 " GROUP BY source, day ORDER BY source, day",
                                 &statement, err);
    if (code != OK)
        return code;
    bool more;
    bind_days(statement, from, to);
    while ((code = store_step(statement, &more, err)) == OK && more) {
        struct source_day row = {
            .source = store_column_str(statement, 0),
            .day = (day)store_column_i64(statement, 1),
            .rows = (uint64_t)store_column_i64(statement, 2),
        };
        code = each(context, &row, err);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sightings_each_source(struct sightings *sightings, day on,
                      errcode (*each)(void *context, const struct source_input *row,
                                      struct err *err),
                      void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT source, max(received),"
                                 " sum(CASE WHEN received_day = ?1 THEN input_day.rows ELSE 0 END)"
                                 " FROM input_day JOIN input USING (sha256, received_day)"
                                 " GROUP BY source ORDER BY source",
                                 &statement, err);
    if (code != OK)
        return code;
    bool more;
    store_bind_i64(statement, 1, on);
    while ((code = store_step(statement, &more, err)) == OK && more) {
        struct source_input row = {
            .source = store_column_str(statement, 0),
            .last = store_column_i64(statement, 1),
            .rows = (uint64_t)store_column_i64(statement, 2),
        };
        code = each(context, &row, err);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sightings_each_input(struct sightings *sightings, day from, day to,
                     errcode (*each)(void *context, str path, struct err *err), void *context,
                     struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code =
        store_prepare(sightings->store,
                      "SELECT path FROM input WHERE failure = '' AND first_day IS NOT NULL"
                      " AND last_day >= ?1 AND first_day <= ?2"
                      " ORDER BY path",
                      &statement, err);
    if (code != OK)
        return code;
    bool more;
    bind_days(statement, from, to);
    while ((code = store_step(statement, &more, err)) == OK && more) {
        code = each(context, store_column_str(statement, 0), err);
        if (code != OK)
            return code;
    }
    return code;
}

errcode
sightings_note_set(struct sightings *sightings, str source, day on, str text, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = text.n ? store_prepare(sightings->store,
                                          "INSERT INTO source_note (source, day, text)"
                                          " VALUES (?1, ?2, ?3) ON CONFLICT (source, day)"
                                          " DO UPDATE SET text = excluded.text",
                                          &statement, err)
                          : store_prepare(sightings->store,
                                          "DELETE FROM source_note WHERE source = ?1 AND day = ?2",
                                          &statement, err);
    if (code != OK)
        return code;
    store_bind_str(statement, 1, source);
    store_bind_i64(statement, 2, on);
    if (text.n)
        store_bind_str(statement, 3, text);
    return store_run(statement, err);
}

errcode
sightings_each_note(struct sightings *sightings,
                    errcode (*each)(void *context, str source, day on, str text, struct err *err),
                    void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT source, day, text FROM source_note ORDER BY source, day",
                                 &statement, err);
    bool more;
    while (code == OK && (code = store_step(statement, &more, err)) == OK && more)
        code = each(context, store_column_str(statement, 0), (day)store_column_i64(statement, 1),
                    store_column_str(statement, 2), err);
    return code;
}

errcode
sightings_setting(struct sightings *sightings, const char *name, struct buf *ret, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store, "SELECT value FROM setting WHERE name = ?1",
                                 &statement, err);
    if (code != OK)
        return code;
    store_bind_str(statement, 1, str_of(name));
    bool more;
    code = store_step(statement, &more, err);
    if (code != OK)
        return code;
    buf_reset(ret);
    if (more)
        buf_str(ret, store_column_str(statement, 0));
    return buf_check(ret, name, err);
}

errcode
sightings_set_setting(struct sightings *sightings, const char *name, str value, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "INSERT INTO setting (name, value) VALUES (?1, ?2)"
                                 " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                 &statement, err);
    if (code != OK)
        return code;
    store_bind_str(statement, 1, str_of(name));
    store_bind_str(statement, 2, value);
    return store_run(statement, err);
}

errcode
sightings_generation(struct sightings *sightings, uint64_t *ret, struct err *err)
{
    cleanup(buf_clear) struct buf value = BUF(32);
    errcode code = sightings_setting(sightings, "generation", &value, err);
    if (code != OK)
        return code;
    uint64_t generation = 0;
    if (value.n && !str_to_u64(buf_view(&value), INT64_MAX, &generation))
        return err_set(err, ERR_CORRUPT, "the generation of the stored sets is no number");
    *ret = generation;
    return OK;
}

errcode
sightings_each_unknown(struct sightings *sightings,
                       errcode (*each)(void *context, str name, str source, uint64_t events,
                                       struct err *err),
                       void *context, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store,
                                 "SELECT name, source, sum(events) AS total FROM input_unknown"
                                 " GROUP BY name, source ORDER BY total DESC, name, source",
                                 &statement, err);
    bool more;
    while (code == OK && (code = store_step(statement, &more, err)) == OK && more)
        code = each(context, store_column_str(statement, 0), store_column_str(statement, 1),
                    (uint64_t)store_column_i64(statement, 2), err);
    return code;
}

/* Writing, for ingest and replay; all inside the caller's transaction. */

static const char *
select_one(enum set_table table)
{
    return table == SETS_LIVE
               ? "SELECT day, class, family, source, members, checksum, addresses FROM "
                 "sighting_set WHERE day = ?1 AND class = ?2 AND family = ?3 AND source = ?4"
               : "SELECT day, class, family, source, members, checksum, addresses FROM "
                 "replay_set WHERE day = ?1 AND class = ?2 AND family = ?3 AND source = ?4";
}

static const char *
upsert_one(enum set_table table)
{
    return table == SETS_LIVE
               ? "INSERT INTO sighting_set (day, class, family, source, members, checksum,"
                 " addresses) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                 " ON CONFLICT (day, class, family, source) DO UPDATE SET"
                 " members = excluded.members, checksum = excluded.checksum,"
                 " addresses = excluded.addresses"
               : "INSERT INTO replay_set (day, class, family, source, members, checksum,"
                 " addresses) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                 " ON CONFLICT (day, class, family, source) DO UPDATE SET"
                 " members = excluded.members, checksum = excluded.checksum,"
                 " addresses = excluded.addresses";
}

static void
bind_key(struct statement *statement, const struct set_key *key)
{
    store_bind_i64(statement, 1, key->day);
    store_bind_str(statement, 2, str_of(event_class_name(key->class)));
    store_bind_str(statement, 3, key->family);
    store_bind_str(statement, 4, key->source);
}

errcode
set_load(struct sightings *sightings, enum set_table table, const struct set_key *key,
         struct ipset **ret, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(sightings->store, select_one(table), &statement, err);
    if (code != OK)
        return code;
    bind_key(statement, key);
    bool more;
    code = store_step(statement, &more, err);
    if (code != OK)
        return code;
    if (!more) {
        *ret = NULL;
        return OK;
    }
    struct set_key stored = key_of_row(statement);
    return set_of_row(statement, &stored, ret, err);
}

errcode
set_save(struct sightings *sightings, enum set_table table, struct set_key *key,
         const struct ipset *set, struct err *err)
{
    cleanup(buf_clear) struct buf stored = BUF((size_t)900 << 20);
    errcode code = ipset_store(set, &stored, err);
    if (code != OK)
        return code;
    key->members = ipset_count(set);
    struct checksum sum = set_checksum(key, buf_view(&stored));
    cleanup(cleanup_statement) struct statement *statement = NULL;
    code = store_prepare(sightings->store, upsert_one(table), &statement, err);
    if (code != OK)
        return code;
    bind_key(statement, key);
    store_bind_i64(statement, 5, (int64_t)key->members);
    store_bind_blob(statement, 6, (str){(const char *)&sum, sizeof sum});
    store_bind_blob(statement, 7, buf_view(&stored));
    return store_run(statement, err);
}

errcode
set_merge(struct sightings *sightings, enum set_table table, struct set_key *key,
          const struct ipset *set, uint64_t *ret_added, struct err *err)
{
    cleanup(cleanup_ipset) struct ipset *stored = NULL;
    errcode code = set_load(sightings, table, key, &stored, err);
    if (code != OK)
        return code;
    if (!stored) {
        *ret_added += ipset_count(set);
        return set_save(sightings, table, key, set, err);
    }
    uint64_t fresh = ipset_andnot_count(set, stored);
    if (fresh == 0)
        return OK;
    *ret_added += fresh;
    ipset_or(stored, set);
    return set_save(sightings, table, key, stored, err);
}

errcode
generation_grow(struct sightings *sightings, struct err *err)
{
    uint64_t generation = 0;
    errcode code = sightings_generation(sightings, &generation, err);
    if (code != OK)
        return code;
    cleanup(buf_clear) struct buf value = BUF(32);
    buf_u64(&value, generation + 1);
    return sightings_set_setting(sightings, "generation", buf_view(&value), err);
}
