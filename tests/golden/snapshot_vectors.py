#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes of a leaf, an inner node, a map and a snapshot, from docs/format.md alone.

Prints a C header. With --check FILE, exits 1 if FILE is anything else.
"""
import hashlib
import struct
import sys


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def svarint(n):
    return varint((n << 1) if n >= 0 else ((-n << 1) - 1))


def sized(b):
    return varint(len(b)) + b


def fields(pairs):
    return b"".join(bytes([tag]) + sized(value) for tag, value in sorted(pairs))


def kdf(key, label, context):
    h = hashlib.blake2b(digest_size=32, key=key)
    h.update(b"lifeboat" + bytes([len(label)]) + label + context)
    return h.digest()


def entry(name, kind, perm, uid, gid, seconds, ns, pairs):
    return sized(sized(name) + bytes([kind]) + varint(perm) + varint(uid) +
                 varint(gid) + svarint(seconds) + varint(ns) + fields(pairs))


def leaf(users, groups, entries):
    out = b"\0\0"
    for table in (users, groups):
        out += varint(len(table))
        for number, name in sorted(table.items()):
            out += varint(number) + sized(name)
    return out + varint(len(entries)) + b"".join(entries)


ID = [bytes([i]) * 32 for i in range(256)]
LINK = kdf(bytes([5]) * 32, b"link", b"/srv/data")[:8]

LEAF = leaf(
    {0: b"root", 1000: b"ann"},
    {0: b"root"},
    [
        entry(b"bin", 3, 0o777, 0, 0, -1, 1, [(132, b"usr/bin")]),
        entry(b"data", 1, 0o4755, 1000, 1000, 1700000000, 123456789, [
            (1, LINK),
            (2, sized(b"user.a") + sized(b"1") + sized(b"user.b") + sized(b"")),
            (3, struct.pack("<I", 0x10)),
            (4, varint(300)),
            (5, svarint(1600000000) + varint(5)),
            (128, varint(1 << 20)),
            (129, ID[1] + varint(8192) + ID[2] + varint(100)),
            (134, varint(4096) + varint(8192) + varint(53248) + varint(100)),
        ]),
        entry(b"empty", 1, 0o600, 7, 0, 0, 0, []),
        entry(b"folder", 2, 0o755, 0, 0, 1, 0, [(131, ID[3])]),
        entry(b"hole", 1, 0o600, 0, 0, 0, 0, [
            (128, varint(5000)), (134, varint(5000) + varint(0))]),
        entry(b"large", 1, 0o644, 0, 0, 2, 0, [
            (6, b"\1"), (128, varint(1 << 40)), (130, ID[4])]),
        entry(b"tty", 5, 0o620, 0, 0, 2, 0, [(133, varint(4) + varint(64))]),
    ])

# Wide enough folders have an inner root; where they are cut, only the format says.
CHUNKER_KEY = bytes([3]) * 32


def split(rows, modulus):
    """Lists of rows (name, bytes) as nodes hold them."""
    nodes, now, size = [], [], 0
    for name, row in rows:
        now.append((name, row))
        size += len(row)
        first = struct.unpack("<I", kdf(CHUNKER_KEY, b"split", name)[:4])[0]
        if size >= 262144 or (size >= 16384 and first % modulus == 0):
            nodes.append(now)
            now, size = [], 0
    return nodes + [now] if now or not nodes else nodes


def chunk_id(data):
    """The id that the test's own store gives: this is no part of the format."""
    return kdf(bytes([2]) * 32, b"chunk", data)


def folder(count):
    rows = []
    for i in range(count):
        name = b"name-%08d" % i
        rows.append((name, entry(name, 1, 0o644, 0, 0, 1700000000, 0, [])))
    nodes = []
    for part in split(rows, 512):
        data = leaf({}, {}, [row for _, row in part])
        nodes.append((part[0][0], data))
    level = 0
    while len(nodes) > 1:
        level += 1
        rows = [(name, sized(name) + chunk_id(data)) for name, data in nodes]
        nodes = [(part[0][0], bytes([0, level]) + varint(len(part)) +
                  b"".join(row for _, row in part)) for part in split(rows, 64)]
    return nodes[0][1]


INNER = folder(3000)
MAP = bytes([0, 0]) + varint(65) + b"".join(
    ID[i] + varint(1000 + i) for i in range(65))
SNAPSHOT = fields([
    (128, ID[9]),
    (1, struct.pack("<q", 1700000000123456789)),
    (2, struct.pack("<q", 1700000001000000000)),
    (3, b"host"), (4, b"ann"),
    (5, sized(b"/home") + sized(b"/etc")),
    (6, sized(b"daily") + sized(b"db")),
    (7, "Größe".encode()),
    (8, bytes([7]) * 16),
    (9, b"lifeboat 0.1.0"),
    (10, b"".join(varint(n) for n in (1, 200, 3, 40000, 5, 6, 7, 0))),
    (11, b"\1"), (12, sized(b"*.o")), (13, bytes([6]) * 16), (129, b"\1"),
    (130, bytes([8]) * 16 + bytes([9]) * 16),
])


def header():
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "/* Written by snapshot_vectors.py. */"]
    for name, data in (("leaf", LEAF), ("inner", INNER), ("map", MAP),
                       ("snapshot", SNAPSHOT)):
        out.append("static const unsigned char vector_%s[] = {" % name)
        for i in range(0, len(data), 12):
            out.append("\t" + " ".join("0x%02x," % b for b in data[i:i + 12]))
        out.append("};")
    return "\n".join(out) + "\n"


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    with open(sys.argv[2], encoding="ascii") as f:
        if f.read() != header():
            sys.exit("%s is not what docs/format.md gives" % sys.argv[2])
else:
    sys.stdout.write(header())
