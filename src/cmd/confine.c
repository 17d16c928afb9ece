/* SPDX-License-Identifier: Apache-2.0 */
/* From a call's needs to the sandbox: which paths of the command line, of the configuration and of
 * the state folder stay within reach. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/require.h"
#include "cmd/command.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Beyond this many words their folders are granted instead: `khien ingest feeds/2026/ *`. */
enum { WORDS_ONE_BY_ONE = 1000 };

static errcode
add(const char **paths, size_t *count, const char *path, struct err *err)
{
    if (!path || !path[0] || strcmp(path, "-") == 0)
        return OK;
    if (*count == SANDBOX_PATHS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d paths; give a folder instead",
                       SANDBOX_PATHS_MAX);
    paths[(*count)++] = path;
    return OK;
}

errcode
grant_read(struct grants *grants, const char *path, struct err *err)
{
    return add(grants->reads, &grants->read_count, path, err);
}

errcode
grant_write(struct grants *grants, const char *path, struct err *err)
{
    return add(grants->writes, &grants->write_count, path, err);
}

/* fontconfig's: its settings (links into /usr/share/fontconfig), its cache, the fonts. */
errcode
grant_fonts(struct grants *grants, struct err *err)
{
    static const char *const folders[] = {"/etc/fonts", "/usr/share/fontconfig",
                                          "/var/cache/fontconfig", "/usr/share/fonts",
                                          "/usr/local/share/fonts"};
    errcode code = OK;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && code == OK; i++)
        code = grant_read(grants, folders[i], err);
    return code;
}

errcode
grant_temp(const struct call *call, struct grants *grants, struct err *err)
{
    (void)call;
    const char *folder = getenv("TMPDIR");
    return grant_write(grants, folder && folder[0] ? folder : "/tmp", err);
}

/* The folders of words, one after the other without repeats; FOLDERS keeps their text. */
static errcode
grant_folders(const struct call *call, struct grants *grants, struct buf *folders, struct err *err)
{
    str last = {0};
    for (size_t i = 0; i < call->word_count; i++) {
        const char *word = call->words[i];
        str folder = {word, (size_t)(path_base(word) - word)};
        if (folder.n == 0)
            folder = STR("./");
        if (str_eq(folder, last))
            continue;
        last = folder;
        buf_str(folders, folder);
        buf_char(folders, 0);
    }
    errcode code = buf_check(folders, "the paths of the command line", err);
    for (size_t at = 0; at < folders->n && code == OK; at += strlen(folders->p + at) + 1)
        code = grant_read(grants, folders->p + at, err);
    return code;
}

static errcode
grant_words(const struct call *call, struct grants *grants, struct buf *folders, struct err *err)
{
    if (call->word_count > WORDS_ONE_BY_ONE)
        return grant_folders(call, grants, folders, err);
    errcode code = OK;
    for (size_t i = 0; i < call->word_count && code == OK; i++)
        code = grant_read(grants, call->words[i], err);
    return code;
}

/* Tables of the operator's own. */
static errcode
grant_tables(const struct call *call, struct grants *grants, struct err *err)
{
    static const char *const keys[] = {"families.file", "data.hotlines", "theme.emblem"};
    errcode code = OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && code == OK; i++)
        code = grant_read(grants, conf_text(call->conf, keys[i]), err);
    return code;
}

/* Whether the database's header says that it is in WAL mode (bytes 18 and 19, "File Format For
 * SQLite Databases" 1.3.3); before it is made it has none. */
static bool
in_wal_mode(const char *path, struct stat *ret_status)
{
    char header[20];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool wal = fstat(fd, ret_status) == 0 &&
               pread(fd, header, sizeof header, 0) == (ssize_t)sizeof header && header[18] == 2;
    close(fd);
    return wal;
}

/* SQLite's readers share a lock file with its writers. It must be there to be granted, because the
 * right to make it would be the right to make any file. An empty one is a fresh one; it belongs to
 * whom the database belongs, so that root's reading locks nobody out. */
static errcode
grant_lock_files(const char *folder, struct grants *grants, char paths[2][PATH_TEXT],
                 struct err *err)
{
    static const char *const names[] = {"khien.db-shm", "khien.db-wal"};
    char database[PATH_TEXT];
    struct stat status;
    errcode code = path_join(database, folder, "khien.db", err);
    if (code != OK || !in_wal_mode(database, &status))
        return code;
    for (size_t i = 0; i < 2 && code == OK; i++) {
        code = path_join(paths[i], folder, names[i], err);
        if (code != OK)
            break;
        int fd = open(paths[i], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0660);
        if (fd >= 0) {
            int ignored = fchown(fd, status.st_uid, status.st_gid); /* only root can */
            (void)ignored;
            close(fd);
        }
        code = grant_write(grants, paths[i], err);
    }
    return code;
}

/* A journal beside the database is of a writer that was killed. The next one to open it must roll
 * it back, reader or not. (In WAL mode there is none: this was the making of the database.) */
static bool
must_roll_back(const char *folder)
{
    char journal[PATH_TEXT];
    return path_join(journal, folder, "khien.db-journal", NULL) == OK && file_exists(journal);
}

static errcode
grant_state(const struct call *call, struct grants *grants, char paths[2][PATH_TEXT],
            struct err *err)
{
    const char *folder = conf_text(call->conf, "state.folder");
    unsigned needs = call->action->needs;
    errcode code = OK;
    if (needs & NEED_WRITE) {
        code = folder_make(folder, err);
        if (code == OK)
            code = grant_write(grants, folder, err);
        /* Large sorts go beside the database, not to a folder out of reach. */
        setenv("SQLITE_TMPDIR", folder, 1);
    } else if (needs & NEED_STATE) {
        code = must_roll_back(folder) ? grant_write(grants, folder, err)
                                      : grant_read(grants, folder, err);
        if (code == OK)
            code = grant_lock_files(folder, grants, paths, err);
    }
    return code;
}

errcode
confine(const struct call *call, struct err *err)
{
    const struct action *action = call->action;
    struct grants *grants = mem_calloc(1, sizeof *grants);
    struct buf folders = BUF(64 << 20);
    char(*paths)[PATH_TEXT] = mem_calloc(2, PATH_TEXT);
    errcode code = call->conf ? grant_state(call, grants, paths, err) : OK;
    if (code == OK && (action->needs & NEED_READ))
        code = grant_words(call, grants, &folders, err);
    if (code == OK && call->conf)
        code = grant_tables(call, grants, err);
    if (code == OK && action->grant)
        code = action->grant(call, grants, err);
    bool partial = false;
    if (code == OK && !grants->unconfined) {
        const struct sandbox sandbox = {action->needs | grants->needs, grants->reads,
                                        grants->read_count, grants->writes, grants->write_count};
        code = sandbox_enter(&sandbox, &partial, err);
    }
    /* Told where it matters and where there is a log; not by every call of a script. */
    if (code == OK && partial && (action->needs & (NEED_LISTEN | NEED_CONNECT)))
        log_warning("this kernel lacks Landlock or seccomp: the sandbox is incomplete");
    buf_clear(&folders);
    free(paths);
    free(grants);
    return code;
}
