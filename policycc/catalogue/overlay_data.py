"""The corrections and completions of the catalogue: `overlay/<service>.json`, read per service when first asked for.

Every entry carries its source. What the sections and keys mean is written in docs/overlay.md; a JSON Schema in the
tests holds the files to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from policycc.catalogue.facts import Escape, EscapeKind

Entry = Mapping[str, Any]

DIRECTORY = files("policycc.catalogue").joinpath("overlay")
_ESCAPES = files("policycc.catalogue").joinpath("data", "escapes.json")


class Overlay:
    """The entries of one service. Names of actions and types are looked up without regard to case."""

    __slots__ = (
        "_actions",
        "_escapes",
        "_passes",
        "_secrets",
        "_types",
        "_writers",
        "aws_owned",
        "data",
        "keys",
        "pinned",
        "raw",
    )

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self._actions = _lower(raw.get("actions", {}))
        self._types = _lower(raw.get("types", {}))
        self._secrets = _lower(raw.get("secrets", {}))
        self._passes = _lower(raw.get("passes", {}))
        self._writers = _lower(raw.get("tag_writers", {}))
        self.data: Entry | None = raw.get("data")
        self.aws_owned: list[Entry] = raw.get("aws_owned", [])
        self.keys: list[Entry] = raw.get("keys", [])
        self.pinned: list[Entry] = raw.get("pinned", [])
        self._escapes: dict[str, list[str]] = {}
        for escape, names in raw.get("escapes", {}).items():
            for name in names:
                self._escapes.setdefault(name.lower(), []).append(escape)

    def action(self, name: str) -> Entry | None:
        """What the call `name` does to resources."""
        return self._actions.get(name.lower())

    def type(self, name: str) -> Entry | None:
        """Whose a resource of the type is, and whether its tags can be tested."""
        return self._types.get(name.lower())

    def secret(self, name: str) -> Entry | None:
        """What the read or list `name` shows besides names and settings."""
        return self._secrets.get(name.lower())

    def passes(self, name: str) -> Entry | None:
        """The services to which the call `name` passes a role."""
        return self._passes.get(name.lower())

    def tag_writer(self, name: str) -> Entry | None:
        """A correction of what the catalogue's keys say of `name` as a writer of tags."""
        return self._writers.get(name.lower())

    def escapes(self, name: str) -> tuple[str, ...]:
        """The ids of the escape classes of an action, sorted."""
        return tuple(sorted(self._escapes.get(name.lower(), ())))


@cache
def overlay(service: str) -> Overlay:
    """The overlay of a service, empty where nobody has written one."""
    path = DIRECTORY.joinpath(f"{service}.json")
    return Overlay(json.loads(path.read_bytes()) if path.is_file() else {})


@cache
def overlaid_services() -> tuple[str, ...]:
    """The services that have an overlay, sorted."""
    return tuple(sorted(path.name.removesuffix(".json") for path in DIRECTORY.iterdir() if path.name.endswith(".json")))


@cache
def escape_classes() -> Mapping[str, Escape]:
    """The classes of paths that defeat an environment boundary, by id."""
    found = json.loads(_ESCAPES.read_bytes())
    return {
        entry["id"]: Escape(
            entry["id"], EscapeKind(entry["kind"]), entry["when"], entry["mitigation"], entry["source"], entry["attack"]
        )
        for entry in found["classes"]
    }


def _lower(section: Mapping[str, Entry]) -> dict[str, Entry]:
    return {name.lower(): entry for name, entry in section.items()}
