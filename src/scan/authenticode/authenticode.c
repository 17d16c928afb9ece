/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate table's first entry is a signature; it may hold others, which hold others. They
 * are taken off a stack, so that they come in libyara's order: each before those within it. A
 * certificate becomes one object, however many lists show it. */
#include "scan/authenticode/authenticode.h"

#include "scan/authenticode/signature.h"

enum { TABLE_ENTRY_HEADER = 8 }; /* length, revision, type */

/* A signature shows its signer's certificate, in these first fields. */
enum {
    CERTIFICATE_THUMBPRINT,
    CERTIFICATE_ISSUER,
    CERTIFICATE_SUBJECT,
    CERTIFICATE_VERSION,
    CERTIFICATE_ALGORITHM,
    CERTIFICATE_ALGORITHM_OID,
    CERTIFICATE_SERIAL,
    CERTIFICATE_NOT_BEFORE,
    CERTIFICATE_NOT_AFTER,
    CERTIFICATE_FIELDS,
};
enum {
    SIGNATURE_VALID_ON = CERTIFICATE_FIELDS,
    SIGNATURE_VERIFIED,
    SIGNATURE_DIGEST_ALG,
    SIGNATURE_DIGEST,
    SIGNATURE_FILE_DIGEST,
    SIGNATURE_NUMBER_OF_CERTIFICATES,
    SIGNATURE_CERTIFICATES,
    SIGNATURE_SIGNER_INFO,
    SIGNATURE_NUMBER_OF_COUNTERSIGNATURES,
    SIGNATURE_COUNTERSIGNATURES,
    SIGNATURE_FIELDS,
};
enum {
    SIGNER_PROGRAM_NAME,
    SIGNER_DIGEST,
    SIGNER_DIGEST_ALG,
    SIGNER_LENGTH_OF_CHAIN,
    SIGNER_CHAIN,
    SIGNER_FIELDS,
};
enum {
    COUNTER_LENGTH_OF_CHAIN,
    COUNTER_CHAIN,
    COUNTER_DIGEST,
    COUNTER_DIGEST_ALG,
    COUNTER_SIGN_TIME,
    COUNTER_VERIFIED,
    COUNTER_FIELDS,
};

#define CERTIFICATE_ITEMS                                                                          \
    [CERTIFICATE_THUMBPRINT] = {"thumbprint", FIELD_STRING},                                       \
    [CERTIFICATE_ISSUER] = {"issuer", FIELD_STRING},                                               \
    [CERTIFICATE_SUBJECT] = {"subject", FIELD_STRING},                                             \
    [CERTIFICATE_VERSION] = {"version", FIELD_INTEGER},                                            \
    [CERTIFICATE_ALGORITHM] = {"algorithm", FIELD_STRING},                                         \
    [CERTIFICATE_ALGORITHM_OID] = {"algorithm_oid", FIELD_STRING},                                 \
    [CERTIFICATE_SERIAL] = {"serial", FIELD_STRING},                                               \
    [CERTIFICATE_NOT_BEFORE] = {"not_before", FIELD_INTEGER},                                      \
    [CERTIFICATE_NOT_AFTER] = {"not_after", FIELD_INTEGER}

static const struct field certificate_fields[] = {CERTIFICATE_ITEMS};
static const struct shape certificate_shape = {certificate_fields, CERTIFICATE_FIELDS};

static const struct field signer_fields[] = {
    [SIGNER_PROGRAM_NAME] = {"program_name", FIELD_STRING},
    [SIGNER_DIGEST] = {"digest", FIELD_STRING},
    [SIGNER_DIGEST_ALG] = {"digest_alg", FIELD_STRING},
    [SIGNER_LENGTH_OF_CHAIN] = {"length_of_chain", FIELD_INTEGER},
    [SIGNER_CHAIN] = {"chain", FIELD_ARRAY, FIELD_STRUCT, &certificate_shape},
};
static const struct shape signer_shape = {signer_fields, SIGNER_FIELDS};

static const struct field counter_fields[] = {
    [COUNTER_LENGTH_OF_CHAIN] = {"length_of_chain", FIELD_INTEGER},
    [COUNTER_CHAIN] = {"chain", FIELD_ARRAY, FIELD_STRUCT, &certificate_shape},
    [COUNTER_DIGEST] = {"digest", FIELD_STRING},
    [COUNTER_DIGEST_ALG] = {"digest_alg", FIELD_STRING},
    [COUNTER_SIGN_TIME] = {"sign_time", FIELD_INTEGER},
    [COUNTER_VERIFIED] = {"verified", FIELD_INTEGER},
};
static const struct shape counter_shape = {counter_fields, COUNTER_FIELDS};

static struct value
valid_on(struct module_run *run, const struct object *self, const struct value *arguments)
{
    (void)run;
    const struct value *from = &self->fields[CERTIFICATE_NOT_BEFORE];
    const struct value *to = &self->fields[CERTIFICATE_NOT_AFTER];
    if (from->kind != VALUE_INTEGER || to->kind != VALUE_INTEGER)
        return value_undefined();
    return value_integer(arguments[0].i >= from->i && arguments[0].i <= to->i);
}
static const struct overload valid_on_overloads[] = {{"i", 'i', valid_on}, {NULL, 0, NULL}};

