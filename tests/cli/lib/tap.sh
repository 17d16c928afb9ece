# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# TAP for tests/cli/*.t, which run with the project's root as folder, $KHIEN as the program and
# $TMPDIR as an empty folder of their own.
checks=0 failures=0

ok() { # ok STATUS LABEL
    checks=$((checks + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $checks - $2"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $2"
    fi
}

is() { # is GOT WANT LABEL
    [ "$1" = "$2" ]
    ok $? "$3"
    [ "$1" = "$2" ] || printf '# got:  %s\n# want: %s\n' "$1" "$2"
}

same() { # same WANT-FILE GOT-FILE LABEL
    cmp -s "$1" "$2"
    ok $? "$3"
    cmp -s "$1" "$2" || diff "$1" "$2" | head -n 20 | sed 's/^/# /'
}

skip() { # skip LABEL REASON
    checks=$((checks + 1))
    echo "ok $checks - $1 # SKIP $2"
}

skip_all() { # skip_all REASON
    echo "1..0 # SKIP $1"
    exit 0
}

fails() { # fails LABEL PATTERN STATUS COMMAND…: it says PATTERN; what it wrote is in out and err
    label=$1 pattern=$2 want=$3
    shift 3
    "$@" >out 2>err </dev/null
    is "$? $(grep -q -- "$pattern" err && echo said)" "$want said" "$label"
    grep -q -- "$pattern" err || sed 's/^/# /' err
}

eventually() { # eventually COMMAND…: tries it for two minutes
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 1200 ] || return 1
        sleep 0.1
    done
}

served() { # served FILE: waits until `khien serve >FILE` says where its pages are; prints that
    tries=0
    until url=$(sed -n 's|^pages: \(http://.*\)/$|\1|p' "$1" 2>/dev/null) && [ -n "$url" ]; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || return 1
        sleep 0.1
    done
    echo "$url"
}

done_testing() {
    echo "1..$checks"
    [ "$failures" -eq 0 ]
    exit $?
}
