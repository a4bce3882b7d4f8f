"""The only writer of output folders.

All files are staged and on the disk before the first is renamed, a journal names them, and the manifest comes last.
Killed before the journal is in place, the writer leaves the old set; after the journal is gone, the new one; between
the two a mixed one, which the journal reveals. The next build needs no recovery of its own: it takes the journal's
files for its own, like those of the manifest, and writes its whole set.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError
from policycc.emit.journal import Journal
from policycc.emit.layout import JOURNAL, MANIFEST, STAGE
from policycc.emit.naming import is_safe
from policycc.emit.places import check_places, holds
from policycc.emit.previous import Previous, read_previous


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did, as sorted paths. `recovered` says that an interrupted build lay in the folder."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    recovered: bool = False


def write_build(
    folder: Path, files: Mapping[str, bytes], matrices: tuple[str, ...], disk: Disk | None = None
) -> Written:
    """Makes `folder` hold exactly these files of ours: writes what differs, removes what an earlier build wrote and
    this one does not, and touches nothing else.

    `files` maps relative POSIX paths to contents, the manifest among them; `matrices` are the sorted names of the
    matrices that they come from. Raises OutputError if the folder is another build's, if something that no build wrote
    stands in the way, or if the folder cannot be written; then the old set is whole, unless the error says otherwise.
    Ctrl-C while files are being renamed is answered after the last one.
    """
    if MANIFEST not in files or not all(is_safe(path) for path in files):
        raise ValueError("an output needs a manifest and safe paths")
    disk = disk or Disk()
    made = _make_root(folder, disk)
    try:
        with _only_writer(folder):
            return _write(folder, files, matrices, disk)
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                disk.remove_folder(path)
        raise


def check_owner(folder: Path, previous: Previous, matrices: tuple[str, ...]) -> None:
    """Raises OutputError if the folder's manifest names other matrices."""
    if previous.matrices is not None and previous.matrices != matrices:
        theirs = ", ".join(f"`{name}`" for name in previous.matrices)
        ours = ", ".join(f"`{name}`" for name in matrices)
        raise OutputError(
            "PCC601",
            f"`{folder}` holds the policies of {theirs}, not of {ours}",
            help="name another folder with `-o`, or delete this one if its policies are no longer wanted",
        )


def _write(folder: Path, files: Mapping[str, bytes], matrices: tuple[str, ...], disk: Disk) -> Written:
    previous = read_previous(folder)
    check_owner(folder, previous, matrices)
    check_places(folder, files, previous.paths)
    changed = tuple(sorted(path for path, content in files.items() if not holds(folder / path, content)))
    removed = tuple(sorted(path for path in previous.paths - files.keys() if _is_file(folder / path)))
    done = Written(changed, removed, tuple(sorted(files.keys() - set(changed))), previous.interrupted)
    if not changed and not removed and not previous.interrupted and not (folder / STAGE).exists():
        return done
    digests = tuple(sorted((path, hashlib.sha256(content).hexdigest()) for path, content in files.items()))
    journal = Journal(matrices, digests, removed)
    _stage(folder, {path: files[path] for path in changed}, journal, disk)
    with _ctrl_c_later():
        _commit(folder, done, disk)
    return done


def _stage(folder: Path, files: Mapping[str, bytes], journal: Journal, disk: Disk) -> None:
    made: list[Path] = []
    try:
        _clear_stage(folder)
        disk.make_folder(folder / STAGE)
        for number, path in enumerate(sorted(files)):
            disk.write(folder / STAGE / str(number), files[path])
            _make_parents(folder, path, made, disk)
        disk.write(folder / STAGE / JOURNAL, journal.render())
        disk.sync_folder(folder / STAGE)
    except BaseException as error:
        with contextlib.suppress(OSError):
            _clear_stage(folder)
        for made_folder in reversed(made):
            with contextlib.suppress(OSError):
                disk.remove_folder(made_folder)
        if isinstance(error, OSError):
            raise _unwritable(folder, error) from error
        raise


def _commit(folder: Path, done: Written, disk: Disk) -> None:
    try:
        disk.rename(folder / STAGE / JOURNAL, folder / JOURNAL)
    except OSError as error:
        with contextlib.suppress(OSError):
            _clear_stage(folder)
        raise _unwritable(folder, error) from error
    try:
        disk.sync_folder(folder)
        _rename_and_remove(folder, done, disk)
        disk.remove(folder / JOURNAL)
        disk.remove_folder(folder / STAGE)
        disk.sync_folder(folder)
    except OSError as error:
        raise OutputError(
            "PCC609",
            f"writing to `{folder}` stopped half-way: {error.strerror or error}; `{JOURNAL}` there names the files",
            help="put the cause right and build again: the next build finishes this one",
        ) from error


def _rename_and_remove(folder: Path, done: Written, disk: Disk) -> None:
    touched = {(folder / path).parent for path in (*done.written, *done.removed)} - {folder}
    for number, path in enumerate(done.written):
        if path != MANIFEST:
            disk.rename(folder / STAGE / str(number), folder / path)
    for path in done.removed:
        disk.remove(folder / path)
    for parent in sorted(touched):
        disk.sync_folder(parent)
    for path in done.removed:
        _remove_empty_parents(folder, path, disk)
    if MANIFEST in done.written:
        disk.sync_folder(folder)
        disk.rename(folder / STAGE / str(done.written.index(MANIFEST)), folder / MANIFEST)
        disk.sync_folder(folder)


def _remove_empty_parents(folder: Path, path: str, disk: Disk) -> None:
    parent = (folder / path).parent
    while parent != folder:
        try:
            disk.remove_folder(parent)
        except OSError:
            return
        parent = parent.parent


def _make_root(folder: Path, disk: Disk) -> list[Path]:
    missing: list[Path] = []
    path = folder
    while not path.exists() and path != path.parent:
        missing.append(path)
        path = path.parent
    made: list[Path] = []
    try:
        for path in reversed(missing):
            disk.make_folder(path)
            made.append(path)
        if not folder.is_dir():
            raise NotADirectoryError(0, "it is not a folder")
    except OSError as error:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                disk.remove_folder(path)
        raise _unwritable(folder, error) from error
    return made


def _make_parents(folder: Path, path: str, made: list[Path], disk: Disk) -> None:
    place = folder
    for part in path.split("/")[:-1]:
        place = place / part
        if not place.exists():
            disk.make_folder(place)
            made.append(place)
    if not os.access(place, os.W_OK | os.X_OK):
        # Found now, while the old set is whole, and not by the first rename.
        raise PermissionError(0, f"the folder `{place.relative_to(folder)}` in it is read-only")


def _clear_stage(folder: Path) -> None:
    """Removes what an interrupted build staged. `check_places` has made sure that it is a folder and no link."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder / STAGE)


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError("PCC609", f"`{folder}` cannot be written: {error.strerror or error}; nothing there was changed")


@contextlib.contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Keeps a second build out of the folder. The system gives the lock back when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows has no such lock
        yield
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                "PCC611", f"another build is writing to `{folder}`", help="wait until it has ended, then build again"
            ) from error
        except OSError:
            # Some network file systems know no locks; two builds at once are then the user's to avoid.
            pass
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Answers ctrl-C after the block: the renames take milliseconds, and half of them is worse than all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt
