/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the registry that several checks look at in the same way: of the machine as programs of
 * 64 and of 32 bits see it, and of every user who is logged on. */
#pragma once

#include "base/windows/registry.h"
#include "scan/checks_windows/program.h"

enum { KEYS_PATH = 2048 };

struct keys_place {
    struct checking *checking;
    const struct check *check;
    enum registry_hive hive;
    char path[KEYS_PATH];
    char profile[PATH_TEXT]; /* of the key's user; "" */
};

enum {
    KEYS_MACHINE = 1,
    KEYS_USERS = 2,
    KEYS_SHARED = 4, /* below WOW6432Node there is the same key (Microsoft, "Registry Keys Affected
                      * by WOW64") */
};

typedef void keys_visit(const struct keys_place *place, const struct registry_key *key);
typedef void keys_value(const struct keys_place *place, const struct registry_value *value);

/* False, and the check is unseen, where a folder stands for the system: hives in files are not
 * read. */
bool keys_are_seen(struct checking *checking, const struct check *check);
/* The key at PATH wherever WHERE says; one below "SOFTWARE\\" also below WOW6432Node. What is not
 * there is no matter; what may not be read is unseen. */
void keys_each(struct checking *checking, const struct check *check, unsigned where,
               const char *path, keys_visit *visit);
void keys_below(const struct keys_place *place, const struct registry_key *key, keys_visit *visit);
void keys_values(const struct keys_place *place, const struct registry_key *key, keys_value *each);
/* The value NAME; false when there is none or it cannot be read. The caller clears RET. */
bool keys_find(const struct keys_place *place, const struct registry_key *key, const char *name,
               struct registry_value *ret);
/* "HKLM\\PATH\\NAME" */
void keys_subject(const struct keys_place *place, const char *name, char out[KEYS_PATH]);
/* What a finding needs to take the value; KEY holds the name of its key. */
struct check_value keys_seen(const struct keys_place *place, const struct registry_value *value,
                             char key[KEYS_PATH]);
/* TEXT, which stands in the value, is a command that starts by itself because of START; NULL: what
 * starts it is not told of. */
void keys_starts(const struct keys_place *place, const struct registry_value *value,
                 const char *text, const struct check_value *start, struct doubt least);
/* The value's text is one, and starts no more when the value is gone. */
void keys_program(const struct keys_place *place, const struct registry_value *value,
                  struct doubt least);
/* The value's text is a list of such, with blanks or commas between them: with several of them it
 * is for a person to change. */
void keys_programs(const struct keys_place *place, const struct registry_value *value,
                   struct doubt least);
/* What the value says is doubtful as it is. What ENDS it may be NULL. */
void keys_found(const struct keys_place *place, const struct registry_value *value,
                struct doubt doubt, const struct check_value *ends);
