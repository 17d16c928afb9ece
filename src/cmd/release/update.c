/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules update: the installed pack is replaced by a newer one, in one rename, once that was
 * found whole and signed with the key that this machine has from elsewhere. Nothing that a server
 * says is trusted: latest.json saves work, the pack's own signature and version decide. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/release/release.h"
#include "cmd/release/seen.h"
#include "cmd/release/source.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/scan_setup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

enum state { STATE_CURRENT, STATE_AVAILABLE, STATE_UPDATED };

struct update {
    const struct call *call;
    char pack[PATH_TEXT], folder[PATH_TEXT], key_path[PATH_TEXT];
    const char *from;
    uint8_t public_key[SIGN_PUBLIC];
    struct source source;
    bool has_pack, by_delta;
    uint64_t installed, found, fetched; /* versions; bytes */
    uint8_t installed_id[SHA256_BYTES];
    enum state state;
    struct seen seen; /* the newest that was ever installed here; version 0: none */
};

/* ---- where everything is ---- */

static errcode
find_pack(struct update *update, struct err *err)
{
    const char *own = call_option(update->call, "output");
    errcode code = OK;
    if (!own)
        code = scan_default_pack(update->pack, err);
    else if (!str_copy(str_of(own), update->pack, PATH_TEXT))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", own);
    if (code != OK)
        return code;
    str above = {update->pack, (size_t)(path_base(update->pack) - update->pack)};
    while (above.n > 1 && above.p[above.n - 1] == '/')
        above.n--;
    str_copy(above.n ? above : STR("."), update->folder, PATH_TEXT);
    return OK;
}

/* What was told, else what was configured, else what the installation put beside the pack. A key
 * that comes with the pack would prove nothing, so none is ever fetched. */
