#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packaging/nginx/khien.conf in a real nginx before a real portal: TLS, who the visitor is, what is
# refused, what is said when the portal is away, and that no visitor's address is written anywhere.
set -u
. tests/cli/lib/tap.sh
root=$PWD
cases=$(dirname "$KHIEN")/tests/portal/wire_test
cd "$TMPDIR" || exit 1
visitor=127.0.0.9 # any address of 127.0.0.0/8 may be a client's

wait_for() { # wait_for COMMAND…: until it succeeds, thirty seconds at most
    tries=0
    until "$@" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.1
    done
}
nginx='' portal=''
trap 'kill $nginx $portal 2>/dev/null; wait' EXIT

printf '192.0.2.1\n' >2026-11-20-list.txt
"$KHIEN" ingest 2026-11-20-list.txt >out 2>err
cat >khien.conf <<'END_OF_CONF'
[http]
trusted_proxy = 127.0.0.1
[self_reports]
bits = 4
END_OF_CONF
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
portal=$!
wait_for grep -q '^pages' served
portal_port=$(sed -n 's|^pages: http://127.0.0.1:\([0-9]*\)/$|\1|p' served)

# Ports that were free a moment ago.
ports=$(python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in held))')
plain=${ports%% *} relay=${ports##* } tls=${ports#* }
tls=${tls%% *}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=khien.example -addext subjectAltName=DNS:khien.example \
    -keyout key.pem -out cert.pem 2>err
mkdir site
cp -r "$root/packaging/nginx/_khien" site/
configure() { # configure PORT-OF-THE-PORTAL
    sed -e "s|127\.0\.0\.1:8080|127.0.0.1:$1|" -e '/listen \[::\]/d' \
        -e "s|listen 80|listen 127.0.0.1:$plain|" -e "s|listen 443|listen 127.0.0.1:$tls|" \
        -e 's|chiendich\.example\.vn|khien.example|g' -e "s|/usr/share/khien/nginx|$PWD/site|" \
        -e 's|client_header_timeout 15s|client_header_timeout 1s|' \
        -e "s|/etc/ssl/khien/fullchain.pem|$PWD/cert.pem|" \
        -e "s|/etc/ssl/khien/key.pem|$PWD/key.pem|" "$root/packaging/nginx/khien.conf" >site.conf
}
configure "$portal_port"
mkdir logs temp
{
    [ "$(id -u)" -ne 0 ] || echo 'user root;'
    cat <<END_OF_CONF
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/logs/error.log info;
events { worker_connections 512; }
http {
    access_log $PWD/logs/access.log;
    client_body_temp_path $PWD/temp/body;
    proxy_temp_path $PWD/temp/proxy;
    fastcgi_temp_path $PWD/temp/fastcgi;
    uwsgi_temp_path $PWD/temp/uwsgi;
    scgi_temp_path $PWD/temp/scgi;
    include $PWD/site.conf;
}
END_OF_CONF
} >nginx.conf
PATH=$PATH:/usr/sbin
nginx -p "$PWD" -e "$PWD/logs/error.log" -t -q -c "$PWD/nginx.conf" >said 2>&1
is "$(cat said)" '' 'nginx takes the configuration without a warning'
nginx -p "$PWD" -e "$PWD/logs/error.log" -c "$PWD/nginx.conf" 2>nginx.err &
nginx=$!

get() { # get PATH [CURL-OPTION…]
    path=$1
    shift
    curl --silent --max-time 30 --noproxy '*' --cacert cert.pem --interface $visitor \
        --connect-to "khien.example:443:127.0.0.1:$tls" "$@" "https://khien.example$path"
}
code() { # code PATH [CURL-OPTION…]: the status
    get "$@" --output /dev/null --write-out '%{http_code}'
}
wait_for get / --output /dev/null
is "$(get / --output /dev/null --write-out '%{http_version} %{http_code} %{ssl_verify_result}')" \
    '2 200 0' 'TLS and HTTP/2'
is "$(code / --http1.1 --tls-max 1.2)" 200 'HTTP/1.1 over TLS 1.2'
is "$(code / --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0)" 000 'but no older TLS'
is "$(curl -s --max-time 30 --noproxy '*' -k --output /dev/null --write-out '%{http_code}' \
    "https://127.0.0.1:$tls/")" 000 'nor another name'

plainly() { # plainly HOST: what plain HTTP says to PATH
    curl --silent --max-time 30 --noproxy '*' --output /dev/null --header "Host: $1" \
        --write-out '%{http_code} %{redirect_url}' "http://127.0.0.1:$plain/en/check?a=b"
}
is "$(plainly khien.example)" '301 https://khien.example/en/check?a=b' 'HTTP leads to HTTPS'
is "$(plainly evil.example)" '000 ' 'but not to where a forged Host says'

get / --dump-header answer --output page
tr -d '\r' <answer >fields
grep -qi '^strict-transport-security: max-age=63072000$' fields
ok $? 'HSTS'
grep -qi "^content-security-policy: default-src 'none'" fields
ok $? "the portal's own fields come through"
grep -qi '^server: nginx$' fields
ok $? 'the version of nginx does not'
asset=$(grep -o '/assets/style-[^"]*' page)
is "$(get "$asset" --dump-header answer --output style --header 'Accept-Encoding: gzip' \
    --write-out '%{http_code}') $(tr -d '\r' <answer | grep -i '^content-encoding')" \
    '200 content-encoding: gzip' "what the portal compressed is handed on"
etag=$(tr -d '\r' <answer | sed -n 's/^etag: //ip')
is "$(code "$asset" --header "If-None-Match: $etag" --header 'Accept-Encoding: gzip')" 304 \
    'an asset that is known does not come again'
is "$(get /kiem-tra --header 'Accept: application/json' | jq -r .state)" local \
    'JSON for who asks for it'

# 192.0.2.1 has a sighting: who is taken for it would be told of it.
families() {
    jq -c '[.families[], .other[]] | length'
}
is "$(curl -s --noproxy '*' -H 'X-Forwarded-For: 192.0.2.1' \
    "http://127.0.0.1:$portal_port/api/v1/check" | families)" 1 'the portal believes its proxy'
for forged in 192.0.2.1 '192.0.2.1, 127.0.0.1' ' 192.0.2.1 ,' 'garbage' ''; do
    is "$(get /api/v1/check -H "X-Forwarded-For: $forged" | jq -c .state)" '"local"' \
        "nobody becomes another by X-Forwarded-For: $forged"
done
is "$(get /api/v1/check -H 'X-Forwarded-For: 192.0.2.1' -H 'X-Forwarded-For: 192.0.2.1' \
    -H 'X-Real-IP: 192.0.2.1' -H 'Forwarded: for=192.0.2.1' | families)" 0 'or by other fields'

is "$(code / -X POST --data a)" 405 'POST is refused'
is "$(code / -X GET --data abcdefghij)" 413 'so is a body'
long=$(printf '%5000s' '' | tr ' ' a)
is "$(code "/$long" --http1.1)" 414 'a long address'
is "$(code / --http1.1 -H "X: $long")" 400 'a long field'
is "$(code "/$(printf '%2500s' '' | tr ' ' a)")" 414 'an address too long for the portal'

printf '%s' '{"version":1,"id":"00112233445566778899aabbccddeeff","program":"0.1.0",' \
    '"system":"linux","rules_version":5,"scope":"quick","complete":true,"files":1,"processes":0,' \
    '"malicious":0,"suspicious":0,"look":0,"quarantined":0,"families":{}}' >report
proof=$(python3 "$root/tests/cli/lib/reporter.py" prove "http://127.0.0.1:$portal_port" report)
report() { # report FILE PROOF
    code /api/v1/self-reports --data-binary "@$1" -H 'Content-Type: application/json' \
        -H "Khien-Proof: $2"
}
is "$(report report "$proof")" 201 'what a scanner sends in is handed on'
is "$(report report "$proof") $(report report x)" '200 403' 'with its proof'
head -c 5000 /dev/zero >large
is "$(report large "$proof")" 413 'but no more of it than there can be'
is "$(code /api/v1/self-reports -X PUT --data a)" 405 'nor otherwise'

mkdir cases && "$cases" --write cases
ok $? 'the malformed requests of wire_test'
configure "$relay"
kill -HUP $nginx
tries=0
until [ "$(code /)" != 200 ] || [ $tries -gt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
"$root/tests/cli/lib/through_proxy.py" "$tls" "$relay" "$portal_port" cases >judged 2>err
ok $? 'are sent through nginx'
is "$(sed '$d' judged)" '' 'none becomes two, or another'
handed=$(tail -n 1 judged)
[ "${handed:-0}" -ge "$(find cases -name 'served.*' | wc -l)" ]
ok $? "while well-formed ones get through: $handed were handed on"
sed 's/^/# /' err

# The relay is gone with the program above.
unavailable() { # unavailable PATH TEXT
    is "$(code "$1")" 502 "without the portal $1 is a 502"
    get "$1" --dump-header answer --output page
    grep -qi "^content-security-policy: default-src 'none'" answer && grep -q "$2" page
    ok $? 'with words of its own'
}
unavailable / 'Tạm thời chưa kiểm tra được'
unavailable /en/check 'not possible right now'
unavailable /api/v1/check '"error":"unavailable"'
! grep -qiE '<(script|style|img)|https?://' site/_khien/*.html
ok $? 'in which nothing is loaded from anywhere'
is "$(code /_khien/unavailable.vi.html)" 404 'and which has no address of its own'

# 3,000 a minute and 1,000 more at once, from one /24.
get '/robots.txt?[1-1400]' --output /dev/null --write-out '%{http_code}\n' | sort | uniq -c >counted
awk '$2 == 502 && $1 >= 1000 { some = 1 } $2 == 429 && $1 > 0 { most = 1 }
    END { exit !(some && most) }' counted
ok $? 'who asks too often is told to wait'
get '/en/?[1-200]' >page
grep -q 'Too many requests' page
ok $? 'in words'
is "$(code / --interface 127.0.1.9)" 502 'other networks are not'

! grep -rl "$visitor" logs log site.conf var/self-reports
ok $? "no visitor's address stands in any log"
is "$(wc -c <logs/access.log)" 0 'nothing is written about requests at all'
done_testing
