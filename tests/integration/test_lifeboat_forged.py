#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Records that a key may write and that say nonsense: neither lifeboat nor the independent
reader may stop at them. usage: test_lifeboat_forged.py PROGRAM"""
import json
import os
import struct
import subprocess
import sys
import unittest

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings as sodium

from lifeboat_place import Locked

READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../reader")
sys.path.insert(0, READER)
from repository import (COMMIT, CONDEMN, FORGET, META, SEAL, Keys, kdf, sha256)  # noqa: E402


def field(tag, value):
    return bytes([tag, len(value)]) + value


class Forge(Locked):
    """Appends records by the first key, with its password."""

    def __enter__(self):
        super().__enter__()
        self.init()
        self.write("file")
        self.run("backup", "-q", "source")
        slot, = os.listdir(os.path.join(self.repo, "keys"))
        self.keys = Keys(self.content(f"keys/{slot}"), self.PASSWORD.encode())
        self.id = self.keys.config[28:60]
        self.public, self.secret = sodium.crypto_sign_seed_keypair(kdf(self.keys.seed, "sign"))
        return self

    def content(self, key):
        with open(os.path.join(self.repo, key), "rb") as file:
            doubled = file.read()
        return doubled[12:len(doubled) // 2]

    def put(self, key, content):
        copy = struct.pack("<I", len(content)) + sha256(content)[:8] + content
        with open(os.path.join(self.repo, key), "wb") as file:
            file.write(2 * copy)

    def sign(self, what, content):
        return content + sodium.crypto_sign(what + content, self.secret)[:64]

    def append(self, kind, shared=None, private=None, sealed_by=None):
        seq = len(os.listdir(os.path.join(self.repo, "log/00000000")))
        mark = os.urandom(32)  # session and nonce
        context = mark + struct.pack("<II", 0, seq)
        keys = (kdf(self.keys.dedup, "shared", context),
                sealed_by or kdf(self.keys.data[1], "private", context))
        parts = [part is not None and (kdf(key, "commit"), self.seal(key, 6 + i, part, mark, seq))
                 for i, (key, part) in enumerate(zip(keys, (shared, private)))]
        content = struct.pack("<4sHBB32sII32s32sII16sBBHIII", b"LBRE", 0, kind, 0, self.id, 0, seq,
                              sha256(self.content(f"log/00000000/{seq - 1:08x}")), mark, 0, 0,
                              sha256(self.public)[:16], 1, 0, 0, 1,
                              *(len(part[1]) if part else 0 for part in parts))
        content += b"".join(piece for part in parts if part for piece in part)
        self.put(f"log/00000000/{seq:08x}", self.sign(b"lifeboat record", content))
        return f"log/00000000/{seq:08x}"

    def seal(self, key, kind, plain, mark, slot):
        data = struct.pack("<4sHBB32s32sQ", b"LBAD", 0, kind, 1, self.id, mark, slot)
        return AESGCM(key).encrypt(bytes(12), plain, data)

    def end_epoch(self):
        """Without a SEAL before it, unless there is one."""
        count = len(os.listdir(os.path.join(self.repo, "log/00000000")))
        hashes = [sha256(self.content(f"log/00000000/{seq:08x}")) for seq in range(count)]
        content = struct.pack("<4sHH32sII32s", b"LBNX", 0, 0, self.id, 0, count, bytes(32))
        content += b"".join(hashes) + sha256(self.public)[:16]
        self.put("log/00000000/next", self.sign(b"lifeboat next", content))

    def read(self, *args):
        return subprocess.run([os.path.join(READER, "reader.py"), self.repo, *args],
                              env=self.env, capture_output=True, timeout=60, check=False)


class Forged(unittest.TestCase):
    def test_malformed_records_stop_nobody(self):
        with Forge() as p:
            good = p.json("snapshots")[0]["id"]
            edit = field(128, bytes.fromhex(good))
            bad = [p.append(*args) for args in (
                (META, None, b"\xff nonsense"), (META, None, b""),
                (META, None, edit[:9]), (META, None, edit + field(129, field(6, b"\2a,"))),
                (META, None, edit + field(129, field(128, bytes(32)))),
                (META, None, edit, bytes(32)), (FORGET, None, field(128, edit[2:9])),
                (CONDEMN, b"\xff nonsense"), (COMMIT, field(128, b"\1" + bytes(32) + b"\1\0\0\0")),
                (COMMIT, None, field(128, bytes(32)), bytes(32)))]
            p.append(META, None, edit + field(129, field(7, b"still edited")))
            seen = p.run("snapshots", "--json")
            self.assertIn(b"malformed record", seen.stderr)
            self.assertIn(b"malformed edit", seen.stderr)
            listed = json.loads(seen.stdout)
            self.assertIn((good, "still edited"),
                          [(one["id"], one["description"]) for one in listed])
            p.write("more")
            p.run("backup", "-q", "source")
            said = map(json.loads, p.run("check", "--json", code=4).stdout.splitlines())
            found = {one["object"] for one in said if one.get("level") == "damage"}
            self.assertEqual(set(bad), {name for name in found if name.startswith("log/")})
            answer = p.read("snapshots")
            self.assertIn(good, answer.stdout.decode(), answer.stderr.decode())
            self.assertEqual(len(answer.stdout.splitlines()), 2)

    def test_an_epoch_ends_with_a_seal_only(self):
        for seal in (False, True):
            with Forge() as p:
                if seal:
                    p.append(SEAL)
                p.end_epoch()
                self.assertEqual(p.read("snapshots").returncode, 0 if seal else 1)
                p.run("snapshots", code=0 if seal else 1)


if __name__ == "__main__":
    unittest.main()
