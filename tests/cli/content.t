#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The texts of the pages: khien content finds what is wrong in a folder; khien serve takes over an
# edit and keeps what it has when an edit is faulty; the feeds are XML.
set -u
. tests/cli/lib/tap.sh
project=$PWD
cd "$TMPDIR" || exit 1

is "$("$KHIEN" content check)" 'the built-in content is right' 'the built-in content has no fault'
"$KHIEN" content list --json >all.json
files=$(find "$project/content" -name '*.vi.md' | wc -l)
is "$(jq length all.json)" "$files" \
    'each file of the project is in the program'
is "$(jq -r '.[] | select(.languages != ["vi", "en"]) | .name' all.json)" '' 'in both languages'
is "$(jq -r '.[] | select(.from != "built in" or (.shown | not)) | .name' all.json)" '' \
    'and is shown'

mkdir -p own/guides own/tools own/alerts own/gides
printf -- '---\ntitle: Bộ phát của tôi\n---\nMới.\n' >own/guides/router.vi.md
printf -- '---\ntitle: My router\n---\nNew.\n' >own/guides/router.en.md
"$KHIEN" content check own >out 2>err
is $? 1 'a stray folder is a fault'
is "$(cat out)" \
    'gides: wrong: left out: folders are pages, tools, guides, alerts, press and campaigns' \
    'with what is expected'
rmdir own/gides
is "$("$KHIEN" content check own)" 'own is right' 'two translated files are right'
is "$("$KHIEN" content list own --json | jq -r '.[] | select(.from == "folder") | .name')" router \
    'they take the place of the built-in ones'

cat >own/tools/bad.vi.md <<'END'
---
title: Công cụ
makr: Ai
url: http://example.vn/x
sha256: 123
free_until: 2026-13-01
---
[x](/khong-co) [y](http://example.vn)
END
cat >own/alerts/bad.vi.md <<'END'
---
title: Cảnh báo
date: 2026-01-01
level: high
tlp: AMBER
---
END
"$KHIEN" content check own >out 2>err
is $? 1 'faults give status 1'
cat >want <<'END'
tools/bad.vi.md:3: refused: tools has no key "makr"; did you mean "maker"?
tools/bad.vi.md:4: refused: url: must be a link that begins with https://
tools/bad.vi.md:5: refused: sha256: must be a SHA-256: 64 hexadecimal digits in small letters
tools/bad.vi.md:6: refused: free_until: must be a day such as 2026-11-21
tools/bad.vi.md:8: wrong: a link goes to this site (/…), https, tel or mailto only
tools/bad.vi.md:1: refused: maker: is missing: add a line "maker: …", text
END
grep '^tools' out >tools
same want tools 'and are all named, with file, line, key and what to do'
is "$(grep -c '^alerts/bad.vi.md:5: refused: tlp: must be CLEAR: nothing else may be pub' out)" 1 \
    'an alert that may not be published is refused'
is "$(cat err)" 'khien content: 8 faults in the content' 'and counted'
"$KHIEN" content check own --json >out 2>err
is "$(jq -r '.[0] | "\(.file) \(.line) \(.level)"' out)" 'tools/bad.vi.md 3 refused' \
    'the same as JSON'
"$KHIEN" content list own >out 2>err
is $? 1 'what would be refused is not listed'
rm own/tools/bad.vi.md own/alerts/bad.vi.md
printf -- '---\ntitle: Một\n---\n[x](/khong-co)\n' >own/guides/mai-a.vi.md
"$KHIEN" content check own >out 2>err
cat >want <<'END'
guides/mai-a.vi.md: wrong: has no translation: write guides/mai-a.en.md
guides/mai-a.vi.md:4: wrong: links to /khong-co, which is no page here
END
same want out 'a missing translation and a link to nowhere'
rm own/guides/mai-a.vi.md
printf -- '---\ntitle: Mai\ndate: 9999-01-01\n---\n' >own/guides/mai.vi.md
printf -- '---\ntitle: Tomorrow\n---\n' >own/guides/mai.en.md
"$KHIEN" content check own >out
is $? 0 'a day to come is only a remark'
grep -q '^guides/mai.vi.md: remark: date: is still to come' out
ok $? 'but is said'
"$KHIEN" content check none >out 2>err
is $? 1 'a folder that is not there'
grep -q 'cannot read the content folder none' err
ok $? 'is said'

# While serving.
cat >khien.conf <<'END'
[content]
folder = own
[http]
site_url = https://khien.example.vn
[security]
contact = mailto:a@example.vn
contact = https://example.vn/bao
expires = 9000-01-01
END
"$KHIEN" conf check khien.conf >/dev/null
ok $? 'the configuration is right'
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
wait_for() { # wait_for COMMAND…: until it succeeds, at most half a minute
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.1
    done
}
page() { # page PATH
    curl --silent --max-time 30 "$url$1"
}
says() { # says PATH TEXT
    page "$1" | grep -q "$2"
}
wait_for grep -q '^pages' served
url=$(sed -n 's|^pages: \(http://.*\)/$|\1|p' served)
says /huong-dan/router 'Bộ phát của tôi'
ok $? "the operator's file is served, within the sandbox"
printf -- '---\ntitle: Bộ phát mới\n---\n' >own/guides/router.vi.md
wait_for says /huong-dan/router 'Bộ phát mới'
ok $? 'an edit is taken over without a restart'
printf -- '---\ntitle: Hỏng\n' >own/guides/router.vi.md
wait_for grep -q 'content refused: guides/router.vi.md:2: the header has no end' log
ok $? 'a faulty one is refused, with the reason in the log'
says /huong-dan/router 'Bộ phát mới'
ok $? 'and what was in use stays'
mv own away
says /huong-dan/router 'Bộ phát mới'
ok $? 'also when the folder goes'
mv away own
for feed in /canh-bao.atom /en/alerts.atom /thong-cao.atom /en/press.atom; do
    page $feed >feed.xml
    xmllint --noout feed.xml 2>xml.err
    ok $? "$feed is XML"
    is "$(xmllint --xpath 'count(//*[local-name()="entry"][*[local-name()="id"] and
        *[local-name()="title"] and *[local-name()="updated"]]) =
        count(//*[local-name()="entry"]) and count(//*[local-name()="entry"]) > 1 and
        count(/*[local-name()="feed"]/*[local-name()="id" or local-name()="updated" or
        local-name()="title" or local-name()="author"]) = 4' feed.xml)" true \
        'with what RFC 4287 demands of a feed and its entries'
    xmllint --xpath '//*[local-name()="id"]/text()' feed.xml | grep -qv '^https://khien.example.vn/'
    is $? 1 'and absolute identifiers'
done
page /.well-known/security.txt >security
printf 'Contact: mailto:a@example.vn\nContact: https://example.vn/bao\n' >want
printf 'Expires: 9000-01-01T00:00:00Z\nPreferred-Languages: vi, en\n' >>want
printf 'Canonical: https://khien.example.vn/.well-known/security.txt\n' >>want
same want security 'security.txt says what the configuration says'
kill -TERM $server
wait $server
is $? 0 'SIGTERM ends it well'

printf '[content]\nfolder = none\n' >khien.conf
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>err
is $? 1 'a content folder that is not there'
grep -q 'content.folder: there is no folder none' err
ok $? 'is said before anything is served'
printf '[http]\nsite_url = https://example.vn/\n' >khien.conf
"$KHIEN" serve --listen 127.0.0.1:0 >served 2>err
is $? 2 'a site address with a slash at its end'
grep -q 'http.site_url must begin with https:// and not end with a slash' err
ok $? 'is refused'
done_testing
