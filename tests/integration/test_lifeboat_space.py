#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives lifeboat's forget, prune and tag as users do. usage: test_lifeboat_space.py PROGRAM"""
import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
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


def packs(p):
    return {name: os.path.getsize(os.path.join(folder, name))
            for folder, _, names in os.walk(os.path.join(p.repo, "packs")) for name in names}


def same_trees(a, b):
    c = filecmp.dircmp(a, b)
    if c.left_only or c.right_only or c.funny_files:
        return False
    _, bad, odd = filecmp.cmpfiles(a, b, c.common_files, shallow=False)
    return not bad and not odd and all(
        same_trees(os.path.join(a, d), os.path.join(b, d)) for d in c.common_dirs)


class Copies:
    """What every snapshot held, to compare its restore with."""

    def __init__(self, place):
        self.place = place
        self.folder = os.path.join(place.root, "copies")
        os.mkdir(self.folder)

    def keep(self, snapshot, source):
        shutil.copytree(source, os.path.join(self.folder, snapshot))

    def check(self, test):
        """Restores all snapshots there are, so reads every chunk of them."""
        listed = {s["id"]: s["paths"][0] for s in self.place.json("snapshots")}
        target = os.path.join(self.place.root, "restored")
        for name, path in listed.items():
            self.place.run("restore", "-q", f"{name}:{path}", "--target", target)
            test.assertTrue(same_trees(os.path.join(self.folder, name), target), name)
            shutil.rmtree(target)
        return listed


def change(folder, rng, files=12):
    """Writes some files anew, removes one."""
    os.makedirs(os.path.join(folder, "d"), exist_ok=True)
    for _ in range(files):
        name = os.path.join(folder, rng.choice(("", "d")), f"f{rng.randrange(30)}")
        with open(name, "wb") as f:
            f.write(rng.randbytes(rng.choice((10, 1000, 50_000, 400_000))))
    names = sorted(n for n in os.listdir(folder) if n != "d")
    if len(names) > 3:
        os.remove(os.path.join(folder, rng.choice(names)))


