#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles page templates to C. docs/http.md describes the template language.

  template.py build OUT.c OUT.h ASSETS FILE...   ASSETS: what tools/assets.py wrote of paths, icons
  template.py hostile OUT.c ASSETS FILE...       fills every field with text that wants to break out
  template.py messages FILE...                   the English texts, one JSON string a line
"""
import json
import os
import re
import sys

TAG = re.compile(r"\{\{(_ (?:[^{}]|\{\w+\})*|[^{}]*)\}\}")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NAME = re.compile(r"[a-z][a-z0-9_]*")
HOSTILE = "<script>\"'&</script>javascript:`{{x}}"


class Fault(Exception):
    pass


class Node:
    """kind: text, field, raw, url, u64, message, if, unless, each, only, lang"""

    def __init__(self, kind, value="", children=None):
        self.kind, self.value, self.children = kind, value, children if children is not None else []


def squeeze(html):
    """Indentation is for the author."""
    html = re.sub(r"<!--.*?-->", "", html, flags=re.S)
    html = re.sub(r"[ \t]*\n[ \t]*", "\n", html)
    return re.sub(r"\n+", "\n", html)


def made(kind, name, assets):
    """What tools/assets.py made: the path of an asset, or an icon's shape."""
    if name not in assets[kind]:
        raise Fault(f"{kind}: no {name}")
    return Node("text", assets[kind][name])


def single_tag(tag, assets):
    """A tag that has no end tag."""
    word, _, rest = tag.partition(" ")
    rest = rest.strip()
    if word == "_":
        return Node("message", " ".join(rest.split()))
    if word == "asset":
        return made("paths", rest, assets)
    if word == "icon":
        return made("icons", rest, assets)
    if word in ("raw", "url", "u64"):
        return Node(word, rest)
    if tag.strip() == "lang":
        return Node("lang")
    if NAME.fullmatch(tag.strip()):
        return Node("field", tag.strip())
    raise Fault(f"unknown tag {{{{{tag}}}}}")


def parse(html, assets):
    root = Node("root")
    stack = [root]
    at = 0
    for match in TAG.finditer(html):
        stack[-1].children.append(Node("text", html[at:match.start()]))
        at = match.end()
        tag = match.group(1)
        if tag.startswith("#"):
            word, _, rest = tag[1:].partition(" ")
            kind = "only" if word in ("vi", "en") else word
            if kind not in ("if", "unless", "each", "only"):
                raise Fault(f"unknown block {word}")
            node = Node(kind, word if kind == "only" else rest.strip())
            stack[-1].children.append(node)
            stack.append(node)
        elif tag.startswith("/"):
            node = stack.pop()
            if tag[1:].strip() not in (node.kind, node.value):
                raise Fault(f"{{{{{tag}}}}} closes {node.kind} {node.value}")
        else:
            stack[-1].children.append(single_tag(tag, assets))
    if len(stack) != 1:
        raise Fault(f"{stack[-1].kind} {stack[-1].value} is not closed")
    root.children.append(Node("text", html[at:]))
    if "{{" in "".join(n.value for n in root.children if n.kind == "text"):
        raise Fault("a tag that is none")
    return root


def fields_of(node, found):
    """name -> text, raw, u64, flag, or the fields of a list's items."""
    strength = {"flag": 0, "text": 1, "raw": 1, "u64": 1}

    def note(name, kind):
        if not NAME.fullmatch(name):
            raise Fault(f"bad name {name!r}")
        old = found.get(name)
        if isinstance(old, dict):
            if kind != "flag":
                raise Fault(f"{name} is a list and {kind}")
        elif old is None or strength[kind] > strength[old]:
            found[name] = kind
        elif strength[kind] == strength[old] and kind != old:
            raise Fault(f"{name} is both {old} and {kind}")

    for child in node.children:
        if child.kind in ("field", "url"):
            note(child.value, "text")
        elif child.kind in ("raw", "u64"):
            note(child.value, child.kind)
        elif child.kind == "message":
            for name in PLACEHOLDER.findall(child.value):
                note(name, "text")
        elif child.kind in ("if", "unless"):
            note(child.value, "flag")
            fields_of(child, found)
        elif child.kind == "only":
            fields_of(child, found)
        elif child.kind == "each":
            if not isinstance(found.get(child.value, {}), dict) and found[child.value] != "flag":
                raise Fault(f"{child.value} is a list and not")
            items = found[child.value] if isinstance(found.get(child.value), dict) else {}
            found[child.value] = fields_of(child, items)
    return found


