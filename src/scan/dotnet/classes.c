/* SPDX-License-Identifier: Apache-2.0 */
/* Classes with their base types, methods and generic parameters. Rows that name their owner
 * (generic parameters, interfaces) are chained by owner once, so that no class walks a table. */
#include "base/limits.h"
#include "scan/dotnet/types.h"

enum {
    TYPE_INTERFACE = 0x20, /* flags: ECMA-335 II.23.1.15 */
    TYPE_ABSTRACT = 0x80,
    TYPE_SEALED = 0x100,
    METHOD_IS_STATIC = 0x10, /* II.23.1.10 */
    METHOD_IS_FINAL = 0x20,
    METHOD_IS_VIRTUAL = 0x40,
    METHOD_IS_ABSTRACT = 0x400,
    SIGNATURE_GENERIC = 0x10,
    SIGNATURE_LEAST = 3,
    PARAMETERS_MAX = 2000,
    METHODS_MAX = 20000,
    BUDGET_LEAST = 64 << 10,
    BUDGET_FACTOR = 64, /* bytes for each byte of the data */
    METHOD_COST = 128,  /* of finding a method's name, which may be long */
};

/* Rows by their owner, in order: first[owner], then next[row]; 0 is the end. */
struct chain {
    uint32_t owners;
    uint32_t *first, *next;
};
struct loader {
    struct types types;
    const struct metadata *metadata;
    struct chain class_generics, method_generics, interfaces;
};

static const char *
type_visibility(uint32_t flags)
{
    static const char *const names[] = {
        "internal",
        "public",
        "public",
        "private",
        "protected",
        "internal",
        "private protected",
        "protected internal",
    };
    return names[flags & 7];
}

static const char *
method_visibility(uint32_t flags)
{
    static const char *const names[] = {
        "private", "private", "private protected", "internal", "protected", "protected internal",
        "public",  "private",
    };
    return names[flags & 7];
}

static uint32_t
column(const struct loader *loader, enum metadata_table table, const char *row, unsigned column_)
{
    return metadata_column(loader->metadata, table, row, column_);
}

static struct object *
new_object(struct loader *loader, const struct shape *shape)
{
    size_t size = sizeof(struct object) + shape->count * sizeof(struct value);
    return types_spend(&loader->types, size) ? module_object(loader->types.run, shape) : NULL;
}

static struct list *
new_list(struct loader *loader, size_t count)
{
    size_t size = sizeof(struct list) + count * sizeof(struct value);
    return types_spend(&loader->types, size) ? module_array(loader->types.run, count) : NULL;
}

static bool
chain_alloc(struct loader *loader, struct chain *chain, uint32_t owners, uint32_t rows)
{
    chain->first = types_alloc(&loader->types, (owners + 1) * sizeof *chain->first);
    chain->next = types_alloc(&loader->types, (rows + 1) * sizeof *chain->next);
    chain->owners = chain->first && chain->next ? owners : 0;
    return chain->first && chain->next;
}

static void
chain_add(struct chain *chain, uint32_t owner, uint32_t row)
{
    if (owner == 0 || owner > chain->owners)
        return;
    chain->next[row] = chain->first[owner];
    chain->first[owner] = row;
}

/* Rows are added from the last to the first, so that chains are in order. */
static bool
fill_chains(struct loader *loader)
{
    const struct metadata *metadata = loader->metadata;
    uint32_t classes = metadata_rows_held(metadata, TABLE_TYPE_DEF);
    uint32_t methods = metadata_rows_held(metadata, TABLE_METHOD_DEF);
    uint32_t generics = metadata_rows_held(metadata, TABLE_GENERIC_PARAM);
    uint32_t interfaces = metadata_rows_held(metadata, TABLE_INTERFACE_IMPL);
    if (!chain_alloc(loader, &loader->class_generics, classes, generics) ||
        !chain_alloc(loader, &loader->method_generics, methods, generics) ||
        !chain_alloc(loader, &loader->interfaces, classes, interfaces))
        return false;
    for (uint32_t i = generics; i > 0; i--) {
        const char *row = metadata_row(metadata, TABLE_GENERIC_PARAM, i);
        uint32_t owner = column(loader, TABLE_GENERIC_PARAM, row, 2);
        chain_add(owner & 1 ? &loader->method_generics : &loader->class_generics, owner >> 1, i);
    }
    for (uint32_t i = interfaces; i > 0; i--) {
        const char *row = metadata_row(metadata, TABLE_INTERFACE_IMPL, i);
        chain_add(&loader->interfaces, column(loader, TABLE_INTERFACE_IMPL, row, 0), i);
    }
    return true;
}

