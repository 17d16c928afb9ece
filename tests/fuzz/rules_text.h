/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that use what the language has, and data in which most of them hold: what the targets
 * `image` and `pack` change bytes of. */
#pragma once

static const char fuzz_rules[] =
    "import \"pe\"\nimport \"math\"\nimport \"hash\"\nimport \"string\"\nimport \"time\"\n"
    "import \"console\"\n"
    "global rule first { condition: filesize < 1MB }\n"
    "private rule hidden { strings: $a = \"needle\" condition: $a }\n"
    "rule texts : one two { meta: author = \"me\" n = 7 yes = true\n"
    "  strings: $a = \"needle\" nocase wide ascii fullword $b = \"haystack\" xor(1-9)\n"
    "    $c = \"base text here\" base64 base64wide $d = \"ab\" $e = \"secret\" private\n"
    "  condition: any of them and #a > 0 and @a[1] >= 0 and !a[1] > 0 and (2 of ($a, $d) or $e) }\n"
    "rule bytes { strings: $a = { 6e 65 ?? 64 [2-40] 68 61 } $b = { 4d 5a [300-] 65 6e 64 }\n"
    "    $c = { 6e ( 65 | 66 67 ) ~65 ?4 }\n"
    "  condition: $a or $b or $c in (0..filesize) }\n"
    "rule expressions { strings: $a = /ne+d[a-z]{1,9} in/ $b = /(one|two|three) \\d+/i wide ascii\n"
    "    $c = /x.{0,300}end/s $d = /[0-9a-f]{8}/ $e = /[0-9a-f]{20}/\n"
    "  condition: for any of them : (# > 0 and @ < filesize) }\n"
    "rule loops { strings: $a = \"needle\" $b = \"hay\"\n"
    "  condition: for all i in (1..#a) : (@a[i] < filesize and for any k in (1, 2, i) : (k > 0))\n"
    "    and for any s in (\"x\", \"y\") : (s == \"x\") and 50% of them and for all of ($*) : ($) "
    "}\n"
    "rule modules { condition: hidden and (pe.is_pe or not pe.is_pe)\n"
    "    and (for any s in pe.sections : (s.name == \".text\") or filesize > 3)\n"
    "    and (for any k, v in pe.version_info : (k contains \"a\") or true)\n"
    "    and math.entropy(0, filesize) > 0.5 and hash.md5(0, 10) != \"x\" and time.now() > 1\n"
    "    and string.length(\"abc\") == 3 and console.log(\"said\") and defined "
    "pe.number_of_sections\n"
    "    or uint16be(0) == 0x4d5a }\n"
    "rule arithmetic { condition: (1 + 2) * 3 - 4 \\ 2 % 5 == 7 or ~1 & 2 | 3 ^ 4 << 1 >> 1 > 0\n"
    "    or -1.5 < 2.5 or \"a\" icontains \"A\" or \"ab\" matches /a.?b/ or outside > 3\n"
    "    or word startswith \"w\" or share < 1.0 or flag or entrypoint > 0 or int32(4) != 0 }\n"
    "rule sets { condition: any of (texts, bytes, exp*) and 1 of (t*) and texts }\n";

static const char fuzz_data[] =
    "MZ needle in a haystack, ab ab \x01 one 12 two 34 deadbeef0123 x needle haystack NEEDLE\n"
    "i`xrubbj YmFzZSB0ZXh0IGhlcmU secret n\0e\0e\0d\0l\0e\0 nefgxt three 3 hay hay\n"
    "................................................................................\n"
    "................................................................................\n"
    "................................................................................\n"
    "................................................................................\n"
    "the end of it all, secret needle in the haystack, the end";
