/* SPDX-License-Identifier: Apache-2.0 */
/* Access control lists: who may do what with a folder or a file. */
#include "base/secret.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/handle.h"
#include "base/windows/token.h"
#include "base/windows/wide.h"

#include <fcntl.h>
#include <sddl.h>
/* windows.h comes first. */
#include <bcrypt.h>

errcode
secret_random(void *out, size_t n, struct err *err)
{
    if (BCryptGenRandom(NULL, out, (ULONG)n, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
        return err_set(err, ERR_IO, "the system gives no random numbers");
    return OK;
}

void
secret_wipe(void *p, size_t n)
{
    SecureZeroMemory(p, n);
}

/* ---- who is who ---- */

struct user {
    TOKEN_USER user;
    uint8_t sid[SECURITY_MAX_SID_SIZE]; /* what `user` points to */
};

static bool
find_user(struct user *ret)
{
    HANDLE token;
    DWORD n;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool found = GetTokenInformation(token, TokenUser, ret, sizeof *ret, &n);
    CloseHandle(token);
    return found;
}

bool
token_is_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD n;
    HANDLE token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &n);
    CloseHandle(token);
    return elevation.TokenIsElevated;
}

static bool
is_text_sid(PSID sid, const wchar_t *text)
{
    PSID wanted;
    if (!ConvertStringSidToSidW(text, &wanted))
        return false;
    bool same = EqualSid(sid, wanted);
    LocalFree(wanted);
    return same;
}

/* The user and those who may do all here anyway: the system, administrators, the installer of
 * Windows. Rights of CREATOR OWNER are those of whom a new file will belong to. */
static bool
is_own(PSID sid, const struct user *user)
{
    static const wchar_t *const others[] = {
        L"S-1-5-18", L"S-1-5-32-544", L"S-1-3-0", L"S-1-3-4",
        L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"};
    if (EqualSid(sid, user->user.User.Sid))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is_text_sid(sid, others[i]))
            return true;
    return false;
}

/* Whether the list gives RIGHTS to others. An entry that is not understood does. */
static bool
gives(PACL list, DWORD rights, const struct user *user)
{
    if (!list) /* no list: everything to everyone */
        return true;
    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry;
        if (!GetAce(list, i, &entry))
            return true;
        const ACE_HEADER *head = entry;
        const ACCESS_ALLOWED_ACE *allowed = entry;
        if (head->AceType == ACCESS_DENIED_ACE_TYPE ||
            head->AceType == ACCESS_DENIED_OBJECT_ACE_TYPE)
            continue;
        if (head->AceType != ACCESS_ALLOWED_ACE_TYPE)
            return true;
        if (allowed->Mask & rights && !is_own((PSID)(uintptr_t)&allowed->SidStart, user))
            return true;
    }
    return false;
}

enum {
    CHANGE = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_DELETE_CHILD |
             FILE_WRITE_ATTRIBUTES | DELETE | WRITE_DAC | WRITE_OWNER,
    USE = CHANGE | FILE_READ_DATA,
};
#define GENERIC_CHANGE (GENERIC_ALL | GENERIC_WRITE)
#define GENERIC_USE (GENERIC_CHANGE | GENERIC_READ)

static errcode
check(HANDLE handle, const char *name, bool closed, struct err *err)
{
    enum { ROOM = 64 << 10 }; /* a list has no more bytes */
    cleanup(cleanup_free) void *descriptor = mem_alloc(ROOM);
    PSID owner = NULL;
    PACL list = NULL;
    BOOL has_list = FALSE, is_default;
    DWORD n;
    struct user user;
    if (!GetKernelObjectSecurity(handle, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                 descriptor, ROOM, &n) ||
        !GetSecurityDescriptorOwner(descriptor, &owner, &is_default) ||
        !GetSecurityDescriptorDacl(descriptor, &has_list, &list, &is_default) || !find_user(&user))
        return err_set_errno(err, "cannot tell who may use %s", name);
    DWORD rights = closed ? USE | GENERIC_USE : CHANGE | GENERIC_CHANGE;
    errcode code = OK;
    if (!owner || !is_own(owner, &user) || !has_list || gives(list, rights, &user))
        code =
            err_set(err, ERR_DENIED, "%s can be %s by others", name, closed ? "used" : "changed");
    return code;
}

