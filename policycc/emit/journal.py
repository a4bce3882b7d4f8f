"""The journal of a build that is being written: `.policycc-pending.json`.

It is there from the moment when all files are staged until the manifest is in place, and so it marks a folder whose
files may be of two builds. It names every path that either build owns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from policycc.emit.naming import is_safe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Journal:
    """`write` are the paths that get new contents with their digests, `remove` those that go away; all relative and
    in POSIX form, sorted."""

    matrices: tuple[str, ...]
    write: tuple[tuple[str, str], ...]
    remove: tuple[str, ...]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(path for path, _ in self.write) | frozenset(self.remove)

    def render(self) -> bytes:
        body = {
            "version": VERSION,
            "matrices": list(self.matrices),
            "write": [{"path": path, "sha256": digest} for path, digest in self.write],
            "remove": list(self.remove),
        }
        return (json.dumps(body, indent=2) + "\n").encode()


def parse(content: bytes) -> Journal:
    """Reads a journal. Raises ValueError for anything that `render` did not write, paths that leave the folder above
    all: the journal lies in a folder that others may write to."""
    try:
        body = json.loads(content)
        journal = Journal(
            matrices=_strings(body["matrices"]),
            write=tuple(sorted((_string(item["path"]), _string(item["sha256"])) for item in body["write"])),
            remove=tuple(sorted(_strings(body["remove"]))),
        )
    except (KeyError, TypeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not a journal") from error
    if body.get("version") != VERSION or not all(is_safe(path) for path in journal.paths):
        raise ValueError("not a journal of this version")
    return journal


def _strings(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("a list is wanted")
    return tuple(_string(value) for value in values)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is wanted")
    return value
