/* SPDX-License-Identifier: Apache-2.0 */
/* The SQL interface: migrations, nested statements, company of other processes, damage. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>

static char folder[64];
static const struct migration steps[] = {
    {"t-1", "CREATE TABLE t (x INTEGER NOT NULL, s TEXT, b BLOB) STRICT"},
    {"t-2", "CREATE TABLE u (y INTEGER NOT NULL) STRICT"},
    {"t-3", "CREATE TABLE v (z INTEGER) STRICT; CREATE TABLE t (again INTEGER) STRICT"},
};

static struct store *
open_db(const char *name, bool write)
{
    char path[PATH_TEXT];
    struct err err;
    struct store *store = NULL;
    path_join(path, folder, name, NULL);
    if (!tap_no_err(store_open(path, write, &store, &err), &err, "open %s", name))
        exit(tap_done());
    return store;
}

static errcode
migrate(struct store *store, size_t count, struct err *err)
{
    return store_migrate(store, "t", steps, count, err);
}

static int64_t
ask(struct store *store, const char *sql)
{
    cleanup(cleanup_statement) struct statement *statement = NULL;
    struct err err;
    bool more = false;
    errcode code = store_prepare(store, sql, &statement, &err);
    if (code == OK)
        code = store_step(statement, &more, &err);
    return code == OK && more ? store_column_i64(statement, 0) : -1;
}

static void
test_migrations(void)
{
    struct store *store = open_db("migrations", true);
    struct err err;
    tap_no_err(migrate(store, 1, &err), &err, "the first step");
    tap_no_err(store_exec(store, "INSERT INTO t (x) VALUES (7)", &err), &err, "a row");
    tap_no_err(migrate(store, 2, &err), &err, "the second");
    tap_no_err(migrate(store, 2, &err), &err, "once more: nothing to do");
    tap_eq_i64(ask(store, "SELECT x FROM t"), 7, "the row is still there");
    tap_ok(migrate(store, 3, &err) != OK && strstr(err.text, "t-3"), "a step that fails: %s",
           err.text);
    tap_eq_i64(ask(store, "SELECT count(*) FROM sqlite_schema WHERE name = 'v'"), 0,
               "leaves nothing behind");
    tap_eq_i64(ask(store, "SELECT count(*) FROM migration"), 2, "and is not recorded");
    tap_eq_i64(migrate(store, 1, &err), ERR_UNSUPPORTED, "a newer database: %s", err.text);
    store_close(store);
    struct store *reader = open_db("migrations", false);
    tap_no_err(store_expect(reader, "t", 2, &err), &err, "a reader of the same age");
    tap_eq_i64(store_expect(reader, "t", 1, &err), ERR_UNSUPPORTED, "a reader that is too old");
    tap_eq_i64(store_expect(reader, "t", 3, &err), ERR_UNSUPPORTED, "one that is too new");
    tap_eq_i64(store_expect(reader, "other", 1, &err), ERR_NOT_FOUND, "a part that is not there");
    tap_ok(store_exec(reader, "INSERT INTO t (x) VALUES (8)", &err) != OK,
           "a reader cannot write: %s", err.text);
    store_close(reader);
    char path[PATH_TEXT];
    path_join(path, folder, "blank", NULL);
    tap_no_err(file_replace(path, STR(""), &err), &err, "a database of no bytes");
    reader = open_db("blank", false);
    tap_eq_i64(store_expect(reader, "t", 1, &err), ERR_NOT_FOUND, "holds nothing yet");
    store_close(reader);
}

/* The same text in use at several levels, more texts than are kept, values of every kind. */
static void
test_statements(void)
{
    struct store *store = open_db("statements", true);
    struct err err;
    migrate(store, 1, &err);
    static const char insert[] = "INSERT INTO t (x, s, b) VALUES (?1, ?2, ?3)";
    for (int64_t i = 0; i < 3; i++) {
        cleanup(cleanup_statement) struct statement *statement = NULL;
        tap_no_err(store_prepare(store, insert, &statement, &err), &err, "prepare");
        store_bind_i64(statement, 1, i == 2 ? INT64_MIN : i);
        if (i > 0)
            store_bind_str(statement, 2, i == 1 ? STR("a\0b") : STR(""));
        store_bind_blob(statement, 3, (str){NULL, 0});
        tap_no_err(store_run(statement, &err), &err, "insert");
    }
    static const char select[] = "SELECT x, s, b FROM t ORDER BY x";
    uint64_t pairs = 0;
    struct statement *outer = NULL;
    bool more = false;
    store_prepare(store, select, &outer, &err);
    while (store_step(outer, &more, &err) == OK && more) {
        struct statement *inner = NULL;
        bool inner_more = false;
        store_prepare(store, select, &inner, &err);
        tap_ok(inner != outer, "a statement in use is not given out again");
        while (store_step(inner, &inner_more, &err) == OK && inner_more)
            pairs++;
        store_done(inner);
    }
    store_done(outer);
    tap_eq_i64(pairs, 9, "3 × 3 rows");
    store_prepare(store, select, &outer, &err);
    store_step(outer, &more, &err);
    tap_eq_i64(store_column_i64(outer, 0), INT64_MIN, "the smallest number");
    tap_ok(!store_column_is_null(outer, 1) && store_column_str(outer, 1).n == 0, "an empty text");
    tap_ok(!store_column_is_null(outer, 2) && store_column_blob(outer, 2).n == 0, "an empty blob");
    store_step(outer, &more, &err);
    tap_ok(store_column_is_null(outer, 1), "bindings do not stay from the last use");
    store_step(outer, &more, &err);
    tap_eq_str(store_column_str(outer, 1), STR("a\0b"), "a text with a NUL byte");
    store_done(outer);

    static char texts[100][32];
    bool right = true;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 100; i++) {
            snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
            right = right && ask(store, texts[i]) == i;
        }
    tap_ok(right, "a hundred texts, each twice");
    tap_eq_i64(store_prepare(store, "SELECT nonsense", &outer, &err), ERR_IO, "nonsense");
    store_done(NULL);
    store_close(store);
    store_close(NULL);
}

