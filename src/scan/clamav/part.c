/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of bytes (hex::flags), and parts that lean on another part: byte comparisons and macros. */
#include "scan/clamav/part.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "scan/clamav/body.h"

static void
cleanup_buf(struct buf *buf)
{
    buf_clear(buf);
}

/* "hex::iwfa" */
static errcode
cut_flags(str *text, struct body_flags *ret, struct err *err)
{
    size_t at = str_find(*text, STR("::"));
    str letters = at == SIZE_MAX ? (str){0} : str_from(*text, at + 2);
    if (at != SIZE_MAX)
        text->n = at;
    for (size_t i = 0; i < letters.n; i++) {
        char c = letters.p[i];
        if (c == 'i')
            ret->nocase = true;
        else if (c == 'w')
            ret->wide = true;
        else if (c == 'f')
            ret->fullword = true;
        else if (c == 'a')
            ret->ascii = true;
        else
            return err_set(err, ERR_FORMAT, "\"%c\" is no modifier", c);
    }
    return OK;
}

/* "EP+0:hex" */
static errcode
cut_offset(str *text, unsigned target, struct offset *ret, struct err *err)
{
    *ret = (struct offset){.kind = OFFSET_ANY};
    size_t colon = str_find(*text, STR(":"));
    if (colon == SIZE_MAX || (colon + 1 < text->n && text->p[colon + 1] == ':'))
        return OK;
    str place = {text->p, colon};
    *text = str_from(*text, colon + 1);
    errcode code = offset_parse(place, target, ret, err);
    if (code == OK && ret->kind == OFFSET_MACRO)
        code = err_set(err, ERR_FORMAT, "a macro group is no offset of a part");
    return code;
}

static errcode
body_says(struct part *part, size_t number, struct arena *arena, struct err *err)
{
    cleanup(cleanup_buf) struct buf found = BUF(LIMIT_CLAMAV_CONDITION),
                                    matches = BUF(LIMIT_CLAMAV_CONDITION);
    char name[24];
    struct logic_part *says = &part->says;
    bool is_bare = part->offset.kind == OFFSET_ANY && !part->has_second;
    buf_z(&found, is_bare ? "" : "(");
    for (int i = 0; i <= part->has_second; i++) {
        snprintf(name, sizeof name, "%zu%s", number, i ? "w" : "");
        buf_z(&found, i ? " or " : "");
        buf_z(&matches, i ? " + " : "");
        offset_write_found(&part->offset, name, part->is_shifted, &found);
        struct err own;
        says->refused = offset_write_count(&part->offset, name, part->is_shifted, &matches, &own);
        if (says->refused != OK)
            says->reason = arena_z(arena, str_of(own.text));
    }
    buf_z(&found, is_bare ? "" : ")");
    says->found = arena_str(arena, buf_view(&found));
    if (says->refused == OK)
        says->matches = arena_str(arena, buf_view(&matches));
    return buf_check(&found, "a condition", err);
}

/* Text that ClamAV makes small before it looks (HTML, plain text) is read as it is here, so letters
 * match in either case. */
static bool
is_normalised(unsigned target)
{
    enum { TARGET_HTML = 3, TARGET_TEXT = 7 };
    return target == TARGET_HTML || target == TARGET_TEXT;
}

errcode
part_body(struct parts *parts, str text, struct part *ret, struct err *err)
{
    struct arena *arena = parts->load->arena;
    struct part part = {.is_body = true, .needs = (uint64_t)1 << parts->count};
    struct body_flags flags = {0};
    errcode code = cut_offset(&text, parts->target, &part.offset, err);
    if (code == OK)
        code = cut_flags(&text, &flags, err);
    struct body body;
    if (code == OK)
        code = body_parse(text, arena, &body, err);
    if (code != OK)
        return code;
    for (size_t i = 0; i < body.count && is_normalised(parts->target); i++)
        flags.nocase = true;
    for (size_t i = 0; i < body.count; i++)
        if (body.tokens[i].kind == TOKEN_NOT && is_normalised(parts->target))
            flags.nocase = false;
    char name[24];
    snprintf(name, sizeof name, "%zu", parts->count);
    cleanup(cleanup_buf) struct buf out = BUF(LIMIT_CLAMAV_RULE);
    struct body_strings strings;
    code = body_write(&body, &flags, offset_is_start(&part.offset), name, &out, &strings, err);
    if (code != OK)
        return code;
    part.has_second = strings.has_second;
    part.is_shifted = strings.is_shifted;
    part.definition = arena_str(arena, buf_view(&out));
    code = body_says(&part, parts->count, arena, err);
    if (code == OK)
        *ret = part;
    return code;
}

