#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The configuration: where it is found, what is checked, that it round-trips.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

"$KHIEN" conf check >out
is "$(cat out)" 'no configuration file: everything is at its default' 'nothing has to be there'
"$KHIEN" conf sample >sample.conf
"$KHIEN" conf check sample.conf >/dev/null
ok $? 'the sample is right'
"$KHIEN" conf print >defaults
"$KHIEN" --config sample.conf conf print >printed
same defaults printed 'and says what the defaults are'
"$KHIEN" --config printed conf print >again
same printed again 'print, read, print gives the same'

# With every example of the sample in force.
sed 's/^#\([a-z_\[]\)/\1/; s/^\[feed NAME\]/[feed one]/' sample.conf >every.conf
"$KHIEN" --config every.conf conf print >printed
ok $? 'every example is right'
"$KHIEN" --config printed conf print >again
same printed again 'and round-trips'
is "$(grep -c '^# ' printed)" 0 'with no key left out'

printf '[check]\nwindow_dyas = 3\n[http]\nlisten = here\n[feed x]\n' >bad.conf
"$KHIEN" conf check bad.conf >out 2>err
is $? 1 'faults give status 1'
cat >want <<'END'
bad.conf:2: [check] has no key "window_dyas"; did you mean "window_days"?
bad.conf:4: http.listen must be ADDRESS:PORT, IPv6 as [ADDRESS]:PORT, not "here"
bad.conf: [feed x] has no url
khien conf: 3 faults in bad.conf
END
same want err 'and are all named, with their lines'
"$KHIEN" --config bad.conf feed formats --json >/dev/null 2>&1
ok $? 'what needs no configuration runs nevertheless'
"$KHIEN" --config bad.conf conf print 2>err >out
is $? 1 'what needs it does not'
"$KHIEN" --config missing.conf conf print 2>err >out
is $? 1 'a file that was named must be there'

cat >campaign.conf <<'END'
[campaign]
baseline_from = 2026-09-01
baseline_to = 2026-09-30
result_from = 2026-10-01
result_to = 2026-10-10
[feed x]
url = https://example.org/x
format = shadowservr
END
"$KHIEN" conf check campaign.conf 2>err
grep -q 'the baseline window has 30 days and the result window 10' err
ok $? 'windows of different length are a fault'
grep -q 'there is no format shadowservr' err
ok $? 'so is an unknown format'
mkdir tables
printf 'a\tb\n' >tables/families.tsv
printf '[families]\nfile = tables/families.tsv\n[data]\nhotlines = tables/none\n' >files.conf
"$KHIEN" conf check files.conf 2>err
grep -q 'families.file: tables/families.tsv' err
ok $? 'so is a broken table that it names'
grep -q 'data.hotlines: there is no file tables/none' err
ok $? 'and a missing one'

slug() {
    "$KHIEN" "$@" conf print | sed -n 's/^slug = //p'
}
mkdir var
printf '[campaign]\nslug = in-var\n' >var/khien.conf
is "$(slug)" in-var 'var/khien.conf is found'
printf '[campaign]\nslug = here\n' >khien.conf
is "$(slug)" here 'khien.conf goes before it'
printf '[campaign]\nslug = by-environment\n' >other.conf
is "$(KHIEN_CONF=other.conf slug)" by-environment '$KHIEN_CONF before that'
printf '[campaign]\nslug = named\n' >named.conf
is "$(KHIEN_CONF=other.conf slug --config named.conf)" named 'and --config before all'
is "$(KHIEN_CAMPAIGN_SLUG=one-key slug)" one-key 'one key from the environment'
KHIEN_CAMPAIGN_SLGU=x "$KHIEN" conf print >out 2>err
is $? 1 'an unknown one is refused'
grep -q 'did you mean "slug"' err
ok $? 'with the nearest that there is'
done_testing
