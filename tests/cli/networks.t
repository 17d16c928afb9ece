#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The registry: import, lookup, list, refusal; and the measures that use it.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

cat >own.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
203.0.113.0/24,64500,Example Net,viettel,VN,01,,fixed,1000,,
203.0.113.128/25,,,,,79,,cgnat,,,
2001:db8::/32,64500,Example Net,viettel,VN,01,,fixed,,,
END
"$KHIEN" networks import own.csv --json >out
is "$(jq -c '.[0] | [.name, .rows, .refused]' out)" '["own.csv",3,0]' 'a registry of our own'
"$KHIEN" networks lookup --json 203.0.113.1 203.0.113.200 2001:db8::1 198.51.100.1 >out
is "$(jq -c '[.[].kind]' out)" '["fixed","cgnat","fixed",null]' 'lookup: the longer prefix wins'
is "$(jq -c '[.[].asn]' out)" '[64500,64500,64500,null]' 'and inherits what it leaves empty'
"$KHIEN" networks list --json >out
is "$(jq -c '[.[] | select(.asn == 64500) | .addresses4 | tonumber] | add' out)" 256 \
    'list counts the addresses'
is "$("$KHIEN" networks list --country KH --json)" '[]' 'of a country'
"$KHIEN" networks lookup --on yesterday 203.0.113.1 2>err
is $? 2 'a wrong day is refused'
echo 'this is no registry' >bad.csv
"$KHIEN" networks import bad.csv 2>err
is $? 1 'what is no registry file is refused'
[ ! -e var/networks/bad.csv ]
ok $? 'and does not become part of it'
printf '203.0.113.1\n203.0.113.130\n' >2026-11-20-list.txt
"$KHIEN" ingest 2026-11-20-list.txt >/dev/null
is "$("$KHIEN" check 203.0.113.130 --json | jq -c '.network | [.asn, .kind, .province]')" \
    '[64500,"cgnat","79"]' 'check knows the network'
"$KHIEN" stats networks --class blacklist --by province --json >out
is "$(jq -c '[.[] | [.network, .mean_daily]] | sort' out)" '[["01",1],["79",1]]' \
    'stats networks --by province'
done_testing
