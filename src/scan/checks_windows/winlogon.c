/* SPDX-License-Identifier: Apache-2.0 */
/* What Windows runs when someone logs on: Winlogon's programs, a script, a screensaver. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/checks_windows/keys.h"
#include "scan/checks_windows/windows.h"

#include <stdio.h>

static const struct check_reason changed = {
    "logon-program", "Windows chạy chương trình này khi đăng nhập, ngoài chương trình của chính nó",
    "Windows starts this at logon, other than its own program"};
static const struct check_reason script = {"logon-script", "một lệnh chạy ẩn mỗi khi đăng nhập",
                                           "a command runs unseen at each logon"};
static const struct check_reason saver = {"screensaver",
                                          "trình bảo vệ màn hình không phải của Windows",
                                          "the screensaver is none of Windows"};

/* Whether PART, between commas, is OWN as Windows writes it; *RET_EMPTY when it is nothing. */
static bool
is_own(const struct keys_place *place, str part, const char *own, bool *ret_empty)
{
    char windows[PATH_TEXT], inner[PATH_TEXT], expanded[PATH_TEXT], text[PATH_TEXT];
    str word, tail = str_trim(part);
    *ret_empty = !doubt_word(&tail, &word);
    if (*ret_empty || !str_copy(word, text, sizeof text) || str_trim(tail).n > 0)
        return false;
    registry_expand(text, expanded, sizeof expanded);
    snprintf(text, sizeof text, "System32\\%s", own);
    str path = str_of(expanded);
    return str_eq_nocase(path, str_of(own)) ||
           (place_in_windows(place->checking, own, windows) &&
            str_eq_nocase(path, str_of(windows))) ||
           (place_in_windows(place->checking, text, inner) && str_eq_nocase(path, str_of(inner)));
}

/* Each part between commas is OWN, or a program to find. INSTEAD is what Windows has there itself;
 * of a user it has nothing. */
static void
take_list(const struct keys_place *place, const struct registry_key *key, const char *name,
          const char *own, const char *instead)
{
    struct registry_value value;
    char key_name[KEYS_PATH];
    size_t others = 0;
    bool is_empty;
    if (!keys_find(place, key, name, &value))
        return;
    struct check_value start = keys_seen(place, &value, key_name);
    start.instead = place->hive == REGISTRY_MACHINE ? instead : NULL;
    str rest = str_of(value.text), part;
    while (str_cut(&rest, ',', &part))
        others += !is_own(place, part, own, &is_empty) && !is_empty;
    start.is_shared = others > 1;
    rest = str_of(value.text);
    while (str_cut(&rest, ',', &part)) {
        if (is_own(place, part, own, &is_empty) || is_empty)
            continue;
        char *copy = mem_strndup(part.p, part.n);
        keys_starts(place, &value, copy, &start, (struct doubt){FINDING_SUSPICIOUS, &changed});
        free(copy);
    }
    registry_value_clear(&value);
}

static void
take_any(const struct keys_place *place, const struct registry_key *key, const char *name,
         struct doubt doubt)
{
    struct registry_value value;
    if (!keys_find(place, key, name, &value))
        return;
    keys_program(place, &value, doubt);
    registry_value_clear(&value);
}

static void
take_winlogon(const struct keys_place *place, const struct registry_key *key)
{
    char userinit[PATH_TEXT + 1];
    take_list(place, key, "Shell", "explorer.exe", "explorer.exe");
    if (place_in_windows(place->checking, "System32\\userinit.exe", userinit)) {
        memcpy(userinit + strlen(userinit), ",", 2);
        take_list(place, key, "Userinit", "userinit.exe", userinit);
    }
    take_any(place, key, "Taskman", (struct doubt){FINDING_SUSPICIOUS, &changed});
    take_any(place, key, "GinaDLL", (struct doubt){FINDING_SUSPICIOUS, &changed});
}

static void
take_notified(const struct keys_place *place, const struct registry_key *key)
{
    take_any(place, key, "DLLName", (struct doubt){FINDING_LOOK, &changed});
}

static void
take_notify(const struct keys_place *place, const struct registry_key *key)
{
    keys_below(place, key, take_notified);
}

static void
take_environment(const struct keys_place *place, const struct registry_key *key)
{
    take_any(place, key, "UserInitMprLogonScript", (struct doubt){FINDING_SUSPICIOUS, &script});
}

static void
take_desktop(const struct keys_place *place, const struct registry_key *key)
{
    struct registry_value value;
    if (!keys_find(place, key, "SCRNSAVE.EXE", &value))
        return;
    char windows[PATH_TEXT], expanded[PATH_TEXT];
    registry_expand(value.text, expanded, sizeof expanded);
    str path = str_of(expanded);
    bool is_own = doubt_base(path).n == path.n;
    if (place_in_windows(place->checking, "", windows) && path.n > strlen(windows))
        is_own = is_own || str_eq_nocase((str){path.p, strlen(windows)}, str_of(windows));
    bool is_program = path.n > 4 && str_eq_nocase(str_from(path, path.n - 4), STR(".scr"));
    if (path.n > 0 && !is_own)
        keys_program(place, &value,
                     (struct doubt){is_program ? FINDING_LOOK : FINDING_SUSPICIOUS, &saver});
    registry_value_clear(&value);
}

#define CURRENT "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"

static void
run(struct checking *checking, const struct check *check)
{
    enum { BOTH = KEYS_MACHINE | KEYS_USERS };
    if (!keys_are_seen(checking, check))
        return;
    keys_each(checking, check, BOTH, CURRENT "Winlogon", take_winlogon);
    keys_each(checking, check, KEYS_MACHINE, CURRENT "Winlogon\\Notify", take_notify);
    keys_each(checking, check, KEYS_USERS, "Environment", take_environment);
    keys_each(checking, check, KEYS_USERS, "Control Panel\\Desktop", take_desktop);
}

const struct check check_winlogon = {
    .id = "winlogon",
    .attack = "T1547.004",
    .vi = {"Chương trình chen vào lúc đăng nhập",
           "Quá trình đăng nhập của Windows đã bị sửa để chạy thêm một chương trình.",
           "Đừng nhập mật khẩu quan trọng trên máy này. Hãy nhờ người quản trị kiểm tra."},
    .en = {"A program that cuts in at logon",
           "The logon of Windows was changed so that it starts another program.",
           "Enter no important password on this computer, and have an administrator look at it."},
    .run = run,
};
