#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Several nodes: two mirrors get what one publishes and answer like it, go on when it and its
# database are gone, and take over nothing that is damaged, older or without the key.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
today=$(date -u +%Y-%m-%d)
pids=''
# shellcheck disable=SC2086  # a list of numbers
trap 'kill -9 $pids 2>/dev/null' EXIT

report() { # report NAME ADDRESS
    printf '"timestamp","src_ip","src_asn","src_geo","infection"\n' >"$1"
    printf '"%s 00:00:01","%s",45899,"VN","mirai"\n' "$today" "$2" >>"$1"
}
admin_of() { # admin_of NODE: where its private listener is
    sed -n 's|^metrics and health: \(http://.*\)/$|\1|p' "$1/served"
}
start() { # start NODE: khien serve, on loopback; the process is $server
    (cd "$1" && exec env KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve --listen 127.0.0.1:0 \
        --admin-listen 127.0.0.1:0) >"$1/served" 2>"$1/log" &
    server=$!
    pids="$pids $server"
    served "$1/served" >/dev/null && eventually grep -q '^metrics' "$1/served"
}
follow() { # follow NODE URL: khien mirror, once a second
    (cd "$1" && KHIEN_NODE_EVERY=1s exec "$KHIEN" mirror "$2") >/dev/null 2>"$1/mirror.log" &
    mirror=$!
    pids="$pids $mirror"
}
state() { # state NODE ADDRESS
    curl --silent --max-time 30 --header "X-Forwarded-For: $2" \
        "$(served "$1/served")/api/v1/check" | jq -r .state
}
says() { # says NODE ADDRESS STATE
    [ "$(state "$1" "$2")" = "$3" ]
}
fetched() { # fetched PATH [CURL-OPTION…]: the status
    path=$1
    shift
    : >body
    curl --silent --max-time 30 --output body --dump-header head --write-out '%{http_code}' "$@" \
        "$publisher$path"
}
newest() { # newest NODE: the file with the greatest number
    find "$1/var/snapshot" -name '*.snap' | sort -t / -k 4 -V | tail -n 1
}

newest_figures() { # newest_figures NODE
    find "$1/var/figures" -name '*.fig' | sort -t / -k 4 -V | tail -n 1
}
# shellcheck disable=SC2317  # by eventually
level() { # level NODE: it has what the publisher has
    cmp -s "$(newest origin)" "$(newest "$1")"
}

mkdir origin one two
report "$today-event4_sinkhole.csv" 203.162.0.1
report "$today-event4_sinkhole-later.csv" 203.162.0.2
(cd origin && "$KHIEN" ingest "../$today-event4_sinkhole.csv") >out 2>err
ok $? 'the publisher has data'
start origin
ok $? 'and serves'
origin=$server
publisher=$(admin_of origin)

# What is published.
is "$(fetched /node/snapshot)" 200 'the snapshot can be had on this machine'
same "$(newest origin)" body 'byte for byte'
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' head)
is "$tag" "$(python3 -c 'import struct
print("\"%016x%016x\"" % struct.unpack("<QQ", open("body", "rb").read()[-16:]))')" \
    'its entity tag is the hash at its end'
is "$(fetched /node/snapshot --header "If-None-Match: $tag")" 304 'whoever has it gets 304'
is "$(wc -c <body)" 0 'and nothing else'
is "$(fetched /node/snapshot --head)" 200 'HEAD'
grep -q "^Content-Length: $(wc -c <"$(newest origin)")" head
ok $? 'tells the size'
is "$(fetched /node/snapshot --header 'Host: khien.example')" 403 \
    'a page that pretends to be here gets nothing'
is "$(fetched /node/snapshot --header 'Host: localhost:1')" 200 'this machine has names of its own'
is "$(fetched /node/figures)" 200 'figures'
same "$(newest_figures origin)" body 'byte for byte, too'
is "$(curl --silent --output /dev/null --write-out '%{http_code}' \
    "$(served origin/served)/node/snapshot")" 404 'visitors do not find it'

# Two nodes without a database.
for node in one two; do
    start $node
    ok $? "node $node serves"
    says $node 203.162.0.1 no-data
    ok $? 'but has nothing to say'
    follow $node "$publisher"
done
for node in one two; do
    eventually says $node 203.162.0.1 recent
    ok $? "node $node gets the snapshot"
    is "$(state $node 203.162.0.2)" not-found 'and answers from it'
    [ ! -e $node/var/khien.db ] && eventually cmp -s "$(newest_figures origin)" \
        $node/var/figures/1.fig
    ok $? 'without a database'
    same "$(newest origin)" "$(newest $node)" 'the file is the same'
