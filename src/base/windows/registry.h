/* SPDX-License-Identifier: Apache-2.0 */
/* The registry: the 64-bit view, in which what 32-bit programs see stands below WOW6432Node. Names
 * and texts are UTF-8. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum {
    REGISTRY_NAME = 1024,      /* of a key: 255 characters and a zero byte */
    REGISTRY_VALUE = 48 << 10, /* of a value: 16,383 characters and a zero byte */
    REGISTRY_DATA = 1 << 20,   /* bytes of a value that are read; more is ERR_LIMIT */
};

enum registry_hive {
    REGISTRY_MACHINE, /* "HKLM" */
    REGISTRY_USERS,   /* "HKU": those who are logged on */
};
/* As people write it. */
const char *registry_hive_name(enum registry_hive hive);

struct registry_key;
/* ERR_NOT_FOUND when there is no such key. */
errcode registry_open(enum registry_hive hive, const char *path, struct registry_key **ret,
                      struct err *err);
void registry_close(struct registry_key *key);
/* The key's I-th subkey; false behind the last. */
bool registry_subkey(const struct registry_key *key, size_t i, char ret_name[REGISTRY_NAME]);

struct registry_value {
    char *name;    /* "" is the key's default value */
    char *text;    /* of a text; texts of a list with '\n' between them; "" for what is no text */
    str data;      /* the bytes as they are */
    uint32_t type; /* REG_SZ and so on */
    uint32_t number;
    bool is_number;
};
/* The key's I-th value; ERR_NOT_FOUND behind the last. The caller clears RET. */
errcode registry_value_at(const struct registry_key *key, size_t i, struct registry_value *ret,
                          struct err *err);
errcode registry_value(const struct registry_key *key, const char *name, struct registry_value *ret,
                       struct err *err);
void registry_value_clear(struct registry_value *value);

/* The same to change its values. */
errcode registry_open_changing(enum registry_hive hive, const char *path, struct registry_key **ret,
                               struct err *err);
/* Puts the value, whatever there is of that name. */
errcode registry_put(const struct registry_key *key, const char *name, uint32_t type, str data,
                     struct err *err);
errcode registry_remove(const struct registry_key *key, const char *name, struct err *err);
/* Makes durable what was changed. */
errcode registry_sync(const struct registry_key *key, struct err *err);
/* %NAME% replaced by this process's variables, as far as OUT holds it. */
void registry_expand(const char *text, char *out, size_t size);
