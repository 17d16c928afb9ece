#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The systemd units: systemd finds nothing wrong with them and little exposed, and each service
# works under the very filter that its unit asks for (systemd itself is no init here).
set -u
. tests/cli/lib/tap.sh
root=$PWD
units=$root/packaging/systemd
under=$root/tests/cli/lib/under_unit.py
# Its search for leaks traces, which is refused.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"

for name in serve fetch ingest mirror; do
    unit=khien-$name.service
    mkdir -p "$TMPDIR/units"
    sed "s|/usr/bin/khien|$KHIEN|" "$units/$unit" >"$TMPDIR/units/$unit"
    said=$(systemd-analyze verify --man=no --recursive-errors=no "$TMPDIR/units/$unit" 2>&1)
    is "$said" '' "$unit is well-formed"
    systemd-analyze security --offline=true --threshold=20 "$units/$unit" \
        >"$TMPDIR/security" 2>&1
    ok $? "$unit has an exposure level of 2.0 at most"
    sed -n 's/^→ /# /p' "$TMPDIR/security"
    command=$(sed -n 's|^ExecStart=/usr/bin/khien \([a-z]*\) .*|\1|p' "$units/$unit")
    is "$command" "$name" "$unit runs khien $name"
done

# Refused with EPERM, which all of these take: fchown is root's, libraries only hint with the rest.
is "$("$under" "$units/khien-fetch.service" --missing src/base/linux/sandbox.c)" \
    'fchown sched_setaffinity setpriority' "fetch may call what the program's own sandbox allows"
is "$("$under" "$units/khien-serve.service" --missing src/base/linux/sandbox.c)" \
    'connect fchown sched_setaffinity setpriority' 'so may serve, but it cannot call out'
network=$("$under" "$units/khien-ingest.service" --missing src/base/linux/sandbox.c | wc -w)
[ "$network" -gt 3 ]
ok $? 'ingest has no network at all'

cd "$TMPDIR" || exit 1
refused() { # refused UNIT PYTHON LABEL
    said=$("$under" "$units/$1" python3 -c "import os, socket, mmap
try:
    $2
except PermissionError:
    print('refused')" 2>&1)
    is "$said" refused "$3"
}
refused khien-ingest.service 'socket.socket()' 'the filter of a unit bites: ingest has no socket'
refused khien-serve.service 'socket.socket().connect(("127.0.0.1", 9))' 'serve connects to nobody'
refused khien-serve.service 'socket.socket(socket.AF_UNIX)' 'nor speaks to other services'
refused khien-fetch.service 'mmap.mmap(-1, 4096, prot=7)' 'no memory is writable and executable'
refused khien-fetch.service 'os.setuid(0)' 'no other user'

needed=$((16384 + 256)) # http.connections and what serve adds
soft=$(sed -n 's/^LimitNOFILE=\([0-9]*\):.*/\1/p' "$units/khien-serve.service")
[ "$soft" -ge $needed ]
ok $? 'LimitNOFILE fits the default of http.connections'

wait_for() { # wait_for COMMAND…: until it succeeds, ten seconds at most
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.1
    done
}
mkdir -p drop web
trap 'kill $ingest $serve $fetch $web 2>/dev/null' EXIT
ingest='' serve='' fetch='' web=''
"$under" "$units/khien-ingest.service" "$KHIEN" ingest --watch drop >ingested 2>log &
ingest=$!
wait_for [ -d drop/done ]
printf '192.0.2.1\n' >drop/.part && mv drop/.part drop/2026-11-20-list.txt
wait_for [ -f drop/done/2026-11-20-list.txt ]
ok $? 'ingest takes a file'
kill -TERM $ingest && wait $ingest
is $? 0 'SIGTERM ends it well'

python3 -u -m http.server --bind 127.0.0.1 --directory web 0 >web.log 2>&1 &
web=$!
printf '192.0.2.2\n' >web/list.txt
wait_for grep -sq 'port [0-9]' web.log
port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' web.log)
printf '[feed near]\nurl = http://localhost:%s/list.txt\n' "$port" >khien.conf
"$under" "$units/khien-fetch.service" "$KHIEN" fetch 2>fetched &
fetch=$!
wait_for grep -sq 'near: 1 rows, 1 events' fetched
ok $? 'fetch resolves a name and gets a feed'
sed 's/^/# /' fetched
kill -TERM $fetch && wait $fetch
is $? 0 'SIGTERM ends it well'

"$under" "$units/khien-serve.service" "$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
serve=$!
wait_for grep -sq '^pages' served
is "$(curl -s "$(sed -n 's/^pages: //p' served)api/v1/check" | jq -r .state)" local 'serve answers'
kill -TERM $serve && wait $serve
is $? 0 'SIGTERM ends it well'
! grep -i 'limit\|refused\|fail' log
ok $? 'and nothing was refused to it'

mkdir -p root/etc && : >root/etc/passwd && : >root/etc/group
cp "$units/khien.sysusers" "$units/khien.tmpfiles" .
if [ "$(id -u)" -eq 0 ]; then
    systemd-sysusers --root=root "$PWD/khien.sysusers" 2>err
    ok $? 'systemd-sysusers makes the user'
    systemd-tmpfiles --create --root=root "$PWD/khien.tmpfiles" 2>err
    ok $? 'systemd-tmpfiles makes the folders'
    is "$(cd root/var && stat -c '%a' spool/khien lib/khien/counters lib/khien/rules \
        lib/khien-scan | tr '\n' ' ')" '2770 750 750 700 ' 'with the modes that keep others out'
else
    skip 'users and folders' 'only root can make them'
fi
done_testing
