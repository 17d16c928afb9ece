#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/demo: fills an empty var/ once, begins again after an interruption, touches nothing else.
set -u
. tests/cli/lib/tap.sh
[ -d node_modules/@ip-location-db ] || skip_all 'the npm packages are not installed'

mkdir "$TMPDIR/project"
mkdir "$TMPDIR/project/tools"
cp tools/demo "$TMPDIR/project/tools/"
ln -s "$PWD/node_modules" "$TMPDIR/project/node_modules"
cd "$TMPDIR/project" || exit 1
KHIEN_DEMO_DAILY=500
export KHIEN_DEMO_DAILY

tools/demo 2>err
ok $? 'an empty folder is filled'
"$KHIEN" conf check >/dev/null
ok $? 'with a right configuration'
is "$("$KHIEN" snapshot info --json | jq .demonstration)" true 'labelled as a demonstration'
"$KHIEN" stats compare --json >out
ok $? 'the campaign can be compared'
[ ! -e var/demonstration.unfinished ] && [ -z "$(find var -name '*-simulated.csv')" ]
ok $? 'nothing of the making is left'
before=$(stat -c %Y%i var/khien.db)
tools/demo 2>err
is "$(stat -c %Y%i var/khien.db)$(cat err)" "$before" 'a second start does nothing'

: >var/demonstration.unfinished # as after an interruption
tools/demo 2>err
[ ! -e var/demonstration.unfinished ] && [ "$(stat -c %Y%i var/khien.db)" != "$before" ]
ok $? 'an interrupted one is begun again'

rm -rf var
tools/demo 2>err &
sleep 0.3
tools/demo 2>err.second
second=$?
wait $!
is "$?$second" 00 'two at once both succeed'
"$KHIEN" verify >/dev/null && [ ! -e var/demonstration.unfinished ]
ok $? 'and leave one whole demonstration'

rm -rf var
printf '[state]\nfolder = var\n' >khien.conf
tools/demo 2>err
[ ! -e var/khien.db ]
ok $? 'a configuration of one'"'"'s own is respected'
done_testing
