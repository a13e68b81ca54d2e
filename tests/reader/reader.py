#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: reader.py REPOSITORY snapshots | ls SNAPSHOT | restore SNAPSHOT TARGET
The password is in LIFEBOAT_PASSWORD. `ls` has the SHA-256 of what is between a file's holes."""
import contextlib
import fcntl
import hashlib
import os
import stat
import struct
import sys

from repository import BLOCK, CHARACTER, FILE, FOLDER, LINK, Repository, need

KINDS = 0, stat.S_IFREG, 0, 0, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK
GETFLAGS, SETFLAGS, GETXATTR, SETXATTR = 0x80086601, 0x40086602, 0x801C581F, 0x401C5820
USER_FLAGS = 0x6283C4FF

@contextlib.contextmanager
def opened(path, flags=os.O_RDONLY | os.O_DIRECTORY):
    fd = os.open(path, flags | os.O_NOFOLLOW)
    try:
        yield fd
    finally:
        os.close(fd)

class Restorer:
    """Makes what the folders of a snapshot hold. All paths are relative to an open folder,
    so that no depth is too much. Every other name of a file needs the first one still open."""
    def __init__(self, repository):
        self.repository, self.links, self.later, self.notes = repository, {}, [], 0
        self.may_fail = () if os.geteuid() == 0 else (PermissionError,)

    def folder(self, root, fd):
        for entry in self.repository.entries(root):
            try:
                self.make(entry, b"/proc/self/fd/%d/%b" % (fd, entry.name))
            except OSError as err:
                self.notes += 1
                print(f"{entry.name}: {err}", file=sys.stderr)

    def make(self, entry, at):
        if entry.link in self.links:
            # A descriptor for the folder, which is not looked at, makes Python follow.
            return os.link(b"/proc/self/fd/%d" % self.links[entry.link], at, src_dir_fd=0,
                           follow_symlinks=True)
        if entry.type == FOLDER:
            os.mkdir(at, 0o700)
        elif entry.type == LINK:
            os.symlink(entry.target, at)
        elif entry.type in (CHARACTER, BLOCK) and os.geteuid():
            return None
        else:
            os.mknod(at, KINDS[entry.type] | 0o600, os.makedev(*(entry.device or [(0, 0)])[0]))
        with opened(at, os.O_RDONLY if entry.type in (FILE, FOLDER) else os.O_PATH) as fd:
            if entry.type == FILE:
                self.write(entry, at)
            elif entry.type == FOLDER:
                self.folder(entry.root, fd)
            self.metadata(entry, at)
            if entry.link:
                self.links[entry.link] = os.dup(fd)
                self.later.append((entry, self.links[entry.link]))
            else:
                set_flags(entry, fd)

    def write(self, entry, at):
        with open(at, "r+b") as file:
            for where, piece in self.repository.content(entry):
                os.pwrite(file.fileno(), piece, where)
            file.truncate(entry.size)

    def metadata(self, entry, at):
        """Owner first, because that takes away capabilities and set-id bits."""
        with contextlib.suppress(*self.may_fail):
            os.chown(at, entry.uid, entry.gid, follow_symlinks=False)
        for name, value in entry.xattrs:
            with contextlib.suppress(*self.may_fail):
                os.setxattr(at, name, value, follow_symlinks=False)
        if entry.type != LINK:
            os.chmod(at, entry.mode)
        os.utime(at, ns=(entry.mtime, entry.mtime), follow_symlinks=False)

def set_flags(entry, fd):
    if entry.type in (FILE, FOLDER) and entry.project:
        now = bytearray(fcntl.ioctl(fd, GETXATTR, bytes(28)))
        now[12:16] = struct.pack("<I", entry.project)
        fcntl.ioctl(fd, SETXATTR, bytes(now))
    if entry.type in (FILE, FOLDER) and entry.flags:
        now, = struct.unpack("<I", fcntl.ioctl(fd, GETFLAGS, bytes(4)))
        fcntl.ioctl(fd, SETFLAGS, struct.pack("<I", now & ~USER_FLAGS | entry.flags))

def restore(repository, root, target):
    restorer = Restorer(repository)
    os.mkdir(target, 0o700)
    with opened(target) as fd:
        restorer.folder(root, fd)
    for entry, link in restorer.later:  # what forbids changes comes after the last link
        set_flags(entry, link)
    return restorer.notes > 0

def show(repository, root, path=""):
    """A line for each entry: type, mode, owner, group, size, time, path, what it is."""
    for entry in repository.entries(root):
        at, extra = path + "/" + quote(entry.name), quote(entry.target or b"")
        if entry.type == FILE:
            pieces = (piece for _, piece in repository.content(entry))
            extra = hashlib.sha256(b"".join(pieces)).hexdigest()
        elif entry.device:
            extra = "%d,%d" % entry.device[0]
        print("-dlpcbs"[entry.type - 1], f"{entry.mode:04o}", entry.uid, entry.gid, entry.size,
              f"{entry.mtime // 10**9}.{entry.mtime % 10**9:09d}", at, extra)
        if entry.type == FOLDER:
            show(repository, entry.root, at)

def quote(name):
    return "".join(chr(c) if 32 < c < 127 and c != 92 else f"\\x{c:02x}" for c in name)

def main(path, command, wanted="", *rest):
    sys.setrecursionlimit(100000)  # some calls for each folder inside another
    repository = Repository(path, os.environb.get(b"LIFEBOAT_PASSWORD", b""))
    snapshots = sorted((int.from_bytes(values.get(1, b""), "little"), nonce.hex(), values[128])
                       for nonce, values in repository.snapshots.items() if 128 in (values or {}))
    if command == "snapshots":
        return print("".join(f"{nonce} {start}\n" for start, nonce, _ in snapshots), end="")
    chosen = [root for _, nonce, root in snapshots if nonce.startswith(wanted)]
    need(chosen and command in ("ls", "restore"), f"no snapshot {wanted}, or unknown command")
    return (show if command == "ls" else restore)(repository, chosen[-1], *rest)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
