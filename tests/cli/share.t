#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Step 3 with the real program: posters and QR codes as other programs read them, share buttons,
# and counters that outlive the server.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1
KHIEN_NOW=2026-11-25T01:00:00Z
KHIEN_HTTP_SITE_URL=https://chiendich.example.vn
export KHIEN_NOW KHIEN_HTTP_SITE_URL

decoded() { # decoded FILE: what a camera would read
    zbarimg --quiet --raw --nodbus "$1" 2>/dev/null | sed 's/^QR-Code://'
}

KHIEN_HTTP_SITE_URL='' "$KHIEN" poster -o none.pdf 2>err
is $? 2 'without the address of the campaign there is no poster'
grep -q 'http.site_url' err && [ ! -e none.pdf ]
ok $? 'it says what to set'
"$KHIEN" poster -o poster.gif 2>err
is $? 2 'no other form'

printf '# SPDX-License-Identifier: Apache-2.0\n# hotlines\n' >hotlines.tsv
{
    printf 'national\tĐội ứng cứu\tResponse team\t0123456789\tcert@example.vn\t-\t'
    printf '2026-01-01\t2026-11-25\tx\n'
    printf 'national\tĐội cũ\tOld team\t0999\t-\t-\t2020-01-01\t2026-11-24\tx\n'
} >>hotlines.tsv
printf '[data]\nhotlines = hotlines.tsv\n' >khien.conf

for lang in vi en; do
    "$KHIEN" poster --lang $lang -o $lang.pdf && "$KHIEN" poster --lang $lang -o $lang.png &&
        "$KHIEN" poster --lang $lang --format svg -o - >$lang.svg
    ok $? "$lang: drawn within the sandbox"
    pdfinfo $lang.pdf >info 2>err
    is "$(sed -n 's/^Pages: *//p' info)" 1 "$lang: one page"
    grep -q '^Page size:.*A4' info && grep -q '^Tagged: *yes' info
    ok $? "$lang: A4, tagged"
    is "$(grep -a -c "/Lang ($lang)" $lang.pdf)" 1 "$lang: names its language"
    [ "$(wc -c <$lang.pdf)" -le 204800 ] && [ "$(wc -c <$lang.png)" -le 307200 ]
    ok $? "$lang: small files"
    is "$(pdffonts $lang.pdf | tail -n +3 | grep -v ' yes yes yes ')" '' \
        "$lang: fonts are subsets within it"
    qpdf --check $lang.pdf >out 2>&1
    ok $? "$lang: another reader finds no fault"
    pdftoppm -r 100 -gray -png -singlefile $lang.pdf printed
    url=https://chiendich.example.vn/
    [ $lang = vi ] || url=https://chiendich.example.vn/en/
    is "$(decoded printed.png)" "$url" "$lang: the code is read from a grey print"
    is "$(decoded $lang.png)" "$url" "$lang: and from the picture"
    is "$(head -c 24 $lang.png | od -An -tu1 -j16 | tr -s ' ')" ' 0 0 4 56 0 0 5 70' \
        "$lang: 1080 by 1350"
    xmllint --noout $lang.svg 2>/dev/null || grep -q '</svg>' $lang.svg
    ok $? "$lang: SVG"
