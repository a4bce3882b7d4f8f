"""Logical ids of a template: each name has its own, though only letters and digits may stand in them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """What has logical ids: its name, and what follows the name in each of them."""

    name: str
    suffixes: tuple[str, ...]


def logical_ids(things: Iterable[Thing], reserved: Iterable[str]) -> Mapping[Thing, tuple[str, ...]]:
    """The logical ids of each thing, in the order of its suffixes.

    Parameters and resources are named in one space. An id that two things would have, or that is reserved, gets a
    digest of the name, and so on both: neither may be taken for the other when one of them is gone."""
    wanted = sorted(set(things))
    told: set[Thing] = set()
    while True:
        found = {thing: _ids(thing, told=thing in told) for thing in wanted}
        counts = Counter(reserved)
        counts.update(one for ids in found.values() for one in ids)
        # A digest is a name that somebody else may have, who then gets one as well.
        more = {thing for thing, ids in found.items() if any(counts[one] > 1 for one in ids)} - told
        if not more:
            return found
        told |= more


def plain(text: str) -> str:
    """The letters and digits of a name, in camel case."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def digest(text: str) -> str:
    """Eight characters that tell a name from others."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _ids(thing: Thing, *, told: bool) -> tuple[str, ...]:
    stem = plain(thing.name) + (digest(thing.name) if told else "")
    return tuple(f"{stem}{suffix}" for suffix in thing.suffixes)
