#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# simulate, ingest, stats, baseline, ranking together: every measure in every form of output.
set -u
reporter=$PWD/tests/cli/lib/reporter.py
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW

"$KHIEN" simulate --days 40 --daily 300 --seed 7 --campaign-day 20 --out sim --json >out
is "$(jq -c '[.first, .last]' out)" '["2026-10-12","2026-11-20"]' \
    'the last simulated day is yesterday'
[ -s sim/truth.json ]
ok $? 'with the truth beside it'
"$KHIEN" simulate --days 40 --daily 300 --seed 7 --campaign-day 20 --out again >/dev/null
diff -r sim again >/dev/null
ok $? 'the same seed gives the same files'
"$KHIEN" ingest --no-snapshot sim/*-simulated.csv >/dev/null
ok $? 'what is simulated is taken in'

printf '[self_reports]\nbits = 0\n' >khien.conf
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
is "$(python3 "$reporter" one "$(served served)")" '201 {"counted":true,"known":false}' \
    'a report of a scanner is there'
kill -TERM $server && wait $server
for measure in $("$KHIEN" stats --json | jq -r '.[].measure'); do
    set --
    case $measure in
    compare | churn)
        set -- --baseline-from 2026-10-12 --baseline-to 2026-10-21 \
            --result-from 2026-11-11 --result-to 2026-11-20
        ;;
    esac
    "$KHIEN" stats "$measure" "$@" --json >json 2>err && jq -e . json >/dev/null
    ok $? "$measure --json"
    sed 's/^/# /' err
    "$KHIEN" stats "$measure" "$@" --csv >csv && [ "$(wc -l <csv)" -gt 1 ]
    ok $? "$measure --csv"
    "$KHIEN" stats "$measure" "$@" >text && [ "$(wc -l <text)" -gt 1 ]
    ok $? "$measure as text"
    [ "$(LC_ALL=C.UTF-8 wc -L <text)" -le 100 ]
    ok $? "$measure as text fits a terminal of 100 columns"
done
"$KHIEN" stats daily --from 2026-11-01 --to 2026-11-02 --family mirai --json >out
is "$(jq -c '[.[] | [.day, .class, .family]] | unique' out)" \
    '[["2026-11-01","infected-system","mirai"],["2026-11-02","infected-system","mirai"]]' \
    'the filters hold'
want=$(cat sim/2026-11-0*sinkhole-simulated.csv | grep -c "^\"2026-11-01.*\"mirai\"")
[ "$(jq '.[0].distinct' out)" -le "$want" ] && [ "$(jq '.[0].distinct' out)" -gt 0 ]
ok $? "no more addresses than the feed has rows ($want)"

"$KHIEN" baseline freeze first --from 2026-10-12 --to 2026-10-21 >out
ok $? 'a baseline is frozen'
"$KHIEN" baseline freeze first --from 2026-10-12 --to 2026-10-22 2>err
is $? 1 'and not replaced unasked'
"$KHIEN" stats compare --baseline first --result-from 2026-11-11 --result-to 2026-11-20 >text
head -n 1 text | grep -Eq '^(Target (not )?met|Not comparable): '
ok $? 'compare begins with the verdict'
want=$("$KHIEN" stats compare --baseline first --result-from 2026-11-11 --result-to 2026-11-20 \
    --json | jq -r '"(\(.result_sum)/\(.result_days)) ÷ (\(.baseline_sum)/\(.baseline_days)) − 1"')
grep -qF "$want" text
ok $? "and shows the arithmetic: $want"
is "$("$KHIEN" baseline show first | jq -r .from)" 2026-10-12 'it is shown'
"$KHIEN" baseline show second 2>err
is $? 1 'one that is not there is not'
"$KHIEN" stats compare --baseline first --result-from 2026-11-11 --result-to 2026-11-20 --json >out
ok $? 'compare takes it'
"$KHIEN" ranking set mirai conficker
is "$("$KHIEN" ranking show --json | jq -c '[.[0:2][].family]')" '["mirai","conficker"]' \
    'a chosen ranking'
"$KHIEN" ranking reset
ok $? 'is given up'
mkdir hours && cd hours || exit 1
"$KHIEN" simulate --days 20 --daily 2000 --second-source --policy-day 10 --out sim >/dev/null
"$KHIEN" ingest --no-snapshot sim/*-simulated.csv >/dev/null
"$KHIEN" stats daily --class infected-system --by total --json >daily.json
"$KHIEN" stats hourly --json | jq '[.[] | select(.family == "*")]' >hourly.json
is "$(jq -c '[.[] | select(.comparable | not) | .day]' hourly.json)" \
    "$(jq -c '[.[] | select(.comparable | not) | .day]' daily.json)" \
    'hourly flags the days that daily flags'
[ "$(jq '[.[] | select(.comparable | not)] | length' hourly.json)" -ge 1 ]
ok $? 'which are some'
cd .. || exit 1
printf '[campaign]\ndemonstration = yes\n' >khien.conf
"$KHIEN" stats daily | grep -q '^note: DEMONSTRATION'
ok $? 'a demonstration says so'
"$KHIEN" stats daily --from 2026-11-02 --to 2026-11-01 2>err
is $? 2 'a period that ends before it begins is a wrong call'
done_testing
