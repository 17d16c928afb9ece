#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each library that the linker put into khien-scan has its notice there, on Linux and on Windows.
set -u
. tests/cli/lib/tap.sh
case $KHIEN in
*/build/khien) ;;
*) skip_all 'under sanitizers nothing is static' ;;
esac
table=src/cmd/khien_scan/libraries.txt

listed() { # listed SYSTEM: the packages of the table
    sed -n "s/^$1 *\([^ ]*\) .*/\1/p" $table | sort
}

linked() { # linked MAP: archives and objects of others, of which some bytes are in the program
    sed -n '/^Linker script and memory map/,$p' "$1" | grep -v '^LOAD' |
        grep -oE '(^| )/[^ ()]+\.(a|o)(\(|$)' | tr -d ' (' | sort -u
}

packages_of() { # of the files on standard input; a file of no package is told as it is
    sort -u | xargs realpath | sort -u | while read -r path; do
        dpkg -S "$path" 2>/dev/null | sed 's/:.*//' | grep . || echo "$path"
    done | sort -u
}

compare() { # compare SYSTEM: packages with code in the program, the notices in `json`
    listed "$1" >"$TMPDIR/listed"
    same "$TMPDIR/listed" "$TMPDIR/linked" "$1: the table has what the program is linked with"
    jq -r '.libraries[].name' "$TMPDIR/json" | tr -d '\r' | sort >"$TMPDIR/told"
    same "$TMPDIR/linked" "$TMPDIR/told" "$1: and the program tells of each"
    is "$(jq '[.libraries[] | select(.licence == "" or .version == "" or .source == "" or
        (.text | length) < 500)] | length' "$TMPDIR/json")" 0 "$1: with version, source and notice"
    # LGPL: the whole licence goes with the program.
    is "$(jq -c '[.libraries[].licence | select(startswith("LGPL-2.1"))] != [] and
        any(.texts[]; .name == "LGPL-2.1" and (.text | length) > 20000)' "$TMPDIR/json")" true \
        "$1: with the LGPL"
    is "$(jq -j '.texts[0].text' "$TMPDIR/json" | cmp - LICENSE && echo same)" \
        same "$1: and this project's own licence"
}

build/khien-scan licences --json >"$TMPDIR/json"
is $? 0 'khien-scan licences'
linked build/khien-scan.map | packages_of >"$TMPDIR/linked"
compare linux
jq -j '.libraries[] | select(.name == "nettle-dev") | .text' "$TMPDIR/json" >"$TMPDIR/got"
same /usr/share/doc/nettle-dev/copyright "$TMPDIR/got" 'a notice is that of the package'
is "$(jq -c '[.texts[].name] | sort' "$TMPDIR/json")" '["Apache-2.0","GPL-3","LGPL-2.1","LGPL-3"]' \
    'LGPL 3 goes with the GPL that it amends'
build/khien-scan licences >"$TMPDIR/text"
is "$(grep -c '^======== ' "$TMPDIR/text")" \
    "$(jq '(.libraries + .texts) | length' "$TMPDIR/json")" 'the text has them all'
is "$(grep -c 'snapshot.debian.org' "$TMPDIR/text")" 1 'and where their source is'

exe=build-windows/khien-scan.exe
if [ -f $exe ]; then
    timeout 120 tools/wine $exe licences --json >"$TMPDIR/json" 2>/dev/null
    # Headers have code too, those that are copied into the build among them.
    {
        linked $exe.map
        ninja -C build-windows -t deps | grep -oE ' /usr/[^ ]+\.h$' | tr -d ' '
        find build-windows/src -name '*.h' | sed 's|.*/|/usr/include/|'
    } | packages_of >"$TMPDIR/with_common"
    # One source package, one notice.
    cmp -s /usr/share/doc/mingw-w64-common/copyright /usr/share/doc/mingw-w64-x86-64-dev/copyright
    ok $? 'what is common to all of MinGW-w64 has the notice of its part for this processor'
    grep -v '^mingw-w64-common$' "$TMPDIR/with_common" >"$TMPDIR/linked"
    compare windows
else
    skip 'khien-scan.exe' './dev build windows was not run'
fi
done_testing
