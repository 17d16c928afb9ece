# SPDX-License-Identifier: Apache-2.0
# data/guarded-sites.tsv as the table of src/scan/checks/guarded.h.
BEGIN {
    print "/* Made by tools/guarded-sites.awk. */\n#include \"scan/checks/guarded.h\""
    print "const struct guarded_site guarded_sites[] = {"
}
/^#/ || $4 != "-" { next }
NF != 5 || $1 !~ /^[a-z0-9.-]+$/ || $2 !~ /^(security|updates|money|accounts)$/ {
    print FILENAME ": line " FNR ": not site, kind, valid_from, valid_to, source" >"/dev/stderr"
    exit failed = 1
}
{ print "    {\"" $1 "\", GUARDED_" toupper($2) "}," }
END { if (!failed) print "    {0},\n};" }
