/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const files[] = {
        "/etc/profile",      "/etc/bash.bashrc",     "/etc/bashrc",     "/etc/bash.bash_logout",
        "/etc/zshrc",        "/etc/zprofile",        "/etc/zshenv",     "/etc/zsh/zshrc",
        "/etc/zsh/zprofile", "/etc/zsh/zshenv",      "/etc/zsh/zlogin", "/etc/csh.login",
        "/etc/csh.cshrc",    "/etc/fish/config.fish"};
    static const char *const own[] = {
        ".bashrc",       ".bash_profile", ".bash_login", ".profile",    ".bash_logout",
        ".bash_aliases", ".zshrc",        ".zprofile",   ".zshenv",     ".zlogin",
        ".zlogout",      ".xprofile",     ".xsession",   ".xsessionrc", ".xinitrc",
        ".kshrc",        ".cshrc",        ".login",      ".ssh/rc",     ".config/fish/config.fish"};
    static const char *const folders[] = {"/etc/profile.d", "/etc/X11/Xsession.d",
                                          "/etc/X11/xinit/xinitrc.d", "/etc/fish/conf.d"};
    struct look look = {checking, check};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        judge_script_file(&look, files[i], NULL);
    judge_script_file(&look, "/etc/ssh/sshrc", NULL);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        look_each(&look, folders[i], judge_script_file, NULL);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        look_homes(&look, own[i], judge_script_file, NULL);
    look_home_folders(&look, ".bashrc.d", judge_script_file, NULL);
    look_home_folders(&look, ".config/fish/conf.d", judge_script_file, NULL);
}

const struct check check_profile = {
    .id = "profile",
    .attack = "T1546.004",
    .vi =
        {"Lệnh chạy khi mở cửa sổ lệnh hoặc đăng nhập (.bashrc, profile)",
         "Các tệp này chạy mỗi khi có người mở cửa sổ lệnh hoặc đăng nhập. Mã độc thêm một dòng "
         "vào "
         "đó để chạy dưới tên người ấy.",
         "Xem dòng được nêu. Nếu bạn không viết dòng đó, hãy cách ly nó, rồi đổi mật khẩu của tài "
         "khoản."},
    .en = {"Commands that run with each shell or login (.bashrc, profile)",
           "These files run whenever someone opens a terminal or logs in. Malware adds a line to "
           "run in that person's name.",
           "Look at the line. If you did not write it, quarantine it and change the account's "
           "password."},
    .run = run,
};
