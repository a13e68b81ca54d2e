#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Lists or restores a snapshot of a local repository, without anything of the engine.

usage: reader.py [--key-file F | --password-file F | --recovery-file F] REPOSITORY
           snapshots | ls SNAPSHOT | restore SNAPSHOT TARGET [PATH]

SNAPSHOT is the start of an id, or `latest`. `ls` prints each entry, files with the SHA-256 of
their content between holes. `restore` makes TARGET the root of the snapshot, or the folder PATH in it.
Without an option the environment has the password: LIFEBOAT_PASSWORD."""
import argparse
import contextlib
import fcntl
import hashlib
import os
import resource
import stat
import struct
import sys

from repository import (BLOCK, CHARACTER, FIFO, FILE, FOLDER, LINK, SOCKET, Damaged,
                        Repository, need, recovery_code)

KINDS = {FILE: stat.S_IFREG, FIFO: stat.S_IFIFO, CHARACTER: stat.S_IFCHR, BLOCK: stat.S_IFBLK,
         SOCKET: stat.S_IFSOCK}
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

    def folder(self, root, fd, path=b""):
        for entry in self.repository.entries(root):
            try:
                self.make(entry, b"/proc/self/fd/%d/%b" % (fd, entry.name), path + b"/" + entry.name)
            except OSError as err:
                self.notes += 1
                print(f"{path + b'/' + entry.name}: {err}", file=sys.stderr)

    def make(self, entry, at, path):
        if entry.link in self.links:
            # A descriptor for the folder, which is not looked at, makes Python follow.
            return os.link(b"/proc/self/fd/%d" % self.links[entry.link], at, src_dir_fd=0,
                           follow_symlinks=True)
        if entry.type == FOLDER:
            os.mkdir(at, 0o700)
        elif entry.type == LINK:
            os.symlink(entry.target, at)
        else:
            if entry.type in (CHARACTER, BLOCK) and os.geteuid():
                return None
            os.mknod(at, KINDS[entry.type] | 0o600, os.makedev(*(entry.device or [(0, 0)])[0]))
        readable = entry.type in (FILE, FOLDER)
        with opened(at, os.O_RDONLY if readable else os.O_PATH) as fd:
            if entry.type == FILE:
                self.write(entry, at)
            if entry.type == FOLDER:
                self.folder(entry.root, fd, path)
            self.metadata(entry, at)
            if entry.link:
                self.links[entry.link] = os.dup(fd)
                self.later.append((entry, self.links[entry.link]))
            else:
                set_flags(entry, fd)

    def write(self, entry, at):
        with open(at, "r+b") as file:
            for where, piece in self.repository.content(entry):
                file.seek(where)
                file.write(piece)
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

    def finish(self):
        """Flags that forbid changes come after the last hard link."""
        for entry, fd in self.later:
            set_flags(entry, fd)
            os.close(fd)

def set_flags(entry, fd):
    if entry.type not in (FILE, FOLDER):
        return
    if entry.project:
        now = bytearray(fcntl.ioctl(fd, GETXATTR, bytes(28)))
        now[12:16] = struct.pack("<I", entry.project)
        fcntl.ioctl(fd, SETXATTR, bytes(now))
    if entry.flags:
        now, = struct.unpack("<I", fcntl.ioctl(fd, GETFLAGS, bytes(4)))
        fcntl.ioctl(fd, SETFLAGS, struct.pack("<I", now & ~USER_FLAGS | entry.flags))

def digest(repository, entry):
    """The SHA-256 of a file's content; where there are holes, of all between them."""
    state = hashlib.sha256()
    for _, piece in repository.content(entry):
        state.update(piece)
    return state.hexdigest()

def show(repository, root, path=""):
    """A line for each entry: type, mode, owner, group, size, time, path, what it is."""
    for entry in repository.entries(root):
        at, extra = path + "/" + quote(entry.name), quote(entry.target or b"")
        if entry.type == FILE:
            extra = digest(repository, entry)
        elif entry.device:
            extra = "%d,%d" % entry.device[0]
        print("-dlpcbs"[entry.type - 1], f"{entry.mode:04o}", entry.uid, entry.gid, entry.size,
              f"{entry.mtime // 10**9}.{entry.mtime % 10**9:09d}", at, extra)
        if entry.type == FOLDER:
            show(repository, entry.root, at)

def quote(name):
    return "".join(chr(c) if 32 < c < 127 and c != 92 else f"\\x{c:02x}" for c in name)

def unlock(options):
    """The repository, opened by the secret that the options name."""
    if options.key_file:
        with open(options.key_file, "rb") as file:
            kind, secret = 2, file.read()
    elif options.recovery_file:
        with open(options.recovery_file, encoding="utf-8") as file:
            kind, secret = 3, recovery_code(file.read())
    elif options.password_file:
        with open(options.password_file, "rb") as file:
            kind, secret = 1, file.readline().rstrip(b"\r\n")
    else:
        kind, secret = 1, os.environb.get(b"LIFEBOAT_PASSWORD", b"")
    return Repository(options.repository, kind, secret)

def restore(repository, root, target, path=""):
    restorer, folder = Restorer(repository), None
    for name in filter(None, os.fsencode(path).split(b"/")):
        folder = {entry.name: entry for entry in repository.entries(root)}.get(name)
        need(folder and folder.type == FOLDER, f"no folder {path}")
        root = folder.root
    os.mkdir(target, 0o700)
    with opened(target) as fd:
        restorer.folder(root, fd)
        restorer.finish()
        if folder:
            restorer.metadata(folder, target)
            set_flags(folder, fd)
    return restorer.notes

def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    for option in ("--key-file", "--password-file", "--recovery-file"):
        parser.add_argument(option)
    parser.add_argument("repository")
    parser.add_argument("command", choices=("snapshots", "ls", "restore"))
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    # A descriptor and some calls for each folder inside another.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.setrecursionlimit(100000)
    repository = unlock(options)
    snapshots = sorted((int.from_bytes(values.get(1, b""), "little"), nonce.hex(), values[128])
                       for nonce, values in repository.snapshots.items())
    if options.command == "snapshots":
        for start, snapshot, _ in snapshots:
            print(snapshot, start)
        return 0
    wanted, *rest = options.rest
    chosen = [s for s in snapshots if wanted == "latest" or s[1].startswith(wanted)]
    need(chosen, f"no snapshot {wanted}")
    if options.command == "ls":
        return show(repository, chosen[-1][2])
    return restore(repository, chosen[-1][2], *rest) > 0

if __name__ == "__main__":
    try:
        sys.exit(main())
    except Damaged as damage:
        sys.exit(f"reader.py: {damage}")
