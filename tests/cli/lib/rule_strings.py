#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rule_strings.py FOLDER RULES...: the same rules in FOLDER, each with the condition `any of them`,
so that every match of every string is printed."""

import re
import sys

RULE = re.compile(
    r"^(\s*(?:private |global )*rule\s+(\w+)[^{]*\{.*?)^\s*condition\s*:.*?^\}", re.M | re.S
)


def without_conditions(source):
    """The rules with strings, each name once."""
    out, seen = [], set()
    for rule in RULE.finditer(source):
        body, name = rule.groups()
        if name not in seen and re.search(r"^\s*strings\s*:", body, re.M):
            seen.add(name)
            out.append(body + "condition: any of them\n}\n")
    return "\n".join(out)


TEXT = {"encoding": "utf-8", "errors": "surrogateescape"}
for number, path in enumerate(sys.argv[2:]):
    with open(path, **TEXT) as file:
        rules = without_conditions(file.read())
    with open(f"{sys.argv[1]}/{number:03}.yar", "w", **TEXT) as file:
        file.write(rules)
