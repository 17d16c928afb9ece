#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C file that holds the given files: embed.py OUTPUT NAME=PATH..."""
import sys

PER_LINE = 24


def main() -> int:
    output, *items = sys.argv[1:]
    lines = [
        "/* Made by tools/embed.py. */",
        '#include "base/embed.h"',
        "extern const struct embedded_file embedded_files[];",
        "extern const size_t embedded_file_count;",
    ]
    table = []
    for number, item in enumerate(items):
        name, path = item.split("=", 1)
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
    lines.append(f"const size_t embedded_file_count = {len(items)};")
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