static void
test_transactions(void)
{
    struct store *store = open_db("transactions", true);
    struct err err;
    migrate(store, 1, &err);
    store_rollback(store);
    tap_no_err(store_begin(store, &err), &err, "begin");
    store_exec(store, "INSERT INTO t (x) VALUES (1)", &err);
    store_rollback(store);
    tap_eq_i64(ask(store, "SELECT count(*) FROM t"), 0, "rolled back");
    struct store *reader = open_db("transactions", false);
    store_begin(store, &err);
    store_exec(store, "INSERT INTO t (x) VALUES (1)", &err);
    tap_eq_i64(ask(reader, "SELECT count(*) FROM t"), 0, "a reader sees what was committed");
    tap_no_err(store_commit(store, &err), &err, "and does not hinder the commit");
    tap_eq_i64(ask(reader, "SELECT count(*) FROM t"), 1, "then it sees the new row");
    store_close(reader);
    store_close(store);
}

/* Many processes find no database and make it at once; each adds one row. */
static void
test_company(void)
{
    enum { ROUNDS = 10, PROCESSES = 8 };
    char path[PATH_TEXT];
    int failed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(path, sizeof path, "%s/company-%d", folder, round);
        int gate[2];
        if (pipe(gate) != 0)
            return;
        fflush(stdout);
        for (int i = 0; i < PROCESSES; i++) {
            if (fork() != 0)
                continue;
            char c;
            struct store *store;
            struct err err;
            close(gate[1]);
            ssize_t none = read(gate[0], &c, 1); /* until all are there */
            errcode code = none == 0 ? store_open(path, true, &store, &err) : ERR_IO;
            if (code == OK)
                code = migrate(store, 2, &err);
            if (code == OK)
                code = store_exec(store, "INSERT INTO t (x) VALUES (1)", &err);
            if (code != OK) {
                fprintf(stderr, "# %s\n", err.text);
                _exit(1);
            }
            store_close(store);
            _exit(0);
        }
        close(gate[0]);
        close(gate[1]);
        for (int status; wait(&status) > 0;)
            failed += status != 0;
        struct store *store;
        failed += store_open(path, false, &store, NULL) != OK ||
                  ask(store, "SELECT count(*) FROM t") != PROCESSES;
        store_close(store);
    }
    tap_eq_i64(failed, 0, "%d × %d processes make one database at once", ROUNDS, PROCESSES);
}

static void
test_damage(void)
{
    struct store *store = open_db("damage", true);
    struct err err;
    migrate(store, 1, &err);
    store_exec(store,
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
               " INSERT INTO t (x, s) SELECT i, 'row ' || i FROM n",
               &err);
    tap_no_err(store_check(store, &err), &err, "a whole database");
    store_close(store);
    char path[PATH_TEXT];
    path_join(path, folder, "damage", NULL);
    struct buf content;
    tap_no_err(file_read(path, 16 << 20, &content, &err), &err, "its file");
    memset(content.p + content.n / 2, 0x5a, content.n / 4);
    file_replace(path, buf_view(&content), &err);
    buf_clear(&content);
    store = open_db("damage", true);
    tap_eq_i64(store_check(store, &err), ERR_CORRUPT, "damaged pages: %s", err.text);
    store_close(store);
    tap_no_err(file_replace(path,
                            STR("this is no database, but has some length of text in it, "
                                "so that it cannot be taken for an empty file at all"),
                            &err),
               &err, "another kind of file");
    tap_eq_i64(store_open(path, true, &store, &err), ERR_CORRUPT, "is refused: %s", err.text);
    tap_ok(store_open("/nonexistent/x.db", true, &store, &err) == ERR_NOT_FOUND, "no folder");
    tap_ok(store_open("/nonexistent/x.db", false, &store, &err) == ERR_NOT_FOUND, "for a reader");
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/store-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    test_migrations();
    test_statements();
    test_transactions();
    test_company();
    test_damage();
    return tap_done();
}
