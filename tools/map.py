#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""map.py OUTPUT.c MAP.svg PROVINCES.tsv MERGES.tsv: provinces as C tables of SVG paths.

The map (npm: @svg-maps/vietnam, CC BY 4.0) draws each province by itself. Here neighbours come to
share their border: near points become one point, edges that pass by a point go through it, and
then a border is a segment that two provinces have. Borders are simplified once for both sides, and
the border inside a group of merged provinces is dropped. Fails when a province has no shape."""
import collections
import math
import re
import sys
import unicodedata

SCALE = 2  # units of the output for one of the map
NEAR = 0.55  # two points nearer than this are one
TOLERANCE = 0.45  # how far a simplified border may be off
LEAST_AREA = 1.0  # smaller islands near the coast and slivers are left out
LAST_OLD_DAY = "2025-06-30"
ARCHIPELAGOS = {"hoangsa": "48", "truongsa": "56"}
# Where the map's spelling is not the official one.
SPELLINGS = {"tthue": "hue", "thuathienhue": "hue", "hcm": "hochiminh", "bariavungtau": "baria"}
TOKEN = re.compile(r"[a-zA-Z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")


def plain(name):
    name = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    name = "".join(c for c in name if c.isascii() and c.isalpha())
    return SPELLINGS.get(name, name)


def bezier(p0, p1, p2, p3):
    for step in (0.34, 0.67, 1.0):
        a, b = 1 - step, step
        yield tuple(a ** 3 * p0[i] + 3 * a * a * b * p1[i] + 3 * a * b * b * p2[i] + b ** 3 * p3[i]
                    for i in (0, 1))


def rings_of(path):
    """The closed rings of a path of m, l, c and z commands, as lists of points."""
    tokens, rings, ring = TOKEN.findall(path), [], []
    at, here, command = 0, (0.0, 0.0), None
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        if command in "zZ":
            rings.append(ring)
            here, ring = ring[0], []
            continue
        count = {"m": 1, "l": 1, "c": 3}[command.lower()]
        base = here if command.islower() else (0.0, 0.0)
        points = [(base[0] + float(tokens[at + 2 * i]), base[1] + float(tokens[at + 2 * i + 1]))
                  for i in range(count)]
        at += 2 * count
        ring.extend(bezier(here, *points) if count == 3 else points)
        here = points[-1]
        command = {"m": "l", "M": "L"}.get(command, command)
    return rings


def area(ring):
    return sum(ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1]
               for i in range(len(ring))) / 2


def off_line(point, start, end):
    """(distance of POINT from the segment, where along it from 0 to 1)"""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0 if length == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = min(1, max(0, along))
    return math.dist(point, (start[0] + along * dx, start[1] + along * dy)), along


class Points:
    """Points in cells of one unit, found by place."""

    def __init__(self):
        self.cells = collections.defaultdict(list)

    def around(self, low, high, margin):
        for x in range(int(low[0] - margin) - 1, int(high[0] + margin) + 2):
            for y in range(int(low[1] - margin) - 1, int(high[1] + margin) + 2):
                yield from self.cells.get((x, y), ())

    def snap(self, point):
        best = min(self.around(point, point, NEAR), key=lambda p: math.dist(p, point), default=None)
        if best and math.dist(best, point) <= NEAR:
            return best
        self.cells[int(point[0]), int(point[1])].append(point)
        return point


def tidy(ring):
    """Without repeated points and without spikes A-B-A."""
    out = []
    for point in ring:
        if out and out[-1] == point:
            continue
        if len(out) > 1 and out[-2] == point:
            out.pop()
            continue
        out.append(point)
    while len(out) > 2 and (out[0] == out[-1] or out[1] == out[-1] or out[0] == out[-2]):
        if out[0] == out[-1] or out[0] == out[-2]:
            out.pop()
        else:
            out.pop(0)
    return out if len(out) > 2 else []


def through_points(ring, points):
    """RING with each point of the map that its edges pass by."""
    out = []
    for i, end in enumerate(ring):
        start = ring[i - 1]
        low = min(start[0], end[0]), min(start[1], end[1])
        high = max(start[0], end[0]), max(start[1], end[1])
        passed = []
        for point in points.around(low, high, NEAR):
            if point not in (start, end):
                distance, along = off_line(point, start, end)
                if distance < NEAR and 0 < along < 1:
                    passed.append((along, point))
        out += [point for _, point in sorted(passed)] + [end]
    return tidy(out)


def share_borders(shapes):
    """Rings of all provinces whose common borders consist of the same points."""
    points = Points()
    shared = {name: [tidy([points.snap(p) for p in ring]) for ring in rings]
              for name, rings in shapes.items()}
    for _ in range(3):
        shared = {name: [through_points(ring, points) for ring in rings if ring]
                  for name, rings in shared.items()}
    return shared


def segments(ring):
    return [(ring[i - 1], ring[i]) for i in range(len(ring))]


def outline(rings):
    """Rings around a group: segments that run both ways are inside it and cancel out."""
    left = collections.Counter()
    for ring in rings:
        ring = ring if area(ring) > 0 else ring[::-1]
        for start, end in segments(ring):
            if left[end, start]:
                left[end, start] -= 1
            else:
                left[start, end] += 1
    onward = collections.defaultdict(list)
    for (start, end), count in left.items():
        onward[start] += [end] * count
    for start in list(onward):
        while onward[start]:
            ring, here = [], start
            while onward[here]:
                ring.append(here)
                here = onward[here].pop()
            yield from loops(ring)


def loops(ring):
    """Simple rings of one that may touch itself."""
    stack, place = [], {}
    for point in ring + ring[:1]:
        if point in place:
            cut = place[point]
            loop = stack[cut:]
            for old in loop:
                place.pop(old, None)
            del stack[cut:]
            if len(loop) > 2:
                yield loop
        place[point] = len(stack)
        stack.append(point)


def simplify(line, tolerance):
    """Douglas and Peucker (1973), without recursion."""
    keep, work = {0, len(line) - 1}, [(0, len(line) - 1)]
    while work:
        first, last = work.pop()
        far, at = 0, None
        for i in range(first + 1, last):
            distance = off_line(line[i], line[first], line[last])[0]
            if distance > far:
                far, at = distance, i
        if far > tolerance:
            keep.add(at)
            work += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def joints_of(shapes):
    """Points where more than two borders meet; simplification must keep them."""
    neighbours = collections.defaultdict(set)
    for rings in shapes.values():
        for ring in rings:
            for start, end in segments(ring):
                neighbours[start].add(end)
                neighbours[end].add(start)
    return {point for point, near in neighbours.items() if len(near) > 2}


def simplify_ring(ring, joints):
    """Each border from joint to joint is simplified in the same direction by both neighbours."""
    cuts = [i for i, point in enumerate(ring) if point in joints]
    if not cuts:
        cuts = [ring.index(min(ring)), ring.index(max(ring))]
    cuts.sort()
    out = []
    for i, start in enumerate(cuts):
        end = cuts[(i + 1) % len(cuts)]
        line = ring[start:end + 1] if end > start else ring[start:] + ring[:end + 1]
        turned = line[0] > line[-1]
        if line[0] == line[-1]:
            line = split_loop(line)
        else:
            line = simplify(line[::-1] if turned else line, TOLERANCE)
            line = line[::-1] if turned else line
        out += line[:-1]
    return out


def split_loop(line):
    far = max(range(len(line)), key=lambda i: (math.dist(line[i], line[0]), line[i]))
    return simplify(line[:far + 1], TOLERANCE)[:-1] + simplify(line[far:], TOLERANCE)


def path_of(rings):
    out = []
    for ring in rings:
        grid = tidy([(round(x * SCALE), round(y * SCALE)) for x, y in ring])
        if not grid:
            continue
        here, text = grid[0], f"M{grid[0][0]} {grid[0][1]}l"
        for x, y in grid[1:]:
            pair = f"{x - here[0]} {y - here[1]}"
            text += pair if text[-1] == "l" or pair[0] == "-" else " " + pair
            here = x, y
        out.append(text.replace(" -", "-") + "z")
    return "".join(out)


def islets(rings):
    """An archipelago as one lozenge an island: true shapes would be too small to see."""
    marks = []
    for ring in rings:
        x = sum(p[0] for p in ring) / len(ring)
        y = sum(p[1] for p in ring) / len(ring)
        if all(math.dist((x, y), mark) > 4.4 for mark in marks):
            marks.append((x, y))
    r = 2.6
    return [[(x, y - r), (x + r, y), (x, y + r), (x - r, y)] for x, y in marks]


def read_table(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def shapes_of(svg):
    shapes = {}
    for attributes in re.findall(r"<path([^>]*)>", svg):
        name = plain(re.search(r'\bid="([^"]*)"', attributes).group(1))
        shapes[name] = rings_of(re.search(r'\bd="([^"]*)"', attributes).group(1))
    return shapes


def worth_drawing(rings):
    """The mainland, islands of some size, and small ones far from any coast."""
    largest = max(rings, key=lambda ring: abs(area(ring)))
    return [ring for ring in rings if ring is largest or abs(area(ring)) >= LEAST_AREA or
            min(math.dist(p, q) for p in ring[:4] for q in largest) > 30]


def write(output, names, old, new, islands):
    def rows(kind, table):
        yield f"const struct chart_shape chart_shapes_{kind}[] = {{"
        yield from (f'{{"{code}", "{path_of(rings)}"}},' for code, rings in sorted(table.items()))
        yield "};"
        yield f"const size_t chart_shapes_{kind}_count = {len(table)};"

    lines = ["/* Made by tools/map.py from @svg-maps/vietnam 2.0.0 (CC BY 4.0). */",
             '#include "portal/charts/shapes.h"']
    lines += rows("old", old)
    lines += rows("new", new)
    lines += rows("islands", islands)
    lines += ["const struct chart_place chart_places[] = {"]
    for code, vi, en, _, since, until in names:
        dates = [d if d != "-" else "" for d in (since, until)]
        lines.append(f'{{"{code}", "{vi}", "{en}", "{dates[0]}", "{dates[1]}"}},')
    lines += ["};", f"const size_t chart_places_count = {len(names)};"]
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    output, svg_path, provinces_path, merges_path = sys.argv[1:]
    names = read_table(provinces_path)
    merges = {old: new for old, new, _ in read_table(merges_path)}
    with open(svg_path, encoding="utf-8") as file:
        shapes = shapes_of(file.read())
    islands = {code: islets(shapes.pop(name)) for name, code in ARCHIPELAGOS.items()}
    codes = {plain(name): code for code, _, name, _, since, until in names
             if (since == "-" or since <= LAST_OLD_DAY) and (until == "-" or until >= LAST_OLD_DAY)}
    unknown, missing = set(shapes) - set(codes), set(codes) - set(shapes)
    if unknown or missing or len(shapes) != len(merges):
        sys.exit(f"map.py: no province for {sorted(unknown)}, no shape for {sorted(missing)}")
    shared = share_borders({codes[name]: rings for name, rings in shapes.items()})
    shared = {code: [r for r in outline(rings) if area(r) > 0] for code, rings in shared.items()}
    joints = joints_of(shared)
    old = {code: [simplify_ring(ring, joints) for ring in worth_drawing(rings)]
           for code, rings in shared.items()}
    groups = collections.defaultdict(list)
    for code, new in merges.items():
        groups[new] += shared[code]
    merged = {}
    for new, rings in groups.items():
        rings = worth_drawing([ring for ring in outline(rings) if area(ring) > 0])
        merged[new] = [simplify_ring(ring, joints) for ring in rings]
    write(output, names, old, merged, islands)


if __name__ == "__main__":
    main()
