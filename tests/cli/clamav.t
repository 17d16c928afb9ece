#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The EICAR test file by each kind of ClamAV signature: a pack finds it as clamscan does, and
# nothing else; the file is put together here, so that this one is no detection.
set -u
. tests/cli/lib/tap.sh
shared=$PWD/../shared/data/yara-rules/ditekshen.tar.gz
for command in rules yara; do
    "$KHIEN" help $command >/dev/null 2>&1 || skip_all "this program has no command $command"
done
cd "$TMPDIR" || exit 1

# shellcheck disable=SC2016 # the dollar signs are the file's
first='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND' second='ARD-ANTIVIRUS-TEST-FILE!$H+H*'
mkdir files
printf '%s%s' "$first" "$second" >files/eicar.com
printf '%s%s\r\n' "$first" "$second" >files/eicar-with-newline.txt
printf 'a clean file, STAND and FILE!\n' >files/clean.txt
printf '%s%s' "$second" "$first" >files/halves-in-turn.txt
: >files/empty
python3 - <<'END'
import zipfile
data = open("files/eicar.com", "rb").read()
def make(name, members):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_STORED) as archive:
        for member, content in members:
            archive.writestr(zipfile.ZipInfo(member), content)
make("files/eicar.zip", [("eicar.com", data)])
make("files/second.zip", [("readme.txt", b"hello"), ("eicar.com", data)])
make("files/other.zip", [("eicar.com", b"some other 68 bytes".ljust(68))])
END
md5=$(md5sum <files/eicar.com | cut -c1-32) sha1=$(sha1sum <files/eicar.com | cut -c1-40)
sha256=$(sha256sum <files/eicar.com | cut -c1-64)
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }

kind() { # kind ENDING LINE…: signatures of one kind in a folder of their own
    mkdir -p "$1"
    ending=$1
    shift
    printf '%s\n' "$@" >"$ending/test.$ending"
}
kind hdb "$md5:68:Eicar.Md5" "$md5:69:Eicar.WrongSize"
kind hsb "$sha256:68:Eicar.Sha256" "$sha1:*:Eicar.Sha1:73"
kind ndb "Eicar.Start:0:0:$(hex "$first")$(hex "$second")" \
    "Eicar.Gap:0:*:$(hex "$first")*$(hex 'FILE!')" "Eicar.End:0:EOF-5:$(hex '!$H+H*' | cut -c3-)" \
    "Eicar.Turned:0:*:$(hex "$second")*$(hex "$first")" "Eicar.Program:1:*:$(hex "$first")"
kind ldb "Eicar.Both;Engine:51-255,Target:0;0&1;$(hex "$first");$(hex "$second")" \
    "Eicar.Twice;Engine:51-255,Target:0;0=2&1;$(hex 'AR');$(hex 'EICAR')" \
    "Eicar.NoCase;Engine:81-255,Target:0,FileSize:60-80;0&1;$(hex eicar)::i;$(hex "$second")" \
    "Eicar.Regex;Engine:81-255,Target:0;1;$(hex EICAR);0/[A-Z]{5}-STANDARD-.*-FILE!/"
kind cdb 'Eicar.Member:CL_TYPE_ZIP:*:^eicar\.com$:68:68:0:1:6851cf3c:*' \
    'Eicar.AnyZip:CL_TYPE_ZIP:*:*:*:68:*:2:*:*'

# What ours and clamscan find, as sorted lines "file name". clamscan compares no CRC of members,
# and looks into archives, which a pack's body signatures do not yet: those lines are left out.
ours() {
    "$KHIEN" rules build "$1" -o "$1.pack" >build.log 2>&1 || cat build.log >&2
    "$KHIEN" yara -r "$1.pack" files 2>err | sed 's|^\([^ ]*\) files/\(.*\)|\2 \1|' | sort
}
theirs() {
    clamscan -d "$1" --allmatch --no-summary --stdout --scan-archive="$2" files |
        sed -n 's|^.*/\([^/]*\): \(.*\)\.UNOFFICIAL FOUND$|\1 \2|p' | sort -u
}
for kind in hdb hsb ndb ldb cdb; do
    ours $kind >found
    case $kind in
    hdb) set -- 'eicar.com Eicar.Md5' ;;
    hsb) set -- 'eicar.com Eicar.Sha1' 'eicar.com Eicar.Sha256' ;;
    cdb) set -- 'eicar.zip Eicar.Member' 'second.zip Eicar.AnyZip' ;;
    ndb) set -- 'eicar-with-newline.txt Eicar.Gap' 'eicar-with-newline.txt Eicar.Start' \
        'eicar.com Eicar.End' 'eicar.com Eicar.Gap' 'eicar.com Eicar.Start' \
        'eicar.zip Eicar.Gap' 'halves-in-turn.txt Eicar.Turned' 'second.zip Eicar.Gap' ;;
    ldb) set -- ;;
    esac
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@" >want
        same want found "$kind: the right files by the right names"
    fi
    if ! command -v clamscan >/dev/null; then
        skip "$kind: as clamscan" 'clamscan is not there'
        continue
    fi
    archives=no
    [ $kind = cdb ] && archives=yes
    theirs $kind $archives | grep -v '^other.zip' >expected
    same expected found "$kind: as clamscan"
done

if [ -f "$shared" ]; then
    tar -xzf "$shared" detection/clamav
    "$KHIEN" rules build detection/clamav -o real.pack >build.log 2>&1
    is $? 0 'signatures in use become a pack'
    is "$("$KHIEN" rules list real.pack | grep -c ditekSHen)" 175 'with every one of them'
else
    skip 'signatures in use' 'the shared rules are absent'
fi
done_testing