def quoted(text):
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif 32 <= byte < 127 and char != "?":
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


C_TYPE = {"text": "str", "raw": "str", "u64": "uint64_t", "flag": "bool"}


def structs(name, fields, out):
    lines = [f"struct {name} {{"]
    for field, kind in fields.items():
        if isinstance(kind, dict):
            structs(f"{name}_{field}", kind, out)
            lines.append(f"    const struct {name}_{field} *{field};")
            lines.append(f"    size_t {field}_count;")
        else:
            lines.append(f"    {C_TYPE[kind]} {field};")
    if not fields:
        lines.append("    char nothing;")
    out.append("\n".join(lines + ["};"]))


class Writer:
    def __init__(self, name, fields):
        self.lines, self.name = [], name
        self.scopes = [("page", name, fields)]

    def value(self, name):
        for variable, _, fields in reversed(self.scopes):
            if name in fields:
                return f"{variable}->{name}", fields[name]
        raise Fault(f"no field {name}")

    def put(self, text):
        self.lines.append("    " * len(self.scopes) + text)

    def condition(self, name):
        value, kind = self.value(name)
        if isinstance(kind, dict):
            return f"{value}_count > 0"
        return {"text": f"{value}.n > 0", "raw": f"{value}.n > 0", "u64": f"{value} > 0",
                "flag": value}[kind]

    def message(self, text):
        key = quoted(text)
        names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
        if not names:
            self.put(f"html_text(out, str_of(catalog_text(language, {key})));")
            return
        pairs = ", ".join(f'{{"{n}", {self.value(n)[0]}}}' for n in names)
        self.put(f"html_message(out, catalog_text(language, {key}),")
        self.put(f"             (const struct html_argument[]){{{pairs}}}, {len(names)});")

    def block(self, head, node):
        self.put(head + " {")
        self.scopes.append(("", "", {}))
        self.nodes(node.children)
        self.scopes.pop()
        self.put("}")

    def each(self, node):
        value, fields = self.value(node.value)
        owner = next(s for s in reversed(self.scopes) if node.value in s[2])
        kind, variable = f"{owner[1]}_{node.value}", f"{node.value}_item"
        self.put(f"for (const struct {kind} *{variable} = {value};")
        self.put(f"     {variable} != {value} + {value}_count; {variable}++) {{")
        self.scopes.append((variable, kind, fields))
        self.nodes(node.children)
        self.scopes.pop()
        self.put("}")

    def node(self, node):
        if node.kind == "text":
            if node.value:
                self.put(f"buf_str(out, STR({quoted(node.value)}));")
        elif node.kind == "field":
            self.put(f"html_text(out, {self.value(node.value)[0]});")
        elif node.kind == "url":
            self.put(f"html_url(out, {self.value(node.value)[0]});")
        elif node.kind == "raw":
            self.put(f"buf_str(out, {self.value(node.value)[0]});")
        elif node.kind == "u64":
            self.put(f"buf_u64(out, {self.value(node.value)[0]});")
        elif node.kind == "lang":
            self.put("buf_z(out, language_code(language));")
        elif node.kind == "message":
            self.message(node.value)
        elif node.kind == "each":
            self.each(node)
        elif node.kind == "only":
            self.block(f"if (language == LANGUAGE_{node.value.upper()})", node)
        else:
            test = self.condition(node.value)
            self.block(f"if ({test})" if node.kind == "if" else f"if (!({test}))", node)

    def nodes(self, nodes):
        for node in merged(nodes):
            self.node(node)


