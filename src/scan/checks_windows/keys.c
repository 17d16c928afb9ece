/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_windows/keys.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <stdio.h>

enum { SUBKEYS = 100000, VALUES = 10000 };

bool
keys_are_seen(struct checking *checking, const struct check *check)
{
    struct err err;
    if (!checking->root[0])
        return true;
    err_set(&err, ERR_UNSUPPORTED, "the registry of a system that does not run is not read");
    checking->unseen(checking->context, check, checking->root, &err);
    return false;
}

static void
visit_at(const struct keys_place *place, keys_visit *visit)
{
    struct registry_key *key;
    struct err err;
    errcode code = registry_open(place->hive, place->path, &key, &err);
    if (code == OK) {
        visit(place, key);
        registry_close(key);
    } else if (code != ERR_NOT_FOUND) {
        place->checking->unseen(place->checking->context, place->check, place->path, &err);
    }
}

/* With and without WOW6432Node. */
static void
visit_views(struct keys_place *place, const char *head, const char *path, bool is_shared,
            keys_visit *visit)
{
    static const str software = {"SOFTWARE\\", 9};
    snprintf(place->path, sizeof place->path, "%s%s", head, path);
    visit_at(place, visit);
    if (is_shared || place->hive != REGISTRY_MACHINE || !str_starts(str_of(path), software))
        return;
    snprintf(place->path, sizeof place->path, "%sWOW6432Node\\%s", software.p, path + software.n);
    visit_at(place, visit);
}

static void
find_profile(const char *sid, char out[PATH_TEXT])
{
    char path[KEYS_PATH];
    struct registry_key *key;
    struct registry_value value;
    out[0] = 0;
    snprintf(path, sizeof path, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\%s",
             sid);
    if (registry_open(REGISTRY_MACHINE, path, &key, NULL) != OK)
        return;
    if (registry_value(key, "ProfileImagePath", &value, NULL) == OK) {
        registry_expand(value.text, out, PATH_TEXT);
        registry_value_clear(&value);
    }
    registry_close(key);
}

static void
visit_users(struct keys_place *place, const char *path, keys_visit *visit)
{
    struct registry_key *users;
    struct err err;
    char sid[REGISTRY_NAME], head[REGISTRY_NAME + 1];
    if (registry_open(REGISTRY_USERS, "", &users, &err) != OK) {
        place->checking->unseen(place->checking->context, place->check, "HKU", &err);
        return;
    }
    for (size_t i = 0; registry_subkey(users, i, sid); i++) {
        /* Classes stand in the user's key too; the system's own has two names. */
        if (str_ends(str_of(sid), STR("_Classes")) || strcmp(sid, "S-1-5-18") == 0)
            continue;
        find_profile(sid, place->profile);
        snprintf(head, sizeof head, "%s\\", sid);
        visit_views(place, head, path, true, visit);
    }
    registry_close(users);
}

void
keys_each(struct checking *checking, const struct check *check, unsigned where, const char *path,
          keys_visit *visit)
{
    struct keys_place place = {.checking = checking, .check = check};
    if (where & KEYS_MACHINE) {
        place.hive = REGISTRY_MACHINE;
        visit_views(&place, "", path, where & KEYS_SHARED, visit);
    }
    if (where & KEYS_USERS) {
        place.hive = REGISTRY_USERS;
        visit_users(&place, path, visit);
    }
}

void
keys_below(const struct keys_place *place, const struct registry_key *key, keys_visit *visit)
{
    char name[REGISTRY_NAME];
    struct keys_place below = *place;
    for (size_t i = 0; i < SUBKEYS && registry_subkey(key, i, name); i++) {
        int n = snprintf(below.path, sizeof below.path, "%s\\%s", place->path, name);
        if (n > 0 && n < KEYS_PATH)
            visit_at(&below, visit);
    }
}

void
keys_values(const struct keys_place *place, const struct registry_key *key, keys_value *each)
{
    struct registry_value value;
    struct err err;
    for (size_t i = 0; i < VALUES; i++) {
        errcode code = registry_value_at(key, i, &value, &err);
        if (code == ERR_NOT_FOUND)
            return;
        if (code != OK) {
            place->checking->unseen(place->checking->context, place->check, place->path, &err);
            continue;
        }
        place->checking->looked++;
        each(place, &value);
        registry_value_clear(&value);
    }
}

bool
keys_find(const struct keys_place *place, const struct registry_key *key, const char *name,
          struct registry_value *ret)
{
    struct err err;
    errcode code = registry_value(key, name, ret, &err);
    if (code == OK)
        place->checking->looked++;
    else if (code != ERR_NOT_FOUND)
        place->checking->unseen(place->checking->context, place->check, place->path, &err);
    return code == OK;
}

void
keys_subject(const struct keys_place *place, const char *name, char out[KEYS_PATH])
{
    snprintf(out, KEYS_PATH, "%s\\%s\\%s", registry_hive_name(place->hive), place->path, name);
}

struct check_value
keys_seen(const struct keys_place *place, const struct registry_value *value, char key[KEYS_PATH])
{
    snprintf(key, KEYS_PATH, "%s\\%s", registry_hive_name(place->hive), place->path);
    return (struct check_value){
        .key = key, .name = value->name, .type = value->type, .sha256 = sha256_of(value->data)};
}

void
keys_starts(const struct keys_place *place, const struct registry_value *value, const char *text,
            const struct check_value *start, struct doubt least)
{
    char subject[KEYS_PATH];
    keys_subject(place, value->name, subject);
    struct program program = {
        .subject = subject,
        .command = text,
        .profile = place->profile[0] ? place->profile : NULL,
        .least = least,
        .start = {.value = start},
    };
    if (text[0])
        program_starts(place->checking, place->check, &program);
}

void
keys_program(const struct keys_place *place, const struct registry_value *value, struct doubt least)
{
    char key[KEYS_PATH];
    const struct check_value start = keys_seen(place, value, key);
    keys_starts(place, value, value->text, &start, least);
}

void
keys_programs(const struct keys_place *place, const struct registry_value *value,
              struct doubt least)
{
    char key[KEYS_PATH];
    struct check_value start = keys_seen(place, value, key);
    str text = str_trim(str_of(value->text));
    for (size_t i = 0; i < text.n; i++)
        start.is_shared = start.is_shared || text.p[i] == ',' || text.p[i] == ' ';
    str rest = text, part;
    while (str_cut(&rest, ',', &part)) {
        cleanup(cleanup_free) char *command = mem_strndup(part.p, part.n);
        keys_starts(place, value, command, &start, least);
    }
}

void
keys_found(const struct keys_place *place, const struct registry_value *value, struct doubt doubt,
           const struct check_value *ends)
{
    char subject[KEYS_PATH];
    keys_subject(place, value->name, subject);
    program_found(place->checking, place->check, doubt, subject, value->text, NULL, ends);
}
