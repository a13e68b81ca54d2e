#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Dumps files and folders with the lifeboat program, and unpacks them with others.
usage: test_dump.py PROGRAM"""
import io
import os
import stat
import subprocess
import tarfile
import unittest
import zipfile

from test_lifeboat import Place

MIB = 1 << 20


class Dump(unittest.TestCase):
    def dump(self, p, path, *args, code=0):
        return p.run("dump", f"latest:{p.source}/{path}", *args, code=code)

    def tar(self, p, path, *args):
        return tarfile.open(fileobj=io.BytesIO(self.dump(p, path, *args).stdout))

    def test_a_file_comes_as_it_is(self):
        with Place() as p:
            p.init()
            data = os.urandom(9 * MIB)
            p.write("d/large", data)
            p.write("empty", b"")
            with open(os.path.join(p.source, "sparse"), "wb") as f:
                f.seek(2 * MIB)
                f.write(b"x")
                f.truncate(3 * MIB)
            p.json("backup", p.source)
            self.assertEqual(self.dump(p, "d/large").stdout, data)
            self.assertEqual(self.dump(p, "empty").stdout, b"")
            self.assertEqual(self.dump(p, "sparse").stdout,
                             bytes(2 * MIB) + b"x" + bytes(MIB - 1))

    def test_a_folder_is_a_tar_archive(self):
        with Place() as p:
            p.init()
            long = "n" * 200
            p.write("d/a", b"a")
            p.write(f"d/{long}/{long}/deep", b"deep")
            p.write(b"d/odd \xff name", b"odd")
            source = os.path.join(p.source, "d")
            os.link(os.path.join(source, "a"), os.path.join(source, "b"))
            os.symlink("../x", os.path.join(source, "link"))
            os.mkfifo(os.path.join(source, "fifo"), 0o640)
            with open(os.path.join(source, "sparse"), "wb") as f:
                f.seek(20 * MIB)
                f.write(b"x" * 4096)
                f.truncate(40 * MIB)
            os.chmod(os.path.join(source, "a"), 0o4750)
            os.utime(os.path.join(source, "a"), ns=(0, 1234567890123456789))
            p.json("backup", p.source)
            with self.tar(p, "d") as tar:
                members = {os.fsencode(m.name): m for m in tar}
                self.assertEqual(set(members), {
                    b"a", b"b", b"link", b"fifo", b"sparse", b"odd \xff name",
                    long.encode(), f"{long}/{long}".encode(),
                    f"{long}/{long}/deep".encode()})
                self.assertEqual(members[b"a"].mode, 0o4750)
                self.assertEqual(members[b"a"].pax_headers["mtime"], "1234567890.123456789")
                self.assertTrue(members[b"b"].islnk())
                self.assertEqual(members[b"b"].linkname, "a")
                self.assertEqual(members[b"link"].linkname, "../x")
                self.assertTrue(members[b"fifo"].isfifo())
                read = tar.extractfile(members[b"sparse"]).read()
                self.assertEqual(read, bytes(20 * MIB) + b"x" * 4096 +
                                 bytes(20 * MIB - 4096))
                self.assertTrue(members[b"sparse"].issparse())
                self.assertEqual(tar.extractfile(members[b"odd \xff name"]).read(), b"odd")
            self.assertLess(len(self.dump(p, "d").stdout), MIB, "holes take no room")

    def test_tar_unpacks_what_it_is_given(self):
        with Place() as p:
            p.init()
            for i in range(50):
                p.write(f"d{i % 3}/f{i}", os.urandom(i * 1000))
            p.json("backup", p.source)
            out = os.path.join(p.root, "out")
            os.mkdir(out)
            subprocess.run(["tar", "-xC", out], input=self.dump(p, "").stdout, check=True)
            subprocess.run(["diff", "-r", p.source, out], check=True)

    def test_a_file_that_is_all_hole_takes_no_room(self):
        with Place() as p:
            p.init()
            p.write("hole", b"")
            os.truncate(os.path.join(p.source, "hole"), 100 * MIB)
            p.json("backup", p.source)
            archive = self.dump(p, "").stdout
            self.assertLess(len(archive), MIB)
            out = os.path.join(p.root, "out")
            os.mkdir(out)
            subprocess.run(["tar", "-xC", out], input=archive, check=True)
            self.assertEqual(os.stat(os.path.join(out, "hole")).st_size, 100 * MIB)

    def test_attributes_come_along(self):
        with Place() as p:
            p.init()
            p.write("a", b"1")
            try:
                os.setxattr(os.path.join(p.source, "a"), "user.key", b"\0value")
            except OSError:
                self.skipTest("no extended attributes here")
            p.json("backup", p.source)
            with self.tar(p, "") as tar:
                headers = tar.getmember("a").pax_headers
                self.assertEqual(headers["SCHILY.xattr.user.key"], "\0value")

    def test_a_folder_as_zip(self):
        with Place() as p:
            p.init()
            data = os.urandom(3 * MIB)
            p.write("d/a", b"text " * 1000)
            p.write("d/e/large", data)
            os.symlink("a", os.path.join(p.source, "d/link"))
            os.mkfifo(os.path.join(p.source, "d/fifo"))
            p.json("backup", p.source)
            r = self.dump(p, "d", "--archive", "zip")
            self.assertIn(b"d/fifo: left out", r.stderr)
            with zipfile.ZipFile(io.BytesIO(r.stdout)) as z:
                self.assertIsNone(z.testzip())
                self.assertEqual(sorted(z.namelist()), ["a", "e/", "e/large", "link"])
                self.assertEqual(z.read("e/large"), data)
                self.assertTrue(stat.S_ISLNK(z.getinfo("link").external_attr >> 16))

    def test_patterns_choose(self):
        with Place() as p:
            p.init()
            for name in ("a.c", "a.o", "d/b.c", "d/b.o"):
                p.write(name)
            p.json("backup", p.source)
            for args, wanted in ((["--exclude", "*.o"], ["a.c", "d", "d/b.c"]),
                                 (["--include", "d"], ["d", "d/b.c", "d/b.o"]),
                                 (["--include", "*.c"], ["a.c", "d/b.c"])):
                with self.tar(p, "", *args) as tar:
                    self.assertEqual(sorted(tar.getnames()), wanted)

    def test_what_cannot_be_dumped_is_told(self):
        with Place() as p:
            p.init()
            p.write("a")
            os.mkfifo(os.path.join(p.source, "fifo"))
            p.json("backup", p.source)
            self.assertIn(b"nothing", self.dump(p, "nothing", code=1).stderr)
            self.assertIn(b"fifo", self.dump(p, "fifo", code=2).stderr)

    def test_a_damaged_file_is_left_out_of_an_archive(self):
        with Place() as p:
            p.init()
            p.write("bad", os.urandom(100000))
            p.json("backup", p.source)
            p.write("good", b"fine")
            packs = [os.path.join(folder, name) for folder, _, names
                     in os.walk(os.path.join(p.repo, "packs")) for name in names]
            pack = max(packs, key=os.path.getsize)
            p.json("backup", p.source)
            os.chmod(pack, 0o600)
            with open(pack, "r+b") as f:
                f.seek(os.path.getsize(pack) // 2)
                byte = f.read(1)
                f.seek(-1, os.SEEK_CUR)
                f.write(bytes([byte[0] ^ 1]))
            r = self.dump(p, "", code=1)
            self.assertIn(os.path.basename(pack).encode(), r.stderr)
            with tarfile.open(fileobj=io.BytesIO(r.stdout)) as tar:
                self.assertEqual(tar.getnames(), ["good"])
            self.assertEqual(self.dump(p, "bad", code=1).stdout, b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
