#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A scan that nobody waits for does not use up the battery: it waits for mains, says so, and can be
# told not to. The kernel's description of the battery is replaced by the test's own.
set -u
. tests/cli/lib/tap.sh
in_terminal=$PWD/tests/cli/lib/in_terminal.py
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
child=''
trap 'kill -9 $child 2>/dev/null' EXIT
if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null; then
    skip 'waiting for mains' 'only root can give a machine another battery'
    done_testing # ends it
fi
mkdir -p rules files supplies/BAT0 supplies/AC
echo 'rule needle { strings: $a = "a needle" condition: $a }' >rules/a.yar
"$KHIEN" rules build rules -o rules.pack >built 2>&1
echo 'a needle' >files/found
echo Battery >supplies/BAT0/type
echo Discharging >supplies/BAT0/status
echo Mains >supplies/AC/type
power() { # power 0|1
    echo "$1" >supplies/AC/online.new && mv supplies/AC/online.new supplies/AC/online
}
powered() { # powered COMMAND…: on this machine; in a shell of its own
    exec unshare -m sh -c 'mount -t tmpfs none /sys/class && mkdir /sys/class/power_supply &&
        mount --bind supplies /sys/class/power_supply && exec "$@"' sh "$@"
}
begin() { # begin OPTION…
    rm -f err
    powered "$KHIEN" scan --rules rules.pack --no-cache --lang en --html page.html "$@" files \
        >out 2>err </dev/null &
    child=$!
}
power 0
begin --json
eventually grep -q 'waiting for mains' err
ok $? 'on battery it waits, and says so'
is "$(wc -c <out)" 0 'and scans nothing'
power 1
wait $child
is "$? $(jq -c '[.complete, (.waited_for_mains_seconds >= 1), (.findings | length)]' out)" \
    '0 [true,true,1]' 'with mains it goes on, and the report tells of the wait'
is "$(grep -c 'waiting for mains' page.html)" 1 'so does the page'
begin
wait $child
is "$? $(grep -c needle out) $(grep -c 'waiting for mains' out err | tr '\n' ' ')" \
    '0 1 out:0 err:0 ' 'on mains it does not wait'
power 0
begin --on-battery
wait $child
is "$? $(grep -c needle out) $(wc -c <err)" '0 1 0' 'nor with --on-battery'
(powered "$in_terminal" 80 24 '' '' "$KHIEN" scan --rules rules.pack --no-cache files) >out 2>err
is "$? $(grep -c needle out)" '0 1' 'nor for a person at a terminal'
begin --json
eventually grep -q 'waiting for mains' err
kill -TERM $child
wait $child
is "$? $(jq -c '[.complete, .looked_at.files]' out)" '0 [false,0]' \
    'stopped while it waits, it reports that it saw nothing'
done_testing