/* Of two rows for a nested class the first counts. */
static void
fill_enclosing(struct loader *loader)
{
    const struct metadata *metadata = loader->metadata;
    struct types *types = &loader->types;
    for (uint32_t i = metadata_rows_held(metadata, TABLE_NESTED_CLASS); i > 0; i--) {
        const char *row = metadata_row(metadata, TABLE_NESTED_CLASS, i);
        uint32_t nested = column(loader, TABLE_NESTED_CLASS, row, 0);
        if (nested <= types->definition_count)
            types->enclosing[nested] = column(loader, TABLE_NESTED_CLASS, row, 1);
    }
}

static bool
open_loader(struct loader *loader, struct module_run *run, const struct metadata *metadata)
{
    struct types *types = &loader->types;
    loader->metadata = metadata;
    types->run = run;
    types->metadata = metadata;
    size_t n = metadata->data.n;
    types->budget = n < LIMIT_DOTNET_MEMORY / BUDGET_FACTOR ? BUDGET_LEAST + n * BUDGET_FACTOR
                                                            : LIMIT_DOTNET_MEMORY;
    types->text = BUF(LIMIT_DOTNET_TYPE);
    types->definition_count = metadata_rows_held(metadata, TABLE_TYPE_DEF);
    types->reference_count = metadata_rows_held(metadata, TABLE_TYPE_REF);
    size_t definitions = types->definition_count + 1, references = types->reference_count + 1;
    types->definitions = types_alloc(types, definitions * sizeof *types->definitions);
    types->enclosing = types_alloc(types, definitions * sizeof *types->enclosing);
    types->references = types_alloc(types, references * sizeof *types->references);
    if (types->spent || !fill_chains(loader))
        return false;
    fill_enclosing(loader);
    return true;
}

/* The names of OWNER's generic parameters as a list, none at all when one has no name; NULL when
 * the budget is spent. */
static struct list *
generic_names(struct loader *loader, const struct chain *chain, uint32_t owner)
{
    uint32_t count = 0, first = owner <= chain->owners ? chain->first[owner] : 0;
    for (uint32_t i = first; i; i = chain->next[i])
        count++;
    struct list *list = new_list(loader, count);
    if (!list)
        return NULL;
    count = 0;
    for (uint32_t i = first; i; i = chain->next[i]) {
        const char *row = metadata_row(loader->metadata, TABLE_GENERIC_PARAM, i);
        str name = metadata_string(loader->metadata, column(loader, TABLE_GENERIC_PARAM, row, 3));
        if (name.n == 0) {
            list->count = 0;
            return list;
        }
        list->items[count++] = value_string(name);
    }
    return list;
}

static struct generics
generics_of(const struct list *list)
{
    return (struct generics){(uint32_t)list->count, list->items};
}

/* The class it extends, then the interfaces, as far as they have names. */
static void
set_base_types(struct loader *loader, struct value *class, uint32_t index, uint32_t extends,
               const struct generics *of_class)
{
    const struct chain *chain = &loader->interfaces;
    uint32_t count = 1, first = chain->first[index];
    for (uint32_t i = first; i; i = chain->next[i])
        count++;
    struct list *list = new_list(loader, count);
    if (!list)
        return;
    count = 0;
    str name = signature_type_of(&loader->types, extends, of_class);
    if (name.p)
        list->items[count++] = value_string(name);
    for (uint32_t i = first; i; i = chain->next[i]) {
        const char *row = metadata_row(loader->metadata, TABLE_INTERFACE_IMPL, i);
        name = signature_type_of(&loader->types, column(loader, TABLE_INTERFACE_IMPL, row, 1),
                                 of_class);
        if (name.p)
            list->items[count++] = value_string(name);
    }
    list->count = count;
    class[CLASS_BASE_TYPES] = value_array(list);
    class[CLASS_NUMBER_OF_BASE_TYPES] = value_integer(count);
}

/* A parameter's name, or one made of its place when the Param table has no such row. */
static struct value
parameter_name(struct loader *loader, const char *row, uint32_t i)
{
    if (row)
        return dotnet_string(
            metadata_string(loader->metadata, column(loader, TABLE_PARAM, row, 2)));
    struct buf text = BUF(16);
    buf_printf(&text, "P_%u", i);
    str name = types_keep(&loader->types, buf_view(&text));
    buf_clear(&text);
    return dotnet_string(name);
}

