/* SPDX-License-Identifier: Apache-2.0 */
/* The hash module: digests of strings and of parts of the data, each computed once a file. */
#include "base/hash.h"

#include "scan/modules/crc32.h"
#include "scan/modules/memo.h"
#include "scan/modules/modules.h"

enum function { MD5, SHA1, SHA256, CRC32, CHECKSUM32 };

static struct value
digest_value(struct module_run *run, enum digest_kind kind, str content)
{
    uint8_t digest[DIGEST_MAX];
    char text[2 * DIGEST_MAX + 1];
    digest_of(kind, content, digest);
    return module_string(run, str_of(hex_format(digest, digest_size(kind), text)));
}

/* The sum of all bytes; it wraps. */
static uint32_t
checksum32(str content)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < content.n; i++)
        sum += (uint8_t)content.p[i];
    return sum;
}

static struct value
compute(struct module_run *run, enum function function, str content)
{
    switch (function) {
    case MD5:
        return digest_value(run, DIGEST_MD5, content);
    case SHA1:
        return digest_value(run, DIGEST_SHA1, content);
    case SHA256:
        return digest_value(run, DIGEST_SHA256, content);
    case CRC32:
        return value_integer(crc32_of(content));
    default:
        return value_integer(checksum32(content));
    }
}

static struct value
of_data(struct module_run *run, enum function function, const struct value *arguments)
{
    str part;
    if (!module_range(run->data, arguments, &part))
        return value_undefined();
    if (!run->state)
        run->state = arena_alloc(run->arena, sizeof(struct memo));
    uint64_t offset = (uint64_t)arguments[0].i;
    struct value *known = memo_find(run->state, function, offset, part.n);
    if (known->kind == VALUE_UNKNOWN)
        *known = compute(run, function, part);
    return *known;
}

#define FUNCTIONS(name, function)                                                                  \
    static struct value name##_data(struct module_run *run, const struct object *self,             \
                                    const struct value *arguments)                                 \
    {                                                                                              \
        (void)self;                                                                                \
        return of_data(run, function, arguments);                                                  \
    }                                                                                              \
    static struct value name##_string(struct module_run *run, const struct object *self,           \
                                      const struct value *arguments)                               \
    {                                                                                              \
        (void)self;                                                                                \
        return compute(run, function, arguments[0].s);                                             \
    }

FUNCTIONS(md5, MD5)
FUNCTIONS(sha1, SHA1)
FUNCTIONS(sha256, SHA256)
FUNCTIONS(crc32, CRC32)
FUNCTIONS(checksum32, CHECKSUM32)

#define OVERLOADS(name, result)                                                                    \
    (const struct overload[])                                                                      \
    {                                                                                              \
        {"ii", result, name##_data}, {"s", result, name##_string}, {NULL, 0, NULL},                \
    }

static const struct field fields[] = {
    {.name = "md5", .kind = FIELD_FUNCTION, .overloads = OVERLOADS(md5, 's')},
    {.name = "sha1", .kind = FIELD_FUNCTION, .overloads = OVERLOADS(sha1, 's')},
    {.name = "sha256", .kind = FIELD_FUNCTION, .overloads = OVERLOADS(sha256, 's')},
    {.name = "crc32", .kind = FIELD_FUNCTION, .overloads = OVERLOADS(crc32, 'i')},
    {.name = "checksum32", .kind = FIELD_FUNCTION, .overloads = OVERLOADS(checksum32, 'i')},
};
static const struct constant constants[] = {{.name = NULL}};

const struct module hash_module = {
    .name = "hash",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
