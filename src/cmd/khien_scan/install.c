/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan rules update: puts a pack that a server, a browser or a USB stick brought in the place
 * of the installed one. There is no configuration here, and no JSON: a server gives the newest pack
 * under a name that stays, with its SHA-256 as entity tag (docs/http.md). */
#include "cmd/khien_scan/install.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/require.h"
#include "cmd/http/address.h"
#include "cmd/http/http.h"
#include "cmd/output.h"
#include "cmd/release/installed.h"
#include "cmd/release/part.h"
#include "scan/scan.h"

#include <inttypes.h>

enum { TIMEOUT = 3600 }; /* seconds: lines are slow where they are needed most */

struct installing {
    struct installed installed;
    const char *from;
    uint64_t version;
    bool is_current;
};

/* ---- what comes ---- */

/* What is named by --from: a pack, or a folder with rules.pack in it. */
static errcode
find_file(const char *from, char out[PATH_TEXT], struct err *err)
{
    if (path_join(out, from, RELEASE_NEWEST, NULL) == OK && file_exists(out))
        return OK;
    return str_copy(str_of(from), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", from);
}

/* What is checked is the copy that is installed. */
static errcode
copy_here(const char *from, struct part *part, struct err *err)
{
    char path[PATH_TEXT];
    struct buf content = {0};
    errcode code = find_file(from, path, err);
    if (code == OK)
        code = file_read(path, RELEASE_BYTES_MAX, &content, err);
    if (code == OK)
        code = part_empty(part, err);
    if (code == OK)
        code = file_write_fd(part->fd, buf_view(&content), part->path, err);
    buf_clear(&content);
    return code;
}

/* The entity tag of what is installed; "" where it is of no use. */
static errcode
tag_of(const struct installed *installed, char out[SHA256_TEXT + 2], struct err *err)
{
    struct file_map map;
    char text[SHA256_TEXT];
    out[0] = 0;
    if (!installed->is_there)
        return OK;
    errcode code = file_map_open(installed->pack, &map, err);
    if (code != OK)
        return code;
    struct sha256 sha256 = sha256_of(map.bytes);
    file_map_close(&map);
    snprintf(out, SHA256_TEXT + 2, "\"%s\"", sha256_format(&sha256, text));
    return OK;
}

static struct progress progress;

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    progress.total = total;
    progress_show(&progress, done);
}

static errcode
fetch(const struct call *call, struct installing *installing, struct part *part, struct err *err)
{
    char url[PATH_TEXT + RELEASE_NAME], tag[SHA256_TEXT + 2];
    struct http_address address;
    struct downloaded result;
    errcode code =
        http_address_open(installing->from, call_given(call, "insecure-http"), &address, err);
    if (code == OK)
        code = tag_of(&installing->installed, tag, err);
    if (code != OK)
        return code;
    snprintf(url, sizeof url, "%s/" RELEASE_NEWEST, address.url);
    struct download what = {.url = url,
                            .etag = tag,
                            .last_modified = "",
                            .stay = true,
                            .secure = address.secure,
                            .direct = address.direct,
                            .max_bytes = RELEASE_BYTES_MAX,
                            .timeout_seconds = TIMEOUT,
                            .progress = show_progress};
    progress_begin(&progress, RELEASE_NEWEST, 0);
    code = part_fetch(part, address.url, 0, &what, &result, err);
    progress_end(&progress);
    if (code == OK && result.unchanged) {
        installing->is_current = true;
        installing->version = installing->installed.version;
    }
    return code;
}

/* ---- taking it ---- */

static errcode
take_part(struct installing *installing, const struct part *part, bool *ret_gone, struct err *err)
{
    const struct installed *installed = &installing->installed;
    uint8_t id[SHA256_BYTES];
    bool takes = false;
    errcode code =
        installed_check(installed, installing->from, part->path, &installing->version, id, err);
    if (code == OK)
        takes = installed_takes(installed, installing->from, installing->version, id,
                                &installing->is_current, &code, err);
    if (code == OK)
        code = installed_note(installed, installing->version, id, err);
    if (code != OK || !takes)
        return code;
    file_remove(part->note_path, NULL); /* before another program can have one */
    code = file_commit_temp(part->fd, part->path, installed->pack, err);
    *ret_gone = code == OK;
    return code;
}

static errcode
install(const struct call *call, struct installing *installing, struct err *err)
{
    char path[PATH_TEXT];
    struct part part = {.fd = -1};
    bool is_url = http_address_is_one(installing->from);
    /* What is on its way from a server is not touched by what a USB stick brings. */
    int n =
        snprintf(path, sizeof path, "%s.%s", installing->installed.pack, is_url ? "part" : "copy");
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", installing->installed.pack);
    errcode code = part_open(path, &part, err);
    if (code != OK)
        return code;
    code = is_url ? fetch(call, installing, &part, err) : copy_here(installing->from, &part, err);
    /* Of what a server sends, a part is kept or not by now. */
    bool keeps = is_url && code != OK, is_gone = false;
    if (code == OK && !installing->is_current)
        code = take_part(installing, &part, &is_gone, err);
    if (!keeps && !is_gone)
        part_remove(&part);
    part_close(&part);
    return code;
}

static errcode
locate(const struct call *call, struct installed *ret, struct err *err)
{
    return installed_locate(call_option(call, "output"), call_option(call, "public-key"), ret, err);
}

errcode
install_run(const struct call *call, struct err *err)
{
    cleanup(cleanup_free) struct installing *installing = mem_calloc(1, sizeof *installing);
    installing->from = call_option(call, "from");
    if (!installing->from)
        return err_set(err, ERR_USAGE, "where from? --from URL, PACK or FOLDER says it");
    errcode code = locate(call, &installing->installed, err);
    if (code == OK)
        code = installed_look(&installing->installed, err);
    if (code == OK)
        code = install(call, installing, err);
    if (code == OK)
        printf("%s: version %" PRIu64 " is %s\n", installing->installed.pack, installing->version,
               installing->is_current ? "current" : "installed");
    return code;
}

errcode
install_grant(const struct call *call, struct grants *grants, struct err *err)
{
    static struct installed installed; /* its paths are kept until the sandbox is entered */
    struct http_address address;
    errcode code = locate(call, &installed, err);
    if (code == OK)
        code = folder_make(installed.folder, err);
    if (code == OK)
        code = grant_write(grants, installed.folder, err);
    if (code == OK)
        code = grant_read(grants, installed.key_path, err);
    const char *from = call_option(call, "from");
    if (code != OK || !from)
        return code;
    if (!http_address_is_one(from))
        return grant_read(grants, from, err);
    code = http_address_open(from, call_given(call, "insecure-http"), &address, err);
    return code == OK ? http_prepare(&address, err) : code;
}

const struct option install_options[] = {
    {"from", "URL", NULL,
     "a server's packs, like https://chiendich.example.vn/rules; or a pack, or a folder with "
     "rules.pack",
     0},
    {"insecure-http", NULL, NULL, "fetch from other computers without encryption", 0},
    {"public-key", "FILE", NULL,
     "whose signature it must have; else rules.pub beside the pack, else the key that is built in",
     0},
    {"output", "PACK", NULL, "the installed pack; else the one beside the program, or the user's",
     'o'},
    {0},
};
