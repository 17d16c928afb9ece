#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What users of the scanner send in: shown and asked for first, taken only with work or a token,
# counted once and durably, and shown apart from all that is measured.
set -u
reporter=$PWD/tests/cli/lib/reporter.py terminal=$PWD/tests/cli/lib/in_terminal.py
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
server=''
# shellcheck disable=SC2086  # none or one
trap 'kill -9 $server 2>/dev/null' EXIT

start() { # start [WORD…]: a server, with that in front of it
    rm -f served
    "$@" "$KHIEN" serve --listen 127.0.0.1:0 >served 2>>log &
    server=$!
    url=$(served served)
}
stop() {
    kill -TERM "$server" && wait "$server"
    is $? 0 'the server ends well'
    server=''
}
one() { # one NAME=VALUE…: the status and the answer
    python3 "$reporter" one "$url" "$@"
}
status() {
    one "$@" | cut -c1-3
}
figure() { # figure COLUMN: of all days and families together
    "$KHIEN" stats self-reported --json | jq "[.[] | select(.family == \"all\") | .$1] | add // 0"
}
family() { # family NAME
    "$KHIEN" stats self-reported --family "$1" --json | jq '[.[].reports] | add // 0'
}

mkdir files rules
cat >rules/a.yar <<'END'
rule MAL_ELF_Mirai_Jan25 { strings: $a = "this is one" condition: $a }
rule Unheard_Of { strings: $a = "this is another" condition: $a }
END
"$KHIEN" rules build rules -o rules.pack >out 2>&1
echo 'this is one' >files/nguyen-van-a.doc
echo 'this is another' >"files/two
lines"
echo 'clean' >files/clean
scan() {
    "$KHIEN" scan --rules rules.pack --state state --no-cache "$@"
}
cat >networks.csv <<'END'
prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to
203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,500000,,
END
"$KHIEN" networks import networks.csv >out 2>&1 &&
    "$KHIEN" simulate --days 20 --daily 100 --seed 3 --out feeds >out 2>&1 &&
    find feeds -name '*-simulated.csv' -exec "$KHIEN" ingest {} + >out 2>&1
ok $? 'there are measured figures'
"$KHIEN" stats daily --by total --json >measured
printf '%s\n' 'a-token-of-a-fleet' >tokens
openssl rand -hex 32 >node.key
cat >khien.conf <<'END'
[http]
trusted_proxy = 127.0.0.1
[node]
key_file = node.key
[self_reports]
bits = 8
per_minute = 3
token_file = tokens
END

# ---- the client ----
start
ok $? 'a server'
scan --json files </dev/null >out 2>err
is "$? $(ls var/self-reports/2* 2>/dev/null)" '0 ' 'nothing is sent unless it is asked for'
fails 'where nobody can be asked nothing is sent' '--report-to needs --yes' 2 \
    scan --report-to "$url" files
fails 'a token without an address' 'go with --report-to' 2 scan --report-token tokens files
fails 'no address' 'needs the address of a campaign' 2 scan --yes --report-to here files
fails 'plain http elsewhere' 'use https' 2 scan --yes --report-to http://192.0.2.1 files
fails '--yes alone' 'goes with --remove and with --report-to' 2 scan --yes files
fails 'a server that is not there' 'the report was not sent' 1 \
    scan --yes --report-to http://127.0.0.1:9 files
is "$(ls var/self-reports/2* 2>/dev/null)" '' 'none of these left anything'

KHIEN_URL=$url python3 "$terminal" 200 40 'Send it? (y/n)' "$(printf 'n\r')" \
    "$KHIEN" scan --lang en --rules rules.pack --state state --no-cache --report-to "$url" files \
    >shown
is "$?" 0 'asked, and not wanted'
grep -q 'Nothing was sent' shown
ok $? 'it says so'
is "$(ls var/self-reports/2* 2>/dev/null)" '' 'and does so'
python3 "$terminal" 200 40 'Gửi? (c/k)' "$(printf 'c\r')" \
    "$KHIEN" scan --rules rules.pack --state state --no-cache --report-to "$url" files >shown
is $? 0 'asked in Vietnamese, and wanted'
grep -q 'Đã gửi' shown
ok $? 'it is sent'
tr -d '\r' <shown | grep '^{' >body
is "$(jq -c '[.system, .scope, .complete, .files, .malicious] + [.families[]]' body)" \
    '["linux","paths",true,3,2,1,1]' 'what was shown: counts and families'
sed -n '2s/ [0-9a-f]*$//p' var/self-reports/2* | jq -S 'del(.day, .by)' >kept
jq -S . body >want
same want kept 'is what came'
! grep -rqE 'nguyen|lines|files/|127\.0' body var/self-reports
ok $? 'no name, no path, no address'
scan --yes --report-to "$url/" files </dev/null >out 2>err
is "$? $(figure reports) $(figure with_malware) $(family mirai) $(family other)" '0 2 2 2 2' \
    'with --yes unasked; both are counted'
