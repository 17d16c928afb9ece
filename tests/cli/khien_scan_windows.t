#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien-scan.exe under wine: one file that finds, asks and tells, with paths as Windows has them.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_windows.sh
kept_by_wine=$(dirname "$wine")/../build-windows/wine/drive_c

size=$(stat -c %s khien-scan.exe)
[ "$size" -le $((3 << 20)) ]
ok $? "one file of 3 MiB at most: $size bytes"
of_windows='advapi32|bcrypt|iphlpapi|kernel32|msvcrt|ntdll|ole32|oleaut32|shell32|user32'
of_windows="$of_windows|winhttp|ws2_32"
x86_64-w64-mingw32-objdump -p khien-scan.exe | sed -n 's/.*DLL Name: //p' |
    grep -Eiv "^($of_windows)\\.dll\$" >dlls
is "$(cat dlls)" '' 'which needs no library but those of Windows'

mkdir -p rules 'files/Thư mục' "state"
printf 'rule eicar { strings: $a = "EICAR-STANDARD-ANTIVIRUS-TEST" condition: $a }\n' >rules/t.yar
"$KHIEN" rules key -o pack.key >key.out
"$KHIEN" rules build rules -o usb.pack --key pack.key --pack-version 7 >built 2>&1
# shellcheck disable=SC2016 # never whole in a file of this project
first='X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND' second='ARD-ANTIVIRUS-TEST-FILE!$H+H*'
printf '%s%s' "$first" "$second" >'files/Thư mục/eicar.com'
(cd files && zip -qr nested.zip 'Thư mục' && tar czf nested.tgz nested.zip)
echo clean >files/clean.txt
cp pack.key.pub rules.pub

# ---- rules ----
run guide --state state </dev/null >out 2>err
is "$? $(grep -c 'Chưa có bộ luật' err)" '1 1' 'without rules it says how to get them'
run rules update --output rules.pack --from usb.pack >out 2>err
is "$? $(cmp usb.pack rules.pack && echo same)" '0 same' 'rules from a USB stick'
run rules verify rules.pack --public-key rules.pub >out 2>err
is $? 0 'which are verified'

# ---- scanning ----
run --state state --json files >json 2>err
is "$? $(jq -r '.findings[].subject | split("\\") | last' json | sort -u | tr '\n' ' ')" \
    '0 eicar.com nested.tgz nested.zip ' 'what is in files, and in containers in containers'
is "$(jq -r '[.findings[].subject | select(test("^[A-Z]:.*\\\\files\\\\Thư mục\\\\eicar.com$"))] |
    length' json)" 1 'with paths as Windows has them'
run --state state --json --no-files >json 2>err
is "$? $(jq '.looked_at | .processes > 0 and .checks > 0' json)" '0 true' \
    'processes, and what starts by itself'
run --syslog files >out 2>err
is "$? $(grep -c 'no syslog' err)" '1 1' 'no syslog, which it says'

cp -r files kept
run scan --state state --remove --yes --json files >json 2>err
is "$? $(find files -type f)" '0 files/clean.txt' 'malware is removed'
run quarantine list --folder state/quarantine >kept.txt
is "$(grep -c kept kept.txt)" 3 'and listed'
number=$(awk '/eicar.com/ {print $1}' kept.txt)
run quarantine restore --folder state/quarantine "$number" >out 2>err || sed 's/^/# /' err
same 'kept/Thư mục/eicar.com' 'files/Thư mục/eicar.com' 'and given back'

