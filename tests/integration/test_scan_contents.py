#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scan looks at: cached results, --staged, --diff, --history. usage: test_scan_contents.py PROGRAM"""
import glob
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import time
import unittest

from scan_place import PROGRAM, RULES, TOKEN, Repository

ALL = RULES + ",import.*,docs.*,duplicate.*,placeholder.*"  # trees are judged from what is kept


COUNT_AT, BODY_AT, PART = 92, 40, 512 << 10  # scanners/scan_cache.c, scan_cache_load.h


def forge(path, data):
    """Writes results that say of themselves that they are whole."""
    body = data[BODY_AT:]
    parts = [hashlib.sha256(body[i:i + PART]).digest() for i in range(0, len(body), PART)]
    with open(path, "wb") as f:
        f.write(data[:8] + hashlib.sha256(b"".join(parts)).digest() + body)


class Kept(Repository):
    def results(self):
        return sorted(glob.glob(os.path.join(self.cache, "results-*")))

    def settle(self):
        """Scans until the results of all files are kept: fresh ones are not trusted."""
        for _ in range(200):
            self.scan()
            for path in self.results():
                with open(path, "rb") as f:
                    data = f.read()
                if b"TODO: one" in data and struct.unpack_from("<I", data, COUNT_AT)[0] >= 2:
                    return path, data
        raise AssertionError("nothing is ever kept")


class Cached(unittest.TestCase):
    def test_what_is_known_is_not_read_again(self):
        with Kept() as r:
            r.write("a.c", "int a; // TODO: one\n")
            r.write("key.py", f'token = "{TOKEN}"\n')
            path, data = r.settle()
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            self.assertNotIn(TOKEN.encode(), data)
            self.assertNotIn(TOKEN[:12].encode(), data)
            # A result that nobody found: so it came from there.
            forge(path, data.replace(b"TODO: one", b"TODO: two"))
            self.assertIn(b"TODO: two", r.scan().stdout)
            self.assertIn(b"TODO: one", r.scan("--no-cache").stdout)
            self.assertIn(b"TODO: one", r.scan("--explain-drops").stdout)
            good = r.scan("--no-cache").stdout
            for bad in (b"", data[:50], data[:-1], b"x" * 500, data.replace(b"\0", b"\1")):
                with open(path, "wb") as f:
                    f.write(bad)
                self.assertEqual(r.scan().stdout, good)

    def test_a_judgement_of_the_tree_is_kept_while_the_disk_says_the_same(self):
        with Kept() as r:
            r.init()
            r.write(".gitignore", "made/\n")
            r.write("a.ts", "import './none'\n")
            r.write("b.md", "[x](made/it.md)\n")
            for folder in ("lib/one", "lib/two"):
                r.write(folder + "/x.c", "int x; // TODO: x\n" * 200)
                r.write(folder + "/y.c", "int y; // seaworthy:allow docs.dead-link no\n" * 200)
            def scan(*args):
                return r.scan(*args, rule=ALL).stdout
            good = scan("--no-cache")
            self.assertIn(b"not there: ./none", good)
            self.assertIn(b"leads nowhere: made/it.md", good)
            self.assertIn(b"lib/two is a copy of lib/one", good)
            for _ in range(200):
                self.assertEqual(scan(), good)
                data = b""
                for path in r.results():
                    with open(path, "rb") as f:
                        data = f.read()
                if b"not there: ./none" in data:
                    break
            # What nobody found comes from there, and so do the copies.
            forge(path, data.replace(b"leads nowhere: made/it.md", b"leads nowhere: MADE/it.md"))
            self.assertEqual(scan(), good.replace(b"nowhere: made", b"nowhere: MADE"))
            # Neither of these is a file of the tree.
            r.write("made/it.md", "x\n")
            self.assertEqual(scan(), scan("--no-cache"))
            self.assertNotIn(b"leads nowhere", scan())
            r.write(".git/info/exclude", "none.ts\n")
            self.assertEqual(scan(), scan("--no-cache"))
            self.assertNotIn(b"not there", scan())
            # And this one is.
            r.write("lib/two/x.c", "int x; // TODO: z\n" * 200)
            self.assertEqual(scan(), scan("--no-cache"))
            self.assertNotIn(b"lib/two is", scan())

    def test_a_blob_is_known_whatever_its_file_has_been_through(self):
        with Kept() as r:
            r.init()
            r.write("a.c", "int a; // TODO: one\n")
            r.write("b.c", "int b;\n")
            r.commit()
            path, data = r.settle()
            forge(path, data.replace(b"TODO: one", b"TODO: two"))
            os.utime(os.path.join(r.root, "a.c"), (10 ** 9, 10 ** 9))
            self.assertIn(b"TODO: one", r.scan("--no-cache").stdout)
            r.git("update-index", "--refresh")
            self.assertIn(b"TODO: two", r.scan().stdout, "git says it is the same blob")

    def test_a_blob_that_filters_make_of_other_bytes_is_not_known(self):
        with Kept() as r:
            r.init()
            r.git("config", "filter.mask.clean", "sed 's/TODO: .*/TODO:/'")
            r.write(".gitattributes", "*.c filter=mask\n")
            r.write("a.c", "int a; // TODO: one\n")
            r.write("b.txt", "b\n")
            r.commit()
            r.settle()
            blob = r.git("rev-parse", ":a.c")
            r.write("a.c", "int a; // TODO: two\n")
            # An index that is no newer than the file does not speak for it.
            time.sleep(0.05)
            r.write("b.txt", "c\n")
            r.git("add", "-A")
            self.assertEqual(r.git("rev-parse", ":a.c"), blob)
            self.assertIn(b"TODO: two", r.scan("--no-cache").stdout)
            self.assertIn(b"TODO: two", r.scan().stdout)

    def test_results_are_equal_after_any_change(self):
        with Kept() as r:
            dice = random.Random(7)
            r.init()
            names = [f"{d}{n}" for d in ("", "src/", "test/") for n in ("a.c", "b.py", "c.md")]
            texts = ["int a; // TODO: one\n", "# FIXME x seaworthy:allow marker.fixme known\n",
                     f"t = '{TOKEN}'\n", "", "\0binary", "// XXX: a\n// XXX: a\n",
                     "u = 'http://example.net/x'\n",
                     "#include \"none.h\"\n", "import src.none\nfrom . import b\n", "\ufeffTODO".encode("utf-16"),
                     "[x](none.md)\n"]
            for name in names:
                r.write(name, dice.choice(texts))
            r.commit()
            for turn in range(8):
                name, other = dice.sample(names, 2)
                path = os.path.join(r.root, name)
                if turn % 4 == 0 and os.path.exists(path):
                    os.rename(path, os.path.join(r.root, other))
                elif turn % 4 == 1:
                    r.write(name, dice.choice(texts))
                    r.git("add", "-A")
                elif turn % 4 == 2:
                    r.git("checkout", "-q", "-f", "HEAD")
                else:
                    r.write(name, dice.choice(texts))
                one = r.scan("--summary", rule=ALL)
                two = r.scan("--summary", "--no-cache", rule=ALL)
                self.assertEqual(one.stdout, two.stdout, turn)
                sums = [json.loads(s.stderr.splitlines()[-1]) for s in (one, two)]
                for s in sums:
                    del s["seconds"]
                self.assertEqual(*sums)


