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

{
    printf '# SPDX-License-Identifier: Apache-2.0\n# name\taliases\tkind\tplatform\tvi\ten\n'
    printf 'mirai\t-\tbotnet\tiot\t%s\t%s\n' 'Lời của <người> vận hành.' "The operator's words."
} >families.tsv
{
    printf '# SPDX-License-Identifier: Apache-2.0\n# scope\tname_vi\tname_en\tphone\temail\t'
    printf 'url\tvalid_from\tvalid_to\tsource\n'
    printf 'national\tĐội "<b>&\tTeam "<b>&\t113\ta@b.vn\tjavascript:alert(1)\t-\t-\tnone\n'
    printf '89\tĐội cũ\tOld team\t114\t-\t-\t-\t2020-01-01\tnone\n'
} >hotlines.tsv
cat >khien.conf <<'END'
[families]
file = families.tsv
[data]
hotlines = hotlines.tsv
[campaign]
hotline_scope = 89
name_vi = </p><script>alert(1)</script>
name_en = "><img src=x onerror='alert(1)'>
END
KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
url=$(served served)
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
ask 203.162.0.1 /en/check >page.en
grep -q 'not necessarily the one you are using' page.en
ok $? 'and in English'
grep -q "The operator&#39;s words" page.en && grep -q 'Lời của &lt;người&gt; vận hành' page
ok $? "the operator's words on a family are shown, escaped"
grep -q 'Team &quot;&lt;b&gt;&amp;' page.en && ! grep -q 'Old team' page.en
ok $? "where a province has no hotline today, the national one stands, escaped"
! grep -q 'href="javascript' page.en
ok $? 'no link but to a page'
ask 203.162.0.1 / >start && ask 203.162.0.1 /en/ >start.en
grep -q '&lt;script&gt;alert' start && grep -q '&lt;img src=x onerror' start.en &&
    ! grep -qE '<script|<img' start start.en
ok $? "the campaign's name is text"
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

# What is meant for a closed standard error must not reach a visitor: the next socket would get its
# number.
: >served.closed
"$KHIEN" serve --listen 127.0.0.1:0 >served.closed 2>&- <&- &
server=$!
tries=0
until grep -q "^pages" served.closed; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break
    sleep 0.1
done
is "$(readlink /proc/$server/fd/0 /proc/$server/fd/2 | tr '\n' ' ')" '/dev/null /dev/null ' \
    'closed descriptors are not given to files and sockets'
kill -TERM $server
wait $server
done_testing
