/* SPDX-License-Identifier: Apache-2.0 */
/* Types in signatures (ECMA-335 II.23.2.12). A type holds types, so an explicit stack stands in for
 * recursion: each frame is a type whose inner types are being read, and has its beginning in the
 * text already. A broken inner type takes back what was written since its frame began. */
#include "base/limits.h"
#include "base/require.h"
#include "scan/dotnet/types.h"

enum {
    DEPTH_MAX = 16,
    FRAMES_MAX = DEPTH_MAX + 1, /* each is of another depth */
    RANK_MAX = 50,
    ARGUMENTS_MAX = 1000, /* of a generic type */
    PARAMETERS_MAX = 2000,
    COST = 16,        /* what reading one type takes from the budget at least */
    NUMBER_COST = 64, /* and writing a number */
};

enum element {
    ELEMENT_POINTER = 0x0f,
    ELEMENT_REFERENCE = 0x10,
    ELEMENT_VALUE_TYPE = 0x11,
    ELEMENT_CLASS = 0x12,
    ELEMENT_CLASS_PARAMETER = 0x13,
    ELEMENT_ARRAY = 0x14,
    ELEMENT_GENERIC = 0x15,
    ELEMENT_FUNCTION = 0x1b,
    ELEMENT_VECTOR = 0x1d,
    ELEMENT_METHOD_PARAMETER = 0x1e,
    ELEMENT_REQUIRED_MODIFIER = 0x1f,
    ELEMENT_OPTIONAL_MODIFIER = 0x20,
    ELEMENT_SPECIFICATION, /* ours: a TypeSpec's own signature */
};
static const char *const simple[] = {
    [0x01] = "void",           [0x02] = "bool",   [0x03] = "char",   [0x04] = "sbyte",
    [0x05] = "byte",           [0x06] = "short",  [0x07] = "ushort", [0x08] = "int",
    [0x09] = "uint",           [0x0a] = "long",   [0x0b] = "ulong",  [0x0c] = "float",
    [0x0d] = "double",         [0x0e] = "string", [0x18] = "IntPtr", [0x19] = "UIntPtr",
    [0x16] = "TypedReference", [0x1c] = "object",
};

struct frame {
    enum element element;
    unsigned depth; /* of its inner types */
    size_t start;   /* of its text */
    size_t mark;    /* of the text of the list's item that is being read */
    bool in_list;
    uint32_t i, count;             /* of the list */
    struct signature outer;        /* of a specification: what to go back to */
    const struct generics *method; /* and with what */
};
struct reader {
    struct types *types;
    struct signature in;
    const struct generics *of_class, *of_method;
    unsigned depth; /* of the type that is read next */
    size_t count;
    struct frame frames[FRAMES_MAX];
};
enum outcome {
    BROKEN,
    NAMED,   /* the text is elsewhere */
    WRITTEN, /* the text is at the end of types->text */
    INNER,   /* an inner type comes first */
};

