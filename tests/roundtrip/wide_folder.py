#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One folder of very many entries goes through a backup, an unchanged one, ls and restore,
all in bounded memory: the peak of what a process has for itself (RssAnon).

usage: wide_folder.py LIFEBOAT [ENTRIES [MIB]]     (100,000 and 300 unless given)"""
import os
import subprocess
import sys
import tempfile
import time


def fill(folder, entries):
    os.mkdir(folder)
    fd = os.open(folder, os.O_RDONLY)
    for number in range(entries):
        file = os.open(f"entry-{number:07}", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=fd)
        if number % 10 == 0:
            os.write(file, b"%d" % number)
        os.close(file)
    os.close(fd)


def same(folder, other, entries):
    fds = [os.open(f, os.O_RDONLY) for f in (folder, other)]
    for number in range(entries):
        found = [os.stat(f"entry-{number:07}", dir_fd=fd) for fd in fds]
        if len({(st.st_size, st.st_mtime_ns, st.st_mode) for st in found}) != 1:
            sys.exit(f"entry {number} differs")
    if len(os.listdir(other)) != entries:
        sys.exit(f"not {entries} entries in {other}")


def peak(place, *args):
    """The most memory that the command had, in MiB."""
    env = {"PATH": os.environ["PATH"], "HOME": place, "LIFEBOAT_PASSWORD": "secret",
           "LIFEBOAT_REPOSITORY": f"{place}/repo", "LIFEBOAT_CACHE_DIR": f"{place}/cache"}
    started, most = time.monotonic(), 0
    with open(f"{place}/out", "wb") as out:
        child = subprocess.Popen(args, cwd=place, env=env, stdout=out)
        while child.poll() is None:
            with open(f"/proc/{child.pid}/status", encoding="ascii", errors="replace") as status:
                sizes = [line.split()[1] for line in status if line.startswith("RssAnon:")]
            most = max([most, *map(int, sizes)])
            time.sleep(0.01)
    if child.returncode:
        sys.exit(f"{args[1]}: exit {child.returncode}")
    print(f"{args[1]}: {most / 1024:.0f} MiB, {time.monotonic() - started:.1f} s", flush=True)
    return most / 1024


def main():
    lifeboat = os.path.abspath(sys.argv[1])
    entries, limit = (int(n) for n in (sys.argv[2:] + ["100000", "300"][len(sys.argv) - 2:]))
    with tempfile.TemporaryDirectory(prefix="wide-") as place:
        fill(f"{place}/wide", entries)
        most = max(peak(place, lifeboat, *args) for args in (
            ("init",), ("backup", "wide"), ("backup", "wide"), ("ls", "-R", "latest"),
            ("restore", "latest", "-t", "restored")))
        same(f"{place}/wide", f"{place}/restored/wide", entries)
    if most > limit:
        sys.exit(f"{most:.0f} MiB are more than {limit}")


if __name__ == "__main__":
    main()
