#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien top beside a real server: one view as text and JSON, a redrawn one in a terminal, which is
# left as it was found.
set -u
. tests/cli/lib/tap.sh
terminal=$PWD/tests/cli/lib/in_terminal.py
cd "$TMPDIR" || exit 1
unset NO_COLOR
export TERM=xterm

wait_for() { # wait_for COMMAND…: until it succeeds, thirty seconds at most
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.1
    done
}
"$KHIEN" top --once 2>err
is $? 1 'without a server there is nothing to see'
grep -q '127.0.0.1:9180/metrics' err
ok $? 'and it says where it looked'

"$KHIEN" serve --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill $server $broken 2>/dev/null' EXIT
broken=''
wait_for grep -q '^metrics' served
pages=$(sed -n 's|^pages: ||p' served)
admin=$(sed -n 's|^metrics and health: \(.*\)/$|\1|p' served)
"$KHIEN" top --url "$admin" --interval 0 >out 2>err
is $? 0 'a server without data'
grep -q 'none yet: visitors get no answer' out && grep -q 'no sources: there are no data' out
ok $? 'is told of'

today=$(date -u +%Y-%m-%d)
printf '192.0.2.1\n192.0.2.2\n' >list.txt
"$KHIEN" ingest --source "my list" list.txt >out 2>err
wait_for sh -c "curl -s $admin/metrics | grep -q '^khien_snapshot_loaded 1'"
for path in kiem-tra en/check api/v1/check none; do
    curl -s "$pages$path" >/dev/null
done
sum() { # what the server itself says
    curl -s "$admin/metrics" | awk '/^khien_http_requests_total/ { n += $2 } END { print n }'
}
"$KHIEN" top --url "$admin/" --json --interval 0 >out 2>err
is "$(jq -r '.requests' out)" "$(sum)" 'as many requests as the metrics say'
is "$(jq -c '[.snapshot.loaded, .snapshot.addresses, .requests_per_second]' out)" \
    '[true,2,null]' 'the snapshot; no rate from one look'
is "$(jq -c '[.routes[] | select(.route == "other") | .total."4xx"]' out)" '[1]' 'by route and code'
is "$(jq -c '[.sources[] | [.source, .rows_today, .state]]' out)" '[["my list",2,"first-day"]]' \
    'the source'
is "$(jq -r '.sources[0].day' out)" "$today" 'and its day'
is "$(jq -r '.latency_seconds.p99 > 0 and .latency_seconds.p50 <= .latency_seconds.p99' out)" true \
    'how long answers took'

(
    while kill -0 $server 2>/dev/null && [ ! -e enough ]; do
        curl -s "${pages}api/v1/check" >/dev/null
    done
) &
"$KHIEN" top --url "$admin" --json --interval 1 >out 2>err
: >enough
is "$(jq -r '.checks_per_minute > 0 and .requests_per_second > 0 and .interval_seconds >= 1' out)" \
    true 'rates between two looks'

"$KHIEN" top --url "$admin" --once --interval 0 >out 2>err
grep -q '^my list .* 2  first-day on ' out && ! grep -q "$(printf '\033')" out
ok $? 'plain text where there is no terminal'

"$terminal" 100 30 'first-day' q "$KHIEN" top --url "$admin" --interval 1 >screen
is $? 0 'q leaves it, and the terminal is as before'
printf '\033[?1049h' | grep -qFf - screen && printf '\033[?1049l' | grep -qFf - screen
ok $? 'its screen comes and goes'
printf '\033[1m' | grep -qFf - screen
ok $? 'in colours'
NO_COLOR=1 "$terminal" 100 30 'first-day' q "$KHIEN" top --url "$admin" >screen
is "$? $(grep -c "$(printf '\033')\\[[0-9;]*m" screen)" '0 0' 'NO_COLOR'
"$terminal" 40 16 'my list' "$(printf '\003')" "$KHIEN" top --url "$admin" >screen
is $? 0 'Ctrl-C leaves a small one'
tr -d '\r' <screen | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' >plain
widest=$(python3 -c 'print(max(len(line.rstrip()) for line in open("plain", encoding="utf-8")))')
[ "$widest" -le 40 ]
ok $? "no line of which is wider than it: $widest"
"$terminal" 80 24 'first-day' SIGTERM "$KHIEN" top --url "$admin" >screen
is $? 0 'so does SIGTERM'

# What is no server of ours.
mkdir web
printf 'khien_http_connections 1\n' >web/metrics
python3 -u -m http.server --bind 127.0.0.1 --directory web 0 >web.log 2>&1 &
broken=$!
wait_for grep -sq 'port [0-9]' web.log
other="http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' web.log)"
"$KHIEN" top --url "$other" --once 2>err
is $? 1 'metrics of something else'
grep -q 'not the metrics of khien serve' err
ok $? 'are refused'
printf 'x\033[2J 1\n' >web/metrics
"$KHIEN" top --url "$other" --once 2>err
is "$? $(grep -c "$(printf '\033')" err)" '1 0' 'nothing of them reaches the terminal'
"$KHIEN" top --url 'file:///etc/passwd' --once 2>err
is $? 2 'nor is a file read as a server'
"$KHIEN" top --url "$admin" --interval 0 </dev/null >out
is $? 0 'no terminal, no keys'
kill -TERM $server
wait $server
"$KHIEN" top --url "$admin" --once --interval 0 2>err
is $? 1 'as a health check it says when the server is gone'
done_testing
