/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/windows/admin_folder.h"

#include "base/cleanup.h"
#include "base/windows/registry.h"
#include "base/windows/wide.h"

#include <windows.h>
/* windows.h comes first. */
#include <sddl.h>

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

/* For the system and administrators, who own what is made in it, whatever stands above it. */
static errcode
make_private(const char *path, struct err *err)
{
    static const wchar_t rights[] = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes};
    if (!wide || !ConvertStringSecurityDescriptorToSecurityDescriptorW(
                     rights, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL))
        return err_set_errno(err, "cannot make the folder %s", path);
    bool is_made = CreateDirectoryW(wide, &attributes) || GetLastError() == ERROR_ALREADY_EXISTS;
    errcode code = is_made ? OK : err_set_errno(err, "cannot make the folder %s", path);
    LocalFree(attributes.lpSecurityDescriptor);
    return code;
}

errcode
admin_state_folder(char out[PATH_TEXT], struct err *err)
{
    char above[PATH_TEXT];
    errcode code = admin_folder(above, err);
    if (code == OK)
        code = folder_place(out, above, "State", err);
    return code == OK ? make_private(out, err) : code;
}
