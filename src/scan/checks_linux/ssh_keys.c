/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that open this machine over SSH: where sshd looks for them, and what they start. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

#include "base/buf.h"

static const struct check_reason system_key = {
    "system-account", "Khóa đăng nhập của một tài khoản hệ thống, vốn không có người dùng",
    "A login key of a system account, which no person uses"};
static const struct check_reason environment = {
    "key-environment", "Khóa này đặt biến môi trường cho phiên đăng nhập",
    "The key sets variables of the session's environment"};
static const struct check_reason one_for_all = {"shared-keys", "Một tệp khóa mở được mọi tài khoản",
                                                "One file of keys opens every account"};
static const struct check_reason key_place = {
    "key-place", "Khóa đăng nhập được lấy từ thư mục tạm hoặc thư mục ẩn",
    "Login keys are taken from a temporary or hidden folder"};
static const struct check_reason key_command = {
    "key-command", "Khóa đăng nhập do một chương trình lạ cấp",
    "A program that no package owns says which keys open this machine"};

static void
report(const struct look *look, const char *path, size_t line, enum finding_level level,
       const struct check_reason *reason, str detail)
{
    look_found(look,
               &(struct seen){
                   .level = level, .reason = reason, .path = path, .line = line, .detail = detail});
}

/* Quotes in an option's value have backslashes before them. */
static void
judge_forced(const struct look *look, const char *path, size_t line, str value)
{
    struct buf command = BUF(COMMAND_BYTES + 1);
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] != '\\' || i + 1 == value.n || value.p[i + 1] != '"')
            buf_char(&command, value.p[i]);
    judge_command(look, path, line, buf_view(&command));
    buf_clear(&command);
}

static void
judge_options(const struct look *look, const char *path, size_t line, str options)
{
    str name, value;
    while (key_option_next(&options, &name, &value)) {
        if (str_eq_nocase(name, STR("command")))
            judge_forced(look, path, line, value);
        if (!str_eq_nocase(name, STR("environment")))
            continue;
        bool loads = str_starts(value, STR("LD_")) || str_starts(value, STR("PATH=")) ||
                     str_starts(value, STR("BASH_ENV="));
        report(look, path, line, loads ? FINDING_SUSPICIOUS : FINDING_LOOK, &environment, value);
    }
}

/* Debian's own accounts have numbers below 100, and nobody 65534. */
static bool
is_system_account(const struct user *user, enum finding_level *ret)
{
    if (!user || user->id == 0 || (user->id >= 1000 && user->id != 65534))
        return false;
    *ret = user->id < 100 || user->id == 65534 ? FINDING_SUSPICIOUS : FINDING_LOOK;
    return true;
}

static void
check_keys(const struct look *look, const char *path, const struct user *user)
{
    struct key_line key;
    struct buf text;
    enum finding_level level;
    str line;
    size_t number = 0;
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        if (!key_line_parse(line, &key))
            continue;
        judge_options(look, path, number, key.options);
        if (is_system_account(user, &level))
            report(look, path, number, level, &system_key, str_of(user->name));
    }
    buf_clear(&text);
}

/* %h, %u and %% of an AuthorizedKeysFile. */
static bool
expand(str pattern, const struct user *user, char out[PATH_TEXT])
{
    struct buf path = BUF(PATH_TEXT - 1);
    if (!str_starts(pattern, STR("/")) && !str_starts(pattern, STR("%h")))
        buf_printf(&path, "%s/", user->home);
    for (size_t i = 0; i < pattern.n; i++) {
        char next = i + 1 < pattern.n ? pattern.p[i + 1] : 0;
        if (pattern.p[i] != '%') {
            buf_char(&path, pattern.p[i]);
            continue;
        }
        buf_z(&path, next == 'h' ? user->home : next == 'u' ? user->name : "%");
        i++;
    }
    bool fits = !path.full && str_copy(buf_view(&path), out, PATH_TEXT);
    buf_clear(&path);
    return fits;
}