class Prune(unittest.TestCase):
    def test_what_nobody_needs_goes_and_the_rest_stays(self):
        with Place() as p:
            p.init()
            copies = Copies(p)
            p.write("gone", os.urandom(9 << 20))
            p.write("stays", os.urandom(5 << 20))
            p.run("backup", p.source)
            os.remove(os.path.join(p.source, "gone"))
            p.write("d/new", os.urandom(1 << 20))
            copies.keep(p.json("backup", p.source)["snapshot"], p.source)
            p.run("forget", "--keep-last", "1")
            before = packs(p)
            seen = lines(p.run("prune", "--max-unused", "0", "--dry-run", "--json"))
            self.assertEqual(packs(p), before, "a dry run changes nothing")
            named = {a["object"].split("/")[-1] for a in seen if a["type"] == "action"}
            r = p.json("prune", "--max-unused", "0")
            self.assertEqual(set(before) - set(packs(p)), named, "preview = effect")
            self.assertEqual((r["before"]["packs"], r["before"]["bytes"]),
                             (len(before), sum(before.values())))
            self.assertEqual((r["after"]["packs"], r["after"]["bytes"], r["after"]["unused"]),
                             (len(packs(p)), sum(packs(p).values()), 0))
            self.assertGreater(r["before"]["unused"], 9 << 20)
            self.assertLess(sum(packs(p).values()), 6.5 * (1 << 20))
            copies.check(self)
            again = packs(p)
            self.assertEqual(p.json("prune", "--max-unused", "0")["packs_removed"], 0)
            self.assertEqual(packs(p), again, "nothing is left to do")

    def test_limits_are_kept(self):
        with Place() as p:
            p.init()
            rng = random.Random(5)
            copies = Copies(p)
            for _ in range(3):
                change(p.source, rng)
                last = p.json("backup", p.source)["snapshot"]
            copies.keep(last, p.source)
            p.run("forget", "--keep-last", "1")
            r = p.json("prune", "--max-repack", "0", "--max-unused", "0")
            self.assertEqual((r["packs_repacked"], r["stopped"]), (0, True))
            r = p.json("prune", "--deadline", "0s", "--max-unused", "0")
            self.assertEqual((r["packs_repacked"], r["stopped"]), (0, True))
            self.assertGreater(r["after"]["unused"], 0)
            r = p.json("prune", "--max-unused", "unlimited")
            self.assertEqual((r["packs_repacked"], r["stopped"]), (0, False))
            r = p.json("prune", "--max-unused", "2%")
            self.assertLessEqual(r["after"]["unused"], r["after"]["bytes"] * 0.02)
            r = p.json("prune", "--max-unused", "0")
            self.assertEqual(r["after"]["unused"], 0)
            for args in (["--max-unused", "x"], ["--max-unused", "101%"], ["--max-repack", "%"],
                         ["--deadline", "soon"], ["extra"]):
                p.run("prune", *args, code=2)
            copies.check(self)

    def test_small_packs_and_segments_become_few(self):
        with Place() as p:
            p.init()
            for i in range(10):
                p.write(f"f{i}", os.urandom(2000))
                p.run("backup", p.source)
            self.assertEqual(len(os.listdir(os.path.join(p.repo, "index"))), 10)
            p.run("prune")
            self.assertEqual(len(packs(p)), 2, "one of data, one of trees")
            self.assertEqual(len(os.listdir(os.path.join(p.repo, "index"))), 1)
            p.run("ls", "-R", "latest")
            shutil.rmtree(os.path.join(p.root, "cache"))
            p.run("ls", "-R", "latest")

    def test_an_unreadable_tree_stops_it_before_anything_goes(self):
        with Place() as p:
            p.init()
            p.write("d/a", os.urandom(100))
            p.run("backup", p.source)
            first = set(packs(p))
            p.write("d/b", os.urandom(100))
            p.run("backup", p.source)
            p.run("forget", p.json("snapshots")[0]["id"])
            for folder, _, names in os.walk(os.path.join(p.repo, "packs")):
                for name in set(names) - first:
                    path = os.path.join(folder, name)
                    os.chmod(path, 0o600)
                    with open(path, "r+b") as f:
                        f.seek(500)
                        byte = f.read(1)
                        f.seek(500)
                        f.write(bytes([byte[0] ^ 1]))
            before = packs(p)
            log = os.listdir(os.path.join(p.repo, "log", "00000000"))
            r = p.run("prune", code=1)
            self.assertIn(b"nothing was pruned", r.stderr)
            self.assertEqual(packs(p), before)
            self.assertEqual(os.listdir(os.path.join(p.repo, "log", "00000000")), log)

    def test_killed_at_any_time_it_leaves_all_readable(self):
        with Place() as p:
            p.init()
            rng = random.Random(3)
            copies = Copies(p)
            for turn in range(6):
                change(p.source, rng)
                copies.keep(p.json("backup", p.source)["snapshot"], p.source)
                p.run("forget", "--keep-last", "2")
                prune = subprocess.Popen([PROGRAM, "prune", "-q", "--max-unused", "0"], env=p.env)
                time.sleep(0.03 * turn + 0.1)  # any moment will do
                prune.send_signal(signal.SIGKILL)
                prune.wait()
            copies.check(self)
            self.assertEqual(p.json("prune", "--max-unused", "0")["after"]["unused"], 0)
            self.assertEqual(len(copies.check(self)), 2)

    def test_beside_backups_forgets_and_prunes(self):
        with Place() as p:
            p.init()
            rng = random.Random(7)
            copies = Copies(p)
            sources = [os.path.join(p.root, f"source{i}") for i in range(2)]
            for turn in range(6):
                for s in sources:
                    change(s, rng)
                calls = [["backup", s, "--json"] for s in sources]
                calls += [["forget", "--keep-last", "2", "-q"],
                          ["prune", "--max-unused", "0", "-q"],
                          ["prune", "--max-unused", "0", "-q"]]
                rng.shuffle(calls)
                runs = [(c, subprocess.Popen([PROGRAM, *c], env=p.env, stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE)) for c in calls]
                for c, r in runs:
                    out, err = r.communicate(timeout=120)
                    # 7: the other prune was quicker each time
                    self.assertIn(r.returncode, (0, 7) if c[0] == "prune" else (0,),
                                  (turn, c, err))
                    if c[0] == "backup":
                        copies.keep(json.loads(out.splitlines()[-1])["snapshot"], c[1])
            copies.check(self)
            self.assertEqual(p.json("prune", "--max-unused", "0")["after"]["unused"], 0)
            copies.check(self)

    def test_forget_can_prune_at_once(self):
        with Place() as p:
            p.init()
            for _ in range(2):
                p.write("file", os.urandom(3 << 20))
                p.run("backup", p.source)
            seen = lines(p.run("forget", "--keep-last", "1", "--prune", "--dry-run", "--json"))
            self.assertGreater(seen[-1]["before"]["unused"], 3 << 20,
                               "the preview takes the snapshot as gone")
            self.assertGreater(sum(packs(p).values()), 6 << 20)
            out = lines(p.run("forget", "--keep-last", "1", "--prune", "--json"))
            self.assertEqual(seen[-1]["packs_removed"], out[-1]["packs_removed"])
            self.assertEqual([x["type"] for x in out[-2:]], ["forget", "summary"])
            self.assertLess(sum(packs(p).values()), 4 << 20)


if __name__ == "__main__":
    unittest.main()
