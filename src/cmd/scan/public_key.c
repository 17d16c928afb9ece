/* SPDX-License-Identifier: Apache-2.0 */
/* A key is worth what the way is by which it came. That of --public-key is one's own choice; that
 * in rules.pub was put there by who may change the pack too, so the report says when it is not the
 * one that the program was built with. */
#include "cmd/scan/pack_key.h"

#include "base/hash.h"
#include "base/require.h"

errcode
pack_key_read_public(const char *path, uint8_t ret[SIGN_PUBLIC], struct err *err)
{
    struct buf text = {0};
    errcode code = file_read(path, PACK_KEY_FILE_MAX, &text, err);
    if (code == OK && !hex_parse(str_trim(buf_view(&text)), ret, SIGN_PUBLIC))
        code = err_set(err, ERR_FORMAT, "%s is no public key: one line of 64 hexadecimal digits",
                       path);
    buf_clear(&text);
    return code;
}

bool
pack_key_built_in(uint8_t ret[SIGN_PUBLIC])
{
    static const char text[] = PUBLIC_KEY;
    if (!text[0])
        return false;
    require(hex_parse(str_of(text), ret, SIGN_PUBLIC));
    return true;
}

errcode
pack_key_read_beside(const char *path, uint8_t ret[SIGN_PUBLIC], struct err *err)
{
    uint8_t own[SIGN_PUBLIC];
    errcode code = pack_key_read_public(path, ret, err);
    if (code == OK && pack_key_built_in(own) && memcmp(own, ret, sizeof own) != 0)
        code = err_set(err, ERR_DENIED,
                       "%s is another key than the one that this program was built with; if it is "
                       "to be trusted, name it with --public-key",
                       path);
    return code;
}

/* True when there is such a file, whatever is in it. */
static bool
find_beside(const char *pack, char out[PATH_TEXT])
{
    size_t n = (size_t)(path_base(pack) - pack);
    int made = snprintf(out, PATH_TEXT, "%.*s" RULES_KEY_NAME, (int)n, pack);
    return made > 0 && made < PATH_TEXT && file_exists(out);
}

errcode
pack_key_find(const char *named, const char *beside, struct pack_key *ret, struct err *err)
{
    struct pack_key key = {.origin = ORIGIN_UNCHECKED};
    errcode code = OK;
    if (named || (beside && find_beside(beside, key.path))) {
        code = named ? pack_key_read_public(named, key.key, err)
                     : pack_key_read_beside(key.path, key.key, err);
        key.origin = named ? ORIGIN_NAMED : ORIGIN_BESIDE;
        if (named)
            str_copy(str_of(named), key.path, sizeof key.path);
    } else {
        key.path[0] = 0;
        if (pack_key_built_in(key.key))
            key.origin = ORIGIN_BUILT_IN;
    }
    if (code == OK)
        *ret = key;
    return code;
}
