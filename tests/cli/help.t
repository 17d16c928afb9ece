#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command and action explains itself; a wrong call says what would have been right.
set -u
. tests/cli/lib/tap.sh
cd "$TMPDIR" || exit 1

"$KHIEN" --help >help
ok $? '--help'
for name in $("$KHIEN" help --names); do
    grep -q "^  $name  *[a-z]" help
    ok $? "--help lists $name with a summary"
    "$KHIEN" "$name" --help >one && grep -q '^Usage:' one && grep -q "khien $name" one
    ok $? "khien $name --help"
    "$KHIEN" help "$name" | cmp -s - one
    ok $? "khien help $name says the same"
done
"$KHIEN" feed parse --help | grep -q -- '--columns MAP'
ok $? 'an action shows its own options'
"$KHIEN" simulate --help | grep -q -- '(default: 60)'
ok $? 'and their defaults'
is "$("$KHIEN" --version)" "$("$KHIEN" version)" '--version'

"$KHIEN" help --completion >completion
completed() { # completed WORD…: what bash offers for the last one
    bash -c '. ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _khien khien
        printf "%s " "${COMPREPLY[@]}"' - "$@"
}
is "$(completed khien fe)" 'feed fetch ' 'bash completes commands'
is "$(completed khien feed p)" 'parse ' 'actions'
is "$(completed khien feed parse --col)" '--columns ' "an action's options"
is "$(completed khien serve --admin)" '--admin-listen ' "a command's options"
is "$(completed khien serve --no-s)" '--no-sandbox ' 'options of every command'
is "$(completed khien check 192)" ' ' 'and nothing else'

wrong() { # wrong WORDS… -- PART-OF-MESSAGE: status 2, nothing on standard output
    words=''
    while [ "$1" != -- ]; do
        words="$words $1"
        shift
    done
    # shellcheck disable=SC2086  # a list of words
    "$KHIEN" $words >out 2>err
    status=$?
    [ $status -eq 2 ] && [ ! -s out ] && grep -qF -- "$2" err
    ok $? "khien$words: $2"
}
wrong -- 'which command?'
wrong stats daily --json --csv -- '--json or --csv, not both'
wrong stats daily --country vn -- '--country must be two characters from A to Z, not "vn"'
wrong stats daily --province 1 -- '--province must be two characters from 0 to 9, not "1"'
wrong ingets -- 'did you mean "ingest"?'
wrong hlep -- 'did you mean "help"?'
wrong help serv -- 'did you mean "serve"?'
wrong feed -- 'which one?'
wrong feed parsee -- 'did you mean "parse"?'
wrong feed parse -- 'something is missing: khien feed parse FILE…'
wrong feed parse --fed x y -- 'there is no option --fed; did you mean --feed?'
wrong feed parse --feed -- '--feed needs a value: --feed FORMAT'
wrong feed parse --feed nothing y -- 'there is no format nothing'
wrong feed formats --json=yes -- '--json takes no value'
wrong feed formats x -- '"x" is one word too many'
wrong stats dayly -- 'did you mean "daily"?'
wrong stats daily --from yesterday -- '--from must be a day such as'
wrong stats daily --class infected-sytem -- 'did you mean "infected-system"?'
wrong check 1.2.3 -- '"1.2.3" is no address'
wrong --json feed formats -- 'there is no option --json'
wrong version -x -- 'there is no option -x'
"$KHIEN" feed formats --json | jq -e '.[0] | has("name") and has("summary")' >/dev/null
ok $? '--json'
"$KHIEN" feed -- formats >/dev/null
ok $? '-- ends the options'
"$KHIEN" feed parse -- --help >out 2>err
is $? 1 'and makes a word of what follows'
awk 'BEGIN { for (i = 0; i < 20000; i++) print "192.0.2." i % 256 }' >list.txt
{
    "$KHIEN" feed parse list.txt 2>err
    echo $? >status
} | head -c 1 >/dev/null
is "$(cat status err)" 0 'a reader that has enough is none'
"$KHIEN" --help >/dev/full 2>err
is $? 1 'a full disk below standard output is a failure'
done_testing
