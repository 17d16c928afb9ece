#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what pages load: one style sheet, fonts, images, each named by its content's hash and
compressed. docs/http.md ("Assets") tells the rules.

  assets.py OUT.c OUT.json NODE_MODULES FILE...

FILE: *.css is bundled into the style sheet in the order given; *.html and *.c are searched for the
govuk- classes whose rules go in front of it, and for icons; anything else is an asset as it is.
OUT.json tells tools/template.py the assets' paths and the icons.
"""
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

GOVUK = "govuk-frontend/dist/govuk/govuk-frontend.min.css"
FONTS = "@fontsource/be-vietnam-pro/files"
ICONS = "lucide-static/icons"
SHEET = "style.css"
ALONE = {"live.css", "uPlot.min.css"} # of the live view only
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2",
         ".txt": "text/plain; charset=utf-8", ".json": "application/json; charset=utf-8",
         ".webmanifest": "application/manifest+json"}
SQUEEZED = {".css", ".js", ".json", ".svg", ".txt", ".webmanifest"}

# Colours that the package writes out, as the properties of ours that dark mode changes.
COLOURS = {
    "#0b0c0c": "ink", "#fff": "paper", "#f3f3f3": "tint", "#cecece": "tint-hover",
    "#f4f8fb": "tint", "#858686": "button-2-edge",
    "#0f7a52": "button", "#0b5c3e": "button-hover", "#083d29": "button-edge",
    "#ca3535": "button-bad", "#982828": "button-bad-hover", "#651b1b": "button-bad-edge",
    "#0f385c": "tag-ink", "#d2e2f1": "tag",
}
TAGS = {"grey": "plain", "green": "good", "turquoise": "good", "teal": "good", "blue": "info",
        "light-blue": "info", "purple": "info", "magenta": "bad", "pink": "bad", "red": "bad",
        "orange": "warn", "yellow": "warn"}
OURS = {".govuk-tag--" + name: f"color:var(--{tone});background-color:var(--{tone}-tint)"
        for name, tone in TAGS.items()}


class Fault(Exception):
    pass


# --- style sheets -------------------------------------------------------------------------------

SKIPPED = re.compile(r"/\*.*?\*/", re.S)
STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
USED = re.compile(r"govuk-[a-z0-9_-]+")


def minify(css):
    """Comments and blanks that mean nothing; strings stay as they are."""
    strings = []

    def keep(match):
        strings.append(match.group())
        return f"\x01{len(strings) - 1}\x02"

    css = STRING.sub(keep, SKIPPED.sub("", css))
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    css = re.sub(r": (?=[^{}]*[;}])", ":", css).replace(";}", "}").strip()
    return re.sub("\x01(\\d+)\x02", lambda m: strings[int(m.group(1))], css)


def blocks(css):
    """[(head, body)] of one level; the body is text. A statement such as @charset has None."""
    out, start, depth, head = [], 0, 0, ""
    for match in re.finditer(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[{};]", css):
        char = match.group()
        if char == "{":
            if depth == 0:
                head, start = css[start:match.start()], match.end()
            depth += 1
        elif char == "}":
            depth -= 1
            if depth < 0:
                raise Fault("a brace too many")
            if depth == 0:
                out.append((head.strip(), css[start:match.start()]))
                start = match.end()
        elif char == ";" and depth == 0:
            out.append((css[start:match.start()].strip(), None))
            start = match.end()
    if depth or css[start:].strip():
        raise Fault("a brace too few")
    return out


def split_outside(text, separator):
    """Splits where the separator stands outside parentheses and strings."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\\.|[()" + separator + "]",
                             text):
        char = match.group()
        depth += (char == "(") - (char == ")")
        if char == separator and depth == 0:
            parts.append(text[start:match.start()])
            start = match.end()
    return [part for part in parts + [text[start:]] if part]


def is_used(selector, used):
    """Whether pages have all its classes. No class at all: elements are styled by our own."""
    classes = CLASS.findall(selector)
    return bool(classes) and all(name in used for name in classes)


