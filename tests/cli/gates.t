#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each gate passes a small clean tree, and fails, naming the place, on a tree with one fault.
set -u

gates=$PWD/tools/gates
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
number=0

ok() { # ok STATUS LABEL: with the gate's output when it is not
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$work/output"
    fi
}

put() { # put PATH: standard input becomes the file
    mkdir -p "$tree/$(dirname "$1")"
    cat >"$tree/$1"
}

header() { # header PATH LINE…
    path=$1
    shift
    { printf '/* SPDX-License-Identifier: Apache-2.0 */\n#pragma once\n' && printf '%s\n' "$@"; } |
        put "$path"
}

source_file() { # source_file PATH LINE…
    path=$1
    shift
    { printf '/* SPDX-License-Identifier: Apache-2.0 */\n' && printf '%s\n' "$@"; } | put "$path"
}

clean_tree() {
    rm -rf "$tree"
    header src/base/str.h 'int str_of(void);'
    header src/store/store.h '#include "base/str.h"' 'int store_open(void);'
    header src/intel/intel.h '#include "base/str.h"' '#include "intel/event.h"'
    header src/intel/event.h 'int event_new(void);'
    header src/sightings/sightings.h '#include "intel/intel.h"'
    source_file src/intel/formats/csv.c '#include "base/str.h"' '#include "intel/event.h"'
    source_file src/sightings/set_db.c 'const char *sql = "SELECT members FROM sighting_set";'
    source_file src/main.c '#include "sightings/sightings.h"'
    printf '%s\n' '# Parts' '- `src/base`' '- `src/store`' '- `src/intel`' '- `src/intel/formats`' \
        '- `src/sightings`' | put ARCHITECTURE.md
    printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\necho "$1"\n' | put tools/say
    echo "library('x', 'main.c', 'formats/csv.c', 'set_db.c')" | put src/meson.build
    cp "$tree/src/meson.build" "$tree/src/intel/"
    cp "$tree/src/meson.build" "$tree/src/sightings/"
    cp .clang-format "$tree"
}

fails() { # fails GATE FAULT: in the tree as it is; then the tree is clean again
    "$gates" --root "$tree" "$1" >"$work/output" 2>&1
    status=$?
    [ $status -eq 1 ] && grep -qF "$2" "$work/output"
    ok $? "$1: $2"
    clean_tree
}

lines() { # lines COUNT TEXT
    awk -v count="$1" -v text="$2" 'BEGIN { while (count-- > 0) print text }'
}

branches() { # a function with COUNT decisions
    printf 'int f(int x)\n{\n'
    lines "$1" '    x += x > 1;'
    lines "$1" '    if (x) x++;'
    printf '    return x;\n}\n'
}

clean_tree
"$gates" --root "$tree" names layers built headers format functions sizes rules spelling shell \
    >"$work/output" 2>&1
ok $? 'a clean tree passes every gate'

header src/intel/event.h '#include "store/store.h"'
fails layers 'src/intel/event.h:3: intel may not include store (store/store.h)'
header src/intel/event.h '#include "../store/store.h"'
fails layers 'src/intel/event.h:3: intel may not include store'
header src/base/str.h '#include "intel/intel.h"'
fails layers 'src/base/str.h:3: base may not include intel'
header src/org/org.h '#include "sightings/sightings.h"'
fails layers 'src/org/org.h:3: org may not include sightings'
source_file src/sightings/trend.c '#include "intel/event.h"'
fails layers 'intel/event.h: the only public header of intel is intel/intel.h'
source_file src/main.c '#include "intel/event.h"'
fails layers 'src/main.c:2: intel/event.h: the only public header'
source_file tests/intel/event_test.c '#include "portal/portal.h"'
fails layers 'tests/intel/event_test.c:2: intel may not include portal'
source_file src/sightings/trend.c 'const char *sql = "SELECT day FROM sighting_set";'
fails layers 'src/sightings/trend.c:2: SQL text'
source_file src/store/rows.c 'const char *sql = "DELETE FROM sighting_set";'
fails layers 'src/store/rows.c:2: SQL text'
source_file src/intel/formats/deep/x.c ''
fails layers 'src/intel/formats/deep:1: more than two levels'
source_file src/extras/x.c ''
fails layers 'src/extras:1: unknown part'
source_file src/intel/util.c ''
fails layers "src/intel/util.c:1: 'util' names no noun"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
    source_file src/base/file$i.c ''