static const struct field signature_fields[] = {
    CERTIFICATE_ITEMS,
    [SIGNATURE_VALID_ON] = {.name = "valid_on",
                            .kind = FIELD_FUNCTION,
                            .overloads = valid_on_overloads},
    [SIGNATURE_VERIFIED] = {"verified", FIELD_INTEGER},
    [SIGNATURE_DIGEST_ALG] = {"digest_alg", FIELD_STRING},
    [SIGNATURE_DIGEST] = {"digest", FIELD_STRING},
    [SIGNATURE_FILE_DIGEST] = {"file_digest", FIELD_STRING},
    [SIGNATURE_NUMBER_OF_CERTIFICATES] = {"number_of_certificates", FIELD_INTEGER},
    [SIGNATURE_CERTIFICATES] = {"certificates", FIELD_ARRAY, FIELD_STRUCT, &certificate_shape},
    [SIGNATURE_SIGNER_INFO] = {"signer_info", FIELD_STRUCT, .shape = &signer_shape},
    [SIGNATURE_NUMBER_OF_COUNTERSIGNATURES] = {"number_of_countersignatures", FIELD_INTEGER},
    [SIGNATURE_COUNTERSIGNATURES] = {"countersignatures", FIELD_ARRAY, FIELD_STRUCT,
                                     &counter_shape},
};
const struct shape authenticode_signature_shape = {signature_fields, SIGNATURE_FIELDS};

/* Undefined when there is none. */
static struct value
text_value(str s)
{
    return s.p ? value_string(s) : value_undefined();
}

static struct value
hex_value(struct module_run *run, str bytes)
{
    return bytes.n ? value_string(hex_text(run->arena, bytes)) : value_undefined();
}

static struct value
count_value(size_t n)
{
    return value_integer((int64_t)n);
}

/* Empty for an algorithm without a name, as OpenSSL writes the undefined object. */
static str
algorithm_oid(struct module_run *run, str oid)
{
    char text[OID_TEXT];
    if (str_eq(algorithm_name(oid), STR("undefined")))
        return STR("");
    return arena_str(run->arena, oid_format(oid, text));
}

static struct object *
certificate_object(struct module_run *run, struct certificate *certificate)
{
    if (certificate->object)
        return certificate->object;
    uint8_t thumbprint[DIGEST_MAX];
    digest_of(DIGEST_SHA1, certificate->whole, thumbprint);
    struct object *object = module_object(run, &certificate_shape);
    struct value *fields = object->fields;
    str hash = {(char *)thumbprint, digest_size(DIGEST_SHA1)};
    fields[CERTIFICATE_THUMBPRINT] = hex_value(run, hash);
    fields[CERTIFICATE_ISSUER] = text_value(name_format(run->arena, certificate->issuer));
    fields[CERTIFICATE_SUBJECT] = text_value(name_format(run->arena, certificate->subject));
    fields[CERTIFICATE_VERSION] = value_integer(certificate->version);
    fields[CERTIFICATE_ALGORITHM] = text_value(algorithm_name(certificate->algorithm));
    fields[CERTIFICATE_ALGORITHM_OID] = text_value(algorithm_oid(run, certificate->algorithm));
    fields[CERTIFICATE_SERIAL] = text_value(serial_format(run->arena, certificate->serial));
    fields[CERTIFICATE_NOT_BEFORE] = value_integer(der_time(certificate->not_before));
    fields[CERTIFICATE_NOT_AFTER] = value_integer(der_time(certificate->not_after));
    certificate->object = object;
    return object;
}

static struct value
chain_value(struct module_run *run, const struct chain *chain)
{
    struct list *list = module_array(run, chain->count);
    for (size_t i = 0; i < chain->count; i++)
        list->items[i] = value_struct(certificate_object(run, chain->items[i]));
    return value_array(list);
}

static struct object *
counter_object(struct module_run *run, const struct countersignature *counter)
{
    struct object *object = module_object(run, &counter_shape);
    struct value *fields = object->fields;
    fields[COUNTER_LENGTH_OF_CHAIN] = count_value(counter->chain.count);
    fields[COUNTER_CHAIN] = chain_value(run, &counter->chain);
    fields[COUNTER_DIGEST] = hex_value(run, counter->digest);
    fields[COUNTER_DIGEST_ALG] = text_value(counter->digest_name);
    fields[COUNTER_SIGN_TIME] = value_integer(counter->time);
    fields[COUNTER_VERIFIED] = value_integer(counter->verified);
    return object;
}

/* The signature's own certificates, then those that time stamps brought along. */
static struct list *
certificate_list(struct module_run *run, const struct signature *signature)
{
    size_t n = 0, total = signature->data.certificates.count;
    for (size_t i = 0; i < signature->countersignature_count; i++)
        total += signature->countersignatures[i].certificates.count;
    struct list *list = module_array(run, total);
    const struct certificates *all = &signature->data.certificates;
    for (size_t i = 0;; i++) {
        for (size_t j = 0; j < all->count; j++)
            list->items[n++] = value_struct(certificate_object(run, &all->items[j]));
        if (i == signature->countersignature_count)
            return list;
        all = &signature->countersignatures[i].certificates;
    }
}

