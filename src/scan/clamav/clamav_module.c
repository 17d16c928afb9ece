/* SPDX-License-Identifier: Apache-2.0 */
/* What ClamAV's signatures know of a file beside its bytes. */
#include "scan/clamav/file_kind.h"
#include "scan/clamav/layout.h"
#include "scan/modules/modules.h"

enum group { GROUP_NONE, GROUP_KIND, GROUP_LAYOUT, GROUP_VERSION };
enum section_field { SECTION_OFFSET, SECTION_SIZE, SECTION_FIELDS };
enum root_field {
    ROOT_TARGET,
    ROOT_ENTRY_POINT,
    ROOT_NUMBER_OF_SECTIONS,
    ROOT_SECTIONS,
    ROOT_LAST_SECTION,
    ROOT_VERSION_INFO,
    ROOT_CONTAINER,
    ROOT_WHEN,
    ROOT_NUMBER,
    ROOT_FIELDS,
};

/* NUMBER when the condition holds, else 0: how often a part of a signature counts. */
static struct value
call_when(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    (void)self;
    return value_integer(arguments[0].i ? arguments[1].i : 0);
}

static struct value
read_binary(const uint8_t *p, size_t size, bool is_little)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | p[is_little ? size - 1 - i : i];
    return value_integer((int64_t)value);
}

/* Digits may follow blanks; what follows the digits is not looked at, unless EXACT. Little-endian
 * text has its pairs of digits in reverse and must be digits throughout. */
static struct value
read_digits(const uint8_t *p, size_t size, unsigned base, bool is_little, bool is_exact)
{
    size_t at = 0, digits = 0;
    uint64_t value = 0;
    while (!is_exact && at < size && (p[at] == ' ' || (p[at] >= '\t' && p[at] <= '\r')))
        at++;
    for (; at < size && (unsigned)hex_digit(p[at]) < base; at++, digits++) {
        if (value > (INT64_MAX - 15) / base)
            return value_undefined();
        value = value * base + (unsigned)hex_digit(p[at]);
    }
    if (digits == 0 || ((is_exact || is_little) && digits < size))
        return value_undefined();
    if (is_little) {
        uint64_t swapped = 0;
        for (size_t i = 0; i < (size + 1) / 2; i++, value >>= 8)
            swapped = swapped << 8 | (value & 0xff);
        value = swapped;
    }
    return value_integer((int64_t)value);
}

/* number(form, offset, size): form is a kind (i binary, h hexadecimal, d decimal, a either by its
 * beginning), an order of bytes (l, b) and e for exactly so many digits. */
static struct value
call_number(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)self;
    str form = arguments[0].s;
    int64_t offset = arguments[1].i, size = arguments[2].i;
    if (form.n < 2 || offset < 0 || size < 1 || (uint64_t)offset >= run->data.n)
        return value_undefined();
    char kind = form.p[0];
    bool is_little = form.p[1] == 'l', is_exact = form.n > 2 && form.p[2] == 'e';
    const uint8_t *p = (const uint8_t *)run->data.p + offset;
    uint64_t left = run->data.n - (uint64_t)offset;
    if ((is_exact || kind == 'i') && left < (uint64_t)size)
        return value_undefined();
    size_t n = left < (uint64_t)size ? (size_t)left : (size_t)size;
    if (kind == 'i')
        return n <= 8 ? read_binary(p, n, is_little) : value_undefined();
    unsigned base = kind == 'h' ? 16 : 10;
    if (kind == 'a' && n > 2 && p[0] == '0' && (p[1] | 0x20) == 'x') {
        base = 16;
        p += 2;
        n -= 2;
    }
    return read_digits(p, n, base, is_little && base == 16, is_exact);
}

static const struct overload when[] = {{"bi", 'i', call_when}, {NULL, 0, NULL}};
static const struct overload number[] = {{"sii", 'i', call_number}, {NULL, 0, NULL}};

static const struct field section_fields[] = {
    [SECTION_OFFSET] = {.name = "offset", .kind = FIELD_INTEGER},
    [SECTION_SIZE] = {.name = "size", .kind = FIELD_INTEGER},
};
static const struct shape section_shape = {section_fields, SECTION_FIELDS};
static const struct field fields[] = {
    [ROOT_TARGET] = {.name = "target", .kind = FIELD_INTEGER, .group = GROUP_KIND},
    [ROOT_ENTRY_POINT] = {.name = "entry_point", .kind = FIELD_INTEGER, .group = GROUP_LAYOUT},
    [ROOT_NUMBER_OF_SECTIONS] = {.name = "number_of_sections",
                                 .kind = FIELD_INTEGER,
                                 .group = GROUP_LAYOUT},
    [ROOT_SECTIONS] = {.name = "sections",
                       .kind = FIELD_ARRAY,
                       .item = FIELD_STRUCT,
                       .shape = &section_shape,
                       .group = GROUP_LAYOUT},
    [ROOT_LAST_SECTION] = {.name = "last_section", .kind = FIELD_INTEGER, .group = GROUP_LAYOUT},
    [ROOT_VERSION_INFO] = {.name = "version_info",
                           .kind = FIELD_ARRAY,
                           .item = FIELD_INTEGER,
                           .group = GROUP_VERSION},
    [ROOT_CONTAINER] = {.name = "container", .kind = FIELD_STRING},
    [ROOT_WHEN] = {.name = "when", .kind = FIELD_FUNCTION, .overloads = when},
    [ROOT_NUMBER] = {.name = "number", .kind = FIELD_FUNCTION, .overloads = number},
};

static void
load_layout(struct module_run *run)
{
    struct layout layout;
    struct value *root = run->root->fields;
    if (!layout_read(run->data, run->arena, &layout))
        return;
    if (layout.has_entry)
        root[ROOT_ENTRY_POINT] = value_integer((int64_t)layout.entry);
    root[ROOT_NUMBER_OF_SECTIONS] = value_integer((int64_t)layout.count);
    struct list *sections = module_array(run, layout.count);
    for (size_t i = 0; i < layout.count; i++) {
        struct object *section = module_object(run, &section_shape);
        section->fields[SECTION_OFFSET] = value_integer((int64_t)layout.sections[i].offset);
        section->fields[SECTION_SIZE] = value_integer((int64_t)layout.sections[i].size);
        sections->items[i] = value_struct(section);
    }
    root[ROOT_SECTIONS] = value_array(sections);
    if (layout.count)
        root[ROOT_LAST_SECTION] = value_integer((int64_t)layout.sections[layout.count - 1].offset);
}

static void
load_version(struct module_run *run)
{
    uint64_t *offsets = NULL;
    size_t count = version_entries(run->data, run->arena, &offsets);
    struct list *list = module_array(run, count);
    for (size_t i = 0; i < count; i++)
        list->items[i] = value_integer((int64_t)offsets[i]);
    run->root->fields[ROOT_VERSION_INFO] = value_array(list);
}

/* What a file lies in is not known here: members of archives are scanned with the archive's type
 * in `container`, other files leave it undefined. */
static void
load(struct module_run *run, unsigned group)
{
    if (group == GROUP_KIND)
        run->root->fields[ROOT_TARGET] = value_integer(file_kind_of(run->data));
    else if (group == GROUP_LAYOUT)
        load_layout(run);
    else if (group == GROUP_VERSION)
        load_version(run);
}

const struct module clamav_module = {
    .name = "clamav",
    .shape = {fields, ROOT_FIELDS},
    .load = load,
};
