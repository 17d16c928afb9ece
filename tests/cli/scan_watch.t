#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files are scanned when they are written: in folders that were there and in new ones, by fanotify
# and by inotify; what is found is told at once, taken when that is wanted, and in the last report.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
child=''
trap 'kill -9 $child 2>/dev/null' EXIT

mkdir rules
cat >rules/a.yar <<'END'
rule needle { strings: $a = "a needle" condition: $a }
rule first { strings: $a = "there before" condition: $a }
END
"$KHIEN" rules build rules -o rules.pack >built 2>&1
chmod 755 . && chmod 644 rules.pack
run='' # in front of the program
state=state
begin() { # begin OPTION…: watches files/
    rm -f err
    $run "$KHIEN" scan --on-battery --full-speed --watch --lang en --rules rules.pack \
        --state "$state" --json "$@" files >json 2>err &
    child=$!
    eventually grep -q '^watching' err
    ok $? "$by: it watches"
    grep -q '^watching' err || sed 's/^/# /' err
}
end() {
    kill -INT "$child"
    wait "$child"
    is "$? $(jq -c .complete json)" '0 true' "$by: Ctrl-C ends it with a whole report"
    child=''
}
told() { # told LABEL PATTERN
    eventually grep -q "$2" err
    ok $? "$by: $1"
}
found() { jq -r ".findings[] | select(.name == \"$1\") | .subject" json | LC_ALL=C sort; }
watches() {
    rm -rf files state
    mkdir -p files/sub elsewhere state
    [ -z "$run" ] || chown -R 65534:65534 files state elsewhere
    echo 'there before' >files/old
    begin
    told 'what was there is scanned first' 'malicious: .*/files/old: first'
    echo 'a needle' >files/sub/a
    told 'a file that is written' 'malicious: .*/files/sub/a: needle'
    echo 'a needle' >files/b.part && mv files/b.part files/b
    told 'one that gets its name later' '/files/b: needle'
    mkdir -p files/new/deep/er && echo 'a needle' >files/new/deep/er/c
    told 'one in folders that were just made' 'deep/er/c: needle'
    mv files/new files/renamed && echo 'a needle' >files/renamed/deep/d
    told 'one in a folder that was renamed' 'renamed/deep/d: needle'
    echo 'a needle' >elsewhere/e && mv elsewhere files/arrived
    told 'one that comes with its folder' 'arrived/e: needle'
    echo nothing >files/sub/a && echo 'there before' >files/sub/a
    told 'one that is written again' '/files/sub/a: first'
    for i in 1 2 3 4 5 6 7 8 9; do echo "a needle $i" >>files/often; done
    told 'one that is written often' '/files/often: needle'
    ln -s ../rules.pack files/link
    mkfifo files/fifo
    echo 'a needle' >files/last
    told 'and the last' '/files/last: needle'
    end
    is "$(found needle | sed "s|$PWD/files/||" | tr '\n' ' ')" \
        "arrived/e b last new/deep/er/c often renamed/deep/d renamed/deep/er/c sub/a " \
        "$by: the report has all, by their names"
    is "$(jq .looked_at.files json)" "$(jq '.looked_at.files | select(. >= 9)' json)" \
        "$by: and counts files"
}
by=inotify
if [ "$(id -u)" -ne 0 ]; then
    watches
elif setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$KHIEN" 2>/dev/null; then
    run='setpriv --reuid 65534 --regid 65534 --clear-groups'
    watches
    run=''
else
    skip 'inotify' 'the program is out of reach of other users'
fi
by=fanotify
if [ "$(id -u)" -eq 0 ]; then
    watches
    is "$(grep -c 'file systems' err)" 1 "$by: it was that"
else
    skip "$by" 'it is for root'
fi

# Taken at once, and again.
by=removal
rm -rf files && mkdir files
begin --remove --yes --html page.html
echo 'a needle' >files/a
told 'what is found is taken' 'files/a: needle (quarantine)'
is "$(ls files)" '' 'it is gone'
eventually grep -q 'files/a' page.html
ok $? 'the page tells of it meanwhile'
echo 'a needle' >files/a
eventually sh -c '[ "$(grep -c "files/a: needle (quarantine)" err)" = 2 ]'
ok $? 'the same file is taken again'
if [ "$(id -u)" -eq 0 ] && [ -x /bin/sleep ]; then
    cp /bin/sleep files/run
    printf 'a needle' >>files/run
    ./files/run 60 &
    runs=$!
    told 'a program that runs is taken' 'files/run: needle (quarantine)'
    wait $runs
    is $? 137 'after it was ended'
fi
end
is "$(grep -o 'in quarantine, number 2<\|đã cách ly, số 2<' page.html | wc -l)" 1 \
    'the page tells of the last time'
"$KHIEN" quarantine list --folder state/quarantine --json >items
is "$(jq -c 'map(.why) | unique' items)" '["needle"]' 'they are in quarantine'

# Its own folder within what is watched.
by=own
rm -rf files && mkdir files files/state
state=files/state
begin
echo 'a needle' >files/state/own
echo 'a needle' >files/after
told 'what is beside its own folder is told' 'files/after: needle'
is "$(grep -c 'files/state' err)" 0 'but not what is in it'
end
state=state

# More than can be noted.
by=overflow
if [ "$(id -u)" -eq 0 ] && [ -w /proc/sys/fs/inotify/max_queued_events ]; then
    rm -rf files && mkdir files
    begin
    kill -STOP "$child"
    python3 - <<'END'
for i in range(17000):
    with open("files/%d" % i, "w") as file:
        file.write("nothing")
END
    echo 'a needle' >files/among
    kill -CONT "$child"
    told 'it says so' 'all is scanned again'
    told 'and finds what was written' 'files/among: needle'
    end
else
    skip 'overflow' 'it is for root'
fi

# What cannot be.
"$KHIEN" scan --watch --rules rules.pack --state state >out 2>err
is "$? $(grep -c 'needs paths' err)" '2 1' 'without paths it says what is missing'
"$KHIEN" scan --watch --rules rules.pack --state state gone >out 2>err
is "$? $(grep -c 'cannot read gone' err)" '1 1' 'so it does of a path that is not there'
done_testing
