#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs from one machine to others: what is published, how it is served, what an update takes and
# what it refuses, and that the installed pack stays whenever something is wrong.
set -u
spoiling=$PWD/tests/cli/lib/spoiler.py
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
pids=''
# shellcheck disable=SC2086  # a list of numbers
trap 'kill -9 $pids 2>/dev/null' EXIT

build() { # build FILE VERSION KEY: a pack with a rule of that version
    printf 'rule version_%s { strings: $a = "words of %s" condition: $a }\n' "$2" "$2" \
        >"set/v$2.yar"
    "$KHIEN" rules build set -o "$1" ${3:+--key "$3"} --pack-version "$2" >/dev/null 2>&1
}
fetched() { # fetched PATH [CURL-OPTION…]: the status
    path=$1
    shift
    : >body
    curl --silent --max-time 30 --output body --dump-header head --write-out '%{http_code}' "$@" \
        "$url$path"
}
field() { # field NAME: of the last answer
    sed -n "s/^$1: \(.*\)\r\$/\1/p" head
}
# shellcheck disable=SC2317  # by fails
update() { # update ARGUMENT…
    "$KHIEN" rules update --output in/rules.pack "$@"
}

mkdir set in
printf 'rule always { strings: $a = "needle" condition: $a }\n' >set/a.yar
python3 -c 'import hashlib
for i in range(4000):
    print(hashlib.sha256(b"%d" % i).hexdigest())' >set/known.sha256
"$KHIEN" rules key -o ours.key >/dev/null
"$KHIEN" rules key -o other.key >/dev/null
for number in 1 2 3 4 5 6 7; do
    build "$number.pack" $number ours.key
done
build forged.pack 9 other.key
build unsigned.pack 9 ''
python3 -c 'import sys
data = bytearray(open("7.pack", "rb").read())
data[len(data) // 2] ^= 1
open("damaged.pack", "wb").write(data)'

# Publishing.
fails 'publishing needs a key' 'whose signature' 2 "$KHIEN" rules publish 2.pack
printf '[rules]\npublic_key = ours.key.pub\n' >khien.conf
"$KHIEN" rules publish 2.pack >out 2>err
ok $? 'a signed pack is published'
same 2.pack var/rules/2.pack 'as it is'
cp var/rules/latest.json was.json
fails 'the same version again is refused' 'not newer' 1 "$KHIEN" rules publish 2.pack
fails 'an older one too' 'not newer' 1 "$KHIEN" rules publish 1.pack
fails 'one of another signer' 'forged.pack is not published' 1 "$KHIEN" rules publish forged.pack
fails 'one of no signer' 'unsigned.pack is not published' 1 "$KHIEN" rules publish unsigned.pack
fails 'a damaged one' 'damaged.pack is not published' 1 "$KHIEN" rules publish damaged.pack
fails 'what is no pack' 'not published' 1 "$KHIEN" rules publish ours.key.pub
same was.json var/rules/latest.json 'none of them changes what is published'
is "$(ls var/rules)" '2.pack
latest.json' 'or leaves a trace'

# Serving.
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
pids="$pids $server"
url=$(served served)
is "$(fetched /rules/latest.json)" 200 'the list is served'
same var/rules/latest.json body 'as it is'
is "$(field Cache-Control)" no-cache 'and asked for again each time'
is "$(fetched /rules/latest.json --header "If-None-Match: $(field ETag)")" 304 'with its tag'
is "$(fetched /rules/rules.pack)" 200 'the newest pack has a name that stays'
same "var/rules/$(jq .version var/rules/latest.json).pack" body 'and is it'
is "$(field Cache-Control)" no-cache 'as of now'
is "$(jq -r '.version, .bytes, .sha256, .public_key' was.json)" "2
$(wc -c <2.pack)
$(sha256sum <2.pack | cut -d ' ' -f 1)
$(cat ours.key.pub)" 'it tells version, size, digest and signer'
is "$(jq -r '.id, .built' was.json)" \
    "$("$KHIEN" rules info 2.pack --json | jq -r '.id, .built')" 'id and time are the pack'\''s own'
is "$(fetched /rules/2.pack)" 200 'the pack is served'
same 2.pack body 'byte for byte'
tag=$(field ETag)
is "$tag" "\"$(sha256sum <2.pack | cut -d ' ' -f 1)\"" 'its tag is its digest'
is "$(field Accept-Ranges)" bytes 'parts are offered'
for range in 0-0 0-99 100-4999 5000- -17 -99999999 1000-99999999; do
    is "$(fetched /rules/2.pack --range $range)" 206 "part $range"
    curl --silent --range $range --output expected "file://$PWD/2.pack" 2>/dev/null
    case $range in -99999999) cp 2.pack expected ;; esac
    same expected body 'is that part'
    is "$(field Content-Length)" "$(wc -c <expected)" 'with its size'
