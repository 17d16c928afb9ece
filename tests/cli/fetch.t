#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch: what is new is taken, what is unchanged is not sent, caps and secrets are kept.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

mkdir web
printf '192.0.2.1\n192.0.2.2\n' >web/list.txt
cat >server.py <<'END'
import http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    def do_GET(self):
        with open("seen.log", "a") as log:
            print(self.path, self.headers.get("If-None-Match"), self.headers.get("X-Key"), file=log)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/list.txt")
            self.end_headers()
            return
        if self.path == "/big.txt":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(4096):
                    self.wfile.write(b"192.0.2.9\n" * 100)
            except OSError:
                pass
            return
        body = open("web/list.txt", "rb").read()
        tag = '"%d"' % len(body)
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
python3 server.py >port &
server=$!
trap 'kill $server' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -s port ] || sleep 0.5
done
port=$(cat port)

"$KHIEN" fetch --once 2>err
is $? 2 'without a feed there is nothing to do'
printf 'X-Key: secret\n' >key
cat >khien.conf <<END
[fetch]
max_megabytes = 1
[feed plain]
url = http://127.0.0.1:$port/list.txt
source = my list
[feed secret]
url = http://127.0.0.1:$port/list.txt?x=1
source = my secret list
header_file = key
[feed moved]
url = http://127.0.0.1:$port/away
source = moved
[feed secret-moved]
url = http://127.0.0.1:$port/away
header_file = key
[feed big]
url = http://127.0.0.1:$port/big.txt
[feed local]
url = file://$PWD/web/list.txt
source = local
END
"$KHIEN" fetch --once plain 2>err
ok $? 'a feed is fetched'
"$KHIEN" stats daily --class blacklist --by source --json >out
is "$(jq -c '[.[] | [.source, .distinct]]' out)" \
    '[["my list",2]]' 'under the name of its source'
"$KHIEN" fetch --once plain 2>err
ok $? 'and again'
grep -q 'plain: unchanged' err
ok $? 'it is not sent again'
printf '192.0.2.3\n' >>web/list.txt
"$KHIEN" fetch --once plain 2>err
is "$("$KHIEN" stats daily --class blacklist --json | jq -c '[.[].distinct] | max')" 3 \
    'a changed one is'
"$KHIEN" fetch --once secret 2>err
ok $? 'a feed with a secret header'
grep -q '/list.txt?x=1 None secret' seen.log
ok $? 'the header is sent'
"$KHIEN" fetch --once moved 2>err
ok $? 'a redirect is followed'
"$KHIEN" fetch --once secret-moved 2>err
is $? 1 'but not with a secret'
"$KHIEN" fetch --once big 2>err
is $? 1 'too large a feed is broken off'
grep -q 'more than the 1048576 bytes allowed' err
ok $? 'and says so'
"$KHIEN" fetch --once local 2>err
ok $? 'a file'
"$KHIEN" fetch --once plainn 2>err
is $? 2 'an unknown name is refused'
grep -q 'did you mean plain' err
ok $? 'with the nearest'
grep -rq secret var/fetch && grep -q 'X-Key' -r var/fetch
is $? 1 'no secret is written down'
"$KHIEN" fetch local 2>err &
fetcher=$!
sleep 1
kill -TERM $fetcher
wait $fetcher
is $? 0 'SIGTERM ends it well'
done_testing
