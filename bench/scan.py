# SPDX-License-Identifier: Apache-2.0
"""The scan engine beside yara and libyara: rules and files for bench/scan_bench."""
import hashlib
import os
import random
import resource
import subprocess
import tarfile

SAMPLE_BYTES = 700_000_000
SMALL_FILES = 10_000


def unpack_rules(archives, folder):
    """One file that includes the three rule sets, or None where they are not there."""
    if not os.path.isdir(archives):
        return None
    os.makedirs(folder, exist_ok=True)
    names = []
    for archive in sorted(os.listdir(archives)):
        with tarfile.open(os.path.join(archives, archive)) as tar:
            tar.extractall(folder, filter="data")
    for top, _, files in os.walk(folder):
        names += [os.path.join(top, name) for name in files if name.endswith((".yar", ".yara"))]
    path = os.path.join(folder, "all.rules")
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(f'include "{name}"\n' for name in sorted(names))
    return path


def million_hashes(path):
    """Digests of no file, under some hundred names."""
    with open(path, "w", encoding="ascii") as file:
        for i in range(1000000):
            file.write(f"{hashlib.sha256(b'%d' % i).hexdigest()}  Family.{i * 7919 % 300}\n")


def sample(folder, bytes_wanted=SAMPLE_BYTES):
    """Files of /usr in an order that is the same for the same machine, until they are enough."""
    paths = []
    for top, folders, files in os.walk("/usr"):
        folders.sort()
        paths += [os.path.join(top, name) for name in sorted(files)]
    random.Random(1).shuffle(paths)
    path, total = os.path.join(folder, "sample"), 0
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as out:
        for name in paths:
            if os.path.islink(name) or not os.path.isfile(name) or "\n" in name:
                continue
            size = os.path.getsize(name)
            if size == 0 or not os.access(name, os.R_OK) or size > 64 << 20:
                continue
            out.write(name + "\n")
            total += size
            if total >= bytes_wanted:
                break
    return path, total


def small_files(folder, listed):
    """Pieces of the sample's files, 1 byte to 4 KiB each."""
    rng = random.Random(2)
    with open(listed, encoding="utf-8", errors="surrogateescape") as names:
        sources = names.read().split("\n")[:500]
    os.makedirs(os.path.join(folder, "small"))
    path = os.path.join(folder, "small-files")
    with open(path, "w", encoding="ascii") as out:
        for i in range(SMALL_FILES):
            with open(sources[i % (len(sources) - 1)], "rb") as source:
                source.seek(rng.randrange(max(1, os.fstat(source.fileno()).st_size - 4096)))
                data = source.read(rng.randint(1, 4096)) or b"x"
            name = os.path.join(folder, "small", str(i))
            with open(name, "wb") as file:
                file.write(data)
            out.write(name + "\n")
    return path


def cpu_seconds(*command):
    """What a command and its children take, and its sorted output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, sorted(done.stdout.splitlines()), after.ru_maxrss


def measure(means, khien, program, root, folder):
    rules = unpack_rules(os.path.join(root, "../shared/data/yara-rules"), folder)
    if not rules:
        print("the rule sets are not there (../shared/data/yara-rules): the scan is not measured")
        return
    listed, total = sample(folder)
    means.run_rows(program, rules, listed, "files")
    ours, found, _ = cpu_seconds(khien, "yara", "-w", "-p", "1", "--scan-list", rules, listed)
    theirs, wanted, _ = cpu_seconds("yara", "-w", "-p", "1", "--scan-list", rules, listed)
    means.row("khien yara, rules compiled anew", total / 1e6 / ours, "MB/CPU-s", "yara",
              total / 1e6 / theirs, theirs / ours, ">= 5 x", theirs / ours >= 5)
    means.row("lines that differ from yara's", len(set(found) ^ set(wanted)), "lines", bar="0",
              ok=found == wanted)
    means.run_rows(program, rules, small_files(folder, listed), "small")
    means.run_rows(program, rules, listed, "made")
