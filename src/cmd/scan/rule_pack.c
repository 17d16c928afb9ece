/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/pack_key.h"
#include "cmd/scan/rule_files.h"

errcode
rule_files_open_pack(const struct call *call, const char *path, struct scan_rules **ret,
                     struct err *err)
{
    uint8_t public_key[SIGN_PUBLIC];
    const char *key_path = call_option(call, "public-key");
    struct pack_options options = {0};
    errcode code = key_path ? pack_key_read_public(key_path, public_key, err) : OK;
    if (key_path)
        options.public_key = public_key;
    if (code == OK)
        code = call_number(call, "version-min", 0, UINT64_MAX, &options.version_min, err);
    return code == OK ? scan_pack_open(path, &options, ret, err) : code;
}
