/* SPDX-License-Identifier: Apache-2.0 */
/* PDF (ISO 32000-1): every object that stands in the file, whatever the cross-reference says, since
 * readers repair files in their own ways. First the dictionaries and object streams are read for
 * scripts and for the numbers of objects that are scripts, then every stream is given decoded. */
#include "base/require.h"
#include "scan/unpack_documents/pdf_filter.h"
#include "scan/unpack_documents/text_code.h"

enum {
    HEAD = 1024,
    DICTIONARY_MAX = 64 << 10,
    OPEN_MAX = 4 << 10,
    FILTERS_MAX = 8,
    REFERENCES_MAX = 4096,
    SCRIPT_MAX = 8 << 20,
};

struct object {
    uint64_t number;
    str dictionary, stream; /* stream.p is NULL when there is none */
};
struct pdf {
    struct unpack *walk;
    str data;
    struct buf dictionary; /* of the object at hand, its names without #xx */
    uint64_t scripts[REFERENCES_MAX];
    size_t script_count;
    bool is_encrypted;
};

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_find(unpack_slice(data, 0, HEAD), STR("%PDF-")) != SIZE_MAX;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool
is_name_end(char c)
{
    return is_space(c) || strchr("/<>[]()%{}", c) != NULL;
}

/* ── objects ── */

/* The number of "12 0 obj" when "obj" stands at AT. */
static bool
object_number(str data, size_t at, uint64_t *ret)
{
    size_t digits = 0;
    for (unsigned i = 0; i < 2; i++) { /* the generation, then the number */
        while (at && is_space(data.p[at - 1]))
            at--;
        size_t end = at;
        while (at && ascii_is_digit(data.p[at - 1]) && end - at < 12)
            at--;
        digits = end - at;
        if (!digits)
            return false;
    }
    return str_to_u64((str){data.p + at, digits}, UINT64_MAX, ret);
}

/* The value that follows a key, its blanks taken off; false when the key is not there. */
static bool
find_key(str dictionary, const char *key, str *ret)
{
    str name = str_of(key);
    for (size_t from = 0, at; (at = str_find(str_from(dictionary, from), name)) != SIZE_MAX;) {
        str rest = str_from(dictionary, from + at + name.n);
        from += at + name.n;
        if (rest.n && !is_name_end(rest.p[0]))
            continue;
        while (rest.n && is_space(rest.p[0]))
            rest = str_from(rest, 1);
        *ret = rest;
        return true;
    }
    return false;
}

static uint64_t
number_at(str text)
{
    size_t n = 0;
    uint64_t value = 0;
    while (n < text.n && n < 19 && ascii_is_digit(text.p[n]))
        n++;
    return n && str_to_u64((str){text.p, n}, UINT64_MAX, &value) ? value : 0;
}

/* By /Length where "endstream" follows that, else until it is found. */
static str
stream_at(str data, size_t at, str dictionary)
{
    if (at < data.n && data.p[at] == '\r')
        at++;
    if (at < data.n && data.p[at] == '\n')
        at++;
    str rest = str_from(data, at), length;
    if (!rest.p)
        return STR("");
    uint64_t n = find_key(dictionary, "/Length", &length) ? number_at(length) : 0;
    if (n && n < rest.n &&
        str_find(unpack_slice(rest, (size_t)n, 12), STR("endstream")) != SIZE_MAX)
        return (str){rest.p, (size_t)n};
    size_t end = str_find(rest, STR("endstream"));
    return (str){rest.p, end == SIZE_MAX ? rest.n : end};
}

