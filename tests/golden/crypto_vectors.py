#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the vectors of the format's cryptography, computed without the engine.

tests/unit copies them. Run it again when docs/format.md changes.
"""
import hashlib

KEY = bytes(range(32))


def kdf(key, label, context=b""):
    """KDF(K, label, context) of docs/format.md, section 1."""
    text = b"lifeboat" + bytes([len(label)]) + label + context
    return hashlib.blake2b(text, key=key, digest_size=32).digest()


def show(name, value):
    print(f"{name}: {value.hex()}")


def keys():
    show("kdf commit", kdf(KEY, b"commit"))
    show("kdf pack salt", kdf(KEY, b"pack", b"salt"))
    show("kdf empty label", kdf(KEY, b""))


if __name__ == "__main__":
    keys()
