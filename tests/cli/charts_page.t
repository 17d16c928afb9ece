#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All charts on one page, read by an XML parser that others wrote: well-formed, ids unique and
resolved, every picture named and described, every table headed, no script and no style in it,
every class known to the style sheet; the same with texts that want to break out."""
import os
import re
import subprocess
import xml.etree.ElementTree as ET

DEMO = os.path.join(os.path.dirname(os.environ["KHIEN"]), "tests/portal/charts_demo")
with open("src/portal/assets/charts.css", encoding="utf-8") as file:
    STYLED = set(re.findall(r"\.([a-z][a-z0-9-]*)", re.sub(r"/\*.*?\*/", "", file.read(),
                                                             flags=re.S)))
KINDS = {f"chart-{k}" for k in ("trend", "multiples", "gauge", "bars", "flows", "map")}
NUMBERS = {"vi": re.compile(r"–|\d{1,3}(\.\d{3})*(,\d+)?"),
           "en": re.compile(r"–|\d{1,3}(,\d{3})*(\.\d+)?")}
DATES = {"vi": re.compile(r"\d\d/\d\d/\d{4}"), "en": re.compile(r"\d{4}-\d\d-\d\d")}
number = 0


def check(faults, what):
    global number
    faults = list(faults)
    number += 1
    print(f"{'not ' if faults else ''}ok {number} - {what}")
    for fault in sorted(set(map(str, faults)))[:20]:
        print(f"# {fault}")


def name(element):
    return element.tag.rsplit("}", 1)[-1]


def ids_of(root):
    return [e.get("id") for e in root.iter() if e.get("id")]


def dangling(root):
    ids = set(ids_of(root))
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "aria-labelledby":
                yield from (i for i in value.split() if i not in ids)
            for target in re.findall(r"url\(#([^)]*)\)", value):
                if target not in ids:
                    yield target


def forbidden(root):
    for element in root.iter():
        if name(element) in ("script", "style", "foreignObject", "image", "use"):
            yield name(element)
        yield from (a for a in element.attrib if a == "style" or a.lower().startswith("on"))


def bad_pictures(figure):
    pictures = [s for s in figure.iter() if name(s) == "svg" and s.get("role") == "img"]
    for svg in pictures:
        title, description = svg[0], svg[1]
        if (name(title), name(description)) != ("title", "desc") or not (title.text or "").strip():
            yield "a picture without title and description"
        elif len(description.text or "") < 20 or not description.text.rstrip().endswith("."):
            yield f"no sentence: {description.text}"
        if svg.get("aria-labelledby") != f"{title.get('id')} {description.get('id')}":
            yield "a picture that its description does not name"
    for svg in figure.iter():
        if name(svg) == "svg" and svg not in pictures and svg.get("aria-hidden") != "true":
            yield "a picture that is neither described nor hidden"
    if not pictures and not any(e.get("class") == "chart-empty" for e in figure.iter()):
        yield "a chart without a picture that does not say so"


def bad_tables(figure):
    tables = [t for t in figure.iter() if name(t) == "table"]
    if not tables and not any(e.get("class") == "chart-empty" for e in figure.iter()):
        yield "no table"
    for table in tables:
        if name(table[0]) != "caption" or not (table[0].text or "").strip():
            yield "a table without caption"
        rows = [r for r in table.iter() if name(r) == "tr"]
        if len({len(row) for row in rows}) != 1:
            yield "rows of different lengths"
        for cell in table.iter():
            if name(cell) == "th" and cell.get("scope") not in ("col", "row"):
                yield "a heading without scope"


def unstyled(root):
    for element in root.iter():
        for word in (element.get("class") or "").split():
            if word not in STYLED | KINDS and word not in ("wide",):
                yield word


def wrong_numbers(root, language):
    for element in root.iter():
        if element.get("class") == "chart-number":
            if not NUMBERS[language].fullmatch(element.text or ""):
                yield element.text
        if name(element) == "th" and element.get("scope") == "row" and \
                re.match(r"\d", element.text or "") and not DATES[language].fullmatch(element.text):
            if not re.fullmatch(r"\d\d", element.text):  # a code without a province
                yield element.text


def page(which):
    done = subprocess.run([DEMO, which], check=True, capture_output=True, text=True)
    return done.stdout, ET.fromstring(done.stdout.split("\n", 1)[1])


print("1..19")
for language in ("vi", "en", "hostile"):
    text, root = page(language)
    figures = [f for f in root.iter() if name(f) == "figure"]
    ids = ids_of(root)
    check([] if len(figures) == 13 else [len(figures)], f"{language}: all charts are there")
    check([i for i in ids if ids.count(i) > 1] + list(dangling(root)),
          f"{language}: ids are unique and resolved")
    check(forbidden(root), f"{language}: no script, no inline style")
    check([b for f in figures for b in bad_pictures(f)], f"{language}: pictures are described")
    check([b for f in figures for b in bad_tables(f)], f"{language}: tables have headings")
    if language in NUMBERS:
        check(wrong_numbers(root, language), f"{language}: numbers and dates of the language")
    if language == "hostile":
        marks = text.count("&lt;/text&gt;&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp;]]&gt;")
        check([] if marks > 100 else [marks], "hostile: the texts are there, escaped")
        check(unstyled(root), "each class of a chart is one of charts.css")
