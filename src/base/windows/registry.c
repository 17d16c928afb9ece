/* SPDX-License-Identifier: Apache-2.0 */
/* Values are read by asking for their size first; who changes one in between is asked again. */
#include "base/windows/registry.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <windows.h>

enum { NAME_UNITS = 256, VALUE_UNITS = 16384, ATTEMPTS = 4 };

struct registry_key {
    HKEY handle;
};

const char *
registry_hive_name(enum registry_hive hive)
{
    return hive == REGISTRY_MACHINE ? "HKLM" : "HKU";
}

/* WHAT and the words for a status that calls of the registry return. */
static errcode
set_status(struct err *err, LSTATUS status, const char *what)
{
    SetLastError((DWORD)status);
    if (status == ERROR_NO_MORE_ITEMS)
        return err_set(err, ERR_NOT_FOUND, "%s: no more", what);
    return err_set_errno(err, "cannot read %s", what);
}

static errcode
open_key(enum registry_hive hive, const char *path, REGSAM rights, struct registry_key **ret,
         struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(path);
    if (!wide)
        return err_set(err, ERR_FORMAT, "the key %s is not UTF-8", path);
    HKEY root = hive == REGISTRY_MACHINE ? HKEY_LOCAL_MACHINE : HKEY_USERS, handle;
    LSTATUS status = RegOpenKeyExW(root, wide, 0, rights | KEY_WOW64_64KEY, &handle);
    if (status != ERROR_SUCCESS) {
        SetLastError((DWORD)status);
        return err_set_errno(err, "cannot open the key %s\\%s", registry_hive_name(hive), path);
    }
    struct registry_key *key = mem_alloc(sizeof *key);
    key->handle = handle;
    *ret = key;
    return OK;
}

errcode
registry_open(enum registry_hive hive, const char *path, struct registry_key **ret, struct err *err)
{
    return open_key(hive, path, KEY_READ, ret, err);
}

errcode
registry_open_changing(enum registry_hive hive, const char *path, struct registry_key **ret,
                       struct err *err)
{
    return open_key(hive, path, KEY_READ | KEY_SET_VALUE, ret, err);
}

void
registry_close(struct registry_key *key)
{
    if (!key)
        return;
    RegCloseKey(key->handle);
    free(key);
}

bool
registry_subkey(const struct registry_key *key, size_t i, char ret_name[REGISTRY_NAME])
{
    wchar_t wide[NAME_UNITS];
    DWORD units = NAME_UNITS;
    LSTATUS status = RegEnumKeyExW(key->handle, (DWORD)i, wide, &units, NULL, NULL, NULL, NULL);
    if (status != ERROR_SUCCESS)
        return false;
    wide_to_utf8(wide, ret_name, REGISTRY_NAME);
    return true;
}

/* A list's texts end with a zero each and one more. */
static void
join_list(wchar_t *wide, size_t units)
{
    while (units > 0 && wide[units - 1] == 0)
        units--;
    for (size_t i = 0; i < units; i++)
        if (wide[i] == 0)
            wide[i] = L'\n';
}

/* UNITS of them, with room for a zero behind the last. */
static char *
utf8_of(wchar_t *wide, size_t units, bool is_list)
{
    wide[units] = 0;
    if (is_list)
        join_list(wide, units);
    size_t size = units * 3 + 1;
    char *text = mem_alloc(size);
    wide_to_utf8(wide, text, size);
    return text;
}

static void
set_value(struct registry_value *ret, char *name, DWORD type, char *data, DWORD size)
{
    *ret = (struct registry_value){.name = name, .data = {data, size}, .type = type};
    if (type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ) {
        size_t units = size / sizeof(wchar_t);
        cleanup(cleanup_free) wchar_t *wide = mem_alloc((units + 1) * sizeof *wide);
        memcpy(wide, data, units * sizeof *wide);
        ret->text = utf8_of(wide, units, type == REG_MULTI_SZ);
    } else {
        ret->text = mem_strndup("", 0);
    }
    if (type == REG_DWORD && size == sizeof ret->number) {
        memcpy(&ret->number, data, sizeof ret->number);
        ret->is_number = true;
    }
}

