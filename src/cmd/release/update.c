/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules update: the installed pack is replaced by a newer one, in one rename, once that was
 * found whole and signed with the key that this machine has from elsewhere. Nothing that a server
 * says is trusted: latest.json saves work, the pack's own signature and version decide. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/release/installed.h"
#include "cmd/release/release.h"
#include "cmd/release/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

enum state { STATE_CURRENT, STATE_AVAILABLE, STATE_UPDATED };

struct update {
    const struct call *call;
    struct installed installed;
    const char *from;
    struct source source;
    bool by_delta;
    uint64_t found, fetched; /* a version; bytes */
    enum state state;
};

/* ---- where everything is ---- */

static errcode
locate(const struct call *call, struct update *update, struct err *err)
{
    const char *key = call_option(call, "public-key");
    update->call = call;
    update->from = call_option(call, "from");
    if (!update->from)
        update->from = conf_text(call->conf, "rules.from");
    return installed_locate(call_option(call, "output"),
                            key ? key : conf_text(call->conf, "rules.public_key"),
                            &update->installed, err);
}

/* ---- what is offered ---- */

/* True when it is to be taken; when not, either it is what is installed or an error. */
static bool
is_newer(struct update *update, uint64_t version, const uint8_t id[SHA256_BYTES], errcode *code,
         struct err *err)
{
    bool is_current;
    update->found = version;
    bool takes =
        installed_takes(&update->installed, update->from, version, id, &is_current, code, err);
    if (is_current)
        update->state = STATE_CURRENT;
    return takes;
}

static errcode
check_signer(const struct update *update, const struct release *release, struct err *err)
{
    if (memcmp(release->public_key, update->installed.public_key, SIGN_PUBLIC) == 0)
        return OK;
    return err_set(err, ERR_DENIED, "the packs of %s are signed with another key than %s",
                   update->from, update->installed.key_path);
}

/* ---- taking it ---- */

/* Puts PART, a pack that was checked, in the installed one's place. */
static errcode
install(struct update *update, const struct part *part, const uint8_t id[SHA256_BYTES],
        struct err *err)
{
    errcode code = installed_note(&update->installed, update->found, id, err);
    if (code != OK)
        return code;
    file_remove(part->note_path, NULL); /* before another program can have one */
    code = file_commit_temp(part->fd, part->path, update->installed.pack, err);
    if (code == OK)
        update->state = STATE_UPDATED;
    return code;
}

/* The pack must be the one that was announced: latest.json decided that it is newer. */
static errcode
accept_pack(struct update *update, const struct release *release, const struct part *part,
            struct err *err)
{
    uint64_t version;
    uint8_t id[SHA256_BYTES];
    errcode code = installed_check(&update->installed, update->from, part->path, &version, id, err);
    if (code == OK && (version != release->pack.version || memcmp(id, release->id, sizeof id) != 0))
        code = err_set(err, ERR_CORRUPT,
                       "%s is refused: its pack is not the one that " RELEASE_LIST " tells of",
                       update->from);
    if (code == OK)
        code = install(update, part, id, err);
    if (code != OK)
        part_remove(part);
    return code;
}

static errcode
open_part(const struct update *update, const char *suffix, struct part *ret, struct err *err)
{
    char path[PATH_TEXT];
    int n = snprintf(path, sizeof path, "%s%s", update->installed.pack, suffix);
    ret->fd = -1;
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", update->installed.pack);
    return part_open(path, ret, err);
}

static errcode
take_whole(struct update *update, const struct release *release, struct err *err)
{
    struct part part;
    char name[RELEASE_NAME];
    errcode code = open_part(update, ".part", &part, err);
    if (code == OK)
        code = source_fetch(&update->source, release_pack_name(release->pack.version, name),
                            &release->pack, &part, err);
    if (code == OK) {
        update->fetched += part.fetched;
        code = accept_pack(update, release, &part, err);
    }
    part_close(&part);
    return code;
}

/* ---- by a difference ---- */

static const struct release_file *
find_delta(const struct update *update, const struct release *release)
{
    for (size_t i = 0; update->installed.is_there && i < release->delta_count; i++)
        if (release->deltas[i].version == update->installed.version &&
            release->deltas[i].bytes < release->pack.bytes)
            return &release->deltas[i];
    return NULL;
}

static errcode
apply(const struct update *update, const struct release *release, const struct part *delta,
      struct buf *out, struct err *err)
{
    struct file_map older, change;
    errcode code = file_map_open(update->installed.pack, &older, err);
    if (code != OK)
        return code;
    code = file_map_fd(delta->fd, delta->path, &change, err);
    if (code == OK) {
        code = release_delta_apply(older.bytes, change.bytes, release->pack.bytes, out, err);
        file_map_close(&change);
    }
    file_map_close(&older);
    if (code != OK)
        return code;
    struct sha256 sha256 = sha256_of(buf_view(out));
    if (memcmp(&sha256, &release->pack.sha256, sizeof sha256) != 0)
        return err_set(err, ERR_CORRUPT, "what it makes is not the pack that was announced");
    return OK;
}

static errcode
take_applied(struct update *update, const struct release *release, str content, struct err *err)
{
    struct part part;
    errcode code = open_part(update, ".part", &part, err);
    if (code == OK && ftruncate(part.fd, 0) != 0)
        code = err_set_errno(err, "cannot empty %s", part.path);
    if (code == OK)
        code = file_write_fd(part.fd, content, part.path, err);
    if (code == OK)
        code = accept_pack(update, release, &part, err);
    part_close(&part);
    return code;
}

