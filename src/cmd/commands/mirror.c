/* SPDX-License-Identifier: Apache-2.0 */
/* khien mirror: keeps this node's compiled files the same as another node's. What comes is taken
 * into use by a rename, after it was verified whole, so that `khien serve` beside it never sees
 * anything else. Nothing is remembered but the files: the newest one's hash is its entity tag. */
#include "base/chunk.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "base/rng.h"
#include "cmd/commands/commands.h"
#include "cmd/http/download.h"
#include "cmd/node_key.h"
#include "cmd/state.h"
#include "portal/portal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { KEEP = 3, BASE_MAX = 2048, TAG_TEXT = 40, DOUBLINGS = 5, WAIT_MAX_SECONDS = 300 };

/* What a file says of itself. */
struct stamp {
    struct checksum hash;
    int64_t built;
    uint64_t generation;
};

/* One of the files. */
struct copy {
    const struct portal_file *file;
    char folder[PATH_TEXT];
    bool has; /* NEWEST is verified and in use */
    struct stamp newest;
    struct checksum older; /* what was refused as older need not come again to be refused */
    struct err refusal;
    struct err told; /* the last trouble that was logged */
};

struct mirror {
    const struct call *call;
    char base[BASE_MAX];  /* the URL without a slash at its end */
    struct buf key, line; /* LINE: the header field with the key */
    bool allow_older;
    struct copy copies[PORTAL_FILES];
    struct rng rng;
};

/* The stamp of the chunked file PATH. KNOWN (may be NULL): a hash that needs no verifying again. */
static errcode
stamp_read(const struct portal_file *kind, const char *path, const struct checksum *known,
           struct stamp *ret, struct err *err)
{
    struct stamp stamp;
    struct chunk_file file;
    uint64_t size;
    str meta;
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    errcode code = chunk_file_hash(fd, path, &stamp.hash, &size, err);
    if (code != OK)
        return code;
    bool verify = !known || !checksum_eq(*known, stamp.hash);
    code = chunk_file_open(path, kind->magic, verify, &file, err);
    if (code != OK)
        return code;
    code = chunk_find(&file, CHUNK_ID("META"), 8, &meta, err);
    if (code == OK && meta.n < 16)
        code = err_set(err, ERR_CORRUPT, "chunk META of %s is too short", path);
    if (code == OK) {
        memcpy(&stamp.built, meta.p, 8);
        memcpy(&stamp.generation, meta.p + 8, 8);
        *ret = stamp;
    }
    chunk_file_close(&file);
    return code;
}

static errcode
stamp_newest(void *context, const char *path, struct err *err)
{
    struct copy *copy = context;
    return stamp_read(copy->file, path, copy->has ? &copy->newest.hash : NULL, &copy->newest, err);
}

/* Looks at what is in use now: someone may have removed it, or built another. */
static errcode
look(struct copy *copy, struct err *err)
{
    errcode code =
        numbered_open_newest(copy->folder, copy->file->suffix, stamp_newest, copy, NULL, err);
    copy->has = code == OK;
    return code == ERR_NOT_FOUND ? OK : code;
}

