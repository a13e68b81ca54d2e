#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What lifeboat finds of damage, and how it mends it. usage: test_lifeboat_trust.py PROGRAM"""
import json
import os
import random
import subprocess
import unittest

from test_lifeboat import Place


class Store(Place):
    """A repository with two snapshots."""

    def __enter__(self):
        super().__enter__()
        self.cache = 0
        return self

    def fill(self, seed=1):
        rng = random.Random(seed)
        self.run("init", "-q")
        self.write("big", rng.randbytes(3 << 20))
        for i in range(20):
            self.write(f"folder/{i}", rng.randbytes(2000))
        self.backup()
        self.write("late/one", rng.randbytes(70000))
        self.backup()
        return self

    def backup(self):
        return self.lines("backup", "-f", "source")[-1]["snapshot"]

    def lines(self, *args, **kw):
        out = self.run(*args, "--json", **kw).stdout.decode()
        return [json.loads(line) for line in out.splitlines()]

    def objects(self):
        found = []
        for folder, _, names in os.walk(self.repo):
            found += [os.path.relpath(os.path.join(folder, n), self.repo) for n in names]
        return sorted(f for f in found if not f.startswith("tmp/"))

    def file(self, name):
        return os.path.join(self.repo, name)

    def read(self, name):
        with open(self.file(name), "rb") as f:
            return f.read()

    def put(self, name, data):
        path = self.file(name)
        if os.path.exists(path):
            os.unlink(path)  # objects are read-only
        with open(path, "wb") as f:
            f.write(data)

    def fresh(self):
        """A cache that knows nothing."""
        self.cache += 1
        return {"LIFEBOAT_CACHE_DIR": os.path.join(self.root, f"cache{self.cache}")}

    def check(self, *args, code=4, **kw):
        """Findings by object, and the summary (None if the repository does not open)."""
        r = self.run("check", *args, "--json", code=code, **{**self.fresh(), **kw})
        said = [json.loads(line) for line in r.stdout.decode().splitlines()]
        found = {s["object"]: s for s in said if s["type"] == "finding"}
        summary = [s for s in said if s["type"] == "summary"]
        return found, summary[0] if summary else None, r.stderr.decode()


def kind(name):
    return name.split("/")[0]


def flips(data, rng):
    """Boundary and sampled bits."""
    bits = {0, 7, 8 * len(data) - 1, 4 * len(data)}
    bits |= {rng.randrange(8 * len(data)) for _ in range(3)}
    for bit in sorted(bits):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(changed)