done
is "$(field Content-Range)" "bytes 1000-$(($(wc -c <2.pack) - 1))/$(wc -c <2.pack)" 'and place'
is "$(fetched /rules/2.pack --range 99999999-)" 416 'a part behind the end'
is "$(field Content-Range)" "bytes */$(wc -c <2.pack)" 'tells where the end is'
is "$(wc -c <body)" 0 'and has no content'
is "$(fetched /rules/2.pack --range 0-9,20-29)" 200 'several parts at once: all of it'
is "$(fetched /rules/2.pack --header 'Range: bytes=9-1')" 200 'a part that is none: all of it'
is "$(fetched /rules/2.pack --header 'Range: lines=1-9')" 200 'another unit: all of it'
is "$(fetched /rules/2.pack --range 5- --header "If-Range: $tag")" 206 'the rest of the same file'
is "$(fetched /rules/2.pack --range 5- --header 'If-Range: "another"')" 200 'of another: all of it'
same 2.pack body 'from its begin'
is "$(fetched /rules/2.pack --range 5- --header "If-Range: W/$tag")" 200 'a weak tag proves nothing'
is "$(fetched /rules/2.pack --range 5- --header "If-None-Match: $tag")" 304 '304 goes before'
is "$(fetched /rules/2.pack --head)" 200 'HEAD'
is "$(field Content-Length)" "$(wc -c <2.pack)" 'tells the size'
cp 1.pack var/rules/1.pack
ln -s /etc/passwd var/rules/9.pack
for path in 1.pack 9.pack 3.pack 2-3.delta '' ..%2fkhien.conf %2e%2e/khien.db latest.json/x; do
    case $(fetched "/rules/$path" --path-as-is) in 400 | 404) true ;; *) false ;; esac
    ok $? "\"$path\" was not published"
done
rm var/rules/1.pack var/rules/9.pack

# The first one, and that a key must be here.
fails 'without a key nothing is taken' 'no key in/rules.pub' 1 \
    env KHIEN_RULES_PUBLIC_KEY= "$KHIEN" rules update --output in/rules.pack --from "$url/rules"
is "$(ls -I '*.seen' in)" '' 'nor kept'
cp ours.key.pub in/rules.pub
rm khien.conf
fails 'nor without a source' 'where from' 2 update
update --from "$url/rules" >out 2>err
ok $? 'with the key beside it a pack is installed'
same 2.pack in/rules.pack 'as it was published'
is "$(ls -I '*.seen' in)" 'rules.pack
rules.pub' 'and nothing else'
is "$(update --from "$url/rules/" --json | jq -r .state)" current 'again: it is current'
cp in/rules.pack was.pack
unchanged() { # unchanged LABEL
    cmp -s was.pack in/rules.pack && [ "$(ls -I '*.seen' in)" = 'rules.pack
rules.pub' ]
    ok $? "$1: the installed pack stays, and nothing else"
}

# Differences.
publish() { # publish VERSION: until it is served
    "$KHIEN" rules publish "$1.pack" --public-key ours.key.pub >out 2>err &&
        eventually sh -c "curl --silent $url/rules/latest.json | jq -e '.version == $1'"
}
publish 3
ok $? 'a newer one is served by the running server'
is "$(update --from "$url/rules" --check --json | jq -r '.state, .version, .previous')" 'available
3
2' '--check tells of it'
unchanged 'and changes nothing'
is "$(fetched /rules/2-3.delta)" 200 'the difference is served'
same var/rules/2-3.delta body 'as it is'
[ $(($(wc -c <body) * 10)) -lt "$(wc -c <3.pack)" ]
ok $? 'it is small, though every rule is under another veil'
is "$(update --from "$url/rules" --json | jq -c '[.state, .previous, .version, .by_difference,
    .fetched_bytes]')" "[\"updated\",2,3,true,$(wc -c <body)]" 'it alone is fetched'
