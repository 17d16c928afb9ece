/* SPDX-License-Identifier: Apache-2.0 */
/* What a cache remembers of files with findings: what is taken is written again as it was, and is
 * found by its file. */
#include "base/require.h"
#include "scan/job/found_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_file(const struct found_files *files, const struct found_file *file)
{
    struct buf items = BUF(SIZE_MAX);
    struct found_item item;
    for (str rest = file->items; found_item_next(&rest, &item);) {
        require(item.name && item.level < FINDING_LEVELS);
        found_item_write(&item, &items);
    }
    require(str_eq(buf_view(&items), file->items));
    buf_clear(&items);
    require(found_files_find(files, file->identity.device, file->identity.inode));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str content = {(const char *)data, size};
    struct buf again = BUF(SIZE_MAX);
    struct found_files files;
    if (!found_files_parse(content, &files))
        return 0;
    for (size_t i = 0; i < files.count; i++) {
        check_file(&files, &files.files[i]);
        found_file_write(&files.files[i], &again);
    }
    require(again.n == size);
    found_files_clear(&files);
    buf_clear(&again);
    return 0;
}
