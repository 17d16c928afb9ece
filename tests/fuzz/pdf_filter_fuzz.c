/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of PDF streams, and the codes of text that mail has too: the first byte chooses.
 * Within the cap, and the same each time. */
#include "scan/unpack_documents/pdf_filter.h"
#include "scan/unpack_documents/text_code.h"
#include "unpack_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 64 << 10 };

static void
apply(struct unpack *walk, uint8_t choice, str data, struct buf *out)
{
    if (choice & 0x80)
        text_decode_to(data, choice % (CODE_85 + 1), out);
    else
        pdf_filter_apply(walk, choice % (PDF_CRYPT + 1), data, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct unpack *walk;
    struct walked walked = {0};
    struct unpack_sink sink = {&walked, walk_member, walk_skipped};
    if (!walk)
        walk = unpack_new(NULL);
    if (!size)
        return 0;
    unpack_each(walk, STR("text"), "a", &sink); /* so that it has a sink and time */
    str input = {(const char *)data + 1, size - 1};
    struct buf first = BUF(CAP), second = BUF(CAP);
    apply(walk, data[0], input, &first);
    apply(walk, data[0], input, &second);
    require(str_eq(buf_view(&first), buf_view(&second)) && first.n <= CAP);
    buf_clear(&first);
    buf_clear(&second);
    return 0;
}
