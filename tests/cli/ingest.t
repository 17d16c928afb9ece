#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ingest: what it reports, that the numbers and the check move, the drop folder.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW

report() { # report DAY ADDRESS…: a sinkhole report in Shadowserver's form
    when=$1
    shift
    echo 'timestamp,protocol,src_ip,src_port,src_asn,src_geo,dst_ip,dst_port,infection,family,tag'
    for address; do
        printf '"%s 10:00:00","tcp","%s",4000,65536,"VN","192.0.2.1",80,"mirai",,\n' \
            "$when" "$address"
    done
}
report 2026-11-20 203.0.113.1 203.0.113.2 203.0.113.2 not-an-address \
    >2026-11-20-event4_sinkhole-x.csv

"$KHIEN" check 203.0.113.1 >out 2>err
is $? 1 'a check before anything is there fails'
grep -q 'khien ingest FILE' err
ok $? 'and says how to begin'
"$KHIEN" stats daily --json >out 2>err
is $? 1 'so do statistics'

"$KHIEN" ingest --json 2026-11-20-event4_sinkhole-x.csv >out
ok $? 'a report is taken'
is "$(jq -c '[.taken, .rows, .events, .refused, .added, .failed]' out)" '[1,4,3,1,2,0]' 'its totals'
is "$(jq -c '.inputs[0].counts' out)" \
    '[{"class":"infected-system","family":"mirai","events":3,"distinct":2}]' 'classes and families'
is "$(jq -r '.inputs[0].refusals[0] | "\(.document):\(.line)"' out)" \
    '2026-11-20-event4_sinkhole-x.csv:5' 'the refused row'
[ -f "$(jq -r .snapshot out)" ]
ok $? 'a snapshot is built'
"$KHIEN" ingest 2026-11-20-event4_sinkhole-x.csv >out
grep -q 'was taken before' out
ok $? 'a second time it counts nothing'
is "$("$KHIEN" stats daily --json | jq -c '[.[] | [.day, .class, .family, .distinct]]')" \
    '[["2026-11-20","infected-system","mirai",2]]' 'stats daily'
is "$("$KHIEN" check --json 203.0.113.1 | jq -c '.families[0] | [.name, .first_seen, .days]')" \
    '["mirai","2026-11-20",1]' 'check finds it'

report 2026-11-21 203.0.113.1 >2026-11-21-event4_sinkhole-x.csv
name=2026-11-21-event4_sinkhole-x.csv
# shellcheck disable=SC2094  # the name is only told
"$KHIEN" ingest --name "$name" - <"$name" >out
ok $? 'standard input'
is "$("$KHIEN" check --json 203.0.113.1 | jq -c '.families[0] | [.last_seen, .days]')" \
    '["2026-11-21",2]' 'the newest is seen at once'

echo 'no feed' >nothing.dat
"$KHIEN" ingest --json nothing.dat 2026-11-21-event4_sinkhole-x.csv >out 2>err
is $? 1 'one bad input gives status 1'
is "$(jq -c '[.taken, .failed, .inputs[0].name]' out)" '[1,1,"nothing.dat"]' 'the other is taken'

mkdir drop
report 2026-11-19 203.0.113.9 >drop/2026-11-19-event4_sinkhole-x.csv
touch -d '1 minute ago' drop/*
echo 'no feed' >drop/.unfinished
"$KHIEN" ingest --watch drop 2>watch.log &
watcher=$!
trap 'kill $watcher 2>/dev/null' EXIT
appears() { # appears FILE: within ten seconds
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ ! -e "$1" ] || return 0
        sleep 0.5
    done
    return 1
}
appears drop/done/2026-11-19-event4_sinkhole-x.csv
ok $? 'what lay in the folder is taken'
report 2026-11-18 203.0.113.9 >new.csv
mv new.csv drop/2026-11-18-event4_sinkhole-x.csv
appears drop/done/2026-11-18-event4_sinkhole-x.csv
ok $? 'so is what is moved there'
cp nothing.dat drop/
appears drop/refused/nothing.dat
ok $? 'what is no feed is put aside'
appears drop/refused/nothing.dat.reason.txt && grep -q 'no feed format' drop/refused/nothing.dat.*
ok $? 'with the reason'
[ -e drop/.unfinished ]
ok $? 'a hidden file is left alone'
kill -TERM $watcher
wait $watcher
is $? 0 'SIGTERM ends it well'
is "$("$KHIEN" check --json 203.0.113.9 | jq -c '.families[0].days')" 2 'and all of it is seen'
report 2026-11-17 203.0.113.9 >drop/2026-11-17-event4_sinkhole-x.csv
"$KHIEN" ingest --watch drop --once
is "$?$(ls drop/*.csv 2>/dev/null)" 0 '--once takes what is there and ends'

echo 'no feed at all' >README.txt
report 2026-11-19 203.0.113.9 >2026-11-19-event4_sinkhole-z.csv
zip -q mixed.zip README.txt 2026-11-19-event4_sinkhole-z.csv
"$KHIEN" ingest --json mixed.zip >out
is "$(jq -c '.inputs[0] | [.events, .refusals[0].document, .refusals[0].line]' out)" \
    '[1,"README.txt",0]' 'what is no feed in an archive is named, the rest is taken'

"$KHIEN" feed note 'my source' 2026-11-20 'new policy'
is "$("$KHIEN" feed notes --json | jq -c '.[0] | [.source, .day, .text]')" \
    '["my source","2026-11-20","new policy"]' 'a note on a source'
"$KHIEN" feed note 'my source' 2026-11-20 ''
is "$("$KHIEN" feed notes --json | jq length)" 0 'is removed again'
"$KHIEN" verify >/dev/null
ok $? 'verify finds nothing'
"$KHIEN" replay --json >out
is "$(jq -c '[.damaged, .sets_repaired]' out)" '[0,0]' 'replay gives the same sets'
done_testing