/* The temporary file, emptied, for this process alone. Its name never ends with the suffix. */
static errcode
open_part(const struct copy *copy, char path[PATH_TEXT], int *ret_fd, struct err *err)
{
    errcode code = path_join(path, copy->folder, "mirror.part", err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return err_set_errno(err, "cannot write %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_BUSY, "another khien mirror writes into %s", copy->folder);
    if (ftruncate(fd, 0) != 0)
        return err_set_errno(err, "cannot empty %s", path);
    *ret_fd = take_fd(fd);
    return OK;
}

static char *
tag_of(struct checksum hash, char out[TAG_TEXT])
{
    snprintf(out, TAG_TEXT, "\"%016" PRIx64 "%016" PRIx64 "\"", hash.high, hash.low);
    return out;
}

/* SIGTERM and SIGINT wait until they are asked for, unless this is to be done once. */
static bool
stop_pending(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

static errcode
get(const struct mirror *mirror, const struct copy *copy, int fd, struct downloaded *ret,
    struct err *err)
{
    char url[BASE_MAX + 64], tags[2 * TAG_TEXT + 8] = "", newest[TAG_TEXT], older[TAG_TEXT];
    const struct conf *conf = mirror->call->conf;
    const char *lines[] = {mirror->line.p};
    snprintf(url, sizeof url, "%s/node/%s", mirror->base, copy->file->name);
    if (copy->has)
        snprintf(tags, sizeof tags, "%s%s%s", tag_of(copy->newest.hash, newest),
                 copy->refusal.code != OK ? ", " : "",
                 copy->refusal.code != OK ? tag_of(copy->older, older) : "");
    const struct download what = {
        .url = url,
        .etag = tags,
        .last_modified = "",
        .headers = lines,
        .header_count = mirror->line.n ? 1 : 0,
        .stay = true,
        .max_bytes = conf_number(conf, "fetch.max_megabytes") << 20,
        .timeout_seconds = (long)conf_number(conf, "fetch.timeout_seconds"),
        .stopped = stop_pending,
    };
    return download(&what, fd, ret, err);
}

/* Whole, readable by this program, and not older than what is in use. */
static errcode
judge(const struct mirror *mirror, struct copy *copy, const char *path, struct stamp *ret,
      struct err *err)
{
    struct stamp stamp;
    errcode code = stamp_read(copy->file, path, NULL, &stamp, err);
    if (code == OK && copy->file == &portal_files[PORTAL_SNAPSHOT]) {
        cleanup(cleanup_snapshot) struct snapshot *snapshot = NULL;
        code = snapshot_open(path, SNAPSHOT_WHOLE, &snapshot, err);
    }
    if (code == OK && copy->file == &portal_files[PORTAL_FIGURES]) {
        struct figures *figures = NULL;
        code = figures_open(path, true, &figures, err);
        figures_unref(figures);
    }
    if (code != OK)
        return err_prefix(err, "%s/node/%s is refused", mirror->base, copy->file->name);
    bool older = copy->has &&
                 (stamp.generation < copy->newest.generation || stamp.built < copy->newest.built);
    if (older && !mirror->allow_older) {
        err_set(&copy->refusal, ERR_DENIED,
                "%s/node/%s is refused: it is older (generation %llu) than what is in use "
                "(generation %llu); --allow-older takes it",
                mirror->base, copy->file->name, (unsigned long long)stamp.generation,
                (unsigned long long)copy->newest.generation);
        copy->older = stamp.hash;
        *err = copy->refusal;
        return err->code;
    }
    *ret = stamp;
    return OK;
}

static errcode
take_in(struct copy *copy, int fd, const char *part, const struct stamp *stamp, uint64_t bytes,
        struct err *err)
{
    char path[PATH_TEXT];
    errcode code = numbered_next_path(copy->folder, copy->file->suffix, path, sizeof path, err);
    if (code == OK)
        code = file_commit_temp(fd, part, path, err);
    if (code != OK)
        return code;
    copy->has = true;
    copy->newest = *stamp;
    log_info("%s: %s, generation %llu, %llu bytes", copy->file->name, path_base(path),
             (unsigned long long)stamp->generation, (unsigned long long)bytes);
    return numbered_remove_old(copy->folder, copy->file->suffix, KEEP, err);
}

static errcode
mirror_copy(const struct mirror *mirror, struct copy *copy, struct err *err)
{
    char part[PATH_TEXT], older[TAG_TEXT];
    cleanup(cleanup_close) int fd = -1;
    struct downloaded downloaded = {0};
    struct stamp stamp;
    errcode code = look(copy, err);
    if (code == OK)
        code = open_part(copy, part, &fd, err);
    if (code != OK)
        return code;
    code = get(mirror, copy, fd, &downloaded, err);
    if (code == OK && !downloaded.unchanged) {
        code = judge(mirror, copy, part, &stamp, err);
        if (code == OK)
            return take_in(copy, fd, part, &stamp, downloaded.bytes, err);
    }
    if (code == OK && copy->refusal.code != OK &&
        strcmp(downloaded.etag, tag_of(copy->older, older)) == 0) {
        *err = copy->refusal;
        code = err->code;
    }
    unlink(part);
    return code;
}

/* The same trouble is told once, and its end. */
static void
tell(struct copy *copy, const struct err *err)
{
    if (err->code == OK && copy->told.code != OK)
        log_info("%s: it works again", copy->file->name);
    else if (err->code != OK && strcmp(err->text, copy->told.text) != 0)
        log_error("%s: %s", copy->file->name, err->text);
    copy->told = *err;
}

/* False when something could not be made the same. A publisher without figures has none to give. */
static bool
mirror_round(struct mirror *mirror)
{
    bool fine = true;
    for (size_t i = 0; i < PORTAL_FILES && !stop_pending(); i++) {
        struct err fault = {0};
        errcode code = mirror_copy(mirror, &mirror->copies[i], &fault);
        if (code == OK || (code == ERR_NOT_FOUND && i == PORTAL_FIGURES))
            fault = (struct err){0};
        if (stop_pending()) /* what was broken off is no fault */
            break;
        fine = fine && fault.code == OK;
        tell(&mirror->copies[i], &fault);
    }
    return fine;
}

/* After failures twice as long each time; a quarter more or less, so that many nodes do not come
 * all at once. */
static double
wait_seconds(struct mirror *mirror, unsigned failures)
{
    double every = (double)conf_number(mirror->call->conf, "node.every");
    double wait = every * (double)(1u << (failures < DOUBLINGS ? failures : DOUBLINGS));
    if (wait > WAIT_MAX_SECONDS)
        wait = every > WAIT_MAX_SECONDS ? every : WAIT_MAX_SECONDS;
    return wait * (0.75 + rng_unit(&mirror->rng) / 2);
}

/* False when a signal asks to stop. */
static bool
pause_for(double seconds, const sigset_t *signals)
{
    const struct timespec wait = {.tv_sec = (time_t)seconds,
                                  .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    return sigtimedwait(signals, NULL, &wait) < 0;
}

static errcode
mirror_on(struct mirror *mirror, struct err *err)
{
    sigset_t signals;
    unsigned failures = 0;
    if (call_given(mirror->call, "once"))
        return mirror_round(mirror)
                   ? OK
                   : err_set(err, ERR_IO, "not everything is the same as at %s", mirror->base);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    do {
        mirror_round(mirror);
        failures = mirror->copies[PORTAL_SNAPSHOT].told.code == OK ? 0 : failures + 1;
    } while (pause_for(wait_seconds(mirror, failures), &signals));
    return OK;
}

static errcode
find_base(struct mirror *mirror, struct err *err)
{
    const struct call *call = mirror->call;
    const char *text = call->word_count ? call->words[0] : conf_text(call->conf, "node.from");
    str url = str_of(text);
    if (!url.n)
        return err_set(err, ERR_USAGE, "mirror what? Give a URL, or configure node.from");
    if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://")))
        return err_set(err, ERR_USAGE, "\"%s\" does not begin with http:// or https://", text);
    size_t host = str_find(url, STR("//")) + 2;
    if (str_find(str_from(url, host), STR("@")) != SIZE_MAX || str_has_control(url) ||
        str_find(url, STR("?")) != SIZE_MAX || str_find(url, STR("#")) != SIZE_MAX)
        return err_set(err, ERR_USAGE,
                       "the URL must be a plain one, like https://node1.example.vn");
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    if (!str_copy(url, mirror->base, sizeof mirror->base))
        return err_set(err, ERR_USAGE, "the URL is too long");
    return OK;
}

static errcode
find_key(struct mirror *mirror, struct err *err)
{
    errcode code = node_key_read(mirror->call->conf, &mirror->key, err);
    mirror->line = BUF(NODE_KEY_MAX + 64);
    if (code == OK && mirror->key.n)
        buf_printf(&mirror->line, "Authorization: Bearer %.*s", (int)mirror->key.n, mirror->key.p);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct mirror mirror = {.call = call, .allow_older = call_given(call, "allow-older")};
    errcode code = find_base(&mirror, err);
    if (code == OK)
        code = find_key(&mirror, err);
    for (size_t i = 0; i < PORTAL_FILES && code == OK; i++) {
        mirror.copies[i].file = &portal_files[i];
        code = state_path(call, portal_files[i].name, mirror.copies[i].folder, err);
        if (code == OK)
            code = folder_make(mirror.copies[i].folder, err);
    }
    if (code == OK && getrandom(&mirror.rng.state, sizeof mirror.rng.state, 0) < 0)
        code = err_set_errno(err, "no random numbers");
    if (code == OK)
        code = mirror_on(&mirror, err);
    node_key_clear(&mirror.key);
    node_key_clear(&mirror.line);
    return code;
}

/* Only the two folders: the database, the archive and the rest are out of reach. */
static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    static char folders[PORTAL_FILES][PATH_TEXT]; /* must live until the sandbox is entered */
    errcode code = grant_read(grants, conf_text(call->conf, "node.key_file"), err);
    for (size_t i = 0; i < PORTAL_FILES && code == OK; i++) {
        code = state_path(call, portal_files[i].name, folders[i], err);
        if (code == OK)
            code = folder_make(folders[i], err);
        if (code == OK)
            code = grant_write(grants, folders[i], err);
    }
    return code;
}

static const struct option options[] = {
    {"once", NULL, NULL, "ask once and end; a failure is status 1", 0},
    {"allow-older", NULL, NULL,
     "take files of an older generation too, as after the publisher's data were made anew", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "[URL]",
     .words_max = 1,
     .needs = NEED_OUTPUT | NEED_CONNECT | NEED_THREADS,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_mirror = {
    .name = "mirror",
    .group = "Answers out",
    .summary = "get snapshot and figures from another node",
    .details =
        "Keeps `var/snapshot` and `var/figures` the same as those of the node whose private "
        "listener (`http.admin_listen`) is at URL, else at `node.from`. `khien serve` beside it "
        "takes each new file into use within a second, and needs no database. The publisher is "
        "asked every `node.every`, only for what changed. A file comes under a temporary name, is "
        "verified whole, and then renamed; the three newest stay. What is damaged, larger than "
        "`fetch.max_megabytes`, slower than `fetch.timeout_seconds` or older than what is in use "
        "is refused, and what is in use stays. While the publisher is away this goes on asking, "
        "more and more seldom, at least every five minutes. It runs until SIGTERM.\n\n"
        "With `node.key_file` the key is sent as a header field. Redirects are refused. Across "
        "machines use https, or a network that nobody else can listen to: a snapshot names "
        "infected addresses.",
    .actions = actions,
    .examples = (const struct example[]){{"khien mirror http://10.0.0.1:9180", "As a service:"},
                                         {"khien mirror --once", "From a script:"},
                                         {0}},
    .see_also = "khien-serve khien-snapshot khien.conf.5",
};
