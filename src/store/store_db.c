/* SPDX-License-Identifier: Apache-2.0 */
/* The SQL interface over SQLite: WAL so that readers never wait, synchronous=FULL so that a commit
 * that returned is on the disk. */
#include "store/store.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <sqlite3.h>

enum { CACHED = 64, WAIT_MS = 60000 };

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

errcode
store_open(const char *path, bool write, struct store **ret, struct err *err)
{
    struct store *store = mem_calloc(1, sizeof *store);
    store->path = mem_strndup(path, strlen(path));
    int flags = SQLITE_OPEN_NOMUTEX |
                (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    int opened = sqlite3_open_v2(path, &store->db, flags, NULL);
    if (opened != SQLITE_OK && !write) {
        /* A reader without write permission: WAL then needs an existing -shm or no writer. */
        sqlite3_close(store->db);
        opened =
            sqlite3_open_v2(path, &store->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY, NULL);
    }
    errcode code = OK;
    if (opened != SQLITE_OK)
        code = fail(store, "open the database", err);
    if (code == OK) {
        sqlite3_extended_result_codes(store->db, 1);
        sqlite3_busy_timeout(store->db, WAIT_MS);
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        code = store_exec(store,
                          write ? "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                  "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                                : "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;",
                          err);
    }
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
        code = err_set(err, ERR_UNSUPPORTED,
                       "%s was written by a newer version of this program (%s step %zu, this one "
                       "knows %zu)",
                       store->path, part, applied, count);
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
    str verdict = store_column_str(statement, 0);
    if (!str_eq(verdict, STR("ok")))
        return err_set(err, ERR_CORRUPT, "%s is damaged: %.*s", store->path, STR_ARG(verdict));
    return OK;
}
