# SPDX-License-Identifier: Apache-2.0
"""Scanning a computer: a second scan beside what looking at each file costs, a first one beside the
engine alone and yara, archives beside their own tools, processes' memory, the start, the programs'
sizes. Used by bench/run, which passes its own means. Times are the best of some rounds, and CPU
seconds where the bar is a ratio: who else uses the machine only adds to them."""
import json
import os
import shutil
import subprocess
import time

from scan import million_hashes, sample, unpack_rules

FIRST_BYTES = 80_000_000
ARCHIVE_BYTES = 32 << 20
PROGRAMS = (("build/khien-scan", "Linux"), ("build-windows/khien-scan.exe", "Windows"))
# How an archive is made of the file `plain` or the folder `many`, and opened by its own tool.
ARCHIVES = (
    ("gzip", ("gzip", "-c", "plain"), "a.gz", ("gzip", "-dc", "a.gz")),
    ("zstd", ("zstd", "-q", "-c", "plain"), "a.zst", ("zstd", "-dc", "-q", "a.zst")),
    ("xz", ("xz", "-1", "-c", "plain"), "a.xz", ("xz", "-dc", "a.xz")),
    ("bzip2", ("bzip2", "-c", "plain"), "a.bz2", ("bzip2", "-dc", "a.bz2")),
    ("zip", ("zip", "-q", "-r", "-", "many"), "a.zip", ("unzip", "-p", "a.zip")),
)


def spend(*command, cwd=None):
    """(wall seconds, CPU seconds, peak KiB) of a command whose output nobody reads."""
    begin = time.monotonic()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} failed with status {child.returncode}")
    return time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss


