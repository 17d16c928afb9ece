#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A scan that is made by itself: the units are what systemd takes, say what the call said, and the
# scan works under their filter; everything can be undone.
set -u
. tests/cli/lib/tap.sh
under=$PWD/tests/cli/lib/under_unit.py
packaged=$PWD/packaging/systemd
cd "$TMPDIR" || exit 1
page=$PWD/state/report.html
unset KHIEN_NOW
# The search for leaks traces, which is refused.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
root=$PWD/root
units=$root/etc/systemd/system
schedule() { "$KHIEN" scan --root "$root" --schedule "$@"; }
verify() { # verify LABEL FOLDER
    mkdir -p checked
    for name in khien-scan.service khien-scan.timer; do
        sed "s|^ExecStart=[^ ]*|ExecStart=$KHIEN|" "$2/$name" >checked/$name
    done
    is "$(systemd-analyze verify --man=no --recursive-errors=no "$PWD/checked/khien-scan.service" \
        "$PWD/checked/khien-scan.timer" 2>&1)" '' "$1"
}

fails 'another word' 'daily, weekly' 2 schedule monthly
fails '--remove without --yes' 'needs --yes' 2 schedule daily --remove
fails '--json' 'without --json' 2 schedule daily --json
fails '--root alone' 'goes with --schedule' 2 "$KHIEN" scan --root "$root"
fails 'a root that is relative' 'begin with /' 2 "$KHIEN" scan --root root --schedule daily
[ ! -e root ]
ok $? 'nothing was written by these'
is "$(schedule status --lang en | grep -c 'No scan is scheduled')" 1 'there is none'

umask 077
schedule weekly >vi.txt
ok $? 'a schedule is written'
umask 022
is "$(grep -c '^Đã ghi:\|^Hủy lịch: khien scan --schedule off' vi.txt)" 2 'it says so in Vietnamese'
find root ! -type d | LC_ALL=C sort >files
is "$(cat files)" 'root/etc/systemd/system/khien-scan.service
root/etc/systemd/system/khien-scan.timer
root/etc/systemd/system/timers.target.wants/khien-scan.timer' 'two units and a link'
sed "s|^|  $PWD/|" files >want
grep '^  /' vi.txt | LC_ALL=C sort >found
same want found 'it names what it wrote'
rm files
same "$units/khien-scan.timer" "$units/timers.target.wants/khien-scan.timer" 'the link leads there'
is "$(find root -type f ! -perm 644)" '' 'units are for all to read, whatever the umask'
verify 'systemd finds nothing wrong' "$units"
systemd-analyze security --offline=true --threshold=31 "$units/khien-scan.service" >exposure 2>&1
ok $? 'an exposure level of 3.1 at most: it reads everything, and no more'
sed -n 's/^→ /# /p' exposure
for name in khien-scan.service khien-scan.timer; do
    cmp -s "$units/$name" "$packaged/$name"
    ok $? "the package has the same $name"
done
next=$(systemd-analyze calendar --iterations=8 "$(sed -n 's/^OnCalendar=//p' \
    "$units/khien-scan.timer")" | grep -c 'Next elapse\|Iter. #')
is "$next" 8 'systemd knows when that is'

schedule daily --lang en --full --remove --yes --no-processes --threads 1 >en.txt
ok $? 'another schedule takes its place'
is "$(grep -c '^Written:\|^To undo this: khien scan --schedule off' en.txt)" 2 'told in English'
is "$(sed -n 's|^ExecStart=/usr/bin/khien scan --syslog --html "[^"]*" --state "[^"]*" ||p' \
    "$units/khien-scan.service")" '--lang "en" --full --remove --yes --no-processes --threads "1"' \
    'the scan is as the call says'
