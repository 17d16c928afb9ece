# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What the small programs do with the network, whichever way they ask. `run` starts the program, in
# $TMPDIR.
spoiling=$PWD/tests/cli/lib/spoiler.py

pids=''
# shellcheck disable=SC2086  # a list of numbers
trap 'kill -9 $pids 2>/dev/null' EXIT
update() { # update FROM [WORD…]: what it says, without CR
    run rules update --output rules.pack --public-key rules.pub --from "$@" >said 2>err </dev/null
    status=$?
    tr -d '\r' <said >out
    return $status
}
kept() { # what is there of what is on its way
    ls rules.pack.part rules.pack.part.from 2>/dev/null
}
# shellcheck disable=SC2317  # by fails
report() { # report [WORD…]
    run scan --state state --no-cache --yes --report-to "$url" "$@" files
}
reported() { # reported LINE JQ: of the file of reports, without its checksum
    sed -n "$1s/ [0-9a-f]*\$//p" var/self-reports/2* | jq -c "$2"
}
network_begin() { # two servers: khien's at $url, one that spoils what it serves at $spoiler
    mkdir -p set usb files
    "$KHIEN" rules key -o pack.key >key.out
    cp pack.key.pub rules.pub
    for version in 7 8 9 10 11 12; do
        printf 'rule MAL_ELF_Mirai_%s { strings: $a = "words of %s" condition: $a }\n' \
            $version $version >set/v$version.yar
        "$KHIEN" rules build set -o $version.pack --key pack.key --pack-version $version >built 2>&1
    done
    printf '[rules]\npublic_key = rules.pub\n[self_reports]\nbits = 8\ntoken_file = tokens\n' \
        >khien.conf
    echo a-token-of-a-fleet >tokens
    echo another-token >other
    "$KHIEN" rules publish 7.pack >published
    "$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
    pids=$!
    url=$(served served)
    eventually curl --silent --fail --output got "$url/rules/rules.pack"
    echo fine >how
    python3 "$spoiling" usb >port 2>spoiler.log &
    pids="$pids $!"
    eventually test -s port
    spoiler=http://127.0.0.1:$(cat port)
}
network_rules() {
    update "$url/rules"
    is "$? $(grep -c 'version 7 is installed' out)" '0 1' 'rules come from a server'
    same 7.pack rules.pack 'whole'
    update "$url/rules/"
    is "$? $(grep -c 'version 7 is current' out)" '0 1' 'and are asked for again'
    "$KHIEN" rules publish 8.pack >published
    eventually sh -c "curl --silent '$url/rules/rules.pack' | cmp -s - 8.pack"
    update "$url/rules"
    is "$? $(grep -c 'version 8 is installed' out)" '0 1' 'newer ones take their place'
    same 8.pack rules.pack 'whole, too'
    is "$(kept)" '' 'and nothing is left over'

    cp 9.pack usb/rules.pack
    size=$(stat -c %s 9.pack)
    echo cut >how
    fails 'a connection is cut' "$((size / 2)) bytes are kept" 1 update "$spoiler/rules"
    same 8.pack rules.pack 'the installed pack stays'
    is "$(kept | tr '\n' ' ')" 'rules.pack.part rules.pack.part.from ' 'what came is kept'
    echo elsewhere >how
    fails 'another part' 'another part' 1 update "$spoiler/rules"
    echo fine >how
    update "$spoiler/rules"
    is "$? $(grep -c 'version 9 is installed' out)" '0 1' 'it is gone on with'
    is "$(tail -n 1 asked.log)" "rules.pack bytes=$((size / 2))- \"tag of $size\"" \
        'by range and tag'
    same 9.pack rules.pack 'and is whole'
    is "$(kept)" '' 'nothing is left over of it'
    : >asked.log
    echo untagged >how
    update "$spoiler/rules"
    is "$? $(grep -c 'version 9 is current' out) $(cut -d ' ' -f 1 asked.log)" \
        '0 1 rules.pack' 'what is here is not fetched again, whatever a 304 says of its length'

    cp 10.pack usb/rules.pack
    echo cut >how
    fails 'cut again' 'are kept' 1 update "$spoiler/rules"
    fails 'a file that is not there' 'not-here' 1 update not-here
    is "$(kept | tr '\n' ' ')" 'rules.pack.part rules.pack.part.from ' \
        'leaves alone what is on its way'
    echo none >how
    update "$spoiler/rules"
    is "$? $(grep -c 'version 10 is installed' out)" '0 1' 'when no part can be had, all of it is'

    cp 11.pack usb/rules.pack
    : >asked.log
    echo late >how
    update "$spoiler/rules" &
    eventually grep -q rules.pack asked.log
    fails 'two at once' 'another program' 1 run rules update --output rules.pack \
        --public-key rules.pub --from "$spoiler/rules"
    touch go
    wait $!
    same 11.pack rules.pack 'the first goes on'
    echo fine >how

    cp 7.pack usb/rules.pack
    fails 'an older pack' 'older than the installed 11' 1 update "$spoiler/rules"
    head -c -1 11.pack >usb/rules.pack
    fails 'a pack that is cut' 'is refused' 1 update "$spoiler/rules"
    echo redirect >how
    fails 'a redirect' 'the server answered 302' 1 update "$spoiler/rules"
    fails 'what is not there' 'the server answered 404' 1 update "$url/nothing"
    fails 'plain http elsewhere' 'use https' 2 update http://192.0.2.1/rules
    fails 'no server' 'http://127.0.0.1:9/rules/rules.pack' 1 update http://127.0.0.1:9/rules
    same 11.pack rules.pack 'after all of them the installed pack stays'
    is "$(kept)" '' 'and nothing was left over'
}
network_reports() { # network_reports SYSTEM: as reports call it
    echo 'words of 7' >files/x
    fails 'a server that is not there' 'the report was not sent' 1 \
        run scan --state state --no-cache --yes --report-to http://127.0.0.1:9 files
    printf '8 1.2.8.ab\nurl = http://127.0.0.1:9/\noutput = taken\n#' >challenge
    fails 'a challenge that is none' "challenge is none" 1 run scan --state state --no-cache --yes \
        --report-to "$spoiler" files
    ! [ -e taken ]
    ok $? 'says nothing to the program that asks'
    fails 'an address with a line break' 'must be a plain one' 2 run scan --state state --yes \
        --report-to "$url
output = taken" files
    report >out 2>err </dev/null
    is "$? $(reported 2 '[.system, .by, .malicious, .families]')" \
        "0 [\"$1\",\"proof\",1,{\"mirai\":1}]" 'a report is sent, and takes work'
    fails 'a token that is none' 'the server answered 403: this is no token' 1 \
        report --report-token other
    report --report-token tokens >out 2>err </dev/null
    is "$? $(reported 3 .by)" '0 "token"' 'or a token'
}
