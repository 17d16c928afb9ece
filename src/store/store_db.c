/* SPDX-License-Identifier: Apache-2.0 */
/* The SQL interface over SQLite: WAL so that readers never wait, synchronous=FULL so that a commit
 * that returned is on the disk. */
#include "store/store.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

enum { CACHED = 64, WAIT_MS = 60000, STEP_MS = 10 };

struct statement {
    struct store *store;
    sqlite3_stmt *prepared;
    const char *sql; /* the caller's literal, compared by its address */
    bool in_use, cached;
};

struct store {
    sqlite3 *db;
    char *path;
    struct statement cache[CACHED];
};

static errcode
fail(struct store *store, const char *what, struct err *err)
{
    int code = sqlite3_errcode(store->db);
    const char *words = sqlite3_errmsg(store->db);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "%s is in use by another process; try again", store->path);
    case SQLITE_FULL:
        return err_set(err, ERR_NO_SPACE, "cannot %s in %s: the disk is full", what, store->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_CORRUPT, "%s is damaged (%s); move it away and run `khien replay`",
                       store->path, words);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return err_set(err, ERR_DENIED, "cannot %s in %s: %s", what, store->path, words);
    case SQLITE_CANTOPEN:
        return err_set(err, ERR_NOT_FOUND, "cannot open %s: %s", store->path, words);
    default:
        return err_set(err, ERR_IO, "cannot %s in %s: %s", what, store->path, words);
    }
}

errcode
store_exec(struct store *store, const char *sql, struct err *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(store, "run a statement", err);
    return OK;
}

/* SQLite itself would make it readable by everybody. One that is there is not touched: to close it
 * would drop the locks that another connection of this process has on it. */
