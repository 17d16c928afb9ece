/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/release/installed.h"

#include <inttypes.h>

#include "cmd/output.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/scan_setup.h"

errcode
installed_locate(const char *pack, const char *key, struct installed *ret, struct err *err)
{
    errcode code = OK;
    if (!pack)
        code = scan_default_pack(ret->pack, err);
    else if (!str_copy(str_of(pack), ret->pack, PATH_TEXT))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", pack);
    if (code != OK)
        return code;
    size_t n = (size_t)(path_base(ret->pack) - ret->pack);
    while (n > 1 && ret->pack[n - 1] == '/')
        n--;
    str_copy(n ? (str){ret->pack, n} : STR("."), ret->folder, PATH_TEXT);
    ret->is_key_named = key && key[0];
    if (!ret->is_key_named)
        return path_join(ret->key_path, ret->folder, RULES_KEY_NAME, err);
    return str_copy(str_of(key), ret->key_path, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", key);
}

static errcode
open_pack(const struct installed *installed, const char *path, uint64_t *ret_version,
          uint8_t ret_id[SHA256_BYTES], struct err *err)
{
    struct scan_rules *rules = NULL;
    const struct pack_options options = {.public_key = installed->public_key};
    errcode code = scan_pack_open(path, &options, &rules, err);
    if (code != OK)
        return code;
    struct pack_info info = pack_info(scan_rules_pack(rules));
    *ret_version = info.version;
    memcpy(ret_id, info.id, SHA256_BYTES);
    scan_rules_free(rules);
    return OK;
}

static errcode
read_key(struct installed *installed, struct err *err)
{
    if (file_exists(installed->key_path))
        return installed->is_key_named
                   ? pack_key_read_public(installed->key_path, installed->public_key, err)
                   : pack_key_read_beside(installed->key_path, installed->public_key, err);
    if (installed->is_key_named || !pack_key_built_in(installed->public_key))
        return err_set(err, ERR_DENIED,
                       "there is no key %s to check packs with; get it from those who sign them, "
                       "not from where the packs come from, and name it with --public-key",
                       installed->key_path);
    str_copy(STR("the one that this program was built with"), installed->key_path, PATH_TEXT);
    return OK;
}

errcode
installed_look(struct installed *installed, struct err *err)
{
    struct err fault;
    errcode code = read_key(installed, err);
    if (code != OK)
        return code;
    if (file_exists(installed->pack)) {
        installed->is_there =
            open_pack(installed, installed->pack, &installed->version, installed->id, &fault) == OK;
        if (!installed->is_there)
            output_aside("the installed pack is of no use: %s", fault.text);
    }
    code = seen_read(installed->pack, installed->public_key, &installed->seen, err);
    /* Where there is a pack it is not asked for, and written anew. */
    return installed->is_there ? OK : code;
}

errcode
installed_check(const struct installed *installed, const char *from, const char *path,
                uint64_t *ret_version, uint8_t ret_id[SHA256_BYTES], struct err *err)
{
    errcode code = open_pack(installed, path, ret_version, ret_id, err);
    return code == OK ? OK : err_prefix(err, "%s is refused", from);
}

bool
installed_takes(const struct installed *installed, const char *from, uint64_t version,
                const uint8_t id[SHA256_BYTES], bool *is_current, errcode *code, struct err *err)
{
    *is_current = false;
    if (!installed->is_there)
        return seen_allows(&installed->seen, installed->pack, version, id, code, err);
    if (version > installed->version)
        return true;
    if (version < installed->version)
        *code = err_set(err, ERR_DENIED,
                        "%s has version %" PRIu64 ", which is older than the installed %" PRIu64
                        "; the installed one stays",
                        from, version, installed->version);
    else if (memcmp(id, installed->id, SHA256_BYTES) != 0)
        *code = err_set(err, ERR_DENIED,
                        "%s has another pack of the installed version %" PRIu64
                        "; the installed one stays",
                        from, version);
    else
        *is_current = true;
    return false;
}

errcode
installed_note(const struct installed *installed, uint64_t version, const uint8_t id[SHA256_BYTES],
               struct err *err)
{
    struct seen seen = {.version = version};
    memcpy(seen.id, id, sizeof seen.id);
    memcpy(seen.public_key, installed->public_key, sizeof seen.public_key);
    return seen_write(installed->pack, &seen, err);
}
