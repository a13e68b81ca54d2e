#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lifeboat find and diff; ls and stats of what is damaged. usage: test_lifeboat_look.py PROGRAM"""
import json
import os
import shutil
import unittest

from test_lifeboat import Place  # takes PROGRAM from the command line


class Looking(Place):
    def lines(self, *args, **kw):
        out = self.run(*args, "--json", **kw).stdout.decode().splitlines()
        return [json.loads(line) for line in out]

    def found(self, *args, **kw):
        """(position of the snapshot, path below the source) of each match"""
        ids = [s["id"] for s in self.json("snapshots")]
        lines = self.lines("find", *args, **kw)
        matches = [(ids.index(m["snapshot"]), m["path"].removeprefix("/source/"))
                   for m in lines[:-1]]
        assert lines[-1]["matches"] == len(matches), lines
        return matches

    def differences(self, *args):
        lines = self.lines("diff", *args)
        return ({d["path"]: (d["change"], d["changed"]) for d in lines[:-1]}, lines[-1])


class Find(unittest.TestCase):
    def test_patterns_match_entries_and_not_what_is_in_them(self):
        with Looking() as p:
            p.init()
            for name in ("a.c", "d/b.c", "d/B.C", "d/c.h", "foo/foo/x", "foo/y"):
                p.write(name)
            p.run("backup", "source")
            self.assertEqual(p.found("*.c"), [(0, "a.c"), (0, "d/b.c")])
            self.assertEqual(p.found("-i", "*.c"), [(0, "a.c"), (0, "d/B.C"), (0, "d/b.c")])
            self.assertEqual(p.found("foo"), [(0, "foo"), (0, "foo/foo")])
            self.assertEqual(p.found("d/*.h"), [(0, "d/c.h")])
            self.assertEqual(p.found("/a.c"), [], "from the root of the snapshot")
            self.assertEqual(p.found("/source/a.c"), [(0, "a.c")])
            self.assertEqual(p.found("y", "x"), [(0, "foo/foo/x"), (0, "foo/y")])
            self.assertEqual(p.found("y/"), [], "folders only")
            self.assertIn(b"[ without", p.run("find", "[a", code=2).stderr)
            self.assertIn(b"takes back", p.run("find", "!a", code=2).stderr)

    def test_folders_without_a_match_are_not_read_again_and_others_are(self):
        with Looking() as p:
            p.init()
            p.write("same/one")
            p.write("same/deep/two")
            p.write("moving/three")
            p.run("backup", "source")
            p.write("moving/two")
            p.run("backup", "source")
            self.assertEqual(p.found("two"),
                             [(0, "same/deep/two"), (1, "moving/two"), (1, "same/deep/two")])
            os.rename(os.path.join(p.source, "same"), os.path.join(p.source, "else"))
            p.run("backup", "source")
            self.assertEqual(p.found("else/deep/two"), [(2, "else/deep/two")],
                             "an equal folder at another path is another folder")

    def test_bounds_of_time_size_and_type(self):
        with Looking() as p:
            p.init()
            for name, size, when in (("old", 10, 86400), ("new", 20, 2 * 86400)):
                p.write(name, b"x" * size)
                os.utime(os.path.join(p.source, name), (when, when))
            os.symlink("new", os.path.join(p.source, "newlink"))
            p.run("backup", "source")
            for args, want in (
                    (("--newer", "1970-01-03", "--type", "file"), ["new"]),
                    (("--older", "1970-01-03"), ["old"]),
                    (("--newer", "1970-01-02", "--older", "1970-01-03"), ["old"]),
                    (("--larger", "10"), ["new"]),
                    (("--smaller", "20"), ["old"]),
                    (("--larger", "10", "--smaller", "20"), []),
                    (("--larger", "9", "--smaller", "21"), ["new", "old"]),
                    (("--type", "link"), ["newlink"]),
                    (("--type", "folder"), ["/source"]),
                    (("--newer", "1d", "--type", "file"), [])):
                self.assertEqual([path for _, path in p.found("**", *args)], want, args)
            for bad in (("--newer", "yesterday"), ("--larger", "much"), ("--smaller", "0"),
                        ("--type", "door")):
                p.run("find", "x", *bad, code=2)

    def test_snapshots_are_chosen_by_host_and_tag(self):
        with Looking() as p:
            p.init()
            p.write("f")
            p.run("backup", "source", "--host", "mars", "--tag", "red")
            p.run("backup", "source", "--host", "venus")
            self.assertEqual(p.found("f", "--host", "venus"), [(1, "f")])
            self.assertEqual(p.found("f", "--tag", "red"), [(0, "f")])
            text = p.run("find", "f").stdout.decode().splitlines()
            self.assertEqual(len(text), 2)
            self.assertTrue(all(line.endswith("/source/f") for line in text), text)

    def test_damage_is_told_and_the_rest_found(self):
        with Looking() as p:
            p.init()
            p.write("f")
            p.run("backup", "source")
            shutil.rmtree(os.path.join(p.repo, "packs"))
            r = p.run("find", "f", code=4)
            self.assertTrue(r.stderr)


