/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the registry. The key is held open, the value is looked at right before it goes, and
 * the registry is on the disk before the journal says that it went. Someone who may write there can
 * still put another value in between; then that one goes, as in docs/format-quarantine.md. */
#include "scan/quarantine/setting.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/registry.h"
#include "base/windows/wide.h"

#include <stdio.h>
#include <windows.h>

/* One that is open, and what is there by now. */
struct place_of_value {
    struct registry_key *key;
    const char *path, *name; /* views of the caller's */
    bool is_there;
    struct registry_value now;
};

/* What a value was or is to be. */
struct wanted {
    uint32_t type;
    uint64_t size;
    struct sha256 sha256;
};

static errcode
look(struct place_of_value *place, struct err *err)
{
    registry_value_clear(&place->now);
    errcode code = registry_value(place->key, place->name, &place->now, err);
    place->is_there = code == OK;
    return code == ERR_NOT_FOUND ? OK : code;
}

/* PATH is KEY bytes of a key, a backslash, and the value's name. */
static errcode
open_value(const char *path, size_t key, struct place_of_value *ret, struct err *err)
{
    static const str machine = {"HKLM\\", 5}, users = {"HKU\\", 4};
    bool is_machine = str_starts(str_of(path), machine);
    size_t head = is_machine ? machine.n : users.n;
    *ret = (struct place_of_value){.path = path, .name = path + key + 1};
    if (!about_is_in_registry(str_of(path)) || key <= head)
        return err_set(err, ERR_USAGE, "%s is no value below HKLM or HKU", path);
    cleanup(cleanup_free) char *below = mem_strndup(path + head, key - head);
    enum registry_hive hive = is_machine ? REGISTRY_MACHINE : REGISTRY_USERS;
    errcode code = registry_open_changing(hive, below, &ret->key, err);
    return code == OK ? look(ret, err) : code;
}

static void
close_value(struct place_of_value *place)
{
    registry_value_clear(&place->now);
    registry_close(place->key);
}

static bool
is_now(const struct place_of_value *place, const struct wanted *wanted)
{
    if (!place->is_there || place->now.type != wanted->type || place->now.data.n != wanted->size)
        return false;
    struct sha256 got = sha256_of(place->now.data);
    return memcmp(&got, &wanted->sha256, sizeof got) == 0;
}

static struct wanted
taken_one(const struct about *about)
{
    return (struct wanted){about->mode, about->size, about->sha256};
}

static struct wanted
instead_of(const struct about *about)
{
    return (struct wanted){about->mode, about->identity.size, about->identity.sha256};
}

/* ---- taking ---- */

static errcode
changed(const struct place_of_value *place, struct err *err)
{
    return err_set(err, ERR_BUSY,
                   place->is_there ? "%s was changed since it was seen; it stays, scan again"
                                   : "%s is not there any more; nothing was taken",
                   place->path);
}

/* The bytes of what is put in its place. */
static errcode
write_instead(const struct quarantine_value *value, struct buf *out, struct err *err)
{
    uint64_t number;
    if (value->type == REG_DWORD) {
        if (!str_to_u64(str_of(value->instead), UINT32_MAX, &number))
            return err_set(err, ERR_USAGE, "%s is no number for a value", value->instead);
        const uint32_t small = (uint32_t)number;
        buf_add(out, &small, sizeof small);
        return OK;
    }
    cleanup(cleanup_free) wchar_t *wide = wide_text(value->instead);
    if (!wide || (value->type != REG_SZ && value->type != REG_EXPAND_SZ))
        return err_set(err, ERR_USAGE, "%s is no text, so that none can be put in its place",
                       value->name);
    buf_add(out, wide, (wcslen(wide) + 1) * sizeof *wide);
    return OK;
}

static errcode
take_it(const struct place_of_value *place, const struct about *about, str instead, struct err *err)
{
    if (about->identity.device)
        return registry_put(place->key, place->name, about->mode, instead, err);
    return registry_remove(place->key, place->name, err);
}

/* From here on the copy is there. */
static errcode
remove_value(struct quarantine *quarantine, uint64_t number, struct place_of_value *place,
             const struct about *about, str instead, struct err *err)
{
    const struct wanted wanted = taken_one(about);
    errcode code = store_append_about(quarantine, number, about, err);
    bool is_begun = code == OK;
    if (code == OK)
        code = look(place, err);
    if (code == OK && !is_now(place, &wanted))
        code = changed(place, err);
    if (code == OK)
        code = take_it(place, about, instead, err);
    if (code == OK)
        store_taken(quarantine, number, registry_sync(place->key, NULL) == OK);
    else
        store_undo(quarantine, number, is_begun);
    return code;
}

