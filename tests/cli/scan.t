#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The scanner as people run it: what it finds, what it says, what it leaves alone.
set -u
. tests/cli/lib/tap.sh
documented=$PWD/docs/scan-report.md
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
# shellcheck disable=SC2016 # never whole in a file of this project
first='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND' second='ARD-ANTIVIRUS-TEST-FILE!$H+H*'
mkdir -p rules files
state=$PWD/state
scan() { "$KHIEN" scan --on-battery --rules rules.pack --state "$state" "$@"; }
levels() {
    jq -r '.findings[] | [.level, .name, .subject, .inside] | map(select(.)) | join(" ")'
}

cat >rules/test.yar <<'END'
rule eicar {
  meta: description = "the test file"
  strings: $a = "EICAR-STANDARD-ANTIVIRUS-TEST"
  condition: $a
}
rule odd { meta: score = 45 strings: $a = "odd things inside" condition: $a }
rule note : info { strings: $a = "worth a note" condition: $a }
private rule hidden { strings: $a = "worth a note" condition: $a }
rule memory { strings: $a = "only in the memory of a process" condition: $a }
END
printf '%s%s' "$first" "$second" >files/eicar.com
(cd files && sha256sum eicar.com) >rules/known.sha256
echo '**/*.pdf.exe	Double.Ending' >rules/n.names
"$KHIEN" rules build rules -o rules.pack >built 2>&1
is $? 0 'a pack to scan with'

HOME=$TMPDIR/none XDG_DATA_HOME=$TMPDIR/none fails 'without rules it says where they are from' \
    'khien rules update' 1 "$KHIEN" scan --no-cache files
fails 'another language' 'vi or en' 2 scan --lang fr files
fails '--full with paths' 'goes with neither' 2 scan --full files
fails 'a path that is not there' 'not-here' 1 scan not-here
fails 'an unsigned pack where a key is required' 'is no public key' 1 scan --public-key built files

# ---- files ----
printf 'some odd things inside\n' >files/odd.txt
printf 'this is worth a note\n' >files/note.txt
printf 'clean\n' >files/clean.txt
printf 'MZ' >files/invoice.pdf.exe
cp files/eicar.com "files/two
lines$(printf '\377')"
ln -s eicar.com files/link
mkfifo files/fifo
scan --no-cache --json files >json
is $? 0 'the status is 0 whatever is found'
<json levels | LC_ALL=C sort >found
{
    echo "look note $PWD/files/note.txt"
    echo "malicious Double.Ending $PWD/files/invoice.pdf.exe"
    echo "malicious eicar $PWD/files/eicar.com"
    echo "malicious eicar.com $PWD/files/eicar.com"
    printf 'malicious eicar %s/files/two\nlines\357\277\275\n' "$PWD"
    printf 'malicious eicar.com %s/files/two\nlines\357\277\275\n' "$PWD"
    echo "suspicious odd $PWD/files/odd.txt"
} | LC_ALL=C sort >want
same want found 'files, with how bad it is'
is "$(jq -r '.findings[] | select(.name == "eicar") | .sha256' json | sort -u)" \
    "$(sha256sum <files/eicar.com | cut -c1-64)" 'with the digest of the file'
is "$(jq -c '[.scope, .complete, .looked_at.files, .looked_at.processes]' json)" \
    '["paths",true,6,0]' 'and what was looked at'
scan --no-cache --json files/link >json
is "$(jq '.findings | length' json)" 2 'a link that is named is followed'
scan --no-cache files >vi.txt
scan --no-cache --lang en files >en.txt
is "$(grep -c 'Mã độc (5)' vi.txt) $(grep -c 'Malware (5)\|Suspicious (1)' en.txt)" '1 2' \
    'the report in Vietnamese, and in English'
