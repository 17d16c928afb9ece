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
done_testing
