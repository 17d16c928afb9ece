#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# feed parse agrees with what IntelMQ makes of the shared samples, packed or not.
set -u
. tests/cli/lib/tap.sh
samples=$PWD/../shared/data/feeds
cd "$TMPDIR" || exit 1

# The keys that do not depend on the program that reads, in one order.
core() {
    jq -cS 'with_entries(select((.key | startswith("extra.") | not) and
        (.key | IN("raw", "feed.name", "time.observation", "__type") | not)))' | sort
}

printf '"timestamp","ip","port"\n' >unknown.csv
"$KHIEN" feed parse unknown.csv >out 2>err
is $? 1 'a file of no known format gives status 1'
grep -q 'khien feed: unknown.csv' err
ok $? 'and is named'
printf '192.0.2.%s\n' 1 2 3 4 5 6 7 8 >list.txt
printf 'nonsense here\n192.0.2.300\n' >>list.txt
"$KHIEN" feed parse list.txt no-such-file >out 2>err
is $? 1 'a missing file too'
is "$(jq -r '."source.ip"' out | wc -l)" 8 'others are read nevertheless'
grep -q '^list.txt:9: ' err && grep -q '^list.txt:10: ' err
ok $? 'refused rows are named with their line'
"$KHIEN" feed parse list.txt >/dev/null 2>&1
ok $? 'and do not change the status'
mkdir folder && cp list.txt folder/
"$KHIEN" feed parse --name list.txt - <folder/list.txt 2>/dev/null | cmp -s - out
ok $? 'standard input'
mkdir folder/below && mv folder/list.txt folder/below/ && cp list.txt folder/.hidden.txt
"$KHIEN" feed parse folder 2>/dev/null | cmp -s - out
ok $? 'a folder, without hidden files'
"$KHIEN" feed parse --source mine list.txt 2>/dev/null | jq -r '."feed.name"' >name
is "$(sort -u name)" mine '--source names the source'
cat >own.csv <<'END'
seen,addr,bot
2026-01-02 03:04:05,192.0.2.7,mirai
END
map='seen=time.source addr=source.ip bot=malware.name; class=infected-system'
"$KHIEN" feed parse --columns "$map" own.csv >out
is "$(jq -c '[."time.source", ."source.ip", ."malware.name", ."classification.type"]' out)" \
    '["2026-01-02T03:04:05+00:00","192.0.2.7","mirai","infected-system"]' 'a column map'

[ -d "$samples" ] || { skip 'the shared samples' "$samples is absent" && done_testing; }
for want in "$samples"/shadowserver/*.expected.jsonl; do
    name=$(basename "$want" .expected.jsonl)
    cp "$samples/shadowserver/$name.csv" .
    core <"$want" >wanted
    "$KHIEN" feed parse "$name.csv" | core >got
    same wanted got "$name"
    gzip -k "$name.csv" && "$KHIEN" feed parse "$name.csv.gz" | core >got
    same wanted got "$name, gzip"
    zip -q "$name.zip" "$name.csv" && "$KHIEN" feed parse "$name.zip" | core >got
    same wanted got "$name, zip"
    zstd -q "$name.csv" && "$KHIEN" feed parse "$name.csv.zst" | core >got
    same wanted got "$name, zstd"
    {
        printf 'From: a@example.org\nSubject: report\nMIME-Version: 1.0\n'
        printf 'Content-Type: multipart/mixed; boundary=b\n\n'
        printf -- '--b\nContent-Type: text/plain\n\nHello\n'
        printf -- '--b\nContent-Type: application/zip; name="%s.zip"\n' "$name"
        printf 'Content-Disposition: attachment; filename="%s.zip"\n' "$name"
        printf 'Content-Transfer-Encoding: base64\n\n'
        base64 "$name.zip"
        printf -- '--b--\n'
    } >"$name.eml"
    "$KHIEN" feed parse "$name.eml" | core >got
    same wanted got "$name, mail with a zip"
done
done_testing