/* False when one of the types is broken, or a name's row is past the data's end. */
static bool
set_parameters(struct loader *loader, struct value *method, uint32_t first, uint32_t count,
               struct signature *signature, const struct generics *of_class,
               const struct generics *of_method)
{
    if (first == 0)
        return true;
    struct list *list = new_list(loader, count);
    if (!list)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct object *parameter = new_object(loader, &dotnet_parameter_shape);
        const char *row = metadata_row(loader->metadata, TABLE_PARAM, first + i);
        bool cut = !row && first + i <= loader->metadata->rows[TABLE_PARAM].count;
        str type;
        if (!parameter || cut ||
            !signature_type(&loader->types, signature, of_class, of_method, &type))
            return false;
        parameter->fields[PARAMETER_NAME] = parameter_name(loader, row, i);
        parameter->fields[PARAMETER_TYPE] = value_string(type);
        list->items[i] = value_struct(parameter);
    }
    method[METHOD_PARAMETERS] = value_array(list);
    method[METHOD_NUMBER_OF_PARAMETERS] = value_integer(count);
    return true;
}

/* Return type and parameters from the method's signature; false when it is broken. */
static bool
set_signature(struct loader *loader, struct value *method, const char *row, str name,
              const struct generics *of_class, const struct generics *of_method)
{
    const struct metadata *metadata = loader->metadata;
    str blob = metadata_blob(metadata, column(loader, TABLE_METHOD_DEF, row, 4));
    if (!blob.p || blob.n < SIGNATURE_LEAST)
        return false;
    struct signature signature = {(const uint8_t *)blob.p + 1, blob.n - 1};
    if (blob.p[0] & SIGNATURE_GENERIC)
        signature_number(&signature); /* how many the GenericParam table says too */
    uint32_t count = signature_number(&signature);
    str type;
    if (!signature_type(&loader->types, &signature, of_class, of_method, &type) ||
        count > PARAMETERS_MAX)
        return false;
    if (!str_eq(name, STR(".ctor")) && !str_eq(name, STR(".cctor")))
        method[METHOD_RETURN_TYPE] = value_string(type);
    return set_parameters(loader, method, column(loader, TABLE_METHOD_DEF, row, 5), count,
                          &signature, of_class, of_method);
}

/* NULL when the method has no name or a broken signature. */
static struct object *
load_method(struct loader *loader, uint32_t index, const struct generics *of_class)
{
    const char *row = metadata_row(loader->metadata, TABLE_METHOD_DEF, index);
    str name = {NULL, 0};
    if (row)
        name = metadata_string(loader->metadata, column(loader, TABLE_METHOD_DEF, row, 3));
    if (name.n == 0)
        return NULL;
    struct list *list = generic_names(loader, &loader->method_generics, index);
    struct object *object = list ? new_object(loader, &dotnet_method_shape) : NULL;
    if (!object)
        return NULL;
    struct value *method = object->fields;
    struct generics of_method = generics_of(list);
    if (!set_signature(loader, method, row, name, of_class, &of_method))
        return NULL;
    uint32_t flags = column(loader, TABLE_METHOD_DEF, row, 2);
    method[METHOD_GENERIC_PARAMETERS] = value_array(list);
    method[METHOD_NUMBER_OF_GENERIC_PARAMETERS] = value_integer((int64_t)list->count);
    method[METHOD_NAME] = value_string(name);
    method[METHOD_VISIBILITY] = value_string(str_of(method_visibility(flags)));
    method[METHOD_STATIC] = value_integer((flags & METHOD_IS_STATIC) != 0);
    method[METHOD_VIRTUAL] = value_integer((flags & METHOD_IS_VIRTUAL) != 0);
    method[METHOD_FINAL] = value_integer((flags & METHOD_IS_FINAL) != 0);
    method[METHOD_ABSTRACT] = value_integer((flags & METHOD_IS_ABSTRACT) != 0);
    return object;
}

