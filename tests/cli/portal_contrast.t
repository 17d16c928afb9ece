#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The colours of the pages: text on its ground has a contrast of at least 4.5 (WCAG 2.1, 1.4.3),
lines and focus marks 3 (1.4.11), in the light and the dark scheme."""
import re

TEXT = [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("on-brand", "brand"),
        ("on-button", "button"), ("ink", "tint"), ("link", "tint"), ("bad", "bad-tint"),
        ("ink", "bad-tint"), ("warn", "warn-tint"), ("ink", "warn-tint"), ("warn", "paper"),
        ("plain", "plain-tint"), ("ink", "plain-tint"), ("on-focus", "focus")]
MARKS = [("line", "paper"), ("bad", "paper"), ("plain", "paper"), ("button", "paper")]


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


with open("src/portal/assets/style.css", encoding="utf-8") as file:
    css = file.read()
light, dark = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
               for block in re.findall(r":root \{(.*?)\}", css, re.S)]
schemes = [("light", light), ("dark", {**light, **dark})]
pairs = [(p, 4.5) for p in TEXT] + [(p, 3) for p in MARKS]
print(f"1..{len(schemes) * len(pairs)}")
number = 0
for scheme, colours in schemes:
    for (ink, ground), least in pairs:
        number += 1
        ratio = contrast(colours[ink], colours[ground])
        print(f"{'' if ratio >= least else 'not '}ok {number} - {scheme}: {ink} on {ground} "
              f"{ratio:.2f} >= {least}")
