/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack_documents/pdf_filter.h"

#include "scan/unpack_documents/text_code.h"

enum { LZW_CLEAR = 256, LZW_END = 257, LZW_FIRST = 258, LZW_CODES = 4096 };

enum pdf_filter
pdf_filter_of(str name)
{
    static const struct {
        const char *name, *brief;
        enum pdf_filter filter;
    } filters[] = {
        {"FlateDecode", "Fl", PDF_FLATE},          {"LZWDecode", "LZW", PDF_LZW},
        {"RunLengthDecode", "RL", PDF_RUN_LENGTH}, {"ASCIIHexDecode", "AHx", PDF_HEX},
        {"ASCII85Decode", "A85", PDF_85},          {"DCTDecode", "DCT", PDF_PICTURE},
        {"JPXDecode", "JPX", PDF_PICTURE},         {"CCITTFaxDecode", "CCF", PDF_PICTURE},
        {"JBIG2Decode", "JB2", PDF_PICTURE},       {"Crypt", "Crypt", PDF_CRYPT}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (str_eq(name, str_of(filters[i].name)) || str_eq(name, str_of(filters[i].brief)))
            return filters[i].filter;
    return PDF_NONE;
}

/* A byte below 128 is followed by one more than as many bytes, one above by one to be repeated. */
static enum unpack_flow
run_length(str data, struct buf *out)
{
    for (size_t at = 0; at < data.n;) {
        uint32_t length = unpack_u8(data, at++);
        if (length == 128)
            return UNPACK_ENDED;
        if (length < 128) {
            buf_str(out, unpack_slice(data, at, length + 1));
            at += length + 1;
        } else {
            char *to = at < data.n ? buf_space(out, 257 - length) : NULL;
            if (to)
                memset(to, data.p[at], 257 - length);
            at++;
        }
        if (out->full)
            return UNPACK_CUT;
    }
    return UNPACK_ENDED;
}

/* Each code's text is the one of an earlier code and one byte more: where it stands in the output,
 * and how long it is. */
struct lzw {
    size_t at[LZW_CODES];
    uint32_t length[LZW_CODES];
    uint32_t next, bits, bit_count, width;
};

static bool
lzw_code(struct lzw *lzw, str data, size_t *at, uint32_t *ret)
{
    while (lzw->bit_count < lzw->width) {
        if (*at >= data.n)
            return false;
        lzw->bits = lzw->bits << 8 | unpack_u8(data, (*at)++);
        lzw->bit_count += 8;
    }
    lzw->bit_count -= lzw->width;
    *ret = lzw->bits >> lzw->bit_count & ((1u << lzw->width) - 1);
    return true;
}

static bool
lzw_text(const struct lzw *lzw, uint32_t code, struct buf *out)
{
    if (code < LZW_CLEAR) {
        buf_char(out, (char)code);
        return true;
    }
    if (code >= lzw->next || code < LZW_FIRST)
        return false;
    char *to = buf_space(out, lzw->length[code]);
    for (uint32_t i = 0; to && i < lzw->length[code]; i++)
        to[i] = out->p[lzw->at[code] + i]; /* byte by byte: it may reach into itself */
    return true;
}

static enum unpack_flow
lzw_run(struct lzw *lzw, str data, struct buf *out)
{
    size_t at = 0, before = 0;
    bool has_before = false;
    for (uint32_t code; lzw_code(lzw, data, &at, &code);) {
        if (code == LZW_END)
            return UNPACK_ENDED;
        if (code == LZW_CLEAR) {
            lzw->next = LZW_FIRST;
            lzw->width = 9;
            has_before = false;
            continue;
        }
        size_t begin = out->n;
        if (has_before && lzw->next < LZW_CODES) {
            lzw->at[lzw->next] = before;
            lzw->length[lzw->next++] = (uint32_t)(begin - before) + 1;
        }
        if (!lzw_text(lzw, code, out))
            return UNPACK_BROKEN;
        if (out->full)
            return UNPACK_CUT;
        before = begin;
        has_before = true;
        while (lzw->width < 12 && lzw->next + 1 >= 1u << lzw->width)
            lzw->width++;
    }
    return UNPACK_ENDED;
}

static enum unpack_flow
lzw_decode(str data, struct buf *out)
{
    struct lzw *lzw = calloc(1, sizeof *lzw);
    if (!lzw)
        return UNPACK_CUT;
    lzw->next = LZW_FIRST;
    lzw->width = 9;
    enum unpack_flow flow = lzw_run(lzw, data, out);
    free(lzw);
    return flow;
}

enum unpack_flow
pdf_filter_apply(struct unpack *walk, enum pdf_filter filter, str data, struct buf *out)
{
    switch (filter) {
    case PDF_FLATE:
        return unpack_inflate_to(walk, data, 15, out);
    case PDF_LZW:
        return lzw_decode(data, out);
    case PDF_RUN_LENGTH:
        return run_length(data, out);
    case PDF_HEX:
        return text_decode_to(data, CODE_HEX, out) ? UNPACK_ENDED : UNPACK_CUT;
    case PDF_85:
        if (str_starts(data, STR("<~")))
            data = str_from(data, 2);
        return text_decode_to(data, CODE_85, out) ? UNPACK_ENDED : UNPACK_CUT;
    case PDF_NONE:
    case PDF_PICTURE:
    case PDF_CRYPT:
        break;
    }
    buf_str(out, data);
    return out->full ? UNPACK_CUT : UNPACK_ENDED;
}
