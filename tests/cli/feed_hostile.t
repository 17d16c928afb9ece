#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Feeds made to harm: each meets a cap that is stated, in one clear message, and what is sound
# beside it is still taken.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-21T12:00:00Z
export KHIEN_NOW

refuses() { # refuses TEXT LABEL FILE…: status 1, and TEXT in what is said
    text=$1 label=$2
    shift 2
    "$KHIEN" feed parse "$@" >out 2>err
    is $? 1 "$label is refused"
    grep -q "$text" err
    ok $? 'with the reason'
    [ "$(wc -c <err)" -lt 4096 ]
    ok $? 'and briefly'
}

# One line of a gigabyte of NUL bytes, which takes no room on the disk, between two sound rows.
head='timestamp,src_ip,src_geo,infection'
{ echo "$head" && echo '2026-11-20 10:00:00,192.0.2.1,VN,mirai'; } >event4_sinkhole.csv
truncate -s 1G event4_sinkhole.csv
printf '\n2026-11-20 10:00:00,192.0.2.2,VN,mirai\n' >>event4_sinkhole.csv
"$KHIEN" feed parse event4_sinkhole.csv >out 2>err
is "$?,$(wc -l <out),$(wc -l <err)" 0,2,1 'a line of a gigabyte is one refused row'
grep -q '^event4_sinkhole.csv:3: longer than 1048576 bytes' err
ok $? 'named with its line and the cap'
printf '%s\n2026-11-20 10:00:00,192.0.2.1,VN,a\000b\n2026-11-20 10:00:00,192.0.2.2,VN,mirai\n' \
    "$head" >event4_sinkhole.csv
"$KHIEN" feed parse event4_sinkhole.csv >out 2>err
is "$?,$(wc -l <out),$(cat err)" 0,1,'event4_sinkhole.csv:2: control byte 0x00' 'a NUL byte'
printf '192.0.2.1\n192.0.2.2 \377\376\n' >list.txt
"$KHIEN" feed parse list.txt >out 2>err
is "$?,$(wc -l <out),$(cat err)" 0,1,'list.txt:2: it is not UTF-8' 'invalid UTF-8'

printf '[{"ip_address":"192.0.2.1","last_online":""},' >feodo.json
head -c 100000 /dev/zero | tr '\0' '[' >>feodo.json
refuses 'nested deeper than 64 levels' 'deep JSON' feodo.json
head -c 200000000 /dev/zero | gzip -9 >bomb.txt.gz
refuses 'unpacks to more than 1000 times' 'a bomb in gzip' bomb.txt.gz
head -c 200000000 /dev/zero | zstd -q -19 >bomb.txt.zst
refuses 'unpacks to more than 1000 times' 'a bomb in zstd' bomb.txt.zst
truncate -s 8G sparse.txt && echo 192.0.2.1 >>sparse.txt && tar -cSf sparse.tar sparse.txt
refuses 'unpacks to more than 1000 times' 'a sparse file in tar' sparse.tar
rm sparse.txt
cp list.txt nested && gzip nested
for _ in 1 2 3 4; do mv nested.gz nested && gzip nested; done
refuses 'packed more than 4 times over' 'what is packed again and again' nested.gz
{
    printf 'From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n'
    yes -- '--b
Content-Type: text/plain

x' | head -n 400000
    printf -- '--b--\n'
} >parts.eml
refuses 'more than 10000 parts' 'a mail of 100,000 parts' parts.eml
ln -s /etc/passwd link.txt && tar -cf link.tar link.txt
refuses 'no file in it that can be a feed' 'a symbolic link in tar' link.tar

# What is no feed does not hide the feed beside it.
echo 'Dear colleague, see the list.' >README.txt
zip -q two.zip README.txt list.txt
"$KHIEN" feed parse two.zip >out 2>err
is "$?,$(wc -l <out)" 1,1 'a list packed with a letter is read'
grep -q 'README.txt: no feed format' err
ok $? 'and the letter is named'
"$KHIEN" ingest --json two.zip >out
is "$?,$(jq -c '[.taken, .events]' out)" '0,[1,1]' 'ingest takes it too'
printf '{"source.ip":"\\u001b[31mx","time.source":"2026-11-20"}\n' >escape.jsonl
"$KHIEN" feed parse --feed intelmq escape.jsonl 2>&1 | grep -q '?\[31mx'
ok $? 'what is quoted cannot command the terminal'

# Shown are the first 20, counted all; more than half refused is refused whole.
seq -f 'bad %.0f' 1 30 >some.txt
seq -f '192.0.2.%.0f' 1 40 >>some.txt
"$KHIEN" feed parse --feed plain_list some.txt >out 2>err
is "$?,$(wc -l <out),$(grep -c '^some.txt:' err)" 0,40,21 'the first 20 refused rows are shown'
grep -q '^some.txt: 30 rows refused' err
ok $? 'and how many there are'
seq -f 'bad %.0f' 1 12 >>some.txt
"$KHIEN" ingest --feed plain_list --json some.txt >out 2>err
is "$?,$(jq -c '[.taken, .events, .failed]' out)" '1,[0,0,1]' 'most rows refused: nothing is taken'
grep -q '42 of 82 rows were refused, more than the 50 %' out err
ok $? 'and the shares are told'

# A MISP feed as its folder; the index and the manifest have no events of their own.
mkdir misp
uuid=5f2a7c1e-0000-4000-8000-000000000007
printf '{"%s":{"info":"x","Orgc":{"name":"CERT"},"date":"2026-11-20"}}' $uuid >misp/manifest.json
printf 'd41d8cd98f00b204e9800998ecf8427e,%s\n' $uuid >misp/hashes.csv
cat >misp/$uuid.json <<END
{"Event":{"uuid":"$uuid","info":"x","date":"2026-11-20","Orgc":{"name":"CERT"},"Attribute":[
{"type":"ip-dst","category":"Network activity","to_ids":true,"value":"192.0.2.9"}]}}
END
"$KHIEN" ingest --json misp >out
is "$?,$(jq -c '[.taken, .events, .refused, .failed]' out)" '0,[3,1,0,0]' 'a MISP feed folder'
is "$("$KHIEN" stats daily --class c2-server --json | jq -c '[.[] | [.day, .distinct]]')" \
    '[["2026-11-20",1]]' 'is in the numbers'

# Nothing today.
echo "$head" >2026-11-21-event4_sinkhole.csv
"$KHIEN" ingest --json 2026-11-21-event4_sinkhole.csv >out
is "$?,$(jq -c '[.taken, .rows, .events, .refused, .failed]' out)" '0,[1,0,0,0,0]' \
    'a report without rows is taken'
done_testing
