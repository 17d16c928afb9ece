#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The colours of the pages: text on its ground has a contrast of at least 4.5 (WCAG 2.1, 1.4.3),
marks and controls 3 (1.4.11), in the light and the dark scheme; each colour is in such a pair, and
no sheet but tokens.css, that of charts and that of the live view, which stands alone, writes one
out."""
import glob
import re

GROUNDS = ("paper", "tint")
TONES = ("bad", "warn", "good", "info", "plain")
TEXT = [(ink, ground) for ground in GROUNDS
        for ink in ("ink", "soft", "link", "link-hover", "visited", "bad", "warn", "good")]
TEXT += [(ink, f"{tone}-tint") for tone in TONES for ink in (tone, "ink")]
TEXT += [("soft", "info-tint"), ("good", "info-tint"), ("link", "info-tint"), ("link", "bad-tint"),
         ("link", "warn-tint"), ("ink", "tint-hover"), ("on-brand", "brand"),
         ("on-button", "button"), ("on-button", "button-hover"), ("on-button", "button-bad"),
         ("on-button", "button-bad-hover"), ("tag-ink", "tag"), ("on-focus", "focus")]
MARKS = [(mark, ground) for ground in GROUNDS for mark in ("edge", "brand-mark")]
MARKS += [(tone, "paper") for tone in TONES]
MARKS += [("button-2-edge", "paper"), ("button", "paper"), ("button", "info-tint")]
# Lines that part what is apart anyway, and shadows: 1.4.11 asks nothing of them.
DECORATION = {"line", "button-edge", "button-bad-edge"}
SHEETS = sorted(glob.glob("src/portal/assets/*.css"))
LIVE = [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("one", "paper"), ("two", "paper")]
OWN_TEST = ("/tokens.css", "/charts.css", "/live.css")  # charts_contrast.t has the second


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def read(path):
    with open(path, encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def screen_only(css):
    """Without what is for paper, which is black on white."""
    return re.sub(r"@media print \{(?:[^{}]*\{[^{}]*\})*\s*\}", "", css)


def report(number, passed, what):
    print(f"{'' if passed else 'not '}ok {number} - {what}")


def schemes_of(path):
    light, dark = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
                   for block in re.findall(r":root \{(.*?)\}", read(path), re.S)[:2]]
    return [("light", light), ("dark", {**light, **dark})]


schemes = schemes_of("src/portal/assets/tokens.css")
light = schemes[0][1]
pairs = [(p, 4.5) for p in TEXT] + [(p, 3) for p in MARKS]
live = [(scheme, colours, pair) for scheme, colours in schemes_of("src/portal/assets/live.css")
        for pair in LIVE]
print(f"1..{len(schemes) * len(pairs) + len(live) + 3}")
number = 0
for scheme, colours in schemes:
    for (ink, ground), least in pairs:
        number += 1
        ratio = contrast(colours[ink], colours[ground])
        report(number, ratio >= least, f"{scheme}: {ink} on {ground} {ratio:.2f} >= {least}")
for scheme, colours, (ink, ground) in live:
    number += 1
    ratio = contrast(colours[ink], colours[ground])
    report(number, ratio >= 4.5, f"live view, {scheme}: {ink} on {ground} {ratio:.2f} >= 4.5")

checked = {name for pair, _ in pairs for name in pair} | DECORATION
left = sorted(name for name in light if name not in checked and not name.startswith("govuk-"))
report(number + 1, not left, "each colour is checked " + " ".join(left))
written = [f"{path}: {hit}" for path in SHEETS if not path.endswith(OWN_TEST)
           for hit in re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", screen_only(read(path)))]
report(number + 2, not written, "colours stand in tokens.css only " + " ".join(written))
named = set(re.findall(r"var\(--([\w-]+)", " ".join(map(read, SHEETS))))
unknown = sorted(name for name in named if f"--{name}:" not in " ".join(map(read, SHEETS)))
report(number + 3, not unknown, "each property is defined " + " ".join(unknown))
