# SPDX-License-Identifier: Apache-2.0
"""What all runners of tests/golden/results/make share: a copy of the project to run in,
outputs without paths and times, and the table expected.tsv."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded"
COLUMNS = ["file", "format", "exit", "passed", "failed", "skipped", "flaky", "todo",
           "state", "runner", "summary"]

# Machine paths and times, in the order of their use.
STRIP = [
    (r"/usr/(?:local/)?(?:share|lib)/[\w./@+-]*?/(?=[\w.@+-]+[:\"')\s])", "/usr/lib/"),
    (r"/[\w./@+-]*/\.(?:rustup|cargo)/[\w./@+-]*", "/usr/lib/rust"),
    (r"/rustc/[0-9a-f]{40}", "/rustc"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?", "2026-01-01T00:00:00"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "2026-01-01 00:00:00"),
    (r"\b\w{3} \w{3} +\d+ \d\d:\d\d:\d\d (?:\w+ )?\d{4}", "Thu Jan  1 00:00:00 2026"),
    (r"\b\w{3} \d\d \d\d:\d\d \w+\b", "Jan 01 00:00 UTC"),
    (r"\b20\d{6}-\d{4}\b", "20260101-0000"),
    (r"(?s)<Site [^>]*>", '<Site Name="host">'),
    (r"(Site: )\S+", r"\g<1>host"),
    (r'((?:Start|End)(?:Date)?Time>)\d+', r"\g<1>1767225600"),
    (r'("(?:start|end|startTime|endTime|start_time|stop)": ?)1[67]\d{8,}(?:\.\d+)?',
     r"\g<1>1767225600000"),
    (r'("(?:random_seed|seed|pid|workerIndex)": ?)\d+', r"\g<1>1"),
    (r'((?:random_seed|random-seed|seed)=")\d+', r"\g<1>1"),
    (r'(\btime=")[\d.,e-]+"', r'\g<1>0.010"'),
    (r'(\b(?:Time|time|tests? took|Elapsed|duration)[:=]? ?)\d[\d:.]* ?(ms|s\b|seconds?|sec\b)?',
     r"\g<1>0.010\g<2>"),
    (r'("(?:duration|Elapsed|run_time|exec_time|runtime|start_offset|elapsed)": ?)[\d.e-]+',
     r"\g<1>0.010"),
    (r"(duration_ms:? )[\d.]+", r"\g<1>1.5"),
    (r"\((\d+(?:\.\d+)?) ?(ms|s)\)", r"(1\g<2>)"),
    (r"\b(in|took|after) \d+(?:\.\d+)? ?(s|ms|seconds?|sec)\b", r"\g<1> 0.01\g<2>"),
    (r"\d+\.\d+ sec\b", "0.01 sec"),
    (r"\(\d+\.\d+s\)", "(0.00s)"),
    (r"\t\d+\.\d+s", "\t0.010s"),
    (r"\d+\.\d+s\b", "0.01s"),
    (r"0x[0-9a-f]{6,}", "0x0"),
    (r'(hostname=")[^"]*"', r'\g<1>host"'),
    (r"Memory: [\d.]+ MB", "Memory: 20.00 MB"),
    (r"(?:pid|PID|process) \d{3,}", "process 1"),
    (r"-[0-9a-f]{16}\b", "-0"),
    (r"goroutine \d+", "goroutine 1"),
]


class Missing(Exception):
    """A runner that is not here; says what to install."""


class Recorder:
    def __init__(self, runners):
        self.runners = Path(runners).resolve() if runners else None
        self.rows = []
        self.done = set()

    def tool(self, name, install):
        places = [str(self.runners / "node_modules/.bin")] if self.runners else []
        found = shutil.which(name, path=os.pathsep.join(places + [os.environ["PATH"]]))
        if not found:
            raise Missing(f"{name}: {install}")
        return found

    def clean(self, text, work):
        for path, name in [(str(work), "/project"), (str(self.runners), "/runners")]:
            text = text.replace("file://" + path, "file://" + name).replace(path, name)
        for pattern, new in STRIP:
            text = re.sub(pattern, new, text)
        return text

    def keep(self, work, name, fmt, text, run, expected, runner, summary):
        """One golden input and its line of the table. `expected` has passed, failed,
        skipped, flaky, todo (0 where absent) and state."""
        RECORDED.mkdir(exist_ok=True)
        (RECORDED / name).write_text(self.clean(text, work), encoding="utf-8")
        row = {"file": name, "format": fmt, "exit": str(run.returncode),
               "runner": runner, "summary": self.clean(summary, work)}
        for key in ["passed", "failed", "skipped", "flaky", "todo"]:
            row[key] = str(expected.get(key, 0))
        row["state"] = expected["state"]
        self.rows.append(row)
        self.done.add(name)

    def store(self):
        """Lines of runners that did not run this time stay."""
        table = HERE / "expected.tsv"
        rows = {}
        if table.exists():
            for line in table.read_text(encoding="utf-8").splitlines()[1:]:
                row = dict(zip(COLUMNS, line.split("\t")))
                rows[row["file"]] = row
        for row in self.rows:
            rows[row["file"]] = row
        lines = ["\t".join(COLUMNS)]
        lines += ["\t".join(rows[name][key] for key in COLUMNS) for name in sorted(rows)]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Project:
    """A copy of a tiny project in a folder of its own, removed afterwards."""

    def __init__(self, name):
        self.source = HERE / "projects" / name

    def __enter__(self):
        self.top = tempfile.mkdtemp(prefix="results-")
        self.dir = Path(self.top) / self.source.name
        shutil.copytree(self.source, self.dir)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def run(self, *command, env=None, timeout=300, merge=True, where="."):
        full = dict(os.environ, LC_ALL="C.UTF-8", CI="true", **(env or {}))
        for name in ["FORCE_COLOR", "GITHUB_ACTIONS", "NODE_OPTIONS"]:
            full.pop(name, None)
        run = subprocess.run([str(c) for c in command], cwd=self.dir / where, env=full,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT if merge else subprocess.PIPE,
                             timeout=timeout, encoding="utf-8", errors="replace",
                             check=False)
        return run

    def read(self, path):
        file = self.dir / path
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else None


def number(text, pattern):
    """The first number that the pattern finds, or 0."""
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def last_line(text, pattern):
    """The last line that matches: the runner's own summary."""
    found = [line for line in text.splitlines() if re.search(pattern, line)]
    return found[-1].strip() if found else "(no summary)"


def state_of(counts, run):
    """What a suite with these counts has to be: the rule, not the program's code."""
    if counts.get("failed", 0) > 0:
        return "fail"
    if counts.get("passed", 0) + counts.get("flaky", 0) == 0:
        return "unknown"
    return "pass" if run.returncode == 0 else "fail"
