#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C file that holds the given files: embed.py OUTPUT DEPFILE NAME=PATH... A name that ends
in "/" stands for all Markdown files below the folder PATH; DEPFILE tells the build what was read,
folders too, so that a new file is seen."""
import os
import sys

PER_LINE = 24


def below(name, folder, read):
    """(name, path) of each Markdown file below a folder, in a fixed order."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        read.append(top)
        for entry in sorted(names):
            if entry.endswith(".md"):
                path = os.path.join(top, entry)
                yield name + os.path.relpath(path, folder), path


def main() -> int:
    output, depfile, *items = sys.argv[1:]
    read = []
    files = []
    for item in items:
        name, path = item.split("=", 1)
        files += below(name, path, read) if name.endswith("/") else [(name, path)]
    read += [path for _, path in files]
    lines = [
        "/* Made by tools/embed.py. */",
        '#include "base/embed.h"',
        "extern const struct embedded_file embedded_files[];",
        "extern const size_t embedded_file_count;",
    ]
    table = []
    for number, (name, path) in enumerate(files):
        with open(path, "rb") as file:
            content = file.read()
        lines.append(f"static const unsigned char file_{number}[] = {{")
        for at in range(0, len(content), PER_LINE):
            lines.append(",".join(str(byte) for byte in content[at:at + PER_LINE]) + ",")
        lines.append("0};")
        table.append(f'{{"{name}", {{(const char *)file_{number}, {len(content)}}}}},')
    lines.append("const struct embedded_file embedded_files[] = {")
    lines += table
    lines.append('{"", {"", 0}}};')
    lines.append(f"const size_t embedded_file_count = {len(files)};")
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    with open(depfile, "w", encoding="utf-8") as file:
        file.write(f"{output}: {' '.join(read)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