def own_colours(name, value):
    def property_of(match):
        if match.group() == "#fff" and name == "color":
            return "var(--on-button)"  # the package's white letters stand on buttons
        return f"var(--{COLOURS[match.group()]})" if match.group() in COLOURS else match.group()
    value = re.sub(r"var\((--govuk-[\w-]+),[^()]*\)", r"var(\1)", value)
    return re.sub(r"#[0-9a-f]{3,8}\b", property_of, value)


def declarations(body):
    kept = []
    for declaration in split_outside(body, ";"):
        name, _, value = declaration.partition(":")
        if name.strip() in ("font-family", "-webkit-font-smoothing", "-moz-osx-font-smoothing"):
            continue
        value = own_colours(name.strip(), value)
        if re.search(r"#[0-9a-f]{3,8}\b|url\(", value):
            raise Fault(f"a colour or address of the package's own: {declaration}")
        kept.append(f"{name}:{value}")
    return list(dict.fromkeys(kept))


def purge(css, used):
    """The rules for the classes in USED."""
    out = []
    for head, body in blocks(css):
        if body is None or head.startswith("@font-face"):
            continue
        if head.startswith("@"):
            inner = purge(body, used)
            if inner:
                out.append(f"{head}{{{inner}}}")
            continue
        selectors = [s for s in split_outside(head, ",") if is_used(s, used)]
        if not selectors:
            continue
        text = OURS.get(head) or ";".join(declarations(body))
        if text:
            out.append(f"{','.join(selectors)}{{{text}}}")
    return "".join(out)


def classes_of(css):
    known = set()
    for head, body in blocks(css):
        if head.startswith("@"):
            known |= set() if body is None or head.startswith("@font-face") else classes_of(body)
        else:
            known.update(CLASS.findall(head))
    return known


def named_in(path):
    """The classes that a template's elements have, or that page code may give them."""
    text = read(path)
    if path.endswith(".html"):
        text = " ".join(re.findall(r'class="([^"]*)"', text))
    return USED.findall(text)


def is_misspelt(name, known):
    """Parts of a component may have no rule of their own; a component or a variant has one."""
    if "--" in name:
        return name not in known and "." + name not in OURS
    return name.split("__")[0] not in {re.split("__|--", one)[0] for one in known}


def used_classes(paths, known):
    """What the sources name. A name cut short by a field, as govuk-tag--{{tone}}, means all."""
    used = set()
    for path in paths:
        for name in named_in(path):
            if name.endswith("-"):
                used.update(k for k in known if k.startswith(name))
            elif is_misspelt(name, known):
                raise Fault(f"{path}: govuk-frontend has no {name}")
            else:
                used.add(name)
    return used


def govuk_rules(modules, paths):
    css = SKIPPED.sub("", read(os.path.join(modules, GOVUK)))
    return purge(css, used_classes(paths, classes_of(css)))


# --- fonts --------------------------------------------------------------------------------------

FACE = re.compile(r"@font-face\s*\{[^}]*\}")
FONT = re.compile(r"url\(font:([\w-]+\.woff2) as ([\w-]+\.woff2)\)")


