#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""through_proxy TLS-PORT RELAY-PORT PORTAL-PORT FOLDER: sends each request of FOLDER as raw bytes
over TLS to the proxy, which has RELAY-PORT for its portal; what it hands on is written down there
and passed to the portal. A line for each fault, then the number of requests that were handed on.

Each request is followed by a sentinel on the same connection, so that an answer too many would be
seen. A request may be refused, or the connection closed, or it gets one answer; whatever reaches
the portal must be one well-formed request for the very target that was sent."""
import os
import re
import socket
import ssl
import sys
import threading

NAME = "khien.example"
SENTINEL = f"GET /sentinel HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode()
FIELDS = {"host", "accept", "accept-encoding", "if-none-match", "x-forwarded-for"}
HEAD = re.compile(
    rb"(GET|HEAD) (/[!-~\x80-\xff]*) HTTP/1\.1\r\n((?:[A-Za-z-]+: [^\r\n\0]*\r\n)+)\r\n"
)
PATIENCE = 20

handed_on = bytearray()


def pump(source, target, record):
    try:
        while data := source.recv(65536):
            if record is not None:
                record += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def relay(listener, portal):
    while True:
        proxy, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", portal))
        for pair in ((proxy, server, handed_on), (server, proxy, None)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def answers(data):
    """The statuses of the answers in DATA; None when it is no sequence of whole answers."""
    found = []
    while data:
        head, blank, rest = data.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
        if not blank or not status:
            return None
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        size = int(length.group(1)) if length else 0
        if status.group(1) == b"304" or rest[:8] == b"HTTP/1.1":
            size = 0  # of a HEAD
        if len(rest) < size:
            return None
        found.append(int(status.group(1)))
        data = rest[size:]
    return found


def whole(data):
    found = answers(bytes(data))
    return found is not None and len(found) > 0


def ask(port, request):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    data = bytearray()
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    with context.wrap_socket(raw, server_hostname=NAME) as client:
        head_only = request.startswith(b"HEAD")
        sent = False
        client.sendall(request)
        try:
            while True:
                if not sent and (whole(data) or head_only and b"\r\n\r\n" in data):
                    client.sendall(SENTINEL)
                    sent = True
                piece = client.recv(65536)
                if not piece:
                    break
                data += piece
        except (ConnectionError, ssl.SSLError):
            pass  # closed
    return bytes(data)


def requests_in(request):
    """How many there are for who takes a bare LF for a line's end, which RFC 9112 2.2 permits."""
    parts = request.replace(b"\r\n", b"\n").lstrip(b"\n").split(b"\n\n")
    return max(1, sum(part.startswith((b"GET ", b"HEAD ")) for part in parts))


def judge(name, request, port):
    mark = len(handed_on)
    found = answers(ask(port, request))
    upstream = bytes(handed_on[mark:])
    heads = HEAD.findall(upstream)
    if found is None:
        yield "answered with something that is no answer"
        return
    if sum(len(b" ".join(head)) for head in heads) and HEAD.sub(b"", upstream):
        yield f"handed on more than requests: {HEAD.sub(b'', upstream)!r}"
    elif upstream and not heads:
        yield f"handed on no request: {upstream!r}"
    targets = [target for _, target, _ in heads if target != b"/sentinel"]
    count = requests_in(request)
    if len(targets) > count or len(heads) - len(targets) > 1:
        yield f"became {len(heads)} requests: {targets}"
    if len(found) > count + 1 or 200 in found[count:]:
        yield f"got the answers {found}"
    ours = NAME.encode() in request.lower()
    if name.startswith("served") and ours and (len(targets) != 1 or found[0] not in (200, 404)):
        yield f"is well-formed and was refused: {found}"
    first = request if count > 1 else request.lstrip(b"\r\n").split(b"\r\n")[0]
    for _, target, fields in heads:
        if target != b"/sentinel" and target not in first and target != b"/":
            yield f"reached the portal as {target!r}"
        if target == b"/" and not re.search(rb" (http://[^/ ]*)?/? *( |$)", first, re.I):
            yield f"reached the portal as /: {first!r}"
        names = [line.split(b":")[0].decode().lower() for line in fields.split(b"\r\n")[:-1]]
        if not set(names) <= FIELDS or len(set(names)) != len(names):
            yield f"was handed on with {names}"


def main():
    tls, relay_port, portal = map(int, sys.argv[1:4])
    folder = sys.argv[4]
    listener = socket.create_server(("127.0.0.1", relay_port))
    threading.Thread(target=relay, args=(listener, portal), daemon=True).start()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            request = file.read()
        for fault in judge(name, request, tls):
            print(f"{name} {request[:70]!r} {fault}")
    print(len(HEAD.findall(bytes(handed_on))))


main()
