/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that rootkits replace (what lists files, processes and connections, what checks
 * passwords), compared with the digests that came with their packages. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

#include "base/hash.h"

enum { PROGRAM_MAX = 64 << 20 };

static const char folder[] = "/var/lib/dpkg/info";

static bool
is_watched(str name)
{
    static const char *const packages[] = {"coreutils",
                                           "procps",
                                           "iproute2",
                                           "net-tools",
                                           "login",
                                           "login.defs",
                                           "passwd",
                                           "sudo",
                                           "bash",
                                           "openssh-server",
                                           "openssh-client",
                                           "util-linux",
                                           "lsof",
                                           "psmisc",
                                           "findutils",
                                           "grep",
                                           "kmod",
                                           "libc6",
                                           "libc-bin",
                                           "cron",
                                           "dash",
                                           "libpam-modules",
                                           "libpam-modules-bin",
                                           "libpam0g",
                                           "libpam-systemd",
                                           "libprocps8",
                                           "libproc2-0",
                                           "init-system-helpers"};
    size_t colon = str_find(name, STR(":"));
    size_t dot = str_find(name, STR(".md5sums"));
    if (dot == SIZE_MAX)
        return false;
    name.n = colon < dot ? colon : dot;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (str_eq(name, str_of(packages[i])))
            return true;
    return false;
}

static bool
is_program(str path)
{
    return str_starts(path, STR("bin/")) || str_starts(path, STR("sbin/")) ||
           str_starts(path, STR("usr/bin/")) || str_starts(path, STR("usr/sbin/")) ||
           str_find(path, STR(".so")) != SIZE_MAX;
}

/* Another package's file may stand in its place: dpkg-divert(1). */
static bool
is_diverted(str diversions, str path)
{
    str line;
    while (str_line(&diversions, &line))
        if (line.n && str_eq(str_from(line, 1), path))
            return true;
    return false;
}

static void
check_program(const struct look *look, str digest, str relative)
{
    char path[PATH_TEXT], text[2 * DIGEST_MAX + 1];
    uint8_t bytes[DIGEST_MAX];
    struct stat status;
    struct buf content;
    path[0] = '/';
    if (!str_copy(relative, path + 1, sizeof path - 1) || !look_stat(look, path, &status) ||
        !S_ISREG(status.st_mode) || status.st_size > PROGRAM_MAX ||
        !look_read_large(look, path, PROGRAM_MAX, &content))
        return;
    digest_of(DIGEST_MD5, buf_view(&content), bytes);
    buf_clear(&content);
    if (str_eq_nocase(digest, str_of(hex_format(bytes, digest_size(DIGEST_MD5), text))))
        return;
    look_starts(look, path);
    look_found(look,
               &(struct seen){.level = FINDING_SUSPICIOUS, .path = path, .detail = str_of(text)});
}

/* "digest  path", a line each. */
static void
check_package(const struct look *look, const char *list, void *context)
{
    const struct buf *diversions = context;
    struct buf text;
    str line, digest;
    if (!is_watched(str_of(path_base(list))) || !look_read_large(look, list, 16 << 20, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        if (!line_word(&line, &digest))
            continue;
        line = str_trim(line);
        if (is_program(line) && !is_diverted(buf_view(diversions), line))
            check_program(look, digest, line);
    }
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    struct buf diversions = {0};
    look_read(&look, "/var/lib/dpkg/diversions", &diversions);
    look_each(&look, folder, check_package, &diversions);
    buf_clear(&diversions);
}

const struct check check_altered = {
    .id = "altered-programs",
    .attack = "T1554",
    .vi =
        {"Chương trình của hệ thống bị thay đổi",
         "Nội dung tệp này khác với bản do nhà phát hành đưa ra. Mã độc thay các chương trình như "
         "ls, ps, sshd để ẩn mình hoặc lấy trộm mật khẩu.",
         "Ngắt mạng và báo người quản trị. Cài lại gói phần mềm chứa tệp này từ nguồn chính thức "
         "rồi quét lại máy."},
    .en = {"Changed programs of the system",
           "This file is not what its maker released. Malware replaces programs such as ls, ps and "
           "sshd to hide or to steal passwords.",
           "Disconnect from the network and tell your administrator. Install the package of this "
           "file anew from its official source and scan the machine again."},
    .run = run,
    .is_long = true,
};
