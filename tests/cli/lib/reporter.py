#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends self-reports as docs/self-reports.md has them, with hashlib for the work: a second client.

reporter one URL [NAME=VALUE…]   sends one; prints the status and the answer
reporter prove URL FILE          prints a proof for the body in FILE
reporter many URL FILE           sends them one after the other until the server is gone; FILE gets
                                 the numbers of those that were accepted, each at once

NAMEs: body (the text instead of a good one), id, families (JSON), proof, token, type, forwarded;
challenge (a file to keep proof and body in), replay (such a file, to be sent as it is)"""
import hashlib
import http.client
import json
import os
import sys
import urllib.parse


def ask(url, method, path, body=None, fields=None):
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
    connection.request(method, path, body, fields or {})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def make(number, families):
    return json.dumps({
        "version": 1, "id": number, "program": "0.1.0", "system": "linux", "rules_version": 5,
        "scope": "quick", "complete": True, "files": 10, "processes": 3,
        "malicious": sum(families.values()), "suspicious": 0, "look": 0, "quarantined": 0,
        "families": families}).encode()


def solve(url, body):
    digest = hashlib.sha256(body).hexdigest()
    status, answer = ask(url, "GET", f"/api/v1/self-reports/challenge?body={digest}")
    if status != 200:
        raise SystemExit(f"no challenge: {status} {answer}")
    asked = json.loads(answer)
    number = 0
    while True:
        proof = f"{asked['challenge']}.{number}"
        found = int.from_bytes(hashlib.sha256(proof.encode()).digest(), "big")
        if found >> (256 - asked["bits"]) == 0:
            return proof
        number += 1


def send(url, body, proof, options):
    fields = {"Content-Type": options.get("type", "application/json")}
    if proof:
        fields["Khien-Proof"] = proof
    if "token" in options:
        fields["Authorization"] = "Bearer " + options["token"]
    if "forwarded" in options:
        fields["X-Forwarded-For"] = options["forwarded"]
    return ask(url, "POST", "/api/v1/self-reports", body, fields)


def one(url, options):
    if "replay" in options:
        with open(options["replay"], encoding="utf-8") as file:
            proof, body = file.read().split("\n", 1)
        return send(url, body.encode(), proof, options)
    body = make(options.get("id", os.urandom(16).hex()),
                json.loads(options.get("families", '{"mirai": 1}')))
    body = options["body"].encode() if "body" in options else body
    proof = options.get("proof")
    if proof is None and "token" not in options:
        proof = solve(url, body)
    if "challenge" in options:
        with open(options["challenge"], "w", encoding="utf-8") as file:
            file.write(proof + "\n" + body.decode())
    return send(url, body, proof, options)


def many(url, path):
    with open(path, "a", encoding="utf-8") as file:
        while True:
            number = os.urandom(16).hex()
            body = make(number, {})
            try:
                status, _ = send(url, body, solve(url, body), {})
            except (OSError, http.client.HTTPException):
                return
            if status == 201:
                file.write(number + "\n")
                file.flush()


if sys.argv[1] == "many":
    many(sys.argv[2], sys.argv[3])
elif sys.argv[1] == "prove":
    with open(sys.argv[3], "rb") as given:
        print(solve(sys.argv[2], given.read()))
else:
    print(*one(sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:])), end="")