scan --yes --report-to "$url" --report-token tokens files </dev/null >out 2>err
is "$? $(figure by_token)" '0 1' 'with the token of a fleet'
echo 'not-the-token-of-a-fleet' >wrong
fails 'with another one' 'the server answered 403: this is no token' 1 \
    scan --yes --report-to "$url" --report-token wrong files
: >wrong
fails 'with none in the file' 'holds no token' 1 \
    scan --yes --report-to "$url" --report-token wrong files
is "$(figure reports)" 3 'which are not counted'

# ---- what the server takes ----
is "$(one id=00000000000000000000000000000001)" '201 {"counted":true,"known":false}' \
    'another client'\''s, with the work of another program'
is "$(one id=00000000000000000000000000000001)" '200 {"counted":true,"known":true}' \
    'the same number again is known'
is "$(figure reports)" 4 'and counted once'
is "$(status challenge=solved)" 201 'a report'
is "$(status replay=solved)" 200 'sent again with the same work is known'
sed 's/"files": 10/"files": 11/' solved >changed
is "$(status replay=changed)" 403 'work for one body is none for another'
is "$(figure reports)" 5 'so each is counted once'
is "$(status proof=)" 403 'without work'
is "$(status proof=1.9999999999.0.00000000000000000000000000000000.0)" 403 \
    'with a challenge of its own'
is "$(status type=text/plain)" 415 'as a form of another site would send it'
is "$(status body=)" 400 'nothing'
is "$(status body='{"version":1,"path":"/home/a"}')" 400 'another schema'
is "$(status families='{"/home/a":1}')" 400 'a family that is a path'
head -c 5000 /dev/zero | tr '\0' ' ' >large
is "$(curl --silent --output answer --write-out '%{http_code}' --data-binary @large \
    --header 'Content-Type: application/json' "$url/api/v1/self-reports")" 413 'too large'
is "$(curl --silent --output answer --write-out '%{http_code}' "$url/api/v1/self-reports")" 405 \
    'it is not read there'
is "$(curl --silent --output answer --write-out '%{http_code}' \
    "$url/api/v1/self-reports/challenge?body=x")" 400 'a challenge for nothing'
is "$(curl --silent --request POST --data x --output answer --write-out '%{http_code}' "$url/")" \
    405 'nothing is taken elsewhere'
is "$(status token=another-token-of-a-fleet)" 403 'a token that is none'
is "$(status families='{"nguyen-van-a":3,"zbot":2}')" 201 'a family that nobody knows'
is "$(family zeus) $(grep -c nguyen var/self-reports/2*)" '1 0' \
    'is another, and an alias is its family'

# ---- how many ----
taken=0 # more than three only when a minute ends in between
until got=$(status forwarded=198.51.100.$taken) && [ "$got" != 201 ] || [ $taken -gt 12 ]; do
    taken=$((taken + 1))
done
[ $taken -ge 3 ]
ok $? 'a network may send three a minute'
is "$got" 429 'and no more'
is "$(status forwarded=198.51.100.78 token=a-token-of-a-fleet)" 201 'though a fleet'\''s is taken'
is "$(status forwarded=203.0.113.9)" 201 'and another network'\''s'
! grep -rqE '198\.51|203\.0' log var/self-reports
ok $? 'no address is kept anywhere'

# ---- what is shown ----
total=$(figure reports)
is "$total" $((8 + taken)) 'all that were taken'
page() { # page PATH: until it has all
    curl --silent --max-time 30 "$url$1" | tr '\n' ' '
}
# shellcheck disable=SC2317  # by eventually
has() { # has PATH TEXT
    page "$1" | grep -qF -- "$2"
}
eventually has /so-lieu ": $total báo cáo."
ok $? 'the page of figures has them'
page /so-lieu >page.vi
grep -q 'id="self-reported-heading">Tách riêng: số liệu do người dùng' page.vi &&
    grep -q 'không chứng tỏ máy nào sạch và không được cộng vào bất kỳ' page.vi
ok $? 'apart, with what they are not, in Vietnamese'
eventually has /en/figures ": $total reports."
page /en/figures >page.en
grep -q 'Apart: what users of the scanner report themselves' page.en &&
    grep -q 'neither how many computers are infected nor that one is clean' page.en