done
pdftotext -layout vi.pdf - | tr -s ' \n' ' ' >vi.txt
pdftotext -layout en.pdf - | tr -s ' \n' ' ' >en.txt
grep -q 'Thiết bị của bạn có đang bị kẻ xấu điều khiển?' vi.txt && grep -q 'Quét và bóc gỡ' vi.txt
ok $? 'the text of the PDF is Vietnamese again'
grep -q 'chiendich.example.vn' vi.txt && grep -q 'chiendich.example.vn/en' en.txt
ok $? 'with the address'
grep -q 'Đội ứng cứu: 0123456789 – cert@example.vn' vi.txt && grep -q 'Response team: 0123' en.txt
ok $? "today's hotline"
! grep -q 'Đội cũ' vi.txt
ok $? 'not one that ended yesterday'
pdfinfo vi.pdf | grep -q '^Title: *Chiến dịch làm sạch mã độc'
ok $? 'the title is the campaign'
name=$(printf 'Chiến dịch rất dài %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
KHIEN_CAMPAIGN_NAME_VI=$name "$KHIEN" poster -o long.pdf
pdfinfo long.pdf | grep -q '^Pages: *1$' &&
    pdftotext long.pdf - | grep -q 'từ xa' && pdftotext long.pdf - | grep -q 'Đội ứng cứu'
ok $? 'a long name pushes nothing off the page'
"$KHIEN" poster -o again.pdf
same vi.pdf again.pdf 'the same day gives the same bytes'

start() { # start: serves; sets server, url, metrics
    : >served
    KHIEN_HTTP_TRUSTED_PROXY=127.0.0.1 "$KHIEN" serve --listen 127.0.0.1:0 \
        --admin-listen 127.0.0.1:0 >served 2>log &
    server=$!
    tries=0
    until grep -q '^metrics' served; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || break
        sleep 0.1
    done
    url=$(sed -n 's|^pages: \(http://.*\)/$|\1|p' served)
    metrics=$(sed -n 's|^metrics and health: \(http://.*\)/$|\1/metrics|p' served)
}
ask() { # ask ADDRESS PATH [CURL-OPTION…]
    from=$1 path=$2
    shift 2
    curl --silent --max-time 60 --header "X-Forwarded-For: $from" "$@" "$url$path"
}
counted() { # counted WHAT NAME
    curl --silent "$metrics" | sed -n "s/^khien_counter_total{what=\"$1\",name=\"$2\"} //p"
}
trap 'kill -9 $server 2>/dev/null' EXIT
start
ask 198.51.100.1 /chia-se/poster.pdf >served.pdf
same vi.pdf served.pdf 'the portal serves what khien poster writes'
ask 198.51.101.1 /en/share/poster.png >served.png
same en.png served.png 'in English too'
ask 198.51.101.1 /chia-se/poster.pdf --output /dev/null --dump-header head
grep -qi '^content-type: application/pdf' head && ! grep -qi '^content-disposition' head
ok $? 'to be looked at, not saved'
ask 198.51.100.1 /chia-se/qr.svg >qr.svg && ask 198.51.100.1 /en/share/qr.png >qr.png
is "$(decoded qr.png)" https://chiendich.example.vn/en/ 'the QR code by itself'
ask 198.51.100.1 /chia-se >page
path=$(sed -n 's/.*<path fill="#000" d="\([^"]*\)".*/\1/p' page)
[ -n "$path" ] && grep -qF "$path" qr.svg
ok $? 'the same code stands in the page'
grep -q 'href="/chia-se/qua/facebook"' page && grep -q 'href="sms:' page && ! grep -q '<script' page
ok $? 'its buttons are plain links'
grep -q 'Mời bà con vào trang chiendich.example.vn, bấm' page
ok $? "the loudspeakers' text says the address"
! grep -q 'lượt chia sẻ' page
ok $? 'no figure while it is small'
ask 198.51.100.1 /chia-se/qua/facebook --write-out '%{http_code} %{redirect_url}' >went
is "$(cat went)" \
    '303 https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fchiendich.example.vn%2F' \
    'a button leads to the network with our address'
is "$(ask 198.51.100.1 /chia-se/qua/zalo --output /dev/null --write-out '%{redirect_url}' |
    sed 's/.*&d=//' | base64 -d | jq -r .url)" https://chiendich.example.vn/ 'Zalo gets it in JSON'
is "$(ask 198.51.100.1 /chia-se/qua/other --output /dev/null --write-out '%{http_code}')" 404 \
    'no other network'
i=0
while [ $i -lt 120 ]; do
    echo "--next --silent --output /dev/null --header X-Forwarded-For:203.0.$i.9"
    echo "$url/chia-se/qua/facebook"
    i=$((i + 1))
done | sed '1s/--next //' | xargs curl
is "$(counted share facebook)" 121 'each network counts once'
is "$(counted poster pdf) $(counted poster png)" '2 1' 'so do posters'
kill -TERM $server
wait $server
is $? 0 'it ends well'
is "$(grep -c . var/counters/node)" 6 'the file has a line a thing'
grep -q '^share facebook 2026-11-25 121$' var/counters/node &&
    ! grep -qE '198\.51|203\.0' var/counters/node log
ok $? 'a number and a day, no address'

start
is "$(counted share facebook)" 121 'the figures are there again'
ask 198.51.100.1 /chia-se >page
grep -q 'Đã có 122 lượt chia sẻ, tính từ 25/11/2026' page
ok $? 'the page tells them now'
ask 198.51.100.1 /api/v1/counters | jq '.counters[] | select(.what == "share").total' >total
is "$(cat total)" 122 'so does the API'
kill -9 $server
wait $server 2>/dev/null
printf 'damage' >>var/counters/node
start
grep -q 'node.damaged-1' log && [ -f var/counters/node.damaged-1 ]
ok $? 'a damaged file is told of and kept'
is "$(counted share facebook)" '' 'counting begins anew'
kill -TERM $server
wait $server
done_testing
