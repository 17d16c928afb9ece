# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Tests of khien-scan.exe: in $TMPDIR, with a copy of it, which `run` runs under wine.
case $KHIEN in
*/build/khien) ;;
*) skip_all 'wine runs once, with the release build' ;;
esac
program=build-windows/khien-scan.exe wine=$PWD/tools/wine
[ -f $program ] || skip_all './dev build windows was not run'
# One at a time: they share a registry, and what one makes of it is doubtful to others.
exec 9>build-windows/registry.lock
flock 9
cp $program "$TMPDIR"
cd "$TMPDIR" || exit 1
unset KHIEN_NOW
# shellcheck disable=SC2317  # by others
run() { timeout 120 "$wine" khien-scan.exe "$@"; }
