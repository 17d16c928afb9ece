#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""under_unit UNIT COMMAND…: runs COMMAND under the system call filter, the address families and the
ban of writable code that a systemd unit asks for, as systemd would make them, without systemd as
init. With --missing SOURCE instead of a command: prints the calls that SOURCE allows itself
(SCMP_SYS in base/linux/sandbox.c, but for its deadly, sanitizer and watch lists) and the unit does
not.
"""
import ctypes
import os
import re
import socket
import subprocess
import sys

ALLOW, ERRNO_EPERM = 0x7FFF0000, 0x00050001
MASKED_EQ = 7
PROT_WRITE, PROT_EXEC = 2, 4


class Argument(ctypes.Structure):
    _fields_ = [
        ("at", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    ]


def groups():
    """The sets such as @system-service, as this systemd knows them: name to words."""
    text = subprocess.run(
        ["systemd-analyze", "syscall-filter"], check=True, capture_output=True, text=True
    ).stdout
    sets, name = {}, None
    for line in text.splitlines():
        if line.startswith("@"):
            name = line.strip()
            sets[name] = []
        elif name and line.startswith(" ") and not line.lstrip().startswith("#"):
            sets[name].append(line.strip())
        else:
            name = name if line.lstrip().startswith("#") else None
    return sets


def group(sets, name):
    parts = (group(sets, word) if word[0] == "@" else {word} for word in sets[name])
    return set().union(*parts)


def settings(unit):
    found = {}
    with open(unit, encoding="utf-8") as lines:
        for line in lines:
            if "=" in line and not line.startswith("#"):
                key, value = line.strip().split("=", 1)
                found.setdefault(key, []).append(value)
    return found


def allowed_calls(unit):
    sets = groups()
    calls = group(sets, "@default")
    for value in settings(unit)["SystemCallFilter"]:
        words = value.lstrip("~").split()
        named = set().union(*(group(sets, word) if word[0] == "@" else {word} for word in words))
        calls = calls - named if value[0] == "~" else calls | named
    return calls


def own_calls(source):
    with open(source, encoding="utf-8") as file:
        text = re.sub(r"calls_(deadly|sanitizer|watch)\[\].*?};", "", file.read(), flags=re.DOTALL)
    return set(re.findall(r"SCMP_SYS\((\w+)\)", text))


def rule(lib, context, action, call, *arguments):
    number = lib.seccomp_syscall_resolve_name(call.encode())
    if number == -1:
        return
    status = lib.seccomp_rule_add_array(
        context, action, number, len(arguments), (Argument * len(arguments))(*arguments)
    )
    if status not in (0, -17, -33):  # there already; not on this machine
        sys.exit(f"cannot filter {call}: {status}")


def enter(unit):
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p,
    ]
    lib.seccomp_load.argtypes = [ctypes.c_void_p]
    keys = settings(unit)
    families = keys["RestrictAddressFamilies"][0].split()
    narrow = {"socket", "mmap", "mprotect"}
    context = lib.seccomp_init(ERRNO_EPERM)
    for call in sorted(allowed_calls(unit) - narrow):
        rule(lib, context, ALLOW, call)
    for name in families:
        if name != "none":
            number = getattr(socket, name)
            rule(lib, context, ALLOW, "socket", Argument(0, MASKED_EQ, 0xFFFFFFFF, number))
    assert keys["MemoryDenyWriteExecute"] == ["yes"]
    rule(lib, context, ALLOW, "mprotect", Argument(2, MASKED_EQ, PROT_EXEC, 0))
    for both in (0, PROT_WRITE, PROT_EXEC):
        rule(lib, context, ALLOW, "mmap", Argument(2, MASKED_EQ, PROT_WRITE | PROT_EXEC, both))
    if lib.seccomp_load(context) != 0:
        sys.exit("cannot load the filter")


def main():
    unit = sys.argv[1]
    if sys.argv[2] == "--missing":
        print(*sorted(own_calls(sys.argv[3]) - allowed_calls(unit)))
        return
    enter(unit)
    os.execvp(sys.argv[2], sys.argv[2:])


main()
