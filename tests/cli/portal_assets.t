#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What pages load, from real answers: the start page with all that its first view needs is at most
100 KB; what pages and style sheets name is there; each form of an asset has the same content;
nothing comes from elsewhere; an operator's theme is served, and a hostile one is refused."""
import gzip
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request

FIRST_VIEW = 100 * 1000
ROOT = os.getcwd()
FOLDER = tempfile.mkdtemp(dir=os.environ.get("TMPDIR"))
KHIEN = os.environ["KHIEN"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
PAGES = ["/", "/en/", "/kiem-tra", "/en/check", "/none"]
number = 0


def ok(passed, what):
    global number
    number += 1
    print(f"{'' if passed else 'not '}ok {number} - {what}")
    return passed


def serve(settings):
    """The running program, and its address; or None and what it said."""
    path = os.path.join(FOLDER, "khien.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[state]\nfolder = {FOLDER}/var\n" + settings)
    program = subprocess.Popen([KHIEN, "--config", path, "serve", "--listen", "127.0.0.1:0"],
                               cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    line = program.stdout.readline()
    found = re.match(r"pages: (http://\S+)/", line)
    if found:
        return program, found.group(1)
    return None, line + program.communicate()[1]


def stop(program):
    program.terminate()
    program.communicate()


def get(url, encoding="identity"):
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def unpack(headers, body):
    coding = headers["Content-Encoding"]
    if coding == "br":
        return subprocess.run(["brotli", "--decompress", "--stdout", "-"], input=body,
                              capture_output=True, check=True).stdout
    return gzip.decompress(body) if coding == "gzip" else body


def named_in(text):
    return sorted(set(re.findall(r"/assets/[\w.-]+", text)))


def assets_of(url):
    """path -> text, of all that the pages name, and what that names."""
    wanted = [path for page in PAGES for path in named_in(get(url + page)[2].decode())]
    found = {}
    while wanted:
        path = wanted.pop()
        if path in found:
            continue
        status, headers, body = get(url + path)
        ok(status == 200 and "immutable" in headers["Cache-Control"], f"{path} is there")
        found[path] = body.decode("utf-8", "replace")
        wanted += named_in(found[path])
    return found


def check_first_view(url):
    """What a browser fetches before the first view is complete. Each font counts."""
    for page in ("/", "/en/"):
        status, headers, body = get(url + page, "gzip, deflate, br")
        total, parts = len(body), [f"the page {len(body)}"]
        text = unpack(headers, body).decode()
        linked = [path for path in named_in(text) if not path.endswith(".txt")]
        sheets = [path for path in linked if path.endswith(".css")]
        for path in sheets:
            linked += named_in(get(url + path)[2].decode())
        for path in sorted(set(linked)):
            size = len(get(url + path, "gzip, deflate, br")[2])
            parts.append(f"{path[8:]} {size}")
            total += size
        ok(status == 200 and len(parts) >= 6 and len(sheets) >= 1 and total <= FIRST_VIEW,
           f"{page}: the first view is {total} bytes ({', '.join(parts)})")


def check_forms(url, paths):
    for path in paths:
        _, headers, plain = get(url + path)
        ok(headers["Content-Encoding"] is None, f"{path}: as it is")
        for coding in ("gzip", "br"):
            status, headers, body = get(url + path, coding)
            squeezed = not path.endswith((".woff2", ".png"))
            ok(status == 200 and unpack(headers, body) == plain and
               headers["Content-Encoding"] == (coding if squeezed else None) and
               headers["Cross-Origin-Resource-Policy"] == "same-origin",
               f"{path}: {coding} has the same content")


def check_elsewhere(found):
    for path, text in found.items():
        if not path.endswith((".css", ".svg", ".js")):
            continue
        text = text.replace("http://www.w3.org/2000/svg", "")
        text = re.sub(r'\[href\^="https?://"\]', "", text)  # which links print their address
        ok(not re.search(r"https?:|url\(\s*[\"']?//|@import|data:", text, re.I),
           f"{path} names nothing elsewhere")


def check_styles(found):
    sheet = next(text for path, text in found.items() if path.startswith("/assets/style-"))
    used = set(re.findall(r"var\((--[\w-]+)", sheet))
    missing = sorted(name for name in used if name + ":" not in sheet)
    ok(not missing, f"every colour of the sheet is defined {missing}")
    ok(not re.search(r"GDS|crown|crest|/\*", sheet), "nothing of gov.uk's own is in it")
    ok(sheet.count("{") == sheet.count("}"), "its braces match")
    listed = open(os.path.join(ROOT, "src/portal/meson.build"), encoding="utf-8").read()
    left = [name for name in os.listdir(os.path.join(ROOT, "src/portal/assets"))
            if f"'assets/{name}'" not in listed]
    ok(not left, f"all of src/portal/assets is built {left}")


# What page authors may take. The rest of the package needs scripts, or is gov.uk's own.
COMPONENTS = ["back-link", "breadcrumbs", "button", "checkboxes", "details", "error-message",
              "error-summary", "fieldset", "hint", "input", "inset-text", "label",
              "notification-banner", "pagination", "panel", "phase-banner", "radios", "select",
              "skip-link", "summary-list", "table", "tag", "task-list", "textarea",
              "warning-text"]


def bundle(pages):
    """The style sheet that tools/assets.py makes for these pages; None and what it said."""
    source, paths = (os.path.join(FOLDER, name) for name in ("assets.c", "assets.json"))
    sheets = [os.path.join(ROOT, "src/portal/assets", name)
              for name in ("tokens.css", "fonts.css", "base.css", "pages.css")]
    result = subprocess.run([os.path.join(ROOT, "tools/assets.py"), source, paths,
                             os.path.join(ROOT, "node_modules"), *sheets, *pages],
                            capture_output=True, text=True, check=False)
    if result.returncode:
        return None, result.stderr.strip()
    rows = re.findall(r"content_(\d+)\[\] = \{([^}]*)\}", open(source, encoding="utf-8").read())
    return bytes(map(int, rows[-1][1].split(","))).decode(), ""


def check_components():
    folder = os.path.join(ROOT, "node_modules/govuk-frontend/dist/govuk/components")
    pages = [os.path.join(folder, name, file) for name in COMPONENTS
             for file in os.listdir(os.path.join(folder, name)) if file.endswith(".html")]
    sheet, said = bundle(pages)
    if ok(sheet is not None, f"each component of the package can be used {said}"):
        used = set(re.findall(r"var\((--[\w-]+)", sheet))
        missing = sorted(name for name in used if name + ":" not in sheet)
        ok(not missing, f"with colours that are defined {missing}")
        ok(all(f".govuk-{name}" in sheet for name in COMPONENTS), "and has its rules")
    page = os.path.join(FOLDER, "page.html")
    for classes, said in [("govuk-buton", "govuk-buton"), ("govuk-tag--gren", "govuk-tag--gren")]:
        with open(page, "w", encoding="utf-8") as file:
            file.write(f'<p class="{classes}">')
        sheet, told = bundle([page])
        ok(sheet is None and said in told, f"a misspelt class is refused: {told}")
    with open(page, "w", encoding="utf-8") as file:
        file.write('<p class="govuk-tag govuk-tag--{{tone}}">')
    sheet, told = bundle([page])
    ok(sheet and ".govuk-tag--red{" in sheet and ".govuk-panel__title{" not in sheet,
       f"rules for all that a field may name, and no others {told}")


def check_theme():
    with open(os.path.join(FOLDER, "emblem.svg"), "w", encoding="utf-8") as file:
        file.write(SVG)
    program, url = serve("[theme]\nname_vi = Tỉnh </title><script>alert(1)</script>\n"
                         "name_en = \"><img src=x>\nemblem = emblem.svg\ncolour = #7a1f1f\n")
    if not ok(program is not None, f"an operator's theme is taken {'' if program else url}"):
        return
    page = get(url + "/")[2].decode()
    ok("Tỉnh &lt;/title&gt;&lt;script&gt;" in page and "<script" not in page,
       "its name is text")
    ok("<img src=x" not in get(url + "/en/")[2].decode(), "in English too")
    ok('content="#7a1f1f"' in page and " style=" not in page, "its colour is no inline style")
    sheet = re.search(r"/assets/theme-\w+\.css", page)
    ok(sheet and page.index("/assets/style-") < sheet.start() and
       b"--brand:#7a1f1f" in get(url + sheet.group())[2], "but a sheet after the main one")
    status, headers, body = get(url + re.search(r"/assets/emblem-\w+\.svg", page).group())
    ok(status == 200 and body.decode() == SVG and headers["Content-Type"] == "image/svg+xml",
       "its emblem is served")
    policy = headers["Content-Security-Policy"]
    ok("default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy and
       headers["X-Content-Type-Options"] == "nosniff", "and may do nothing")
    stop(program)


def check_refused():
    emblem = os.path.join(FOLDER, "hostile")
    for what, content, setting, said in [
            ("a light colour", "", "colour = #ffdd00", "contrast of 1.3"),
            ("a sheet as a colour", "", "colour = #000000;}*{display:none}", "such as #0b4a72"),
            ("a script as an emblem", "<svg><script>x</script></svg>", "emblem = hostile",
             "<script"),
            ("a page as an emblem", "<html>", "emblem = hostile", "neither"),
            ("a large emblem", "<svg>" + " " * 65536, "emblem = hostile", "65536"),
            ("no emblem there", "", "emblem = nowhere.svg", "nowhere.svg")]:
        with open(emblem, "w", encoding="utf-8") as file:
            file.write(content)
        program, text = serve(f"[theme]\n{setting}\n")
        if program:
            stop(program)
        ok(program is None and said in text, f"{what} is refused: {text.strip()}")


running, address = serve("")
if ok(running is not None, f"it serves {'' if running else address}"):
    all_assets = assets_of(address)
    ok(len(all_assets) >= 7, "pages name their assets")
    check_first_view(address)
    check_forms(address, all_assets)
    check_elsewhere(all_assets)
    check_styles(all_assets)
    stop(running)
check_components()
check_theme()
check_refused()
print(f"1..{number}")
