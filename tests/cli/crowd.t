#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ten thousand connections at once: each is answered, twice, while all of them are open; then the
server still answers newcomers and ends well."""
import os
import re
import resource
import selectors
import socket
import subprocess
import sys

COUNT = 10000
REQUEST = b"GET /api/v1/check HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 120

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
if hard != resource.RLIM_INFINITY and hard < COUNT + 1000:
    print(f"1..0 # SKIP only {hard} descriptors are allowed here")
    sys.exit(0)
resource.setrlimit(resource.RLIMIT_NOFILE, (COUNT + 1000, hard))


def ok(number, passed, label):
    print(f"{'' if passed else 'not '}ok {number} - {label}")
    return passed


def ask_all(clients):
    """How many of them are answered with 200."""
    ready, answered = selectors.DefaultSelector(), 0
    for client in clients:
        client.sendall(REQUEST)
        ready.register(client, selectors.EVENT_READ)
    left = len(clients)
    while left:
        events = ready.select(PATIENCE)
        if not events:
            break
        for key, _ in events:
            ready.unregister(key.fileobj)
            left -= 1
            answered += key.fileobj.recv(4096).startswith(b"HTTP/1.1 200 ")
    ready.close()
    return answered


os.chdir(os.environ["TMPDIR"])
os.mkdir("var")
server = subprocess.Popen([os.environ["KHIEN"], "serve", "--listen", "127.0.0.1:0"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
port = int(re.search(r":(\d+)/", server.stdout.readline()).group(1))
print("1..4")
opened, passed = [], True
for i in range(COUNT):
    opened.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE,
                                           source_address=(f"127.0.{1 + i // 5000}.1", 0)))
for number, time in ((1, "at first"), (2, "again")):
    passed &= ok(number, ask_all(opened) == COUNT, f"{COUNT} open connections are answered {time}")
with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as newcomer:
    passed &= ok(3, ask_all([newcomer]) == 1, "so is a newcomer")
for client in opened:
    client.close()
server.terminate()
passed &= ok(4, server.wait(PATIENCE) == 0, "it ends well")
sys.exit(not passed)
