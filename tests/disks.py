"""Disks that are full or read-only, for tests that need a real one.

What this machine allows is tried once: mounting needs root and a kernel that lets us. A limit on the size of
a file (setrlimit(2), RLIMIT_FSIZE) needs nothing and can be lifted while the process runs.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _mount(*arguments: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
    return False


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)


def _can_mount() -> bool:
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = _mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
        if done:
            _unmount(Path(folder))
        return done


CAN_MOUNT = _can_mount()
#: Ways to make a folder read-only here: permissions do not bind root.
READ_ONLY = (["bind"] if CAN_MOUNT else []) + (["chmod"] if os.geteuid() != 0 else [])
#: Ways to run out of room here.
FULL = ["limit", *(["tmpfs"] if CAN_MOUNT else [])]


@contextmanager
def read_only(folder: Path, means: str) -> Iterator[None]:
    """The folder cannot be written, whoever asks."""
    if means == "chmod":
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    assert _mount("--bind", str(folder), str(folder)) and _mount("-o", "remount,ro,bind", str(folder))
    try:
        yield
    finally:
        _unmount(folder)


class Room:
    """A folder whose room can be taken and given back while a process writes there."""

    def __init__(self, folder: Path, means: str) -> None:
        self.folder, self.means = folder, means

    def take(self, pid: int) -> None:
        """From now on that process can write nothing more there."""
        if self.means == "tmpfs":
            with contextlib.suppress(OSError), (self.folder / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 512)
        else:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))

    def give(self, pid: int) -> None:
        """There is room again."""
        if self.means == "tmpfs":
            (self.folder / "filler").unlink()
        else:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def room(folder: Path, means: str) -> Iterator[Room]:
    """A folder with a little room: a tmpfs of sixteen megabytes, or an ordinary one."""
    folder.mkdir()
    if means == "tmpfs":
        assert _mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder))
    try:
        yield Room(folder, means)
    finally:
        if means == "tmpfs":
            _unmount(folder)
