#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `khien yara` prints what `yara` prints, with the same status: each option, and real rule sets over
# files in which their rules hold, over programs, and over the data of YARA's own tests.
set -u
. tests/cli/lib/tap.sh
command -v yara >/dev/null || skip_all 'yara is not installed'
project=$PWD
cd "$TMPDIR" || exit 1

# both LABEL ARGUMENTS…: the same output and status
both() {
    label=$1
    shift
    yara "$@" >yara.out 2>yara.err
    want=$?
    "$KHIEN" yara "$@" >khien.out 2>khien.err
    got=$?
    echo "status $want" >>yara.out
    echo "status $got" >>khien.out
    same yara.out khien.out "$label"
}

# ---- the command line ----
cat >rules.yar <<'END'
import "console"
rule one : tag1 tag2 {
    meta:
        author = "An \"Nguyễn\"\n\x01\x7f"
        n = 5
        neg = -3
        b = true
    strings:
        $a = "abc"
        $b = { 61 ?? 63 }
        $x = "hidden" private
        $r = /a.c/ wide ascii
    condition: any of them
}
private rule two { condition: true }
global rule three : tag2 { condition: filesize > 0 }
rule four { condition: two and ext == 5 and ext_s == "x y" }
rule five { strings: $ = "q" $ = "abc" xor(1-255) condition: any of them }
rule six { condition: console.log("size ", filesize) and false }
rule seven { condition: false and console.log("never") }
END
mkdir -p folder/deep rules/more
printf 'abc\0a\0b\0c\0q\377\n' >t1
printf nothing >t2
: >empty
cp t1 folder/x
cp t2 folder/y
cp t1 folder/deep/z
ln -s ../t1 folder/link
ln -s nowhere folder/dangling
mkfifo folder/fifo
printf 'abc\341\273\207\200' >'folder/tên với cách'
for option in -s -m -g -e -c -n -L -sL '-m -g -e -s' '-t tag1' '-t tag2 -g' '-t tag2 -n' \
    '-i one' '-i none' '-i one -i five' '-c -t none' '-c -i one' '-c -n' '-l 1' '-l 2' '-l 1 -n' \
    '-a 60' '-p 1' -f '-n -s'; do
    # shellcheck disable=SC2086  # words
    both "with $option" -w $option -d ext=5 -d 'ext_s=x y' rules.yar t1
done
both 'over another file' -w -d ext=5 -d ext_s=x rules.yar t2
both 'over an empty file' -w -d ext=5 -d ext_s=x rules.yar empty
both 'with a variable missing' -w -d ext=5 rules.yar t1
both 'with a variable of another type' -w -d ext=a -d ext_s=x rules.yar t1
both 'over a missing file' -w -d ext=5 -d ext_s=x rules.yar missing
both 'with missing rules' -w missing.yar t1

echo 'include "more/b.yar" include "./c.yar" rule main { condition: from_b }' >rules/a.yar
echo 'rule from_b { condition: filesize < 1000 }' >rules/more/b.yar
echo 'rule from_c { condition: true }' >rules/c.yar
both 'rules that include others' rules/a.yar t1
both 'name spaces' -e here:rules/a.yar rules/a.yar t1
both 'a rule given twice' rules/a.yar rules/a.yar t1
echo 'include "nowhere.yar"' >rules/d.yar
both 'a missing include' rules/d.yar t1
printf 'rule broken {\n    condition: $a\n}\n' >broken.yar
both 'a faulty rule' broken.yar t1
grep -q '^broken.yar:2:16: error: rule "broken": ' khien.err
ok $? 'is told with its file, line, column and name'

for option in '' -r -s '-r -s -e' '-r -n' '-r -c' '-r -N' '-r -z 9'; do
    # shellcheck disable=SC2086
    yara -w -p 1 $option -d ext=5 -d ext_s=x rules.yar folder 2>/dev/null |
        sort >yara.out
    # shellcheck disable=SC2086
    "$KHIEN" yara -w -p 1 $option -d ext=5 -d ext_s=x rules.yar folder 2>/dev/null |
        sort >khien.out
    same yara.out khien.out "a folder with ${option:-no option}"