same 3.pack in/rules.pack 'and makes the same pack'
publish 4 && publish 5 && publish 6
ok $? 'three more'
is "$(ls var/rules)" '3-6.delta
3.pack
4-6.delta
4.pack
5-6.delta
5.pack
6.pack
latest.json' 'four are kept, with what leads to the newest'
is "$(fetched /rules/2.pack)" 404 'the others are gone'
is "$(fetched /rules/3.pack)" 200 'the kept ones are there'
cp -r var/rules usb
cp in/rules.pack was.pack

echo fine >how
python3 "$spoiling" usb >port 2>spoiler.log &
spoiler_pid=$!
pids="$pids $spoiler_pid"
eventually test -s port
spoiler=http://127.0.0.1:$(cat port)

# Cut, and gone on with.
echo cut >how
jq '.deltas = []' var/rules/latest.json >usb/latest.json
size=$(wc -c <6.pack)
fails 'a connection is cut' "$((size / 2)) of $size bytes are kept" 1 update --from "$spoiler/rules"
cmp -s was.pack in/rules.pack
ok $? 'the installed pack stays'
is "$(ls -I '*.seen' in)" 'rules.pack
rules.pack.part
rules.pack.part.from
rules.pub' 'what came is kept'
fails 'cut again' 'are kept' 1 update --from "$spoiler/rules"
part=$(wc -c <in/rules.pack.part)
[ "$part" -gt $((size / 2)) ]
ok $? 'more is kept'
cp -r in cut
echo fine >how
is "$(update --from "$spoiler/rules" --json | jq -c '[.version, .fetched_bytes]')" \
    "[6,$((size - part))]" 'only the rest is fetched'
is "$(tail -n 1 asked.log)" "6.pack bytes=$part- \"tag of $size\"" 'by range and tag'
same 6.pack in/rules.pack 'and the pack is whole'
is "$(ls -I '*.seen' in)" 'rules.pack
rules.pub' 'nothing is left over'
again() { # again LABEL HOW FETCHED
    rm -rf in
    cp -r cut in
    echo "$2" >how
    is "$(update --from "$spoiler/rules" --json | jq -c '[.version, .fetched_bytes]')" \
        "[6,$3]" "$1"
    same 6.pack in/rules.pack "$1: the pack is whole"
}
again 'a server without parts' whole "$size"
printf '%s\n"older"\n' "$(head -n 1 cut/rules.pack.part.from)" >cut/rules.pack.part.from
again 'a file of another tag' fine "$size"
echo spoiled >cut/rules.pack.part.from
again 'a note that is none' fine "$size"
cp 6.pack cut/rules.pack.part
printf '%s\n"tag of %s"\n' "$(sha256sum <6.pack | cut -d ' ' -f 1)" "$size" \
    >cut/rules.pack.part.from
again 'nothing but the end was missing' fine 0
rm -rf in
cp -r cut in
head -c 1000 /dev/zero >in/rules.pack.part
echo fine >how
fails 'a part that was spoiled here' 'its SHA-256' 1 update --from "$spoiler/rules"
unchanged 'a spoiled part'
head -c 1000 6.pack >in/rules.pack.part
cp cut/rules.pack.part.from in/
echo elsewhere >how
fails 'a server that sends another part' 'another part' 1 update --from "$spoiler/rules"
cmp -s was.pack in/rules.pack
ok $? 'changes nothing'
rm -f in/rules.pack.part*
echo cut untagged >how
fails 'what has no tag' 'bytes' 1 update --from "$spoiler/rules"
unchanged 'is not kept when it is cut'

# Differences that are of no use.
cp var/rules/latest.json usb/
echo cut >how
fails 'a difference is cut' 'are kept' 1 update --from "$spoiler/rules"
echo fine >how
is "$(update --from "$spoiler/rules" --json | jq -c '[.version, .by_difference]')" '[6,true]' \
    'and gone on with'