done
for address in 203.162.0.1 203.162.0.2 10.0.0.1; do
    for node in origin one two; do
        curl --silent --header "X-Forwarded-For: $address" \
            "$(served $node/served)/api/v1/check" >answer.$node
    done
    cmp -s answer.origin answer.one && cmp -s answer.origin answer.two
    ok $? "all three say the same about $address"
done
(cd origin && "$KHIEN" ingest "../$today-event4_sinkhole-later.csv") >out 2>err
ok $? 'more is ingested at the publisher'
for node in one two; do
    eventually says $node 203.162.0.2 recent
    ok $? "it reaches node $node"
done
for _ in 1 2 3; do
    (cd origin && "$KHIEN" snapshot build) >/dev/null
    eventually level one
done
[ "$(find one/var/snapshot -type f | wc -l)" -le 4 ]
ok $? 'a node keeps the three newest'

# The publisher dies, and its database with it.
kill -9 "$origin"
wait "$origin" 2>/dev/null
rm -rf origin/var/khien.db*
for node in one two; do
    says $node 203.162.0.1 recent && says $node 203.162.0.2 recent
    ok $? "node $node goes on without the publisher"
done
eventually grep -q 'error.*node/snapshot' one/mirror.log
ok $? 'that it is away is logged'
sleep 3
is "$(grep -c 'node/snapshot' one/mirror.log)" 1 'once'
kill -TERM "$mirror"
wait "$mirror"
is $? 0 'SIGTERM ends a mirror well'

# A node that lost its database still publishes: here from the snapshot alone.
start origin
ok $? 'the publisher comes back without a database'
publisher=$(admin_of origin)
mkdir fresh
(cd fresh && "$KHIEN" mirror --once "$publisher") 2>err
ok $? 'and is mirrored'
same "$(newest origin)" "$(newest fresh)" 'whole'
(cd fresh && "$KHIEN" mirror --once "$publisher") 2>err
ok $? 'again'
is "$(find fresh/var/snapshot -name '*.snap' | wc -l)" 1 'what is the same is not taken twice'

same "$(newest_figures origin)" "$(newest_figures fresh)" 'figures are mirrored, too'
printf 'damaged' >origin/var/figures/99.fig
is "$(fetched /node/figures)" 200 'a damaged newer file'
same "$(newest_figures fresh)" body 'is passed over'
rm origin/var/figures/99.fig

