#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""in_terminal COLUMNS ROWS TEXT KEYS COMMAND…: runs COMMAND in a terminal of that size, types KEYS
once TEXT was shown, and writes what came on standard output. KEYS may be a signal (SIGTERM). The
status is the command's, or 100 when the terminal's mode is not as it was before."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 30


def main():
    columns, rows, text, keys = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    ready, go = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.close(go)
        os.read(ready, 1)  # until the size is set
        os.execvp(sys.argv[5], sys.argv[5:])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    before = termios.tcgetattr(terminal)
    os.close(go)
    shown, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            shown += piece
        if keys and text.encode() in shown:
            if keys.startswith("SIG"):
                os.kill(child, getattr(signal, keys))
            else:
                os.write(terminal, keys.encode())
            keys = ""
        if termios.tcgetattr(terminal) == before and b"\x1b[?1049l" in shown:
            break
    if keys or time.monotonic() >= end:
        os.kill(child, signal.SIGKILL)
    after = termios.tcgetattr(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stdout.buffer.write(shown)
    sys.exit(status if after == before else 100)


main()
