#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs of rules by the program: building, describing, checking, signing, and what is refused.
set -u
. tests/cli/lib/tap.sh
signed=$PWD/tests/scan/signed/ec256-sha256.exe
dll=/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/aclui.dll
cd "$TMPDIR" || exit 1

mkdir -p set/yara set/lists files
# shellcheck disable=SC2016 # the dollar signs are the rules'
{
    printf 'licence = MIT\nauthor = The makers\nurl = https://rules.example/\n' >set/pack.conf
    printf 'include "parts/private.yar"\nrule one : bot { meta: author = "A. Nalyst"\n' \
        >set/yara/one.yar
    printf '  reference = "https://r.example/1" condition: part }\nrule wrong { condition: no }\n' \
        >>set/yara/one.yar
    mkdir set/yara/parts
    printf 'private rule part { strings: $a = "first words" condition: $a }\n' \
        >set/yara/parts/private.yar
    printf '/*\ninclude "alone.yar"\n*/\nrule one { strings: $a = "other words" condition: $a }\n' \
        >set/yara/two.yar
    printf 'rule alone { strings: $a = "lonely words" condition: $a }\n' >set/yara/alone.yar
}
printf 'good content' >files/good.txt
printf 'bad content' >files/bad.txt
printf 'first words, other words' >files/both.txt
printf 'lonely words' >files/lonely.txt
(cd files && sha256sum bad.txt) >set/lists/feed.sha256
echo "$(sha1sum <files/good.txt | cut -c1-40):12:Good.File" >set/lists/known.sfp
echo "$(sha1sum <files/good.txt | cut -c1-40):12:Bad.Rumour" >set/lists/known.hsb
echo 'rule rumour { condition: filesize == 12 }' >set/yara/rumour.yar

"$KHIEN" rules key -o secret.key >public.key
is $? 0 'keys are made'
is "$(stat -c %a secret.key)" 600 'the secret one is for its owner'
is "$(grep -cE '^[0-9a-f]{64}$' public.key)" 1 'the public one is printed'
same public.key secret.key.pub 'and written beside the secret one'
cp secret.key was.key
fails 'and never written over' 'secret.key' 1 "$KHIEN" rules key -o secret.key
same was.key secret.key 'the secret one is as it was'
same public.key secret.key.pub 'so is the public one'
echo mine >half.key.pub
fails 'nor is a public one' 'half.key.pub' 1 "$KHIEN" rules key -o half.key
[ ! -e half.key ]
ok $? 'and no half of a pair is left'
"$KHIEN" rules key -o other.key >other.pub

"$KHIEN" rules build set -o signed.pack --key secret.key --pack-version 7 >out 2>err
is $? 0 'a pack is built though a rule is wrong'
is "$(cat err)" \
    'set/yara/one.yar:4:25: refused: rule "wrong": undefined identifier "no"' 'which is told'
is "$(head -n1 out)" 'signed.pack: version 7, signed' 'the build says what it made'
fails 'nothing is no pack' 'nothing to put into a pack' 1 "$KHIEN" rules build files -o none.pack
chmod 644 secret.key
fails 'a secret key that others can read signs nothing' 'open to others' 1 \
    "$KHIEN" rules build set -o x.pack --key secret.key
chmod 600 secret.key
fails 'a public key signs nothing' 'is a public key' 1 \
    sh -c "chmod 600 other.pub; $KHIEN rules build set -o x.pack --key other.pub"

# ---- what is in it ----
"$KHIEN" rules info signed.pack --json >info.json
is "$(jq -c '[.version,.rules,.file_hashes,.good_files,.refused,.public_key==$key]' \
    --arg key "$(cat public.key)" info.json)" '[7,5,2,1,1,true]' 'info counts'
