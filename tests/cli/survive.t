#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ingest survives kill -9 at any moment, repeats, other orders and company: the sets are always
# those that sqlite3 counts in the same files. KHIEN_KILLS sets how often it is killed.
set -u
. tests/cli/lib/tap.sh
kills=${KHIEN_KILLS:-100}
cd "$TMPDIR" || exit 1

# Three days of a Shadowserver report: rows with repeats, all dated.
make_report() { # make_report DAY ROWS SEED
    awk -v day="$1" -v rows="$2" -v seed="$3" 'BEGIN {
        srand(seed)
        split("conficker sality virut ramnit necurs", family, " ")
        print "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_geo\"," \
              "\"dst_ip\",\"dst_port\",\"infection\",\"family\",\"event_id\""
        for (i = 0; i < rows; i++) {
            f = family[int(rand() * 5) + 1]
            printf "\"%s %02d:%02d:00\",\"tcp\",\"1.%d.%d.%d\",%d,45899,\"VN\"," \
                   "\"192.88.99.1\",80,\"%s\",\"%s\",\n", day, int(rand() * 24), int(rand() * 60),
                   52 + int(rand() * 3), int(rand() * 256), int(rand() * 256),
                   1024 + int(rand() * 60000), f, f
        }
    }' >"$1-event4_sinkhole.csv"
}
for day in 2026-09-01 2026-09-02 2026-09-03; do
    make_report $day 20000 "${day#2026-09-0}"
done

# What the sets must be, counted by another program.
oracle() {
    for file in *-event4_sinkhole.csv; do
        sqlite3 :memory: '.mode csv' ".import $file r" '.mode list' \
            "SELECT substr(timestamp, 1, 10), infection, count(DISTINCT src_ip) FROM r
             GROUP BY 1, 2 ORDER BY 1, 2"
    done
}
sets() { # sets VAR
    sqlite3 "$1/khien.db" "SELECT date(day * 86400, 'unixepoch'), family, members
        FROM sighting_set WHERE class = 'infected-system' ORDER BY 1, 2"
}
digest() { # every stored byte of the sets
    sqlite3 "$1/khien.db" "SELECT day, class, family, source, members, hex(checksum),
        hex(addresses) FROM sighting_set ORDER BY 1, 2, 3, 4" | sha256sum
}
ingest() { # ingest FOLDER FILE…
    folder=$1
    shift
    KHIEN_STATE_FOLDER="$folder" "$KHIEN" ingest --no-snapshot "$@"
}
files='2026-09-01-event4_sinkhole.csv 2026-09-02-event4_sinkhole.csv 2026-09-03-event4_sinkhole.csv'
oracle >want

# shellcheck disable=SC2086  # a list of names without blanks
{
    ingest plain $files >/dev/null
    ok $? 'three reports are ingested'
    sets plain >got
    same want got 'their sets are those that sqlite3 counts'
    digest plain >plain.digest

    ingest plain $files >again
    ok $? 'the same files again'
    digest plain | cmp -s - plain.digest
    ok $? 'change no byte of the sets'

    set -- $files
    ingest shuffled "$3" "$1" "$2" >/dev/null && digest shuffled | cmp -s - plain.digest
    ok $? 'another order gives the same bytes'

    ingest together "$1" "$2" >/dev/null &
    one=$!
    ingest together "$3" "$2" "$1" >/dev/null
    two=$?
    wait $one
    ok $((two + $?)) 'two ingests at once both succeed'
    digest together | cmp -s - plain.digest
    ok $? 'and give the same bytes'
}

# How long one takes, in milliseconds, so that the kills fall all over it.
begin=$(date +%s%N)
# shellcheck disable=SC2086
ingest timed $files >/dev/null
took=$((($(date +%s%N) - begin) / 1000000 + 1))
i=0 wrong=0 damaged=0
while [ $i -lt "$kills" ]; do
    i=$((i + 1))
    rm -rf killed
    moment=$((took * i / kills))
    # shellcheck disable=SC2086
    KHIEN_STATE_FOLDER=killed "$KHIEN" ingest --no-snapshot $files >/dev/null 2>&1 &
    victim=$!
    sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
    if ! KHIEN_STATE_FOLDER=killed "$KHIEN" verify >verify.out 2>&1; then
        grep -qE 'no data|not complete' verify.out || damaged=$((damaged + 1))
    fi
    # shellcheck disable=SC2086
    ingest killed $files >/dev/null 2>&1
    digest killed | cmp -s - plain.digest || wrong=$((wrong + 1))
done
is "$damaged" 0 "after $kills kills nothing that was stored is damaged"
is "$wrong" 0 'and the next ingest ends in the same bytes each time'

# Replay from the archive alone.
cp -r plain replayed
sqlite3 replayed/khien.db 'DELETE FROM sighting_set; DELETE FROM input'
KHIEN_STATE_FOLDER=replayed "$KHIEN" replay >/dev/null
ok $? 'replay'
digest replayed | cmp -s - plain.digest
ok $? 'builds the same bytes from the archive'
rm -f replayed/khien.db*
KHIEN_STATE_FOLDER=replayed "$KHIEN" replay >/dev/null
ok $? 'replay without a database'
digest replayed | cmp -s - plain.digest
ok $? 'builds the same bytes too'

entry=$(find replayed/archive -name '*.zst' | head -n 1)
printf 'XXXXXXXXXXXXXXXX' | dd of="$entry" bs=1 seek=2000 conv=notrunc 2>/dev/null
KHIEN_STATE_FOLDER=replayed "$KHIEN" verify >verify.out 2>&1
is $? 1 'a damaged archive entry fails verify'
grep -q "$(basename "$entry")" verify.out
ok $? 'which names it'

done_testing
