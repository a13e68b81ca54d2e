# SPDX-License-Identifier: Apache-2.0
"""The repository format, read. Written from docs/format.md alone, it shares no code with the
engine; it checks each signature, seal, hash and id that it meets, and stops at a wrong one."""
import contextlib
import functools
import hashlib
import hmac
import os
import struct

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

MIB, FRAME, TAG = 1 << 20, 65536, 16
SLOT, PACK_FRAME, PACK_TRAILER, SEGMENT, LIST, SHARED, PRIVATE = range(1, 8)
CHUNKS = DATA, TREE, MAP = 1, 2, 3
FILE, FOLDER, LINK, FIFO, CHARACTER, BLOCK, SOCKET = range(1, 8)
GENESIS, COMMIT, FORGET, CONDEMN, SWEEP, MERGE, META, KEY, SEAL, VOID = range(1, 11)
ROLES = {COMMIT: 1, FORGET: 4, CONDEMN: 4, SWEEP: 4, MERGE: 4, META: 4, KEY: 8, SEAL: 4}
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

class Damaged(Exception):
    """What was read is not as the format says."""

def need(condition, what):
    if not condition:
        raise Damaged(what)

@contextlib.contextmanager
def reading(what):
    """Says in what the damage is."""
    try:
        yield
    except (InvalidTag, CryptoError):
        raise Damaged(f"{what}: was altered") from None
    except (Damaged, KeyError, struct.error, zstandard.ZstdError) as err:
        raise Damaged(f"{what}: {err}") from None

# 1 Conventions

