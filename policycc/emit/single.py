"""Writes one file in one step: what stood there before stays until the new content is on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError


def write_file(path: Path, content: bytes, disk: Disk | None = None) -> bool:
    """Puts `content` at `path`, unless it is there already. Returns whether it was written.

    Raises OutputError if the folder or the file cannot be written."""
    disk = disk or Disk()
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            staged.unlink(missing_ok=True)
            disk.write(staged, content)
            disk.rename(staged, path)
        finally:
            staged.unlink(missing_ok=True)
        disk.sync_folder(path.parent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError("PCC609", f"`{path}` cannot be written: {reason}") from error
    return True