# ---- what starts it ----
# Nothing of this is doubtful but the files themselves: other tests look at the same registry.
evil=$kept_by_wine/khien-removed
menu="$kept_by_wine/users/$(id -un)/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup"
tasks=$kept_by_wine/windows/system32/Tasks
[ -d "$tasks" ] || tasks=$kept_by_wine/windows/system32/tasks
run_key='HKCU\Software\Microsoft\Windows\CurrentVersion\Run'
once_key='HKCU\Software\Microsoft\Windows\CurrentVersion\RunOnce'
service='HKLM\SYSTEM\CurrentControlSet\Services\khien-removed'
reg() { timeout 60 "$wine" reg "$@" 2>/dev/null | tr -d '\r'; }
value() { reg query "$1" /v "$2" | sed -n "s/^ *$2 *//p"; } # value KEY NAME: its type and text
shortcut() { # shortcut TARGET: as MS-SHLLINK has it, with nothing but link info
    n=${#1}
    printf 'L\0\0\0\1\24\2\0\0\0\0\0\300\0\0\0\0\0\0F\2\0\0\0'
    head -c 52 /dev/zero
    for word in $((n + 30)) 28 1 0 28 0 $((n + 29)); do
        # shellcheck disable=SC2059 # escapes
        printf "$(printf '\\%o\\0\\0\\0' $word)"
    done
    printf '%s\0\0\0\0\0\0' "$1"
}
forget() {
    reg delete "$run_key" /v khien-removed /f >/dev/null
    reg delete "$once_key" /v khien-removed /f >/dev/null
    reg delete "$service" /f >/dev/null
    rm -rf "$evil" "$menu/khien-removed.lnk" "$tasks/khien-removed"
}
forget
trap forget EXIT
mkdir -p "$evil" "$menu" "$tasks"
for name in run service menu task; do
    printf '%s%s' "$first" "$second" >"$evil/$name.exe"
done
reg add "$run_key" /v khien-removed /t REG_EXPAND_SZ /d '"C:\khien-removed\run.exe" -x' >/dev/null
reg add "$once_key" /v khien-removed /d 'c:\KHIEN-removed\RUN.exe' >/dev/null
reg add "$service" /v ImagePath /d 'C:\khien-removed\service.exe' >/dev/null
reg add "$service" /v Type /t REG_DWORD /d 16 >/dev/null
reg add "$service" /v Start /t REG_DWORD /d 2 >/dev/null
shortcut 'C:\khien-removed\menu.exe' >"$menu/khien-removed.lnk"
cp "$menu/khien-removed.lnk" menu.lnk
command='<Command>C:\khien-removed\task.exe</Command>'
printf '<Task><Actions><Exec>%s</Exec></Actions></Task>\n' "$command" >"$tasks/khien-removed"
run_was=$(value "$run_key" khien-removed)
# The folders of wine's user are those of the one who runs this test.
for name in USERPROFILE LOCALAPPDATA APPDATA ProgramData PUBLIC; do
    printf '@set %s=C:\\khien-removed\\none\r\n' $name
done >quick.bat
printf '@khien-scan.exe scan --state state --remove --yes --json --lang en\r\n' >>quick.bat
timeout 120 "$wine" cmd /c quick.bat >json 2>err
is "$? $(find "$evil" -type f)" '0 ' 'what starts by itself is removed'
is "$(value "$run_key" khien-removed)$(value "$once_key" khien-removed)" '' \
    'with the values that start it, in whatever spelling'
is "$(jq -c '[.findings[] | select(.subject | test("run.exe$"; "i")) | .quarantined > 0]' json)" \
    '[true,true]' 'which are one file'
is "$(value "$service" Start) $(value "$service" ImagePath)" \
    'REG_DWORD    0x4 REG_SZ    C:\khien-removed\service.exe' 'the start of its service'
is "$(find "$menu" -name khien-removed.lnk)" '' 'and its shortcut'
is "$(grep -c 'schtasks /Change /TN "\\khien-removed" /DISABLE' err) $(ls "$tasks/khien-removed")" \
    "1 $tasks/khien-removed" 'a task that its service does not disable is for a person to'
is "$(grep -c 'started it is in quarantine\|starts no more' err)" 4 'which it says'
is "$(jq -r '[.findings[].also[]? | .what + (.quarantined > 0 | tostring)] | sort |
    join(" ")' json | tr -d '\r')" 'filetrue settingtrue taskfalse valuetrue valuetrue' \
    'as the report does'
run quarantine list --folder state/quarantine >kept.txt
is "$(grep -c 'khien-removed.*value of the registry' kept.txt)" 3 'values are listed'
number=$(awk '/Run.khien-removed/ {print $1}' kept.txt)
run quarantine show --folder state/quarantine --json "$number" >json
is "$(jq -r '.kind, .state, .name, .type, .set_to_another, (.key | test("^HKU.*Run$"))' json |
    tr -d '\r' | tr '\n' ' ')" 'value kept khien-removed REG_EXPAND_SZ false true ' 'and described'
