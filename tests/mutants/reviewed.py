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


def reviewed(name: str, kind: str, path: str, before: Json, after: Json) -> int | None:
    """The entry that speaks of a kind in the set `name`, where a statement of a file becomes another; None if there is
    none."""
    for index, place in enumerate(places()):
        if (
            name == place["set"]
            and kind in place["kinds"]
            and place.get("file", path) == path
            and _fits(place, before, after)
        ):
            return index
    return None


def _fits(place: Json, before: Json, after: Json) -> bool:
    tests = _tests(before)
    values = {value for block in before.get("Condition", {}).values() for listed in block.values() for value in listed}
    dropped = set(before.get("Action", ())) - set(after.get("Action", ()))
    return (
        ("action" not in place or place["action"] in before.get("Action", ()))
        and ("resource" not in place or place["resource"] in before.get("Resource", ()))
        and ("test" not in place or place["test"] in tests)
        and ("value" not in place or place["value"] in values)
        and ("added" not in place or place["added"] in _tests(after) - tests)
        and ("changed" not in place or place["changed"] in after.get("Resource", ()))
        and ("dropped" not in place or place["dropped"] in dropped)
    )


def _tests(statement: Json) -> set[str]:
    return {f"{operator} {key}" for operator, block in statement.get("Condition", {}).items() for key in block}
