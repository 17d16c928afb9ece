#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole way: feeds in, then a visitor asks khien serve with curl; the page and the JSON agree
# with khien check; a later ingest reaches visitors without a restart; SIGTERM ends it.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
today=$(date -u +%Y-%m-%d)

cat >networks.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,,,
27.64.0.0/12,7552,Viettel Group,viettel,VN,79,,mobile,,,
END
report() { # report NAME ADDRESS
    printf '"timestamp","src_ip","src_asn","src_geo","infection"\n' >"$1"
    printf '"%s 00:00:01","%s",45899,"VN","mirai"\n' "$today" "$2" >>"$1"
}
report "$today-event4_sinkhole.csv" 203.162.0.1
report "$today-event4_sinkhole-later.csv" 203.162.0.2
{
    "$KHIEN" networks import networks.csv && "$KHIEN" ingest "$today-event4_sinkhole.csv"
} >out 2>err
ok $? 'networks and a report are read'

KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
tries=0
until url=$(sed -n 's|^pages: \(http://.*\)/$|\1|p' served) && [ -n "$url" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break
    sleep 0.1
done
[ -n "$url" ]
ok $? 'it says where it serves'

ask() { # ask ADDRESS PATH [CURL-OPTION…]: as a visitor with that address, behind the proxy
    from=$1 path=$2
    shift 2
    curl --silent --max-time 30 --header "X-Forwarded-For: $from" "$@" "$url$path"
}
state() { # state ADDRESS
    ask "$1" /api/v1/check | jq -r .state
}
is "$(state 203.162.0.1)" recent 'a seen address is told'
is "$(state 203.162.0.2)" not-found 'another is not'
is "$(state 27.64.0.1)" shared 'a mobile one is told that it is shared'
for address in 203.162.0.1 203.162.0.2 27.64.0.1 10.0.0.1; do
    ask $address '/api/v1/check?lang=en' | jq -S . >asked
    "$KHIEN" check $address --json --language en | jq -S . >checked
    same checked asked "khien check says the same of $address"
done
ask 203.162.0.1 /kiem-tra >page
grep -q 'họ: mirai' page && grep -q 'chưa chắc là máy bạn đang dùng' page
ok $? 'the page says it in Vietnamese'
ask 203.162.0.1 /en/check | grep -q 'not necessarily the one you are using'
ok $? 'and in English'
is "$(ask 203.162.0.1 /kiem-tra --header 'Accept: application/json' | jq -r .state)" recent \
    'JSON for who asks for it'
is "$(ask 203.162.0.1 /none --output /dev/null --write-out '%{http_code}')" 404 'no such page'

"$KHIEN" ingest "$today-event4_sinkhole-later.csv" >out 2>err
ok $? 'a later report is read'
tries=0
until [ "$(state 203.162.0.2)" = recent ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break
    sleep 0.1
done
is "$(state 203.162.0.2)" recent 'visitors learn of it without a restart'

kill -TERM $server
wait $server
is $? 0 'SIGTERM ends it well'
! grep -E '203\.162\.|27\.64\.' log
ok $? 'the log names no visitor'
done_testing