class Staged(unittest.TestCase):
    def test_the_index_is_scanned_and_not_the_working_tree(self):
        with Repository() as r:
            r.init()
            r.write("old.c", "// TODO: old\n")
            r.write("gone.c", "// TODO: gone\n")
            r.write("sub/s.c", "int s;\n")
            self.assertEqual(r.found("--staged"), [])
            r.git("add", "old.c")
            self.assertEqual(r.found("--staged"), ["old.c:1:todo"], "before any commit")
            r.commit()
            self.assertEqual(r.found("--staged"), [])
            r.write("old.c", "int a;\n// FIXME: staged\n")
            r.write("sub/s.c", f"char s[] = \"{TOKEN}\";\n")
            os.symlink("old.c", os.path.join(r.root, "link.c"))
            r.git("add", "-A")
            r.git("rm", "-q", "--cached", "gone.c")
            r.write("old.c", "int a; // XXX: not staged\n")
            r.write("new.c", "// HACK: untracked\n")
            self.assertEqual(r.found("--staged"), ["old.c:2:fixme", "sub/s.c:1:github-pat"])
            self.assertEqual(r.found("--staged", cwd=os.path.join(r.root, "sub")),
                             ["old.c:2:fixme", "sub/s.c:1:github-pat"], "of the project")
            self.assertEqual(r.found("--staged", "sub"), ["s.c:1:github-pat"])
            self.assertNotIn(TOKEN.encode(), r.scan("--staged").stdout)
            # In the hook of `git commit FILE` git names an index of its own.
            hook = os.path.join(r.root, ".git/hooks/pre-commit")
            with open(hook, "w", encoding="ascii") as f:
                f.write(f"#!/bin/sh\n{PROGRAM} scan --staged --rule 'marker.*' --fail-on note "
                        "--format jsonl > ../hook\ntrue\n")
            os.chmod(hook, 0o755)
            r.git("commit", "-q", "-m", "x", "old.c")
            with open(os.path.join(r.top, "hook"), "rb") as f:
                self.assertEqual([json.loads(line)["rule"] for line in f], ["marker.xxx"])

    def test_the_projects_settings_are_those_of_the_index(self):
        rule = "{id: own.%s, title: T, why: W., remedy: R., pattern: 'own_[0-9]{4}'}"
        policy = "version: 1\nextends: [default, ./more.yml]\nrules:\n  - " + rule
        with Repository() as r:
            r.init()
            r.write("a.c", "int a;\n")
            r.commit()

            def staged(*args, code=0):
                done = r.run("scan", "--staged", "-f", "jsonl", "--fail-on", "none", *args, code=code)
                return [(f["rule"], f["details"].get("owner"), f["details"].get("state")) for f in
                        map(json.loads, done.stdout.splitlines())], done.stderr

            r.write("a.c", "int own_1234; // TODO: x\n")
            r.git("add", "a.c")
            r.write("seaworthy.yml", policy % "untracked")
            r.write("more.yml", "version: 1\n")
            found, told = staged()
            self.assertEqual(found, [("marker.todo", None, None)], "what is not tracked does not count")
            self.assertIn("seaworthy.yml is not in git's index", told)
            r.write("seaworthy.yml", policy % "token")
            r.write(".github/CODEOWNERS", "* @staged\n")
            r.run("baseline", "create", "--rule", "marker.*")
            r.git("add", "-A")
            want = [("own.token", "@staged", "new"), ("marker.todo", "@staged", "known")]
            self.assertEqual(staged(), (want, staged()[1]))
            # Whatever becomes of the files: even if they are gone, or wrong.
            r.write("seaworthy.yml", "no: policy\n")
            r.write("seaworthy-baseline.yml", "no: baseline\n")
            os.remove(os.path.join(r.root, "more.yml"))
            r.write(".github/CODEOWNERS", "* @tree\n")
            self.assertEqual(staged()[0], want)
            for name in ("seaworthy.yml", "seaworthy-baseline.yml", ".github/CODEOWNERS"):
                os.remove(os.path.join(r.root, name))
            self.assertEqual(staged()[0], want)
            # A baseline that is named is that file; and what is staged may be wrong, too.
            self.assertEqual(staged("--baseline", "nowhere.yml", code=2)[0], [])
            r.git("rm", "-q", "--cached", "more.yml")
            self.assertIn("more.yml", staged(code=2)[1])
            # An ignored file that was added all the same will be committed.
            r.git("reset", "-q", "--hard")
            r.write(".gitignore", "*.c\n")
            r.write("b.c", "// FIXME: y\n")
            r.git("add", "-f", "b.c")
            self.assertEqual(staged()[0], [("marker.fixme", None, None)])

    def test_what_cannot_be_is_said(self):
        with Repository() as r:
            self.assertIn(b"in no git repository", r.scan("--staged", ".", code=2).stderr)
            r.init()
            r.write("a.c", "// TODO: a\n")
            r.commit()
            self.assertIn(b"only one", r.scan("--staged", "--history", code=2).stderr)
            self.assertIn(b"nowhere: names no commit",
                          r.scan("--diff", "nowhere", code=2).stderr)
            self.assertIn(b"need the whole tree",
                          r.scan("--staged", rule="dependency.lock-missing", code=2).stderr)
            done = r.scan("--staged", rule="marker.todo,dependency.lock-missing")
            self.assertIn(b"1 rule needs the whole tree, and was not run", done.stderr)
            r.git("checkout", "-q", "-b", "other")
            r.write("a.c", "// TODO: b\n")
            r.commit()
            r.git("checkout", "-q", "main")
            r.write("a.c", "// TODO: c\n")
            r.commit()
            subprocess.run(["git", "merge", "-q", "other"], cwd=r.root, env=r.env, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.assertIn(b"a.c: in conflict", r.scan("--staged", code=5).stderr)


class Diff(unittest.TestCase):
    def test_new_lines_only(self):
        with Repository() as r:
            r.init()
            lines = [f"int a{i};\n" for i in range(20)]
            r.write("a.c", "// TODO: old\n" + "".join(lines))
            r.write("moved.c", "// TODO: old\n" + "".join(lines))
            r.write("same.c", "// TODO: old\n")
            base = r.commit()
            r.git("checkout", "-q", "-b", "topic")
            r.write("a.c", "int n;\n// TODO: old\n// FIXME: new\n" + "".join(lines))
            r.commit()
            r.git("mv", "moved.c", "there.c")
            r.write("untracked.c", "// XXX: new\n")
            r.write(".gitignore", "ignored.c\n")
            r.write("ignored.c", "// XXX: ignored\n")
            r.git("checkout", "-q", "main")
            r.write("same.c", "// TODO: old\n// HACK: on main only\n")
            r.git("commit", "-q", "-m", "y", "same.c")
            r.git("checkout", "-q", "topic")
            want = ["a.c:3:fixme", "untracked.c:1:xxx"]
            self.assertEqual(r.found("--diff", "main"), want)
            self.assertEqual(r.found("--diff", base[:10]), want)
            whole = r.found()
            self.assertTrue(set(want) < set(whole), whole)


    def test_what_a_deletion_or_a_move_makes_is_new(self):
        body = "".join(f"int a{i};\n" for i in range(9))
        flow = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n"
        rules = RULES + ",workflow.excessive-permissions,hardcoded.localhost"
        other = TOKEN[:-6] + "ZZZZZZ"
        cases = [
            # what it was, what it is, what is new
            ("a.c", "// seaworthy:allow marker.* known\n// TODO: x\n", "// TODO: x\n", ["a.c:1:todo"]),
            (".github/workflows/a.yml", flow, flow.replace("permissions: {}\n", ""),
             [".github/workflows/a.yml:3:excessive-permissions"]),
            ("k.py", f"t = '{TOKEN}'\n", f"t = '{other}'\n", ["k.py:1:github-pat"]),
            ("l.py", f"t = '{TOKEN}'\nu = '{other}'\n", f"u = '{other}'\n", []),
            ("e.c", body + "// TODO: x\n", "// TODO: x\n" + body + "// TODO: x\n", ["e.c:1:todo"]),
            ("f.c", "// TODO: x\n" + body, body + "// TODO: x\n", []),
            ("g.c", "// TODO: x\n", "// TODO: y\n// todo\n", ["g.c:1:todo"]),
            ("u.c", "// TODO: x\n".encode("utf-16"), "int a;\n// TODO: x\n".encode("utf-16"), []),
            ("v.c", "\0", "// TODO: x\n", ["v.c:1:todo"]),
        ]
        with Repository() as r:
            r.init()
            for name, was, _, _ in cases:
                r.write(name, was)
            r.write("tests/m.c", body + "// TODO: x\nchar *h = \"http://localhost:99/\";\n")
            r.write("src/n.c", body + "// TODO: n\n")
            r.write("old/o.c", body + "// TODO: o\n")
            r.commit()
            for name, _, now, _ in cases:
                r.write(name, now)
            for was, now in ("tests/m.c", "src/m.c"), ("src/n.c", "tests/n.c"), ("old/o.c", "new/o.c"):
                os.makedirs(os.path.dirname(os.path.join(r.root, now)), exist_ok=True)
                os.rename(os.path.join(r.root, was), os.path.join(r.root, now))
                r.git("add", "-A", os.path.dirname(was), os.path.dirname(now))
            want = sorted(sum((new for _, _, _, new in cases), []) +
                          ["src/m.c:10:todo", "src/m.c:11:localhost"])
            self.assertEqual(sorted(r.found("--diff", "HEAD", rule=rules)), want)
            self.assertEqual(r.found("--diff", "HEAD", "src", rule=rules),
                             ["m.c:10:todo", "m.c:11:localhost"])
            # Fingerprints are those of the whole scan.
            new, whole = ({json.loads(line)["fingerprint"] for line in
                           r.scan(*args, rule=rules).stdout.splitlines()}
                          for args in (["--diff", "HEAD"], []))
            self.assertTrue(new < whole)

    def test_each_finding_counts_by_its_own_scope(self):
        def rust(tests, code=""):
            tests = "".join(f"    // {line}\n" for line in tests.split())
            code = "".join(f"    // {line}\n" for line in code.split())
            return f"#[cfg(test)]\nmod tests {{\n{tests}}}\n\npub fn f() {{\n{code}}}\n"

        cases = [
            # what it was, what it is, lines of what is new
            (rust("TODO TODO"), rust("TODO", "TODO"), [7]),
            (rust("TODO TODO"), rust("", "TODO TODO"), [6, 7]),
            (rust("TODO", "TODO"), rust("", "TODO"), []),
            (rust("TODO", "TODO"), rust("", "x TODO TODO"), [7]),
            (rust("TODO", "TODO"), rust("TODO TODO"), []),
            (rust("", "TODO"), rust("TODO", "TODO"), [3]),
            (rust("x", "TODO"), rust("TODO", "x"), []),
        ]
        with Repository() as r:
            r.init()
            for i, (was, _, _) in enumerate(cases):
                r.write(f"{i}.rs", was)
            r.commit()
            for i, (_, now, _) in enumerate(cases):
                r.write(f"{i}.rs", now)
            want = [f"{i}.rs:{line}:todo" for i, (_, _, new) in enumerate(cases) for line in new]
            self.assertEqual(r.found("--diff", "HEAD"), want)

    def test_a_secret_counts_as_its_file_does(self):
        with Repository() as r:
            r.write("a.c", f'#ifdef X_TEST\nchar *t = "{TOKEN}"; // TODO: x\n#endif\n')
            scopes = {f["rule"]: f["scope"] for f in
                      map(json.loads, r.scan("--no-cache").stdout.splitlines())}
            self.assertEqual(scopes, {"secret.github-pat": "production", "marker.todo": "test"})

    def test_a_copy_of_what_is_no_longer_tracked_is_new(self):
        lines = "".join(f"int a{i};\n" for i in range(9))
        with Repository() as r:
            r.init()
            for name in ("here", "gone", "ignored"):
                r.write(f"{name}.c", lines + f"int {name}; // TODO: {name}\n" * 9)
            r.commit()
            r.git("rm", "-q", "--cached", "here.c", "gone.c", "ignored.c")
            r.write(".gitignore", "ignored.c\n")
            for name in ("here", "ignored"):
                shutil.copy(os.path.join(r.root, name + ".c"), os.path.join(r.root, name + "2.c"))
            os.rename(os.path.join(r.root, "gone.c"), os.path.join(r.root, "gone2.c"))
            self.assertEqual(r.found("--diff", "HEAD"),
                             [f"here2.c:{line}:todo" for line in range(10, 19)])

    def test_filters_and_what_is_no_longer_tracked(self):
        with Repository() as r:
            r.init()
            lines = "".join(f"int a{i};\n" for i in range(9))
            r.write(".gitattributes", "* text eol=crlf\n")
            r.write("a.c", lines + "// TODO: x\n")
            r.write("b.c", "// TODO: x\n")
            r.write("loose.c", "// TODO: x\n")
            r.write("ignored.c", "// TODO: x\n")
            r.commit()
            for name in ("a.c", "b.c", "loose.c", "ignored.c"):
                os.unlink(os.path.join(r.root, name))
            r.git("checkout", "-q", "--", ".")
            os.utime(os.path.join(r.root, "b.c"), (10 ** 9, 10 ** 9))
            done = r.scan("--diff", "HEAD")
            self.assertIn(b" in 0 files", done.stderr)
            self.assertEqual(done.stdout, b"")
            r.write("a.c", (lines + "// TODO: x\n// TODO: x\n").replace("\n", "\r\n"))
            r.git("rm", "-q", "--cached", "loose.c", "ignored.c")
            r.write(".gitignore", "ignored.c\n")
            r.write("loose.c", "// TODO: x\r\n// FIXME: y\r\n")
            r.write("ignored.c", "// FIXME: y\r\n")
            self.assertEqual(r.found("--diff", "HEAD"), ["a.c:11:todo", "loose.c:2:fixme"])

    def test_without_its_base_all_of_a_file_is_new(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO: x\n")
            r.commit()
            blob = r.git("rev-parse", "HEAD:a.c").strip()
            r.write("a.c", "// TODO: x\nint a;\n")
            os.unlink(os.path.join(r.root, ".git/objects", blob[:2], blob[2:]))
            done = r.scan("--diff", "HEAD")
            self.assertIn(b"a.c: all its findings count as new", done.stderr)
            self.assertIn(b"a.c", done.stdout)


class History(unittest.TestCase):
    def test_each_blob_once_with_its_first_commit(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO: one\n")
            first = r.commit()
            r.write("key.py", f't = "{TOKEN}"\n')
            second = r.commit()
            r.git("rm", "-q", "key.py")
            r.write("a.c", "int moved;\n// TODO: one\n")
            r.commit()
            r.git("checkout", "-q", "-b", "side", first)
            r.write("side.c", "// XXX: side\n")
            side = r.commit()
            r.git("checkout", "-q", "main")
            r.git("tag", "-a", "-m", "t", "v1", "side")
            r.git("branch", "-q", "-D", "side")
            want = [("a.c", first), ("key.py", second), ("side.c", side)]

            def told(**kw):
                lines = r.scan("--history", **kw).stdout.splitlines()
                return [(f["path"], f["details"]["commit"]) for f in map(json.loads, lines)]

            self.assertEqual(told(), want)
            r.git("gc", "-q", "--prune=now")
            self.assertEqual(told(), want, "packed")
            bare = os.path.join(r.top, "bare.git")
            r.git("clone", "-q", "--bare", "--mirror", r.root, bare)
            self.assertEqual(told(cwd=bare), want)
            shallow = os.path.join(r.top, "shallow")
            r.git("clone", "-q", "--depth", "1", "file://" + r.root, shallow)
            done = r.scan("--history", cwd=shallow, code=5)
            self.assertIn(b"shallow clone", done.stderr)
            self.assertIn(b"a.c", done.stdout)
            r.write("a.c", "int moved;\n// TODO: one\n// HACK: w\n")
            r.git("worktree", "add", "-q", os.path.join(r.top, "w"))
            self.assertEqual(told(cwd=os.path.join(r.top, "w")), want)

    def test_a_blob_counts_at_each_of_its_paths(self):
        with Repository() as r:
            r.init()
            r.write("tests/a.c", "int a; // TODO: moved\n")
            r.write("x.txt", "// TODO: of no language\n")
            r.write("z/same.c", "// TODO: same\n")
            first = r.commit()
            r.git("mv", "tests", "src")
            r.git("mv", "x.txt", "x.c")
            r.git("mv", "z", "y")
            second = r.commit()
            r.write("src/a.c", "int later;\nint a; // TODO: moved\n")
            r.commit()

            def told(*args):
                return [(f["path"], f["scope"], f["details"]["commit"]) for f in
                        map(json.loads, r.scan("--history", *args).stdout.splitlines())]

            self.assertEqual(told(), [("src/a.c", "production", second),
                                      ("x.c", "production", second),
                                      ("z/same.c", "production", first)])
            self.assertEqual(told("src"), [("a.c", "production", second)])
            self.assertEqual(told("y"), [("same.c", "production", second)])

    def test_a_blob_is_scanned_once_for_paths_that_are_alike(self):
        with Repository() as r:
            r.init()
            r.write("lib/a.c", "// TODO: one\n")
            first = r.commit()
            # The same line in another content: known at one of its paths, new at the other.
            for path in ("lib/a.c", "src/a.c"):
                r.write(path, "// TODO: two\n// TODO: one\n")
            for i in range(30):
                r.write(f"d{i:02}/b.c", "int c; // TODO: three\n")
            second = r.commit()
            done = r.scan("--history")
            told = [(f["path"], f["line"], {k: v for k, v in f["details"].items() if k not in ("author", "date")})
                    for f in map(json.loads, done.stdout.splitlines())]
            self.assertEqual(told, [
                ("d00/b.c", 1, {"commit": second, "paths": [f"d{i:02}/b.c" for i in range(1, 21)],
                                "more_paths": 9}),
                ("lib/a.c", 1, {"commit": first}),
                ("lib/a.c", 1, {"commit": second, "paths": ["src/a.c"]}),
                ("src/a.c", 2, {"commit": second, "paths": ["lib/a.c"]})])
            self.assertIn(b"in 3 files", done.stderr)
            for i in range(70):
                r.write(f"x/{i:02}.c", "int d; // TODO: four\n")
            r.commit()
            done = r.scan("--history", code=5)
            self.assertEqual(json.loads(done.stdout.splitlines()[-1])["path"], "x/00.c")
            self.assertIn(b"x/64.c: its content was scanned at 64 other names; not at this one and 5 more",
                          done.stderr)

    def test_what_a_ref_names_is_found_or_missed(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "int a;\n")
            r.commit()
            lone = subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=r.root, env=r.env,
                                  check=True, stdout=subprocess.PIPE,
                                  input=f"t = '{TOKEN}'\n".encode()).stdout.decode().strip()
            r.git("tag", "-a", "-m", "t", "key", lone)
            r.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/none")
            found = json.loads(r.scan("--history").stdout)
            self.assertEqual(found["path"], "refs/tags/key")
            self.assertEqual(found["details"]["ref"], "refs/tags/key")
            for name, text in (("heads/gone", "0123456789" * 4 + "\n"), ("tags/empty", "")):
                with open(os.path.join(r.root, ".git/refs", name), "w", encoding="ascii") as f:
                    f.write(text)
            r.git("update-ref", "refs/notes/one", "HEAD")
            done = r.scan("--history", code=5)
            self.assertIn(b"refs/heads/gone is not in this clone", done.stderr)
            self.assertIn(b"refs/tags/empty cannot be read", done.stderr)
            self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_trees_that_stand_everywhere_are_bounded(self):
        with Repository() as r:
            r.init()
            r.write("d/f.c", "// TODO: x\n")
            r.commit()
            tree = r.git("rev-parse", "HEAD:d").strip()
            for _ in range(5):
                entries = "".join(f"040000 tree {tree}\t{i}\n" for i in range(10))
                tree = subprocess.run(["git", "mktree"], cwd=r.root, env=r.env, check=True,
                                      input=entries.encode(), stdout=subprocess.PIPE,
                                      ).stdout.decode().strip()
            r.git("update-ref", "refs/heads/main", r.git("commit-tree", "-m", "x", tree).strip())
            done = r.scan("--history", code=5)
            self.assertIn(b"a tree at more than 4096 paths", done.stderr)
            self.assertIn(b"in 1 file\n", done.stderr)
            self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_damaged_objects_are_said(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO: one\n")
            r.write("b.c", "// TODO: two\n")
            r.commit()
            blob = r.git("rev-parse", "HEAD:a.c").strip()
            path = os.path.join(r.root, ".git/objects", blob[:2], blob[2:])
            os.chmod(path, 0o600)
            with open(path, "wb") as f:
                f.write(b"nothing that zlib knows")
            done = r.scan("--history", code=5)
            self.assertIn(b"a.c: unreadable", done.stderr)
            self.assertIn(b"b.c", done.stdout)
            os.unlink(path)
            self.assertIn(b"not in this clone", r.scan("--history", code=5).stderr)


OK2 = (0, 2, b"")


def damage(r, name, data=None):
    """Writes, or without data removes, a file of the repository, or an object."""
    path = os.path.join(r.root, ".git", name)
    if ":" in name or "^" in name:
        blob = r.git("rev-parse", name).strip()
        path = os.path.join(r.root, ".git/objects", blob[:2], blob[2:])
    os.chmod(path, 0o600)
    os.unlink(path)
    if data is not None:
        with open(path, "wb") as f:
            f.write(data)


def lose_pack(r):
    r.git("gc", "-q", "--prune=now")
    for path in glob.glob(os.path.join(r.root, ".git/objects/pack/*.idx")):
        damage(r, os.path.relpath(path, os.path.join(r.root, ".git")), b"x" * 100)


def point_nowhere(r):
    shutil.rmtree(os.path.join(r.root, ".git"))
    r.write(".git", "gitdir: ../nowhere\n")


def link_in_circles(r):
    for name, to in (("loop", "."), ("x", "x"), ("d/up", "..")):
        os.symlink(to, os.path.join(r.root, name))


def add_submodule(r):
    other = os.path.join(r.root, "sub")
    shutil.copytree(os.path.join(r.root, ".git"), os.path.join(other, ".git"))
    r.git("checkout", "-q", "-f", "HEAD", cwd=other)
    r.git("add", "sub")


def give_away(r):
    for folder, _, names in os.walk(r.root):
        for name in [".", *names]:
            os.lchown(os.path.join(folder, name), 54321, 54321)


# What is odd; then of a plain scan, --staged, --diff HEAD and --history: exit code, findings, and
# what is said.
ODD = [
    (link_in_circles, (0, 3, b""), OK2, (0, 1, b""), OK2),
    (add_submodule, (0, 5, b""), OK2, (0, 1, b""), OK2),
    (point_nowhere, (0, 3, b""), *[(2, 0, b"r/.git leads to no git repository")] * 3),
    (lambda r: damage(r, "index", b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"\0" * 40), (0, 3, b""),
     (5, 0, b"r/.git/index: the git index is cut off"), (5, 0, b"r/: compare with the base: invalid"), OK2),
    (lambda r: r.git("update-index", "--split-index"), (0, 3, b""), (5, 0, b"--no-split-index"),
     (5, 0, b"--no-split-index"), OK2),
    (lambda r: damage(r, "HEAD^0"), (0, 3, b"markers are unknown: read HEAD"), (5, 0, b"read HEAD"), (5, 0, b"HEAD"),
     (5, 0, b"HEAD is not in this clone")),
    (lambda r: damage(r, "HEAD^0", b"no zlib"), (0, 3, b""), (5, 0, b"read HEAD"),
     (5, 0, b"read the base"), (5, 0, b"HEAD cannot be read")),
    (lambda r: damage(r, "HEAD^{tree}"), (0, 3, b"read HEAD"), (5, 0, b"read HEAD"), (5, 0, b"read the base"),
     (5, 0, b"tree 243d82d90a7b53f215cc6483334dacb5de414fe1 is not in")),
    (lambda r: damage(r, "HEAD:d"), (0, 3, b""), OK2, (5, 0, b"compare with the base"),
     (5, 1, b"(d) is not in this clone")),
    (lambda r: damage(r, ":a.c"), (0, 3, b""), (5, 0, b"a.c: not in this clone"), (0, 1, b""), OK2),
    (lose_pack, (0, 3, b""), (5, 0, b"read HEAD"), (5, 0, b"read"), (5, 0, b"HEAD")),
    (lambda r: damage(r, "HEAD", b"ref: refs/heads/none\n"), (0, 3, b""), (0, 3, b""),
     (2, 0, b"no commit yet"), OK2),
    (lambda r: damage(r, "HEAD", b"garbage"), (0, 3, b""), (5, 0, b"HEAD"), (5, 0, b"HEAD"),
     (5, 2, b"HEAD cannot be read")),
    (lambda r: damage(r, "config", b"[core\nbroken"), (0, 3, b""), *[(5, 0, b"r: open the git rep")] * 3),
]


class Trees(unittest.TestCase):
    def test_odd_repositories_are_scanned_or_refused(self):
        for i, (make, *wants) in enumerate(ODD):
            with Repository() as r:
                r.init()
                r.write("a.c", "// TODO: a\n")
                r.write("d/b.c", "// TODO: b\n")
                r.commit()
                r.write("a.c", "// TODO: a\n// TODO: n\n")
                r.git("add", "a.c")
                make(r)
                for mode, (code, count, said) in zip(([], ["--staged"], ["--diff", "HEAD"], ["--history"]), wants):
                    with self.subTest(i=i, mode=mode):
                        done = r.scan(*mode, code=code)
                        self.assertEqual(len(done.stdout.splitlines()), count, done.stderr)
                        self.assertIn(said, done.stderr)

    def test_a_bare_repository_has_history_only(self):
        with Repository() as r:
            r.git("init", "-q", "--bare")
            self.assertIn(b"bare", r.scan("--staged", code=2).stderr)
            self.assertIn(b"bare", r.scan("--diff", "HEAD", code=2).stderr)
            self.assertEqual(r.found("--history"), [])

    def test_sparse_and_nested_repositories(self):
        with Repository() as r:
            r.init()
            for name in ("in/a.c", "out/b.c"):
                r.write(name, "// TODO: x\n")
            r.commit()
            nested = os.path.join(r.root, "in/nested")
            os.mkdir(nested)
            r.git("init", "-q", cwd=nested)
            r.write("in/nested/n.c", "// TODO: nested\n")
            r.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
            want = ["in/a.c:1:todo", "in/nested/n.c:1:todo"]
            self.assertEqual(r.found(), want)
            self.assertEqual(r.found(), want)
            self.assertEqual(r.found("--staged"), [])
            self.assertIn(b"--no-sparse-index", r.scan("--diff", "HEAD", code=5).stderr)

    def test_owners_that_cannot_be_read_are_said(self):
        with Repository() as r:
            r.write("a.c", "// TODO: x\n")
            os.mkdir(os.path.join(r.root, "CODEOWNERS"))
            self.assertIn(b"owners are unknown: ", r.scan().stderr)
            os.rmdir(os.path.join(r.root, "CODEOWNERS"))
            r.write(".github", "no folder")
            r.write("docs/CODEOWNERS", "* @x")
            done = r.scan()
            self.assertNotIn(b"owners", done.stderr)
            self.assertIn(b"@x", done.stdout)

    @unittest.skipIf(os.geteuid() != 0, "only root can give files away")
    def test_files_of_another_user_are_scanned(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO: x\n")
            r.write("i.c", "// TODO: ignored, but tracked\n")
            r.commit()
            r.write(".gitignore", "i.c\n")
            give_away(r)
            for _ in range(2):
                self.assertEqual(r.found(), ["a.c:1:todo", "i.c:1:todo"])
            for mode in (["--staged"], ["--diff", "HEAD"], ["--history"]):
                self.assertIn(b"safe.directory", r.scan(*mode, code=5).stderr)

    def test_a_damaged_index_is_said_and_files_are_scanned(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO: x\n")
            r.write(".gitignore", "i.c\n")
            r.write("i.c", "// TODO: ignored\n")
            r.commit()
            with open(os.path.join(r.root, ".git/index"), "wb") as f:
                f.write(b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"\0" * 40)
            done = r.scan(code=5)
            self.assertIn(b"index", done.stderr)
            self.assertIn(b"a.c", done.stdout)
            self.assertIn(b"index", r.scan("--staged", code=5).stderr)


if __name__ == "__main__":
    unittest.main()