done
fails layers 'src/base:1: 21 .c files (at most 20)'
source_file src/portal/pages.c ''
fails layers 'src/portal:1: has no line in ARCHITECTURE.md'
rm "$tree/ARCHITECTURE.md"
fails layers 'ARCHITECTURE.md:1: missing'

source_file src/intel/formats/json.c ''
fails built 'src/intel/formats/json.c:1: in no meson.build'
source_file tests/base/str_test.c ''
fails built 'tests/base/str_test.c:1: in no meson.build'
source_file tests/fuzz/csv_fuzz.c ''
fails built 'tests/fuzz/csv_fuzz.c:1: no tests/fuzz/corpus/csv'
echo '#!/bin/sh' | put tests/cli/check.t
fails built 'tests/cli/check.t:1: not executable'

header src/base/str.h 'size_t str_length(void);'
fails headers "src/base/str.h"
header src/base/str.h 'struct str { int n; };'
sed -i '/pragma/d' "$tree/src/base/str.h"
fails headers 'src/base/str.h:1: no #pragma once'

source_file src/base/str.c 'int  f( void );'
fails format 'src/base/str.c:2:'

branches 20 | put src/base/str.c
fails functions 'src/base/str.c:1: f has complexity 21 (at most 19)'
{ printf 'int g(void);\n\nint f(void)\n{\n' && lines 80 '    g();' && echo '}'; } |
    put src/base/str.c
fails functions 'src/base/str.c:3: f has 83 lines (at most 80)'

lines 801 'int f(void);' | put src/base/str.c
fails sizes 'src/base/str.c:801: 801 lines (at most 800)'
lines 151 'int f(void);' | put src/base/str.h
fails sizes 'src/base/str.h:151: 151 lines (at most 150)'
source_file src/base/str.c "/* $(printf '%095d' 0) */"
fails sizes 'src/base/str.c:2: 101 columns (at most 100)'
printf '#!/bin/sh\n# %0100d\n' 0 | put tools/say
fails sizes 'tools/say:2: 102 columns (at most 100)'
head -c 1048577 /dev/zero | put data/big.bin
fails sizes 'data/big.bin:1: 1048577 bytes (at most 1048576)'

echo x | put 'a	b,c'
fails names 'a	b,c:1: a file name of other than'

echo 'int f(void);' | put src/base/str.c
fails rules 'src/base/str.c:1: no SPDX-License-Identifier'
# A banned call that the compiler's poison does not reach, and words that only look like one.
source_file src/base/str.c '/* strcpy(a, b) */' 'const char *s = "system(";' 'int a = alloca (1);'
fails rules 'src/base/str.c:4: alloca() is banned'
source_file src/intel/event.c '#ifdef DEBUG' '#endif'
fails rules 'src/intel/event.c:2: #if stands only in base and sandbox code'
printf 'see /%s/main\n' work | put README.md
fails rules 'README.md:1: a path or package host of one machine'
printf '{"resolved": "https://%s.example.org/x.tgz"}\n' registry | put package-lock.json
fails rules 'package-lock.json:1: names package hosts'
printf '{"a": 1,}\n' | put package.json
fails rules 'package.json:1: '
printf '#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\ndef f(:\n' | put tools/x
fails rules 'tools/x:3: '

printf 'This is t%s well known.\n' eh | put README.md
fails spelling 'README.md:1: '
printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\nrm $1\n' | put tools/say
fails shell 'tools/say:3:4: '
printf '.TH khien 1\n.XX\n' | put man/khien.1
fails man 'man/khien.1:'
printf 'msgid "a %%d"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "b\n' | put po/vi.po
fails messages 'po/vi.po:'

# What git ignores is nobody's fault; what is not yet added is.
(cd "$tree" && git init -q && echo 'made.c' >.gitignore)
echo 'int f(void);' | put src/base/made.c
"$gates" --root "$tree" rules >"$work/output" 2>&1
ok $? 'rules: ignored files are left alone'
echo 'int f(void);' | put src/base/new.c
fails rules 'src/base/new.c:1: no SPDX'

"$gates" --root "$tree" --tap layers sizes >"$work/output" 2>&1
printf '1..2\nok 1 - gate layers\nok 2 - gate sizes\n' | cmp -s - "$work/output"
ok $? '--tap prints one test a gate'

echo "1..$number"
