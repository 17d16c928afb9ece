#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The page of figures: an empty installation says so instead of showing zero; any period and family
# that can be asked for is answered, any other is refused with words; the data behind each chart are
# those of khien stats; a later ingest reaches the page; nothing in it comes from a database.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
mkdir var
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
url=$(served served)
ok $? 'an empty installation serves'
get() { # get PATH [CURL-OPTION…]
    path=$1
    shift
    curl --silent --max-time 60 --compressed "$@" "$url$path"
}
status() { # status PATH
    get "$1" -o answer -w '%{http_code}'
}
shows() { # shows PATH STATUS WORDS LABEL
    is "$(status "$1")" "$2" "$4: $2"
    grep -qF "$3" answer
    ok $? "$4: $3"
}
shows /so-lieu 200 'Chưa có số liệu: chưa nguồn dữ liệu nào được đọc.' 'without any feed'
shows /en/figures 200 'There are no figures yet' 'in English too'
! grep -q '<svg class="chart' answer
ok $? 'no chart shows a zero'
shows /so-lieu/trend.csv 503 'there are no figures yet' 'nor do the data'
is "$(status /)" 200 'the start page is there'
! grep -q 'id="how-far"' answer
ok $? 'without a gauge'

day() { # day N: N days ago
    date -u -d "$1 days ago" +%Y-%m-%d
}
cat >networks.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,500000,,
27.64.0.0/12,7552,Viettel Group,viettel,VN,79,,mobile,,,
END
{
    "$KHIEN" networks import networks.csv &&
        "$KHIEN" simulate --days 30 --daily 200 --seed 3 --out feeds &&
        find feeds -name '*-simulated.csv' -exec "$KHIEN" ingest {} +
} >out 2>&1
ok $? 'a month of feeds is read'
tries=0
until get /so-lieu | grep -q 'id="trend-heading"'; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break
    sleep 0.1
done
shows /so-lieu 200 'id="trend-heading"' 'the running server shows it'
for id in families provinces providers flows; do
    grep -q "id=\"$id-heading\"" answer
    ok $? "with its section $id"
done

"$KHIEN" stats daily --by total --json | jq -c '.[] | [.day, .distinct, .ipv6_64]' >want
get /so-lieu/trend.json | jq -c '.[] | [.day, .distinct, .ipv6_64]' >got
same want got 'the trend is that of khien stats daily'
from=$(day 20) to=$(day 10)
"$KHIEN" stats daily --family mirai --from "$from" --to "$to" --json |
    jq -c '.[] | [.day, .distinct]' >want
get "/so-lieu/trend.json?family=mirai&from=$from&to=$to" | jq -c '.[] | [.day, .distinct]' >got
same want got 'so is that of a family and a period'
"$KHIEN" stats networks --by isp --from "$from" --to "$to" --top 0 --json |
    jq -r '.[] | select(.announced_ipv4 >= 4096) | "\(.network) \(.per_10000_addresses)"' >want
get "/so-lieu/providers.json?from=$from&to=$to" |
    jq -r '.[] | select(.network != "unknown") | "\(.network) \(.per_10000_addresses)"' >got
same want got 'so are the rates of providers'
get "/so-lieu/flows.csv?from=$from&to=$to" >flows.csv
is "$(awk -F, 'NR > 1 { print $3 + $4 + $5 }' flows.csv | paste -sd ' ')" \
    "$("$KHIEN" stats daily --by total --from "$from" --to "$to" --json |
        jq -r 'map(.distinct) | join(" ")')" 'new, back and still there are the whole of a day'

shows '/so-lieu?from=yesterday' 400 'Ngày được viết theo dạng năm-tháng-ngày' 'a wrong day'
shows "/en/figures?from=$to&to=$from" 400 'The first day must not be after the last one.' \
    'a period that ends before it begins'
shows '/en/figures?from=9999-01-01' 400 'There are no data of these days.' 'the far future'
shows '/en/figures?from=1970-01-01&to=9999-12-31' 200 'The period was cut to the days' 'all time'
shows '/en/figures?from=0000-00-00' 400 'A day is written' 'a day that never was'
shows '/en/figures?family=%3Cscript%3E' 400 'There are no data of this malware family.' \
    'a family that is none'
! grep -q '<script>' answer
ok $? 'and nothing of it gets into the page'
shows "/so-lieu?family=mirai&from=$from&to=$to" 200 'Chỉ họ mirai.' 'one family'
grep -qF "href=\"/en/figures?from=$from&amp;to=$to&amp;family=mirai\"" answer
ok $? 'the other language shows the same'
grep -qF "href=\"/so-lieu/trend.csv?from=$from&amp;to=$to&amp;family=mirai\"" answer
ok $? 'the data are of the same period and family'
shows '/so-lieu?from=&to=&family=' 200 'id="trend-heading"' 'an empty form'
shows '/so-lieu/nothing.csv' 404 'message' 'data that are none'

mv var/khien.db away.db
shows "/so-lieu?from=$from" 200 'id="trend-heading"' 'without its database'
kill -TERM $server
wait $server
ok $? 'it ends well'
done_testing