def cuts(data):
    for n in sorted({0, 1, len(data) // 2, len(data) - 1}):
        yield f"cut to {n}", data[:n]
    yield "longer", data + b"\0"


class Corruption(unittest.TestCase):
    """Every object, damaged in every way, is found and named; the rest still reads."""

    def located(self, p, name, how):
        found, summary, said = p.check("--read-data")
        if summary is None:
            self.assertIn(kind(name), ("config", "keys"), f"{name}, {how}: {said}")
            self.assertRegex(said, "config|key slot", f"{name}, {how}")
            return
        self.assertGreater(summary["damage"], 0, f"{name}, {how}")
        exact = [f for f in found.values() if f["level"] == "damage"
                 and (f["object"] == name or name in f["message"])]
        # what is no longer there is told by where the log ends or breaks
        log = kind(name) == "log" and "log" in found
        self.assertTrue(exact or log, f"{name}, {how}: {list(found)}")
        for f in found.values():
            self.assertTrue(f["mend"], f)
        if kind(name) in ("config", "keys", "index"):
            self.assertEqual(summary["snapshots"], 2, f"{name}, {how}")

    def damage(self, p, name, ways):
        before = p.read(name)
        for how, data in ways:
            if data == before:
                continue
            p.put(name, data)
            self.located(p, name, how)
        p.put(name, before)

    def test_flipped_bits(self):
        rng = random.Random(7)
        with Store() as p:
            p.fill()
            for name in p.objects():
                self.damage(p, name, flips(p.read(name), rng))
            p.check("--read-data", code=0)

    def test_cut_and_grown(self):
        with Store() as p:
            p.fill()
            for name in p.objects():
                self.damage(p, name, cuts(p.read(name)))
            p.check("--read-data", code=0)

    def test_swapped_with_another_of_its_type(self):
        with Store() as p:
            p.fill()
            for name in p.objects():
                others = [o for o in p.objects() if kind(o) == kind(name) and o != name]
                self.damage(p, name, [(f"is {o}", p.read(o)) for o in others[:2]])
            p.check("--read-data", code=0)

    def test_replayed_from_another_repository(self):
        with Store() as p, Store() as q:
            p.fill()
            q.fill()
            for name in p.objects():
                others = [o for o in q.objects() if kind(o) == kind(name)]
                same = [o for o in others if o == name] or others
                self.damage(p, name, [(f"is a strange {o}", q.read(o)) for o in same[:2]])
            p.check("--read-data", code=0)

    def test_missing(self):
        with Store() as p:
            p.fill()
            last = max(n for n in p.objects() if kind(n) == "log")
            kept = os.path.join(p.root, "cache")
            p.check(code=0, LIFEBOAT_CACHE_DIR=kept)
            for name in p.objects():
                data = p.read(name)
                os.unlink(p.file(name))
                if name == last:
                    # only a machine that has seen it can tell
                    found, _, _ = p.check(LIFEBOAT_CACHE_DIR=kept)
                    self.assertIn("rolled back", found["log"]["message"])
                else:
                    self.located(p, name, "missing")
                p.put(name, data)
            p.check("--read-data", code=0)

    def test_what_is_undamaged_still_reads(self):
        with Store() as p:
            p.fill()
            rng = random.Random(3)
            whole = p.run("ls", "-lR", "latest").stdout
            for name in p.objects():
                if kind(name) not in ("config", "keys", "log", "index"):
                    continue
                data = p.read(name)
                for how, bad in list(flips(data, rng))[:2]:
                    p.put(name, bad)
                    r = p.run("ls", "-lR", "latest", **({} if kind(name) == "index"
                                                             else p.fresh()))
                    self.assertEqual(r.stdout, whole, f"{name}, {how}")
                p.put(name, data)


class Check(unittest.TestCase):
    def test_a_pack_names_the_files_it_affects(self):
        with Store() as p:
            p.fill()
            sizes = {n: len(p.read(n)) for n in p.objects() if kind(n) == "packs"}
            largest = max(sizes, key=sizes.get)
            data = bytearray(p.read(largest))
            data[len(data) // 2] ^= 1
            p.put(largest, bytes(data))
            p.check(code=0)  # the structure is whole
            found, summary, _ = p.check("--read-data")
            paths = {a["path"] for a in found[largest]["affects"]}
            self.assertIn("/source/big", paths)
            self.assertEqual(len({a["snapshot"] for a in found[largest]["affects"]}), 2)
            self.assertEqual(summary["damage"], 1)
            self.assertLess(summary["restorability"], 1)

    def test_the_score_remembers(self):
        with Store() as p:
            p.fill()
            kept = {"LIFEBOAT_CACHE_DIR": os.path.join(p.root, "cache")}
            _, s, _ = p.check(code=0, **kept)
            self.assertEqual((s["restorability"], s["oldest_verification"]), (0, None))
            _, s, _ = p.check("--read-data-subset", "1%", code=0, **kept)
            self.assertGreater(s["restorability"], 0)
            runs = 1
            while s["restorability"] < 1:
                _, s, _ = p.check("--read-data-subset", "1%", code=0, **kept)
                runs += 1
            self.assertLessEqual(runs, s["packs"], "each run finds one that was never read")
            _, s, _ = p.check(code=0, **kept)
            self.assertEqual((s["restorability"], s["packs_read"]), (1, 0))
            self.assertIsNotNone(s["oldest_verification"])

    def test_parts_make_the_whole(self):
        with Store() as p:
            p.fill()
            read = [p.check("--read-data-subset", f"{n}/3", code=0)[1] for n in (1, 2, 3)]
            self.assertEqual(sum(s["packs_read"] for s in read), read[0]["packs"])
            self.assertEqual(sum(s["bytes_read"] for s in read), read[0]["bytes_total"])
            for bad in ("0/3", "4/3", "1/0", "x", "5", "0%", "101%", "nan%", "-1%"):
                p.run("check", "--read-data-subset", bad, code=2)
            p.run("check", "--read-data", "--read-data-subset", "1/2", code=2)

    def test_damage_is_remembered_until_it_was_read_again(self):
        with Store() as p:
            p.fill()
            kept = {"LIFEBOAT_CACHE_DIR": os.path.join(p.root, "cache")}
            last = max(n for n in p.objects() if kind(n) == "packs")
            whole = p.read(last)
            data = bytearray(whole)
            data[len(data) // 2] ^= 1
            p.put(last, bytes(data))
            number = int(os.path.basename(last)[:16], 16) % 1000000
            found, s, _ = p.check("--read-data-subset", f"{number + 1}/1000000", **kept)
            self.assertEqual((list(found), s["packs_read"]), ([last], 1))
            for how in (["--read-data-subset", "0.001%"], []) * 2:
                found, _, _ = p.check(*how, **kept)
                self.assertIn(last, found, how)
            p.put(last, whole)
            p.check(code=0, **kept)

    def test_nothing_is_whole_that_was_skipped(self):
        with Store() as p:
            p.fill()
            pack = [n for n in p.objects() if kind(n) == "packs"][0]
            data = p.read(pack)
            os.unlink(p.file(pack))
            os.mkdir(p.file(pack))
            found, s, _ = p.check("--read-data")
            self.assertGreater(s["damage"] + s["skipped"], 0)
            os.rmdir(p.file(pack))
            p.put(pack, data)

    def test_packs_without_a_record_are_notes(self):
        with Store() as p:
            p.fill()
            records = [n for n in p.objects() if kind(n) == "log"]
            os.unlink(p.file(records[-1]))  # as if the second backup had died before it
            found, s, _ = p.check("--read-data", code=0)
            self.assertEqual(found["packs that nobody registered"]["level"], "note")
            self.assertEqual((s["damage"], s["skipped"]), (0, 0))


class Repair(unittest.TestCase):
    def flip(self, p, name, at=0.5):
        data = bytearray(p.read(name))
        data[int((len(data) - 1) * at)] ^= 1
        p.put(name, bytes(data))

    def repair(self, p, what, *args, code=0):
        return p.lines("repair", what, *args, code=code, **p.fresh())[-1]

    def packs(self, p):
        """By size: small ones of metadata or late files, the last holds `big`."""
        return sorted((n for n in p.objects() if kind(n) == "packs"), key=lambda n: len(p.read(n)))

    def same(self, p, snapshot):
        target = os.path.join(p.root, "out")
        p.run("restore", f"{snapshot}:source", "--target", target, **p.fresh())
        for folder, _, names in os.walk(p.source):
            for n in names:
                path = os.path.join(folder, n)
                with open(path, "rb") as a, \
                        open(os.path.join(target, os.path.relpath(path, p.source)), "rb") as b:
                    self.assertEqual(a.read(), b.read(), path)

    def test_a_damaged_copy_is_written_again(self):
        with Store() as p:
            p.fill()
            for name in p.objects():
                if kind(name) not in ("config", "keys", "log"):
                    continue
                before = p.read(name)
                for at in (0.2, 0.8):
                    self.flip(p, name, at)
                    self.assertEqual(self.repair(p, "config", "--dry-run")["mended"], 1)
                    self.assertNotEqual(p.read(name), before)
                    self.assertEqual(self.repair(p, "config")["mended"], 1, name)
                    self.assertEqual(p.read(name), before)

    def test_a_lost_configuration_comes_from_a_key_slot(self):
        with Store() as p:
            p.fill()
            before = p.read("config")
            for bad in (None, b"", b"x" * len(before), before[:50]):
                os.unlink(p.file("config"))
                if bad is not None:
                    p.put("config", bad)
                r = p.run("snapshots", code=1)
                self.assertIn(b"repair config", r.stderr)
                self.repair(p, "config")
                self.assertEqual(p.read("config"), before)

    def test_segments_are_built_from_packs(self):
        with Store() as p:
            p.fill()
            latest = p.lines("snapshots")[-1][-1]["id"]
            segments = [n for n in p.objects() if kind(n) == "index"]
            self.flip(p, segments[0])
            os.unlink(p.file(segments[1]))
            p.run("ls", "-R", "latest", code=4, **p.fresh())
            dry = self.repair(p, "index", "--dry-run")
            self.assertEqual(dry["mended"], len(self.packs(p)))
            self.assertEqual([n for n in p.objects() if kind(n) == "index"], segments[:1])
            self.assertEqual(self.repair(p, "index")["mended"], len(self.packs(p)))
            p.check("--read-data", code=0)
            self.same(p, latest)
            self.assertEqual(self.repair(p, "index")["mended"], 0, "nothing is left to do")
            added = p.lines("backup", "-f", "source", **p.fresh())[-1]["bytes_new"]
            self.assertEqual(added, 0, "all chunks are known again")

    def test_a_backup_heals_what_a_broken_pack_had(self):
        with Store() as p:
            p.fill()
            first = p.lines("snapshots")[-1][0]["id"]
            self.flip(p, self.packs(p)[-1])
            found = self.repair(p, "packs", code=4)
            self.assertEqual(found["mended"], 1)
            self.assertGreater(found["lost"], 0)
            p.run("backup", "-f", "source", **p.fresh())
            out = os.path.join(p.root, "healed")
            p.run("restore", f"{first}:source/big", "--target", out, **p.fresh())
            self.assertEqual(self.repair(p, "snapshots")["mended"], 0)
            p.run("prune", **p.fresh())
            p.check("--read-data", code=0)

    def test_what_can_be_read_of_a_pack_is_saved(self):
        with Store() as p:
            p.fill()
            broken = self.packs(p)[-1]
            self.flip(p, broken)
            before = set(p.objects())
            done = self.repair(p, "packs", code=4)
            self.assertTrue(1 <= done["lost"] <= 2, "one frame holds parts of two at most")
            self.assertTrue([n for n in set(p.objects()) - before if kind(n) == "packs"])
            os.unlink(p.file(broken))
            found, _, _ = p.check("--read-data")
            self.assertEqual({a["path"] for a in found[broken]["affects"]}, {"/source/big"})
            kept = self.repair(p, "snapshots", code=4)
            self.assertEqual((kept["mended"], kept["lost"]), (2, 2))

    def test_snapshots_end_files_where_they_are_lost(self):
        with Store() as p:
            p.fill()
            ids = [s["id"] for s in p.lines("snapshots")[-1]]
            self.flip(p, self.packs(p)[-1])
            dry = self.repair(p, "snapshots", "--read-data", "--dry-run", code=4)
            self.assertEqual(dry["mended"], 2)
            self.assertEqual([s["id"] for s in p.lines("snapshots")[-1]], ids)
            done = self.repair(p, "snapshots", "--read-data", code=4)
            self.assertEqual((done["mended"], done["lost"]), (2, dry["lost"]))
            listed = p.lines("snapshots")[-1]
            self.assertEqual(len(listed), 2)
            self.assertFalse({s["id"] for s in listed} & set(ids))
            entries = {e["path"]: e for e in p.lines("ls", "-R", "latest")[:-1]}
            damaged = [e for e in entries.values() if e["damaged"]]
            self.assertIn("/source/big", [e["path"] for e in damaged])
            with open(os.path.join(p.source, "big"), "rb") as f:
                whole = f.read()
            out = os.path.join(p.root, "out")
            p.run("restore", "latest:source", "--target", out)
            with open(os.path.join(out, "big"), "rb") as f:
                rest = f.read()
            self.assertLess(len(rest), len(whole))
            self.assertEqual(whole[:len(rest)], rest, "never invented bytes")
            self.assertEqual(self.repair(p, "snapshots", "--read-data")["mended"], 0)

    def test_folders_may_be_thousands_deep(self):
        with Store() as p:
            p.run("init", "-q")
            folder = os.open(p.source, os.O_RDONLY)
            for _ in range(7500):
                os.mkdir("d", dir_fd=folder)
                inner = os.open("d", os.O_RDONLY, dir_fd=folder)
                os.close(folder)
                folder = inner
            file = os.open("f", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
            os.write(file, os.urandom(300000))
            os.close(file)
            os.close(folder)
            try:
                p.backup()
            finally:  # too deep for the clean-up of this language
                subprocess.run(["rm", "-rf", p.source], check=True)
            smallest = min((n for n in p.objects() if kind(n) == "packs"),
                           key=lambda n: len(p.read(n)))  # the other one has the trees
            self.flip(p, smallest)
            self.repair(p, "snapshots", "--read-data", code=4)
            [s] = json.loads(p.run("snapshots", "--json").stdout)
            [found] = [f for f in p.lines("find", "f") if f["type"] == "match"]
            self.assertEqual((found["snapshot"], found["size"]), (s["id"], 0))

    def test_a_snapshot_without_a_root_is_not_replaced(self):
        with Store() as p:
            p.run("init", "-q")
            p.write("a/one", b"1" * 5000)
            p.backup()
            old = set(p.objects())
            p.write("b/two", b"2" * 5000)
            lost = p.backup()
            gone = [n for n in self.packs(p) if n not in old]
            for name in gone:
                os.unlink(p.file(name))
            found, _, _ = p.check()
            self.assertTrue(set(gone) <= set(found), "missing packs are named")
            done = p.lines("repair", "snapshots", code=4)
            self.assertIn(f"snapshot {lost}", [f.get("object") for f in done])
            self.assertEqual(done[-1]["mended"], 0)
            self.assertEqual(len(p.lines("snapshots")[-1]), 2)
            p.run("forget", lost)
            p.check(code=4)  # the packs are still missing, and affect nothing
            first = p.lines("ls", "-R", "latest", **p.fresh())
            self.assertIn("/source/a/one", [e["path"] for e in first[:-1]])

    def test_usage(self):
        with Store() as p:
            p.fill()
            p.run("repair", code=2)
            p.run("repair", "everything", code=2)
            for what in ("config", "index", "packs", "snapshots"):
                self.assertEqual(self.repair(p, what)["mended"], 0, what)


class Stats(unittest.TestCase):
    def test_figures(self):
        with Store() as p:
            p.fill()
            s = p.lines("stats")[-1]
            self.assertEqual(s["bytes_restored"], 2 * ((3 << 20) + 40000) + 70000)
            self.assertAlmostEqual(s["ratio"], s["bytes_restored"] / s["bytes_stored"], 3)
            self.assertEqual(s["packs"], len([n for n in p.objects() if kind(n) == "packs"]))
            self.assertGreater(s["chunks"], 22)
            one = p.lines("stats", "latest")[-1]
            self.assertEqual(one["bytes_restored"], (3 << 20) + 110000)
            self.assertLess(one["bytes_stored"], s["bytes_stored"])
            self.assertIn(b"ratio", p.run("stats").stdout)
            p.run("stats", "ffff", code=1)


if __name__ == "__main__":
    unittest.main()