static void
fill_signer(struct module_run *run, const struct signature *signature, struct object *object)
{
    struct value *fields = object->fields;
    fields[SIGNER_PROGRAM_NAME] = text_value(signature->program_name);
    fields[SIGNER_DIGEST] = hex_value(run, signature->signer_digest);
    fields[SIGNER_DIGEST_ALG] = text_value(signature->signer_digest_name);
    fields[SIGNER_LENGTH_OF_CHAIN] = count_value(signature->chain.count);
    fields[SIGNER_CHAIN] = chain_value(run, &signature->chain);
}

static struct object *
signature_object(struct module_run *run, const struct signature *signature)
{
    struct object *object = module_object(run, &authenticode_signature_shape);
    struct value *fields = object->fields;
    struct list *certificates = certificate_list(run, signature);
    struct list *counters = module_array(run, signature->countersignature_count);
    for (size_t i = 0; i < counters->count; i++)
        counters->items[i] = value_struct(counter_object(run, &signature->countersignatures[i]));
    if (signature->chain.count)
        memcpy(fields, certificate_object(run, signature->chain.items[0])->fields,
               CERTIFICATE_FIELDS * sizeof *fields);
    fields[SIGNATURE_VERIFIED] = value_integer(signature->state == SIGNATURE_VALID);
    if (signature->digest_algorithm.p)
        fields[SIGNATURE_DIGEST_ALG] = text_value(algorithm_name(signature->digest_algorithm));
    fields[SIGNATURE_DIGEST] = hex_value(run, signature->digest);
    fields[SIGNATURE_FILE_DIGEST] = hex_value(run, signature->file_digest);
    fields[SIGNATURE_NUMBER_OF_CERTIFICATES] = count_value(certificates->count);
    fields[SIGNATURE_CERTIFICATES] = value_array(certificates);
    if (signature->has_signer)
        fill_signer(run, signature, fields[SIGNATURE_SIGNER_INFO].object);
    fields[SIGNATURE_NUMBER_OF_COUNTERSIGNATURES] = count_value(counters->count);
    fields[SIGNATURE_COUNTERSIGNATURES] = value_array(counters);
    return object;
}

/* The content of the table's first entry, whose length reaches no further than the data; what the
 * directory says is its size must do so too. */
static bool
find_table(const struct pe_file *pe, str *ret, size_t *ret_offset)
{
    const struct pe_directory *directory = pe_directory(pe, PE_DIRECTORY_SECURITY);
    if (!directory || directory->address == 0 || directory->size < TABLE_ENTRY_HEADER)
        return false;
    str table = pe_at(pe, directory->address, directory->size);
    if (!table.p)
        return false;
    uint32_t length = pe_u32(table.p);
    if (length <= TABLE_ENTRY_HEADER || length > table.n)
        return false;
    *ret = (str){table.p + TABLE_ENTRY_HEADER, length - TABLE_ENTRY_HEADER};
    *ret_offset = directory->address;
    return true;
}

struct stack {
    str items[SIGNATURES_MAX];
    size_t count;
    size_t seen; /* that were ever on it */
};

/* The last goes first, so that the first comes off first. */
static void
push_nested(struct stack *stack, str set)
{
    str found[SIGNATURES_MAX];
    size_t n = 0;
    struct der list = der_open(set);
    while (der_tag(&list) && stack->seen < SIGNATURES_MAX) {
        struct der_item item = der_next(&list);
        if (item.tag != DER_SEQUENCE)
            continue;
        found[n++] = item.whole;
        stack->seen++;
    }
    while (n > 0)
        stack->items[stack->count++] = found[--n];
}

void
authenticode_load(struct module_run *run, const struct pe_file *pe, struct value *ret_signatures,
                  struct value *ret_count, struct value *ret_is_signed)
{
    struct authenticode_work work = {
        .arena = run->arena,
        .countersignatures = COUNTERSIGNATURES_ALL_MAX,
        .checks = COUNTERSIGNATURES_VERIFY_MAX,
    };
    struct file_digests files = {pe->data, pe->header, pe->is_64bit};
    struct stack stack = {.count = 0};
    struct list *list = module_array(run, SIGNATURES_MAX);
    bool is_signed = false;
    list->count = 0;
    if (find_table(pe, &stack.items[0], &files.table))
        stack.count = stack.seen = 1;
    while (stack.count > 0) {
        struct signature signature;
        signature_read(&work, stack.items[--stack.count], &signature);
        push_nested(&stack, signature.nested);
        signature_check_file(&signature, &files);
        if (signature.state == SIGNATURE_UNREADABLE || signature.state == SIGNATURE_NO_SIGNER)
            continue;
        is_signed |= signature.state == SIGNATURE_VALID;
        list->items[list->count++] = value_struct(signature_object(run, &signature));
    }
    *ret_signatures = value_array(list);
    *ret_count = count_value(list->count);
    *ret_is_signed = value_integer(is_signed);
}
