/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/release/seen.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/rule_files.h"

static errcode
open_signed(const struct call *call, const char *path, const struct pack_key *key,
            struct scan_rules **ret, struct err *err)
{
    struct pack_options options = {.public_key = key->origin == ORIGIN_UNCHECKED ? NULL : key->key};
    errcode code = call_number(call, "version-min", 0, UINT64_MAX, &options.version_min, err);
    return code == OK ? scan_pack_open(path, &options, ret, err) : code;
}

/* By `rules update`, whose key may stand in a configuration that scans do not read. Its note lies
 * beside the pack, as a key would. */
static bool
was_checked(const char *path, const struct scan_rules *rules)
{
    struct pack_info info = pack_info(scan_rules_pack(rules));
    struct seen seen;
    struct err err;
    return info.is_signed && seen_read(path, info.public_key, &seen, &err) == OK &&
           seen.version > 0 && memcmp(seen.id, info.id, sizeof seen.id) == 0;
}

errcode
rule_files_open_trusted(const struct call *call, const char *path, bool beside,
                        struct scan_rules **ret, enum report_origin *ret_origin, struct err *err)
{
    struct pack_key key;
    struct err why;
    errcode code = pack_key_find(call_option(call, "public-key"), beside ? path : NULL, &key, err);
    if (code != OK)
        return code;
    code = open_signed(call, path, &key, ret, &why);
    if (code == OK && key.origin == ORIGIN_UNCHECKED && beside && was_checked(path, *ret))
        *ret_origin = ORIGIN_UPDATE;
    else if (code == OK)
        *ret_origin = key.origin;
    else if (code == ERR_DENIED && key.origin == ORIGIN_BUILT_IN)
        err_set(err, code,
                "%s (it must be of those who made this program, or --public-key FILE must name "
                "another key)",
                why.text);
    else if (code == ERR_DENIED && key.path[0])
        err_set(err, code, "%s (of the key %s)", why.text, key.path);
    else
        *err = why;
    return code;
}

errcode
rule_files_open_pack(const struct call *call, const char *path, struct scan_rules **ret,
                     struct err *err)
{
    const char *named = call_option(call, "public-key");
    struct pack_key key = {.origin = ORIGIN_UNCHECKED};
    errcode code = named ? pack_key_find(named, NULL, &key, err) : OK;
    return code == OK ? open_signed(call, path, &key, ret, err) : code;
}
