#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The small program for everyone: one static file that finds, asks, removes and gives back.
set -u
. tests/cli/lib/tap.sh
small=$KHIEN-scan
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
mkdir -p rules files bin home
cp "$small" bin/khien-scan
state=$PWD/state
run() { HOME=$PWD/home bin/khien-scan "$@"; }

# ---- one file ----
if readelf -d bin/khien-scan | grep -q 'libasan\|libubsan\|NEEDED'; then
    skip 'one file, without a loader or libraries' 'this build is for sanitizers'
    skip 'of 3 MiB at most' 'this build is for sanitizers'
else
    is "$(readelf -lW bin/khien-scan | grep -c INTERP)" 0 'one file, without a loader or libraries'
    size=$(stat -c %s bin/khien-scan)
    [ "$size" -le $((3 << 20)) ]
    ok $? "of 3 MiB at most: $size bytes"
fi

# ---- rules ----
printf 'rule eicar { strings: $a = "EICAR-STANDARD-ANTIVIRUS-TEST" condition: $a }\n' >rules/t.yar
"$KHIEN" rules key -o pack.key >key.out
"$KHIEN" rules build rules -o rules.pack --key pack.key --pack-version 7 >built 2>&1
is $? 0 'a pack to scan with'
XDG_DATA_HOME=$PWD/none run guide --state "$state" </dev/null >out 2>err
is "$? $(grep -c "cạnh chương trình này: $PWD/bin\$" err)" '1 1' \
    'without rules it says where they belong'
run guide --lang en --state "$state" </dev/null >out 2>err
is "$? $(grep -c "beside this program: $PWD/bin\$" err)" '1 1' 'in English too'
cp rules.pack usb.pack
cp pack.key.pub bin/rules.pub
run rules update --output bin/rules.pack --from usb.pack >out 2>err
is "$? $(cmp rules.pack bin/rules.pack && echo same)" '0 same' 'rules from a USB stick'
run rules update --from usb.pack >out 2>err
is "$? $(grep -c "$PWD/bin/rules.pack: version 7 is current" out)" '0 1' \
    'which lie beside the program'
"$KHIEN" rules build rules -o older.pack --key pack.key --pack-version 6 >built 2>&1
fails 'an older pack' 'which is older than the installed 7; the installed one stays' 1 \
    run rules update --from older.pack
cmp -s rules.pack bin/rules.pack
ok $? 'what is installed stays'
echo spoiled >bin/rules.pack
fails 'an older one, also when the installed one is spoiled' 'older' 1 \
    run rules update --from older.pack
run rules update --from usb.pack >out 2>err
is "$? $(grep -c 'version 7 is installed' out) $(cmp rules.pack bin/rules.pack && echo same)" \
    '0 1 same' 'the newest that was ever there is taken again'
run rules verify bin/rules.pack --public-key bin/rules.pub >out 2>err
is $? 0 'a pack is verified'

# ---- scanning ----
# shellcheck disable=SC2016 # never whole in a file of this project
first='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND' second='ARD-ANTIVIRUS-TEST-FILE!$H+H*'
printf '%s%s' "$first" "$second" >eicar.com
fill() {
    rm -rf files && mkdir files
    tar cf - eicar.com | gzip >in.tar.gz
    zip -q in.zip in.tar.gz
    7z a -bd in.7z in.zip >7z.out
    tar cJf in.tar.xz in.7z
    bzip2 -c <in.tar.xz >in.bz2
    zstd -q -f in.bz2 -o files/nested.zst
    cp eicar.com files/plain.com
    cp in.7z files/in.7z
    echo clean >files/clean.txt
    rm in.*
}
fill
run --state "$state" --json files >json 2>err
is "$? $(jq -r '.findings[].subject | split("/") | last' json | sort -u | tr '\n' ' ')" \
    '0 in.7z nested.zst plain.com ' 'what begins with no command is scanned, with what is in it'
"$KHIEN" scan --rules rules.pack --no-cache --json files >khien.json
jq -S .findings khien.json >want
jq -S .findings json >got
same want got 'and nothing else is said than by khien scan'

