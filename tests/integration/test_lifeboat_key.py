#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lifeboat key. usage: test_lifeboat_key.py PROGRAM"""
import json
import os
import re
import subprocess
import unittest

from lifeboat_place import PROGRAM
from test_lifeboat import Locked  # takes PROGRAM from the command line


class Keys(Locked):
    def secret(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, "wb") as f:
            f.write(text)
        return path

    def with_key(self, *secret, code=0, args=("snapshots",)):
        return self.run(*secret, *args, code=code, LIFEBOAT_PASSWORD="")

    def keys(self, *args, **kw):
        out = self.run("key", "list", *args, "--json", **kw).stdout.splitlines()
        *keys, summary = map(json.loads, out)
        assert summary == {"type": "summary", "keys": len(keys)}, summary
        return keys

    def labels(self):
        return {k["label"]: k for k in self.keys()}


class Key(unittest.TestCase):
    def test_each_kind_of_secret_opens(self):
        with Keys() as p:
            p.init()
            other = p.secret("other", b"another\n")
            file = p.secret("file", os.urandom(64))
            p.run("key", "add", "--new-password-file", other, "--label", "password")
            p.run("key", "add", "--new-key-file", file, "--label", "file")
            p.run("key", "add", "--new-password-command", "echo third", "--label", "command")
            said = p.run("key", "add", "--recovery-code", "--label", "code").stdout.decode()
            code = re.search(r"recovery code: ([0-9A-Z-]{44})\n", said).group(1)
            paper = p.secret("paper", code.lower().replace("-", " ").encode())
            p.with_key("-p", other)
            p.with_key("--key-file", file)
            p.with_key("--password-command", "echo third")
            for option, name in (("--password-file", other), ("--key-file", file)):
                subprocess.run(["bash", "-c", f'exec "$0" {option} <(cat "$1") snapshots', PROGRAM,
                                name], env={**p.env, "LIFEBOAT_PASSWORD": ""}, timeout=60,
                               check=True, stdout=subprocess.DEVNULL)
            p.with_key("--recovery-file", paper)
            p.with_key("--recovery-file", file, code=2)
            p.with_key("--recovery-file", paper, "-p", other, code=2)
            keys = p.labels()
            self.assertEqual({label: keys[label]["kind"] for label in
                              ("password", "file", "command", "code")},
                             {"password": "password", "file": "key file", "command": "password",
                              "code": "recovery code"})
            self.assertTrue(all(k["standing"] == "good" for k in keys.values()))
            self.assertEqual(keys["file"]["roles"], ["backup", "read", "prune", "admin"])
            self.assertNotIn(code, p.run("key", "list").stdout.decode())
            p.run("key", "add", "--recovery-code", "--json", code=2)

    def test_a_recipient_opens_with_the_private_key(self):
        with Keys() as p:
            made = p.json("key", "generate", "ann", LIFEBOAT_REPOSITORY="")
            ann = os.path.join(p.root, "ann")
            self.assertEqual(os.stat(ann).st_mode & 0o777, 0o600)
            with open(ann, encoding="ascii") as f:
                secret = f.read()
            with open(ann + ".pub", encoding="ascii") as f:
                self.assertEqual(f.read(), made["public_key"] + "\n")
            self.assertNotIn(secret.strip()[-40:], json.dumps(made))
            p.run("key", "generate", "ann", code=1)
            with open(ann, encoding="ascii") as f:
                self.assertEqual(f.read(), secret, "never overwritten")
            p.run("key", "generate", "bob")
            p.run("init", "--private-key", "ann", code=2)
            p.init()
            p.write("f", b"words\n")
            p.run("backup", "source")
            p.run("key", "add", "--recipient", "ann", code=2)
            p.with_key("--private-key", "ann.pub", code=2)
            p.with_key("--private-key", "ann", code=6)
            p.run("key", "add", "--recipient", "ann.pub", "--label", "ann", "--role", "read")
            p.run("key", "passwd", "--recipient", "ann.pub", code=2)
            key = p.labels()["ann"]
            self.assertEqual((key["kind"], key["standing"], key["roles"]),
                             ("recipient", "good", ["read"]))
            out = p.with_key("--private-key", "ann", args=("dump", "latest:source/f")).stdout
            self.assertEqual(out, b"words\n")
            p.with_key("--private-key", "bob", code=6)
            p.with_key("--private-key", "ann", "-p", ann, code=2)
            p.run("key", "remove", "ann")
            p.with_key("--private-key", "ann", code=6)

    def test_a_removed_key_does_not_open(self):
        with Keys() as p:
            p.init()
            other = p.secret("other", b"another\n")
            added = p.json("key", "add", "--new-password-file", other, "--label", "laptop")
            slot = os.path.join(p.repo, "keys", added["key"])
            with open(slot, "rb") as f:
                content = f.read()
            would = p.json("key", "remove", "laptop", "--dry-run")
            self.assertEqual((would["key"], would["dry_run"]), (added["key"], True))
            p.with_key("-p", other)
            p.run("key", "remove", "laptop")
            p.with_key("-p", other, code=6)
            with open(slot, "wb") as f:
                f.write(content)
            self.assertIn(b"was removed", p.with_key("-p", other, code=6).stderr)
            self.assertEqual(p.labels()["laptop"]["standing"], "left over")
            p.run("key", "remove", added["key"][:8])
            self.assertNotIn("laptop", p.labels())
            self.assertFalse(os.path.exists(slot))

    def test_the_last_key_stays(self):
        with Keys() as p:
            p.init()
            (only,) = p.keys()
            self.assertTrue(only["current"])
            for args in ((), ("--dry-run",)):
                r = p.run("key", "remove", only["id"], *args, code=2)
                self.assertIn(b"add another", r.stderr)
            p.run("key", "remove", "nobody", code=1)
            p.run("key", "remove", code=2)
            p.run("key", "list", "all", code=2)
            self.assertIn(b"there are", p.run("key", "frobnicate", code=2).stderr)

    def test_passwd_changes_the_secret_and_keeps_the_rest(self):
        with Keys() as p:
            p.init()
            p.write("f")
            p.run("backup", "source")
            (before,) = p.keys()
            new = p.secret("new", b"changed\n")
            p.run("key", "passwd", "--new-password-file", new, "--role", "read", code=2)
            p.run("key", "passwd", "--new-password-file", new, "--dry-run")
            p.run("snapshots")
            p.run("key", "passwd", "--new-password-file", new)
            p.run("snapshots", code=6)
            self.assertIn(b"source", p.with_key("-p", new).stdout)
            (after,) = p.keys("-p", new, LIFEBOAT_PASSWORD="")
            self.assertNotEqual(after["id"], before["id"])
            self.assertEqual((after["label"], after["roles"]), (before["label"], before["roles"]))
            p.with_key("-p", new, args=("backup", "source"))

    def test_who_may_not_administer_is_told_so_before_a_secret_is_asked_for(self):
        with Keys() as p:
            p.init()
            client = p.secret("client", os.urandom(32))
            admin = p.secret("admin", os.urandom(32))
            p.run("key", "add", "--role", "backup", "--new-key-file", client)
            p.run("key", "add", "--role", "admin", "--new-key-file", admin)
            slots = sorted(os.listdir(os.path.join(p.repo, "keys")))
            new = ("--new-password-command", f"touch {p.root}/asked; echo new")
            for dry in ((), ("--dry-run",)):
                for what in ("add", "passwd"):
                    r = p.with_key("--key-file", client, args=("key", what, *new, *dry), code=1)
                    self.assertIn(b"lacks the role \"admin\"", r.stderr)
                p.with_key("--key-file", admin, args=("key", "add", *new, *dry), code=1)
            self.assertFalse(os.path.exists(os.path.join(p.root, "asked")))
            would = p.json("--key-file", admin, "key", "add", "--role", "admin", *new,
                           "--dry-run", LIFEBOAT_PASSWORD="")
            self.assertEqual((would["action"], would["dry_run"], would["key"]),
                             ("added", True, None))
            p.with_key("--key-file", admin, args=("key", "passwd", *new, "--dry-run"))
            self.assertTrue(os.path.exists(os.path.join(p.root, "asked")))
            self.assertEqual(sorted(os.listdir(os.path.join(p.repo, "keys"))), slots)

    def test_a_write_only_key_adds_and_cannot_read(self):
        with Keys() as p:
            p.init()
            p.write("one", b"1" * 100000)
            p.run("backup", "source")
            client = p.secret("client", os.urandom(32))
            p.run("key", "add", "--role", "backup", "--new-key-file", client, "--label", "client")
            p.write("two", b"2" * 100000)
            only = ("--key-file", client)
            p.with_key(*only, args=("backup", "source", "--host", "client"))
            p.with_key(*only, args=("ls", "latest"), code=1)
            p.with_key(*only, args=("key", "add", "--recovery-code"), code=1)
            listed = p.json("snapshots")
            self.assertEqual([s["host"] for s in listed][-1], "client")
            names = p.run("ls", listed[-1]["id"] + ":source").stdout.decode().split()
            self.assertEqual(names, ["/source/one", "/source/two"])

    def test_a_reader_cannot_write(self):
        with Keys() as p:
            p.init()
            p.write("f")
            p.run("backup", "source")
            reader = p.secret("reader", os.urandom(32))
            p.run("key", "add", "--role", "read", "--new-key-file", reader)
            only = ("--key-file", reader)
            p.with_key(*only, args=("ls", "latest"))
            r = p.with_key(*only, args=("backup", "source"), code=1)
            self.assertIn(b"role backup", r.stderr)
            self.assertEqual(len(p.json("snapshots")), 1)
            p.run("key", "add", "--role", "king", code=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
