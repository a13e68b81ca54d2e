#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints where files are cut, computed without the engine from docs/format.md, section 11.

tests/unit/test_chunker.c has the numbers. Run it again when the format changes.
"""
import hashlib

KEY = bytes(range(32))
MASK = (1 << 64) - 1


def table(key):
    stream = b"".join(
        hashlib.blake2b(b"gear" + i.to_bytes(4, "little"), key=key).digest()
        for i in range(32))
    return [int.from_bytes(stream[i:i + 8], "little") for i in range(0, len(stream), 8)]


def noise(length, seed):
    """xorshift64*, the high byte of each number."""
    out = bytearray()
    x = seed
    for _ in range(length):
        x ^= x >> 12
        x = (x ^ x << 25) & MASK
        x ^= x >> 27
        out.append((x * 0x2545F4914F6CDD1D & MASK) >> 56)
    return bytes(out)


def gear(data, key, smallest, average, largest):
    t = table(key)
    a = average.bit_length() - 1
    lengths = []
    h = p = 0
    for byte in data:
        h = ((h << 1) + t[byte]) & MASK
        p += 1
        limit = 1 << (64 - a - 2 if p < average else 64 - a + 2)
        if (p >= smallest and h < limit) or p == largest:
            lengths.append(p)
            p = 0
    return lengths + [p] if p else lengths


def show(name, lengths):
    print(f"{name}: {', '.join(map(str, lengths))}")


def main():
    print("table:", *(f"{table(KEY)[i]:016x}" for i in (0, 1, 254, 255)))
    sizes = [(4096, 8192, 16384), (4096, 16384, 65536), (8192, 8192, 8192)]
    for smallest, average, largest in sizes:
        small = noise(200_000, 1)
        show(f"noise {average}", gear(small, KEY, smallest, average, largest))
    show("default", gear(noise(6_000_000, 2), KEY, 1 << 18, 1 << 20, 1 << 22))
    show("zeros", gear(bytes(200_000), KEY, 4096, 16384, 65536))
    text = b"".join(b"line %d of the text\n" % i for i in range(8000))
    show("lines", gear(text, KEY, 4096, 16384, 65536))
    show("other key", gear(noise(200_000, 1), bytes(32), 4096, 16384, 65536))


if __name__ == "__main__":
    main()