static errcode
find_key(struct update *update, struct err *err)
{
    const char *own = call_option(update->call, "public-key");
    if (!own)
        own = conf_text(update->call->conf, "rules.public_key");
    if (!own[0])
        return path_join(update->key_path, update->folder, "rules.pub", err);
    return str_copy(str_of(own), update->key_path, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", own);
}

static errcode
locate(const struct call *call, struct update *update, struct err *err)
{
    update->call = call;
    update->from = call_option(call, "from");
    if (!update->from)
        update->from = conf_text(call->conf, "rules.from");
    errcode code = find_pack(update, err);
    return code == OK ? find_key(update, err) : code;
}

static errcode
read_key(struct update *update, struct err *err)
{
    if (!file_exists(update->key_path))
        return err_set(err, ERR_DENIED,
                       "there is no key %s to check packs with; get it from those who sign them, "
                       "not from where the packs come from, and name it with --public-key",
                       update->key_path);
    return pack_key_read_public(update->key_path, update->public_key, err);
}

/* One that does not open is no reason to stay without: it is told, and counts as none. */
static void
look_at_installed(struct update *update)
{
    struct scan_rules *rules = NULL;
    struct err fault;
    const struct pack_options options = {.public_key = update->public_key};
    if (!file_exists(update->pack))
        return;
    if (scan_pack_open(update->pack, &options, &rules, &fault) != OK) {
        output_aside("the installed pack is of no use: %s", fault.text);
        return;
    }
    struct pack_info info = pack_info(scan_rules_pack(rules));
    update->has_pack = true;
    update->installed = info.version;
    memcpy(update->installed_id, info.id, sizeof info.id);
    scan_rules_free(rules);
}

/* ---- what is offered ---- */

/* True when it is to be taken; when not, either it is what is installed or an error. */
static bool
is_newer(struct update *update, uint64_t version, const uint8_t id[SHA256_BYTES], errcode *code,
         struct err *err)
{
    update->found = version;
    if (!update->has_pack)
        return seen_allows(&update->seen, update->pack, version, id, code, err);
    if (version > update->installed)
        return true;
    if (memcmp(id, update->installed_id, SHA256_BYTES) == 0 && version == update->installed)
        update->state = STATE_CURRENT;
    else if (version == update->installed)
        *code = err_set(err, ERR_DENIED,
                        "%s has another pack of the installed version %" PRIu64
                        "; the installed one stays",
                        update->from, version);
    else
        *code = err_set(err, ERR_DENIED,
                        "%s has version %" PRIu64 ", which is older than the installed %" PRIu64
                        "; the installed one stays",
                        update->from, version, update->installed);
    return false;
}

static errcode
check_signer(const struct update *update, const struct release *release, struct err *err)
{
    if (memcmp(release->public_key, update->public_key, SIGN_PUBLIC) == 0)
        return OK;
    return err_set(err, ERR_DENIED, "the packs of %s are signed with another key than %s",
                   update->from, update->key_path);
}

/* ---- taking it ---- */

/* The pack PATH as it must be; its version and id come back. */
static errcode
check_pack(const struct update *update, const char *path, uint64_t *ret_version,
           uint8_t ret_id[SHA256_BYTES], struct err *err)
{
    struct scan_rules *rules = NULL;
    const struct pack_options options = {.public_key = update->public_key};
    errcode code = scan_pack_open(path, &options, &rules, err);
    if (code != OK)
        return err_prefix(err, "%s is refused", update->from);
    struct pack_info info = pack_info(scan_rules_pack(rules));
    *ret_version = info.version;
    memcpy(ret_id, info.id, SHA256_BYTES);
    scan_rules_free(rules);
    return OK;
}

static errcode
note_seen(const struct update *update, uint64_t version, const uint8_t id[SHA256_BYTES],
          struct err *err)
{
    struct seen seen = {.version = version};
    memcpy(seen.id, id, sizeof seen.id);
    memcpy(seen.public_key, update->public_key, sizeof seen.public_key);
    return seen_write(update->pack, &seen, err);
}

/* Puts PART, a pack that was checked, in the installed one's place. */
static errcode
install(struct update *update, const struct part *part, const uint8_t id[SHA256_BYTES],
        struct err *err)
{
    errcode code = note_seen(update, update->found, id, err);
    if (code == OK)
        code = file_commit_temp(part->fd, part->path, update->pack, err);
    if (code == OK) {
        file_remove(part->note_path, NULL);
        update->state = STATE_UPDATED;
    }
    return code;
}

/* The pack must be the one that was announced: latest.json decided that it is newer. */
static errcode
accept_pack(struct update *update, const struct release *release, const struct part *part,
            struct err *err)
{
    uint64_t version;
    uint8_t id[SHA256_BYTES];
    errcode code = check_pack(update, part->path, &version, id, err);
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
    int n = snprintf(path, sizeof path, "%s%s", update->pack, suffix);
    ret->fd = -1;
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", update->pack);
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
    for (size_t i = 0; update->has_pack && i < release->delta_count; i++)
        if (release->deltas[i].version == update->installed &&
            release->deltas[i].bytes < release->pack.bytes)
            return &release->deltas[i];
    return NULL;
}

static errcode
apply(const struct update *update, const struct release *release, const struct part *delta,
      struct buf *out, struct err *err)
{
    struct file_map older, change;
    errcode code = file_map_open(update->pack, &older, err);
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
    errcode code = source_latest(&update->source, update->folder, &release, err);
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
        code = check_pack(update, part.path, &version, id, err);
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
    json_out_pair_z(&json, "pack", update->pack);
    json_out_pair_u64(&json, "version", update->found);
    json_out_key(&json, "previous");
    if (update->has_pack)
        json_out_u64(&json, update->installed);
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
    if (update->has_pack)
        snprintf(was, sizeof was, ", installed is %" PRIu64, update->installed);
    switch (update->state) {
    case STATE_CURRENT:
        buf_printf(out, "%s: version %" PRIu64 " is current\n", update->pack, update->found);
        break;
    case STATE_AVAILABLE:
        buf_printf(out, "%s: version %" PRIu64 " is available%s\n", update->pack, update->found,
                   was);
        break;
    case STATE_UPDATED:
        buf_printf(out, "%s: version %" PRIu64 " is installed, %" PRIu64 " bytes fetched%s\n",
                   update->pack, update->found, update->fetched,
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
    errcode code = locate(call, update, err);
    if (code == OK && !update->from[0])
        code = err_set(err, ERR_USAGE,
                       "where from? --from URL, PACK or FOLDER, or rules.from, says it");
    if (code == OK)
        code = source_open(update->from, call_given(call, "insecure-http"), &update->source, err);
    if (code == OK)
        code = read_key(update, err);
    if (code != OK)
        return code;
    update->source.timeout_seconds = (long)conf_number(call->conf, "fetch.timeout_seconds");
    look_at_installed(update);
    code = seen_read(update->pack, update->public_key, &update->seen, err);
    if (code != OK && update->has_pack) /* it is not asked for, and written anew */
        code = OK;
    if (code != OK)
        return code;
    code = update->source.kind == SOURCE_FILE ? update_from_file(update, err)
                                              : update_from_list(update, err);
    /* Packs that came before this was noted. */
    if (code == OK && update->state == STATE_CURRENT && !call_given(call, "check") &&
        update->seen.version < update->installed)
        code = note_seen(update, update->installed, update->installed_id, err);
    return code == OK ? tell(update, err) : code;
}

errcode
release_grant_update(const struct call *call, struct grants *grants, struct err *err)
{
    static struct update update; /* its paths are kept until the sandbox is entered */
    errcode code = locate(call, &update, err);
    if (code == OK && !file_exists(update.folder))
        code = folder_make(update.folder, err);
    if (code == OK)
        code = grant_write(grants, update.folder, err);
    if (code == OK)
        code = grant_read(grants, update.key_path, err);
    const char *path =
        str_starts(str_of(update.from), STR("file:///")) ? update.from + 7 : update.from;
    return code == OK ? grant_read(grants, path, err) : code;
}
