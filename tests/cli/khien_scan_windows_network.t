#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# khien-scan.exe and the network, under wine: rules from a server and reports to it, by WinHTTP.
set -u
. tests/cli/lib/tap.sh
. tests/cli/lib/small_network.sh
. tests/cli/lib/small_windows.sh
network_begin
network_rules
network_reports windows
done_testing