/* The next object from *AT on. */
static bool
next_object(struct pdf *pdf, size_t *at, struct object *ret)
{
    for (size_t found; (found = str_find(str_from(pdf->data, *at), STR("obj"))) != SIZE_MAX;) {
        size_t begin = *at + found;
        *at = begin + 3;
        if (!object_number(pdf->data, begin, &ret->number))
            continue;
        str rest = str_from(pdf->data, begin + 3), head = unpack_slice(rest, 0, DICTIONARY_MAX);
        size_t end = str_find(head, STR("endobj"));
        /* Without an end it is short, so that many of them take no time. */
        head.n = end != SIZE_MAX ? end : head.n < OPEN_MAX ? head.n : OPEN_MAX;
        size_t stream = str_find(head, STR("stream"));
        head.n = stream == SIZE_MAX ? head.n : stream;
        ret->dictionary = head;
        ret->stream = (str){0};
        if (stream != SIZE_MAX) {
            ret->stream = stream_at(rest, stream + 6, head);
            *at = (size_t)(ret->stream.p - pdf->data.p) + ret->stream.n;
            *at = *at < begin + 3 ? begin + 3 : *at;
        }
        return true;
    }
    return false;
}

/* "/J#53" is "/JS". */
static str
plain_names(struct pdf *pdf, str dictionary)
{
    if (!dictionary.n || !memchr(dictionary.p, '#', dictionary.n))
        return dictionary;
    buf_reset(&pdf->dictionary);
    for (size_t i = 0; i < dictionary.n; i++) {
        int high =
            dictionary.p[i] == '#' && i + 2 < dictionary.n ? hex_digit(dictionary.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(dictionary.p[i + 2]) : -1;
        buf_char(&pdf->dictionary, low >= 0 ? (char)(high << 4 | low) : dictionary.p[i]);
        i += low >= 0 ? 2 : 0;
    }
    return buf_view(&pdf->dictionary);
}

/* ── streams ── */

static size_t
read_filters(str dictionary, enum pdf_filter filters[FILTERS_MAX])
{
    str value;
    size_t n = 0;
    if (!find_key(dictionary, "/Filter", &value) && !find_key(dictionary, "/F", &value))
        return 0;
    bool is_list = str_starts(value, STR("["));
    value = str_from(value, is_list);
    while (n < FILTERS_MAX && value.n) {
        if (is_space(value.p[0])) {
            value = str_from(value, 1);
            continue;
        }
        size_t end = 1;
        while (end < value.n && !is_name_end(value.p[end]))
            end++;
        enum pdf_filter filter = pdf_filter_of((str){value.p + 1, end - 1});
        if (value.p[0] != '/' || filter == PDF_NONE)
            break;
        filters[n++] = filter;
        value = str_from(value, end);
        if (!is_list)
            break;
    }
    return n;
}

/* Through all filters but pictures' into OUT. */
static enum unpack_flow
decode(struct pdf *pdf, str data, const enum pdf_filter *filters, size_t n, struct buf *out)
{
    struct buf before = BUF(out->cap);
    enum unpack_flow flow = UNPACK_ENDED;
    if (!n)
        flow = pdf_filter_apply(pdf->walk, PDF_NONE, data, out);
    for (size_t i = 0; i < n && flow != UNPACK_CUT && filters[i] != PDF_PICTURE; i++) {
        struct buf swap = before;
        before = *out;
        *out = swap;
        buf_reset(out);
        enum unpack_flow step =
            pdf_filter_apply(pdf->walk, filters[i], i ? buf_view(&before) : data, out);
        flow = step == UNPACK_ENDED ? flow : step;
    }
    buf_clear(&before);
    return flow;
}

static bool
is_script_number(const struct pdf *pdf, uint64_t number)
{
    for (size_t i = 0; i < pdf->script_count; i++)
        if (pdf->scripts[i] == number)
            return true;
    return false;
}

static bool
give_stream(struct pdf *pdf, const struct object *object)
{
    struct unpack *walk = pdf->walk;
    enum pdf_filter filters[FILTERS_MAX];
    size_t n = read_filters(plain_names(pdf, object->dictionary), filters);
    char name[48];
    snprintf(name, sizeof name, "object %llu", (unsigned long long)object->number);
    str named = str_of(name);
    bool is_script = is_script_number(pdf, object->number);
    if (!n || filters[0] == PDF_PICTURE)
        return unpack_give(walk, named, object->stream, is_script);
    enum unpack_flow flow;
    bool on;
    if (n == 1 && filters[0] == PDF_FLATE) {
        unpack_begin(walk);
        flow = unpack_inflate(walk, object->stream, 15, NULL);
        on = (pdf->is_encrypted && flow == UNPACK_BROKEN) ||
             unpack_give_made(walk, named, is_script);
    } else {
        struct buf out = BUF(unpack_member_max(walk));
        flow = decode(pdf, object->stream, filters, n, &out);
        on = unpack_give(walk, named, buf_view(&out), is_script);
        if (on && flow == UNPACK_CUT)
            unpack_skip(walk, named, UNPACK_MEMBER, "pdf: more than a member may have");
        buf_clear(&out);
    }
    if (on && flow == UNPACK_BROKEN && !pdf->is_encrypted)
        unpack_skip(walk, named, UNPACK_DAMAGED, "pdf: a stream's filter found a fault");
    return on;
}

/* ── scripts ── */

static char
escaped(char c)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : c;
}