/* A class's methods are those from its first to the next class's first (ECMA-335 II.22.37). */
static uint32_t
count_methods(const struct loader *loader, uint32_t index, uint32_t first)
{
    const struct metadata *metadata = loader->metadata;
    uint32_t all = metadata->rows[TABLE_METHOD_DEF].count;
    if (index == metadata->rows[TABLE_TYPE_DEF].count)
        return all >= first ? all + 1 - first : 0;
    const char *next = metadata_row(metadata, TABLE_TYPE_DEF, index + 1);
    uint32_t end = next ? column(loader, TABLE_TYPE_DEF, next, 5) : 0;
    return end > first ? end - first : 0;
}

static void
set_methods(struct loader *loader, struct value *class, uint32_t index, uint32_t first,
            const struct generics *of_class)
{
    uint32_t count = count_methods(loader, index, first);
    if (first == 0 || count > METHODS_MAX)
        return;
    uint32_t held = metadata_rows_held(loader->metadata, TABLE_METHOD_DEF);
    uint32_t rest = held >= first ? held + 1 - first : 0;
    struct list *list = new_list(loader, count < rest ? count : rest);
    if (!list)
        return;
    size_t kept = 0;
    for (uint32_t i = 0; i < list->count && types_spend(&loader->types, METHOD_COST); i++) {
        struct object *method = load_method(loader, first + i, of_class);
        if (method)
            list->items[kept++] = value_struct(method);
    }
    list->count = kept;
    class[CLASS_METHODS] = value_array(list);
    class[CLASS_NUMBER_OF_METHODS] = value_integer((int64_t)kept);
}

static void
set_names(struct loader *loader, struct value *class, uint32_t index, str name, uint32_t flags)
{
    const struct type_name *names = types_definition(&loader->types, index);
    class[CLASS_NAME] = value_string(name);
    class[CLASS_NAMESPACE] = dotnet_string(names->name_space);
    class[CLASS_FULLNAME] = dotnet_string(names->full);
    class[CLASS_VISIBILITY] = value_string(str_of(type_visibility(flags)));
    class[CLASS_TYPE] = value_string(flags & TYPE_INTERFACE ? STR("interface") : STR("class"));
    class[CLASS_ABSTRACT] = value_integer((flags & TYPE_ABSTRACT) != 0);
    class[CLASS_SEALED] = value_integer((flags & TYPE_SEALED) != 0);
}

/* NULL for what is no class: one without a name, and the pseudo class of the module. */
static struct object *
load_class(struct loader *loader, uint32_t index)
{
    const char *row = metadata_row(loader->metadata, TABLE_TYPE_DEF, index);
    str name = metadata_string(loader->metadata, column(loader, TABLE_TYPE_DEF, row, 1));
    if (str_eq(name, STR("<Module>")))
        return NULL;
    const char *tick = name.n ? memchr(name.p, '`', name.n) : NULL;
    if (tick)
        name.n = (size_t)(tick - name.p);
    if (name.n == 0)
        return NULL;
    struct list *list = generic_names(loader, &loader->class_generics, index);
    struct object *object = list ? new_object(loader, &dotnet_class_shape) : NULL;
    if (!object)
        return NULL;
    struct value *class = object->fields;
    struct generics of_class = generics_of(list);
    set_names(loader, class, index, name, column(loader, TABLE_TYPE_DEF, row, 0));
    class[CLASS_GENERIC_PARAMETERS] = value_array(list);
    class[CLASS_NUMBER_OF_GENERIC_PARAMETERS] = value_integer((int64_t)list->count);
    set_base_types(loader, class, index, column(loader, TABLE_TYPE_DEF, row, 3), &of_class);
    set_methods(loader, class, index, column(loader, TABLE_TYPE_DEF, row, 5), &of_class);
    return object;
}

/* When the budget does not suffice, classes from there on are missing. */
static struct list *
load_list(struct loader *loader)
{
    struct list *list = new_list(loader, loader->types.definition_count);
    size_t kept = 0;
    for (uint32_t i = 1; list && i <= loader->types.definition_count; i++) {
        struct object *class = load_class(loader, i);
        if (loader->types.spent)
            break;
        if (class)
            list->items[kept++] = value_struct(class);
    }
    if (list)
        list->count = kept;
    return list;
}

void
dotnet_load_classes(struct module_run *run, const struct metadata *metadata)
{
    if (!metadata->tables_complete)
        return;
    struct loader loader = {0};
    struct list *list = NULL;
    if (open_loader(&loader, run, metadata))
        list = load_list(&loader);
    buf_clear(&loader.types.text);
    if (!list)
        return;
    run->root->fields[DOTNET_CLASS_LIST] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_CLASSES] = value_integer((int64_t)list->count);
}
