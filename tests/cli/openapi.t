#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every answer of the API is what /api/v1/openapi.json says it is: each path is asked, with several
parameters, and its answer validated against its schema by python3-jsonschema; the parameters that
the description names are those that the program takes."""
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not here")
    sys.exit(0)

khien = os.environ["KHIEN"]
checks, failed = 0, 0


def ok(passed, label, *why):
    global checks, failed
    checks += 1
    failed += not passed
    print(f"{'' if passed else 'not '}ok {checks} - {label}")
    for line in () if passed else why:
        print(f"# {str(line)[:400]}")


def run(*arguments):
    return subprocess.run([khien, *arguments], check=True, capture_output=True, text=True).stdout


report = os.path.abspath("tests/fuzz/corpus/self_report/body")
os.chdir(os.environ["TMPDIR"])
with open("networks.csv", "w", encoding="utf-8") as file:
    file.write("prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
               "203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,500000,,\n"
               "27.64.0.0/12,7552,Viettel Group,viettel,VN,79,,mobile,,,\n")
run("networks", "import", "networks.csv")
run("simulate", "--days", "40", "--daily", "200", "--seed", "5", "--out", "feeds")
run("ingest", *(os.path.join("feeds", name) for name in sorted(os.listdir("feeds"))
                if name.endswith("-simulated.csv")))

with open("khien.conf", "w", encoding="utf-8") as file:
    file.write("[self_reports]\nbits = 0\n")
server = subprocess.Popen([khien, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
url = re.match(r"pages: (\S+)/", server.stdout.readline()).group(1)


def get(path):
    try:
        with urllib.request.urlopen(url + path, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


try:
    status, kind, text = get("/api/v1/openapi.json")
    api = json.loads(text)
    ok(status == 200 and kind == "application/json" and api["openapi"] == "3.1.0",
       "the description is served")

    def schema_of(path, status):
        content = api["paths"][path]["get"]["responses"][status]["content"]
        return {**content["application/json"]["schema"], "components": api["components"]}

    def validate(path, query, status):
        got, kind, text = get(path + query)
        if kind == "text/csv":
            ok(got == int(status) and "\n" in text, f"{path}{query} is CSV", text)
            return
        try:
            jsonschema.Draft202012Validator(schema_of(path, status)).validate(json.loads(text))
            ok(got == int(status), f"{path}{query} is as described", got, text)
        except (jsonschema.ValidationError, ValueError) as error:
            ok(False, f"{path}{query} is as described", getattr(error, "message", error), text)

    def post(path, body, fields):
        request = urllib.request.Request(url + path, body, fields)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def validate_report():
        path, schemas = "/api/v1/self-reports", api["components"]["schemas"]
        operation = api["paths"][path]["post"]
        with open(report, "rb") as file:
            body = file.read()
        jsonschema.Draft202012Validator(schemas["SelfReport"]).validate(json.loads(body))
        query = f"?body={hashlib.sha256(body).hexdigest()}"
        validate(f"{path}/challenge", query, "200")
        proof = json.loads(get(f"{path}/challenge{query}")[2])["challenge"] + ".0"
        kind = {"Content-Type": "application/json"}
        for status, sent, fields in ((201, body, {**kind, "Khien-Proof": proof}),
                                     (200, body, {**kind, "Khien-Proof": proof}),
                                     (403, body, kind), (415, body, {"Content-Type": "text/plain"}),
                                     (413, body + 4000 * b" ", kind)):
            got, answer = post(path, sent, fields)
            schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator({**schema, "components": api["components"]}).validate(
                answer)
            ok(got == status, f"a report gets the {status} that is described", got, answer)

    validate_report()
    for path in api["paths"]:
        if "get" not in api["paths"][path]:
            continue
        validate(path, "", "400" if path.endswith("/challenge") else "200")
        if path.startswith("/api/v1/stats/"):
            for query in ("?by=total", "?family=mirai&quiet=3&window=5", "?format=csv", "?by=isp",
                          "?curve=yes", "?cumulative=yes&top=2", "?from=9999-12-30"):
                got = get(path + query)
                validate(path, query, "200" if got[0] == 200 else "400")
            validate(path, "?from=x", "400")
        if path.startswith("/so-lieu/"):
            validate(path, "?family=mirai&from=2000-01-01", "200")
            validate(path, "?from=x", "400")
    validate("/api/v1/check", "?lang=en", "200")

    named = set(api["components"]["parameters"]) - {"format"}
    taken = {name for name in named
             if "no parameter" not in get(f"/api/v1/stats/daily?{name}=")[2]}
    ok(named == taken, "each parameter that is described is taken", named - taken)
    shown = set(re.findall(r"--([a-z-]+)", run("stats", "--help")))
    ours = shown - {"json", "csv", "help", "config"}
    ok(ours <= named, "each option of khien stats is described", ours - named)
finally:
    server.terminate()
    ok(server.wait() == 0, "the server ends well")
print(f"1..{checks}")
sys.exit(failed > 0)
