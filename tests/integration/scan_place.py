# SPDX-License-Identifier: Apache-2.0
"""What the tests that drive scans share. The program is the script's first argument."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv.pop(1))
RULES = "marker.*,secret.github-pat,hardcoded.url,suppression.*"
TOKEN = "ghp_" + "0123456789abcdefghij" + "ABCDEFGHIJ012345"


class Repository:
    def __enter__(self):
        self.top = os.path.realpath(tempfile.mkdtemp(prefix="scan-contents-"))
        self.root = os.path.join(self.top, "r")
        self.cache = os.path.join(self.top, "cache", "seaworthy")
        os.mkdir(self.root)
        self.env = dict(os.environ, HOME=self.top, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C",
                        GIT_CONFIG_GLOBAL=os.devnull, GIT_CEILING_DIRECTORIES=self.top,
                        XDG_CACHE_HOME=os.path.join(self.top, "cache"),
                        SEAWORTHY_ENGINE="pcre2")
        for who in ("AUTHOR", "COMMITTER"):
            self.env[f"GIT_{who}_NAME"] = "t"
            self.env[f"GIT_{who}_EMAIL"] = "t@t.invalid"
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def git(self, *args, cwd=None, given=b""):
        return subprocess.run(["git", *args], cwd=cwd or self.root, env=self.env, check=True,
                              input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()

    def init(self):
        self.git("init", "-q", "-b", "main")

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")
        return self.git("rev-parse", "HEAD").strip()

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    def read(self, name):
        with open(os.path.join(self.root, name), encoding="utf-8") as f:
            return f.read()

    def scan(self, *args, code=0, cwd=None, rule=RULES):
        done = subprocess.run([PROGRAM, "scan", "--format", "jsonl", "--fail-on", "none",
                               "--rule", rule, "--jobs", "2", *args],
                              cwd=cwd or self.root, env=self.env, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != code:
            raise AssertionError(f"{args}: exit {done.returncode}: {done.stderr.decode()}")
        return done

    def found(self, *args, **kw):
        """path:line:rule of each finding"""
        return [f"{f['path']}:{f['line']}:{f['rule'].split('.')[1]}" for f in
                map(json.loads, self.scan(*args, **kw).stdout.splitlines())]

    def run(self, *args, code=0, cwd=None, env=None):
        done = subprocess.run([PROGRAM, *args], cwd=cwd or self.root, env={**self.env, **(env or {})},
                              check=False, capture_output=True, text=True)
        if code is not None and done.returncode != code:
            raise AssertionError(f"{args}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done