same 6.pack in/rules.pack 'to the same pack'
no_delta() { # no_delta LABEL
    cp was.pack in/rules.pack
    is "$(update --from usb --json 2>err | jq -c '[.version, .by_difference]')" '[6,false]' \
        "$1: the whole pack is taken"
    grep -q 'the difference is of no use' err
    ok $? "$1: said so"
    same 6.pack in/rules.pack "$1: the same pack"
}
rm usb/3-6.delta
no_delta 'a difference that is gone'
claim() { # claim FILE: the list tells of it as it is
    jq --arg sum "$(sha256sum <"usb/$1" | cut -d ' ' -f 1)" --argjson size "$(wc -c <"usb/$1")" \
        "$2 |= (.sha256 = \$sum | .bytes = \$size)" var/rules/latest.json >usb/latest.json
}
delta='(.deltas[] | select(.from == 3))'
cp var/rules/4-6.delta usb/3-6.delta
claim 3-6.delta "$delta"
no_delta 'a difference from another pack'
head -c 100 var/rules/3-6.delta >usb/3-6.delta
claim 3-6.delta "$delta"
no_delta 'half a difference'
head -c 2000 /dev/urandom >usb/3-6.delta
claim 3-6.delta "$delta"
no_delta 'noise'
python3 -c 'print("rule")' | zstd -q --content-size --stream-size=5 >usb/3-6.delta 2>/dev/null ||
    printf 'x' >usb/3-6.delta
claim 3-6.delta "$delta"
no_delta 'something else that is packed'
cp was.pack in/rules.pack

