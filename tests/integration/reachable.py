# SPDX-License-Identifier: Apache-2.0
"""A program and temporary folders that an ordinary user may reach, whatever folder the
tests were built in or told to use: a root that becomes somebody else needs both."""
import atexit
import os
import shutil
import tempfile


def _open_to_all(path):
    while os.stat(path).st_mode & 0o001:
        if path == "/":
            return True
        path = os.path.dirname(path)
    return False


def open_folder():
    """A folder for temporary ones that others may pass; the usual one if it can be."""
    return next(d for d in (os.path.realpath(tempfile.gettempdir()), "/tmp", "/var/tmp")
                if _open_to_all(d))


def reachable(program):
    """The program's path, or that of a copy. Root's temporary folders lie beside it."""
    program = os.path.abspath(program)
    if os.geteuid() != 0:
        return program
    tempfile.tempdir = tempfile.mkdtemp(dir=open_folder())
    atexit.register(shutil.rmtree, tempfile.tempdir)
    os.chmod(tempfile.tempdir, 0o755)
    return shutil.copy(program, tempfile.tempdir)
