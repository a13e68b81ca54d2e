# SPDX-License-Identifier: Apache-2.0
"""Debian source packages, unpacked with Debian's patches.

Only the release this machine runs is asked, from the mirrors that this machine is
configured for. The machine's own configuration is read and never changed: lists,
caches and downloads stay in a folder of ours, so a second run needs no network.
"""
import glob
import os
import re
import shutil
import subprocess


class Unavailable(Exception):
    """A package cannot be had here; the text says why."""


def _codename():
    with open("/etc/os-release", encoding="utf-8") as f:
        found = re.search(r'^VERSION_CODENAME="?([a-z]+)', f.read(), re.M)
    if not found:
        raise Unavailable("/etc/os-release names no release")
    return found.group(1)


def _stanzas(codename):
    """Source stanzas of the release's main suites: pools of security updates sometimes
    lag behind their index, and other vendors' archives hold no Debian sources."""
    for path in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        with open(path, encoding="utf-8") as f:
            text = "".join(line for line in f if not line.startswith("#"))
        for stanza in re.split(r"\n\s*\n", text.strip()):
            suites = re.search(r"^Suites:(.*)$", stanza, re.M)
            if suites and codename in suites.group(1).split():
                yield re.sub(r"^Types:.*$", "Types: deb-src", stanza, flags=re.M)


def _lines(codename):
    """The same of one-line sources: deb [options] URI SUITE COMPONENT.."""
    paths = ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]
    for path in filter(os.path.exists, paths):
        with open(path, encoding="utf-8") as f:
            for line in f:
                found = re.match(r"deb\s+(\[.*?\]\s+)?\S+\s+(\S+)\s", line)
                if found and found.group(2) == codename:
                    yield "deb-src" + line[len("deb"):].rstrip("\n")


class Archive:
    """apt-get with lists and caches in `folder`."""

    def __init__(self, folder):
        for tool in ("apt-get", "dpkg-source"):
            if shutil.which(tool) is None:
                raise Unavailable(f"{tool} is missing; apt-get install dpkg-dev")
        self.folder = folder
        parts = os.path.join(folder, "parts")
        for name in ("parts", "lists/partial", "cache/archives/partial", "unpacked"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        codename = _codename()
        self._write("parts/source.sources", "\n\n".join(_stanzas(codename)))
        self._write("parts/source.list", "\n".join(_lines(codename)))
        self._write("empty", "")
        self.options = [
            "-o", f"Dir::Etc::sourcelist={folder}/empty", "-o", f"Dir::Etc::sourceparts={parts}",
            "-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache",
            "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=" + os.environ.get("USER", "root")]

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text + "\n")

    def _apt(self, *args, cwd=None):
        done = subprocess.run(["apt-get", *self.options, "-qq", *args], cwd=cwd, text=True,
                              capture_output=True, timeout=600, check=False)
        if done.returncode != 0:
            said = re.search(r"E: .*", done.stderr)
            raise Unavailable(said.group(0) if said else f"apt-get ended with {done.returncode}")

    def unpack(self, package):
        """The folder of the unpacked package; fetched at the first ask."""
        home = os.path.join(self.folder, "unpacked", package)
        if not os.path.exists(home + ".done"):
            if not glob.glob(os.path.join(self.folder, "lists", "*Sources*")):
                self._apt("update")
            shutil.rmtree(home, ignore_errors=True)
            os.makedirs(home)
            self._apt("source", package, cwd=home)
            self._write(f"unpacked/{package}.done", package)
        trees = [p for p in glob.glob(os.path.join(home, "*")) if os.path.isdir(p)]
        if len(trees) != 1:
            raise Unavailable(f"{package} unpacked into {len(trees)} folders")
        return trees[0]