# What is refused.
refused() { # refused PATTERN LABEL [SOURCE]
    fails "$2" "$1" 1 update --from "${3-usb}"
    unchanged "$2"
}
rm -rf usb
cp -r var/rules usb
rm usb/*.delta
jq '.deltas = []' var/rules/latest.json >usb/latest.json
cp damaged.pack usb/6.pack
refused 'bytes allowed' 'a larger pack than the list tells'
head -c 5000 6.pack >usb/6.pack
refused 'it has 5000 bytes' 'a smaller one'
cp 6.pack usb/6.pack
printf x | dd of=usb/6.pack bs=1 seek=3000 conv=notrunc 2>/dev/null
refused 'its SHA-256' 'a changed pack'
cp var/rules/latest.json list.json
jq '.deltas = []' list.json >var/rules/latest.json
claim 6.pack .
refused 'checksum' 'a changed pack of which the list tells so'
cp forged.pack usb/6.pack
claim 6.pack .
refused 'signed' 'a pack of another signer'
jq --arg key "$(cat other.key.pub)" '.public_key = $key' usb/latest.json >x && mv x usb/latest.json
refused 'another key' 'a list that says so'
cp 7.pack usb/6.pack
claim 6.pack .
refused 'not the one that latest.json' 'a pack that the list does not describe'
cp 6.pack usb/6.pack
cp list.json var/rules/latest.json
for edit in '.version = "6"' '.bytes = 2000000000' '.sha256 = "00"' 'del(.id)' '.deltas = 1' \
    '.version = -1' '.deltas[0].bytes = 1.5' '[]'; do
    jq "$edit" list.json >usb/latest.json
    refused latest.json "a list with $edit"
done
printf '{"version":6,' >usb/latest.json
refused latest.json 'half a list'
head -c 100000 /dev/zero >usb/latest.json
refused 'latest.json' 'a list without an end'
rm usb/latest.json
refused 'latest.json' 'no list'
refused 'latest.json' 'no list on a server' "$spoiler"
jq '.deltas = []' list.json >usb/latest.json
echo endless >how
refused 'bytes allowed' 'a server that does not end' "$spoiler"
echo redirect >how
refused 302 'a redirect' "$spoiler"
cp in/rules.pub own.pub
cp other.key.pub in/rules.pub
fails 'with another key' 'is of no use' 1 update --from usb
grep -q 'another key' err
ok $? 'the packs are refused'
unchanged 'another key'
cp own.pub in/rules.pub
fails 'a key that is none' 'no public key' 1 update --from usb --public-key usb/latest.json
fails 'a key that is not there' 'there is no key' 1 update --from usb --public-key none.pub
for from in http://192.0.2.1/rules http://localhost.example/rules http://127.0.0.1.example/ \
    ftp://a/b 'https://user:word@khien.example/' 'http://127.0.0.1/?a' ''; do
    fails "\"$from\" is no source" "from\|https" 2 update --from "$from"
done
unchanged 'after all of them'

# Rollback.
cp 6.pack in/rules.pack
cp 6.pack was.pack
cp 5.pack usb/5.pack
jq '.version = 5' list.json >usb/latest.json
refused 'older than the installed' 'an older list'
cp -r usb older
refused 'older than the installed' 'an older pack' 5.pack
mkdir again
printf 'rule again { condition: filesize == 1 }\n' >again/a.yar
"$KHIEN" rules build again -o again.pack --key ours.key --pack-version 6 >/dev/null
refused 'another pack of the installed version' 'the same version with other content' again.pack

# From a stick.
refused 'refused' 'a forged pack as a file' forged.pack
refused 'refused' 'one that nobody signed' unsigned.pack
refused 'refused' 'a damaged one' damaged.pack
refused 'refused' 'what is no pack' ours.key.pub
is "$(update --from 6.pack --json | jq -r .state)" current 'the same pack as a file is current'
is "$(update --from 7.pack --check --json | jq -r .state)" available 'a newer one is available'
unchanged '--check of a file'
is "$(update --from 7.pack --json | jq -c '[.state, .previous, .version]')" '["updated",6,7]' \
    'and is installed'
same 7.pack in/rules.pack 'as it is'
is "$(ls -I '*.seen' in)" 'rules.pack
rules.pub' 'and nothing else'
cp 3.pack in/rules.pack
rm -rf usb
cp -r var/rules usb
is "$(update --from "file://$PWD/usb" --json | jq -c '[.version, .by_difference]')" '[6,true]' \
    'a folder serves as a server does'
same 6.pack in/rules.pack 'with the same result'
printf 'spoiled' >in/rules.pack
update --from usb >out 2>err
ok $? 'an installed pack that was spoiled is replaced'
grep -q 'the installed pack is of no use' err
ok $? 'and that is said'
same 6.pack in/rules.pack 'by a good one'
# What was installed once is remembered, also when the pack can no longer say it.
is "$(cut -d ' ' -f 1,3 in/rules.pack.seen)" "6 $(cat ours.key.pub)" 'the newest pack is noted'
for state in spoiled gone; do
    printf 'spoiled' >in/rules.pack
    [ $state = spoiled ] || rm in/rules.pack
    fails "with the installed pack $state an older one" 'older than 6' 1 update --from 5.pack
    fails "with the installed pack $state an older list" 'older than 6' 1 update --from older
    fails "with the installed pack $state another 6" 'another pack of version 6' 1 \
        update --from again.pack
    update --from 6.pack >out 2>err
    same 6.pack in/rules.pack "with the installed pack $state the same one is taken"
done
rm in/rules.pack.seen
is "$(update --from 6.pack --json | jq -r .state)" current 'a pack that was there before'
is "$(cut -d ' ' -f 1 in/rules.pack.seen)" 6 'is noted too'
rm in/rules.pack
cp in/rules.pack.seen noted
echo spoiled >in/rules.pack.seen
fails 'a note that is none' 'does not tell which' 1 update --from 6.pack
cp noted in/rules.pack.seen
"$KHIEN" rules build again -o other.pack --key other.key --pack-version 1 >/dev/null
update --from other.pack --public-key other.key.pub >out 2>err
same other.pack in/rules.pack 'another signer counts anew'
cp 6.pack in/rules.pack
cp noted in/rules.pack.seen
if [ "$(id -u)" -ne 0 ]; then
    XDG_DATA_HOME=$PWD/data "$KHIEN" rules update --from 6.pack --public-key ours.key.pub >out 2>err
    same 6.pack data/khien/rules.pack 'without --output it is in the data folder'
else
    skip 'without --output it is in the data folder' 'root has another one'
fi

# The server goes away.
cp 3.pack in/rules.pack
cp 3.pack was.pack
kill -TERM "$server"
wait "$server"
is $? 0 'the server ends well'
refused "$url" 'a server that is gone' "$url/rules"

# A network's share.
rm served
KHIEN_HTTP_FILES_PER_MINUTE=2 KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve \
    --listen 127.0.0.1:0 >served 2>log &
pids="$pids $!"
url=$(served served)
for _ in 1 2 3 4; do
    fetched /rules/6.pack --header 'X-Forwarded-For: 203.0.113.7' >>statuses
    echo >>statuses
done
is "$(grep -c 200 statuses)/$(grep -c 429 statuses)" 2/2 'a network gets so many packs a minute'
is "$(field Retry-After)" 60 'and is told to wait'
is "$(fetched /rules/latest.json --header 'X-Forwarded-For: 203.0.113.7')" 200 'the list is none'
is "$(fetched /rules/6.pack --header 'X-Forwarded-For: 203.0.114.7')" 200 'others get theirs'
! grep -q '203\.0\.11' log served
ok $? 'no address is written down'
done_testing