class Cursor:
    def __init__(self, data, magic=b""):
        self.data, self.at = bytes(data), 0
        need(self.take(len(magic)) == magic, "is something else")
        need(not magic or self.some("H") == (0,), "has another version")

    def take(self, count):
        need(count <= len(self.data) - self.at, "ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def some(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def varint(self):
        value, byte, shift = 0, 128, 0
        while byte > 127:
            byte, = self.some("B")
            value |= (byte & 127) << shift
            need(value < 1 << 64 and (byte or not shift), "a malformed number")
            shift += 7
        return value

    def svarint(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def bytes(self):
        return self.take(self.varint())

    def name(self):
        return self.take(32)

    def rest(self):
        return self.take(len(self.data) - self.at)

    def all(self, *reads):
        """Tuples of what `reads` give, until nothing is left."""
        found = []
        while self.at < len(self.data):
            found.append(tuple(read(self) for read in reads))
        return found

    def end(self):
        need(self.at == len(self.data), "is too long")

def fields(data, known, must=()):
    found = {}
    for (tag,), value in Cursor(data).all(lambda c: c.some("B"), Cursor.bytes):
        need(tag > max(found, default=-1), f"field {tag} is out of order")
        need(tag < 128 or tag in known, f"field {tag} is unknown")
        found[tag] = value
    need(set(must) <= set(found), "lacks a field")
    return found

def sha256(data):
    return hashlib.sha256(data).digest()

def keyed(key, *parts):
    return hashlib.blake2b(b"".join(parts), key=key, digest_size=32).digest()

def kdf(key, label, context=b""):
    return keyed(key, b"lifeboat", bytes([len(label)]), label.encode(), context)

def unseal(suite, key, commit, counter, sealed, kind, ids, more=b""):
    """`ids`: of the repository, of the object, and the slot."""
    need(kdf(key, "commit") == commit, "is sealed by another key")
    data = struct.pack("<4sHBB32s32sQ", b"LBAD", 0, kind, suite, *ids) + more
    if suite == 1:
        return AESGCM(key).decrypt(struct.pack("<QI", counter, 0), sealed, data)
    need(suite == 2, "has an unknown suite")
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, data, struct.pack("<QQQ", counter, 0, 0), key)

def unbox(sealed, secret):
    return sodium.crypto_box_seal_open(sealed, sodium.crypto_scalarmult_base(secret), secret)

def unpress(codec, data, length):
    need(length <= 128 * MIB and codec < 2, "length or codec")
    if codec:
        need(zstandard.get_frame_parameters(data).content_size == length, "length")
        data = zstandard.ZstdDecompressor(max_window_size=8 * MIB).decompress(data)
    need(len(data) == length, "length")
    return data

# 2 Keys of the store

class Store:
    def __init__(self, path):
        self.path = path

    def load(self, key):
        """The object, or None if there is none."""
        path = os.path.join(self.path, key)
        with contextlib.suppress(FileNotFoundError):
            with open(path + "/object" if os.path.isdir(path) else path, "rb") as file:
                return file.read()

    def named(self, key):
        data = self.load(key)
        need(data is None or sha256(data).hex() == key[-64:], "is not what it is named")
        return data

    def undoubled(self, key):
        data = self.load(key)
        for copy in (data[:len(data) // 2], data[len(data) // 2:]) if data is not None else ():
            if copy[:12] == struct.pack("<I", len(copy) - 12) + sha256(copy[12:])[:8]:
                return copy[12:]
        need(data is None, f"{key}: both copies are damaged")

# 3 Configuration, 4 Key slots and keys

def read_config(content):
    """The repository's id and how chunks get theirs."""
    reserved, features, _, repository = (cursor := Cursor(content, b"LBCONFIG")).some("HQQ32s")
    need(not reserved and not features, "has features that this reader lacks")
    values = fields(cursor.rest(), (128, 129, 130), (1, 4, 5, 128, 129, 130))
    need(values[128] in (b"\1", b"\2"), "unknown algorithm of ids")
    return repository, values[128][0]

def recovery_code(text):
    digits = "".join(text.upper().translate(str.maketrans("OIL-", "011 ")).split())
    need(len(digits) == 36 and set(digits) <= set(DIGITS), "this is no recovery code")
    value = functools.reduce(lambda n, digit: n << 5 | DIGITS.index(digit), digits, 0)
    code = (value >> 20).to_bytes(20, "big")
    need(value & 0xFFFFF == int.from_bytes(sha256(code)[:3], "big") >> 4, "it is mistyped")
    return code

class Keys:
    """A key slot and, once `open` says True, the keys in it."""

    def __init__(self, content, name):
        cursor = Cursor(content, b"LBKEYSLT")
        (self.kind, self.kdf, self.repository, self.slot, self.passes, self.memory, self.salt,
         self.suite, zeros, _, length) = cursor.some("BB32s16sII32sB3s80sI")
        need(self.slot.hex() == name and not any(zeros), "is another slot")
        self.config = cursor.take(length)
        self.head, self.commit = content[:cursor.at], cursor.name()
        self.sealed = cursor.take(*cursor.some("I"))
        cursor.end()

    def open(self, secret):
        if self.kind == 1:
            need(self.kdf == 1 and 0 < self.passes < 65 and 7 < self.memory <= 1 << 22, "costs")
            kek = sodium.crypto_pwhash_alg(32, secret, self.salt[:16], self.passes,
                                           self.memory << 10, sodium.crypto_pwhash_ALG_ARGON2ID13)
        else:
            kek = keyed(self.salt, secret)
        if kdf(kek, "commit") != self.commit:
            return False
        key = kdf(kek, "slot", sha256(self.config))
        plain = unseal(self.suite, key, kdf(key, "commit"), 0, self.sealed, SLOT,
                       (self.repository, self.slot + bytes(16), 0), self.head)
        values = fields(plain, range(128, 137), range(128, 137))
        self.genesis, self.id, self.dedup, self.secret = (values[n] for n in (130, 131, 133, 135))
        self.box = kdf(values[129], "box")
        self.data = dict(struct.iter_unpack("<I32s", values[136]))
        return True

# 5 Packs

def padded(length):
    low = length.bit_length() - 1
    low = low - low.bit_length() if length < MIB else 16
    return -(-length >> low) << low if length > 4096 else 4096

class Pack:
    def __init__(self, data, keys, repository):
        self.kind, self.suite, mode, _, epoch, salt, self.commit, wrapped = Cursor(
            data[:160], b"LBPK").some("BBB3sI32s32s80s")
        self.data, self.ids = data, (repository, salt)
        self.key = unbox(wrapped, keys.secret) if mode else kdf(keys.data[epoch], "pack", salt)
        trailer, self.length, frames, _, check = struct.unpack("<IIII16s", data[-32:])
        need(check == sha256(data[:160] + data[-32:-16])[:8] + b"LBPKEND0", "footer")
        need(frames == -(-self.length // FRAME) and padded(self.length) == self.length
             and len(data) == 192 + self.length + TAG * frames + trailer, "lengths")
        self.read_trailer(self.open(PACK_TRAILER, frames, 1 << 63, data[-32 - trailer:-32]))
        self.group = functools.lru_cache(maxsize=8)(self.load_group)

    def open(self, kind, slot, counter, sealed):
        return unseal(self.suite, self.key, self.commit, counter, sealed, kind, (*self.ids, slot))

    def read_trailer(self, plain):
        """The places of the chunks, as the index has them."""
        cursor, end, self.chunks = Cursor(plain), 0, {}
        groups, chunks = cursor.some("II")
        for offset, stored, length, codec, _, count in [
                cursor.some("IIIBBH") for _ in range(groups)]:
            need(end <= offset and stored <= self.length - offset and length <= 16 * MIB, "group")
            end, inner = offset + stored, 0
            for _ in range(count):
                chunk, size, kind, _ = cursor.some("32sIB3s")
                need(0 < size <= 8 * MIB and (kind == DATA) == (self.kind == 1), "chunk")
                self.chunks[chunk] = offset, stored, codec << 28 | length, inner, kind << 28 | size
                inner += size
            need(inner == length > 0, "a group is not full")
        need(len(self.chunks) == chunks > 0, "number of chunks")
        cursor.end()

    def load_group(self, offset, stored, length):
        plain = b""
        for frame in range(offset // FRAME, (offset + stored - 1) // FRAME + 1):
            at, size = 160 + frame * (FRAME + TAG), min(FRAME, self.length - frame * FRAME)
            plain += self.open(PACK_FRAME, frame, frame, self.data[at:at + size + TAG])
        return unpress(length >> 28, plain[offset % FRAME:][:stored], length & 0xFFFFFFF)

# 8 The log, and the state that it folds to

class Record:
    def __init__(self, content, *where):
        self.content, cursor = content, Cursor(content, b"LBRE")
        (self.type, self.flags, *here, self.previous, session, self.nonce, _, self.writer,
         self.suite, self.mode, _, self.epoch, shared, private) = cursor.some(
             "BB32sII32s16s16s8s16sBBHIII")
        need(here == [*where], "is misplaced")
        self.ids = where[0], session + self.nonce, where[1] << 32 | where[2]
        self.context = session + self.nonce + struct.pack("<II", *where[1:])
        self.shared = (cursor.name(), cursor.take(shared)) if shared else None
        self.private = (cursor.name(), cursor.take(80 * self.mode),
                        cursor.take(private)) if private else None
        self.signed, self.signature = b"lifeboat record" + content[:cursor.at], cursor.take(64)
        cursor.end()

    def open(self, keys):
        """The fields of both parts."""
        shared, private = {}, None
        if self.shared:
            key = kdf(keys.dedup, "shared", self.context)
            shared = fields(unseal(self.suite, key, self.shared[0], 0, self.shared[1], SHARED,
                                   self.ids), range(128, 137))
        if self.private:
            commit, wrapped, sealed = self.private
            key = unbox(wrapped, keys.secret) if self.mode else kdf(
                keys.data[self.epoch], "private", self.context)
            private = fields(unseal(self.suite, key, commit, 0, sealed, PRIVATE, self.ids),
                             (128, 129, 130))
        return shared, private

class Repository:
    def __init__(self, path, kind, secret):
        self.store, self.rows, self.snapshots, self.nonces = Store(path), {}, {}, set()
        self.writers, self.segments, self.dead, self.condemned = {}, set(), set(), {}
        self.keys = self.unlock(kind, secret)
        self.id, self.algorithm = read_config(self.keys.config)
        self.read_log()
        for name in sorted(self.segments):
            with reading(f"index/{name.hex()}"):
                self.read_segment(self.read_object("index", name, SEGMENT))
        self.chunk_keys = dict(zip(CHUNKS, (kdf(self.keys.id, n) for n in ("data", "tree", "map"))))

    def unlock(self, kind, secret):
        for name in sorted(os.listdir(os.path.join(self.store.path, "keys"))):
            with reading(f"keys/{name}"):
                keys = Keys(self.store.undoubled(f"keys/{name}"), name)
                if keys.kind == kind and keys.open(secret):
                    need(self.store.undoubled("config") == keys.config, "config is another")
                    need(read_config(keys.config)[0] == keys.repository, "of another repository")
                    return keys
        raise Damaged("no key slot takes this secret")

    def read_object(self, folder, name, kind):
        """An index segment or a list; zeros if it is not there."""
        data = self.store.named(f"{folder}/{name.hex()}")
        if data is None:
            return Cursor(bytes(8))
        cursor = Cursor(data, b"LBOB")
        found, suite, salt, commit, length, codec, _ = cursor.some("BB32s32sIB3s")
        return Cursor(unpress(codec, unseal(
            suite, kdf(self.keys.dedup, "object", salt), commit, 0, cursor.rest(), kind,
            (self.id, salt, 0)), length if found == kind else -1))

    def read_log(self):
        epoch, previous, successor = -1, bytes(32), b"the first"
        while successor:
            epoch, folder = epoch + 1, f"log/{epoch + 1:08x}"
            successor = self.store.undoubled(f"{folder}/next")
            for seq, content in enumerate(self.read_epoch(folder, successor)):
                with reading(f"{folder}/{seq:08x}"):
                    record = Record(content, self.id, epoch, seq)
                    need(record.previous == previous, "the chain is broken")
                    self.fold(record)
                previous = sha256(content)
            with reading(f"{folder}/next"):
                self.check_successor(epoch, successor)
        need(self.writers, "the log is empty")

    def read_epoch(self, folder, successor):
        records = []
        with contextlib.suppress(*((Damaged,) if successor else ())):
            while (content := self.store.undoubled(f"{folder}/{len(records):08x}")) is not None:
                records.append(content)
        if successor is None:
            return records
        *_, count, checkpoint = (cursor := Cursor(successor, b"LBNX")).some("H32sII32s")
        hashes = [cursor.name() for _ in range(count)]
        if [sha256(record) for record in records] != hashes:
            with reading(f"lists/{checkpoint.hex()}"):
                cursor = self.read_object("lists", checkpoint, LIST)
                need(cursor.some("BI") == (3, count), "is no checkpoint of this epoch")
                records = [cursor.take(*cursor.some("I")) for _ in range(count)]
                need([sha256(record) for record in records] == hashes, "has other records")
        return records

    def check_successor(self, epoch, content):
        if content:
            writer, signature = content[-80:-64], content[-64:]
            need(content[8:44] == self.id + struct.pack("<I", epoch), "is misplaced")
            sodium.crypto_sign_open(signature + b"lifeboat next" + content[:-64],
                                    self.writers[writer][1])

    def fold(self, record):
        if not self.writers:
            need(sha256(record.content) == self.keys.genesis and record.type == GENESIS,
                 "is not the GENESIS that the key knows")
            self.fold_shared(record, record.open(self.keys)[0])
        _, public, roles = self.writers.get(record.writer, (None, None, 0))
        if public is None:
            return
        sodium.crypto_sign_open(record.signature + record.signed, public)
        again = record.type == COMMIT and record.nonce in self.nonces
        if roles & ROLES.get(record.type, 0) and not again:
            shared, private = record.open(self.keys)
            self.fold_shared(record, shared)
            if private is not None:
                self.fold_private(record, private)

    def fold_shared(self, record, values):
        added, dropped, condemned, dead = (self.name_set(values.get(n)) for n in range(128, 132))
        if not dropped <= self.segments:
            return
        self.segments = self.segments - dropped | added
        if record.type == CONDEMN:
            self.condemned[record.ids[2]] = condemned
        elif record.type == SWEEP:
            epoch, seq = struct.unpack("<II", values[132])
            self.dead |= dead & self.condemned.pop(epoch << 32 | seq, set())
        if 133 in values:
            slot, public, _, roles = struct.unpack("<16s32s32sI", values[133][:84])
            self.writers.setdefault(sha256(public)[:16], (slot, public, roles))
        if 134 in values:
            self.writers = {writer: (slot, public, roles if slot != values[134] else 0)
                            for writer, (slot, public, roles) in self.writers.items()}
        for slot, sealed in struct.iter_unpack("<16s80s", values.get(135, b"")[4:]):
            if slot == self.keys.slot:
                number, = struct.unpack("<I", values[135][:4])
                self.keys.data[number] = unbox(sealed, self.keys.box)

    def fold_private(self, record, values):
        gone = values.get({COMMIT: 130, FORGET: 128}.get(record.type), b"")
        for snapshot, in struct.iter_unpack("16s", gone):
            self.snapshots.pop(snapshot, None)
        if record.type == COMMIT:
            self.nonces.add(record.nonce)
            self.snapshots[record.nonce] = values
        elif record.type == META:
            self.snapshots.get(values[128], {}).update(fields(values[129], ()))

    def name_set(self, value):
        """Names, in the record itself or in a list."""
        if value and value[0]:
            name, count = struct.unpack("<32sI", value[1:])
            value = self.read_object("lists", name, LIST).rest()[4:]
            need(len(value) == 1 + 32 * count, "its list is missing or another")
        return {name for name, in struct.iter_unpack("32s", (value or b"")[1:])}

    def read_segment(self, cursor):
        packs, rows = cursor.some("II")
        table = [cursor.some("32sQII") for _ in range(packs)]
        need(sum(pack[3] for pack in table) == rows, "number of chunks")
        for _ in range(rows):
            prefix, pack, *row = cursor.some("16s6I")
            if table[pack][0] not in self.dead:
                self.rows[prefix] = table[pack][0], tuple(row)
        cursor.end()

    @functools.lru_cache(maxsize=8)
    def pack(self, name):
        return Pack(self.store.named(f"packs/{name.hex()[:2]}/{name.hex()}"), self.keys, self.id)

    def chunk(self, chunk_id, kind):
        need(chunk_id[:16] in self.rows, f"the index lacks chunk {chunk_id.hex()}")
        name, row = self.rows[chunk_id[:16]]
        with reading(f"pack {name.hex()}, chunk {chunk_id.hex()}"):
            pack, (*group, inner, size) = self.pack(name), row
            need(pack.chunks.get(chunk_id) == row and size >> 28 == kind, "index and pack differ")
            plain, key = pack.group(*group)[inner:][:size & 0xFFFFFFF], self.chunk_keys[kind]
            need(chunk_id == (keyed(key, plain) if self.algorithm == 2
                              else hmac.digest(key, plain, "sha256")), "is not what its id says")
        return plain

    # 10 Trees

    def entries(self, node_id, above=None):
        """The entries of a folder, in order."""
        cursor = Cursor(self.chunk(node_id, TREE))
        zero, level = cursor.some("BB")
        need(not zero and above in (None, level + 1), "level of a node")
        for _ in range(0 if level else 2):  # names of users and groups
            [(cursor.varint(), cursor.bytes()) for _ in range(cursor.varint())]
        last = b""
        for _ in range(cursor.varint()):
            if level:
                first, child = cursor.bytes(), cursor.name()
                yield from self.entries(child, level)
            else:
                yield (entry := Entry(cursor.bytes()))
                first = entry.name
            need(last < first, "names out of order")
            last = first
        cursor.end()

    def leaves(self, node_id):
        cursor = Cursor(self.chunk(node_id, MAP))
        zero, level = cursor.some("BB")
        need(not zero, "not a map")
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
        need(self.name not in (b"", b".", b"..") and not {0, 47} & set(self.name), "name")
        self.mode, self.uid, self.gid = cursor.varint(), cursor.varint(), cursor.varint()
        self.mtime = cursor.svarint() * 10**9 + cursor.varint()
        values = fields(cursor.rest(), range(128, 135))
        own = {FOLDER: {131}, LINK: {132}, CHARACTER: {133}, BLOCK: {133}}.get(self.type, set())
        need({*values} & {131, 132, 133} == own and (
            self.type == FILE or not {*values} & {128, 129, 130, 134}), "fields of another type")

        def get(tag, *reads):
            return Cursor(values.get(tag, b"")).all(*reads)

        self.size, self.project = (sum(n for n, in get(tag, Cursor.varint)) for tag in (128, 4))
        self.map, self.root, self.target = (values.get(tag) for tag in (130, 131, 132))
        self.chunks = get(129, Cursor.name, Cursor.varint)
        self.device, self.extents = (get(tag, Cursor.varint, Cursor.varint) for tag in (133, 134))
        self.link, self.flags = values.get(1), int.from_bytes(values.get(3, b""), "little")
        self.xattrs = get(2, Cursor.bytes, Cursor.bytes)