def merged(nodes):
    out = []
    for node in nodes:
        if node.kind == "text" and out and out[-1].kind == "text":
            out[-1] = Node("text", out[-1].value + node.value)
        else:
            out.append(node)
    return out


def load(assets, paths):
    pages = {}
    for path in sorted(paths):
        name = "page_" + os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            try:
                tree = parse(squeeze(file.read()), assets)
                pages[name] = (tree, fields_of(tree, {}))
            except Fault as fault:
                sys.exit(f"{path}: {fault}")
    return pages


def read_assets(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


HEAD = "/* Made by tools/template.py; not to be edited. */\n"


def signature(name):
    return (f"void {name}_write(const struct {name} *page, enum language language, "
            "struct buf *out)")


def write_header(path, pages):
    parts = [HEAD + '#pragma once\n\n#include "base/buf.h"\n#include "base/catalog.h"\n']
    for name, (_, fields) in pages.items():
        structs(name, fields, parts)
        parts.append(signature(name) + ";\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def build(out_c, out_h, assets, *paths):
    pages = load(read_assets(assets), paths)
    write_header(out_h, pages)
    parts = [HEAD + f'#include "{os.path.basename(out_h)}"\n\n#include "portal/html.h"\n']
    for name, (tree, fields) in pages.items():
        writer = Writer(name, fields)
        writer.nodes(tree.children)
        unused = [f"    (void){v};" for v in ("page", "language")
                  if not any(re.search(rf"\b{v}\b", line) for line in writer.lines)]
        parts.append("\n".join([re.sub("^void ", "void\n", signature(name)), "{", *unused,
                                *writer.lines, "}\n"]))
    with open(out_c, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def hostile_value(name, fields, out):
    """An initialiser with every flag set, every list of one item, every text HOSTILE."""
    members = []
    for field, kind in fields.items():
        if isinstance(kind, dict):
            item = hostile_value(f"{name}_{field}", kind, out)
            members += [f".{field} = (const struct {name}_{field}[]){{{item}}}",
                        f".{field}_count = 1"]
        else:
            members.append(f".{field} = " + {"flag": "true", "u64": "7",
                                             "raw": 'STR("")'}.get(kind, "STR(HOSTILE)"))
            if kind == "raw":
                out.append(f"{name}.{field}")
    return "{" + ", ".join(members or ["0"]) + "}"


def hostile(out_c, assets, *paths):
    pages = load(read_assets(assets), paths)
    raws, calls = [], []
    for name, (_, fields) in pages.items():
        calls.append(f"    {name}_write(&(struct {name}){hostile_value(name, fields, raws)}, "
                     "language, out);")
    lines = [HEAD + '#include "pages.h"\n', f"#define HOSTILE {quoted(HOSTILE)}",
             "void hostile_write(enum language language, struct buf *out);",
             "extern const char *const hostile_text, *const hostile_raw;",
             "const char *const hostile_text = HOSTILE;",
             f"const char *const hostile_raw = {quoted(' '.join(raws))};",
             "void\nhostile_write(enum language language, struct buf *out)\n{", *calls, "}"]
    with open(out_c, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


class Anything(dict):
    """Texts are the same whatever the assets are."""

    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return ""


def messages(*paths):
    pages = load({"paths": Anything(), "icons": Anything()}, paths)
    for tree, _ in pages.values():
        for node in walk(tree):
            if node.kind == "message":
                print(json.dumps(node.value, ensure_ascii=False))


if __name__ == "__main__":
    {"build": build, "hostile": hostile, "messages": messages}[sys.argv[1]](*sys.argv[2:])
