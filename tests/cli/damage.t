#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Damage to anything that is stored is found, named, and repaired by what the message says.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

printf '192.0.2.1\n192.0.2.2\n' >2026-11-20-list.txt
"$KHIEN" ingest 2026-11-20-list.txt >/dev/null
"$KHIEN" ingest --no-snapshot 2026-11-20-list.txt >/dev/null
"$KHIEN" snapshot build >/dev/null
newest=$(find var/snapshot -name '*.snap' | sort -V | tail -n 1)

flip() { # flip FILE: the tenth byte from its end
    at=$(($(stat -c %s "$1") - 10))
    byte=$(od -An -tu1 -j $at -N 1 "$1")
    # shellcheck disable=SC2059  # an octal escape is meant
    printf "\\$(printf %o $(((byte + 1) % 256)))" |
        dd of="$1" bs=1 seek=$at conv=notrunc 2>/dev/null
}

"$KHIEN" verify >out
is "$?$(cat out)" '0everything is sound' 'nothing is found where nothing is wrong'
cp "$newest" kept.snap
flip "$newest"
"$KHIEN" verify >out 2>err
is $? 1 'a damaged snapshot gives status 1'
grep -qF "$newest" out
ok $? 'and is named'
is "$("$KHIEN" verify --json 2>/dev/null | jq '.faults | length')" 1 'as JSON too'
"$KHIEN" snapshot verify "$newest" 2>err
is $? 1 'by snapshot verify too'
truncate -s 1000 "$newest"
"$KHIEN" check 192.0.2.1 >out 2>err
ok $? 'a check answers from an older one'
grep -qF "$newest" err
ok $? 'and warns'
"$KHIEN" snapshot verify kept.snap >/dev/null
ok $? 'a sound one is sound'
rm "$newest"

sqlite3 var/khien.db 'UPDATE sighting_set SET members = members + 1'
"$KHIEN" verify >out 2>err
is $? 1 'a changed set is found'
"$KHIEN" replay >/dev/null
ok $? 'replay repairs it'
"$KHIEN" verify >/dev/null
ok $? 'then all is sound'

entry=$(find var/archive -name '*.zst')
chmod u+w "$entry"
flip "$entry"
"$KHIEN" verify >out 2>err
is $? 1 'a damaged archive entry is found'
grep -qF "$(basename "$entry" .zst)" out
ok $? 'and named'
"$KHIEN" replay >out 2>err
is $? 1 'replay says that it could not use it'
"$KHIEN" ingest 2026-11-20-list.txt >/dev/null && "$KHIEN" verify >/dev/null
ok $? 'giving the input again repairs the archive'
done_testing
