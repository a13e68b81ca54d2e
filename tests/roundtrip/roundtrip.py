#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Generated trees go through a backup and come back the same: by the independent reader and
by lifeboat's own restore, as root and as an ordinary user, before and after random changes.

usage: roundtrip.py [--seeds FIRST[-LAST]] [--keep] LIFEBOAT
       roundtrip.py --change SEED TREE"""
import argparse
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = ("support/treegen", "support/treecmp", "reader/reader.py", "reader/repository.py",
         "roundtrip/roundtrip.py")
NOBODY = 65534


class Failed(Exception):
    pass


class Round:
    """One tree of one user, its repository and all tools, in a folder that the user owns."""

    def __init__(self, seed, user, lifeboat, above):
        self.seed, self.user, self.compared = seed, user, 0
        self.top = tempfile.mkdtemp(prefix="roundtrip-", dir=above)
        for tool in [lifeboat] + [os.path.join(HERE, "..", t) for t in TOOLS]:
            shutil.copy(tool, self.top)
        os.chmod(self.top, 0o755)
        if user != os.geteuid():
            os.chown(self.top, user, user)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.top, "LIFEBOAT_PASSWORD": "secret",
                    "LIFEBOAT_REPOSITORY": "repo", "LIFEBOAT_CACHE_DIR": f"{self.top}/cache"}
        self.env.update({n: v for n, v in os.environ.items() if n.split("_")[0].endswith("SAN")})

    def run(self, tool, *args):
        as_user = {} if self.user == os.geteuid() else {
            "user": self.user, "group": self.user, "extra_groups": []}
        answer = subprocess.run([os.path.join(self.top, tool), *args], cwd=self.top, env=self.env,
                                capture_output=True, timeout=300, **as_user)
        if answer.returncode:
            text = (answer.stdout + answer.stderr).decode(errors="replace")
            raise Failed(f"{tool} {' '.join(args)}: exit {answer.returncode}\n{text[-4000:]}")
        return answer.stdout.decode()

    def compare(self, out):
        told = self.run("treecmp", "tree", out).splitlines()[-1]
        self.compared += int(told.split()[1])
        self.run("treegen", "--remove", out)

    def backup(self, number):
        """A snapshot of the tree, restored both ways; gives what the reader lists."""
        made = json.loads(self.run("lifeboat", "backup", "--json", "tree").splitlines()[-1])
        self.run("reader.py", "repo", "restore", made["snapshot"], f"read-{number}")
        self.compare(f"read-{number}/tree")
        self.run("lifeboat", "restore", f"{made['snapshot']}:tree", "-t", f"restored-{number}")
        self.compare(f"restored-{number}")
        return made["snapshot"], self.run("reader.py", "repo", "ls", made["snapshot"])

    def go(self):
        self.run("treegen", "--seed", str(self.seed), *(["--user"] if self.user else []), "tree")
        self.run("lifeboat", "init")
        first, listed = self.backup(1)
        changes = int(self.run("roundtrip.py", "--change", str(self.seed), "tree"))
        second, _ = self.backup(2)
        if self.run("reader.py", "repo", "ls", first) != listed:
            raise Failed("the second backup changed the first")
        if len(self.run("reader.py", "repo", "snapshots").splitlines()) != 2 or first == second:
            raise Failed("there should be two snapshots")
        print(f"seed {self.seed}, user {self.user}: {self.compared} entries compared,"
              f" {changes} changes, no difference", flush=True)

    def remove(self):
        self.run("treegen", "--remove", "tree")
        shutil.rmtree(self.top)


def change(tree, draw):
    """Random changes of what may be changed; gives their number."""
    folders, files = [], []
    for folder, below, names in os.walk(tree):
        below.sort()
        if len(folder) < 2000:
            folders.append(folder)
            files += [os.path.join(folder, name) for name in sorted(names)]
    done = 0
    for number in range(200):
        try:
            draw.choice(CHANGES)(draw, number, draw.choice(files), draw.choice(folders))
            done += 1
        except OSError:
            pass  # gone by now, or immutable
    return done


def add(draw, number, _, folder):
    with open(os.path.join(folder, f"added-{number}"), "xb") as file:
        file.write(draw.randbytes(draw.choice((0, 10, 5000, 300000))))


def add_folder(draw, number, file, folder):
    os.mkdir(os.path.join(folder, f"folder-{number}"))
    add(draw, number, file, os.path.join(folder, f"folder-{number}"))


def remove(_draw, _number, file, _folder):
    os.unlink(file)


def rename(_draw, number, file, folder):
    os.rename(file, os.path.join(folder, f"renamed-{number}"))


def rename_folder(draw, number, _, folder):
    if folder.count(os.sep) > 1:
        os.rename(folder, os.path.join(os.path.dirname(folder), f"moved-{draw.random()}-{number}"))


def touch(draw, _number, file, _folder):
    os.utime(file, ns=(0, draw.randrange(1 << 62)), follow_symlinks=False)


def replace_type(_draw, _number, file, _folder):
    os.unlink(file)
    os.symlink("elsewhere", file)


def link(_draw, number, file, folder):
    os.link(file, os.path.join(folder, f"linked-{number}"), follow_symlinks=False)


def rewrite(draw, _number, file, _folder):
    """Other bytes, the same size; one time out of two also the same time."""
    before = os.lstat(file)
    if stat.S_ISREG(before.st_mode) and before.st_size < 1 << 24:
        with open(file, "r+b") as out:
            out.write(draw.randbytes(before.st_size))
        if draw.random() < 0.5:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = (add, add_folder, remove, rename, rename_folder, touch, replace_type, link, rewrite,
           rewrite)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--keep", action="store_true", help="keep the folder of a failure")
    parser.add_argument("--change", type=int)
    parser.add_argument("lifeboat")
    options = parser.parse_args()
    if options.change is not None:
        print(change(options.lifeboat, random.Random(options.change)))
        return 0
    first, _, last = options.seeds.partition("-")
    users = (0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),)
    failures = 0
    sys.path.insert(0, os.path.join(HERE, "..", "integration"))
    sys.dont_write_bytecode = True
    from reachable import open_folder  # not there where --change runs
    above = open_folder()
    for seed in range(int(first), int(last or first) + 1):
        for user in users:
            tried = Round(seed, user, options.lifeboat, above)
            try:
                tried.go()
            except Failed as err:
                failures += 1
                print(f"seed {seed}, user {user} in {tried.top}: {err}", flush=True)
                if options.keep:
                    continue
            tried.remove()
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
