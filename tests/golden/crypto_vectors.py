#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the vectors of the format's cryptography, computed without the engine.

tests/unit copies them. Run it again when docs/format.md changes. Needs Debian's
python3-nacl and python3-cryptography.
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings, pwhash

KEY = bytes(range(32))
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def kdf(key, label, context=b""):
    """KDF(K, label, context) of docs/format.md, section 1."""
    text = b"lifeboat" + bytes([len(label)]) + label + context
    return hashlib.blake2b(text, key=key, digest_size=32).digest()


def aad(kind, suite, repo, obj, slot, extra=b""):
    """The associated data of a sealed piece."""
    head = struct.pack("<4sHBB", b"LBAD", 0, kind, suite)
    return head + repo + obj + struct.pack("<Q", slot) + extra


def seal(suite, key, counter, data, plain):
    """A sealed piece: ciphertext and tag."""
    if suite == 1:
        return AESGCM(key).encrypt(struct.pack("<Q4x", counter), plain, data)
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, data, struct.pack("<Q16x", counter), key)


def show(name, value):
    print(f"{name}: {value.hex()}")


def keys():
    show("kdf commit", kdf(KEY, b"commit"))
    show("kdf pack salt", kdf(KEY, b"pack", b"salt"))
    show("kdf empty label", kdf(KEY, b""))


def seals():
    data = aad(2, 1, b"\x11" * 32, b"\x22" * 32, 7)
    show("gcm", seal(1, KEY, 7, data, b"a frame of a pack"))
    data = aad(2, 2, b"\x11" * 32, b"\x22" * 32, 7)
    show("xchacha", seal(2, KEY, 7, data, b"a frame of a pack"))
    data = aad(3, 1, b"\x11" * 32, b"\x22" * 32, 1, b"extra")
    show("gcm empty", seal(1, KEY, 1 << 63, data, b""))
    data = aad(3, 2, b"\x11" * 32, b"\x22" * 32, 1, b"extra")
    show("xchacha empty", seal(2, KEY, 1 << 63, data, b""))


def idents():
    for kind in b"data", b"tree", b"map":
        key = kdf(KEY, kind)
        text = b"what a chunk holds"
        show(f"hmac {kind.decode()}", hmac.digest(key, text, "sha256"))
        show(f"blake2b {kind.decode()}",
             hashlib.blake2b(text, key=key, digest_size=32).digest())


def signatures():
    key = ed25519.Ed25519PrivateKey.from_private_bytes(kdf(KEY, b"sign"))
    public = key.public_key().public_bytes(*RAW)
    show("sign public", public)
    show("writer", hashlib.sha256(public).digest()[:16])
    show("signature", key.sign(b"lifeboat record" + b"a message"))


def boxes():
    secret = kdf(KEY, b"box")
    public = x25519.X25519PrivateKey.from_private_bytes(secret).public_key()
    show("box public", public.public_bytes(*RAW))
    # Another one at each run: the sender's key is random.
    show("boxed", bindings.crypto_box_seal(bytes(range(100, 132)),
                                           public.public_bytes(*RAW)))


def passwords():
    show("argon2id 1 pass 8 KiB", pwhash.argon2id.kdf(
        32, b"correct horse", bytes(range(16)), opslimit=1, memlimit=8192))
    show("file hash", hashlib.blake2b(b"\xaa" * 40, key=KEY,
                                      digest_size=32).digest())


if __name__ == "__main__":
    for part in keys, seals, idents, signatures, boxes, passwords:
        part()