ok $? 'and in English'
grep -q ">mirai</th><td class=\"govuk-table__cell\">$(family mirai)</td>" page.en
ok $? 'with a column of families'
sed 's/.*id="self-reported-heading"//; s/id="caveats".*//' page.en >section
is "$(grep -o clean section | wc -l)" 1 'nothing is called clean'
page '/en/figures?family=mirai' | grep -q 'header">mirai</th>'
ok $? 'a family alone'
curl --silent "$url/so-lieu/self-reported.json" | jq -S . >of-page
"$KHIEN" stats self-reported --json | jq -S . >of-stats
same of-stats of-page 'its data are those of khien stats'
eventually test -n "$(curl --silent "$url/api/v1/stats/self-reported" | jq -S . | tee of-api)"
same of-stats of-api 'and of the API'
"$KHIEN" stats self-reported | grep -q 'neither how many computers are infected'
ok $? 'which say what it is'
fails 'there is nothing to filter by' 'takes from, to and family only' 2 \
    "$KHIEN" stats self-reported --province 01
is "$("$KHIEN" stats self-reported --from 2000-01-01 --to 2000-01-02 --json)" '[]' 'another period'
"$KHIEN" stats daily --by total --json >measured.now
same measured measured.now 'what is measured is what it was'

# ---- time ----
stop
start env KHIEN_NOW=2026-11-26T10:00:00Z
is "$(status challenge=old)" 201 'a report at ten'
sed 's/"id": "....../"id": "abcdef/' old | tail -n 1 >body
proof=$(python3 "$reporter" prove "$url" body)
printf '%s\n' "$proof" | cat - body >late
stop
start env KHIEN_NOW=2026-11-26T10:09:00Z
is "$(status replay=late)" 201 'work of nine minutes ago, for another server with the same key'
sed 's/"id": "abcdef/"id": "fedcba/' body >body.later
proof=$(python3 "$reporter" prove "$url" body.later)
printf '%s\n' "$proof" | cat - body.later >late
stop
start env KHIEN_NOW=2026-11-26T10:20:00Z
is "$(one replay=late | sed 's/{.*"message":"//; s/;.*//')" '403 the challenge has expired' \
    'work of eleven minutes ago has expired'
stop

# ---- kill -9 ----
: >accepted
before=$(figure reports)
for i in 1 2 3 4 5 6 7 8; do
    start
    was=$(wc -l <accepted)
    python3 "$reporter" many "$url" accepted &
    sender=$!
    # shellcheck disable=SC2317  # by eventually
    more() { [ "$(wc -l <accepted)" -gt $((was + i)) ]; }
    eventually more
    kill -9 "$server"
    wait "$server" 2>/dev/null
    wait $sender
    server=''
done
sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' var/self-reports/2* | LC_ALL=C sort >kept
LC_ALL=C sort accepted | LC_ALL=C comm -23 - kept >lost
is "$(wc -l <lost)" 0 "none of $(wc -l <accepted) accepted reports was lost by kill -9, eight times"
now=$(figure reports)
ok "$((now - before >= $(wc -l <accepted) && now - before <= $(wc -l <accepted) + 8 ? 0 : 1))" \
    'each is counted, and at most one a time that was not answered any more'

# ---- several nodes, damage ----
start
"$KHIEN" serve --listen 127.0.0.1:0 >served.2 2>>log &
second=$!
url2=$(served served.2)
is "$(python3 "$reporter" one "$url2" id=0000000000000000000000000000000a | cut -c1-3)" 201 \
    'a second server beside it'
# shellcheck disable=SC2317  # by eventually
known() { [ "$(status id=0000000000000000000000000000000a)" = 200 ]; }
eventually known
ok $? 'whose reports the first one knows'
kill -TERM $second
wait $second
stop
total=$(figure reports)
set -- var/self-reports/2*.node
[ $# -eq 1 ] || shift $(($# - 1))
newest=$1
printf '{"day":"2026-11-26"' >>"$newest"
is "$(figure reports)" "$total" 'half a line is none'
start
is "$(status)" 201 'and is mended by the next report'
is "$(figure reports)" $((total + 1)) 'which is counted'
stop
sed -i '$s/"files":10/"files":99/' "$newest"
is "$(figure reports)" "$total" 'a line that was changed is left out'
"$KHIEN" stats self-reported | grep -q 'damaged places are left out'
ok $? 'and told'

# ---- not wanted ----
sed 's/^token_file.*/accept = no/' khien.conf >none.conf && mv none.conf khien.conf
start
is "$(curl --silent --output answer --write-out '%{http_code}' --data x \
    --header 'Content-Type: application/json' "$url/api/v1/self-reports")" 405 \
    'a campaign that takes none'
is "$(curl --silent --output answer --write-out '%{http_code}' \
    "$url/api/v1/self-reports/challenge?body=x")" 404 'gives no challenges'
stop
printf '[self_reports]\ntoken_file = short\n' >khien.conf
echo short >short
fails 'a token that is too short' 'line 1 is no token' 1 "$KHIEN" serve --listen 127.0.0.1:0
done_testing