class Damaged(unittest.TestCase):
    """The second snapshot shares a folder and a file with the first, whose packs or
    segments are lost."""

    def filled(self, p, lose):
        p.init()
        p.write("a/deep/one")
        p.write("f", b"shared\n")
        p.run("backup", "source")
        lost = [os.path.join(folder, name)
                for folder, _, names in os.walk(os.path.join(p.repo, lose))
                for name in names]
        p.write("b/two", b"new\n")
        p.write("g", b"new as well\n")
        p.run("backup", "source")
        for path in lost:
            os.unlink(path)
        p.env["LIFEBOAT_CACHE_DIR"] = os.path.join(p.root, "another-cache")

    def test_ls_names_the_folder_and_lists_the_rest(self):
        with Looking() as p:
            self.filled(p, "packs")
            r = p.run("ls", "-R", "latest:source", code=4)
            self.assertEqual(r.stdout.decode().split(),
                             ["/source/a/", "/source/b/", "/source/b/two", "/source/f",
                              "/source/g"])
            self.assertIn(b"error: /source/a: ", r.stderr)
            self.assertIn(b"error: /source/a: ",
                          p.run("ls", "-qR", "latest:source", code=4).stderr)
            *entries, summary = p.lines("ls", "-R", "latest:source", code=4)
            self.assertEqual((len(entries), summary["entries"], summary["errors"]), (5, 5, 1))
            self.assertFalse(p.run("ls", "latest:source").stderr, "goes into no folder")
            self.assertEqual(p.run("ls", p.json("snapshots")[0]["id"], code=4).stdout, b"")

    def test_ls_below_a_lost_folder_is_damage_too(self):
        with Looking() as p:
            self.filled(p, "packs")
            r = p.run("ls", "latest:source/a/deep", code=4)
            self.assertIn(b"source/a/deep: a folder on the way cannot be read", r.stderr)
            p.run("ls", "latest:source/b/deep", code=1)

    def test_stats_name_what_is_damaged_and_count_the_rest(self):
        with Looking() as p:
            self.filled(p, "packs")
            first, second = (s["id"][:8] for s in p.json("snapshots"))
            r = p.run("stats", code=4)
            text = r.stderr.decode()
            self.assertIn(f"snapshot {first}: ", text)
            self.assertIn(f"/source/a: snapshot {second}: ", text)
            self.assertIn("damaged     2 ", r.stdout.decode())
            s = p.json("stats", code=4)
            self.assertEqual((s["type"], s["snapshots"], s["errors"]), ("summary", 2, 2))
            self.assertGreater(s["chunks"], 2)

    def test_stats_name_files_whose_chunks_are_stored_nowhere(self):
        with Looking() as p:
            self.filled(p, "index")
            r = p.run("stats", "latest", code=4)
            self.assertIn(b"/source/f: snapshot ", r.stderr)
            self.assertIn(b"/source/a: snapshot ", r.stderr)
            self.assertNotIn(b"/source/g", r.stderr)
            self.assertEqual(p.json("stats", "latest", code=4)["errors"], 2)

    def test_stats_of_what_is_whole_are_no_damage(self):
        with Looking() as p:
            p.init()
            p.write("f")
            p.run("backup", "source")
            self.assertEqual(p.json("stats")["errors"], 0)
            self.assertNotIn(b"damaged", p.run("stats").stdout)


class Diff(unittest.TestCase):
    def test_added_removed_and_changed_with_what_changed(self):
        with Looking() as p:
            p.init()
            for name in ("same", "gone", "edited", "mode", "turned"):
                p.write(name, name.encode())
                os.utime(os.path.join(p.source, name), (1, 1))
            p.write("d/inner")
            p.run("backup", "source")
            before = p.json("snapshots")[0]["id"]
            os.unlink(os.path.join(p.source, "gone"))
            p.write("edited", b"longer than it was")
            os.utime(os.path.join(p.source, "edited"), (1, 1))
            os.chmod(os.path.join(p.source, "mode"), 0o600)
            os.unlink(os.path.join(p.source, "turned"))
            os.symlink("same", os.path.join(p.source, "turned"))
            p.write("new/file", b"12345")
            p.run("backup", "source")
            changes, summary = p.differences(before, "latest:source")
            folder = changes.pop("/source")
            self.assertEqual(folder, ("changed", ["time"]))
            turned = changes.pop("/source/turned")
            self.assertEqual(turned[0], "changed")
            self.assertIn("type", turned[1])
            self.assertEqual(changes, {
                "/source/edited": ("changed", ["content", "size"]),
                "/source/gone": ("removed", []),
                "/source/mode": ("changed", ["mode"]),
                "/source/new": ("added", []),
                "/source/new/file": ("added", []),
            })
            self.assertEqual((summary["added"], summary["removed"], summary["changed"]), (2, 1, 4))
            self.assertEqual((summary["bytes_added"], summary["bytes_removed"]), (5, 4))
            back, _ = p.differences("latest", before)
            self.assertEqual(back["/source/gone"], ("added", []))
            text = p.run("diff", before, "latest").stdout.decode()
            self.assertIn("+ /source/new/\n", text)
            self.assertIn("- /source/gone\n", text)
            self.assertIn("M /source/edited  (content, size)\n", text)
            self.assertIn("2 added (5 B)", text)

    def test_equal_ones_and_single_files(self):
        with Looking() as p:
            p.init()
            p.write("f", b"one")
            os.utime(os.path.join(p.source, "f"), (1, 1))
            p.run("backup", "source")
            p.run("backup", "source", "--force")
            first, second = (s["id"] for s in p.json("snapshots"))
            self.assertEqual(p.differences(first, second)[0], {})
            p.write("f", b"two")
            p.write("g")
            p.run("backup", "source")
            changes, _ = p.differences(first + ":source/f", "latest")
            self.assertEqual(list(changes), ["/source/f"])
            r = p.run("diff", first, "latest:source/g", code=1)
            self.assertIn(first[:8].encode(), r.stderr, "which snapshot lacks it")
            p.run("diff", first, "ffff", code=1)
            p.run("diff", first, code=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
