/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan rules update: puts a pack that a browser or a USB stick brought in the place of the
 * installed one. There is no network here, and no configuration. */
#include "cmd/khien_scan/install.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/scan_system.h"

#include <inttypes.h>

enum { PACK_BYTES_MAX = 1 << 30 };

static errcode
find_places(const struct call *call, char pack[PATH_TEXT], char key[PATH_TEXT], struct err *err)
{
    const char *output = call_option(call, "output"), *own = call_option(call, "public-key");
    errcode code = OK;
    if (!output)
        code = scan_default_pack(pack, err);
    else if (!str_copy(str_of(output), pack, PATH_TEXT))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", output);
    if (code != OK)
        return code;
    int above = (int)(path_base(pack) - pack);
    int n = own ? snprintf(key, PATH_TEXT, "%s", own)
                : snprintf(key, PATH_TEXT, "%.*srules.pub", above, pack);
    return n < PATH_TEXT ? OK : err_set(err, ERR_LIMIT, "the path %s is too long", pack);
}

/* What is named by --from: a pack, or a folder with rules.pack in it. */
static errcode
find_source(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *from = call_option(call, "from");
    if (!from)
        return err_set(err, ERR_USAGE, "where from? --from PACK says it");
    if (strstr(from, "://"))
        return err_set(err, ERR_UNSUPPORTED,
                       "this program does not use the network: fetch rules.pack with a browser, "
                       "then name the file with --from");
    if (path_join(out, from, "rules.pack", NULL) == OK && file_exists(out))
        return OK;
    return str_copy(str_of(from), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", from);
}

static errcode
version_of(const char *path, const uint8_t public_key[SIGN_PUBLIC], uint64_t *ret, struct err *err)
{
    struct scan_rules *rules = NULL;
    const struct pack_options options = {.public_key = public_key};
    errcode code = scan_pack_open(path, &options, &rules, err);
    if (code == OK)
        *ret = pack_info(scan_rules_pack(rules)).version;
    scan_rules_free(rules);
    return code;
}

/* What is checked is the copy that is installed. */
static errcode
install(const char *from, const char *pack, const uint8_t public_key[SIGN_PUBLIC], uint64_t before,
        bool has_before, uint64_t *ret_version, struct err *err)
{
    char temp_path[PATH_TEXT];
    struct buf content = {0};
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_read(from, PACK_BYTES_MAX, &content, err);
    if (code == OK)
        code = file_create_temp(pack, temp_path, &fd, err);
    if (code != OK) {
        buf_clear(&content);
        return code;
    }
    code = file_write_fd(fd, buf_view(&content), temp_path, err);
    buf_clear(&content);
    if (code == OK && version_of(temp_path, public_key, ret_version, err) != OK)
        code = err_prefix(err, "%s is refused", from);
    if (code == OK && has_before && *ret_version < before)
        code = err_set(err, ERR_DENIED,
                       "%s has version %" PRIu64 ", which is older than the installed %" PRIu64
                       "; the installed one stays",
                       from, *ret_version, before);
    if (code == OK)
        code = file_commit_temp(fd, temp_path, pack, err);
    if (code != OK)
        file_remove(temp_path, NULL);
    return code;
}

errcode
install_run(const struct call *call, struct err *err)
{
    char pack[PATH_TEXT], key_path[PATH_TEXT], from[PATH_TEXT];
    uint8_t key[SIGN_PUBLIC];
    uint64_t before = 0, version = 0;
    struct err fault;
    errcode code = find_places(call, pack, key_path, err);
    if (code == OK)
        code = find_source(call, from, err);
    if (code == OK && !file_exists(key_path))
        code = err_set(err, ERR_DENIED,
                       "there is no key %s to check packs with; get it from those who sign them, "
                       "not from where the packs come from, and name it with --public-key",
                       key_path);
    if (code == OK)
        code = pack_key_read_public(key_path, key, err);
    if (code != OK)
        return code;
    bool has_before = file_exists(pack) && version_of(pack, key, &before, &fault) == OK;
    if (file_exists(pack) && !has_before)
        output_aside("the installed pack is of no use: %s", fault.text);
    code = install(from, pack, key, before, has_before, &version, err);
    if (code == OK)
        printf("%s: version %" PRIu64 " is %s\n", pack, version,
               has_before && version == before ? "current" : "installed");
    return code;
}

errcode
install_grant(const struct call *call, struct grants *grants, struct err *err)
{
    static char pack[PATH_TEXT], key[PATH_TEXT], folder[PATH_TEXT]; /* kept until the sandbox */
    errcode code = find_places(call, pack, key, err);
    if (code != OK)
        return code;
    str above = {pack, (size_t)(path_base(pack) - pack)};
    while (above.n > 1 && above.p[above.n - 1] == '/')
        above.n--;
    str_copy(above.n ? above : STR("."), folder, sizeof folder);
    code = folder_make(folder, err);
    if (code == OK)
        code = grant_write(grants, folder, err);
    if (code == OK)
        code = grant_read(grants, key, err);
    return code == OK ? grant_read(grants, call_option(call, "from"), err) : code;
}

const struct option install_options[] = {
    {"from", "PACK", NULL, "a pack, or a folder that has rules.pack", 0},
    {"public-key", "FILE", NULL, "whose signature it must have; else rules.pub beside the pack", 0},
    {"output", "PACK", NULL, "the installed pack; else the one beside the program, or the user's",
     'o'},
    {0},
};
