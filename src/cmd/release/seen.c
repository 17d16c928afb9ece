/* SPDX-License-Identifier: Apache-2.0 */
/* One line: the version, the pack's id, the signer's public key. */
#include "cmd/release/seen.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/file.h"

enum { LINE_MAX_BYTES = 256 };

static errcode
path_of(const char *pack, char out[PATH_TEXT], struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s.seen", pack);
    return n > 0 && n < PATH_TEXT ? OK : err_set(err, ERR_LIMIT, "the path %s is too long", pack);
}

static bool
parse(str line, struct seen *ret)
{
    str version, id;
    line = str_trim(line);
    return str_cut(&line, ' ', &version) && str_cut(&line, ' ', &id) &&
           str_to_u64(version, UINT64_MAX, &ret->version) &&
           hex_parse(id, ret->id, sizeof ret->id) &&
           hex_parse(line, ret->public_key, sizeof ret->public_key);
}

errcode
seen_read(const char *pack, const uint8_t public_key[SIGN_PUBLIC], struct seen *ret,
          struct err *err)
{
    char path[PATH_TEXT];
    struct seen seen = {0};
    struct buf text = {0};
    errcode code = path_of(pack, path, err);
    if (code == OK && file_exists(path)) {
        code = file_read(path, LINE_MAX_BYTES, &text, err);
        if (code == OK && !parse(buf_view(&text), &seen))
            code = err_set(err, ERR_CORRUPT,
                           "%s does not tell which pack was the newest here; remove it to begin "
                           "anew with any pack of the signer's",
                           path);
    }
    buf_clear(&text);
    if (code != OK)
        return code;
    if (memcmp(seen.public_key, public_key, SIGN_PUBLIC) != 0)
        seen = (struct seen){0};
    *ret = seen;
    return OK;
}

errcode
seen_write(const char *pack, const struct seen *seen, struct err *err)
{
    char path[PATH_TEXT], id[2 * SHA256_BYTES + 1], key[2 * SIGN_PUBLIC + 1];
    struct buf text = BUF(LINE_MAX_BYTES);
    errcode code = path_of(pack, path, err);
    buf_printf(&text, "%" PRIu64 " %s %s\n", seen->version,
               hex_format(seen->id, sizeof seen->id, id),
               hex_format(seen->public_key, sizeof seen->public_key, key));
    if (code == OK)
        code = file_replace(path, buf_view(&text), err);
    buf_clear(&text);
    return code;
}

bool
seen_allows(const struct seen *seen, const char *pack, uint64_t version,
            const uint8_t id[SHA256_BYTES], errcode *code, struct err *err)
{
    if (seen->version == 0 || version > seen->version ||
        (version == seen->version && memcmp(id, seen->id, sizeof seen->id) == 0))
        return true;
    *code = version == seen->version
                ? err_set(err, ERR_DENIED,
                          "this is another pack of version %" PRIu64 " than the one that was "
                          "installed here",
                          version)
                : err_set(err, ERR_DENIED,
                          "version %" PRIu64 " is older than %" PRIu64 ", which was installed "
                          "here before; if it is to be taken nevertheless, remove %s.seen",
                          version, seen->version, pack);
    return false;
}
