"""What an earlier build left in an output folder: which matrices it was for and which files it owns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from policycc.emit import journal as journals
from policycc.emit.errors import OutputError
from policycc.emit.layout import JOURNAL, MANIFEST
from policycc.emit.naming import is_safe


@dataclass(frozen=True, slots=True)
class Previous:
    """`matrices` is None where no build has been. `interrupted` says that a journal lies there."""

    matrices: tuple[str, ...] | None = None
    paths: frozenset[str] = frozenset()
    interrupted: bool = False


def read_previous(folder: Path) -> Previous:
    """Reads manifest and journal of a folder, which need not exist.

    Raises OutputError if either is there and is not one that policycc wrote: without them nobody knows whose the
    files are, and a hand-made list of files to remove is not to be followed."""
    manifest = _read(folder / MANIFEST)
    pending = _read(folder / JOURNAL)
    matrices: tuple[str, ...] | None = None
    paths: frozenset[str] = frozenset()
    if pending is not None:
        try:
            journal = journals.parse(pending)
        except ValueError as error:
            raise _not_ours(folder / JOURNAL) from error
        matrices, paths = journal.matrices, journal.paths
    if manifest is not None:
        try:
            matrices, owned = _parse_manifest(manifest)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _not_ours(folder / MANIFEST) from error
        paths |= owned
    return Previous(matrices, paths - {MANIFEST}, pending is not None)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise OutputError("PCC609", f"`{path}` cannot be read: {error.strerror}") from error


def _parse_manifest(content: bytes) -> tuple[tuple[str, ...], frozenset[str]]:
    body = json.loads(content)
    matrices = tuple(sorted(item["name"] for item in body["matrices"]))
    policies = (policy["path"] for principal in body["principals"] for policy in principal["policies"])
    paths = frozenset((*policies, *(item["path"] for item in body.get("templates", ()))))
    if body["version"] != 1 or not all(isinstance(name, str) for name in matrices) or not all(map(is_safe, paths)):
        raise ValueError("not a manifest of this version")
    return matrices, paths


def _not_ours(path: Path) -> OutputError:
    return OutputError(
        "PCC605",
        f"`{path}` is not a file that policycc wrote",
        help="move it away, or name another folder with `-o`",
    )
