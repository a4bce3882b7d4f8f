"""`build --check`: whether the folder holds what would be written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policycc.diagnostics.model import Diagnostics
from policycc.emit.errors import OutputError
from policycc.emit.layout import JOURNAL, MANIFEST
from policycc.emit.places import holds
from policycc.emit.previous import Previous, read_previous
from policycc.emit.writer import check_owner


def compare(folder: Path, files: Mapping[str, bytes], matrices: tuple[str, ...], diagnostics: Diagnostics) -> bool:
    """Whether a write of `files` to `folder` would change nothing but the catalogue's name; says what would change.

    Every file but the manifest is compared byte for byte; the manifest by value, and without `catalogue`: another
    catalogue that gives equal policies is a note."""
    try:
        previous = read_previous(folder)
        check_owner(folder, previous, matrices)
    except OutputError as error:
        diagnostics.extend([error.diagnostic])
        return False
    if previous.interrupted:
        diagnostics.error(
            "PCC612",
            f"an interrupted build lies in `{folder}`: `{JOURNAL}` names files of two builds",
            help="run `policycc build`, which finishes it",
        )
    stale = list(_stale(folder, files, previous))
    for message in stale:
        diagnostics.error("PCC604", message, help="run `policycc build` and commit what it writes")
    if stale or previous.interrupted:
        return False
    _note_catalogue(folder / MANIFEST, files[MANIFEST], diagnostics)
    return True


def _stale(folder: Path, files: Mapping[str, bytes], previous: Previous) -> Iterator[str]:
    for path in sorted(files):
        place = folder / path
        if not (place.is_file() or place.is_symlink()):
            yield f"`{place}` is missing"
        elif path == MANIFEST:
            if _without_catalogue(place.read_bytes()) != _without_catalogue(files[path]):
                yield f"`{place}` is out of date"
        elif not holds(place, files[path]):
            yield f"`{place}` is out of date"
    for path in sorted(previous.paths - files.keys()):
        if (folder / path).exists():
            yield f"`{folder / path}` is left from an earlier build"


def _note_catalogue(place: Path, content: bytes, diagnostics: Diagnostics) -> None:
    old, new = json.loads(place.read_bytes()).get("catalogue"), json.loads(content)["catalogue"]
    if old != new:
        built = old.get("version") if isinstance(old, dict) else None
        diagnostics.note(
            "PCC610",
            f"`{place.parent}` was built with {new['source']} {built}, and {new['version']} gives the same policies",
        )


def _without_catalogue(content: bytes) -> Any:
    return {key: value for key, value in json.loads(content).items() if key != "catalogue"}