static errcode
read_value(const struct registry_key *key, const wchar_t *wide_name, struct registry_value *ret,
           struct err *err)
{
    char name[REGISTRY_VALUE];
    wide_to_utf8(wide_name, name, sizeof name);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        DWORD type, size = 0;
        LSTATUS status = RegQueryValueExW(key->handle, wide_name, NULL, &type, NULL, &size);
        if (status != ERROR_SUCCESS)
            return set_status(err, status, name);
        if (size > REGISTRY_DATA)
            return err_set(err, ERR_LIMIT, "the value %s is longer than %d bytes", name,
                           (int)REGISTRY_DATA);
        cleanup(cleanup_free) char *data = mem_calloc(size, 1);
        status = RegQueryValueExW(key->handle, wide_name, NULL, &type, (BYTE *)data, &size);
        if (status == ERROR_MORE_DATA)
            continue;
        if (status != ERROR_SUCCESS)
            return set_status(err, status, name);
        set_value(ret, mem_strndup(name, strlen(name)), type, take(data), size);
        return OK;
    }
    return err_set(err, ERR_BUSY, "the value %s changes while it is read", name);
}

errcode
registry_value_at(const struct registry_key *key, size_t i, struct registry_value *ret,
                  struct err *err)
{
    cleanup(cleanup_free) wchar_t *name = mem_calloc(VALUE_UNITS, sizeof *name);
    DWORD units = VALUE_UNITS;
    LSTATUS status = RegEnumValueW(key->handle, (DWORD)i, name, &units, NULL, NULL, NULL, NULL);
    if (status != ERROR_SUCCESS)
        return set_status(err, status, "the key's values");
    errcode code = read_value(key, name, ret, err);
    /* What is gone meanwhile is not the end. */
    return code == ERR_NOT_FOUND ? err_set(err, ERR_BUSY, "a value was removed meanwhile") : code;
}

errcode
registry_value(const struct registry_key *key, const char *name, struct registry_value *ret,
               struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    if (!wide)
        return err_set(err, ERR_FORMAT, "the name %s is not UTF-8", name);
    return read_value(key, wide, ret, err);
}

void
registry_value_clear(struct registry_value *value)
{
    free(value->name);
    free(value->text);
    free((char *)(uintptr_t)value->data.p);
    *value = (struct registry_value){0};
}

/* ---- changing ---- */

static errcode
set_change(struct err *err, LSTATUS status, const char *what)
{
    if (status == ERROR_SUCCESS)
        return OK;
    SetLastError((DWORD)status);
    return err_set_errno(err, "cannot change %s", what);
}

errcode
registry_put(const struct registry_key *key, const char *name, uint32_t type, str data,
             struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    if (!wide || data.n > REGISTRY_DATA)
        return err_set(err, ERR_FORMAT, "the value %s has no such name or data", name);
    /* Of a text without its end, the call takes along a zero that stands behind it. */
    cleanup(cleanup_free) BYTE *bytes = mem_alloc(data.n + sizeof(DWORD));
    memset(bytes + data.n, 0xff, sizeof(DWORD));
    if (data.n > 0)
        memcpy(bytes, data.p, data.n);
    return set_change(err, RegSetValueExW(key->handle, wide, 0, type, bytes, (DWORD)data.n), name);
}

errcode
registry_remove(const struct registry_key *key, const char *name, struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    if (!wide)
        return err_set(err, ERR_FORMAT, "the name %s is not UTF-8", name);
    return set_change(err, RegDeleteValueW(key->handle, wide), name);
}

errcode
registry_sync(const struct registry_key *key, struct err *err)
{
    return set_change(err, RegFlushKey(key->handle), "the registry on the disk");
}

void
registry_expand(const char *text, char *out, size_t size)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(text);
    wchar_t *expanded = mem_calloc(VALUE_UNITS * 2, sizeof *expanded);
    DWORD units = wide ? ExpandEnvironmentStringsW(wide, expanded, VALUE_UNITS * 2) : 0;
    if (units > 0 && units <= VALUE_UNITS * 2)
        wide_to_utf8(expanded, out, size);
    else if (!str_copy(str_of(text), out, size))
        out[0] = 0;
    free(expanded);
}
