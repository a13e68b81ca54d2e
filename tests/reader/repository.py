# SPDX-License-Identifier: Apache-2.0
"""The repository format, read. Written from docs/format.md alone, it shares no code with the
engine; it checks each signature, seal, hash and id that it meets, and stops at a wrong one."""
import contextlib
import functools
import hashlib
import hmac
import os
import pathlib
import struct

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings as sodium, exceptions

MIB, FRAME, TAG = 1 << 20, 65536, 16
SLOT, PACK_FRAME, _, SEGMENT, LIST, SHARED, PRIVATE = range(1, 8)
DATA, TREE, MAP = 1, 2, 3
FILE, FOLDER, LINK, FIFO, CHARACTER, BLOCK, SOCKET = range(1, 8)
GENESIS, COMMIT, FORGET, CONDEMN, SWEEP, MERGE, META, KEY, SEAL, VOID = range(1, 11)
ROLES = {COMMIT: 1, FORGET: 4, CONDEMN: 4, SWEEP: 4, MERGE: 4, META: 4, KEY: 8, SEAL: 4}
MALFORMED = ValueError, KeyError, struct.error, InvalidTag, exceptions.CryptoError

def need(condition, what):
    if not condition:
        raise ValueError(what)

class Cursor:
    def __init__(self, data, magic=b""):
        self.data, self.at = bytes(data), 0
        begin = magic + bytes(2 if magic else 0)
        need(self.take(len(begin)) == begin, f"this is no {magic} of version 0")

    def take(self, count):
        need(count <= len(self.data) - self.at, "something ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def some(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    name = functools.partialmethod(take, 32)

    def varint(self, shift=0):
        byte, = self.some("B")
        need((shift < 63 or byte < 2) and (byte or not shift), "a malformed number")
        return byte if byte < 128 else byte - 128 + (self.varint(shift + 7) << 7)

    def bytes(self):
        return self.take(self.varint())

    def rest(self):
        return self.take(len(self.data) - self.at)

    def all(self, *reads):
        """Tuples of what `reads` give, until nothing is left."""
        return [tuple(read(self) for read in reads)
                for _ in iter(lambda: self.at < len(self.data), False)]

def fields(data):
    found = {}
    for (tag,), value in Cursor(data).all(lambda c: c.some("B"), Cursor.bytes):
        need(max(found, default=-1) < tag < 137, f"field {tag} is unknown or out of order")
        found[tag] = value
    return found

def sha256(data):
    return hashlib.sha256(data).digest()

def keyed(key, *parts):
    return hashlib.blake2b(b"".join(parts), key=key, digest_size=32).digest()

def kdf(key, label, context=b""):
    return keyed(key, b"lifeboat", bytes([len(label)]), label.encode(), context)

def unseal(suite, key, commit, counter, sealed, kind, ids, more=b""):
    """`ids`: of the repository, of the object, and the slot."""
    need(kdf(key, "commit") == commit, "sealed by another key")
    data = struct.pack("<4sHBB32s32sQ", b"LBAD", 0, kind, suite, *ids) + more
    if suite == 1:
        return AESGCM(key).decrypt(struct.pack("<QI", counter, 0), sealed, data)
    need(suite == 2, "an unknown suite")
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, data, struct.pack("<QQQ", counter, 0, 0), key)

def unbox(sealed, secret):
    return sodium.crypto_box_seal_open(sealed, sodium.crypto_scalarmult_base(secret), secret)

def unpress(codec, data, length):
    need(length <= 128 * MIB and codec < 2, "length or codec")
    unzip = zstandard.ZstdDecompressor(max_window_size=8 * MIB).decompress if codec else bytes
    need(len(data := unzip(data)) == length, "length")
    return data

class Keys:
    """What a key slot holds, if the password opens it; else `config` is None."""
    def __init__(self, content, password):
        cursor, self.config = Cursor(content, b"LBKEYSLT"), None
        (kind, algorithm, repository, self.slot, passes, memory, salt, suite, *_,
         length) = cursor.some("BB32s16sII32sB3s80sI")
        config = cursor.take(length)
        head, commit = content[:cursor.at], cursor.name()
        if (kind, algorithm) != (1, 1):
            return
        need(0 < passes < 65 and 7 < memory <= 1 << 22 and passes * memory <= 1 << 26, "its cost")
        kek = sodium.crypto_pwhash_alg(32, password, salt[:16], passes, memory << 10,
                                       sodium.crypto_pwhash_ALG_ARGON2ID13)
        if kdf(kek, "commit") != commit:
            return
        key, self.config = kdf(kek, "slot", sha256(config)), config
        values = fields(unseal(suite, key, kdf(key, "commit"), 0, cursor.take(*cursor.some("I")),
                               SLOT, (repository, self.slot + bytes(16), 0), head))
        self.genesis, self.id, self.dedup, self.secret = (values[n] for n in (130, 131, 133, 135))
        self.seed = values[129]
        self.data = dict(struct.iter_unpack("<I32s", values[136]))

