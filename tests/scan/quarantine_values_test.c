/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the registry in quarantine: what is taken comes back with its type and bytes, what is
 * another one stays, and a process that is ended at any moment leaves each value whole in one
 * place. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "base/windows/wide.h"
#include "kept.h"
#include "windows_self.h"

enum { KILLS = 50 };
#define BELOW "SOFTWARE\\khien-quarantine-test"
#define KEY "HKLM\\" BELOW

static char home[PATH_TEXT];
static struct quarantine *quarantine;

/* ---- the registry as Windows has it ---- */

static HKEY
key_of(void)
{
    HKEY key;
    require(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"" BELOW, 0, NULL, 0,
                            KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key, NULL) == ERROR_SUCCESS);
    return key;
}

static void
put(const char *name, DWORD type, str data)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    HKEY key = key_of();
    require(RegSetValueExW(key, wide, 0, type, (const BYTE *)data.p, (DWORD)data.n) ==
            ERROR_SUCCESS);
    RegCloseKey(key);
}

static void
drop(const char *name)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    HKEY key = key_of();
    RegDeleteValueW(key, wide);
    RegCloseKey(key);
}

static bool
is_there(const char *name)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    HKEY key = key_of();
    bool found = RegQueryValueExW(key, wide, NULL, NULL, NULL, NULL) == ERROR_SUCCESS;
    RegCloseKey(key);
    return found;
}

static bool
is(const char *name, DWORD type, str data)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    HKEY key = key_of();
    static char got[64 << 10];
    DWORD kind, n = sizeof got;
    bool same = RegQueryValueExW(key, wide, NULL, &kind, (BYTE *)got, &n) == ERROR_SUCCESS &&
                kind == type && str_eq((str){got, n}, data);
    RegCloseKey(key);
    return same;
}

/* The bytes of a literal of wide characters, with its zero. */
#define WIDE(literal) ((str){(const char *)(literal), sizeof(literal)})
#define RUNS WIDE(L"C:\\x\\evil.exe")

static struct quarantine_value
seen(const char *name, DWORD type, str data)
{
    return (
        struct quarantine_value){.key = KEY, .name = name, .type = type, .sha256 = sha256_of(data)};
}

static uint64_t
take_one(const char *name, DWORD type, str data)
{
    struct quarantine_value value = seen(name, type, data);
    uint64_t number = 0;
    struct err err;
    if (quarantine_take_value(quarantine, &value, "Test.Value", &number, &err) != OK)
        tap_note("%s", err.text);
    return number;
}

/* ---- there and back ---- */

static void
test_types(void)
{
    static char much[60000];
    const struct {
        const char *name;
        DWORD type;
        str data;
    } cases[] = {
        {"text", REG_SZ, RUNS},
        {"", REG_EXPAND_SZ, WIDE(L"%APPDATA%\\evil.exe")},
        {"without end", REG_SZ, {(const char *)L"abc", 4}},
        {"odd", REG_SZ, {"abc", 3}},
        {"list", REG_MULTI_SZ, WIDE(L"a\0b\0")},
        {"number", REG_DWORD, {"\1\2\3\4", 4}},
        {"bytes", REG_BINARY, {"\0\xff\0", 3}},
        {"nothing", REG_BINARY, {"", 0}},
        {"other", 0x12345, {"x", 1}},
        {"much", REG_BINARY, {much, sizeof much}},
        {"a\\b\\c", REG_SZ, RUNS},
        {"t\xc3\xaan c\xe1\xbb\xa7"
         "a t\xc3\xb4i",
         REG_SZ, RUNS},
    };
    struct err err;
    memset(much, 'x', sizeof much);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[PATH_TEXT];
        snprintf(path, sizeof path, "%s\\%s", KEY, cases[i].name);
        put(cases[i].name, cases[i].type, cases[i].data);
        uint64_t number = take_one(cases[i].name, cases[i].type, cases[i].data);
        tap_ok(number && !is_there(cases[i].name), "\"%s\" is taken", cases[i].name);
        quarantine_close(quarantine);
        quarantine = open_at(below(home, "quarantine"));
        tap_eq_i64(kept_of(quarantine, path), (long long)number, "and listed");
        tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "and restored");
        tap_ok(is(cases[i].name, cases[i].type, cases[i].data), "with its type and bytes");
        drop(cases[i].name);
    }
}