done
timeout 20 "$KHIEN" yara -w -d ext=5 -d ext_s=x rules.yar folder/fifo >out 2>err
is $? 1 'a FIFO is refused and not waited for'

printf '%s\n' t1 folder/x missing t2 >list
yara -w -p 1 --scan-list -d ext=5 -d ext_s=x rules.yar list 2>/dev/null | sort >yara.out
"$KHIEN" yara -w -p 1 --scan-list -d ext=5 -d ext_s=x rules.yar list 2>/dev/null | sort >khien.out
same yara.out khien.out 'the files of a list'

# A whole word is any match that ends where a word does, not only the first or longest one.
cat >words.yar <<'END'
rule a { strings: $ = /(foobar|foo)/ fullword condition: any of them }
rule b { strings: $ = /(foo|foobar)/ fullword condition: any of them }
rule c { strings: $ = /abcd(efg|e)/ fullword condition: any of them }
rule d { strings: $ = /abcd(e|ef)(g|fgh)/ fullword condition: any of them }
rule e { strings: $ = /abcd(ef+|e)/ fullword wide condition: any of them }
END
printf 'foobar foo fooba abcdefg abcdefgh abcdef a\0b\0c\0d\0e\0 \0a\0b\0c\0d\0e\0f\0g\0' >words
yara -s -L words.yar words 2>/dev/null >yara.out
"$KHIEN" yara -w -s -L words.yar words 2>/dev/null >khien.out
same yara.out khien.out 'whole words'
is "$(wc -l <khien.out)" 13 'of which there are some'

