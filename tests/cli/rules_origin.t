#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whose rules khien-scan takes: those of the key that is named, that lies beside them, or that it
# was built with; and with no key, that the report says so. On Linux and on Windows.
set -u
. tests/cli/lib/tap.sh
root=$PWD
cd "$TMPDIR" || exit 1
unset KHIEN_NOW

# The first key of RFC 8032, 7.1, which khien-scan-keyed was built with.
printf 'khien-secret-key %s%s\n' 9d61b19deffd5a60ba844af492ec2cc4 4449c5697b326919703bac031cae7f60 \
    >ours.key
chmod 600 ours.key
echo d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a >ours.pub
"$KHIEN" rules key -o other.key >key.out
mkdir rules files home
printf 'rule marked { strings: $a = "origin-of-rules" condition: $a }\n' >rules/t.yar
echo origin-of-rules >files/marked.txt
build() { "$KHIEN" rules build rules -o "$@" >built 2>&1; }
build ours.pack --key ours.key --pack-version 7
is $? 0 'a pack of the key that is built in'
build other.pack --key other.key --pack-version 8
build unsigned.pack

begin() { # begin PROGRAM: in a folder of its own, with nothing beside it
    rm -rf bin state home report.html
    mkdir bin home
    cp "$program" "bin/khien-scan$ending"
}
run() { HOME=$PWD/home XDG_DATA_HOME=$PWD/home "$@" 2>err; }
scan() { # scan ARGUMENT…: files/ with what lies beside the program
    # shellcheck disable=SC2086 # wine or nothing
    run timeout 120 $under "bin/khien-scan$ending" scan --state state --no-cache --lang en \
        --html report.html "$@" files >out
}
origin() { # origin: the scan's status, its finding, what checked the rules, whether doubt is told
    scan --json
    status=$?
    [ $status -eq 0 ] || { echo "$status" && return; }
    jq -r '"0 \(.findings | length) \(.rules_checked_by) \(.rules_doubt != null)"' out | tr -d '\r'
}
refused() { # refused PATTERN LABEL
    is "$(origin) $(grep -c -- "$1" err)" '1 1' "$2"
    grep -q -- "$1" err || sed 's/^/# /' err
}
told() { # told WORDS: how many of text and page, in English and in Vietnamese, have the sentence
    scan
    cp report.html report.en.html
    english=$(cat out report.en.html | grep -c "$1")
    scan --lang vi
    echo "$english $(cat out report.html | grep -c "$2")"
}
no_key='Where the rules come from was not checked' khong_khoa='Nguồn gốc bộ mẫu chưa được kiểm tra'

try() { # try SYSTEM: with $program… set
    program=$keyed
    begin
    cp ours.pack bin/rules.pack
    is "$(origin)" '0 1 built-in false' "$1: a pack of the built-in key is taken"
    is "$(told "$no_key" "$khong_khoa")" '0 0' "$1: without doubt"
    cp other.pack bin/rules.pack
    refused 'another key.*--public-key FILE must name' "$1: one of another key is refused"
    cp unsigned.pack bin/rules.pack
    refused 'is not signed.*those who made this program' "$1: one that is not signed is refused"
    cp other.pack bin/rules.pack
    is "$(cp other.key.pub my.pub && scan --json --public-key my.pub &&
        jq -r .rules_checked_by,.rules_doubt out | tr -d '\r' | tr '\n' ' ')" \
        '--public-key null ' "$1: who names another key is obeyed"
    cp other.key.pub bin/rules.pub
    refused 'rules.pub is another key.*--public-key' "$1: nor does one beside the pack vouch for it"
    cp ours.pack bin/rules.pack
    refused 'rules.pub is another key.*--public-key' "$1: and ours does not cover such a key"
    cp ours.pub bin/rules.pub
    is "$(origin)" '0 1 rules.pub false' "$1: the same key beside is no reason for doubt"
    echo none >bin/rules.pub
    refused 'is no public key' "$1: what is no key is not passed by"

    begin
    # shellcheck disable=SC2086
    update() { run timeout 120 $under "bin/khien-scan$ending" rules "$@" >out; }
    update update --output bin/rules.pack --from other.pack
    is "$? $(grep -c 'another key' err) $(ls bin)" "1 1 khien-scan$ending" \
        "$1: an update from another signer is refused"
    update update --output bin/rules.pack --from ours.pack
    is "$? $(cmp ours.pack bin/rules.pack && echo same)" '0 same' \
        "$1: ours is installed, with no rules.pub anywhere"
    update verify ours.pack
    is "$? $(grep -c 'signed with the key that this program was built with' out)" '0 1' \
        "$1: and verified"
    update verify other.pack
    is "$? $(grep -c 'another key' err)" '1 1' "$1: other packs are not"
    update verify unsigned.pack
    is $? 1 "$1: nor those of nobody"

    program=$plain
    begin
    for pack in unsigned ours; do
        cp $pack.pack bin/rules.pack
        is "$(origin)" '0 1 null true' "$1: no key is known: the pack ($pack) is taken, with doubt"
        is "$(told "$no_key" "$khong_khoa")" '2 2' "$1: which text and page tell"
    done
    rm bin/rules.pack
    update update --output bin/rules.pack --from ours.pack --public-key ours.pub
    is "$(origin)" '0 1 rules update false' "$1: one that an update has checked is not doubted"
    build ours2.pack --key ours.key --pack-version 7 && cp ours2.pack bin/rules.pack
    is "$(origin)" '0 1 null true' "$1: another in its place is"
    cp ours.pub bin/rules.pub
    is "$(origin)" '0 1 rules.pub false' "$1: with a key beside it there is no doubt"
    cp other.pack bin/rules.pack
    refused 'another key.*rules.pub' "$1: and others are refused"
    cp unsigned.pack bin/rules.pack
    refused 'is not signed.*rules.pub' "$1: signed or not"
}

ending='' under='' plain=$KHIEN-scan keyed=$KHIEN-scan-keyed
try Linux
is "$("$KHIEN" scan --rules unsigned.pack --state state --json files |
    jq -r .rules_checked_by,.rules_doubt | grep -c "null\|$no_key")" 2 'khien scan tells the same'
ending=.exe under=$root/tools/wine
plain=$root/build-windows/khien-scan.exe keyed=$root/build-windows/khien-scan-keyed.exe
case $KHIEN in
*/build/khien) [ ! -f "$keyed" ] || try Windows ;;
*) skip 'Windows' 'wine runs once, with the release build' ;;
esac
rm -rf bin # under sanitizers it holds the words that tools/run-test looks for
done_testing
