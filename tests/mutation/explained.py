"""The survivors that cannot be told from the original: `explained.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.mutation.operators import Mutant, Place


class Explained:
    """The entries of one module. An entry names one mutant exactly."""

    def __init__(self, entries: dict[tuple[Place, int], str]) -> None:
        self._open = dict(entries)
        self._reasons = entries

    @classmethod
    def of(cls, module: str) -> Explained:
        """KeyError for an entry that lacks a part, ValueError for one that stands twice."""
        found: dict[tuple[Place, int], str] = {}
        for entry in tomllib.loads((Path(__file__).parent / "explained.toml").read_text())["survivor"]:
            if entry["module"] != module:
                continue
            place = Place(entry["function"], entry["line"], entry["before"].strip(), entry["after"].strip())
            key = (place, entry.get("number", 0))
            if key in found:
                raise ValueError(f"{module}: {place} is explained twice")
            found[key] = entry["reason"]
        return cls(found)

    def covers(self, mutant: Mutant) -> bool:
        """Whether an entry names the mutant. Marks the entry as used."""
        key = (mutant.place, mutant.number)
        self._open.pop(key, None)
        return key in self._reasons

    def unused(self) -> list[Place]:
        """The places of entries that no survivor has asked for."""
        return [place for place, _ in self._open]