one=$(jq -r '.sources[]|select(.path=="set/yara/one.yar")|
    [.licence,.author,.url,.entries,.refused]|@csv' info.json)
is "$one" '"MIT","The makers","https://rules.example/",2,1' 'info knows the sources'
"$KHIEN" rules list signed.pack --csv | tr -d "\r" >list.csv
cat >want <<'END'
rule,namespace,tags,author,licence,source,reference
part,set/yara/one.yar,,The makers,MIT,set/yara/one.yar,https://rules.example/
one,set/yara/one.yar,bot,A. Nalyst,MIT,set/yara/one.yar,https://r.example/1
rumour,set/yara/rumour.yar,,The makers,MIT,set/yara/rumour.yar,https://rules.example/
one,set/yara/two.yar,,The makers,MIT,set/yara/two.yar,https://rules.example/
alone,set/yara/alone.yar,,The makers,MIT,set/yara/alone.yar,https://rules.example/
END
same want list.csv 'list has rule, author, licence and source'

# ---- scanning ----
"$KHIEN" yara -re signed.pack files 2>err | sort >found
printf '%s\n' 'hash:bad.txt files/bad.txt' 'set/yara/alone.yar:alone files/lonely.txt' \
    'set/yara/one.yar:one files/both.txt' 'set/yara/rumour.yar:rumour files/lonely.txt' \
    'set/yara/two.yar:one files/both.txt' >want
same want found 'rules and hashes find, and a good file has no detection'
is "$(grep -c 'good.txt is listed as a good file (Good.File, by set/lists/known.sfp)' err)" 1 \
    'which is said'
hash='{"rule":"bad.txt","namespace":"hash","tags":[],'
hash=$hash'"meta":[{"name":"source","value":"set/lists/feed.sha256"}],"strings":[]}'
is "$("$KHIEN" yara --json signed.pack files/bad.txt | jq -c .rules)" "[$hash]" 'a hash as JSON'
is "$("$KHIEN" yara -w --json signed.pack files/good.txt | jq -c '[.rules, .good]')" \
    '[[],{"name":"Good.File","source":"set/lists/known.sfp"}]' 'a good file as JSON'
is "$("$KHIEN" yara -c --json signed.pack files/both.txt)" '{"path":"files/both.txt","count":2}' \
    'a count as JSON'
is "$("$KHIEN" yara -c signed.pack files/both.txt)" 2 'they are counted'
is "$("$KHIEN" yara -i bad.txt signed.pack files/bad.txt)" 'bad.txt files/bad.txt' 'and chosen'
is "$("$KHIEN" yara --public-key public.key signed.pack files/bad.txt)" 'bad.txt files/bad.txt' \
    'with the key that is required'
"$KHIEN" yara signed.pack set/yara/two.yar files/bad.txt >out 2>err
is $? 2 'a pack stands alone'
"$KHIEN" yara space:signed.pack files/bad.txt >out 2>err
is $? 2 'and has name spaces of its own'
fails 'an older one than allowed finds nothing' 'version 7, at least 8' 1 \
    "$KHIEN" yara --version-min 8 signed.pack files/bad.txt
fails 'files of rules have no version' 'is no pack' 1 \
    "$KHIEN" yara --version-min 1 set/yara/two.yar files/bad.txt
printf 'rule outside { condition: level > 3 and filename endswith ".txt" }\n' >set/level.yar
"$KHIEN" rules build set -o level.pack -d level=1 -d filename= >out 2>err
is "$("$KHIEN" yara level.pack files/bad.txt)" 'bad.txt files/bad.txt' 'externals are defined'
is "$("$KHIEN" yara -d level=5 -d filename=bad.txt level.pack files/bad.txt | sort | tr '\n' ' ')" \
    'bad.txt files/bad.txt outside files/bad.txt ' 'and again for a scan'
"$KHIEN" yara -d level=no level.pack files/bad.txt >out 2>err
is $? 2 'but not as another type'
rm set/level.yar

# ---- inputs that are not simple ----
mkdir -p odd/LICENSES
printf 'rule licensed { condition: true }\n' >odd/LICENSE_checks.yar
printf 'rule hidden { condition: true }\n' >odd/.hidden.yar
ln -s LICENSE_checks.yar odd/link.yar
echo nothing >odd/notes.doc
"$KHIEN" rules build odd -o odd.pack >out 2>err
is "$(sed -n 2p out)" '1 files read, 3 passed over; 1 rules, 0 entries refused' \
    'rules in a file that is called a licence; links, hidden and other files are counted'
if [ "$(id -u)" -ne 0 ]; then
    printf 'rule secret { condition: true }\n' >odd/secret.yar
    chmod 0 odd/secret.yar
    rm odd.pack
    fails 'what cannot be read is told' 'odd/secret.yar' 1 "$KHIEN" rules build odd -o odd.pack
    [ ! -e odd.pack ]
    ok $? 'and no pack is made without it'
    "$KHIEN" rules check odd --csv 2>err >out
    is "$? $(grep -c '^unread,.*odd/secret.yar' out)" '1 1' 'nor is it checked'
else
    skip 'what cannot be read' 'root reads everything'
fi
mkdir old
echo "$(md5sum <files/bad.txt | cut -c1-32):11:For.Old:1:10" >old/old.hdb
echo "$(md5sum <files/bad.txt | cut -c1-32):11:For.All" >>old/old.hdb
"$KHIEN" rules build old -o old.pack >out
grep -q '1 for other versions of ClamAV left out' out
ok $? 'signatures for other versions are counted'

# ---- what would move a terminal ----
esc=$(printf '\033')
printf 'rule loud { meta: a = "%s[2J\302\233" condition: true }\n' "$esc" >"odd/LICENSE_checks.yar"
mv odd "odd${esc}[2J" && "$KHIEN" rules build "odd${esc}[2J" -o loud.pack >out 2>err
"$KHIEN" yara "odd${esc}[2J/none.yar" files 2>err
is "$(grep -c "$esc" err)" 0 'errors say nothing to a terminal'
if command -v script >/dev/null; then
    for command in 'yara -e loud.pack files/bad.txt' 'yara --json loud.pack files/bad.txt' \
        'rules info loud.pack' 'rules list loud.pack'; do
        script -qec "'$KHIEN' $command" /dev/null >out </dev/null
        is "$(grep -cE 'loud|size' out) $(grep -c "${esc}\[2J" out)" '1 0' \
            "nor what a pack holds ($command)"
    done
else
    skip 'on a terminal' 'script is not there'
fi
rm -r "odd${esc}[2J"

# ---- PE files ----
mkdir pe
echo '512:7c91e9bf16a66fc2801543a68310a633:Section.Text' >pe/s.mdb
"$KHIEN" rules build pe -o pe.pack >/dev/null
is "$("$KHIEN" yara pe.pack "$signed")" "Section.Text $signed" 'a section as sigtool hashes it'
if [ -f "$dll" ] && command -v sigtool >/dev/null; then
    sigtool --imp "$dll" 2>&1 | sed -n 's/.*Imphash: \(.*\)/\1:Import.Table/p' >pe/i.imp
    sigtool --mdb "$dll" 2>&1 |
        sed -n 's/.*Section{\([0-9]*\)}: \([0-9]*:.*\)/\2:Section.\1/p' >pe/s.mdb
    "$KHIEN" rules build pe -o pe.pack >/dev/null
    "$KHIEN" yara pe.pack "$dll" | sort >found
    sed "s|.*:\([A-Z].*\)|\1 $dll|" pe/i.imp pe/s.mdb | sort >want
    same want found 'sections and import table as sigtool hashes them'
else
    skip 'sections and import table' 'no sigtool, or no DLL'
fi

# ---- trust ----
is "$("$KHIEN" rules verify signed.pack --public-key public.key)" \
    'the pack is sound and signed with the required key' 'verify'
is "$("$KHIEN" rules verify signed.pack | cut -d' ' -f1-9)" \
    "the pack is sound and signed with $(cat public.key); --public-key" 'verify without a key'
fails 'another key' 'signed with another key' 1 \
    "$KHIEN" rules verify signed.pack --public-key other.pub
fails 'an older version' 'version 7, at least 8' 1 "$KHIEN" rules verify signed.pack --version-min 8
"$KHIEN" rules build set -o plain.pack >out 2>err
is "$("$KHIEN" rules verify plain.pack)" \
    'the pack is sound, but not signed: nobody vouches for it' 'an unsigned pack says so'
is "$("$KHIEN" rules info plain.pack | sed -n 's/^signed by *//p')" \
    'nobody: the pack is not signed' 'so does info'
fails 'and is refused where a key is required' 'is not signed' 1 \
    "$KHIEN" yara --public-key public.key plain.pack files
head -c 3000 signed.pack >cut.pack
fails 'a truncated pack' 'it is truncated' 1 "$KHIEN" rules verify cut.pack
cp signed.pack damaged.pack
printf 'x' | dd of=damaged.pack bs=1 seek=3000 conv=notrunc 2>dd.log
fails 'a damaged pack' 'checksum' 1 "$KHIEN" yara damaged.pack files/bad.txt
fails 'a damaged pack where a key is required' 'checksum' 1 \
    "$KHIEN" yara --public-key public.key damaged.pack files/bad.txt
"$KHIEN" rules info signed.pack --json >out.json
fails 'what is no pack' 'does not begin with' 1 "$KHIEN" rules info out.json
# A forger has no key, so takes the seal of a signed pack to another content.
if command -v python3 >/dev/null; then
    python3 - signed.pack plain.pack forged.pack <<'END'
import struct, sys
def chunks(data):
    count = struct.unpack_from("<I", data, 8)[0]
    for i in range(count):
        name, _, at, size = struct.unpack_from("<4sIQQ", data, 24 + 24 * i)
        yield name, at, size
good, other = (open(path, "rb").read() for path in sys.argv[1:3])
seal = next(good[at:at + size] for name, at, size in chunks(good) if name == b"SEAL")
at = next(at for name, at, size in chunks(other) if name == b"SEAL")
open(sys.argv[3], "wb").write(other[:at] + seal + other[at + len(seal):])
END
    fails 'a forged pack' 'forged.pack' 1 "$KHIEN" rules verify forged.pack --public-key public.key
    for action in verify info list; do
        fails "whoever asks ($action)" 'forged.pack' 1 "$KHIEN" rules $action forged.pack
    done
    fails 'and scans with it' 'forged.pack' 1 "$KHIEN" yara forged.pack files/bad.txt
else
    skip 'a forged pack' 'python3 is not there'
fi

# ---- other scanners ----
# shellcheck disable=SC2016
first='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND' second='ARD-ANTIVIRUS-TEST-FILE!$H+H*'
printf '%s%s' "$first" "$second" >eicar.com
mkdir eicar
echo "Eicar:0:*:$(od -An -v -tx1 <eicar.com | tr -d ' \n')" >eicar/e.ndb
# shellcheck disable=SC2016
printf 'rule eicar { strings: $a = "%s%s" condition: $a }\n' \
    "$(printf %s "$first" | sed 's/\\/\\\\/')" "$second" >eicar/e.yar
"$KHIEN" rules build eicar -o eicar.pack >out
is "$("$KHIEN" yara eicar.pack eicar.com | sort | tr '\n' ' ')" \
    'Eicar eicar.com eicar eicar.com ' 'the EICAR test file is found'
if command -v clamscan >/dev/null; then
    clamscan -d eicar/e.ndb --no-summary eicar/e.yar eicar.com >clam 2>&1
    is "$(grep -c FOUND clam)" 1 'clamscan finds the file'
    clamscan -d eicar/e.ndb --no-summary eicar.pack >clam 2>&1
    is "$?" 0 'and not the pack that looks for it'
else
    skip 'clamscan and the pack' 'clamscan is not there'
fi
if command -v yara >/dev/null; then
    is "$(yara eicar/e.yar eicar.com)$(yara eicar/e.yar eicar.pack)" 'eicar eicar.com' \
        'neither does yara'
else
    skip 'yara and the pack' 'yara is not there'
fi

# ---- check ----
mkdir -p slow clean
# shellcheck disable=SC2016
{
    echo 'rule short { strings: $a = "abc" condition: $a }'
    echo 'rule whole { strings: $a = "enough" condition: for any i in (0..filesize) : (@a == i) }'
    echo 'rule good { strings: $a = "enough" condition: $a }'
    echo 'rule same { strings: $b = "enough" condition: $b }'
    echo 'rule same { condition: false }'
} >slow/s.yar
echo 'abc' >clean/c.txt
"$KHIEN" rules check slow --clean clean --csv >found
is $? 0 'check ends well, whatever it finds'
cut -d, -f1-7 found >findings
cat >want <<'END'
finding,rule,string,namespace,file,line,column
refused,same,,,slow/s.yar,5,11
no-literal,short,$a,slow/s.yar,,,
file-loop,whole,,slow/s.yar,,,
every-file,whole,,slow/s.yar,,,
duplicate,same,,slow/s.yar,,,
holds-in-clean,short,,slow/s.yar,clean/c.txt,,
END
same want findings 'check tells what is to be mended'
is "$("$KHIEN" rules check slow --json | jq length)" 5 'as JSON'
done_testing
