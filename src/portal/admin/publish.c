/* SPDX-License-Identifier: Apache-2.0 */
/* Files go out by their descriptor, as they lie there; a file's entity tag is the hash at its end,
 * by which whoever gets it can tell that all of it came. */
#include "portal/admin/publish.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>

#include "base/chunk.h"
#include "base/cleanup.h"
#include "base/log.h"

const struct portal_file portal_files[PORTAL_FILES] = {
    [PORTAL_SNAPSHOT] = {"snapshot", ".snap", "KHSNAP\x01\n"},
    [PORTAL_FIGURES] = {"figures", ".fig", "KHFIGS\x01\n"},
};

static void
hash_key(str key, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)key.p, key.n, NULL, 0);
}

void
publisher_key(struct publisher *publisher, str key)
{
    publisher->keyed = key.n > 0;
    hash_key(key, publisher->key_hash);
}

/* Hashes are compared, in constant time, so that not even the key's length can be found out. */
static bool
shows_key(const struct publisher *publisher, str authorization)
{
    str scheme, rest = authorization;
    unsigned char hash[32];
    if (!str_cut(&rest, ' ', &scheme) || !str_eq_nocase(scheme, STR("Bearer")) || !rest.p)
        return false;
    hash_key(str_trim(rest), hash);
    return sodium_memcmp(hash, publisher->key_hash, sizeof hash) == 0;
}

/* Whether HOST (with or without a port) is an address or "localhost". A page from elsewhere whose
 * name was made to point at this machine still names itself here. */
static bool
is_own_host(str host)
{
    ip addr;
    str name, rest = host;
    if (host.n && host.p[0] == '[') {
        rest = str_from(host, 1);
        return str_cut(&rest, ']', &name) && ip_parse(name, &addr);
    }
    return str_cut(&rest, ':', &name) &&
           (ip_parse(name, &addr) || str_eq_nocase(name, STR("localhost")));
}

static bool
may_have(const struct publisher *publisher, const struct http_request *request)
{
    if (publisher->keyed)
        return shows_key(publisher, request->authorization);
    return publisher->local && is_own_host(request->host);
}

/* Takes FD over when it is whole. */
static errcode
reply_file(int *fd, const char *path, struct http_reply *reply, struct checksum *ret,
           struct err *err)
{
    uint64_t size;
    errcode code = chunk_file_hash(*fd, path, ret, &size, err);
    if (code != OK)
        return code;
    snprintf(reply->text, sizeof reply->text, "\"%016" PRIx64 "%016" PRIx64 "\"", ret->high,
             ret->low);
    reply->etag = reply->text;
    reply->cache = "private, no-cache";
    reply->type = "application/octet-stream";
    reply->file_size = size;
    reply->file = take_fd(*fd);
    return OK;
}

static errcode
open_file(const char *path, int *ret_fd, struct err *err)
{
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return *ret_fd < 0 ? err_set_errno(err, "cannot open %s", path) : OK;
}

/* The one in use was verified when it was taken into use. */
static errcode
serve_snapshot(struct publisher *publisher, struct http_reply *reply, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    struct checksum hash;
    struct snapshot *snapshot = newest_ref(publisher->snapshots, NULL);
    if (!snapshot)
        return err_set(err, ERR_NOT_FOUND, "no snapshot is in use");
    const char *path = snapshot_path(snapshot);
    errcode code = open_file(path, &fd, err);
    if (code == OK)
        code = reply_file(&fd, path, reply, &hash, err);
    snapshot_unref(snapshot);
    return code;
}

struct offer {
    struct publisher *publisher;
    struct http_reply *reply;
};

/* Verifies each file once. */
static errcode
offer_figures(void *context, const char *path, struct err *err)
{
    const struct offer *offer = context;
    struct publisher *publisher = offer->publisher;
    cleanup(cleanup_close) int fd = -1;
    struct checksum hash;
    uint64_t size;
    struct chunk_file file;
    errcode code = open_file(path, &fd, err);
    if (code == OK)
        code = chunk_file_hash(fd, path, &hash, &size, err);
    if (code == OK && !checksum_eq(hash, publisher->verified)) {
        code = chunk_file_open(path, portal_files[PORTAL_FIGURES].magic, true, &file, err);
        if (code != OK)
            return code;
        chunk_file_close(&file);
        publisher->verified = hash;
    }
    return code == OK ? reply_file(&fd, path, offer->reply, &hash, err) : code;
}

static errcode
serve_figures(struct publisher *publisher, struct http_reply *reply, struct err *err)
{
    struct offer offer = {publisher, reply};
    if (!publisher->figures_folder)
        return err_set(err, ERR_NOT_FOUND, "no figures here");
    return numbered_open_newest(publisher->figures_folder, portal_files[PORTAL_FIGURES].suffix,
                                offer_figures, &offer, NULL, err);
}

bool
publisher_handle(struct publisher *publisher, const struct http_request *request,
                 struct http_reply *reply)
{
    struct err err = {0};
    bool snapshot = str_eq(request->path, STR("/node/snapshot"));
    if (!snapshot && !str_eq(request->path, STR("/node/figures")))
        return false;
    if (!may_have(publisher, request)) {
        reply->status = 403;
        reply->content = STR("for nodes that have the key\n");
        return true;
    }
    errcode code =
        snapshot ? serve_snapshot(publisher, reply, &err) : serve_figures(publisher, reply, &err);
    if (code == OK)
        return true;
    reply->status = code == ERR_NOT_FOUND ? 404 : 503;
    reply->content = STR("not here now\n");
    if (code != ERR_NOT_FOUND)
        log_warning("/node/%s: %s", snapshot ? "snapshot" : "figures", err.text);
    return true;
}
