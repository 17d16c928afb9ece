/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node_key.h"

#include "base/file.h"

/* What stands unchanged in a header field. */
static bool
is_key(str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] <= ' ' || line.p[i] > '~')
            return false;
    return line.n >= NODE_KEY_MIN;
}

errcode
node_key_read(const struct conf *conf, struct buf *ret, struct err *err)
{
    const char *path = conf_text(conf, "node.key_file");
    struct buf key = {0};
    if (!path[0])
        return OK;
    errcode code = file_read(path, NODE_KEY_MAX, &key, err);
    if (code != OK)
        return code;
    str line = str_trim(buf_view(&key));
    if (!is_key(line)) {
        node_key_clear(&key);
        return err_set(err, ERR_FORMAT,
                       "%s is no key: one line of at least %d visible characters without blanks "
                       "(openssl rand -hex 32 makes one)",
                       path, NODE_KEY_MIN);
    }
    memmove(key.p, line.p, line.n);
    key.n = line.n;
    key.p[key.n] = 0;
    *ret = key;
    return OK;
}

void
node_key_clear(struct buf *key)
{
    if (key->p)
        explicit_bzero(key->p, key->room);
    buf_clear(key);
}
