#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien-scan.exe and scheduled tasks that start malware: disabled, listed, enabled again. In the
# Task Scheduler's place is that of tests/scan/task_service.c, as wine's disables nothing.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_windows.sh
kept_by_wine=$(dirname "$wine")/../build-windows/wine/drive_c
service=$(dirname "$wine")/../build-windows/tests/scan/task_service
[ -f "$service.dll" ] || skip_all './dev build windows was not run'
cp "$service.dll" .
cp "$service.manifest" khien-scan.exe.manifest

mkdir -p rules state
# Not what other tests take for malware, which see the same tasks.
printf 'rule mark { strings: $a = "KHIEN-TASKS-MARK" condition: $a }\n' >rules/t.yar
"$KHIEN" rules key -o pack.key >key.out
"$KHIEN" rules build rules -o rules.pack --key pack.key --pack-version 7 >built 2>&1
cp pack.key.pub rules.pub
evil=$kept_by_wine/khien-tasks
tasks=$kept_by_wine/windows/system32/Tasks
[ -d "$tasks" ] || tasks=$kept_by_wine/windows/system32/tasks
windows=$tasks/Microsoft/Windows/khien-tasks
own=$tasks/khien-tasks
forget() { rm -rf "$evil" "$own" "$windows"; }
forget
trap forget EXIT
mkdir -p "$evil" "$own" "$windows"
evil() { echo KHIEN-TASKS-MARK >"$evil/$1.exe"; }
task() { # task FILE NAME…: as Windows keeps them, starting each NAME.exe
    file=$1
    shift
    {
        printf '<?xml version="1.0" encoding="UTF-16"?>\r\n'
        printf '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Settings>'
        printf '<Enabled>true</Enabled></Settings><Actions Context="Author">'
        for name; do
            printf '<Exec><Command>C:\\khien-tasks\\%s.exe</Command></Exec>' "$name"
        done
        printf '</Actions></Task>\r\n'
    } | iconv -t UTF-16LE | sed '1s/^/\xff\xfe/' >"$file"
}
is_enabled() { iconv -f UTF-16 "$1" | grep -o '<Enabled>[a-z]*' | cut -c10-; }
prepare() { # prepare OPTION…: a scan of what starts by itself; the user's folders are none
    for name in USERPROFILE LOCALAPPDATA APPDATA ProgramData PUBLIC; do
        printf '@set %s=C:\\khien-tasks\\none\r\n' $name
    done >quick.bat
    printf '@khien-scan.exe scan --state state --lang en --remove %s\r\n' "$*" >>quick.bat
}
quick() {
    prepare --yes
    timeout 120 "$wine" cmd /c quick.bat >out 2>err
}
# In whose console keys arrive when it reads them, which is when it has asked.
answer() { # answer ANSWER…
    count=0
    for word; do
        count=$((count + 1)) tries=600
        until [ "$(grep -c '(y/n)' err)" -ge $count ] || [ $((tries -= 1)) -eq 0 ]; do
            sleep 0.1
        done
        printf '%s\r' "$word"
    done
    tries=600
    until [ -f ended ] || [ $((tries -= 1)) -eq 0 ]; do
        sleep 0.1
    done
}
asked() { # asked ANSWER…: the same with someone at the terminal
    rm -f ended
    : >err
    prepare
    printf '@echo %%errorlevel%% >ended\r\n' >>quick.bat
    answer "$@" | timeout 120 script -qec "'$wine' cmd /c quick.bat 2>err" /dev/null >out
}

# ---- disabled, listed, enabled ----
for name in one several system; do
    evil $name
done
echo clean >"$evil/clean.exe"
task "$own/Thư một" one
task "$own/several" several clean
task "$windows/one" system
cp "$own/Thư một" was
quick
is "$? $(ls "$evil")" '0 clean.exe' 'what tasks start is removed'
is "$(is_enabled "$own/Thư một") $(grep -c 'scheduled task that started it is disabled' err)" \
    'false 1' 'and the task is disabled'
is "$(is_enabled "$own/several") $(grep 'does other things too' err |
    grep -c 'schtasks /Change /TN "\\khien-tasks\\several" /DISABLE')" 'true 1' \
    'but for one of several actions, which is for a person'
is "$(is_enabled "$windows/one") $(grep -c 'khien-tasks.one: it is of the system' err)" 'true 1' \
    'and those of Windows, unless it is asked'
run quarantine list --folder state/quarantine >kept.txt
is "$(grep -c 'khien-tasks.Thư một, scheduled task that was disabled: mark' kept.txt)" 1 \
    'it is listed'
number=$(awk '/Thư một/ {print $1}' kept.txt)
run quarantine show --folder state/quarantine --json "$number" >shown
is "$(jq -r '.kind, .state, .path, .size, has("mode"), has("owner")' shown |
    tr -d '\r' | tr '\n' ' ')" \
    "task kept \\khien-tasks\\Thư một $(stat -c %s was) false false " 'and described'
run quarantine show --folder state/quarantine "$number" >shown
is "$(grep -c '^kind    task\|^size\|^sha256\|^mode\|^owner' shown)" 3 'in words too'
run quarantine restore --folder state/quarantine "$number" >out 2>err || sed 's/^/# /' err
same was "$own/Thư một" 'and enabled again, as it was'

# ---- of Windows ----
evil system
asked y y
is "$(tr -dc 0-9 <ended) $(is_enabled "$windows/one") $(grep -c 'task of Windows starts it' err)" \
    '0 false 1' 'one of Windows is asked for'
evil system
task "$windows/one" system
asked y n
is "$(tr -dc 0-9 <ended) $(is_enabled "$windows/one") $(find "$evil" -name system.exe)" \
    '0 true ' 'and stays when told'

# ---- by now something else ----
evil one
quick
run quarantine list --folder state/quarantine >kept.txt
number=$(awk '/kept.*Thư một/ {print $1}' kept.txt)
task "$own/Thư một" clean
run quarantine restore --folder state/quarantine "$number" >out 2>err
is "$? $(grep -c 'starts something else by now' err)" '1 1' \
    'what does something else by now is not enabled'
run quarantine restore --folder state/quarantine --to task.xml "$number" >out 2>err ||
    sed 's/^/# /' err
same was task.xml 'a file is made of what it was'
timeout 60 "$wine" schtasks /Create /F /TN '\khien-tasks\again' /XML task.xml >out 2>&1
is "$? $(find "$own" -name again)" "0 $own/again" 'of which schtasks makes a task'
done_testing
