#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""spoiler.py FOLDER: a server of the folder's files that prints its port. The words in the file
"how", read at every request, spoil what it serves: redirect, whole (no parts), elsewhere (another
part), none (there is no such part), endless, untagged, cut, late (it waits for the file "go"). It
answers a fitting If-None-Match with 304 and a length, and gives the file "challenge" as that of
self-reports. What it was asked for it writes into asked.log."""
import hashlib
import http.server
import os
import re
import sys
import time

FOLDER = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        how = open("how").read().split()
        name = os.path.basename(self.path)
        with open("asked.log", "a") as log:
            print(name, self.headers.get("Range"), self.headers.get("If-Range"), file=log)
        if "/challenge" in self.path:
            return self.challenge()
        if "redirect" in how:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            return self.end_headers()
        try:
            body = open(os.path.join(FOLDER, name), "rb").read()
        except OSError:
            return self.send_error(404)
        tag, first = '"tag of %d"' % len(body), 0
        digest = '"%s"' % hashlib.sha256(body).hexdigest()
        if self.headers.get("If-None-Match") in (tag, digest):
            self.send_response(304)
            self.send_header("Content-Length", str(len(body)))
            return self.end_headers()
        if "none" in how and self.headers.get("Range"):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        while "late" in how and not os.path.exists("go"):
            time.sleep(0.05)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range") == tag and "whole" not in how:
            first = int(asked[1])
        if "elsewhere" in how and first:
            first += 1
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, len(body) - 1, len(body)))
        if "endless" not in how or name == "latest.json":
            self.send_header("Content-Length", str(len(body) - first))
        if "untagged" not in how:
            self.send_header("ETag", tag)
        self.end_headers()
        if "cut" in how and name != "latest.json":
            body = body[:first + (len(body) - first) // 2]
        try:
            self.wfile.write(body[first:])
            while "endless" in how and name != "latest.json":
                self.wfile.write(bytes(1 << 16))
        except OSError:
            pass
        return None

    def challenge(self):
        body = open("challenge", "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
