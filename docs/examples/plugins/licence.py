#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A plug-in of seaworthy: which source files do not name their licence?

Settings: `globs` of the files (default: *.py and *.sh), `line` that each must have among
its first five (default: SPDX-License-Identifier). Measures the share of files that have it.
"""
import fnmatch
import json
import os
import sys


def say(kind, **members):
    print(json.dumps({"type": kind, **members}), flush=True)


def files_below(root, globs):
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for name in sorted(files):
            if any(fnmatch.fnmatch(name, g) for g in globs):
                yield os.path.relpath(os.path.join(folder, name), root)


def has_line(path, wanted):
    with open(path, encoding="utf-8", errors="replace") as f:
        return any(wanted in line for _, line in zip(range(5), f))


def main():
    hello, check = (json.loads(line) for line in sys.stdin)
    if 1 not in hello["protocols"]:
        sys.exit("this plug-in speaks protocol 1")
    say("hello", protocol=1, name="licence", version="1.0")

    settings = check["settings"]
    wanted = settings.get("line", "SPDX-License-Identifier")
    paths = list(files_below(check["root"], settings.get("globs", ["*.py", "*.sh"])))
    say("progress", text=f"looking at {len(paths)} files")
    bad = [p for p in paths if not has_line(os.path.join(check["root"], p), wanted)]
    for path in bad:
        say("finding", rule="licence.absent", path=path, line=1, severity="warning",
            message=f"the first lines do not have {wanted}")
    with open(os.path.join(check["scratch"], "files.txt"), "w", encoding="utf-8") as f:
        f.writelines(path + "\n" for path in paths)
    say("artefact", path="files.txt")

    if not paths:
        say("result", state="unknown", message="there is no file to look at",
            remedy="name the files in `with: {globs: [..]}`")
        return
    good = 100 * (len(paths) - len(bad)) / len(paths)
    say("result", state="fail" if bad else "pass", measured=round(good, 2), unit="percent",
        message=f"{len(paths) - len(bad)} of {len(paths)} files name their licence",
        remedy=f"add {wanted} to {bad[0]}" if bad else None)


if __name__ == "__main__":
    main()