is "$(LC_ALL=C tr -d '\11\12\40-\176\200-\377' <vi.txt | wc -c)" 0 'without control characters'
rm -r files/*

# ---- what is inside ----
printf '%s%s' "$first" "$second" >eicar.com
printf 'clean\n' >files/clean.txt
if command -v zip >/dev/null && command -v python3 >/dev/null; then
    zip -q -P secret files/locked.zip eicar.com
    zip -q files/open.zip eicar.com
    tar czf files/nested.tgz files/open.zip eicar.com
    head -c 200 files/nested.tgz >files/cut.tgz
    scan --no-cache --json files >json
    <json levels | grep ' eicar .* .*/eicar.com$' | sed "s|$PWD/||" | LC_ALL=C sort >found
    printf '%s\n' 'malicious eicar files/nested.tgz nested.tgz/eicar.com' \
        'malicious eicar files/nested.tgz nested.tgz/files/open.zip/eicar.com' \
        'malicious eicar files/open.zip open.zip/eicar.com' >want
    same want found 'archives are opened, also within each other'
    is "$(jq -c '.skipped | map(.reason)' json)" '["encrypted","damaged"]' \
        'what needs a password or is damaged is told'
    scan --no-cache --json --shallow files >json
    is "$(jq -c '[(.findings | map(select(.inside)) | length), .looked_at.members]' json)" '[0,0]' \
        'or left alone'
    rm -r files/*
    tar czf files/deep.tgz eicar.com
    sleep 2.1
    scan --json --shallow files >json
    is "$(jq -c '[.findings[].name]' json)" '[]' 'where nothing is found then'
    scan --json files >json
    is "$(jq -c '[.findings[].name]' json)" '["eicar","eicar.com"]' \
        'and nothing is remembered either'
else
    skip 'archives' 'zip or python3 is not there'
fi

# ---- unchanged files ----
rm -rf files && mkdir files
for i in 1 2 3 4 5; do echo "clean $i" >files/$i; done
touch -d '2020-01-01' files/*
sleep 2.1
scan --json files >json
is "$(jq -c '[.looked_at.files, .looked_at.unchanged]' json)" '[5,0]' 'a first scan reads all'
scan --json files >json
is "$(jq -c '[.looked_at.files, .looked_at.unchanged]' json)" '[5,5]' 'a second one nothing'
cp eicar.com files/3
touch -d '2020-01-01' files/3
sleep 2.1
scan --json files >json
is "$(jq -c '[.looked_at.unchanged, (.findings | map(.name) | unique)]' json)" \
    '[4,["eicar","eicar.com"]]' 'what changed is read, whatever its times say'
jq .findings json >first.findings
scan --json files >json
is "$(jq -c '[.looked_at.unchanged, .looked_at.bytes]' json)" '[5,0]' \
    'a file with findings is not read again'
jq .findings json >again.findings
same first.findings again.findings 'and all that was found is told again'
scan --no-cache --json files >json
is "$(jq .looked_at.unchanged json)" 0 '--no-cache reads all'
# shellcheck disable=SC2016
echo 'rule more { strings: $a = "clean 4" condition: $a }' >rules/more.yar
"$KHIEN" rules build rules -o rules.pack >built 2>&1
scan --json files >json
is "$(jq -c '[.looked_at.unchanged, (.findings | map(.name) | unique)]' json)" \
    '[0,["eicar","eicar.com","more"]]' 'and so do other rules'
scan --json files >json
is "$(jq -c '[.looked_at.unchanged, (.findings | map(.name) | unique)]' json)" \
    '[5,["eicar","eicar.com","more"]]' 'which are remembered in their turn'
scan --remove --yes --json files >json
is "$(jq -c '[.looked_at.unchanged, .looked_at.bytes]' json) $(find files -type f | sort |
    tr '\n' ' ')" '[3,76] files/1 files/2 files/5 ' 'what is to be removed is read again before'
rm -rf "$state/quarantine"
is "$(stat -c %a "$state/cache.key")" 600 'the key of the cache is its owner'\''s'

# ---- the page ----
scan --no-cache --html page.html files >out
is "$(grep -c '<!doctype html>' page.html) $(grep -ciE '<script|https?://' page.html)" '1 0' \
    'a page that needs nothing else'
if command -v xmllint >/dev/null; then
    xmllint --html --noout page.html 2>xml.err
    is "$(grep error xml.err | grep -vc 'Tag main invalid')" 0 'of right HTML'
else
    skip 'of right HTML' 'xmllint is not there'
fi
mkdir 'a&b<i>' && cp eicar.com 'a&b<i>/"x"'
scan --no-cache --html page.html 'a&b<i>' >out
grep -q 'a&#38;b&#60;i&#62;/&#34;x&#34;' page.html && ! grep -q '<i>' page.html
ok $? 'names are text in it'

# ---- processes ----
cat >child.sh <<'END'
a='only in the memory' b='of a process'
word="$a $b"
while :; do read -r line <fifo || :; done
END
mkfifo fifo
sh child.sh &
child=$!
sleep 0.3
scan --no-checks --no-files --no-cache --json >json 2>err
is "$(jq --argjson pid $child '[.findings[] | select(.name == "memory") | .pid] |
    index($pid) != null' json)" true 'the memory of a process'
kill $child
wait $child 2>/dev/null

# ---- removing ----
rm -rf files && mkdir files
cp eicar.com files/a
cp eicar.com files/b
echo clean >files/c
fails 'without a terminal nobody can be asked' 'needs --yes' 2 scan --remove files
scan --no-cache --remove --yes --json files >json
is "$(jq -c '[.findings[] | select(.name == "eicar") | .quarantined > 0] | all' json)" true \
    'malware is put into quarantine'
is "$(ls files)" c 'and nothing else'
number=$(jq '[.findings[] | select(.subject | endswith("/a")) | .quarantined][0]' json)
"$KHIEN" quarantine restore --folder "$state/quarantine" "$number" >restored 2>err
is $? 0 'from where it can be had back'
same eicar.com files/a 'as it was'
"$KHIEN" quarantine list --folder "$state/quarantine" --json >items
is "$(jq -c 'map(.why) | unique' items)" '["eicar"]' 'which knows why'
cp "$(command -v sleep)" files/runs
cat eicar.com >>files/runs
files/runs 60 &
child=$!
sleep 0.3
scan --no-cache --remove --yes --json --lang en --html page.html files/runs >json 2>err
wait $child 2>/dev/null
is "$? $(find files -name runs)" '137 ' 'a program that runs from it is ended'
is "$(jq -r --arg of "$child (runs)" '.findings[] |
    select(.subject | endswith("/runs")).also[] | select(.subject == $of) |
    .what, .quarantined > 0' json | tr '\n' ' ')" 'process true ' 'which the report says'
is "$(jq -r '[.. | objects | keys[]] | unique[]' json | while read -r key; do
    grep -qF "\`$key\`" "$documented" || echo "$key"
done)" '' 'all of whose keys are documented'
is "$(grep -c ">$child (runs)</span>: it ran this file and was ended, number" page.html)" 1 \
    'and its page'
is "$(grep -c 'Run again with --remove' page.html)" 0 'which asks for nothing more'

# ---- ended early ----
"$KHIEN" scan --rules rules.pack --no-cache --no-checks --json /usr files >json 2>err &
child=$!
sleep 1
kill -INT $child
wait $child
is "$? $(jq .complete json)" '0 false' 'a scan that is stopped reports what it saw'
if command -v python3 >/dev/null; then
    rm -rf files && mkdir files
    python3 - <<'END'
import os, zipfile
some = os.urandom(4000) + bytes(8 << 20) # not as much as a bomb
with zipfile.ZipFile('files/long.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    for i in range(300):
        archive.writestr('part%d' % i, some)
    archive.write('eicar.com')
END
    touch -d '2020-01-01' files/long.zip
    sleep 2.1
    "$KHIEN" scan --rules rules.pack --state "$state" --no-checks --json files >json 2>err &
    child=$!
    sleep 1
    kill -INT $child
    wait $child
    is "$? $(jq -c '[.complete, (.findings | length)]' json)" '0 [false,0]' \
        'one is stopped within an archive'
    scan --json files >json
    is "$(jq -c '[.complete, (.findings | map(.name) | unique)]' json)" \
        '[true,["eicar","eicar.com"]]' 'and the next one reads it from its begin'
else
    skip 'an archive' 'python3 is not there'
fi
done_testing
