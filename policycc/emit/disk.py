"""The few operations of a file system that the writer is made of.

They are one small class so that the tests can fail, stop or kill the writer at each of them.
"""

from __future__ import annotations

import os
from pathlib import Path


class Disk:
    """The real file system. Every method raises OSError like the call behind it."""

    def make_folder(self, path: Path) -> None:
        path.mkdir()

    def write(self, path: Path, content: bytes) -> None:
        """Writes a new file and returns when it is on the disk. The file must not exist."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Puts `source` in the place of `target` in one step."""
        os.replace(source, target)  # noqa: PTH105 - the name says that the target is replaced

    def remove(self, path: Path) -> None:
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        path.rmdir()

    def sync_folder(self, path: Path) -> None:
        """Makes the renames and removals in a folder last through a loss of power."""
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except PermissionError:
            # Windows opens no folder, and a folder may be writable but not readable: then there is nothing to sync by.
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
