#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The map that tools/map.py makes: each province has a shape; a merged province is as large as its
old ones together and in the same place, so nothing was lost on the way; the archipelagos are
there; it is small; and a map that lacks a province, or has one too many, fails the build."""
import collections
import os
import re
import subprocess

SVG = "node_modules/@svg-maps/vietnam/vietnam.svg"
OUT = os.path.join(os.environ["TMPDIR"], "shapes.c")
number = 0


def check(passed, what):
    global number
    number += 1
    print(f"{'' if passed else 'not '}ok {number} - {what}")


def make(svg):
    return subprocess.run(["tools/map.py", OUT, svg, "data/provinces.tsv",
                           "data/province-merges.tsv"], capture_output=True, text=True)


def variant(name, old, new):
    with open(SVG, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    path = os.path.join(os.environ["TMPDIR"], name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    return make(path)


def table(text, name):
    rows = re.search(rf"chart_shapes_{name}\[\] = \{{(.*?)\n\}};", text, re.S).group(1)
    return dict(re.findall(r'\{"(\w+)", "([^"]*)"\}', rows))


def moments(path):
    """(area, its centre times the area) of all rings."""
    total = mx = my = 0
    for ring in path.split("z")[:-1]:
        values = list(map(int, re.findall(r"-?\d+", ring)))
        x, y = values[:2]
        points = [(x, y)]
        for dx, dy in zip(values[2::2], values[3::2]):
            x, y = x + dx, y + dy
            points.append((x, y))
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
            cross = ax * by - bx * ay
            total += cross / 2
            mx += (ax + bx) * cross / 6
            my += (ay + by) * cross / 6
    return total, mx, my


done = make(SVG)
print("1..9")
check(done.returncode == 0, "the package's map is understood")
with open(OUT, encoding="utf-8") as file:
    text = file.read()
with open("data/province-merges.tsv", encoding="utf-8") as file:
    merges = dict(line.split("\t")[:2] for line in file if not line.startswith("#"))
old, new, islands = (table(text, name) for name in ("old", "new", "islands"))
check(set(old) == set(merges) and all(moments(p)[0] > 20 for p in old.values()), "63 provinces")
check(set(new) == set(merges.values()) and len(new) == 34, "34 provinces")
check(set(islands) == {"48", "56"} and islands["48"].count("M") >= 7
      and islands["56"].count("M") >= 30, "Hoàng Sa is of Đà Nẵng, Trường Sa of Khánh Hoà")
sums = collections.defaultdict(lambda: [0, 0, 0])
for code, path in old.items():
    for i, part in enumerate(moments(path)):
        sums[merges[code]][i] += part
wrong = []
for code, path in new.items():
    area, mx, my = moments(path)
    whole, wx, wy = sums[code]
    far = abs(mx / area - wx / whole) + abs(my / area - wy / whole)
    if abs(area / whole - 1) > 0.01 or far > 1.5:
        wrong.append(f"{code}: {area:.0f} instead of {whole:.0f}, {far:.1f} away")
check(not wrong, "merged provinces are their old ones together")
print(*(f"# {w}" for w in wrong), sep="\n", end="\n" if wrong else "")
check(sum(map(len, new.values())) < 30000 and sum(map(len, old.values())) < 34000, "both are small")
lines = {code: path.count("M") for code, path in new.items()}
check(sum(lines.values()) < 80, "no slivers are left between merged provinces")
done = variant("less.svg", 'id="hanoi"', 'id="hanoy"')
check(done.returncode != 0 and "no province for ['hanoy'], no shape for ['hanoi']" in done.stderr,
      "a strange name fails the build")
with open(SVG, encoding="utf-8") as file:
    first = re.search(r"<path[^>]*angiang[^>]*>", file.read()).group(0)
done = variant("without.svg", first, "")
check(done.returncode != 0 and "no shape for ['angiang']" in done.stderr,
      "a missing province fails the build")
