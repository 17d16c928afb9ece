#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The colours of charts: marks have a contrast of at least 3 against what is behind them (WCAG
2.1, 1.4.11), text 4.5 (1.4.3), neighbouring classes of the map differ in lightness, in both
schemes; and print uses the light one."""
import re

LINES = [f"{n}" for n in range(1, 13)]
TEXT = [("ink", "paper"), ("soft", "paper"), ("target", "paper"), ("bad", "paper"),
        ("ink", "window")] + [(n, "paper") for n in LINES]
MARKS = [("axis", "paper"), ("hatch", "paper"), ("bar", "paper"), ("ink", "bar"),
         ("fresh", "paper"), ("stayed", "paper"), ("gone-texture", "paper"),
         ("gone-texture", "gone"), ("returning-texture", "returning"), ("border", "paper"),
         ("border", "k1")] + [(n, "window") for n in LINES]
CLASSES = [(f"k{n}", f"k{n + 1}") for n in range(1, 5)]


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


with open("src/portal/assets/charts.css", encoding="utf-8") as file:
    css = file.read()
light, dark = [dict(re.findall(r"--chart-([\w-]+): (#[0-9a-f]{6})", block))
               for block in re.findall(r":root \{(.*?)\}", css, re.S)]
schemes = [("light", light), ("dark", {**light, **dark})]
pairs = [(p, 4.5) for p in TEXT] + [(p, 3) for p in MARKS] + [(p, 1.3) for p in CLASSES]
print(f"1..{len(schemes) * len(pairs) + 1}")
number = 0
for scheme, colours in schemes:
    for (ink, ground), least in pairs:
        number += 1
        ratio = contrast(colours[ink], colours[ground])
        print(f"{'' if ratio >= least else 'not '}ok {number} - {scheme}: {ink} on {ground} "
              f"{ratio:.2f} >= {least}")
same = re.search(r"@media screen and \(prefers-color-scheme: dark\)", css) and \
    not re.search(r"@media \(prefers-color-scheme: dark\)", css)
print(f"{'' if same else 'not '}ok {number + 1} - paper has the light scheme")
