#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a configuration and a key slot of each kind, made without the engine.

usage: slot_vectors.py FOLDER

The files in tests/golden/slots come from it; docs/format.md, sections 3 and 4, is all that
it knows. tests/unit/test_slot.c opens them.
"""
import hashlib
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric import x25519
from nacl import bindings, pwhash

from crypto_vectors import RAW, aad, kdf, seal

REPO = bytes(range(64, 96))
SALT = bytes(range(32))
PASSWORD = b"correct horse"
KEY_FILE = bytes(range(200, 240))
CODE = bytes(range(20))
RECIPIENT = kdf(SALT, b"recipient")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def key(name):
    return hashlib.sha256(b"golden " + name.encode()).digest()


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def fields(values):
    return b"".join(bytes([tag]) + varint(len(v)) + v
                    for tag, v in sorted(values.items()))


def public(secret):
    pair = x25519.X25519PrivateKey.from_private_bytes(secret)
    return pair.public_key().public_bytes(*RAW)


def configuration():
    head = struct.pack("<8sHHQQ", b"LBCONFIG", 0, 0, 0, 0) + REPO
    return head + fields({
        1: b"\x01",
        2: "zone α".encode(),
        3: struct.pack("<q", 1700000000123456789),
        4: struct.pack("<I", 33554432),
        5: struct.pack("<I", 1048576),
        128: b"\x01",
        129: b"\x01",
        130: struct.pack("<BIII", 1, 262144, 1048576, 4194304),
    })


def keyset(roles):
    values = {
        128: struct.pack("<I", roles),
        129: key("seed"),
        130: key("genesis"),
        131: key("id"),
        132: key("chunker"),
        133: key("dedup"),
        134: public(key("repository")),
    }
    if roles & 2:
        values[135] = key("repository")
        values[136] = b"".join(struct.pack("<I", n) + key(f"epoch {n}")
                               for n in (1, 2, 7))
    return fields(values)


def slot(kind, suite, kek, roles, passes=0, memory=0, wrapped=bytes(80)):
    """The content of a key slot whose id is 16 times its kind."""
    ident = bytes([kind]) * 16
    config = configuration()
    header = struct.pack("<8sHBB", b"LBKEYSLT", 0, kind, 1 if kind == 1 else 0)
    header += REPO + ident + struct.pack("<II", passes, memory) + SALT
    header += bytes([suite, 0, 0, 0]) + wrapped
    header += struct.pack("<I", len(config)) + config
    sealing = kdf(kek, b"slot", hashlib.sha256(config).digest())
    data = aad(1, suite, REPO, ident + bytes(16), 0, header)
    sealed = seal(suite, sealing, 0, data, keyset(roles))
    return header + kdf(kek, b"commit") + struct.pack("<I", len(sealed)) + sealed


def doubled(content):
    check = hashlib.sha256(content).digest()[:8]
    return 2 * (struct.pack("<I", len(content)) + check + content)


def recovery_text():
    bits = int.from_bytes(CODE, "big")
    digits = [ALPHABET[bits >> 5 * (31 - i) & 31] for i in range(32)]
    check = int.from_bytes(hashlib.sha256(CODE).digest()[:4], "big") >> 12
    digits += [ALPHABET[check >> 5 * (3 - i) & 31] for i in range(4)]
    return "-".join("".join(digits[i:i + 4]) for i in range(0, 36, 4))


def blake(content):
    return hashlib.blake2b(content, key=SALT, digest_size=32).digest()


def main():
    folder = pathlib.Path(sys.argv[1])
    argon = pwhash.argon2id.kdf(32, PASSWORD, SALT[:16], opslimit=2, memlimit=8192)
    kek = key("kek of the recipient")
    boxed = bindings.crypto_box_seal(kek, public(RECIPIENT))
    files = {
        "config": configuration(),
        "password": slot(1, 1, argon, 15, 2, 8),
        "key_file": slot(2, 2, blake(KEY_FILE), 15),
        "recovery": slot(3, 1, blake(CODE), 1),
        "recipient": slot(4, 2, kek, 3, wrapped=boxed),
    }
    for name, content in files.items():
        (folder / name).write_bytes(doubled(content))
    print(recovery_text())


if __name__ == "__main__":
    main()
