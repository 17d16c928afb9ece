#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every English text of templates and of C (N_) has a Vietnamese one in po/vi.po, with the same
placeholders; and po/vi.po has none that nothing uses."""
import glob
import json
import re
import subprocess

PLACEHOLDER = re.compile(r"\{\w+\}")


def entries(text):
    """msgid -> msgstr of a .po file."""
    found, key, into = {}, None, None
    for line in text.splitlines():
        if line.startswith("msgid "):
            key, into, line = "", "id", line[6:]
        elif line.startswith("msgstr "):
            into, line = "str", line[7:]
            found[key] = ""
        if not line.startswith('"'):
            continue
        piece = json.loads(line)
        if into == "id":
            key += piece
        else:
            found[key] += piece
    found.pop("", None)
    return found


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


pages = glob.glob("src/portal/templates/*.html")
sources = glob.glob("src/**/*.c", recursive=True)
used = set(map(json.loads, run("tools/template.py", "messages", *pages).splitlines()))
used |= set(entries(run("xgettext", "--keyword=N_", "--from-code=utf-8", "--no-location",
                        "--output=-", *sources)))
with open("po/vi.po", encoding="utf-8") as file:
    known = entries(file.read())

print("1..4")
for number, (what, faults) in enumerate([
        ("there are messages at all", [] if len(used) > 50 else [f"only {len(used)}"]),
        ("each message has a Vietnamese text", sorted(t for t in used if not known.get(t))),
        ("no text is left over", sorted(set(known) - used)),
        ("placeholders agree", sorted(
            t for t in used & set(known)
            if sorted(set(PLACEHOLDER.findall(t))) != sorted(set(PLACEHOLDER.findall(known[t]))))),
], 1):
    print(f"{'not ' if faults else ''}ok {number} - {what}")
    for fault in faults:
        print(f"# {fault}")