run quarantine show --folder state/quarantine "$number" >out
is "$(grep -c '^kind    value\|^type    REG_EXPAND_SZ' out)" 2 'in words too'
reg add "$run_key" /v khien-removed /d other >/dev/null
run quarantine restore --folder state/quarantine "$number" >out 2>err
is "$? $(grep -c 'is there already' err) $(value "$run_key" khien-removed)" '1 1 REG_SZ    other' \
    'what is there by now is not replaced'
reg delete "$run_key" /v khien-removed /f >/dev/null
for word in Run.khien-removed RunOnce.khien-removed khien-removed.Start khien-removed.lnk; do
    number=$(awk "/$word/ {print \$1}" kept.txt)
    run quarantine restore --folder state/quarantine "$number" >out 2>err || sed 's/^/# /' err
done
is "$(value "$run_key" khien-removed)" "$run_was" 'else it is given back'
is "$(value "$once_key" khien-removed)" 'REG_SZ    c:\KHIEN-removed\RUN.exe' 'as is the other'
is "$(value "$service" Start)" 'REG_DWORD    0x2' 'so is the start'
same menu.lnk "$menu/khien-removed.lnk" 'and the shortcut'
forget

# ---- by itself ----
run scan --schedule weekly --state 'C:\khien state' --shallow 'files/Thư mục' >out 2>err
is "$? $(grep -c 'Hủy lịch' out)" '0 1' 'Windows takes the task'
# wine's user is an administrator, whose programs and results no other user may change.
programs="$kept_by_wine/Program Files/Khien"
task=$programs/State/task.xml
want='scan --html "C:\Program Files\Khien\report.html" --state "C:\khien state" --shallow'
is "$(xmllint --xpath 'string(//*[local-name()="Arguments"])' "$task" 2>&1 |
    sed 's/"[A-Z]:[^"]*\\files\\/"files\\/')" \
    "$want -- \"files\\Thư mục\"" \
    'which makes this very scan'
is "$(xmllint --xpath 'string(//*[local-name()="Command"])' "$task" 2>&1)" \
    'C:\Program Files\Khien\khien-scan.exe' 'from where users write nothing'
cmp -s khien-scan.exe "$programs/khien-scan.exe" && cmp -s rules.pack "$programs/rules.pack"
ok $? 'where the program and its rules are put'
run quarantine list >out 2>err
is "$? $(find "$programs/State" -maxdepth 0)" "0 $programs/State" \
    'beside the folder of what it keeps'
run scan --schedule off --state 'C:\khien state' >out 2>err
is "$? $(find "$task" 2>&1 | grep -c 'No such')" '0 1' 'and gives it up'
rm -rf "$programs"

# ---- the conversation ----
printf '3\r\nfiles\r\nno\r\nk\r\n' | run guide --state state >out 2>err
is "$? $(grep -c 'Mã độc (' out) $(grep -c 'Không cách ly gì' err)" '0 1 1' \
    'it tells what it found, and keeps it unless told'
printf '3\r\nfiles\r\nquarantine\r\nn\r\n' | run guide --lang en --state state >out 2>err
is "$? $(grep -c 'in quarantine, number' err) $(find files -type f)" '0 1 files/clean.txt' \
    'removes what it is told to'
printf '0\r\n' | run --lang en >out 2>err
is "$? $(grep -c 'Nothing was scanned' err)" '0 1' 'in English too'
done_testing