/* A text in parentheses. */
static void
read_literal(str text, struct buf *out)
{
    unsigned depth = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' && i + 1 < text.n) {
            uint32_t code = 0, n = 0;
            while (n < 3 && i + 1 < text.n && text.p[i + 1] >= '0' && text.p[i + 1] <= '7') {
                code = code * 8 + (uint32_t)(text.p[++i] - '0');
                n++;
            }
            if (n)
                buf_char(out, (char)code);
            else if (text.p[++i] != '\n' && text.p[i] != '\r')
                buf_char(out, escaped(text.p[i]));
            continue;
        }
        if (c == ')' && --depth == 0)
            return;
        if (depth)
            buf_char(out, c);
        if (c == '(')
            depth++;
    }
}

static bool
give_script(struct pdf *pdf, str value)
{
    struct buf text = BUF(SCRIPT_MAX);
    bool on = true;
    if (str_starts(value, STR("(")))
        read_literal(value, &text);
    else if (str_starts(value, STR("<")) && !str_starts(value, STR("<<")))
        text_decode_to(str_from(value, 1), CODE_HEX, &text);
    else if (pdf->script_count < REFERENCES_MAX && number_at(value))
        pdf->scripts[pdf->script_count++] = number_at(value);
    if (text.n)
        on = unpack_give(pdf->walk, STR(""), buf_view(&text), true);
    buf_clear(&text);
    return on;
}

static bool
find_scripts(struct pdf *pdf, str text)
{
    bool on = true;
    for (str value; on && find_key(text, "/JS", &value); text = value)
        on = give_script(pdf, value);
    return on;
}

static bool
read_dictionary(struct pdf *pdf, const struct object *object)
{
    str dictionary = plain_names(pdf, object->dictionary), type;
    bool is_objects = object->stream.n && find_key(dictionary, "/Type", &type) &&
                      str_starts(type, STR("/ObjStm"));
    if (!find_scripts(pdf, dictionary))
        return false;
    if (!is_objects)
        return true;
    enum pdf_filter filters[FILTERS_MAX];
    size_t n = read_filters(plain_names(pdf, object->dictionary), filters);
    struct buf objects = BUF(unpack_member_max(pdf->walk));
    decode(pdf, object->stream, filters, n, &objects);
    bool on = find_scripts(pdf, buf_view(&objects));
    buf_clear(&objects);
    return on;
}

static void
read_pdf(struct unpack *walk, str data)
{
    struct pdf *pdf = mem_calloc(1, sizeof *pdf);
    str value;
    *pdf = (struct pdf){.walk = walk, .data = data, .dictionary = BUF(DICTIONARY_MAX)};
    pdf->is_encrypted = find_key(data, "/Encrypt", &value);
    if (pdf->is_encrypted)
        unpack_skip(walk, STR(""), UNPACK_ENCRYPTED, "pdf");
    struct object object;
    bool on = true;
    for (size_t at = 0; on && unpack_is_on(walk) && next_object(pdf, &at, &object);)
        on = read_dictionary(pdf, &object);
    for (size_t at = 0; on && next_object(pdf, &at, &object);)
        if (object.stream.n)
            on = give_stream(pdf, &object);
    buf_clear(&pdf->dictionary);
    free(pdf);
}

const struct unpack_kind unpack_pdf = {"pdf", matches, read_pdf};