/* The part that another one leans on: bytes, whose matches have one place each. */
static errcode
find_base(struct parts *parts, uint64_t number, struct part **ret, struct err *err)
{
    if (number >= parts->count)
        return err_set(err, ERR_FORMAT, "sub-signature %llu does not stand before it",
                       (unsigned long long)number);
    struct part *base = &parts->parts[number];
    if (!base->is_body)
        return err_set(err, ERR_FORMAT, "sub-signature %llu is no bytes",
                       (unsigned long long)number);
    if (base->has_second || base->is_shifted)
        return err_set(err, ERR_UNSUPPORTED, "sub-signature %llu may begin at two places a match",
                       (unsigned long long)number);
    *ret = base;
    return OK;
}

/* A number, or 0x and hexadecimal digits. */
static bool
read_value(str text, int64_t *ret)
{
    bool minus = text.n > 1 && text.p[0] == '-';
    if (minus)
        text = str_from(text, 1);
    uint64_t value = 0;
    bool is_hex = text.n > 2 && text.p[0] == '0' && (text.p[1] | 0x20) == 'x';
    bool is_number = is_hex ? str_to_hex(str_from(text, 2), &value) && value <= INT64_MAX
                            : str_to_u64(text, INT64_MAX, &value);
    if (!is_number)
        return false;
    *ret = minus ? -(int64_t)value : (int64_t)value;
    return true;
}

/* Takes one of LETTERS from the front of *TEXT; 0 when none stands there. */
static char
take_letter(str *text, const char *letters)
{
    if (!text->n || !strchr(letters, text->p[0]))
        return 0;
    char c = text->p[0];
    *text = str_from(*text, 1);
    return c;
}

/* "hbe4": kind (d is the default), order, exact, number of bytes. */
static errcode
read_number_form(str text, char form[4], int64_t *ret_size, struct err *err)
{
    str rest = text;
    char kind = take_letter(&rest, "hdai"), order = take_letter(&rest, "lb");
    char exact = take_letter(&rest, "e");
    int64_t size;
    if (!read_value(rest, &size) || size < 1 || size > 64)
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no kind and number of bytes", STR_ARG(text));
    kind = kind ? kind : 'd';
    if (kind == 'i' && size != 1 && size != 2 && size != 4 && size != 8)
        return err_set(err, ERR_FORMAT, "binary numbers have 1, 2, 4 or 8 bytes");
    if (kind == 'd' && order == 'l')
        return err_set(err, ERR_FORMAT, "decimal numbers are big-endian");
    if (order == 0 && kind != 'd')
        return err_set(err, ERR_FORMAT, "l or b for the order of bytes is missing");
    snprintf(form, 4, "%c%c%s", kind, order == 'l' ? 'l' : 'b', exact ? "e" : "");
    *ret_size = size;
    return OK;
}

/* ">5,<9": both must hold. */
static errcode
write_comparisons(str text, str number, struct arena *arena, str *ret, struct err *err)
{
    str one, all = {0};
    size_t count = 0;
    errcode code = OK;
    for (str rest = text; code == OK && str_cut(&rest, ',', &one); count++) {
        int64_t value;
        if (count == 2 || one.n < 2 || !memchr("<>=", one.p[0], 3) ||
            !read_value(str_from(one, 1), &value))
            return err_set(err, ERR_FORMAT, "the comparisons \"%.*s\" are wrong", STR_ARG(text));
        code = load_text(arena, &all, err, "%.*s%s%.*s %s %lld", STR_ARG(all), count ? " and " : "",
                         STR_ARG(number),
                         one.p[0] == '='   ? "=="
                         : one.p[0] == '<' ? "<"
                                           : ">",
                         (long long)value);
    }
    *ret = all;
    return code;
}

/* Where the base's last match is: ClamAV compares there only. */
static errcode
last_place(const struct part *base, uint64_t number, struct arena *arena, str *ret, struct err *err)
{
    if (base->offset.kind == OFFSET_ANY)
        return load_text(arena, ret, err, "@%llu[#%llu]", (unsigned long long)number,
                         (unsigned long long)number);
    if (base->offset.shift || base->offset.kind == OFFSET_IN_SECTION ||
        base->offset.kind == OFFSET_VERSION)
        return err_set(err, ERR_UNSUPPORTED, "a comparison beside one of several offsets");
    cleanup(cleanup_buf) struct buf place = BUF(LIMIT_CLAMAV_CONDITION);
    buf_char(&place, '(');
    offset_write_place(&base->offset, 0, &place);
    buf_char(&place, ')');
    *ret = arena_str(arena, buf_view(&place));
    return OK;
}

/* A part without a number of matches counts once. */
static errcode
says_once(struct part *part, struct arena *arena, struct err *err)
{
    return load_text(arena, &part->says.matches, err, "clamav.when(%.*s, 1)",
                     STR_ARG(part->says.found));
}

