#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs that the portal itself offers: on the tools' page with size, digest, signature and
# counter, and at /downloads/; what is not there has no link.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
pid=''
# shellcheck disable=SC2086  # none or one
trap 'kill -9 $pid 2>/dev/null' EXIT

fetched() { # fetched PATH [CURL-OPTION…]: the status
    path=$1
    shift
    : >body
    curl --silent --max-time 30 --output body --dump-header head --write-out '%{http_code}' "$@" \
        "$url$path"
}
# shellcheck disable=SC2317  # by eventually
shows() { # shows PATH TEXT
    curl --silent --max-time 30 "$url$1" | grep -q -- "$2"
}
card() { # card LANGUAGE PATH: of our tool
    curl --silent --max-time 30 "$url$2" |
        sed -n '/id="tool-khien-scan"/,/<\/article>/p' >"card.$1"
}

mkdir -p content/tools var/downloads
for language in vi en; do
    {
        printf -- '---\ntitle: Khiên Scan %s\nmaker: CERT\nos: windows\nos: linux\n' $language
        printf 'file: khien-scan\nfile: khien-scan.exe\norder: 1\n---\nText.\n'
    } >card
    mv card content/tools/khien-scan.$language.md
done
printf '[content]\nfolder = content\n' >khien.conf
"$KHIEN" content check content >out 2>err
ok $? 'the card is right content'
head -c 100000 /dev/urandom >khien-scan
cp khien-scan var/downloads/khien-scan
"$KHIEN" rules key -o ours.key >/dev/null
"$KHIEN" rules sign var/downloads/khien-scan --key ours.key >out
is "$(cat out)" var/downloads/khien-scan.sig 'a program is signed'
is "$(wc -c <var/downloads/khien-scan.sig)" 64 'by 64 bytes'
(printf 302a300506032b6570032100 && cat ours.key.pub) | xxd -r -p >key.der
(printf 'khien file 1\n' && openssl dgst -sha512 -binary khien-scan) >message
verify() {
    openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in message \
        -sigfile var/downloads/khien-scan.sig >/dev/null 2>&1
}
verify
ok $? 'OpenSSL verifies it'
(printf 'khien pack 1\n' && openssl dgst -sha512 -binary khien-scan) >message
! verify
ok $? 'for this purpose only'
"$KHIEN" rules sign var/downloads/none --key ours.key >out 2>err
is $? 1 'what is not there is not signed'
"$KHIEN" rules sign khien-scan >out 2>err
is $? 2 'nor without a key'
ln -s /etc/passwd var/downloads/passwd
mkdir var/downloads/folder
cp khien-scan var/downloads/.hidden
cp khien-scan var/downloads/Upper

KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve --listen 127.0.0.1:0 \
    --admin-listen 127.0.0.1:0 >served 2>log &
pid=$!
url=$(served served)
admin=$(sed -n 's|^metrics and health: \(http://.*\)/$|\1|p' served)
sum=$(sha256sum <khien-scan | cut -d ' ' -f 1)
card vi /cong-cu
card en /en/tools
for language in vi en; do
    grep -q "$sum" card.$language
    ok $? "$language: the digest"
    grep -q 'href="/downloads/khien-scan.sig">khien-scan.sig</a>' card.$language
    ok $? "$language: the signature"
    is "$(grep -c 'govuk-button' card.$language)" 1 "$language: one button, for what is there"
done
grep -q '100\.000 byte' card.vi && grep -q '100,000 bytes' card.en
ok $? 'the size, as each language writes it'
grep -q 'href="/cong-cu/tai/khien-scan"' card.vi && grep -q '"/en/tools/get/khien-scan"' card.en
ok $? 'the button counts'
grep -q 'Tệp khien-scan.exe hiện chưa có để tải tại đây' card.vi
ok $? 'what is not there is not offered: in Vietnamese'
grep -q 'The file khien-scan.exe is not offered here at present' card.en
ok $? 'and in English'
! grep -q 'href="[^"]*khien-scan.exe' card.vi card.en
ok $? 'without a link'
! grep -qi '<script' card.vi card.en
ok $? 'or a script'

is "$(fetched /cong-cu/tai/khien-scan --header 'X-Forwarded-For: 203.0.113.7')" 303 'the button'
grep -q '^Location: /downloads/khien-scan' head
ok $? 'leads to the file'
is "$(fetched /cong-cu/tai/khien-scan.exe)" 404 'not to one that is not there'
is "$(fetched /cong-cu/tai/khien-scan.sig)" 404 'nor to one that no tool names'
curl --silent "$admin/metrics" |
    grep -q 'khien_counter_total{what="tool",name="khien-scan"} 1$'
ok $? 'it was counted, once'
is "$(fetched /downloads/khien-scan)" 200 'the file is served'
same khien-scan body 'as it is'
grep -q "^ETag: \"$sum\"" head && grep -q '^Cache-Control: no-cache' head &&
    grep -q '^Content-Type: application/octet-stream' head
ok $? 'tagged with its digest, to be asked for again, as a file'
is "$(fetched /downloads/khien-scan --range 99990-)" 206 'in parts, too'
tail -c 10 khien-scan >expected
same expected body 'which are right'
for name in passwd folder .hidden Upper none ..%2fkhien.conf; do
    case $(fetched "/downloads/$name" --path-as-is) in 400 | 404) true ;; *) false ;; esac
    ok $? "\"$name\" is none"
done

# While it runs.
printf 'new and small' >khien-scan
cp khien-scan var/downloads/khien-scan.exe
sum=$(sha256sum <khien-scan | cut -d ' ' -f 1)
eventually shows /cong-cu "$sum"
ok $? 'a file that comes is offered'
is "$(fetched /downloads/khien-scan.exe)" 200 'and served'
same khien-scan body 'as it is'
cp khien-scan new && mv new var/downloads/khien-scan
eventually shows '/downloads/khien-scan' 'new and small'
ok $? 'so is one that is replaced'
rm var/downloads/khien-scan.exe
eventually shows /en/tools 'The file khien-scan.exe is not offered'
ok $? 'one that goes is no longer offered'
is "$(fetched /downloads/khien-scan.exe)" 404 'nor served'
kill -TERM $pid
wait $pid
is $? 0 'the server ends well'
pid=''
! grep -rq '203\.0\.113' log var/counters
ok $? 'no address is kept'
KHIEN_DOWNLOADS_FOLDER=none "$KHIEN" serve --listen 127.0.0.1:0 >served 2>log
is $? 1 'a configured folder must be there'
grep -q 'downloads.folder' log
ok $? 'and that is said'
done_testing
