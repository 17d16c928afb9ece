#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""licences.py OUTPUT DEPFILE SYSTEM LIBRARIES LICENSE: the notices of a static khien-scan.

LIBRARIES (src/cmd/khien_scan/libraries.txt) names Debian packages; their notices are what these
have in /usr/share/doc, as they are. OUTPUT is LZMA's .lzma of fields that each end with a zero
byte, five a record: name, version, source package, licence, text. First comes the project's own
LICENSE, then the packages, then the whole texts that licences name, once each, without a version.
src/cmd/khien_scan/licences.c reads it. Fails where a package is not installed."""
import lzma
import os
import subprocess
import sys

TEXTS = "/usr/share/common-licenses"
STATUS = "/var/lib/dpkg/status"
# A library's licence: what its distributors are to pass on in full.
FULL_TEXTS = {"LGPL-2.1": ["LGPL-2.1"], "LGPL-3.0": ["LGPL-3", "GPL-3"], "GPL-3.0": ["GPL-3"]}
# Of a compiler only its runtime library becomes part of a program.
OF_COMPILER = ("COPYRIGHT STATEMENTS AND LICENSING TERMS\n",
               "requirements of the license of GCC.\n")


def read(path, read_paths):
    real = os.path.realpath(path)
    read_paths.append(real)
    with open(real, encoding="utf-8") as file:
        return file.read()


def notice(package, licence, read_paths):
    text = read(f"/usr/share/doc/{package}/copyright", read_paths)
    if "GCC-exception" not in licence:
        return text
    begin, end = OF_COMPILER
    return text[text.index(begin):text.index(end) + len(end)]


def installed(package):
    """(version, source package with its version) as dpkg has them."""
    done = subprocess.run(["dpkg-query", "-W", "-f",
                           "${Version}\t${source:Package} ${source:Version}\n", package],
                          stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[0].split("\t")


def full_texts(licences):
    names = []
    for licence in licences:
        for begin, texts in FULL_TEXTS.items():
            if licence.startswith(begin):
                names += [text for text in texts if text not in names]
    return names


def main() -> int:
    output, depfile, system, libraries, own = sys.argv[1:]
    read_paths = [libraries, STATUS]
    records = [("Apache-2.0", "", "", "", read(own, read_paths))]
    licences = []
    with open(libraries, encoding="ascii") as file:
        rows = [line.split(None, 2) for line in file if not line.startswith("#")]
    for of_system, package, licence in rows:
        if of_system == system:
            licence = licence.strip()
            records.append((package, *installed(package), licence,
                            notice(package, licence, read_paths)))
            licences.append(licence)
    for name in full_texts(licences):
        records.append((name, "", "", "", read(f"{TEXTS}/{name}", read_paths)))
    fields = "".join(field + "\0" for record in records for field in record)
    packed = lzma.compress(fields.encode(), format=lzma.FORMAT_ALONE,
                           filters=[{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME,
                                     "dict_size": 1 << 20, "lc": 4, "lp": 0, "pb": 0}])
    with open(output, "wb") as file:
        file.write(packed)
    with open(depfile, "w", encoding="utf-8") as file:
        file.write(f"{output}: {' '.join(read_paths)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