# A proxy that spoils what goes through it, as the file says.
cat >spoiler.py <<'END'
import http.server, sys, time, urllib.request
publisher = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    def do_GET(self):
        how = open("how").read().strip()
        with open("asked.log", "a") as log:
            print(self.path, self.headers.get("Authorization"), file=log)
        if self.path != "/node/snapshot":
            return self.send_error(404)
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", publisher + self.path)
            self.end_headers()
            return None
        body = urllib.request.urlopen(publisher + self.path).read()
        size = len(body)
        if how == "flip":
            body = body[:size // 2] + bytes([body[size // 2] ^ 16]) + body[size // 2 + 1:]
        elif how == "cut":
            body = body[:size // 2]
        elif how == "short": # says so, too
            body = body[:size // 2]
            size = len(body)
        elif how == "page":
            body, size = b"<html>welcome to the hotel network</html>", 41
        elif how == "endless":
            size = None
        elif how == "stall": # for half a minute, then something that is no snapshot
            size = None
        self.send_response(200)
        if size is not None:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        try:
            while how == "endless":
                self.wfile.write(bytes(1 << 16))
            for _ in range(300 if how == "stall" else 0):
                self.wfile.write(b"-")
                time.sleep(0.1)
            self.wfile.write(body)
        except OSError:
            pass
        return None
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
python3 spoiler.py "$publisher" >port &
pids="$pids $!"
eventually test -s port
spoiler=http://127.0.0.1:$(cat port)
(cd origin && "$KHIEN" ingest "../$today-event4_sinkhole.csv" && "$KHIEN" snapshot build) >out 2>&1
rm -rf victim
cp -r fresh victim
cp "$(newest victim)" was
spoiled() { # spoiled HOW WORDS
    echo "$1" >how
    (cd victim && KHIEN_FETCH_MAX_MEGABYTES=${cap-64} "$KHIEN" mirror --once --allow-older \
        "$spoiler") 2>err
    is $? 1 "$1: refused"
    grep -q -- "$2" err
    ok $? "$1: the fault is named"
    cmp -s was "$(newest victim)" && [ "$(find victim/var/snapshot -type f | wc -l)" -eq 1 ]
    ok $? "$1: what is in use stays, and nothing else"
}
spoiled flip 'checksum does not match'
spoiled cut 'bytes remaining to read'
spoiled short 'truncated'
spoiled page 'does not begin with the magic'
spoiled redirect 'the server answered 302'
cap=1 spoiled endless 'more than the 1048576 bytes allowed'
echo whole >how
(cd victim && "$KHIEN" mirror --once --allow-older "$spoiler") 2>err
ok $? 'the same way without spoiling'

# Stopping does not wait for what is on its way.
echo stall >how
: >asked.log
follow victim "$spoiler"
eventually grep -q /node/snapshot asked.log
kill -TERM "$mirror"
wait "$mirror"
is $? 0 'SIGTERM ends a mirror within a download'
is "$(cat victim/mirror.log)" '' 'at once, which is no fault'
is "$(find victim/var/snapshot -name '*.part')" '' 'and leaves nothing half done'

# An older generation.
mkdir aged
cp -r fresh newer
(cd aged && "$KHIEN" ingest "../$today-event4_sinkhole.csv") >out 2>&1
start aged
ok $? 'a publisher whose data are fewer'
(cd newer && "$KHIEN" mirror --once "$(admin_of ../aged)") 2>err
is $? 1 'an older generation is refused'
grep -q 'older (generation' err
ok $? 'and says so'
says aged 203.162.0.2 not-found
ok $? 'though it is whole'
follow newer "$(admin_of aged)"
eventually grep -q 'older (generation' newer/mirror.log
sleep 3
is "$(grep -c 'error: snapshot' newer/mirror.log)" 1 'a mirror that runs says so once'
cmp -s "$(newest newer)" "$(newest fresh)"
ok $? 'and stays with what it has'
kill -TERM "$mirror"
wait "$mirror"
(cd newer && "$KHIEN" mirror --once --allow-older "$(admin_of ../aged)") 2>err &&
    cmp -s "$(newest aged)" "$(newest newer)"
ok $? '--allow-older takes it'

# The key.
printf '%s\n' 'a-key-of-more-than-16-characters' >key
printf '%s\n' 'another-key-of-the-same-leng-ths' >wrong
printf 'short\n' >short
printf '[node]\nkey_file = ../key\n' >origin/khien.conf
kill -TERM "$server"
start origin
ok $? 'a publisher with a key'
publisher=$(admin_of origin)
is "$(fetched /node/snapshot)" 403 'without the key, even here, there is nothing'
is "$(fetched /node/snapshot --header 'Authorization: Bearer wrong')" 403 'nor with another'
is "$(fetched /node/snapshot --header "Authorization: Basic $(cat key)")" 403 'nor another way'
is "$(fetched /node/snapshot --header 'Authorization: Bearer')" 403 'nor with none'
is "$(fetched "/node/snapshot?key=$(cat key)")" 403 'nor in the address'
is "$(fetched /node/snapshot --header "Authorization: Bearer $(cat key)")" 200 'with it there is'
is "$(fetched /node/snapshot --header "authorization: bearer $(cat key)" \
    --header 'Host: node1.example.vn')" 200 'from anywhere'
(cd fresh && "$KHIEN" mirror --once --allow-older "$publisher") 2>err
is $? 1 'a mirror without it is refused'
grep -q 403 err
ok $? 'and says so'
(cd fresh && KHIEN_NODE_KEY_FILE=../wrong "$KHIEN" mirror --once "$publisher") 2>err
is $? 1 'a wrong key'
(cd fresh && KHIEN_NODE_KEY_FILE=../short "$KHIEN" mirror --once "$publisher") 2>err
is $? 1 'a key too short'
! grep -q '^short\|: short$' err && grep -q 'is no key' err
ok $? 'is named by its file only'
(cd fresh && KHIEN_NODE_KEY_FILE=../key "$KHIEN" mirror --once "$publisher") 2>err
ok $? 'the right one'
printf '[node]\nkey_file = ../key\nfrom = %s/\n' "$publisher" >fresh/khien.conf
(cd fresh && "$KHIEN" mirror --once) 2>err
ok $? 'all of it from the configuration'
echo redirect >how
: >asked.log
(cd fresh && "$KHIEN" mirror --once "$spoiler") 2>err
is $? 1 'a redirect is not followed with the key'
! grep -rq "$(cat key)" origin/log origin/served one/mirror.log err fresh/var
ok $? 'no key is written down'

for url in '' file:///etc ftp://a 'http://user:word@127.0.0.1/' 'http://127.0.0.1/?a=b'; do
    (cd two && "$KHIEN" mirror --once "$url") 2>err
    is $? 2 "\"$url\" is no URL for this"
done
# Every address of this machine is wider than loopback.
(cd two && exec "$KHIEN" serve --listen 127.0.0.1:0 --admin-listen 0.0.0.0:0) >open 2>err &
pids="$pids $!"
eventually grep -q '^metrics' open
publisher=http://127.0.0.1:$(sed -n 's|^metrics.*:\([0-9]*\)/$|\1|p' open)
is "$(fetched /healthz)" 200 'a listener that others reach'
is "$(fetched /node/snapshot)" 403 'gives out no files without a key'
done_testing