class Job:
    """MEANS: bench/run's own functions."""

    def __init__(self, means, khien, program, root, folder):
        self.m, self.khien, self.program, self.root, self.folder = (means, khien, program, root,
                                                                    folder)
        os.makedirs(folder, exist_ok=True)
        self.pack, self.key = os.path.join(folder, "pack"), os.path.join(folder, "key")

    def make_pack(self):
        """True when the rule sets are there."""
        rules = os.path.join(self.folder, "rules")
        if not unpack_rules(os.path.join(self.root, "../shared/data/yara-rules"), rules):
            return False
        os.rename(os.path.join(rules, "all.rules"), os.path.join(self.folder, "all.rules"))
        million_hashes(os.path.join(rules, "million.sha256"))
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([self.khien, "rules", "key", "-o", self.key], **quiet)
        subprocess.run([self.khien, "rules", "build", rules, "-o", self.pack, "--key", self.key],
                       **quiet)
        return True

    def parts(self, *arguments):
        """What bench/job_bench measured."""
        done = subprocess.run([self.program, self.pack, f"{self.key}.pub", *arguments],
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def scanning(self):
        return ("scan", "--rules", self.pack, "--public-key", f"{self.key}.pub", "--json",
                "--full-speed")

    def scan(self, *arguments):
        return spend(self.khien, *self.scanning(), *arguments)

    def fill_cache(self, state, top):
        """The scan that a user makes first. (files, those that the next scan passes by, those with
        a finding), as a scan without the cache's time tells them."""
        said = []
        for _ in range(2):
            done = subprocess.run([self.khien, *self.scanning(), "--state", state, top],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            said.append(json.loads(done.stdout))
        seen = said[1]["looked_at"]
        found = {finding["subject"] for finding in said[1]["findings"]}
        return seen["files"], seen["unchanged"], len(found)

    def measure_second(self):
        """What a user's second scan does: clean files are passed by; read again are those in which
        a rule holds, rightly or by a mistake on this machine, and those that could not be looked
        into whole. That first and one more scan fill the cache is not measured."""
        state = os.path.join(self.folder, "state")
        files, unchanged, found = self.fill_cache(state, "/usr")
        look = ("find", "/usr", "-type", "f", "-size", "+1000000G")
        spend(*look)
        ours, theirs = [], []
        for _ in range(5):
            ours.append(self.scan("--state", state, "/usr"))
            theirs.append(spend(*look))
        wall, cpu = (min(one[i] for one in ours) for i in (0, 1))
        find_wall, find_cpu = (min(one[i] for one in theirs) for i in (0, 1))
        memory = max(one[2] for one in ours) / 1024
        print(f"second scan: of {files} files {files - unchanged} are read again, {found} have "
              "findings")
        self.m.row(f"second scan of /usr, {files} files", wall, "s", "find -size", find_wall,
                   wall / find_wall, "<= 2 s", wall <= 2)
        self.m.row("the same", cpu, "s CPU", "find -size", find_cpu, cpu / find_cpu, "<= 1.5 x",
                   cpu <= 1.5 * find_cpu)
        self.m.row("the same: memory", memory, "MiB", bar="<= 64 MiB", ok=memory <= 64)

    def measure_first(self):
        listed, total = sample(self.folder, FIRST_BYTES)
        parts = self.parts("first", listed)
        engine, shallow, whole = parts["engine"], parts["shallow"], parts["whole"]
        both, mb = engine + parts["members"], (total + parts["member_bytes"]) / 1e6
        self.m.row("first scan of a sample of /usr, unopened", total / 1e6 / shallow, "MB/CPU-s",
                   "the engine alone", total / 1e6 / engine, shallow / engine, "<= 1.2 x",
                   shallow <= 1.2 * engine)
        self.m.row("first scan, archives opened", mb / whole, "MB/CPU-s", "the engine, opened",
                   mb / both, whole / both, "<= 1.2 x", whole <= 1.2 * both)
        compiled = os.path.join(self.folder, "compiled")
        subprocess.run(["yarac", "-w", os.path.join(self.folder, "all.rules"), compiled],
                       check=True, stderr=subprocess.DEVNULL)
        theirs = spend("yara", "-w", "-p", "1", "-C", "--scan-list", compiled, listed)[1]
        self.m.row("first scan, archives opened", whole, "s CPU", "yara, unopened", theirs,
                   theirs / whole, ">= 1 x", whole <= theirs)

    def make_plain(self):
        """The same bytes in one file and in many."""
        many, total = os.path.join(self.folder, "many"), 0
        os.makedirs(many)
        with open(os.path.join(self.folder, "sample"), encoding="utf-8",
                  errors="surrogateescape") as names, \
                open(os.path.join(self.folder, "plain"), "wb") as plain:
            for number, name in enumerate(names.read().split("\n")):
                if total >= ARCHIVE_BYTES:
                    break
                with open(name, "rb") as file:
                    data = file.read(ARCHIVE_BYTES - total)
                if data[:2] in (b"PK", b"\x1f\x8b"):
                    continue # what is archived in the archive is not the tool's work
                total += plain.write(data)
                with open(os.path.join(many, str(number)), "wb") as file:
                    file.write(data)

    def measure_archives(self):
        self.make_plain()
        for name, pack, path, unpack in ARCHIVES:
            if not shutil.which(pack[0]) or not shutil.which(unpack[0]):
                print(f"{name} is not measured: {pack[0]} or {unpack[0]} is not installed")
                continue
            whole = os.path.join(self.folder, path)
            with open(whole, "wb") as out:
                subprocess.run(pack, cwd=self.folder, stdout=out, check=True)
            spend(*unpack, cwd=self.folder)
            tool = min(spend(*unpack, cwd=self.folder)[1] for _ in range(3))
            parts = [self.parts("archive", whole) for _ in range(3)]
            own, engine, job = (min(one[of] for one in parts)
                                for of in ("unpack", "engine", "job"))
            mb = parts[0]["bytes"] / 1e6
            self.m.row(f"{name}: opening", mb / own, "MB/CPU-s", " ".join(unpack[:2]), mb / tool,
                       tool / own, ">= 0.8 x", tool >= 0.8 * own)
            self.m.row(f"{name}: opening and scanning", mb / job, "MB/CPU-s",
                       "the tool, then the engine", mb / (tool + engine), (tool + engine) / job,
                       ">= 0.8 x", tool + engine >= 0.8 * job)

    def measure_processes(self):
        parts = self.parts("process")
        speed = parts["bytes"] / 1e9 / parts["read"]
        self.m.row("memory of a process: reading", speed, "GB/CPU-s", bar=">= 1 GB/s",
                   ok=speed >= 1)
        self.m.row("memory of a process: reading and scanning",
                   parts["bytes"] / 1e6 / parts["scan"], "MB/CPU-s")

    def measure_start(self):
        """The whole life of a scan of one small file, which the time to that file is part of."""
        one = os.path.join(self.folder, "one")
        os.makedirs(one)
        with open(os.path.join(one, "file"), "w", encoding="ascii") as file:
            file.write("small\n")
        rounds = [self.scan("--no-cache", one) for _ in range(15)]
        wall, cpu = (min(one[i] for one in rounds) * 1000 for i in (0, 1))
        self.m.row("start to the end of a scan of one file", wall, "ms", bar="<= 100 ms",
                   ok=wall <= 100)
        self.m.row("the same", cpu, "ms CPU", bar="<= 100 ms", ok=cpu <= 100)

    def measure_sizes(self):
        for path, system in PROGRAMS:
            path = os.path.join(self.root, path)
            size = os.path.getsize(path) / (1 << 20) if os.path.exists(path) else None
            self.m.row(f"the scanner for {system}: size", size, "MiB" if size else "not built",
                       bar="<= 3 MiB", ok=None if size is None else size <= 3)

    def measure(self):
        if not self.make_pack():
            print("the rule sets are not there (../shared/data/yara-rules): scans of a computer "
                  "are not measured")
            return
        self.measure_second()
        self.measure_start()
        self.measure_processes()
        self.measure_first()
        self.measure_archives()
        self.measure_sizes()
