# SPDX-License-Identifier: Apache-2.0
"""What the tests that drive lifeboat share. The program is the script's first argument."""
import json
import os
import subprocess
import sys
import tempfile

from reachable import reachable

PROGRAM = reachable(sys.argv.pop(1))


class Place(tempfile.TemporaryDirectory):
    """A repository, its cache and a source folder in a folder of its own. A key file opens
    it: a password takes a tenth of a second each time, and there are thousands."""

    PASSWORD = None

    def __enter__(self):
        self.root = super().__enter__()
        self.repo = os.path.join(self.root, "repo")
        self.source = os.path.join(self.root, "source")
        os.mkdir(self.source)
        key = os.path.join(self.root, "key-file")
        with open(key, "wb") as f:
            f.write(b"k" * 32)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.root, "LIFEBOAT_KEY_FILE": key,
                    "LIFEBOAT_REPOSITORY": self.repo,
                    "LIFEBOAT_CACHE_DIR": os.path.join(self.root, "cache")}
        if self.PASSWORD:
            del self.env["LIFEBOAT_KEY_FILE"]
            self.env["LIFEBOAT_PASSWORD"] = self.PASSWORD
        for name, value in os.environ.items():
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "TSAN_")):
                self.env[name] = value
        return self

    def write(self, name, data=b"text\n"):
        path = os.path.join(os.fsencode(self.source), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def run(self, *args, code=0, cwd=None, **env):
        r = subprocess.run([PROGRAM, *args], env={**self.env, **env}, cwd=cwd or self.root,
                           capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        if r.returncode != code:
            raise AssertionError(f"{args}: exit {r.returncode}, wanted {code}\n"
                                 f"{r.stdout.decode()}{r.stderr.decode()}")
        return r

    def json(self, *args, code=0, **kw):
        out = self.run(*args, "--json", code=code, **kw).stdout.decode()
        return json.loads(out.strip().splitlines()[-1])

    def init(self):
        self.run("init", "-q")
        return self


class Locked(Place):
    """The same with a password."""

    PASSWORD = "secret"
