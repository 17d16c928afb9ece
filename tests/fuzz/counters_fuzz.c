/* SPDX-License-Identifier: Apache-2.0 */
/* A counter file with any rows under a right checksum: what is read is written again alike. */
#include "base/require.h"
#include "portal/counter_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(void *context, const struct counter_row *row)
{
    require(row->what < COUNTER_COUNT && (row->name.n == 0 || counter_name_is_fine(row->name)));
    counter_file_row(context, row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf first = BUF(1 << 20), second = BUF(1 << 20), third = BUF(1 << 20);
    struct err err;
    counter_file_read((str){(const char *)data, size}, write_again, &third, &err);
    buf_reset(&third);
    counter_file_begin(&first);
    buf_add(&first, data, size);
    counter_file_end(&first);
    counter_file_begin(&second);
    if (counter_file_read(buf_view(&first), write_again, &second, &err) == OK) {
        counter_file_end(&second);
        counter_file_begin(&third);
        require(counter_file_read(buf_view(&second), write_again, &third, &err) == OK);
        counter_file_end(&third);
        require(str_eq(buf_view(&second), buf_view(&third)));
    }
    buf_clear(&first);
    buf_clear(&second);
    buf_clear(&third);
    return 0;
}
