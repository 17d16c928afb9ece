#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# /api/v1/stats answers what khien stats prints, whatever is asked; refuses what it cannot answer,
# saying why; sees new data; and neither a flood of questions, nor the end of the server, nor a
# database that is gone leaves a client without an answer or stops the check.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

cat >networks.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,500000,,
27.64.0.0/12,7552,Viettel Group,viettel,VN,79,,mobile,,,
END
"$KHIEN" simulate --days 20 --daily 300 --seed 7 --out feeds --networks networks.csv >out 2>&1 ||
    "$KHIEN" simulate --days 20 --daily 300 --seed 7 --out feeds >out 2>&1
first=$(find feeds -name '*-simulated.csv' | sort | tail -n 1)
{
    "$KHIEN" networks import networks.csv &&
        find feeds -name '*-simulated.csv' ! -path "$first" -exec "$KHIEN" ingest {} +
} >>out 2>&1
ok $? 'networks and twenty days of feeds are read'

"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
url=$(served served)
ok $? 'it serves'

get() { # get PATH [CURL-OPTION…]
    path=$1
    shift
    curl --silent --max-time 60 "$@" "$url$path"
}
from=$(date -u -d '12 days ago' +%Y-%m-%d)
to=$(date -u -d '3 days ago' +%Y-%m-%d)
agrees() { # agrees MEASURE [PARAMETER=VALUE…]
    measure=$1 query='' label="$*"
    shift
    set -- "$@"
    arguments=''
    for pair; do
        query="$query&$pair"
        case $pair in
        *=yes) arguments="$arguments --${pair%%=*}" ;;
        *) arguments="$arguments --${pair%%=*} ${pair#*=}" ;;
        esac
    done
    # shellcheck disable=SC2086  # options of ours
    "$KHIEN" stats "$measure" $arguments --json >want.json
    get "/api/v1/stats/$measure?$query" >got.json
    same want.json got.json "$label"
    # shellcheck disable=SC2086
    "$KHIEN" stats "$measure" $arguments --csv >want.csv
    get "/api/v1/stats/$measure?$query&format=csv" --compressed >got.csv
    cmp -s want.csv got.csv
    ok $? "$label as CSV"
}
agrees daily
agrees daily "from=$from" "to=$to" by=total
agrees daily by=isp family=mirai
agrees daily class=infected-system by=province country=VN
agrees mean "from=$from" cumulative=yes
agrees churn
agrees survival quiet=3 curve=yes
agrees recurrence quiet=2
agrees top top=3 window=7
agrees compare "baseline-from=$from" "baseline-to=$(date -u -d '10 days ago' +%Y-%m-%d)" \
    "result-from=$(date -u -d '5 days ago' +%Y-%m-%d)" "result-to=$to" target=30 seed=9
agrees health "from=$from"
agrees networks by=isp kind=mobile
agrees estimate

refused() { # refused STATUS QUERY WORDS
    status=$(get "/api/v1/stats/$2" -o answer -w '%{http_code}')
    is "$status" "$1" "$2 is refused with $1"
    jq -e --arg words "$3" '.error.message | contains($words)' answer >/dev/null
    ok $? "because: $3"
}
refused 400 'daily?from=yesterday' 'from must be a day such as'
refused 400 'daily?form=2026-01-01' 'there is no parameter "form"'
refused 400 'daily?from=2026-02-01&to=2026-01-01' 'ends before it begins'
refused 400 'daily?class=bad' 'class must be'
refused 400 'compare?baseline-from=2026-01-01' 'need each other'
refused 400 'top?top=-1' 'top must be a number from 0'
refused 400 'daily?format=xml' 'format must be json or csv'
refused 400 'daily?by=%3Cscript%3E' 'by must be family'
refused 404 'hourly' 'no such measure'
refused 404 'nothing' 'no such measure'
get '/api/v1/stats/daily?from=9999-12-31' | jq -e '. == []' >/dev/null
ok $? 'a future day has no rows'
get '/api/v1/stats/daily?from=1970-01-01&to=9999-12-31&by=total' >got.json
"$KHIEN" stats daily --by total --json >want.json
same want.json got.json 'a huge range is all there is'
get /api/v1/stats | jq -e 'map(.path) | index("/api/v1/stats/compare")' >/dev/null
ok $? 'the measures are listed'

head=$(get /api/v1/stats/daily -D - -o body)
tag=$(printf '%s\n' "$head" | sed -n 's/^ETag: \(.*"\).*/\1/p')
printf '%s\n' "$head" | grep -q '^Access-Control-Allow-Origin: \*' && [ -n "$tag" ]
ok $? 'public figures may be read by pages of any origin, and have a tag'
is "$(get /api/v1/stats/daily -H "If-None-Match: $tag" -o body -w '%{http_code}')" 304 \
    'which is not sent again'
"$KHIEN" ingest "$first" >out 2>&1
"$KHIEN" stats daily --json >want.json
tries=0
until get /api/v1/stats/daily >got.json && cmp -s want.json got.json; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break
    sleep 0.1
done
same want.json got.json 'what is ingested later is seen without a restart'

i=0 clients=''
while [ $i -lt 120 ]; do # more than may wait, all different
    i=$((i + 1))
    get "/api/v1/stats/survival?seed=$i&quiet=$((i % 20 + 1))" -o /dev/null \
        -w '%{http_code}\n' >"flood.$i" &
    clients="$clients $!"
done
is "$(get /api/v1/check | jq -r .state)" local 'meanwhile a check is answered'
# shellcheck disable=SC2086  # process ids
wait $clients
is "$(cat flood.* | grep -cvE '^(200|503)$')" 0 'of a flood each question gets an answer or "later"'
cat flood.* | grep -q 200
ok $? 'and some are answered'

mv var/khien.db var/khien.db.away
rm -f var/khien.db-wal var/khien.db-shm
is "$(get /api/v1/check | jq -r .state)" local 'without its database it still answers checks'
status=$(get '/api/v1/stats/churn?seed=77' -o answer -w '%{http_code}')
is "$status" 503 'and says that there are no figures'
mv var/khien.db.away var/khien.db

i=0
while [ $i -lt 20 ]; do
    i=$((i + 1))
    get "/api/v1/stats/survival?seed=$i$i$i" -o /dev/null -w '%{http_code}\n' >"last.$i" &
done
kill -TERM $server
wait $server
is $? 0 'SIGTERM ends it while questions wait'
wait
cat last.* | sort | uniq -c | sed "s/^/# /"
is "$(cat last.* | grep -cvE '^(200|503|000)$')" 0 'each got an answer, or came too late'
! grep -iE 'error|damaged' log | sed 's/^/# /' | grep .
ok $? 'nothing went wrong on the way'
done_testing
