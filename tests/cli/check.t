#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check: the contract of its JSON, the states, and that the text says the same.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW

cat >2026-11-21-event4_sinkhole-x.csv <<'END'
timestamp,protocol,src_ip,src_port,src_asn,src_geo,dst_ip,dst_port,infection,family
"2026-11-21 10:00:00","tcp","1.52.0.1",4000,18403,"VN","192.0.2.1",80,"mirai",
"2026-11-20 10:00:00","tcp","1.52.0.1",4000,18403,"VN","192.0.2.1",80,"mirai",
"2026-11-21 10:00:00","tcp","1.52.0.1",4000,18403,"VN","192.0.2.1",80,"conficker",
"2026-06-01 10:00:00","tcp","1.52.0.2",4000,18403,"VN","192.0.2.1",80,"mirai",
END
printf '1.52.0.3\n' >list.txt
cat >own.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
1.52.0.0/16,18403,FPT Telecom,fpt,VN,01,,fixed,,,
END
"$KHIEN" networks import own.csv >/dev/null
"$KHIEN" ingest 2026-11-21-event4_sinkhole-x.csv list.txt >/dev/null

field() { # field ADDRESS FILTER
    "$KHIEN" check "$1" --json | jq -c "$2"
}
is "$(field 1.52.0.1 '[.state, .window_days, (.advice | length > 0)]')" '["recent",30,true]' \
    'recent'
is "$(field 1.52.0.1 '.families | map([.name, .first_seen, .last_seen, .days]) | sort')" \
    '[["conficker","2026-11-21","2026-11-21",1],["mirai","2026-11-20","2026-11-21",2]]' 'families'
is "$(field 1.52.0.1 '.network | [.asn, .name, .kind, .province]')" \
    '[18403,"FPT Telecom","fixed","01"]' 'the network'
is "$(field 1.52.0.2 .state)" '"old"' 'an old sighting'
is "$(field 1.52.0.4 '[.state, .families]')" '["not-found",[]]' 'not found'
is "$(field 1.52.0.3 '[.state, .families, .other[0].class]')" '["not-found",[],"blacklist"]' \
    'a listed address is not an infected one'
is "$(field ::ffff:1.52.0.1 .state)" '"recent"' 'an IPv4 address in IPv6 form'
[ "$(field 1.52.0.1 .advice)" != "$("$KHIEN" check 1.52.0.1 --json --language en | jq -c .advice)" ]
ok $? 'the advice in two languages'
"$KHIEN" check 1.52.0.1 >out
grep -q '^state: recent$' out && grep -q '^  mirai: 2026-11-20 to 2026-11-21, 2 days$' out
ok $? 'the text says the same'
grep -q 'AS18403 FPT Telecom (fixed), province 01' out
ok $? 'with the network'
"$KHIEN" check 1.52.0.3 | grep -q 'no infection, but blacklist'
ok $? 'and tells lists apart'
is "$(KHIEN_CHECK_HOME_COUNTRY=LA field 1.52.0.4 .state)" '"not-found"' \
    'a network of a provider that we know is not foreign'
sed '1q' own.csv >us.csv
echo '8.8.8.0/24,15169,Google,,US,,,hosting,,,' >>us.csv
"$KHIEN" networks import us.csv >/dev/null && "$KHIEN" snapshot build >/dev/null
is "$(field 8.8.8.8 .state)" '"foreign"' 'a network abroad'
is "$(KHIEN_CHECK_HOME_COUNTRY=US field 8.8.8.8 .state)" '"not-found"' \
    'home is where the operator says'
KHIEN_CHECK_WINDOW_DAYS=200 "$KHIEN" snapshot build >/dev/null
is "$(field 1.52.0.2 '[.state, .window_days]')" '["recent",200]' 'a longer window'
done_testing
