#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rule_positives.py FOLDER RULES...: for each rule a file in FOLDER in which its strings stand, so
that rules hold that hold nowhere else. Texts, hex strings and regular expressions are expanded at
random (seeded by the rule's name); the file begins as the condition's uint16(0) or so asks."""

import random
import re
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants
    import sre_parse

RULE = re.compile(r"^\s*(?:private |global )*rule\s+(\w+)[^{]*\{(.*?)^\}", re.M | re.S)
STRING = re.compile(
    r'\$(\w*)\s*=\s*("(?:[^"\\\n]|\\.)*"|\{[^}]*\}|/(?:[^/\\\n]|\\.)+/[is]*)'
    r"((?:[ \t]+[a-z0-9]+(?:\([^)]*\))?)*)"
)
HEX = re.compile(r"\[\s*(\d*)\s*-?\s*(\d*)\s*\]|([0-9a-fA-F?]\s*[0-9a-fA-F?])")
START = re.compile(r"uint(16|32)(be)?\(0(?:x0+)?\)\s*==\s*(0x[0-9a-fA-F]+|\d+)")
JUMPS_MAX = 64


def text_bytes(quoted):
    """The bytes of a quoted text."""
    raw = quoted[1:-1].encode("utf-8", "surrogateescape")
    plain = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b'"': b'"', b"\\": b"\\"}

    def one(found):
        escape = found.group(1)
        return bytes([int(escape[1:], 16)]) if escape[:1] == b"x" else plain.get(escape, escape)

    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", one, raw)


def hex_bytes(braced, rng):
    """Bytes that a hex string describes; the first of alternatives."""
    body = re.sub(r"//.*|/\*.*?\*/", "", braced[1:-1], flags=re.S)
    body = re.sub(r"\(([^()|]*)[^()]*\)", r"\1", body)
    out = bytearray()
    for low, high, pair in HEX.findall(body):
        if pair:
            digits = (rng.choice("0123456789abcdef") if c == "?" else c for c in pair)
            out.append(int("".join(digits).replace(" ", "").replace("\n", ""), 16))
        else:
            least = int(low or 0)
            most = min(int(high or least), least + JUMPS_MAX)
            out += bytes(rng.randrange(256) for _ in range(rng.randint(least, max(least, most))))
    return bytes(out)


def regex_item(op, value, rng):
    """Text that one item of a parsed expression matches."""
    if op is sre_constants.LITERAL:
        return chr(value)
    if op is sre_constants.NOT_LITERAL:
        return "z" if value != ord("z") else "y"
    if op is sre_constants.ANY:
        return rng.choice("xyz09")
    if op is sre_constants.IN:
        return in_set(value, rng)
    if op in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT):
        low, high, inner = value
        count = rng.randint(low, min(high, low + 3))
        return "".join(regex_text(inner, rng) for _ in range(count))
    if op is sre_constants.SUBPATTERN:
        return regex_text(value[-1], rng)
    if op is sre_constants.BRANCH:
        return regex_text(rng.choice(value[1]), rng)
    return ""


def in_set(items, rng):
    """A character of a class; of a negated one, a guess."""
    if items[0][0] is sre_constants.NEGATE:
        return rng.choice("qQ7-")
    op, value = rng.choice(items)
    if op is sre_constants.RANGE:
        return chr(rng.randint(*value))
    if op is sre_constants.CATEGORY:
        return {"CATEGORY_DIGIT": "5", "CATEGORY_SPACE": " "}.get(str(value), "w")
    return chr(value)


def regex_text(parsed, rng):
    """Text that a parsed expression matches, or nearly."""
    return "".join(regex_item(op, value, rng) for op, value in parsed)


def regex_bytes(slashed, rng):
    """The same of a regular expression with slashes and flags."""
    body = slashed[1 : slashed.rindex("/")].replace("\\/", "/")
    try:
        return regex_text(sre_parse.parse(body), rng).encode("latin-1", "replace")
    except (re.error, OverflowError):
        return b""


def samples(value, modifiers, rng):
    """The forms in which a string may stand in a file."""
    if value[0] == "{":
        return [hex_bytes(value, rng)]
    plain = text_bytes(value) if value[0] == '"' else regex_bytes(value, rng)
    forms = [] if "wide" in modifiers and "ascii" not in modifiers else [plain]
    if "wide" in modifiers:
        forms.append(bytes(b for c in plain for b in (c, 0)))
    if "xor" in modifiers:
        forms.append(bytes(c ^ 1 for c in plain))
    return forms


def start_of(rule):
    """What the file must begin with."""
    found = START.search(rule)
    head = bytearray(b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(24))
    if found:
        size = int(found.group(1)) // 8
        order = "big" if found.group(2) else "little"
        head[0:size] = (int(found.group(3), 0) & (256**size - 1)).to_bytes(size, order)
    return bytes(head)


def main():
    """One file a rule, by number."""
    folder, count = sys.argv[1], 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            source = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        for name, rule in RULE.findall(source):
            rng = random.Random(name)
            data = start_of(rule)
            for _, value, modifiers in STRING.findall(rule):
                for form in samples(value, modifiers, rng):
                    data += b"\0\0" + form + b"\0\0" + form + b"\0\n"
            with open(f"{folder}/{count:05}", "wb") as file:
                file.write(data)
            count += 1


main()