/* "0(>>4#ib2#>256)" */
errcode
part_compare(struct parts *parts, str text, struct part *ret, struct err *err)
{
    str rest = text, number = {0}, fields[3];
    str_cut(&rest, '(', &number);
    uint64_t base_number;
    if (!rest.p || !str_ends(rest, STR(")")) || !str_to_u64(number, UINT32_MAX, &base_number) ||
        load_fields((str){rest.p, rest.n - 1}, '#', fields, 3) != 3)
        return err_set(err, ERR_FORMAT, "the byte comparison is not N(offset#options#comparison)");
    struct arena *arena = parts->load->arena;
    struct part *base, part = {0};
    errcode code = find_base(parts, base_number, &base, err);
    if (code != OK)
        return code;
    bool is_back = str_starts(fields[0], STR("<<"));
    int64_t shift, size = 0;
    char form[4];
    if ((!is_back && !str_starts(fields[0], STR(">>"))) ||
        !read_value(str_from(fields[0], 2), &shift) || shift < 0 || shift > UINT32_MAX)
        return err_set(err, ERR_FORMAT, "the offset \"%.*s\" is wrong", STR_ARG(fields[0]));
    str place = {0}, value = {0}, comparisons = {0};
    code = read_number_form(fields[1], form, &size, err);
    if (code == OK)
        code = last_place(base, base_number, arena, &place, err);
    if (code == OK)
        code = load_text(arena, &value, err, "clamav.number(\"%s\", %.*s %c %lld, %lld)", form,
                         STR_ARG(place), is_back ? '-' : '+', (long long)shift, (long long)size);
    if (code == OK)
        code = write_comparisons(fields[2], value, arena, &comparisons, err);
    if (code == OK)
        code = load_text(arena, &part.says.found, err, "(%.*s and %.*s)", STR_ARG(base->says.found),
                         STR_ARG(comparisons));
    if (code == OK)
        code = says_once(&part, arena, err);
    part.needs = base->needs;
    if (code == OK)
        *ret = part;
    return code;
}

/* One member's string and the condition that it stands MIN to MAX bytes behind a match of BASE. */
static errcode
add_member(struct parts *parts, const struct macro *macro, size_t index, struct buf *definitions,
           struct buf *any, const char *range, struct err *err)
{
    struct body body;
    struct body_flags flags = {0};
    struct body_strings strings;
    char name[48];
    snprintf(name, sizeof name, "%zum%zu", parts->count, index);
    errcode code = body_parse(macro->hex, parts->load->arena, &body, err);
    if (code == OK)
        code = body_write(&body, &flags, false, name, definitions, &strings, err);
    if (code == OK && strings.is_shifted)
        code = err_set(err, ERR_UNSUPPORTED, "a macro that asks for what stands before it");
    buf_printf(any, "%s$%s in %s", index ? " or " : "", name, range);
    return code == OK ? buf_check(any, "a macro's condition", err) : code;
}

/* "${6-7}12$": a member of group 12 begins 6 to 7 bytes behind the beginning of the part before. */
errcode
part_macro(struct parts *parts, str text, struct part *ret, struct err *err)
{
    str rest = str_from(text, 2), bounds = {0}, low = {0};
    str_cut(&rest, '}', &bounds);
    str high = bounds;
    str_cut(&high, '-', &low);
    uint64_t min, max, group;
    if (!rest.p || !str_ends(rest, STR("$")) || !str_to_u64(low, UINT16_MAX, &min) ||
        !str_to_u64(high, UINT16_MAX, &max) || min > max ||
        !str_to_u64((str){rest.p, rest.n - 1}, MACRO_GROUPS - 1, &group))
        return err_set(err, ERR_FORMAT, "the macro is not ${min-max}group$");
    const struct macro *macro = macros_of(parts->load->macros, group);
    if (!macro || parts->count == 0)
        return err_set(err, ERR_FORMAT, "macro group %llu is empty or stands first",
                       (unsigned long long)group);
    struct part *base, part = {.needs = (uint64_t)1 << parts->count};
    uint64_t number = parts->count - 1;
    errcode code = find_base(parts, number, &base, err);
    if (code != OK)
        return code;
    cleanup(cleanup_buf) struct buf definitions = BUF(LIMIT_CLAMAV_RULE),
                                    any = BUF(LIMIT_CLAMAV_CONDITION);
    char range[96];
    snprintf(range, sizeof range, "(@%llu[i] + %llu..@%llu[i] + %llu)", (unsigned long long)number,
             (unsigned long long)min, (unsigned long long)number, (unsigned long long)max);
    for (size_t i = 0; macro && code == OK; macro = macro->next, i++)
        code = add_member(parts, macro, i, &definitions, &any, range, err);
    struct arena *arena = parts->load->arena;
    if (code == OK)
        code = load_text(arena, &part.says.found, err,
                         "(%.*s and for any i in (1..#%llu) : (%.*s))", STR_ARG(base->says.found),
                         (unsigned long long)number, STR_ARG(buf_view(&any)));
    if (code == OK)
        code = says_once(&part, arena, err);
    part.needs |= base->needs;
    part.definition = arena_str(arena, buf_view(&definitions));
    if (code == OK)
        *ret = part;
    return code;
}
