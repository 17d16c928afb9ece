#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The sandbox around real commands: they work within it, and what was not named is out of reach.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

printf '192.0.2.1\n' >2026-11-20-list.txt
mkdir outside
printf '192.0.2.9\n' >outside/2026-11-20-other.txt
ln -s outside/2026-11-20-other.txt link.txt
mkdir folder
ln -s ../outside/2026-11-20-other.txt folder/link.txt

"$KHIEN" feed parse 2026-11-20-list.txt >out
is "$(jq -r '."source.ip"' out)" 192.0.2.1 'a file that is named is read'
"$KHIEN" feed parse link.txt >out
is "$(jq -r '."source.ip"' out)" 192.0.2.9 'by a link that is named too'
"$KHIEN" feed parse folder >out
is "$(cat out)" '' 'a link within a folder leads nowhere'

# The configuration is read before the sandbox, a table that it names is within reach.
printf '[families]\nfile = families.tsv\n' >khien.conf
printf '# nothing\n' >families.tsv
"$KHIEN" ingest 2026-11-20-list.txt >/dev/null 2>err
ok $? 'a table that the configuration names is read'
rm khien.conf

"$KHIEN" serve --listen 127.0.0.1:0 >where 2>log &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s where ] || sleep 0.5
done
if grep -q '^Seccomp:[[:space:]]2' /proc/$server/status; then
    ok 0 'a server runs under a seccomp filter'
    grep -q '^NoNewPrivs:[[:space:]]1' /proc/$server/status
    ok $? 'without new privileges'
    is "$(awk '/^Max core file size/ { print $5, $6 }' /proc/$server/limits)" '0 0' 'or core files'
else
    grep -q 'the sandbox is incomplete' log
    ok $? 'a kernel without seccomp is told of'
fi
curl -sf "$(sed -n 's/^pages: //p' where)api/v1/check" | jq -e .state >/dev/null
ok $? 'and answers'
"$KHIEN" ingest outside/2026-11-20-other.txt >/dev/null
kill -TERM $server
wait $server
is $? 0 'it ends well'
"$KHIEN" --no-sandbox check 192.0.2.1 >/dev/null
ok $? '--no-sandbox'
done_testing
