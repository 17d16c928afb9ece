#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What khien stats says of simulated feeds is what sqlite3 says of the same rows; and a list that
# loses four fifths of its entries overnight is no clean-up in any form of output.
set -u
. tests/cli/lib/tap.sh
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not there'
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW

"$KHIEN" simulate --days 12 --daily 2000 --seed 11 --out sim >/dev/null
"$KHIEN" ingest --no-snapshot sim/*-event4_sinkhole-simulated.csv >/dev/null
ok $? 'a simulated sinkhole is taken in'
cat sim/*-event4_sinkhole-simulated.csv |
    awk -F'"' '$2 ~ /^2026/ { n = split($0, c, ","); gsub(/"/, "", c[26]); gsub(/"/, "", c[3])
        print substr($2, 1, 10) "," substr($2, 12, 2) "," c[26] "," c[3] }' >rows.csv
sqlite3 oracle.db 'CREATE TABLE seen (day TEXT, hour TEXT, family TEXT, ip TEXT)' \
    '.mode csv' '.import rows.csv seen' 'CREATE INDEX by_day ON seen (day, family, ip)'
[ "$(wc -l <rows.csv)" -gt 20000 ]
ok $? "the oracle has $(wc -l <rows.csv) rows"

sqlite3 oracle.db 'SELECT day, family, count(DISTINCT ip) FROM seen GROUP BY day, family' >want
"$KHIEN" stats daily --json | jq -r '.[] | "\(.day)|\(.family)|\(.distinct)"' >got
same want got 'distinct addresses per day and family'

sqlite3 oracle.db 'SELECT day, count(DISTINCT ip) FROM seen GROUP BY day' >want
"$KHIEN" stats daily --by total --json | jq -r '.[] | "\(.day)|\(.distinct)"' >got
same want got 'an address in two families counts once in the total'

sqlite3 oracle.db 'SELECT family, sum(n) FROM (SELECT family, count(DISTINCT ip) AS n FROM seen
    GROUP BY day, family) GROUP BY family ORDER BY 2 DESC, 1 LIMIT 5' >want
"$KHIEN" stats top --top 5 --json | jq -r '.[] | "\(.family)|\(.address_days)"' >got
same want got 'families by address-days'

sqlite3 oracle.db 'SELECT day, max(n) FROM (SELECT day, hour, count(DISTINCT ip) AS n FROM seen
    GROUP BY day, hour) GROUP BY day' >want
"$KHIEN" stats hourly --json | jq -r '.[] | select(.family == "*") | "\(.day)|\(.hourly_max)"' >got
same want got 'the most addresses within an hour, from the archive'

cat >churn.sql <<'SQL'
CREATE TEMP TABLE b AS SELECT DISTINCT ip FROM seen WHERE day BETWEEN '2026-11-12' AND '2026-11-14';
CREATE TEMP TABLE r AS SELECT DISTINCT ip FROM seen WHERE day BETWEEN '2026-11-18' AND '2026-11-20';
CREATE TEMP TABLE h AS SELECT DISTINCT ip FROM seen WHERE day < '2026-11-18' AND ip NOT IN b;
SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM r),
    (SELECT count(*) FROM b WHERE ip IN r), (SELECT count(*) FROM b WHERE ip NOT IN r),
    (SELECT count(*) FROM r WHERE ip NOT IN b AND ip IN h),
    (SELECT count(*) FROM r WHERE ip NOT IN b AND ip NOT IN h);
SQL
sqlite3 oracle.db <churn.sql >want
"$KHIEN" stats churn --baseline-from 2026-11-12 --baseline-to 2026-11-14 \
    --result-from 2026-11-18 --result-to 2026-11-20 --json |
    jq -r '.[] | select(.family == "*")
        | [.before, .after, .stayed, .gone, .returning, .new] | join("|")' >got
same want got 'stayed, gone, returning and new between two windows'

mkdir policy
cd policy || exit 1
"$KHIEN" simulate --days 20 --daily 3000 --seed 11 --policy-day 10 --out sim >/dev/null
"$KHIEN" ingest --no-snapshot sim/*-simulated.csv >/dev/null
set -- --baseline-from 2026-11-01 --baseline-to 2026-11-10 \
    --result-from 2026-11-11 --result-to 2026-11-20
"$KHIEN" stats compare "$@" --json >out
[ "$(jq '.change_percent < -70' out)" = true ]
ok $? 'four fifths are gone'
is "$(jq -c '[.comparable, .target_met]' out)" '[false,null]' 'JSON: not comparable, no target met'
is "$(jq '[.scopes[] | select(.comparable or .target_met != null)] | length' out)" 0 \
    'nor for any family'
"$KHIEN" stats compare "$@" --csv | sed -n 2p | grep -q ',no,.*policy-change 2026-11-11'
ok $? 'CSV says so, with the day'
"$KHIEN" stats compare "$@" | sed '/^all$/,/^$/!d' >text
grep -q ': not comparable$' text && grep -q '^  because .*policy-change 2026-11-11' text
ok $? 'text says so, with the day'
is "$("$KHIEN" stats churn "$@" --json | jq -c '.[0] | [.cleaned, .gone == .unwitnessed]')" \
    '[0,true]' 'nothing counts as cleaned'
done_testing
