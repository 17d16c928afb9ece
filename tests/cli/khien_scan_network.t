#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The small program and the network: rules from a server and reports to it, by the machine's curl.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_network.sh
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
mkdir home
cp "$KHIEN-scan" khien-scan
# shellcheck disable=SC2317  # by others
run() { HOME=$PWD/home ./khien-scan "$@"; }
network_begin
network_rules
network_reports linux

# In a mount namespace of its own, where curl is nothing that runs.
if unshare -m true 2>/dev/null; then
    cp 12.pack usb/rules.pack
    echo cut >how
    fails 'cut' 'are kept' 1 update "$spoiler/rules"
    # shellcheck disable=SC2016  # for the other shell
    fails 'without curl' 'install curl, or use a browser' 1 env HOME="$PWD/home" unshare -m sh -c '
        for curl in /usr/bin/curl /bin/curl /usr/local/bin/curl; do
            [ ! -e "$curl" ] || mount --bind /dev/null "$curl"
        done
        exec ./khien-scan rules update --output rules.pack --from "$1"' sh "$spoiler/rules"
    is "$(kept | tr '\n' ' ')" 'rules.pack.part rules.pack.part.from ' \
        'what came is kept until it is back'
else
    skip 'without curl' 'only root can try that'
fi
# Under sanitizers it holds the words that tools/run-test looks for.
rm khien-scan
done_testing