static errcode
take_delta(struct update *update, const struct release *release, const struct release_file *delta,
           struct err *err)
{
    struct part part;
    char name[RELEASE_NAME];
    struct buf content = BUF(RELEASE_BYTES_MAX);
    release_delta_name(delta->version, release->pack.version, name);
    errcode code = open_part(update, ".delta.part", &part, err);
    if (code == OK)
        code = source_fetch(&update->source, name, delta, &part, err);
    if (code == OK) {
        update->fetched += part.fetched;
        code = apply(update, release, &part, &content, err);
        part_remove(&part);
    }
    if (code == OK)
        code = take_applied(update, release, buf_view(&content), err);
    update->by_delta = code == OK;
    part_close(&part);
    buf_clear(&content);
    return code;
}

/* A server that went away would not have the whole pack either; a cut difference is gone on with
 * by the next call. */
static errcode
take_release(struct update *update, const struct release *release, struct err *err)
{
    const struct release_file *delta = find_delta(update, release);
    errcode code = OK;
    if (!delta)
        return take_whole(update, release, err);
    code = take_delta(update, release, delta, err);
    if (code == OK || code == ERR_IO || code == ERR_BUSY || code == ERR_NO_SPACE)
        return code;
    output_aside("the difference is of no use, so the whole pack is fetched: %s", err->text);
    return take_whole(update, release, err);
}

static errcode
update_from_list(struct update *update, struct err *err)
{
    struct release release;
    errcode code = source_latest(&update->source, update->installed.folder, &release, err);
    if (code == OK)
        code = check_signer(update, &release, err);
    if (code != OK || !is_newer(update, release.pack.version, release.id, &code, err))
        return code;
    update->state = STATE_AVAILABLE;
    return call_given(update->call, "check") ? OK : take_release(update, &release, err);
}

static errcode
update_from_file(struct update *update, struct err *err)
{
    struct part part;
    uint64_t version;
    uint8_t id[SHA256_BYTES];
    errcode code = open_part(update, ".part", &part, err);
    if (code == OK)
        code = source_copy(&update->source, &part, err);
    if (code == OK) {
        update->fetched = part.fetched;
        code = installed_check(&update->installed, update->from, part.path, &version, id, err);
        if (code == OK && is_newer(update, version, id, &code, err)) {
            update->state = STATE_AVAILABLE;
            if (!call_given(update->call, "check"))
                code = install(update, &part, id, err);
        }
        if (update->state != STATE_UPDATED)
            part_remove(&part);
    }
    part_close(&part);
    return code;
}

/* ---- telling ---- */

static void
write_json(const struct update *update, struct buf *out)
{
    static const char *const words[] = {"current", "available", "updated"};
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "state", words[update->state]);
    json_out_pair_z(&json, "pack", update->installed.pack);
    json_out_pair_u64(&json, "version", update->found);
    json_out_key(&json, "previous");
    if (update->installed.is_there)
        json_out_u64(&json, update->installed.version);
    else
        json_out_null(&json);
    json_out_pair_u64(&json, "fetched_bytes", update->fetched);
    json_out_pair_bool(&json, "by_difference", update->by_delta);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

static void
write_text(const struct update *update, struct buf *out)
{
    char was[48] = "";
    if (update->installed.is_there)
        snprintf(was, sizeof was, ", installed is %" PRIu64, update->installed.version);
    switch (update->state) {
    case STATE_CURRENT:
        buf_printf(out, "%s: version %" PRIu64 " is current\n", update->installed.pack,
                   update->found);
        break;
    case STATE_AVAILABLE:
        buf_printf(out, "%s: version %" PRIu64 " is available%s\n", update->installed.pack,
                   update->found, was);
        break;
    case STATE_UPDATED:
        buf_printf(out, "%s: version %" PRIu64 " is installed, %" PRIu64 " bytes fetched%s\n",
                   update->installed.pack, update->found, update->fetched,
                   update->by_delta ? " (the difference alone)" : "");
        break;
    }
}

static errcode
tell(const struct update *update, struct err *err)
{
    struct buf out = BUF(64 << 10);
    if (call_given(update->call, "json"))
        write_json(update, &out);
    else
        write_text(update, &out);
    return output_buf(&out, "the result", err);
}

errcode
release_run_update(const struct call *call, struct err *err)
{
    cleanup(cleanup_free) struct update *update = mem_calloc(1, sizeof *update);
    const struct installed *installed = &update->installed;
    errcode code = locate(call, update, err);
    if (code == OK && !update->from[0])
        code = err_set(err, ERR_USAGE,
                       "where from? --from URL, PACK or FOLDER, or rules.from, says it");
    if (code == OK)
        code = source_open(update->from, call_given(call, "insecure-http"), &update->source, err);
    if (code == OK)
        code = installed_look(&update->installed, err);
    if (code != OK)
        return code;
    update->source.timeout_seconds = (long)conf_number(call->conf, "fetch.timeout_seconds");
    code = update->source.kind == SOURCE_FILE ? update_from_file(update, err)
                                              : update_from_list(update, err);
    /* Packs that came before this was noted. */
    if (code == OK && update->state == STATE_CURRENT && !call_given(call, "check") &&
        installed->seen.version < installed->version)
        code = installed_note(installed, installed->version, installed->id, err);
    return code == OK ? tell(update, err) : code;
}

errcode
release_grant_update(const struct call *call, struct grants *grants, struct err *err)
{
    static struct update update; /* its paths are kept until the sandbox is entered */
    errcode code = locate(call, &update, err);
    if (code == OK && !file_exists(update.installed.folder))
        code = folder_make(update.installed.folder, err);
    if (code == OK)
        code = grant_write(grants, update.installed.folder, err);
    if (code == OK)
        code = grant_read(grants, update.installed.key_path, err);
    const char *path =
        str_starts(str_of(update.from), STR("file:///")) ? update.from + 7 : update.from;
    return code == OK ? grant_read(grants, path, err) : code;
}