verify 'systemd takes this one too' "$units"
is "$(schedule status --lang en)" "Scheduled: daily ($units/khien-scan.timer)
There is no result in $root/var/lib/khien-scan/report.html yet" 'and its state is told'
mkdir -p "$root/var/lib/khien-scan" && : >"$root/var/lib/khien-scan/report.html"
is "$(schedule status | grep -c "^Kết quả mới nhất: .*report.html (20")" 1 'with the newest result'

# Names that a unit's line would take for something else.
# shellcheck disable=SC2016 # nothing is to be expanded
odd=$PWD/'a "b" \c $HOME %h
d'
mkdir "$odd"
schedule daily "$odd" >out
verify 'odd names are taken as they are' "$units"
if command -v systemd-run >/dev/null; then
    is "$(python3 - "$units/khien-scan.service" <<'END'
import re, sys
line = next(l for l in open(sys.argv[1]) if l.startswith("ExecStart="))
word = re.findall(r'"((?:[^"\\]|\\.)*)"', line)[-1]
print(word.encode().decode("unicode_escape").replace("%%", "%").replace("$$", "$"))
END
    )" "$odd" 'and come back as they were'
else
    skip 'and come back as they were' 'systemd is not there'
fi
schedule off --lang en >off.txt
is "$(grep -c '^Removed /' off.txt) $(find root/etc ! -type d | wc -l)" '3 0' \
    'off removes all three'
is "$(schedule off --lang en | grep -c 'There was no schedule')" 1 'a second time there is nothing'

# The scan itself, as the unit would have it.
mkdir rules files state
printf 'rule needle { strings: $a = "a needle" condition: $a }\n' >rules/a.yar
"$KHIEN" rules build rules -o rules.pack >built 2>&1
echo 'a needle' >files/found
schedule daily >out
"$under" "$units/khien-scan.service" "$KHIEN" scan --syslog --html "$page" --state state \
    --rules rules.pack files >out 2>err
is "$? $(grep -c found "$page")" '0 1' 'it works under the filter of its unit'
sed 's/^/# /' err
schedule daily --remove --yes >out
"$under" "$units/khien-scan.service" "$KHIEN" scan --syslog --html "$page" --state state \
    --rules rules.pack --remove --yes files >out 2>err
is "$? $(ls files)" '0 ' 'a removal too'

# A user's own.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
else
    as_user() { "$@"; }
fi
mkdir home && chmod 777 home && chmod 755 .
if [ "$(id -u)" -ne 0 ] || as_user test -x "$KHIEN" 2>/dev/null; then
    user() {
        as_user env HOME="$PWD/home" XDG_CONFIG_HOME="$PWD/home/config" XDG_RUNTIME_DIR= \
            XDG_DATA_HOME="$PWD/home/data" "$KHIEN" scan --schedule "$@"
    }
    mine=home/config/systemd/user
    user daily --lang en >out 2>err
    is "$? $(find home -name 'khien-scan.*' | LC_ALL=C sort)" "0 $mine/khien-scan.service
$mine/khien-scan.timer
$mine/timers.target.wants/khien-scan.timer" "without root it is the user's"
    sed 's/^/# /' err
    is "$(grep -c 'enable-linger\|systemctl --user daemon-reload' out)" 2 'it says when it works'
    grep -q "ExecStart=.* --state \"$PWD/home/data/khien\"" \
        $mine/khien-scan.service
    ok $? "with the user's own folder"
    grep -q '^CapabilityBoundingSet\|^Protect' $mine/khien-scan.service
    is $? 1 "and without what a user's manager cannot do"
    user off >out
    is "$(find home -name 'khien-scan.*')" '' 'and off again'
else
    skip "a user's own" 'the program is out of reach of other users'
fi

# What is found reaches the system's log from within the sandbox.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    echo 'a needle' >files/found
    cat >log.py <<'END'
import socket, subprocess, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
log.setblocking(False)
try:
    while True:
        print(log.recv(65536).decode())
except BlockingIOError:
    pass
END
    unshare -m sh -c 'mount -t tmpfs none /dev && mknod /dev/null c 1 3 && mknod /dev/zero c 1 5 &&
        mknod /dev/urandom c 1 9 && mknod /dev/tty c 5 0 && exec "$@"' sh python3 log.py \
        "$KHIEN" scan --syslog --no-cache --rules rules.pack files >logged 2>err
    is "$(grep -c '^<12>.*khien-scan\[[0-9]*\]: .*files/found' logged)" 1 \
        'findings go to the log'
    sed 's/^/# /' err
else
    skip 'findings go to the log' 'only root can have a log of its own'
fi
done_testing
