#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is in quarantine is listed, shown, restored and deleted, in the sandbox, and nothing that a
# name holds reaches a terminal.
set -u
. tests/cli/lib/tap.sh
taker=$(dirname "$KHIEN")/tests/scan/quarantine_take
[ -x "$taker" ] || skip_all 'tests/scan/quarantine_take is not built'
cd "$TMPDIR" || exit 1
here=$(pwd -P)

q() { # q ACTION…: status, out and err
    "$KHIEN" quarantine "$@" --folder q >out 2>err </dev/null
}
json() { # json FILTER: of out
    jq -r "$1" out
}

q list
is "$?:$(cat out)" '0:nothing is in quarantine' 'an empty quarantine'
[ ! -e q ]
ok $? 'is not made by listing it'
q list --json
is "$(jq -c . out)" '[]' 'and is empty in JSON'

# ---- there ----
printf 'bad' >sample
chmod 4711 sample
touch -d '2020-02-03 04:05:06.789' sample
before=$(stat -c '%a %u %g %y' sample)
printf 'one\ntwo\nthree\n' >table
odd=$(printf 'new\nline\033[31m\377')
printf 'odd' >"$odd"
sleep 1000 &
pid=$!
"$taker" q file sample && "$taker" q line table 2 two && "$taker" q file "$odd" &&
    "$taker" q process $pid
ok $? 'a file, a line, an odd name and a process are taken'
wait $pid 2>/dev/null
is "$(cat table)" "$(printf 'one\nthree')" 'the line is gone'

# ---- listed ----
q list
is "$(wc -l <out)" 4 'one line each'
grep -q "^ *1  kept .*$here/sample: Test.Sample?\[31m\$" out
ok $? 'with path and reason, and without control characters'
grep -q "$here/table, line 2: Test.Line" out && grep -q ", process $pid: Test.Process" out
ok $? 'a line and a process too'
q list --json
is "$(json 'map(.kind + " " + .state) | join(", ")')" \
    'file kept, line kept, file kept, process ended' 'in JSON'
want=$(printf '%s' "$odd" | od -An -v -tx1 | tr -d ' \n')
is "$(json '.[2].path_hex' | tail -c 29)" "$want" 'a name that is no UTF-8, whole'
q show 1
grep -q "^sha256  $(printf 'bad' | sha256sum | cut -d' ' -f1)\$" out && grep -q '^mode    4711$' out
ok $? 'one is shown'
q show 1 --json
is "$(json '.size, .mode' | tr '\n' ' ')" '3 4711 ' 'in JSON too'

# ---- restored ----
echo mine >sample
q restore 1
is $? 1 'what stands there is not replaced'
grep -q 'is there already' err && [ "$(cat sample)" = mine ]
ok $? 'which is told'
rm sample
q restore 1
is "$?:$(cat out)" "0:$here/sample: restored" 'it is restored'
is "$(stat -c '%a %u %g %y' sample):$(cat sample)" "$before:bad" 'as it was'
q restore 1
is $? 1 'once'
grep -q 'was restored already' err
ok $? 'which is told'
q restore 3 --to elsewhere
is "$?:$(cat elsewhere)" 0:odd 'another to a place that was named'
q restore 2
is "$?:$(cat table)" "0:$(printf 'one\ntwo\nthree')" 'the line stands where it stood'
q restore 4
is $? 2 'a process cannot be'
if mkdir attributes && python3 -c 'import os; os.setxattr("attributes", "user.a", b"b")' 2>err; then
    printf 'x' >attributes/file
    python3 -c 'import os; os.setxattr("attributes/file", "user.a", b"b")'
    "$taker" q file attributes/file
    q restore 5
    is "$(python3 -c 'import os; print(os.getxattr("attributes/file", "user.a").decode())')" b \
        'attributes are restored in the sandbox'
else
    skip 'attributes' 'this file system has none'
fi

# ---- deleted ----
printf 'gone' >gone
"$taker" q file gone
number=$("$KHIEN" quarantine list --folder q --json | jq '.[-1].number')
q delete "$number"
is $? 2 'nothing is deleted without a word for it'
grep -q -- '--yes' err && [ -e "q/$number.copy" ]
ok $? 'the word is told'
q delete "$number" 999 --yes
is $? 1 'nor when one of them is not there'
[ -e "q/$number.copy" ]
ok $? 'all stay then'
asked() { # asked ANSWER: deletes on a terminal
    python3 - "$1" "$KHIEN" quarantine delete "$number" --folder q <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
text = b""
while b"[y/N]" not in text:
    text += os.read(fd, 1000)
os.write(fd, sys.argv[1].encode() + b"\n")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
}
asked n 2>/dev/null
is $? 1 'a terminal is asked'
[ -e "q/$number.copy" ]
ok $? 'and no means no'
asked y 2>/dev/null
is $? 0 'yes means yes'
q delete 4 --yes
is $? 0 'what a process left is deleted too'
[ ! -e "q/$number.copy" ]
ok $? 'for good'
q list --json
is "$(json 'map(.state) | unique | join(" ")')" 'deleted restored' 'and listed as that'
is "$(find q -type f | sort | tr '\n' ' ')" 'q/journal q/lock ' 'no copy is left'

# ---- wrong calls ----
q show x
is $? 2 'a word is no number'
q show 999
is $? 1 'a number that was never given'
flock q/lock "$KHIEN" quarantine list --folder q >out 2>err
is $? 1 'while another program uses it'
grep -q 'another program' err
ok $? 'it says so'
printf 'garbage garbage' >q/journal
q list
is $? 1 'a damaged journal'
grep -q 'moved away' err
ok $? 'is told with what to do'
chmod 755 q
q list
grep -q 'chmod 700' err
ok $? 'so is a folder that others may enter'

# ---- where it is ----
if [ "$(id -u)" -ne 0 ]; then
    XDG_DATA_HOME=$here/data "$KHIEN" quarantine list >out 2>err
    is $? 0 'without --folder it is below XDG_DATA_HOME'
else
    skip 'without --folder' "root's is /var/lib/khien-scan/quarantine"
fi
done_testing
