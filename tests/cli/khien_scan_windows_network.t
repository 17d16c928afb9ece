#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien-scan.exe and the network, under wine: rules from a server and reports to it, by WinHTTP.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_network.sh
case $KHIEN in
*/build/khien) ;;
*) skip_all 'wine runs once, with the release build' ;;
esac
program=build-windows/khien-scan.exe wine=$PWD/tools/wine
[ -f $program ] || skip_all './dev build windows was not run'
cp $program "$TMPDIR"
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
# shellcheck disable=SC2317  # by others
run() { timeout 120 "$wine" khien-scan.exe "$@"; }
network_begin
network_rules
network_reports windows
done_testing