/* ---- folders and files ---- */

/* All rights, for what will be in a folder too, to the system, administrators and this user alone;
 * what an administrator makes is not for the same user's programs that are none. The caller frees
 * by LocalFree. */
static PSECURITY_DESCRIPTOR
closed_descriptor(void)
{
    static const wchar_t ours[] = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
    struct user user;
    wchar_t *sid, words[256];
    PSECURITY_DESCRIPTOR descriptor = NULL;
    if (!find_user(&user) || !ConvertSidToStringSidW(user.user.User.Sid, &sid))
        return NULL;
    if (token_is_elevated())
        wcscpy(words, ours);
    else
        _snwprintf(words, sizeof words / sizeof *words, L"%ls(A;OICI;FA;;;%ls)", ours, sid);
    LocalFree(sid);
    ConvertStringSecurityDescriptorToSecurityDescriptorW(words, SDDL_REVISION_1, &descriptor, NULL);
    return descriptor;
}

static bool
make_closed(const char *path)
{
    SECURITY_ATTRIBUTES closed = {sizeof closed, closed_descriptor(), FALSE};
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    bool made = closed.lpSecurityDescriptor && wide && CreateDirectoryW(wide, &closed);
    DWORD fault = GetLastError();
    LocalFree(closed.lpSecurityDescriptor);
    SetLastError(fault);
    return made;
}

errcode
secret_folder_make(const char *path, struct err *err)
{
    char above[PATH_TEXT];
    size_t n = (size_t)(path_base(path) - path);
    if (!str_copy((str){path, n}, above, sizeof above))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    errcode code = n > 0 ? folder_make(above, err) : OK;
    if (code == OK && !make_closed(path) && GetLastError() != ERROR_ALREADY_EXISTS)
        code = err_set_errno(err, "cannot make the folder %s", path);
    return code;
}

static errcode
open_checked(const char *path, DWORD access, bool closed, enum file_kind want, HANDLE *ret,
             struct err *err)
{
    struct file_info info;
    HANDLE handle = handle_open(path, access | READ_CONTROL, SHARE_ALL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    if (handle == INVALID_HANDLE_VALUE)
        return err_set_errno(err, "cannot open %s", path);
    errcode code = OK;
    if (!handle_info(handle, &info))
        code = err_set_errno(err, "cannot examine %s", path);
    else if (info.kind != want)
        code = err_set(err, ERR_DENIED, "%s is a link or something else", path);
    if (code == OK)
        code = check(handle, path, closed, err);
    if (code == OK)
        *ret = handle;
    else
        CloseHandle(handle);
    return code;
}

errcode
secret_folder(const char *path, bool closed, struct err *err)
{
    HANDLE handle;
    errcode code = secret_folder_make(path, err);
    if (code == OK)
        code = open_checked(path, FILE_READ_ATTRIBUTES, closed, FILE_FOLDER, &handle, err);
    if (code == OK)
        CloseHandle(handle);
    return code;
}

errcode
secret_create(const char *path, int *ret_fd, struct err *err)
{
    SECURITY_ATTRIBUTES closed = {sizeof closed, closed_descriptor(), FALSE};
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    HANDLE handle = INVALID_HANDLE_VALUE;
    if (closed.lpSecurityDescriptor && wide)
        handle = CreateFileW(wide, GENERIC_WRITE, SHARE_ALL, &closed, CREATE_NEW,
                             FILE_ATTRIBUTE_NORMAL, NULL);
    int fd = handle_descriptor(handle, _O_RDWR);
    errcode code = OK;
    if (fd < 0)
        code = err_set_errno(err, "cannot make %s", path);
    else
        *ret_fd = fd;
    LocalFree(closed.lpSecurityDescriptor);
    return code;
}

errcode
secret_open(const char *path, int *ret_fd, struct err *err)
{
    HANDLE handle;
    errcode code = open_checked(path, GENERIC_READ, true, FILE_REGULAR, &handle, err);
    if (code != OK)
        return code;
    int fd = handle_descriptor(handle, _O_RDONLY);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    *ret_fd = fd;
    return OK;
}
