"""Whether every file of a build has a place in the output folder that is ours to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from policycc.emit.errors import OutputError
from policycc.emit.layout import JOURNAL, STAGE


def check_places(folder: Path, files: Mapping[str, bytes], owned: frozenset[str]) -> None:
    """Raises OutputError if a file that no build wrote stands where one of `files` goes, or if a link on the way could
    lead out of the folder. `owned` are the paths that earlier builds wrote; all of these are checked for links too."""
    for path in sorted(files.keys() | owned | {f"{STAGE}/{JOURNAL}"}):
        _check_parents(folder, path)
    for path in sorted(files):
        place = folder / path
        if place.is_dir() and not place.is_symlink():
            raise _in_the_way(place, "a folder")
        if path not in owned and _exists(place) and not holds(place, files[path]) and not _is_manifest(path):
            raise _in_the_way(place, "a file that no build wrote")


def holds(path: Path, content: bytes) -> bool:
    """Whether a regular file is there with this content, byte for byte. A link is none, wherever it leads."""
    try:
        return not path.is_symlink() and path.is_file() and path.read_bytes() == content
    except OSError:
        return False


def _check_parents(folder: Path, path: str) -> None:
    for parent in _parents(folder, path):
        if parent.is_symlink():
            raise OutputError(
                "PCC607",
                f"`{parent}` is a link, and outputs are not written through links",
                help="replace it by a folder, or name the folder that it leads to with `-o`",
            )
        if parent.exists() and not parent.is_dir():
            raise _in_the_way(parent, "a file that no build wrote")


def _parents(folder: Path, path: str) -> Iterator[Path]:
    place = folder
    for part in path.split("/")[:-1]:
        place = place / part
        yield place


def _exists(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _in_the_way(place: Path, what: str) -> OutputError:
    return OutputError("PCC606", f"`{place}` is in the way: it is {what}", help="move it away or delete it")


def _is_manifest(path: str) -> bool:
    # Reading it has shown that it is one of ours.
    return path == "manifest.json"