static void
check_pattern(const struct look *look, str pattern)
{
    struct user user;
    char path[PATH_TEXT];
    for (size_t i = 0; look_user(look, i, &user); i++)
        if (expand(pattern, &user, path))
            check_keys(look, path, &user);
}

static bool
is_for_one_user(str pattern)
{
    return pattern.n == 0 || pattern.p[0] != '/' || str_find(pattern, STR("%u")) != SIZE_MAX ||
           str_find(pattern, STR("%h")) != SIZE_MAX || str_find(pattern, STR("%U")) != SIZE_MAX;
}

static void
judge_pattern(const struct look *look, const char *path, size_t line, str pattern)
{
    if (path_is_temporary(pattern))
        report(look, path, line, FINDING_SUSPICIOUS, &key_place, pattern);
    else if (path_is_hidden(pattern))
        report(look, path, line, FINDING_LOOK, &key_place, pattern);
    else if (!is_for_one_user(pattern))
        report(look, path, line, FINDING_LOOK, &one_for_all, pattern);
    if (is_for_one_user(pattern)) {
        check_pattern(look, pattern);
        return;
    }
    char file[PATH_TEXT];
    if (str_copy(pattern, file, sizeof file))
        check_keys(look, file, NULL);
}

static void
judge_key_command(const struct look *look, const char *path, size_t line, str rest)
{
    char program[PATH_TEXT];
    str word;
    if (!line_word(&rest, &word) || word.p[0] != '/' || !str_copy(word, program, sizeof program))
        return;
    look_starts(look, program);
    enum ownership owner = look_real_owner(look, program);
    if (owner == OWNERSHIP_PACKAGE)
        return;
    if (path_is_temporary(word))
        report(look, path, line, FINDING_SUSPICIOUS, &key_command, word);
    else if (owner == OWNERSHIP_NONE)
        report(look, path, line, FINDING_LOOK, &key_command, word);
}

/* "Keyword value" or "Keyword=value", sshd_config(5). */
static void
check_settings(const struct look *look, const char *path, void *unused)
{
    struct buf text;
    str line, key, word;
    size_t number = 0;
    (void)unused;
    if (!str_ends(str_of(path), STR("_config")) && !str_ends(str_of(path), STR(".conf")))
        return;
    if (!look_read(look, path, &text))
        return;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '=' || text.p[i] == '"')
            text.p[i] = ' ';
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        if (!line_word(&line, &key))
            continue;
        if (str_eq_nocase(key, STR("AuthorizedKeysFile")))
            while (line_word(&line, &word) && !str_eq_nocase(word, STR("none")))
                judge_pattern(look, path, number, word);
        else if (str_eq_nocase(key, STR("AuthorizedKeysCommand")) ||
                 str_eq_nocase(key, STR("AuthorizedPrincipalsCommand")))
            judge_key_command(look, path, number, line);
        else if (str_eq_nocase(key, STR("ForceCommand")))
            judge_command(look, path, number, line);
    }
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    check_pattern(&look, STR(".ssh/authorized_keys"));
    check_pattern(&look, STR(".ssh/authorized_keys2"));
    check_settings(&look, "/etc/ssh/sshd_config", NULL);
    look_each(&look, "/etc/ssh/sshd_config.d", check_settings, NULL);
}

const struct check check_ssh_keys = {
    .id = "ssh-keys",
    .attack = "T1098.004",
    .vi =
        {"Khóa đăng nhập từ xa (SSH)",
         "Ai giữ khóa này vào được máy từ xa mà không cần mật khẩu. Kẻ tấn công để lại khóa của "
         "mình để quay lại.",
         "Hỏi chủ tài khoản xem khóa là của ai. Nếu không rõ, hãy cách ly dòng được nêu và xem lại "
         "nhật ký đăng nhập."},
    .en = {"Keys that open this machine from afar (SSH)",
           "Who holds this key gets in without a password. Attackers leave theirs to come back.",
           "Ask the account's owner whose key it is. If nobody knows, quarantine the line and read "
           "the log of logins."},
    .run = run,
};