static errcode
take_value(struct quarantine *quarantine, struct place_of_value *place, struct about *about,
           str instead, struct err *err)
{
    const struct wanted wanted = {about->mode, place->now.data.n, about->sha256};
    if (!is_now(place, &wanted))
        return changed(place, err);
    about->size = place->now.data.n;
    uint64_t number = quarantine->next++;
    errcode code = copy_bytes(quarantine, number, about, place->now.data, err);
    if (code == OK)
        code = remove_value(quarantine, number, place, about, instead, err);
    return code;
}

errcode
quarantine_take_value(struct quarantine *quarantine, const struct quarantine_value *value,
                      const char *why, uint64_t *ret_number, struct err *err)
{
    char path[ABOUT_PATH + 1];
    struct buf instead = BUF(REGISTRY_DATA);
    struct place_of_value place;
    int n = snprintf(path, sizeof path, "%s\\%s", value->key, value->name);
    if (n < 0 || n > ABOUT_PATH)
        return err_set(err, ERR_LIMIT, "the name of a value below %s is too long", value->key);
    struct about about = {.kind = QUARANTINE_VALUE,
                          .mode = value->type,
                          .identity = {.inode = strlen(value->key)},
                          .taken = clock_now(),
                          .sha256 = value->sha256,
                          .path = {path, (size_t)n},
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    errcode code = value->instead ? write_instead(value, &instead, err) : OK;
    if (code == OK && value->instead) {
        about.identity.device = 1;
        about.identity.size = instead.n;
        about.identity.sha256 = sha256_of(buf_view(&instead));
    }
    place = (struct place_of_value){0};
    if (code == OK)
        code = open_value(path, about.identity.inode, &place, err);
    if (code == OK)
        code = take_value(quarantine, &place, &about, buf_view(&instead), err);
    if (code == OK)
        *ret_number = quarantine->next - 1;
    close_value(&place);
    buf_clear(&instead);
    return code;
}

/* ---- giving back ---- */

enum in_place
value_stands(const struct about *about)
{
    struct place_of_value place;
    const struct wanted wanted = taken_one(about);
    const char *path = about->path.p;
    enum in_place standing = IN_PLACE_UNKNOWN;
    errcode code = open_value(path, about->identity.inode, &place, NULL);
    if (code == OK && !is_now(&place, &wanted))
        standing = IN_PLACE_NOT;
    else if (code == OK && registry_sync(place.key, NULL) == OK)
        standing = IN_PLACE;
    else if (code == ERR_NOT_FOUND && str_starts(str_of(path), STR("HKLM\\")))
        standing = IN_PLACE_NOT;
    close_value(&place);
    return standing;
}

static errcode
check_free(const struct place_of_value *place, const struct about *about, struct err *err)
{
    const struct wanted instead = instead_of(about);
    if (!place->is_there || (about->identity.device && is_now(place, &instead)))
        return OK;
    return err_set(err, ERR_DENIED,
                   "%s is there already, and nothing is replaced; delete or rename that value "
                   "first, or give a path to restore the bytes to",
                   place->path);
}

/* Nobody reads a value that is written in part. */
static errcode
put_back(struct quarantine *quarantine, const struct entry *entry, struct place_of_value *place,
         str data, struct err *err)
{
    const struct about *about = &entry->about;
    const struct wanted wanted = taken_one(about);
    const struct target target = {.path = about->path};
    errcode code = check_free(place, about, err);
    if (code != OK)
        return code;
    code = store_append_target(quarantine, JOURNAL_RESTORING, entry->number, &target, err);
    if (code == OK)
        code = look(place, err);
    if (code == OK)
        code = check_free(place, about, err);
    if (code == OK)
        code = registry_put(place->key, place->name, about->mode, data, err);
    if (code == OK)
        code = registry_sync(place->key, err);
    if (code == OK)
        code = look(place, err);
    if (code == OK && !is_now(place, &wanted))
        code = err_set(err, ERR_BUSY, "%s was replaced at once by something else; the copy stays",
                       place->path);
    return code;
}

errcode
value_restore(struct quarantine *quarantine, const struct entry *entry, struct copy_reader *reader,
              struct err *err)
{
    struct place_of_value place;
    struct buf data = BUF(REGISTRY_DATA + 1);
    uint64_t number = entry->number;
    errcode code = open_value(entry->about.path.p, entry->about.identity.inode, &place, err);
    if (code == ERR_NOT_FOUND)
        err_prefix(err, "the key is not there (one below HKU is while its user is logged on)");
    if (code == OK)
        code = copy_whole(reader, &data, err);
    if (code == OK)
        code = put_back(quarantine, entry, &place, buf_view(&data), err);
    if (code == OK)
        code = store_append(quarantine, JOURNAL_RESTORED, number, (str){0}, err);
    else if (entry->state == ENTRY_RESTORING)
        store_settle(quarantine, JOURNAL_TAKEN, number);
    if (code == OK)
        code = copy_remove(quarantine, number, err);
    buf_clear(&data);
    close_value(&place);
    return code;
}