run scan --state "$state" --remove --yes --json files >json 2>err
left() { find files -type f | tr '\n' ' '; }
is "$(left)" 'files/clean.txt ' 'malware is removed'
run quarantine list --folder "$state/quarantine" >kept.txt
is "$(grep -c kept kept.txt)" 3 'and listed'
number=$(awk '/plain.com/ {print $1}' kept.txt)
plain=files/plain.com
run quarantine restore --folder "$state/quarantine" "$number" >out 2>err
same eicar.com "$plain" 'and given back'

# ---- what starts by itself ----
mkdir -p box/spool/cron/crontabs box/home
cp bin/khien-scan rules.pack box
cat >box/evil.sh <<'END'
#!/bin/sh
echo EICAR-STANDARD-ANTIVIRUS-TEST
END
chmod +x box/evil.sh
printf '# mine\n0 1 * * * /bin/true\n*/5 * * * * /mnt/evil.sh\n0 2 * * * /bin/true\n' \
    >box/spool/cron/crontabs/someone
cp box/spool/cron/crontabs/someone before
grep -v evil before >without
# In a system of its own, where nothing else may be found and removed.
boxed() {
    # shellcheck disable=SC2016 # for the other shell
    unshare -rm sh -eu -c 'mount --bind "$0/box" /mnt && mount --bind /mnt/spool /var/spool
        mount -t tmpfs none /tmp && mount -t tmpfs none /var/tmp && cd /mnt
        export HOME=/mnt/home; exec ./khien-scan "$@"' "$TMPDIR" "$@"
}
if boxed --version >version.txt 2>&1; then
    boxed scan --state state --no-processes --remove --yes --json >json 2>err
    is "$(jq -r '.findings[] | select(.kind == "file") | .subject' json)" /mnt/evil.sh \
        'a program that cron starts is found'
    same without box/spool/cron/crontabs/someone 'and removed with the line that starts it'
    is "$(grep -c 'đã cách ly dòng tự chạy tệp này, số 2' err)" 1 'which is told'
    boxed quarantine restore --folder state/quarantine 2 >out 2>err
    same before box/spool/cron/crontabs/someone 'and can be had back'
    boxed quarantine restore --folder state/quarantine 1 >out 2>err
    boxed scan --state state --remove --yes --json --lang en --html page.html evil.sh >json 2>err
    same without box/spool/cron/crontabs/someone 'and removed with a file that is named'
    is "$(jq -r '.findings[0].also[] | .what, .subject, .line, .quarantined' json | tr '\n' ' ')" \
        'line /var/spool/cron/crontabs/someone 3 4 ' 'as the report says'
    is "$(grep -c 'crontabs/someone:3</span>: the line that started it is in quarantine, number 4' \
        box/page.html)" 1 'and its page'
else
    skip 'what cron starts' 'no namespaces here'
fi

# ---- the conversation ----
fill
printf '3\n"%s"\nno\nk\n' "$PWD/files" | run guide --state "$state" >out 2>err
is "$? $(grep -c 'Mã độc (' out) $(grep -c 'Không cách ly gì' err) $(find files -type f |
    wc -l)" '0 1 1 4' \
    'it tells what it found, and keeps it unless told'
printf '3\n%s\nDONG Y\nc\n\n' "$PWD/files" | run guide --state "$state" >out 2>err
is "$? $(grep -c 'đã cách ly, số' err) $(left)" '0 3 files/clean.txt ' 'removes what it is told to'
is "$(grep -c '<!doctype html>' home/khien-*.html)" 1 'and saves a page'
fill
printf '3\n%s\nquarantine\nn\n' "$PWD/files" | run guide --lang en --state "$state" >out 2>err
is "$? $(grep -c 'Malware (' out) $(grep -c 'in quarantine, number' err) $(left)" \
    '0 1 3 files/clean.txt ' 'in English too'
printf '0\n' | run --lang=en >out 2>err
is "$? $(grep -c 'Nothing was scanned' err)" '0 1' 'without arguments there is a conversation'
printf '3\n%s\n' "$PWD/not-here" | run guide --state "$state" >out 2>err
is "$? $(grep -c "không có thư mục hay tệp này: $PWD/not-here" err)" '1 1' \
    'a folder that is not there'

# ---- the rest ----
is "$(run --help | grep -c '^  [a-z]')" 5 'five commands'
run rules >out 2>err
is "$? $(grep -c 'khien-scan rules --help' err)" '2 2' 'which know the name of their program'
# Under sanitizers they hold the words that tools/run-test looks for.
rm bin/khien-scan box/khien-scan
done_testing
