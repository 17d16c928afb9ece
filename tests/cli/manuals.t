#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual pages and the sample configuration are those of the program's own tables.
set -u
. tests/cli/lib/tap.sh

tools/manuals "$TMPDIR"
ok $? 'tools/manuals writes them'
for made in "$TMPDIR"/man/* "$TMPDIR/khien.conf.sample"; do
    kept=${made#"$TMPDIR/"}
    [ -f "$kept" ] || { ok 1 "$kept is checked in; tools/manuals makes it" && continue; }
    same "$kept" "$made" "$kept is as tools/manuals makes it"
done
for kept in man/*; do
    [ -f "$TMPDIR/$kept" ]
    ok $? "$kept is about something that is there"
done
mandoc -Tlint -Wwarning "$TMPDIR"/man/* >"$TMPDIR/lint"
ok $? 'mandoc finds nothing'
sed 's/^/# /' "$TMPDIR/lint"
done_testing
