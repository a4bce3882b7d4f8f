"""Puts other texts into matrix files: all of them or none, each in one step."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError

_BOM = "\ufeff".encode()


def rewrite(texts: Mapping[Path, tuple[str, str]], disk: Disk | None = None) -> tuple[Path, ...]:
    """Replaces the texts of files, given as they were read and as they shall be; returns the files that changed,
    sorted.

    Every new file is on the disk beside the old one before the first is renamed, with the old one's permissions; if a
    rename fails, those before it are undone. Raises OutputError for a link, a file that is read-only or that has
    changed since it was read, and for what the system does not let be written."""
    disk = disk or Disk()
    changed = sorted(path for path, (before, after) in texts.items() if before != after)
    old = {path: _read(path, texts[path][0]) for path in changed}
    staged: dict[Path, Path] = {}
    try:
        for path in changed:
            bom = _BOM if old[path].startswith(_BOM) else b""
            staged[path] = _stage(path, bom + texts[path][1].encode(), disk)
        _replace(staged, old, disk)
    except OSError as error:
        raise OutputError(
            "PCC614", f"the matrix cannot be written: {error.strerror or error}; nothing was changed"
        ) from error
    finally:
        for place in staged.values():
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
    return tuple(changed)


def _read(path: Path, before: str) -> bytes:
    if path.is_symlink():
        raise OutputError(
            "PCC614",
            f"`{path}` is a link, and outputs are not written through links",
            help="name the file that it leads to",
        )
    try:
        found = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise OutputError("PCC614", f"`{path}` cannot be read: {error.strerror or error}") from error
    if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        # A rename would go through; whoever took the permission away did not mean it to.
        raise OutputError("PCC614", f"`{path}` is read-only; nothing was changed")
    if found.removeprefix(_BOM).decode(errors="replace") != before:
        raise OutputError(
            "PCC614", f"`{path}` has changed while the plan was made; nothing was changed", help="plan again"
        )
    return found


def _stage(path: Path, content: bytes, disk: Disk) -> Path:
    place = path.with_name(f".{path.name}.{os.getpid()}")
    place.unlink(missing_ok=True)
    disk.write(place, content)
    place.chmod(stat.S_IMODE(path.stat().st_mode))
    return place


def _replace(staged: Mapping[Path, Path], old: Mapping[Path, bytes], disk: Disk) -> None:
    done: list[Path] = []
    try:
        for path, place in staged.items():
            disk.rename(place, path)
            done.append(path)
        for folder in sorted({path.parent for path in staged}):
            disk.sync_folder(folder)
    except BaseException:
        for path in reversed(done):
            place = _stage(path, old[path], disk)
            disk.rename(place, path)
        raise
