/* SPDX-License-Identifier: Apache-2.0 */
/* One SQL interface. It knows connections, migrations, statements and rows, and no table. Behind it
 * stands SQLite in WAL mode with full fsync at every commit. Text of statements stands only in
 * files named *_db.c. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct store;
struct statement;

/* Opens the database file; WRITE makes it. A connection is used by one thread at a time. */
errcode store_open(const char *path, bool write, struct store **ret, struct err *err);
void store_close(struct store *store);

/* Numbered schema steps, applied once each, in order, in one transaction. A database newer than the
 * program is refused. */
struct migration {
    const char *name; /* "sightings-1" */
    const char *sql;
};
errcode store_migrate(struct store *store, const char *part, const struct migration *migrations,
                      size_t count, struct err *err);

/* For a connection that only reads: is PART at exactly COUNT steps? ERR_NOT_FOUND when it
 * is at none, ERR_UNSUPPORTED when it is further or not that far. */
errcode store_expect(struct store *store, const char *part, size_t count, struct err *err);

/* A write transaction takes the write lock at once and waits up to a minute for it (ERR_BUSY). */
errcode store_begin(struct store *store, struct err *err);
/* Until the rollback, everything that is read is of one moment; others may write meanwhile. */
errcode store_begin_read(struct store *store, struct err *err);
errcode store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store); /* fine when none is open */
errcode store_exec(struct store *store, const char *sql, struct err *err);
/* The database's own check of its pages; the first fault is the message (ERR_CORRUPT). */
errcode store_check(struct store *store, struct err *err);

/* A prepared statement; store_done gives it back. The connection keeps it for the next use and
 * knows it by the address of SQL, which must be a literal. */
errcode store_prepare(struct store *store, const char *sql, struct statement **ret,
                      struct err *err);
void store_done(struct statement *statement);
static inline void
cleanup_statement(struct statement **statement)
{
    store_done(*statement);
}
/* Parameters are numbered from 1; text and blobs must live until the statement is done. */
void store_bind_i64(struct statement *statement, int at, int64_t value);
void store_bind_str(struct statement *statement, int at, str value);
void store_bind_blob(struct statement *statement, int at, str value);
void store_bind_null(struct statement *statement, int at);
/* One row; *RET_MORE false at the end. Column views live until the next step. */
errcode store_step(struct statement *statement, bool *ret_more, struct err *err);
/* A statement without rows. */
errcode store_run(struct statement *statement, struct err *err);
int64_t store_column_i64(struct statement *statement, int at);
str store_column_str(struct statement *statement, int at);
str store_column_blob(struct statement *statement, int at);
bool store_column_is_null(struct statement *statement, int at);