class Pack:
    def __init__(self, data, keys, repository):
        self.kind, self.suite, mode, _, epoch, salt, self.commit, wrapped = Cursor(
            data[:160], b"LBPK").some("BBB3sI32s32s80s")
        self.data, self.ids = data, (repository, salt)
        self.key = unbox(wrapped, keys.secret) if mode else kdf(keys.data[epoch], "pack", salt)
        self.body, check = struct.unpack("<4xI8x16s", data[-32:])
        need(check == sha256(data[:160] + data[-32:-16])[:8] + b"LBPKEND0", "footer")

    @functools.lru_cache(maxsize=8)
    def group(self, offset, stored, length):
        plain = b""
        for frame in range(offset // FRAME, (offset + stored - 1) // FRAME + 1):
            at, size = 160 + frame * (FRAME + TAG), min(FRAME, self.body - frame * FRAME)
            plain += unseal(self.suite, self.key, self.commit, frame,
                            self.data[at:at + size + TAG], PACK_FRAME, (*self.ids, frame))
        return unpress(length >> 28, plain[offset % FRAME:][:stored], length & 0xFFFFFFF)

class Record:
    def __init__(self, content, *where):
        self.content, cursor = content, Cursor(content, b"LBRE")
        (self.type, flags, *here, self.previous, session, self.nonce, _, self.writer, self.suite,
         self.mode, _, self.epoch, shared, private) = cursor.some("BB32sII32s16s16s8s16sBBHIII")
        need(here == [*where] and (self.type <= VOID or not flags & 1), "misplaced or unknown")
        self.ids = where[0], session + self.nonce, where[1] << 32 | where[2]
        self.context = session + self.nonce + struct.pack("<II", *where[1:])
        self.shared = (cursor.name(), b"", cursor.take(shared)) if shared else None
        self.private = (cursor.name(), cursor.take(80 * self.mode),
                        cursor.take(private)) if private else None
        self.signed, self.signature = b"lifeboat record" + content[:cursor.at], cursor.take(64)
        need(not cursor.rest(), "a record is too long")

    def open(self, keys):
        """The fields of both parts: None without a private one, none of a malformed one."""
        shared = self.part(self.shared, kdf(keys.dedup, "shared", self.context), SHARED) or {}
        with contextlib.suppress(*MALFORMED):
            key = self.private and (unbox(self.private[1], keys.secret) if self.mode else
                                    kdf(keys.data[self.epoch], "private", self.context))
            return shared, self.part(self.private, key, PRIVATE)
        return shared, {}

    def part(self, part, key, kind):
        return part and fields(unseal(self.suite, key, part[0], 0, part[2], kind, self.ids))

class Repository:
    def __init__(self, path, password):
        self.path, self.rows, self.writers, self.snapshots = pathlib.Path(path), {}, {}, {}
        self.segments = set()
        slots = (Keys(self.undoubled(f"keys/{name}"), password)
                 for name in sorted(os.listdir(self.path / "keys")))
        self.keys = next((keys for keys in slots if keys.config), None)
        need(self.keys, "no key slot takes this password")
        need(self.undoubled("config") == self.keys.config, "config is another")
        cursor = Cursor(self.keys.config, b"LBCONFIG")
        *features, _, self.id = cursor.some("HQQ32s")
        ids = {b"\1": functools.partial(hmac.digest, digest="sha256"), b"\2": keyed}
        self.algorithm = ids[fields(cursor.rest())[128]]
        need(not any(features), "features that this reader lacks")
        self.read_log()
        self.packs = {bytes.fromhex(path.name) for path in self.path.glob("packs/*/*")}
        for name in sorted(self.segments):
            self.read_segment(self.read_object("index", name, SEGMENT))
        self.chunk_keys = [kdf(self.keys.id, label) for label in ("none", "data", "tree", "map")]

    def load(self, key):
        """The object, or None if there is none."""
        path = self.path / key
        path = path / "object" if path.is_dir() else path
        data = path.read_bytes() if path.exists() else None
        need(len(key) < 64 or data is None or sha256(data).hex() == key[-64:], f"{key}: altered")
        return data

    def undoubled(self, key):
        data = self.load(key)
        for copy in (data[:len(data) // 2], data[len(data) // 2:]) if data is not None else ():
            if copy[:12] == struct.pack("<I", len(copy) - 12) + sha256(copy[12:])[:8]:
                return copy[12:]
        need(data is None, f"{key}: both copies are damaged")

    def read_object(self, folder, name, kind):
        """An index segment or a list; zeros if it is not there."""
        if (data := self.load(f"{folder}/{name.hex()}")) is None:
            return Cursor(bytes(8))
        cursor = Cursor(data, b"LBOB")
        found, suite, salt, commit, length, codec, _ = cursor.some("BB32s32sIB3s")
        need(found == kind, f"{folder}/{name.hex()} is of another type")
        key = kdf(self.keys.dedup, "object", salt)
        plain = unseal(suite, key, commit, 0, cursor.rest(), kind, (self.id, salt, 0))
        return Cursor(unpress(codec, plain, length))

    def read_log(self):
        epoch, previous, successor = -1, bytes(32), b"the first"
        while successor:
            epoch, folder, last = epoch + 1, f"log/{epoch + 1:08x}", VOID
            successor = self.undoubled(f"{folder}/next")
            for seq, content in enumerate(self.read_epoch(folder, successor)):
                record = Record(content, self.id, epoch, seq)
                need(record.previous == previous, f"{folder}/{seq:08x}: the chain is broken")
                last, previous = self.fold(record), sha256(content)
                if last == SEAL and not successor:
                    break
            if successor:
                need(last == SEAL, f"{folder} has a successor, but nothing ends it")
                need(successor[8:44] == self.id + struct.pack("<I", epoch), "next is misplaced")
                sodium.crypto_sign_open(successor[-64:] + b"lifeboat next" + successor[:-64],
                                        self.writers[successor[-80:-64]][1])
        need(self.writers, "the log is empty")

    def read_epoch(self, folder, successor):
        if successor is None:
            records = map(self.undoubled, (f"{folder}/{seq:08x}" for seq in range(1 << 32)))
            return iter(records.__next__, None)
        *_, count, checkpoint = (cursor := Cursor(successor, b"LBNX")).some("H32sII32s")
        hashes = [cursor.name() for _ in range(count)]
        if any(checkpoint):
            cursor = self.read_object("lists", checkpoint, LIST)
            need(cursor.some("BI") == (3, count), f"{folder} has no checkpoint")
            records = [cursor.take(*cursor.some("I")) for _ in range(count)]
        else:
            records = [self.undoubled(f"{folder}/{seq:08x}") for seq in range(count)]
        need([sha256(record) for record in records] == hashes, f"{folder}: other records")
        return records

    def fold(self, record):
        """Gives its type if it counts. What CONDEMN, SWEEP and MERGE took is not there."""
        if not self.writers:
            need(sha256(record.content) == self.keys.genesis and record.type == GENESIS,
                 "the first record is not the GENESIS that the key knows")
            self.fold_keys(record.open(self.keys)[0])
        _, public, roles = self.writers.get(record.writer, (None, None, 0))
        if public:
            sodium.crypto_sign_open(record.signature + record.signed, public)
        again = record.type == COMMIT and record.nonce in self.snapshots
        if roles & ROLES.get(record.type, 0) and not again:
            with contextlib.suppress(*MALFORMED):
                shared, private = record.open(self.keys)
                self.fold_keys(shared if record.type == KEY else {})
                self.fold_snapshots(record, private)
                if record.type in (COMMIT, CONDEMN, MERGE):
                    self.segments |= self.name_set(shared.get(128, b""))
                return record.type
        return VOID

    def fold_keys(self, values):
        if 133 in values:
            slot, public, _, roles = struct.unpack("<16s32s32sI", values[133][:84])
            self.writers.setdefault(sha256(public)[:16], (slot, public, roles))
        if 134 in values:
            self.writers = {writer: (slot, public, roles if slot != values[134] else 0)
                            for writer, (slot, public, roles) in self.writers.items()}
        for slot, sealed in struct.iter_unpack("<16s80s", values.get(135, b"")[4:]):
            if slot == self.keys.slot:
                number = int.from_bytes(values[135][:4], "little")
                self.keys.data[number] = unbox(sealed, kdf(self.keys.seed, "box"))

    def fold_snapshots(self, record, values):
        """The fields of each; None of those that are gone. What a META edits is not shown."""
        gone = (values or {}).get({COMMIT: 130, FORGET: 128}.get(record.type), b"")
        gone = gone if len(gone) % 16 == 0 else b""
        prunes, mine = self.writers[record.writer][2] & 4, {(0, record.writer), (129, b"\1")}
        self.snapshots.update({snapshot: None for snapshot, in struct.iter_unpack("16s", gone) if (
            old := self.snapshots.get(snapshot)) and (prunes or mine <= old.items())})
        if record.type == COMMIT and values is not None:
            self.snapshots[record.nonce] = {0: record.writer, **values}

    def name_set(self, names):
        """Names, in the record itself or in a list."""
        if names[:1] == b"\1":
            name, count = struct.unpack("<32sI", names[1:])
            names = self.read_object("lists", name, LIST).rest()[4:]
            need(len(names) == 1 + 32 * count, f"lists/{name.hex()} is missing or another")
        return {name for name, in struct.iter_unpack("32s", names[1:])}

    def read_segment(self, cursor):
        packs, rows = cursor.some("II")
        table = [cursor.some("32sQII") for _ in range(packs)]
        for _ in range(rows):
            prefix, pack, *row = cursor.some("16s6I")
            if table[pack][0] in self.packs:
                self.rows[prefix] = table[pack][0], row
        need(not cursor.rest(), "a segment is too long")

    @functools.lru_cache(maxsize=8)
    def pack(self, name):
        return Pack(self.load(f"packs/{name.hex()[:2]}/{name.hex()}"), self.keys, self.id)

    def chunk(self, chunk_id, kind):
        need(chunk_id[:16] in self.rows, f"the index lacks chunk {chunk_id.hex()}")
        name, (*group, inner, size) = self.rows[chunk_id[:16]]
        pack, length, key = self.pack(name), size & 0xFFFFFFF, self.chunk_keys[kind]
        need(size >> 28 == kind and (kind == DATA) == (pack.kind == 1), "a chunk's type")
        plain = pack.group(*group)[inner:inner + length]
        need(len(plain) == length and chunk_id == self.algorithm(key, plain),
             f"chunk {chunk_id.hex()} is not what its id says")
        return plain

    def entries(self, node_id, above=None):
        """The entries of a folder, in order."""
        cursor, last = Cursor(self.chunk(node_id, TREE)), b""
        zero, level = cursor.some("BB")
        need(not zero and above in (None, level + 1), "level of a node")
        for _ in range(0 if level else 2):  # names of users and groups
            [(cursor.varint(), cursor.bytes()) for _ in range(cursor.varint())]
        for _ in range(cursor.varint()):
            if level:
                first = cursor.bytes()
                yield from self.entries(cursor.name(), level)
            else:
                yield (entry := Entry(cursor.bytes()))
                first = entry.name
            need(last < first, "names out of order")
            last = first
        need(not cursor.rest(), "a node is too long")

    def leaves(self, node_id):
        cursor = Cursor(self.chunk(node_id, MAP))
        _, level = cursor.some("BB")
        for child, length in cursor.all(Cursor.name, Cursor.varint):
            yield from self.leaves(child) if level else [(child, length)]

    def content(self, entry):
        """Where and what: the pieces of a file, between the holes."""
        extents, at, left = iter(entry.extents or [(0, entry.size)]), 0, 0
        for chunk_id, length in self.leaves(entry.map) if entry.map else entry.chunks:
            piece = self.chunk(chunk_id, DATA)
            need(len(piece) == length, "length of a chunk")
            while piece:
                if not left:
                    gap, left = next(extents)
                    at += gap
                yield at, piece[:left]
                taken = min(left, len(piece))
                at, left, piece = at + taken, left - taken, piece[taken:]
        need(not left and not sum(length for _, length in extents), "content ends early")

class Entry:
    def __init__(self, data):
        cursor = Cursor(data)
        self.name, (self.type,) = cursor.bytes(), cursor.some("B")
        need(self.name not in (b"", b".", b"..") and not {0, 47} & set(self.name), "a name")
        self.mode, self.uid, self.gid = cursor.varint(), cursor.varint(), cursor.varint()
        zigzag = cursor.varint()
        self.mtime = ((zigzag >> 1) ^ -(zigzag & 1)) * 10**9 + cursor.varint()
        values = fields(cursor.rest())
        def get(tag, *reads):
            return Cursor(values.get(tag, b"")).all(*reads)
        self.size, self.project = (sum(n for n, in get(tag, Cursor.varint)) for tag in (128, 4))
        self.map, self.root, self.target = (values.get(tag) for tag in (130, 131, 132))
        self.chunks = get(129, Cursor.name, Cursor.varint)
        self.xattrs = get(2, Cursor.bytes, Cursor.bytes)
        self.device, self.extents = (get(tag, Cursor.varint, Cursor.varint) for tag in (133, 134))
        self.link, self.flags = values.get(1), int.from_bytes(values.get(3, b""), "little")
