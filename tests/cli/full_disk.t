#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A full disk: a clear error, nothing lost, and the next ingest with room goes through.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
mkdir disk
mount -t tmpfs -o size=3m tmpfs disk 2>/dev/null || skip_all 'no tmpfs can be mounted here'
trap 'umount disk' EXIT

awk 'BEGIN { srand(1); for (i = 0; i < 400000; i++)
    printf "%d.%d.%d.%d\n", 1 + int(rand() * 200), int(rand() * 256), int(rand() * 256),
           1 + int(rand() * 250) }' >large.txt
printf '192.0.2.1\n192.0.2.2\n' >small.txt
export KHIEN_STATE_FOLDER=disk/var

"$KHIEN" ingest --no-snapshot small.txt >/dev/null
ok $? 'a small list fits'
before=$(sqlite3 disk/var/khien.db 'SELECT day, members, hex(addresses) FROM sighting_set')

"$KHIEN" ingest --no-snapshot large.txt >out 2>err
is $? 1 'a large one does not'
grep -qiE 'full|no space' err
ok $? 'which the error says'
is "$(sqlite3 disk/var/khien.db 'SELECT day, members, hex(addresses) FROM sighting_set')" \
    "$before" 'what was there is there'
"$KHIEN" verify >verify.out 2>&1
ok $? 'and whole'
is "$(find disk/var -name '*.tmp-*' | wc -l)" 0 'no temporary file stays'

mount -o remount,size=64m disk
"$KHIEN" ingest --no-snapshot large.txt >/dev/null
ok $? 'with room it goes through'
want=$(sort -u large.txt | wc -l)
got=$(sqlite3 disk/var/khien.db "SELECT sum(members) FROM sighting_set WHERE family LIKE '%large%'")
is "$got" "$want" 'and every address is in the set'

# ---- rules update, of both programs ----
mkdir set
echo 'rule one { strings: $a = "first words" condition: $a }' >set/a.yar
"$KHIEN" rules key -o pack.key >key.out
"$KHIEN" rules build set -o 1.pack --key pack.key --pack-version 1 >built 2>&1
awk 'BEGIN { for (i = 0; i < 2000; i++)
    printf "rule r%d { strings: $a = \"words of number %d, %040d\" condition: $a }\n", i, i, i }' \
    >set/many.yar
"$KHIEN" rules build set -o 2.pack --key pack.key --pack-version 2 >built 2>&1
larger=$(stat -c %s 2.pack)
full_update() { # full_update PROGRAM…
    rm -rf disk/*
    mount -o remount,size=64m disk
    "$@" rules update --from 1.pack --output disk/rules.pack --public-key pack.key.pub >out 2>&1
    ok $? "${1##*/}: a pack fits"
    mount -o remount,size=$((larger / 2)) disk
    fails "${1##*/}: a larger one does not" 'No space left' 1 "$@" rules update --from 2.pack \
        --output disk/rules.pack --public-key pack.key.pub
    cmp -s 1.pack disk/rules.pack
    ok $? 'what is installed stays'
    is "$(find disk -name '*.part' -o -name '*.copy')" '' 'and nothing is left over'
    mount -o remount,size=64m disk
    "$@" rules update --from 2.pack --output disk/rules.pack --public-key pack.key.pub >out 2>&1
    ok $? 'with room it goes through'
}
[ "$larger" -gt 200000 ]
ok $? "a pack of $larger bytes"
full_update "$KHIEN"
full_update "$KHIEN-scan"
done_testing
