#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien-scan.exe and what sends a computer to servers that are known to be malware's: switched off,
# listed, given back; what only looks so stays.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_windows.sh

mkdir -p rules state
printf 'rule none { strings: $a = "khien-settings-none" condition: $a }\n' >rules/t.yar
printf '203.0.113.9\tTest.C2\nevil.example\tTest.C2\n' >rules/t.c2
"$KHIEN" rules key -o pack.key >key.out
"$KHIEN" rules build rules -o rules.pack --key pack.key --pack-version 7 >built 2>&1
cp pack.key.pub rules.pub

settings='HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings'
policies='HKLM\SOFTWARE\Policies\Google\Chrome\ExtensionInstallForcelist'
reg() { timeout 60 "$wine" reg "$@" 2>/dev/null | tr -d '\r'; }
value() { reg query "$1" /v "$2" | sed -n "s/^ *$2 *//p"; } # value KEY NAME: its type and text
enabled=$(value "$settings" ProxyEnable)
forget() {
    reg delete "$settings" /v ProxyServer /f >/dev/null
    reg delete "$settings" /v AutoConfigURL /f >/dev/null
    reg add "$settings" /v ProxyEnable /t REG_DWORD /d 0 /f >/dev/null
    [ -n "$enabled" ] || reg delete "$settings" /v ProxyEnable /f >/dev/null
    reg delete 'HKLM\SOFTWARE\Policies\Google' /f >/dev/null
}
forget
trap forget EXIT
reg add "$settings" /v ProxyServer /d 'http=203.0.113.9:8080' /f >/dev/null
reg add "$settings" /v ProxyEnable /t REG_DWORD /d 1 /f >/dev/null
reg add "$settings" /v AutoConfigURL /d 'http://CDN.evil.example/a.pac' /f >/dev/null
reg add "$policies" /v 1 /d 'abc;http://203.0.113.9/crx' /f >/dev/null
reg add "$policies" /v 2 /d 'abc;http://203.0.113.10/crx' /f >/dev/null
run --state state --no-files --json --remove --yes >json 2>err
is "$? $(jq -c '[.findings[] | select(.level == "malicious") | .quarantined > 0]' json)" \
    '0 [true,true,true]' 'what names a server of malware is taken'
is "$(value "$settings" ProxyServer), $(value "$settings" ProxyEnable)" \
    'REG_SZ    http=203.0.113.9:8080, REG_DWORD    0x0' 'the proxy is switched off'
is "$(value "$settings" AutoConfigURL)$(value "$policies" 1)" '' 'the others are gone'
is "$(value "$policies" 2) $(jq '[.findings[] | select(.level == "suspicious")] | length' json)" \
    'REG_SZ    abc;http://203.0.113.10/crx 1' 'what only looks so stays'
run quarantine list --folder state/quarantine >kept.txt
is "$(grep -c 'value of the registry' kept.txt)" 3 'they are listed'
for word in ProxyEnable AutoConfigURL ExtensionInstallForcelist; do
    number=$(awk "/$word/ {print \$1}" kept.txt)
    run quarantine restore --folder state/quarantine "$number" >out 2>err || sed 's/^/# /' err
done
is "$(value "$settings" ProxyEnable), $(value "$policies" 1)" \
    'REG_DWORD    0x1, REG_SZ    abc;http://203.0.113.9/crx' 'the proxy and the extension'
is "$(value "$settings" AutoConfigURL)" 'REG_SZ    http://CDN.evil.example/a.pac' \
    'and given back'
done_testing