def font(modules, name, ranges):
    """The font with the characters of RANGES only, without hints, which few screens use now."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "font.woff2")
        subprocess.run(["pyftsubset", os.path.join(modules, FONTS, name), f"--unicodes={ranges}",
                        "--flavor=woff2", "--no-hinting", "--desubroutinize",
                        "--layout-features=kern,liga,calt,mark,mkmk,ccmp,locl",
                        f"--output-file={path}"], check=True)
        with open(path, "rb") as file:
            return file.read()


def fonts_of(css, modules):
    """name -> content, for each url(font:FILE as NAME) within a @font-face with its range."""
    fonts = {}
    for face in FACE.findall(css):
        source = FONT.search(face)
        if source:
            ranges = re.search(r"unicode-range:\s*([^;}]+)", face)
            if not ranges:
                raise Fault(f"{source.group(2)} has no unicode-range")
            fonts[source.group(2)] = font(modules, source.group(1),
                                          re.sub(r"\s", "", ranges.group(1)))
    return fonts


# --- icons --------------------------------------------------------------------------------------

def icon(modules, name):
    """The shape as inline SVG; the class gives it colour and size. Words stand beside it."""
    with open(os.path.join(modules, ICONS, name + ".svg"), encoding="utf-8") as file:
        shape = re.search(r"<svg[^>]*>(.*)</svg>", file.read(), re.S).group(1)
    shape = re.sub(r"\s*\n\s*", "", shape).replace(" />", "/>")
    return ('<svg class="icon" aria-hidden="true" focusable="false" viewBox="0 0 24 24">'
            f"{shape}</svg>")


# --- all together -------------------------------------------------------------------------------

def asset(name, content):
    stem, ending = os.path.splitext(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    squeeze = ending in SQUEEZED
    return {
        "path": f"/assets/{stem}-{digest}{ending}", "content": content, "type": TYPES[ending],
        "digest": digest, "gzip": gzip.compress(content, 9, mtime=0) if squeeze else b"",
        "brotli": subprocess.run(["brotli", "--quality=11", "--stdout", "-"], input=content,
                                 capture_output=True, check=True).stdout if squeeze else b"",
    }


def place(css, assets):
    """url(asset:NAME) and url(font:… as NAME) become paths."""
    def path(match):
        name = match.group(1)
        if name not in assets:
            raise Fault(f"no asset {name}")
        return f"url({assets[name]['path']})"
    return re.sub(r"url\((?:asset:|font:\S+ as )([\w.-]+)\)", path, css)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def load(modules, paths):
    sheets = [p for p in paths if p.endswith(".css") and os.path.basename(p) not in ALONE]
    naming = [p for p in paths if p.endswith((".html", ".c"))]
    own = "\n".join(map(read, sheets))
    assets = {}
    for path in paths:
        if os.path.basename(path) in ALONE:
            assets[os.path.basename(path)] = asset(os.path.basename(path),
                                                   minify(read(path)).encode())
        elif not path.endswith((".css", ".html", ".c")):
            with open(path, "rb") as file:
                assets[os.path.basename(path)] = asset(os.path.basename(path), file.read())
    for name, content in fonts_of(own, modules).items():
        assets[name] = asset(name, content)
    sheet = minify(govuk_rules(modules, naming)) + minify(place(own, assets))
    assets[SHEET] = asset(SHEET, sheet.encode())
    icons = sorted(set(re.findall(r"\{\{icon ([a-z0-9-]+)\}\}", " ".join(map(read, naming)))))
    return assets, {name: icon(modules, name) for name in icons}


HEAD = "/* Made by tools/assets.py; not to be edited. */\n"


def byte_array(name, content):
    rows = [", ".join(map(str, content[i:i + 24])) for i in range(0, len(content), 24)]
    return f"static const unsigned char {name}[] = {{\n" + ",\n".join(rows or ["0"]) + "\n};"


def source(assets):
    out, entries = [HEAD + '#include "portal/asset.h"\n'], []
    for i, one in enumerate(assets.values()):
        views = []
        for part in ("content", "gzip", "brotli"):
            out.append(byte_array(f"{part}_{i}", one[part]))
            views.append(f"{{(const char *){part}_{i}, {len(one[part])}}}")
        entries.append("    {" + ", ".join([
            f'{{"{one["path"]}", {len(one["path"])}}}', *views,
            f'"{one["type"]}"', f'"W/\\"{one["digest"]}\\""']) + "},")
    out.append("const struct asset assets[] = {\n" + "\n".join(entries) + "\n};")
    out.append(f"const size_t asset_count = {len(assets)};\n")
    return "\n".join(out)


def write(path, text):
    """Only what changed, so that nothing is compiled again for nothing."""
    if not os.path.exists(path) or read(path) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def main(out_c, out_json, modules, *paths):
    try:
        assets, icons = load(modules, paths)
    except Fault as fault:
        sys.exit(f"assets: {fault}")
    write(out_c, source(assets))
    write(out_json, json.dumps({"paths": {n: a["path"] for n, a in assets.items()},
                                "icons": icons}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