uint32_t
signature_number(struct signature *signature)
{
    const uint8_t *p = signature->p;
    size_t n = signature->n, size;
    uint32_t value;
    if (n < 1)
        return 0;
    if (p[0] < 0x80) {
        size = 1;
        value = p[0];
    } else if (p[0] < 0xc0 && n >= 2) {
        size = 2;
        value = (uint32_t)(p[0] & 0x3f) << 8 | p[1];
    } else if (p[0] >= 0xc0 && p[0] < 0xe0 && n >= 4) {
        size = 4;
        value = (uint32_t)(p[0] & 0x1f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    } else {
        return 0;
    }
    signature->p += size;
    signature->n -= size;
    return value;
}

/* A signed number has its sign in the lowest bit. */
static int32_t
signed_number(struct signature *signature)
{
    const uint8_t *start = signature->p;
    int32_t value = (int32_t)signature_number(signature);
    size_t size = (size_t)(signature->p - start);
    int32_t range = size == 1 ? 1 << 6 : size == 2 ? 1 << 13 : 1 << 28;
    return value & 1 ? (value >> 1) - range : value >> 1;
}

static void
write_text(struct reader *reader, const char *z)
{
    buf_z(&reader->types->text, z);
}

static void
take_back(struct reader *reader, size_t start)
{
    struct buf *text = &reader->types->text;
    if (text->n > start)
        text->n = start;
}

static struct frame *
push(struct reader *reader, enum element element, const char *begin)
{
    require(reader->count < FRAMES_MAX);
    struct frame *frame = &reader->frames[reader->count++];
    *frame = (struct frame){
        .element = element,
        .depth = reader->depth + 1,
        .start = reader->types->text.n,
    };
    write_text(reader, begin);
    reader->depth = frame->depth;
    return frame;
}

static bool
blob_signature(const struct types *types, uint32_t specification, struct signature *ret)
{
    const struct metadata *metadata = types->metadata;
    const char *row = metadata_row(metadata, TABLE_TYPE_SPEC, specification);
    if (!row)
        return false;
    str blob = metadata_blob(metadata, metadata_column(metadata, TABLE_TYPE_SPEC, row, 0));
    if (!blob.p)
        return false;
    *ret = (struct signature){(const uint8_t *)blob.p, blob.n};
    return true;
}

static str
reference_name(struct types *types, uint32_t index)
{
    const struct metadata *metadata = types->metadata;
    const char *row = metadata_row(metadata, TABLE_TYPE_REF, index);
    if (!row || index > types->reference_count)
        return (str){NULL, 0};
    struct type_name *name = &types->references[index];
    if (!name->known) {
        name->known = true;
        uint32_t own = metadata_column(metadata, TABLE_TYPE_REF, row, 1);
        uint32_t name_space = metadata_column(metadata, TABLE_TYPE_REF, row, 2);
        name->full = types_join(types, metadata_string(metadata, name_space),
                                metadata_string(metadata, own));
    }
    return name->full;
}

/* A TypeDefOrRef index: a named type, or a specification to be read first. */
static enum outcome
begin_named(struct reader *reader, uint32_t index, str *ret)
{
    uint32_t row = index >> 2, table = index & 3;
    *ret = (str){NULL, 0};
    if (table == 0)
        *ret = types_definition(reader->types, row)->full;
    if (table == 1)
        *ret = reference_name(reader->types, row);
    struct signature inner;
    if (table != 2 || !blob_signature(reader->types, row, &inner))
        return ret->p ? NAMED : BROKEN;
    struct frame *frame = push(reader, ELEMENT_SPECIFICATION, "");
    frame->outer = reader->in;
    frame->method = reader->of_method;
    reader->in = inner;
    reader->of_method = NULL;
    return INNER;
}

static enum outcome
begin_parameter(const struct generics *generics, uint32_t index, str *ret)
{
    if (!generics || index >= generics->count)
        return BROKEN;
    *ret = generics->names[index].s;
    return NAMED;
}

static enum outcome
begin_function(struct reader *reader)
{
    struct signature *in = &reader->in;
    if (in->n == 0)
        return BROKEN;
    in->p++; /* calling convention */
    in->n--;
    uint32_t count = signature_number(in);
    if (count > PARAMETERS_MAX)
        return BROKEN;
    push(reader, ELEMENT_FUNCTION, "FnPtr<")->count = count;
    return INNER;
}

static enum outcome
begin_inner(struct reader *reader, enum element element, const char *text)
{
    push(reader, element, text);
    return INNER;
}

/* Reads one type up to its first inner type. */
static enum outcome
begin(struct reader *reader, str *ret)
{
    struct signature *in = &reader->in;
    if (!types_spend(reader->types, COST) || in->n < 1 || reader->depth > DEPTH_MAX)
        return BROKEN;
    uint8_t element = *in->p++;
    in->n--;
    if (element < sizeof simple / sizeof simple[0] && simple[element]) {
        *ret = str_of(simple[element]);
        return NAMED;
    }
    switch (element) {
    case ELEMENT_POINTER:
        return begin_inner(reader, element, "Ptr<");
    case ELEMENT_REFERENCE:
        return begin_inner(reader, element, "ref ");
    case ELEMENT_VECTOR:
    case ELEMENT_ARRAY:
    case ELEMENT_GENERIC:
        return begin_inner(reader, element, "");
    case ELEMENT_VALUE_TYPE:
    case ELEMENT_CLASS:
        return begin_named(reader, signature_number(in), ret);
    case ELEMENT_CLASS_PARAMETER:
        return begin_parameter(reader->of_class, signature_number(in), ret);
    case ELEMENT_METHOD_PARAMETER:
        return begin_parameter(reader->of_method, signature_number(in), ret);
    case ELEMENT_FUNCTION:
        return begin_function(reader);
    case ELEMENT_REQUIRED_MODIFIER:
    case ELEMENT_OPTIONAL_MODIFIER:
        signature_number(in); /* which modifier does not show */
        reader->depth++;
        return INNER;
    default:
        return BROKEN;
    }
}

/* An array's shape behind its type: the rank, then as many sizes and lower bounds as there are. */
static enum outcome
finish_array(struct reader *reader)
{
    struct signature *in = &reader->in;
    int32_t sizes[RANK_MAX], bounds[RANK_MAX];
    uint32_t rank = signature_number(in);
    if (rank == 0 || rank > RANK_MAX)
        return BROKEN;
    uint32_t size_count = signature_number(in);
    if (size_count > rank)
        return BROKEN;
    for (uint32_t i = 0; i < size_count; i++)
        sizes[i] = (int32_t)signature_number(in);
    uint32_t bound_count = signature_number(in);
    if (bound_count > rank)
        return BROKEN;
    for (uint32_t i = 0; i < bound_count; i++)
        bounds[i] = signed_number(in);
    if (!types_spend(reader->types, rank + NUMBER_COST * (size_count + bound_count)))
        return BROKEN;
    struct buf *text = &reader->types->text;
    for (uint32_t i = 0; i < rank; i++) {
        int32_t bound = i < bound_count ? bounds[i] : 0;
        buf_char(text, i == 0 ? '[' : ',');
        if (bound != 0)
            buf_printf(text, "%d...", bound);
        if (i < size_count)
            buf_printf(text, "%d", bound != 0 ? sizes[i] + bound - 1 : sizes[i]);
    }
    buf_char(text, ']');
    return WRITTEN;
}

/* The list in a generic type or a function's type, whose item before was OK or not: items that are
 * broken are left out. */
static enum outcome
go_on_list(struct reader *reader, struct frame *frame, bool ok)
{
    bool generic = frame->element == ELEMENT_GENERIC;
    if (!frame->in_list) {
        frame->in_list = true;
        write_text(reader, generic ? "<" : "(");
    } else {
        if (!ok)
            take_back(reader, frame->mark);
        frame->i++;
    }
    if (frame->i == frame->count) {
        write_text(reader, generic ? ">" : ")>");
        return WRITTEN;
    }
    frame->mark = reader->types->text.n;
    if (frame->i > 0)
        write_text(reader, generic ? "," : ", ");
    reader->depth = frame->depth;
    return INNER;
}

/* Goes on with FRAME after its inner type, which was OK or not. */
static enum outcome
go_on(struct reader *reader, struct frame *frame, bool ok)
{
    if (frame->element == ELEMENT_SPECIFICATION) {
        reader->in = frame->outer;
        reader->of_method = frame->method;
        return ok ? WRITTEN : BROKEN;
    }
    if (frame->in_list)
        return go_on_list(reader, frame, ok);
    if (!ok)
        return BROKEN;
    switch (frame->element) {
    case ELEMENT_POINTER:
        write_text(reader, ">");
        return WRITTEN;
    case ELEMENT_VECTOR:
        write_text(reader, "[]");
        return WRITTEN;
    case ELEMENT_ARRAY:
        return finish_array(reader);
    case ELEMENT_GENERIC:
        frame->count = signature_number(&reader->in);
        return frame->count > ARGUMENTS_MAX ? BROKEN : go_on_list(reader, frame, true);
    case ELEMENT_FUNCTION:
        return go_on_list(reader, frame, true);
    default:
        return WRITTEN;
    }
}

/* Closes frames until one wants another inner type. */
static enum outcome
settle(struct reader *reader, enum outcome outcome, str name)
{
    while (outcome != INNER && reader->count > 0) {
        struct frame *frame = &reader->frames[reader->count - 1];
        if (outcome == NAMED) {
            types_spend(reader->types, name.n);
            buf_str(&reader->types->text, name);
        }
        outcome = go_on(reader, frame, outcome != BROKEN);
        if (outcome == BROKEN)
            take_back(reader, frame->start);
        if (outcome != INNER)
            reader->count--;
    }
    return outcome;
}

static bool
read_types(struct reader *reader, enum outcome outcome, str name, str *ret)
{
    struct types *types = reader->types;
    outcome = settle(reader, outcome, name);
    while (outcome == INNER && !types->spent && !types->text.full) {
        outcome = begin(reader, &name);
        outcome = settle(reader, outcome, name);
    }
    if (outcome == BROKEN || outcome == INNER || types->spent || types->text.full)
        return false;
    if (outcome == WRITTEN)
        name = types_keep(types, buf_view(&types->text));
    if (name.p)
        *ret = name;
    return name.p;
}

bool
signature_type(struct types *types, struct signature *signature, const struct generics *of_class,
               const struct generics *of_method, str *ret)
{
    /* Kept: frames are too large to be cleared for each type. */
    struct reader *reader = types->reader;
    if (!reader)
        reader = types->reader = types_alloc(types, sizeof *reader);
    if (!reader)
        return false;
    reader->types = types;
    reader->in = *signature;
    reader->of_class = of_class;
    reader->of_method = of_method;
    reader->depth = 0;
    reader->count = 0;
    buf_reset(&types->text);
    bool ok = read_types(reader, INNER, (str){NULL, 0}, ret);
    *signature = reader->in;
    return ok;
}

str
signature_type_of(struct types *types, uint32_t index, const struct generics *of_class)
{
    struct signature inner;
    str name = {NULL, 0};
    if ((index & 3) == 0)
        name = types_definition(types, index >> 2)->full;
    if ((index & 3) == 1)
        name = reference_name(types, index >> 2);
    if ((index & 3) == 2 && blob_signature(types, index >> 2, &inner))
        signature_type(types, &inner, of_class, NULL, &name);
    return name;
}
