"""The places at which a mutant of a kind that breaks the promise was reviewed, and does not break it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FILE = Path(__file__).with_name("reviewed.toml")


@cache
def places() -> tuple[Json, ...]:
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))["place"])


def reviewed(name: str, kind: str, statement: Json) -> int | None:
    """The entry that speaks of the kind at this statement of the set `name`, or None."""
    for index, place in enumerate(places()):
        if name == place["set"] and kind in place["kinds"] and _fits(place, statement):
            return index
    return None


def _fits(place: Json, statement: Json) -> bool:
    keys = {key for block in statement.get("Condition", {}).values() for key in block}
    return (
        ("action" not in place or place["action"] in statement.get("Action", ()))
        and ("resource" not in place or place["resource"] in statement.get("Resource", ()))
        and ("key" not in place or place["key"] in keys)
    )
