/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that run when the machine starts, and when someone logs in to it. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"

static void
run(struct checking *checking, const struct check *check)
{
    static const char *const files[] = {"/etc/rc.local", "/etc/rc.d/rc.local", "/etc/inittab",
                                        "/etc/rc.common"};
    struct look look = {checking, check};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        judge_script_file(&look, files[i], NULL);
    look_each(&look, "/etc/init.d", judge_script_file, NULL);
    look_each(&look, "/etc/rc.boot", judge_script_file, NULL);
    look_each(&look, "/etc/network/if-up.d", judge_script_file, NULL);
    look_each(&look, "/etc/network/if-pre-up.d", judge_script_file, NULL);
    look_each(&look, "/etc/NetworkManager/dispatcher.d", judge_script_file, NULL);
}

const struct check check_init = {
    .id = "init",
    .attack = "T1037.004",
    .vi =
        {"Lệnh chạy khi máy khởi động (rc.local, init.d)",
         "Các tệp này chạy với toàn quyền mỗi lần máy bật hoặc nối mạng. Một dòng lạ ở đây làm mã "
         "độc sống lại sau mỗi lần khởi động.",
         "Nhờ người quản trị xem dòng được nêu; nếu không rõ nguồn gốc, hãy cách ly dòng đó và "
         "khởi động lại máy."},
    .en = {"Commands that run when the machine starts (rc.local, init.d)",
           "These files run with all rights each time the machine starts or joins a network. A "
           "strange line here brings malware back with each start.",
           "Ask your administrator about the line; if nobody knows it, quarantine it and restart "
           "the machine."},
    .run = run,
};

static void
run_greeting(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    look_each(&look, "/etc/update-motd.d", judge_script_file, NULL);
    look_each(&look, "/usr/lib/update-motd.d", judge_script_file, NULL);
}

const struct check check_motd = {
    .id = "motd",
    .attack = "T1546",
    .vi =
        {"Lệnh chạy khi có người đăng nhập (lời chào MOTD)",
         "Lời chào lúc đăng nhập do các tệp lệnh tạo ra, chạy với toàn quyền. Mã độc thêm lệnh vào "
         "đó để chạy mỗi khi có người đăng nhập.",
         "Xem dòng được nêu; nếu không ai trong đơn vị viết, hãy cách ly nó và đổi mật khẩu những "
         "người đã đăng nhập."},
    .en = {"Commands that run at each login (message of the day)",
           "Scripts with all rights make the greeting that is shown at a login. Malware adds a "
           "command there and runs with every login.",
           "Look at the line; if nobody of yours wrote it, quarantine it and change the passwords "
           "of those who logged in."},
    .run = run_greeting,
};