static errcode
make_file(const char *path, struct err *err)
{
    cleanup(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    return fd < 0 && errno != EEXIST ? err_set_errno(err, "cannot open %s", path) : OK;
}

/* Two that both begin to use WAL are told at once that the other is busy: SQLite does not wait. */
static errcode
begin_wal(struct store *store, struct err *err)
{
    for (int waited = 0;; waited += STEP_MS) {
        errcode code = store_exec(store, "PRAGMA page_size=16384; PRAGMA journal_mode=WAL", err);
        if (code != ERR_BUSY || waited >= WAIT_MS)
            return code;
        sqlite3_sleep(STEP_MS);
    }
}

errcode
store_open(const char *path, bool write, struct store **ret, struct err *err)
{
    errcode code = write ? make_file(path, err) : OK;
    if (code != OK)
        return code;
    struct store *store = mem_calloc(1, sizeof *store);
    store->path = mem_strndup(path, strlen(path));
    int opened =
        sqlite3_open_v2(path, &store->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL);
    if (opened != SQLITE_OK && !write) {
        /* A reader without write permission: WAL then needs an existing -shm or no writer. */
        sqlite3_close(store->db);
        opened =
            sqlite3_open_v2(path, &store->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY, NULL);
    }
    if (opened != SQLITE_OK)
        code = fail(store, "open the database", err);
    if (code == OK) {
        sqlite3_extended_result_codes(store->db, 1);
        sqlite3_busy_timeout(store->db, WAIT_MS);
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        code = write ? begin_wal(store, err) : OK;
    }
    if (code == OK)
        /* The log shrinks again after a replay, which writes all sets at once. */
        code = store_exec(store,
                          write ? "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;"
                                  "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                                : "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;",
                          err);
    if (code != OK) {
        store_close(store);
        return code;
    }
    *ret = store;
    return OK;
}

void
store_close(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < CACHED; i++)
        sqlite3_finalize(store->cache[i].prepared);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

errcode
store_prepare(struct store *store, const char *sql, struct statement **ret, struct err *err)
{
    struct statement *slot = NULL;
    for (size_t i = 0; i < CACHED; i++) {
        struct statement *candidate = &store->cache[i];
        if (candidate->sql == sql && !candidate->in_use) {
            candidate->in_use = true;
            *ret = candidate;
            return OK;
        }
        if (!candidate->sql)
            slot = candidate;
    }
    sqlite3_stmt *prepared;
    unsigned flags = slot ? SQLITE_PREPARE_PERSISTENT : 0;
    if (sqlite3_prepare_v3(store->db, sql, -1, flags, &prepared, NULL) != SQLITE_OK)
        return fail(store, "prepare a statement", err);
    bool cached = slot != NULL;
    if (!slot)
        slot = mem_alloc(sizeof *slot);
    *slot = (struct statement){store, prepared, sql, true, cached};
    *ret = slot;
    return OK;
}

void
store_done(struct statement *statement)
{
    if (!statement)
        return;
    if (statement->cached) {
        sqlite3_reset(statement->prepared);
        sqlite3_clear_bindings(statement->prepared);
        statement->in_use = false;
        return;
    }
    sqlite3_finalize(statement->prepared);
    free(statement);
}

errcode
store_begin(struct store *store, struct err *err)
{
    return store_exec(store, "BEGIN IMMEDIATE", err);
}

errcode
store_begin_read(struct store *store, struct err *err)
{
    return store_exec(store, "BEGIN DEFERRED", err);
}

errcode
store_commit(struct store *store, struct err *err)
{
    errcode code = store_exec(store, "COMMIT", err);
    if (code != OK)
        store_rollback(store);
    return code;
}

void
store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

void
store_bind_i64(struct statement *statement, int at, int64_t value)
{
    require(sqlite3_bind_int64(statement->prepared, at, value) == SQLITE_OK);
}

void
store_bind_str(struct statement *statement, int at, str value)
{
    require(sqlite3_bind_text64(statement->prepared, at, value.p ? value.p : "", value.n,
                                SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void
store_bind_blob(struct statement *statement, int at, str value)
{
    require(sqlite3_bind_blob64(statement->prepared, at, value.p ? value.p : "", value.n,
                                SQLITE_STATIC) == SQLITE_OK);
}

void
store_bind_null(struct statement *statement, int at)
{
    require(sqlite3_bind_null(statement->prepared, at) == SQLITE_OK);
}

errcode
store_step(struct statement *statement, bool *ret_more, struct err *err)
{
    int result = sqlite3_step(statement->prepared);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return fail(statement->store, "read or write", err);
    *ret_more = result == SQLITE_ROW;
    return OK;
}

errcode
store_run(struct statement *statement, struct err *err)
{
    bool more;
    errcode code = store_step(statement, &more, err);
    sqlite3_reset(statement->prepared);
    return code;
}

int64_t
store_column_i64(struct statement *statement, int at)
{
    return sqlite3_column_int64(statement->prepared, at);
}

str
store_column_str(struct statement *statement, int at)
{
    const char *p = (const char *)sqlite3_column_text(statement->prepared, at);
    return (str){p, (size_t)sqlite3_column_bytes(statement->prepared, at)};
}

str
store_column_blob(struct statement *statement, int at)
{
    const char *p = sqlite3_column_blob(statement->prepared, at);
    return (str){p, (size_t)sqlite3_column_bytes(statement->prepared, at)};
}

bool
store_column_is_null(struct statement *statement, int at)
{
    return sqlite3_column_type(statement->prepared, at) == SQLITE_NULL;
}

/* How many steps of PART are in the database. */
static errcode
applied_steps(struct store *store, const char *part, size_t *ret, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code =
        store_prepare(store, "SELECT count(*) FROM migration WHERE part = ?1", &statement, err);
    if (code != OK)
        return code;
    store_bind_str(statement, 1, str_of(part));
    bool more;
    code = store_step(statement, &more, err);
    if (code == OK)
        *ret = (size_t)store_column_i64(statement, 0);
    return code;
}

static errcode
apply_step(struct store *store, const char *part, size_t number, const struct migration *step,
           struct err *err)
{
    errcode code = store_exec(store, step->sql, err);
    if (code != OK)
        return err_prefix(err, "migration %s", step->name);
    cleanup(cleanup_statement) struct statement *statement = NULL;
    code = store_prepare(store, "INSERT INTO migration (part, number, name) VALUES (?1, ?2, ?3)",
                         &statement, err);
    if (code != OK)
        return code;
    store_bind_str(statement, 1, str_of(part));
    store_bind_i64(statement, 2, (int64_t)number);
    store_bind_str(statement, 3, str_of(step->name));
    return store_run(statement, err);
}

static errcode
too_new(const struct store *store, const char *part, size_t applied, size_t count, struct err *err)
{
    return err_set(err, ERR_UNSUPPORTED,
                   "%s was written by a newer version of this program (%s step %zu, this one "
                   "knows %zu)",
                   store->path, part, applied, count);
}

errcode
store_expect(struct store *store, const char *part, size_t count, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    bool exists = false;
    size_t applied = 0;
    errcode code = store_prepare(store, "SELECT 1 FROM sqlite_schema WHERE name = 'migration'",
                                 &statement, err);
    if (code == OK)
        code = store_step(statement, &exists, err);
    if (code == OK && exists)
        code = applied_steps(store, part, &applied, err);
    if (code != OK)
        return code;
    if (applied > count)
        return too_new(store, part, applied, count, err);
    if (applied == 0)
        return err_set(err, ERR_NOT_FOUND, "%s holds nothing of %s yet", store->path, part);
    if (applied < count)
        return err_set(
            err, ERR_UNSUPPORTED,
            "%s is of an older version of this program; whoever writes to it next brings "
            "it up to date",
            store->path);
    return OK;
}

errcode
store_migrate(struct store *store, const char *part, const struct migration *migrations,
              size_t count, struct err *err)
{
    errcode code = store_begin(store, err);
    if (code != OK)
        return code;
    code = store_exec(store,
                      "CREATE TABLE IF NOT EXISTS migration (part TEXT NOT NULL, number INTEGER "
                      "NOT NULL, name TEXT NOT NULL, PRIMARY KEY (part, number)) STRICT",
                      err);
    size_t applied = 0;
    if (code == OK)
        code = applied_steps(store, part, &applied, err);
    if (code == OK && applied > count)
        code = too_new(store, part, applied, count, err);
    for (size_t i = applied; code == OK && i < count; i++)
        code = apply_step(store, part, i + 1, &migrations[i], err);
    if (code == OK)
        return store_commit(store, err);
    store_rollback(store);
    return code;
}

errcode
store_check(struct store *store, struct err *err)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    errcode code = store_prepare(store, "PRAGMA quick_check(1)", &statement, err);
    if (code != OK)
        return code;
    bool more;
    code = store_step(statement, &more, err);
    if (code != OK)
        return code;
    str rest = store_column_str(statement, 0), verdict = rest;
    while (str_line(&rest, &verdict) && str_starts(verdict, STR("***")))
        continue;
    if (!str_eq(verdict, STR("ok")))
        return err_set(err, ERR_CORRUPT, "%s is damaged: %.*s", store->path, STR_ARG(verdict));
    return OK;
}
