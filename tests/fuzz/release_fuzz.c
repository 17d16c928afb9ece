/* SPDX-License-Identifier: Apache-2.0 */
/* latest.json: what is read can be written, and read again is the same. */
#include "base/require.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct release release, again;
    struct err err;
    errcode code = release_read((str){(const char *)data, size}, &release, &err);
    require(code == OK || code == ERR_FORMAT || code == ERR_LIMIT);
    if (code != OK)
        return 0;
    require(release.pack.bytes <= RELEASE_BYTES_MAX && release.pack.version <= RELEASE_VERSION_MAX);
    require(release.delta_count <= RELEASE_OLDER_MAX && release.older_count <= RELEASE_OLDER_MAX);
    struct buf text = BUF(RELEASE_JSON_MAX), other = BUF(RELEASE_JSON_MAX);
    release_write(&release, &text);
    require(release_read(buf_view(&text), &again, &err) == OK);
    release_write(&again, &other);
    require(str_eq(buf_view(&text), buf_view(&other)));
    buf_clear(&text);
    buf_clear(&other);
    return 0;
}