static void
test_listed(void)
{
    struct quarantine_item item = {0};
    put("listed", REG_SZ, RUNS);
    uint64_t number = take_one("listed", REG_SZ, RUNS);
    for (size_t i = 0; quarantine_at(quarantine, i, &item) && item.number != number; i++)
        continue;
    tap_eq_i64(item.kind, QUARANTINE_VALUE, "a value is listed as one");
    tap_eq_i64(item.type, REG_SZ, "with its type");
    tap_eq_i64((long long)item.key, strlen(KEY), "and where its key ends");
    tap_eq_i64((long long)item.size, (long long)RUNS.n, "and its size");
    tap_ok(!item.has_instead && !item.is_missing, "nothing stands in its place");
    tap_eq_i64(quarantine_delete(quarantine, number, NULL), OK, "it is deleted");
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, NULL), ERR_NOT_FOUND, "for good");
}

static void
test_instead(void)
{
    static const str list = {(const char *)L"explorer.exe,C:\\x.exe", 44},
                     own = {(const char *)L"explorer.exe", 26}, auto_start = {"\2\0\0\0", 4},
                     disabled = {"\4\0\0\0", 4};
    struct quarantine_value value = seen("Shell", REG_SZ, list);
    uint64_t number = 0;
    struct err err;
    put("Shell", REG_SZ, list);
    value.instead = "explorer.exe";
    tap_no_err(quarantine_take_value(quarantine, &value, "Test", &number, &err), &err,
               "another text is put in its place");
    tap_ok(is("Shell", REG_SZ, own), "with the same type");
    put("Shell", REG_SZ, RUNS);
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED,
               "what someone else put there stays: %s", err.text);
    put("Shell", REG_SZ, own);
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "else it is restored");
    tap_ok(is("Shell", REG_SZ, list), "over what was put in its place");

    put("Start", REG_DWORD, auto_start);
    value = seen("Start", REG_DWORD, auto_start);
    value.instead = "4";
    tap_no_err(quarantine_take_value(quarantine, &value, "Test", &number, &err), &err,
               "so is a number");
    tap_ok(is("Start", REG_DWORD, disabled), "as it was told");
    drop("Start");
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err,
               "when nothing is there by now");
    tap_ok(is("Start", REG_DWORD, auto_start), "it is restored too");
    value.instead = "x";
    tap_eq_i64(quarantine_take_value(quarantine, &value, "Test", &number, &err), ERR_USAGE,
               "a word is no number: %s", err.text);
    value = seen("Start", REG_BINARY, auto_start);
    value.instead = "x";
    tap_eq_i64(quarantine_take_value(quarantine, &value, "Test", &number, &err), ERR_USAGE,
               "bytes are no text: %s", err.text);
    drop("Start");
    drop("Shell");
}

/* ---- what is refused ---- */

static void
refuses(const struct quarantine_value *value, errcode want, const char *part, const char *label)
{
    struct err err = {0};
    uint64_t number;
    tap_eq_i64(quarantine_take_value(quarantine, value, "Test", &number, &err), want,
               "%s is refused", label);
    tap_ok(strstr(err.text, part) != NULL, "saying \"%s\": %s", part, err.text);
}

static void
test_refusals(void)
{
    put("changed", REG_SZ, RUNS);
    struct quarantine_value value = seen("changed", REG_SZ, WIDE(L"C:\\x\\other.exe"));
    refuses(&value, ERR_BUSY, "was changed", "another text");
    value = seen("changed", REG_EXPAND_SZ, RUNS);
    refuses(&value, ERR_BUSY, "was changed", "another type");
    tap_ok(is("changed", REG_SZ, RUNS), "it stays");
    value = seen("gone", REG_SZ, RUNS);
    refuses(&value, ERR_BUSY, "not there any more", "what is gone");
    value.key = KEY "\\no such key";
    refuses(&value, ERR_NOT_FOUND, "cannot open the key", "a key that is gone");
    value.key = "HKCU\\Software";
    refuses(&value, ERR_USAGE, "no value below", "a key that means each user another");
    value.key = "HKLM";
    refuses(&value, ERR_USAGE, "no value below", "no key at all");
    drop("changed");
}

