#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives lifeboat's forget, prune and tag as users do. usage: test_lifeboat_space.py PROGRAM"""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Place, PROGRAM  # noqa: E402


def lines(result):
    return [json.loads(x) for x in result.stdout.decode().strip().splitlines()]


class Forget(unittest.TestCase):
    def make(self, p, count):
        p.init()
        ids = []
        for i in range(count):
            p.write("file", b"%d" % i)
            ids.append(p.json("backup", p.source)["snapshot"])
        return ids

    def listed(self, p):
        return [s["id"] for s in p.json("snapshots")]

    def test_a_policy_keeps_and_says_why(self):
        with Place() as p:
            ids = self.make(p, 4)
            seen = lines(p.run("forget", "--keep-last", "2", "--json", "--dry-run"))
            self.assertEqual(self.listed(p), ids, "a dry run removes nothing")
            done = lines(p.run("forget", "--keep-last", "2", "--json"))
            self.assertEqual(seen[:-1], done[:-1], "preview = effect")
            self.assertEqual([x["action"] for x in done[:-1]],
                             ["remove", "remove", "keep", "keep"])
            self.assertIn("last", done[2]["reasons"])
            self.assertEqual((done[-1]["type"], done[-1]["removed"], done[-1]["kept"]),
                             ("summary", 2, 2))
            self.assertEqual(self.listed(p), ids[2:])
            again = lines(p.run("forget", "--keep-last", "2", "--json"))
            self.assertEqual(again[-1]["removed"], 0)

    def test_named_ones_go_and_pinned_ones_stay(self):
        with Place() as p:
            ids = self.make(p, 3)
            p.run("tag", ids[0], "--pin")
            r = p.run("forget", ids[0], ids[1], code=2)
            self.assertIn(b"pinned", r.stderr)
            self.assertEqual(self.listed(p), ids, "nothing was removed")
            p.run("forget", "--keep-last", "1")
            self.assertEqual(self.listed(p), [ids[0], ids[2]])
            p.run("tag", ids[0], "--unpin")
            p.run("forget", ids[0][:8])
            self.assertEqual(self.listed(p), [ids[2]])
            p.run("forget", ids[0][:8], code=1)

    def test_without_a_wish_it_is_refused(self):
        with Place() as p:
            ids = self.make(p, 1)
            for args in ([], ["--keep-last", "0"], ["--keep-last", "x"], [ids[0], "--keep-last", "1"],
                         ["--keep-last", "1", "--group-by", "size"], ["--keep-within", "5"]):
                p.run("forget", *args, code=2)
            self.assertEqual(self.listed(p), ids)

    def test_groups_and_filters(self):
        with Place() as p:
            p.init()
            p.write("file")
            ids = [p.json("backup", p.source, "--host", h)["snapshot"] for h in "aabb"]
            p.run("forget", "--keep-last", "1", "--host", "a")
            self.assertEqual(self.listed(p), [ids[1], ids[2], ids[3]])
            p.run("forget", "--keep-last", "1", "--group-by", "")
            self.assertEqual(self.listed(p), [ids[3]])

    def test_kept_tags(self):
        with Place() as p:
            ids = self.make(p, 3)
            p.run("tag", ids[0], "--add", "keep")
            p.run("forget", "--keep-tag", "keep", "--keep-last", "1")
            self.assertEqual(self.listed(p), [ids[0], ids[2]])


class Tag(unittest.TestCase):
    def test_edits_show_and_add_up(self):
        with Place() as p:
            p.init()
            p.write("file")
            p.run("backup", p.source, "--tag", "draft")
            one = lines(p.run("tag", "latest", "--add", "b", "--add", "a", "--remove", "draft",
                              "--description", "hello", "--pin", "--json"))
            self.assertEqual((one[-1]["changed"], one[-1]["unchanged"]), (1, 0))
            s = p.json("snapshots")[0]
            self.assertEqual((s["tags"], s["description"], s["pinned"]),
                             (["a", "b"], "hello", True))
            log = len(os.listdir(os.path.join(p.repo, "log", "00000000")))
            two = lines(p.run("tag", "latest", "--add", "b", "--json"))
            self.assertEqual(two[-1]["changed"], 0)
            self.assertEqual(len(os.listdir(os.path.join(p.repo, "log", "00000000"))), log)
            p.run("tag", "latest", "--description", "", "--remove", "a")
            s = p.json("snapshots")[0]
            self.assertEqual((s["tags"], s["description"], s["pinned"]), (["b"], "", True))

    def test_wrong_use_changes_nothing(self):
        with Place() as p:
            p.init()
            p.write("file")
            p.run("backup", p.source)
            p.run("tag", "latest", "--add", "x", "--dry-run")
            for args in ([], ["--pin", "--unpin"], ["--add", "a,b"], ["--add", ""]):
                p.run("tag", "latest", *args, code=2)
            p.run("tag", "ffffffff", "--pin", code=1)
            self.assertEqual(p.json("snapshots")[0]["tags"], [])


if __name__ == "__main__":
    unittest.main()
