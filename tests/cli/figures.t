#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The public figures say what sqlite3 says of the same rows and what khien stats prints; they follow
# whatever changes the data, and their failure loses nothing.
set -u
. tests/cli/lib/tap.sh
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not there'
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW
newest() { find var/figures -name '*.fig' | sort -t/ -k3 -n | tail -n 1; }
generation() { "$KHIEN" figures info --json | jq .generation; }

"$KHIEN" figures info 2>err
is $? 1 'an installation without data has none'
grep -q 'khien figures build' err
ok $? 'and says what makes them'

"$KHIEN" simulate --days 12 --daily 1500 --seed 11 --out sim >/dev/null
set -- sim/*-event4_sinkhole-simulated.csv
last=$(printf '%s\n' "$@" | tail -n 1)
for file; do [ "$file" = "$last" ] || echo "$file"; done | xargs "$KHIEN" ingest >out
ok $? 'eleven days are taken in'
is "$("$KHIEN" figures info --json | jq -r .last)" 2026-11-19 'and the figures built'
"$KHIEN" ingest "$last" >out
ok $? 'a twelfth'
cat "$@" | awk -F'"' '$2 ~ /^2026/ { n = split($0, c, ","); gsub(/"/, "", c[26])
    gsub(/"/, "", c[3]); print substr($2, 1, 10) "," c[26] "," c[3] }' >rows.csv
sqlite3 oracle.db 'CREATE TABLE seen (day TEXT, family TEXT, ip TEXT)' '.mode csv' \
    '.import rows.csv seen' 'CREATE INDEX by_day ON seen (day, family, ip)'
sqlite3 oracle.db 'SELECT day, count(DISTINCT ip) FROM seen GROUP BY day' >want
"$KHIEN" figures show --json | jq -r '.[] | "\(.day)|\(.ipv4)"' >got
same want got 'all families together, by day'
sqlite3 oracle.db "SELECT day, count(DISTINCT ip) FROM seen WHERE family = 'mirai' GROUP BY day" \
    >want
"$KHIEN" figures show --family mirai --json | jq -r '.[] | "\(.day)|\(.ipv4)"' >got
same want got 'one family'
"$KHIEN" figures verify >out
ok $? 'they are sound'
"$KHIEN" figures build >path
"$KHIEN" figures build --afresh >again
cmp "$(cat path)" "$(cat again)"
ok $? 'counted on top of the days before and afresh, they are the same'
is "$(find var/figures -name '*.fig' | wc -l)" 3 'three are kept'

cat >khien.conf <<'CONF'
[campaign]
slug = thu
demonstration = yes
baseline_from = 2026-11-09
baseline_to = 2026-11-12
result_from = 2026-11-17
result_to = 2026-11-20
CONF
cat >pools.csv <<'CSV'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
0.0.0.0/1,64500,Low,viettel,VN,01,,fixed,,,
128.0.0.0/1,64501,High,fpt,VN,24,,mobile,,,
CSV
"$KHIEN" networks import pools.csv >out
ok $? 'a registry is imported'
"$KHIEN" stats daily --by isp --json | jq -r '.[] | "\(.day)|\(.network)|\(.ipv4)"' | sort >want
"$KHIEN" figures show --by isp --json | jq -r '.[] | select(.ipv4 + .ipv6_64 > 0)
    | "\(.day)|\(.key)|\(.ipv4)"' | sort >got
[ -s want ] && same want got 'and counted by provider'
is "$("$KHIEN" stats compare --json | jq -c .target_percent)" -50 'the target is compared with'
"$KHIEN" baseline freeze >out
ok $? 'a baseline is frozen'
for answer in compare churn survival recurrence top estimate health; do
    case $answer in
    compare) set -- --baseline thu ;;
    churn)
        set -- --baseline-from 2026-11-09 --baseline-to 2026-11-12 \
            --result-from 2026-11-17 --result-to 2026-11-20
        ;;
    *) set -- ;;
    esac
    "$KHIEN" stats "$answer" "$@" --json >want
    "$KHIEN" figures ready "$answer" >got
    same want got "$answer is what khien stats prints"
done
for by in isp province kind; do
    "$KHIEN" stats networks --by $by --json >want
    "$KHIEN" figures ready networks-$by >got
    same want got "networks by $by, too"
done
is "$("$KHIEN" figures info --json | jq -r .frozen_baseline)" thu 'they name the baseline'
"$KHIEN" ranking set mirai >out
is "$("$KHIEN" figures show --family largest --json | jq -c '[.[] | .ipv4] | length')" 12 \
    'the largest go on being those of the frozen baseline'

file=$(newest)
before=$(generation)
printf 'x' | dd of="$file" bs=1 seek=2000 conv=notrunc 2>/dev/null
"$KHIEN" figures verify "$file" 2>err
is $? 1 'a damaged file is found'
grep -q "$file is damaged" err
ok $? 'and named'
"$KHIEN" figures info --json 2>err | jq -e '.generation > 0' >/dev/null
ok $? 'the one before answers'
grep -q 'damaged' err
ok $? 'with a warning'

rm -rf var/figures
touch var/figures
printf '198.51.100.77\n' >list.txt
"$KHIEN" ingest --feed plain_list --source mine list.txt >out 2>err
is $? 1 'figures that cannot be written are a fault'
grep -q 'the inputs are taken and the snapshot is built, but the public figures' err
ok $? 'which says what is done'
"$KHIEN" check --json 198.51.100.77 | grep -q '"blacklist"'
ok $? 'the input and the snapshot are there'
rm var/figures
"$KHIEN" ingest --feed plain_list --source mine list.txt >out
ok $? 'the next ingest makes up for it'
[ "$(generation)" -gt "$before" ]
ok $? 'even if it brings nothing new'
done_testing