static void
test_restore(void)
{
    struct err err;
    const char *file = below(home, "bytes");
    put("back", REG_SZ, RUNS);
    uint64_t number = take_one("back", REG_SZ, RUNS);
    put("back", REG_SZ, RUNS);
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED,
               "one that is there again is not replaced: %s", err.text);
    put("back", REG_DWORD, (str){"\1\0\0\0", 4});
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_DENIED, "nor another one");
    tap_ok(is("back", REG_DWORD, (str){"\1\0\0\0", 4}), "which stays");
    tap_no_err(quarantine_restore(quarantine, number, file, &err), &err, "a file is made of it");
    tap_ok(file_is(file, RUNS), "with its bytes");
    drop("back");
    put("back", REG_SZ, RUNS);
    number = take_one("back", REG_SZ, RUNS);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"" BELOW, KEY_WOW64_64KEY, 0);
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_NOT_FOUND,
               "without its key: %s", err.text);
    RegCloseKey(key_of());
    tap_no_err(quarantine_restore(quarantine, number, NULL, &err), &err, "with it again");
    tap_ok(is("back", REG_SZ, RUNS), "it is there");
    drop("back");
}

/* ---- another process of this program, ended at any moment ---- */

static const str four = {"\4\0\0\0", 4}, two = {"\2\0\0\0", 4};

static void
run_forever(void)
{
    struct quarantine_value start = seen("killed start", REG_DWORD, two);
    quarantine = open_at(below(home, "killed"));
    self_say_ready();
    start.instead = "4";
    for (;;) {
        uint64_t other, number = take_one("killed", REG_SZ, RUNS);
        require(quarantine_take_value(quarantine, &start, "Test", &other, NULL) == OK);
        require(number && quarantine_restore(quarantine, number, NULL, NULL) == OK);
        require(quarantine_restore(quarantine, other, NULL, NULL) == OK);
    }
}

/* After a restart: true when all is in one place, nothing is left over, and all can be restored. */
static bool
is_settled(size_t *taken)
{
    const char *folder = below(home, "killed");
    struct quarantine *own = open_at(folder);
    uint64_t number = kept_of(own, KEY "\\killed"), start = kept_of(own, KEY "\\killed start");
    bool stands = is("killed", REG_SZ, RUNS), starts = is("killed start", REG_DWORD, two);
    bool settled = stands + (number != 0) == 1 && starts + (start != 0) == 1 &&
                   is_there("killed") == stands &&
                   (starts || is("killed start", REG_DWORD, four)) &&
                   names_in(folder) == 2 + (size_t)(number != 0) + (start != 0);
    if (!settled)
        tap_note("stands %d kept %d, starts %d kept %d, names %zu", stands, number != 0, starts,
                 start != 0, names_in(folder));
    *taken += (number != 0) + (start != 0);
    if (number)
        settled = quarantine_restore(own, number, NULL, NULL) == OK && settled;
    if (start)
        settled = quarantine_restore(own, start, NULL, NULL) == OK && settled;
    quarantine_close(own);
    return settled && is("killed", REG_SZ, RUNS) && is("killed start", REG_DWORD, two);
}

static void
test_kills(void)
{
    struct rng rng = {11};
    size_t right = 0, taken = 0;
    put("killed", REG_SZ, RUNS);
    put("killed start", REG_DWORD, two);
    for (unsigned i = 0; i < KILLS; i++) {
        HANDLE child = self_start("loop", home, NULL);
        Sleep((DWORD)rng_below(&rng, 60));
        self_kill(child);
        right += is_settled(&taken);
    }
    tap_eq_i64(right, KILLS, "whole after each of %d kills", KILLS);
    tap_ok(taken > 0, "%zu values were in quarantine by then", taken);
}

int
main(int argc, char **argv)
{
    str_copy(str_of(argc == 3 ? argv[2] : tap_folder("quarantine")), home, sizeof home);
    if (argc == 3)
        run_forever();
    quarantine = open_at(below(home, "quarantine"));
    test_types();
    test_listed();
    test_instead();
    test_refusals();
    test_restore();
    quarantine_close(quarantine);
    test_kills();
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"" BELOW, KEY_WOW64_64KEY, 0);
    return tap_done();
}
