# SPDX-License-Identifier: Apache-2.0
"""The trees that are backed up, made once and kept in the folder of the bench."""
import itertools
import os
import shutil
import sys

FOLDER, SHELF = 500, 50000  # small files in one, and in one of folders
GIB = 1 << 30
BLOCK = 16 << 20
LEFT_FREE = 1 << 30
zeros_read = 0  # bytes so far, round and round


def made(data, name, make, size):
    path = os.path.join(data, name)
    if not os.path.exists(path + ".done"):
        print(f"bench: making {path}", file=sys.stderr)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        make(path, size)
        with open(path + ".done", "w", encoding="ascii"):
            pass
    return path


def sample(target, most):
    """Every 12th file of /usr/lib, up to so many bytes."""
    total = count = 0
    for folder, folders, names in os.walk("/usr/lib"):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            count += 1
            if count % 12 or os.path.islink(path) or not os.path.isfile(path):
                continue
            total += os.path.getsize(path)
            if total > most:
                return
            copy = target + path
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy2(path, copy)


def small_folder(i):
    return os.path.join(f"d{i // SHELF}", f"d{i // FOLDER}")


def small_files(target, count):
    """Sources of about 2 KB, 500 a folder, no two the same."""
    for i in range(count):
        folder = os.path.join(target, small_folder(i))
        if i % FOLDER == 0:
            os.makedirs(folder)
        with open(os.path.join(folder, f"file{i}.c"), "w", encoding="ascii") as f:
            f.write("".join(f"int value_{i}_{n} = compute({i * 7919 % 100003}, {n});\n"
                            for n in range(45)))


def first_small(tree, count):
    """The folders of the first so many small files."""
    if count % SHELF == 0:
        return [os.path.join(tree, f"d{i}") for i in range(count // SHELF)]
    return [os.path.join(tree, small_folder(i)) for i in range(0, count, FOLDER)]


def blocks(target, size):
    """Files of 16 MiB, one half without pattern, the other two to one."""
    for i in range(size // BLOCK):
        with open(os.path.join(target, f"{i:04}"), "wb") as f:
            f.write(os.urandom(BLOCK // 2))
            f.write(os.urandom(BLOCK // 4).hex().encode())


def first_blocks(tree, size):
    return [os.path.join(tree, f"{i:04}") for i in range(size // BLOCK)]


def prepend_byte(path):
    """One byte in front of all that the file has."""
    with open(path, "rb") as old, open(path + ".new", "wb") as new:
        new.write(b"x")
        shutil.copyfileobj(old, new, BLOCK)
    os.rename(path + ".new", path)


def free_memory():
    with open("/proc/meminfo", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("MemFree:")) << 10


def use_memory(data):
    """All memory but a little is page cache, as on any machine in use. On a virtual machine
    what is free may first have to be asked for, which takes longer than filling it."""
    global zeros_read
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    room = bytearray(BLOCK)
    with open(os.path.join(data, "zeros"), "a+b") as f:
        f.truncate(size)  # one hole, which takes no room
        end = zeros_read + size
        while zeros_read < end and free_memory() > LEFT_FREE:
            os.preadv(f.fileno(), [room], zeros_read % size)
            zeros_read += BLOCK


def warm(trees):
    """All of it into the page cache, so that the first tool does not read for the others."""
    walks = (os.walk(tree) for tree in trees)
    for folder, _, names in itertools.chain.from_iterable(walks):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb", buffering=0) as f:
                    while f.read(1 << 20):
                        pass
