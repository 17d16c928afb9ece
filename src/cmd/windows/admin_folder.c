/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/windows/admin_folder.h"

#include "base/secret.h"
#include "base/windows/registry.h"

errcode
folder_place(char out[PATH_TEXT], const char *folder, const char *name, struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s\\%s", folder, name);
    return n < PATH_TEXT ? OK : err_set(err, ERR_LIMIT, "the path %s is too long", folder);
}

errcode
admin_folder(char out[PATH_TEXT], struct err *err)
{
    struct registry_key *key;
    struct registry_value value;
    errcode code =
        registry_open(REGISTRY_MACHINE, "SOFTWARE\\Microsoft\\Windows\\CurrentVersion", &key, err);
    if (code != OK)
        return code;
    code = registry_value(key, "ProgramFilesDir", &value, err);
    registry_close(key);
    if (code != OK)
        return code;
    code = path_is_full(str_of(value.text))
               ? folder_place(out, value.text, "Khien", err)
               : err_set(err, ERR_CORRUPT, "the registry names no folder of programs");
    registry_value_clear(&value);
    return code == OK ? folder_make(out, err) : code;
}

errcode
admin_state_folder(char out[PATH_TEXT], struct err *err)
{
    char above[PATH_TEXT];
    errcode code = admin_folder(above, err);
    if (code == OK)
        code = folder_place(out, above, "State", err);
    return code == OK ? secret_folder_make(out, err) : code;
}
