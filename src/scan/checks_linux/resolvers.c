/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers this machine's questions for names: unusual ones are nobody's business, known bad
 * ones are. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

static void
judge(const struct look *look, const char *path, size_t number, ip address, str line)
{
    const struct checking *checking = look->checking;
    char text[IP_TEXT], name[256];
    ip_format(address, text);
    if (checking->is_listed(checking->context, text, name))
        look_found(look, &(struct seen){.level = FINDING_MALICIOUS,
                                        .reason = &judge_listed,
                                        .path = path,
                                        .line = number,
                                        .detail = line});
}

static void
check_resolv(const struct look *look, const char *path)
{
    struct buf text;
    ip address;
    str line;
    size_t number = 0;
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        if (resolver_line_parse(line, &address))
            judge(look, path, number, address, line);
    }
    buf_clear(&text);
}

/* "DNS=1.1.1.1 [::1]:53#name", resolved.conf(5). */
static void
check_resolved(const struct look *look, const char *path, void *unused)
{
    struct unit_lines lines;
    struct unit_line line;
    struct buf text;
    (void)unused;
    if (!str_ends(str_of(path), STR(".conf")) || !look_read(look, path, &text))
        return;
    lines = UNIT_LINES(buf_view(&text));
    while (unit_line_next(&lines, &line))
        if (str_ends(line.key, STR("DNS")))
            judge_addresses(look, path, line.line, line.value);
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    if (!checking->is_listed)
        return;
    check_resolv(&look, "/etc/resolv.conf");
    check_resolved(&look, "/etc/systemd/resolved.conf", NULL);
    look_each(&look, "/etc/systemd/resolved.conf.d", check_resolved, NULL);
}

const struct check check_resolvers = {
    .id = "resolvers",
    .attack = "T1557",
    .vi = {"Máy chủ tên miền (DNS) độc hại",
           "Máy hỏi đường tới các trang web qua một máy chủ đã biết là độc hại. Nó có thể dẫn bạn "
           "tới "
           "trang ngân hàng giả.",
           "Đổi lại DNS (tự động từ nhà mạng), kiểm tra cả bộ định tuyến, rồi quét lại máy."},
    .en = {"Malicious name servers (DNS)",
           "The machine asks a server known as malicious for the way to web sites. It can lead you "
           "to a false bank.",
           "Set DNS back to what your provider gives, look at the router too, and scan the machine "
           "again."},
    .run = run,
};
