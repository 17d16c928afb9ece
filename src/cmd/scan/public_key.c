/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/hash.h"
#include "cmd/scan/pack_key.h"

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
