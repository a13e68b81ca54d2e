# SPDX-License-Identifier: Apache-2.0
"""Projects, their shards on machines of their own, and merges, for tests of shards."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = None

TIMES = re.compile(r"\b[0-9.]+ ?(ms|s|min)\b")
# Variables by which a CI system says which shard this is.
CI = re.compile(r"CI_NODE|BUILDKITE_|CIRCLE_|SLURM_|TEST_|GTEST_|JOB_|SEAWORTHY_")


def plain(value):
    """Without what differs between any two runs: times, ids of runs, hashes of outputs."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()
                if k not in ("run", "started", "assessed", "deadline", "duration_s", "seconds", "path",
                             "evidence", "slowest", "against")}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return TIMES.sub("TIME", value) if isinstance(value, str) else value


def scratch():
    """In memory where that can be: nothing here outlives the test, and most of its time would
    be waiting for the disk."""
    return tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


class Place(unittest.TestCase):
    def setUp(self):
        self.top = scratch()
        self.addCleanup(shutil.rmtree, self.top)
        self.origin = None
        self.environ = {k: v for k, v in os.environ.items() if not CI.match(k)}

    @staticmethod
    def git(root, *args):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *args],
                       cwd=root, check=True)

    def project(self, name, policy, files):
        root = os.path.join(self.top, name)
        os.mkdir(root)
        for path, text in {"seaworthy.yml": policy, **files}.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        self.git(root, "init", "-q", ".")
        self.git(root, "add", "-A")
        self.git(root, "commit", "-q", "-m", "x")
        return root

    def clone(self, name, origin=None):
        """A checkout on another machine."""
        root = os.path.join(self.top, name)
        subprocess.run(["git", "clone", "-q", origin or self.origin, root], check=True)
        return root

    def run_in(self, root, *args, code=None, env=None):
        done = subprocess.run([PROGRAM, *args], cwd=root, capture_output=True, text=True,
                              timeout=120, env={**self.environ, **(env or {})})
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def shard(self, i, n, *args, origin=None, code=None, env=None):
        """Runs shard i of n on a machine of its own; its folder, moved to another place."""
        place = os.path.join(self.top, f"machine{len(os.listdir(self.top))}")
        root = self.clone(os.path.basename(place), origin)
        done = self.run_in(root, "run", "--quiet", "--format", "json", "--shard",
                           f"{i}/{n}", *args, code=code, env=env)
        self.assertTrue(done.stdout.startswith("{"), done.stderr)
        answer = json.loads(done.stdout)
        moved = os.path.join(self.top, f"artefact-{os.path.basename(place)}")
        shutil.move(answer["run"], moved)
        shutil.rmtree(root)
        answer["folder"] = moved
        answer["code"] = done.returncode
        return answer

    def shards(self, n, *args, origin=None):
        return [self.shard(i, n, *args, origin=origin) for i in range(1, n + 1)]

    def merge_in(self, root, folders, *args, code=None):
        """How it ended, and the scorecard or None."""
        done = self.run_in(root, "merge", "--quiet", "--format", "json", *args,
                           *[f["folder"] if isinstance(f, dict) else f for f in folders],
                           code=code)
        return done, json.loads(done.stdout) if done.stdout.startswith("{") else None

    def merge(self, folders, *args, code=None):
        """On a machine that has no checkout."""
        root = os.path.join(self.top, f"merge{len(os.listdir(self.top))}")
        os.mkdir(root)
        return self.merge_in(root, folders, *args, code=code)