# ---- a process ----
cat >process.yar <<'END'
rule name { strings: $a = "sleep" $b = { 7f 45 4c 46 } condition: $a and #b > 1 }
rule reads { strings: $a = "sleep" condition: for all i in (1..#a) : (uint8(@a[i]) == 0x73) }
rule no_file { condition: filesize > 0 or uint8(0) == 0 }
END
sleep 300 &
process=$!
yara -s process.yar $process 2>/dev/null | sort >yara.out
"$KHIEN" yara -s process.yar $process 2>err | sort >khien.out
kill $process
same yara.out khien.out 'the memory of a process'
is "$(grep -c "^[nr].* $process\$" khien.out)" 2 'of which two rules hold'
wait $process 2>/dev/null
if command -v python3 >/dev/null; then
    # Memory is read in pieces: what lies over the border of two is found whole, and once.
    cat >border.yar <<'END'
rule run { strings: $a = /zQ{2000,}/ condition: $a }
rule begin { strings: $a = /^QQQQQQ/ condition: $a }
rule word { strings: $a = "QQz" fullword condition: $a }
END
    cat >border.py <<'END'
import time
lines = bytearray((b"z" + b"Q" * 2998) * 14000)
print(flush=True)
time.sleep(300)
END
    python3 border.py >up &
    process=$!
    until [ -s up ]; do sleep 0.1; done
    for option in '' -L; do
        # shellcheck disable=SC2086
        yara $option border.yar $process 2>/dev/null | sort >yara.out
        # shellcheck disable=SC2086
        "$KHIEN" yara -w $option border.yar $process 2>/dev/null | sort >khien.out
        same yara.out khien.out "42 MB of one process, in pieces ($option)"
    done
    "$KHIEN" yara -w -s border.yar $process 2>/dev/null | grep -c '^0x.*: zQQ*$' >khien.out
    is "$(cat khien.out)" "$(grep -c ^0x yara.out)" 'with what matched as it is'
    kill $process
    wait $process 2>/dev/null
    process=4194303
fi
"$KHIEN" yara process.yar "$process" >out 2>err
is $? 1 'a process that is gone is an error'
grep -q "$process" err
ok $? 'that names it'

"$KHIEN" yara -w --json -r -d ext=5 -d ext_s=x rules.yar folder >json 2>err
jq -es 'length == 5 and all(.path and (.rules | type == "array"))' json >/dev/null
ok $? '--json has one object a file'
is "$(jq -rs '[.[] | select(.path == "folder/x") | .rules[].rule] | join(" ")' json)" \
    'one three five' 'with its rules'
mkdir odd
cp t1 "odd/$(printf 'name\377')"
"$KHIEN" yara -w --json -s -r -d ext=5 -d ext_s=x rules.yar odd 2>err |
    iconv -f utf-8 -t utf-8 >json
ok $? 'in UTF-8, whatever a file is called'
jq -es 'length == 1' json >/dev/null
ok $? 'and still JSON'
if [ "$(id -u)" -ne 0 ]; then
    chmod 0 t2
    both 'an unreadable file' -w -d ext=5 -d ext_s=x rules.yar t2
else
    skip 'an unreadable file' 'root reads everything'
fi

# ---- real rule sets ----
data=$project/../shared/data
if [ ! -d "$data/yara-rules" ]; then
    skip 'real rule sets' "$data/yara-rules is not there"
    done_testing
fi

# spaces LIST: the files, each in its own name space
spaces() {
    awk '{ print "n" NR ":" $0 }' "$1"
}

# Matches stand under their rule: what is sorted is the rules with theirs.
sorted() {
    awk '/^0x/ { printf "\1  %s", $0; next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 }
        END { printf "\n" }' | LC_ALL=C sort | tr '\001' '\n'
}

# over LABEL LEAST ARGUMENTS FOLDER: the same matches, of at least LEAST rules
over() {
    # shellcheck disable=SC2046
    yara -w -s -L -e $(cat "$3") -r "$4" 2>yara.err | sorted >yara.out
    # shellcheck disable=SC2046
    "$KHIEN" yara -w -s -L -e $(cat "$3") -r "$4" 2>khien.err | sorted >khien.out
    same yara.out khien.out "$1"
    rules=$(grep -o '^n[0-9]*:[^ ]*' yara.out | sort -u | wc -l)
    [ "$rules" -ge "$2" ]
    ok $? "$rules rules hold there"
}

# sample FOLDER BYTES: copies of files named by standard input, of so many bytes in all
sample() {
    mkdir -p "$1"
    total=0 count=0
    while read -r file; do
        size=$(stat -c %s "$file") || continue
        total=$((total + size)) count=$((count + 1))
        [ $total -le "$2" ] || break
        cp "$file" "$1/$count"
    done
}

mkdir sets strings positive vectors
for set in bartblaze ditekshen reversinglabs; do
    mkdir "sets/$set" && tar -xzf "$data/yara-rules/$set.tar.gz" -C "sets/$set"
done
find sets -name '*.yar' -o -name '*.yara' | LC_ALL=C sort >list
# shellcheck disable=SC2046
python3 "$project/tests/cli/lib/rule_positives.py" positive $(cat list) &&
    python3 "$project/tests/cli/lib/rule_strings.py" strings $(cat list)
ok $? 'files and rules are made of the rule sets'
spaces list >rules.args
# /(John|JOHNSON)/i without a quantifier: which is taken where both match depends on libyara's
# anchors.
sed -i '/Johsnson/s/|JOHNSON//' strings/*.yar
find strings -name '*.yar' | LC_ALL=C sort >list
spaces list >strings.args
case $KHIEN in
*asan*) bytes=2000000 ;; # sanitizers are slow
*) bytes=12000000 ;;
esac
find /usr -xdev -type f -size -2000k | LC_ALL=C sort | awk 'NR % 97 == 0' | sample usr $bytes
find /usr -xdev -type f \( -name '*.dll' -o -name '*.exe' \) -size -600k | LC_ALL=C sort |
    awk 'NR % 29 == 0' | sample pe $bytes
gzip -dc "$data"/yara-vectors/*.gz | awk '$1 == "M" && $3 != "-" { print $3 }' | sort -u |
    python3 -c 'import sys
for number, line in enumerate(sys.stdin):
    with open(f"vectors/{number}", "wb") as file:
        file.write(bytes.fromhex(line))'
ok $? "and of YARA's test data"

over 'the rule sets over files made of their strings' 1000 rules.args positive
over 'the rule sets over their own files' 1 rules.args sets
over 'the rule sets over system files' 0 rules.args usr
over 'the rule sets over Windows programs' 0 rules.args pe
over "the rule sets over YARA's test data" 0 rules.args vectors
over 'each string of theirs over the files made of them' 1000 strings.args positive
over 'each string over system files' 20 strings.args usr
over 'each string over Windows programs' 20 strings.args pe
over "each string over YARA's test data" 20 strings.args vectors
done_testing
