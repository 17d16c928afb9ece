/* SPDX-License-Identifier: Apache-2.0 */
/* PAM asks for the password at every login: who changes it gets in, or gets the passwords. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

static const struct check_reason outside = {"pam-outside",
                                            "Mô-đun xác thực nằm ngoài thư mục của hệ thống",
                                            "The module stands outside the folders of the system"};
static const struct check_reason executes = {"pam-exec", "Mỗi lần đăng nhập sẽ chạy một lệnh",
                                             "Each login runs a command"};
static const struct check_reason gets_password = {
    "pam-password", "Mật khẩu của người đăng nhập được đưa cho một lệnh",
    "A command is given the password of whoever logs in"};
static const struct check_reason opens = {"pam-permit",
                                          "Ai cũng đăng nhập được mà không cần mật khẩu",
                                          "Anybody may log in without a password"};

static const char *const folders[] = {
    "/lib/x86_64-linux-gnu/security",
    "/usr/lib/x86_64-linux-gnu/security",
    "/lib/aarch64-linux-gnu/security",
    "/usr/lib/aarch64-linux-gnu/security",
    "/lib/security",
    "/usr/lib/security",
    "/lib64/security",
    "/usr/lib64/security",
    "/lib/i386-linux-gnu/security",
    "/usr/lib/i386-linux-gnu/security",
};

struct line_of {
    const char *path;
    size_t number;
    str text;
};

static void
report(const struct look *look, const struct line_of *line, enum finding_level level,
       const struct check_reason *reason)
{
    look_found(look, &(struct seen){.level = level,
                                    .reason = reason,
                                    .path = line->path,
                                    .line = line->number,
                                    .detail = line->text});
}

static bool
is_in_folder(str module)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (str_starts(module, str_of(folders[i])) && module.n > strlen(folders[i]) &&
            module.p[strlen(folders[i])] == '/' && str_find(module, STR("/../")) == SIZE_MAX)
            return true;
    return false;
}

static void
judge_exec(const struct look *look, const struct line_of *line, str arguments)
{
    str word, rest = arguments;
    bool password = false, told = false;
    while (line_word(&rest, &word)) {
        password = password || str_eq(word, STR("expose_authtok"));
        if (word.p[0] != '/')
            continue;
        str command = {word.p, (size_t)(arguments.p + arguments.n - word.p)};
        told = judge_command(look, line->path, line->number, command);
        break;
    }
    if (!told || password)
        report(look, line, password ? FINDING_SUSPICIOUS : FINDING_LOOK,
               password ? &gets_password : &executes);
}

static void
judge_line(const struct look *look, const struct line_of *line, const struct pam_line *pam)
{
    char module[PATH_TEXT];
    str base = command_base(pam->module);
    if (str_starts(pam->module, STR("/")) && !is_in_folder(pam->module)) {
        bool owned = str_copy(pam->module, module, sizeof module) &&
                     look_real_owner(look, module) == OWNERSHIP_PACKAGE;
        if (!owned)
            report(look, line, FINDING_SUSPICIOUS, &outside);
    }
    if (str_eq(base, STR("pam_exec.so")) || str_eq(base, STR("pam_script.so")))
        judge_exec(look, line, pam->arguments);
    if (str_eq(base, STR("pam_permit.so")) && str_eq_nocase(pam->type, STR("auth")) &&
        str_eq_nocase(pam->control, STR("sufficient")))
        report(look, line, FINDING_SUSPICIOUS, &opens);
}

static void
check_lines(const struct look *look, const char *path, bool has_service)
{
    struct buf text;
    struct pam_line pam;
    struct line_of line = {.path = path};
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line.text)) {
        line.number++;
        if (pam_line_parse(line.text, has_service, &pam))
            judge_line(look, &line, &pam);
    }
    buf_clear(&text);
}

static void
check_service(const struct look *look, const char *path, void *unused)
{
    (void)unused;
    check_lines(look, path, false);
}

/* A module between the packages' own. */
static void
check_module(const struct look *look, const char *path, void *unused)
{
    struct stat status;
    (void)unused;
    if (str_ends(str_of(path), STR(".so")) && look_real_owner(look, path) == OWNERSHIP_NONE &&
        look_stat(look, path, &status) && S_ISREG(status.st_mode)) {
        look_starts(look, path);
        look_found(look, &(struct seen){
                             .level = FINDING_SUSPICIOUS, .reason = &judge_unowned, .path = path});
    }
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct stat status;
    bool is_merged = look_stat_link(&look, "/lib", &status) && S_ISLNK(status.st_mode);
    check_lines(&look, "/etc/pam.conf", true);
    look_each(&look, "/etc/pam.d", check_service, NULL);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!is_merged || str_starts(str_of(folders[i]), STR("/usr/")))
            look_each(&look, folders[i], check_module, NULL);
}

const struct check check_pam = {
    .id = "pam",
    .attack = "T1556.003",
    .vi = {"Phần kiểm tra mật khẩu của hệ thống (PAM)",
           "Mọi lần đăng nhập đều đi qua PAM. Mã độc thay đổi nó để lấy trộm mật khẩu hoặc để vào "
           "máy "
           "bằng mật khẩu bí mật.",
           "Ngắt mạng và báo người quản trị ngay. Sau khi sửa, hãy đổi mật khẩu của mọi tài khoản "
           "trên máy."},
    .en = {"What checks passwords (PAM)",
           "Every login goes through PAM. Malware changes it to steal passwords or to get in with "
           "a secret one.",
           "Disconnect from the network and tell your administrator at once. When it is repaired, "
           "change the passwords of all accounts of this machine."},
    .run = run,
};
